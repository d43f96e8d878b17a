// INET_DIAG_REQ_BYTECODE: the first operation of a program that chooses sockets, and its operand (linux/inet_diag.h).
import { inet_bytecodes } from '../../../../constants/generated/netlink-other.js';
import { address_families } from '../../../../constants/generated/network.js';
import { inet6Address, inetAddress } from '../../../../decode/leaf/inet.js';
import { label } from '../../../../decode/sink.js';
import { xlatPrinter } from '../../../../decode/xlat.js';
import { choice, struct, u16, u32, u8 } from '../../../../describe/combinators.js';
import type { Decoder } from '../compiler.js';
import { device } from '../values.js';

const AF_INET = 2;
const AF_INET6 = 10;
const OPERATION = 4;
const CONDITION = 8;
const SEPARATOR = label(', ');

/** struct inet_diag_bc_op. */
const operation = struct({ code: choice(inet_bytecodes, 1), yes: u8, no: u16 });

/** struct inet_diag_hostcond: a prefix and a port; the address takes as many bytes as its family has. */
const hostCondition: Decoder = (n) => {
  const family = xlatPrinter(address_families, n.style, 1);
  const ipv4 = n.compile(inetAddress);
  const ipv6 = n.compile(inet6Address('addr'));
  return n.guarded(CONDITION, (c, s, at, length) => {
    const kind = c.bytes[at];
    s.text('{family=');
    family(c, s, kind, 0);
    s.text(', prefix_len=');
    s.decimal(c.bytes[at + 1]);
    s.text(', port=');
    s.decimal(c.u32(at + 4));
    const left = length - CONDITION;
    const from = at + CONDITION;
    if (left > 0) {
      s.bytes(SEPARATOR);
      if (kind === AF_INET6 && left >= 16 && n.readable(from, 16)) ipv6(c, s, from, 16);
      else {
        s.text('addr=');
        if (kind === AF_INET && left >= 4) ipv4(c, s, from, left);
        else n.hex(c, s, from, left);
      }
    }
    s.byte(125);
  });
};

/** Operands by code; others are bytes. */
const operands: Readonly<Record<number, Decoder>> = {
  2: operation,
  3: operation,
  4: operation,
  5: operation,
  7: hostCondition,
  8: hostCondition,
  9: device,
  10: struct({ mark: u32, mask: u32 }),
};

export const bytecode: Decoder = (n) => {
  const first = n.compile(operation);
  const operand = n.lookup(operands);
  return (c, s, at, length) => {
    first(c, s, at, length);
    if (length <= OPERATION || !n.readable(at, OPERATION)) return;
    s.bytes(SEPARATOR);
    (operand(c.bytes[at]) ?? n.hex)(c, s, at + OPERATION, length - OPERATION);
  };
};
