// Netlink messages (netlink(7)): a chain of headers with payloads; errors and acknowledgements, which hold a message.
import * as g from '../../../constants/generated/netlink.js';
import { joined } from '../../../constants/table.js';
import type { ConstantTable } from '../../../constants/table.js';
import { negativeError } from '../../../decode/leaf/error-number.js';
import type { MemoryPrinter, ScalarPrinter } from '../../../decode/printer.js';
import { label } from '../../../decode/sink.js';
import type { Sink } from '../../../decode/sink.js';
import { xlatPrinter } from '../../../decode/xlat.js';
import { i32, u32, u8 } from '../../../describe/combinators.js';
import type { Cursor } from '../../../record/cursor.js';
import { attributes, printRecords } from './attribute.js';
import type { Records } from './attribute.js';
import type { Compiler, Decoder } from './compiler.js';
import type { NetlinkFamily } from './family.js';
import { list, terminated } from './values.js';

/** sizeof(struct nlmsghdr). */
const HEADER = 16;
/** Types below are the same for every protocol. */
const NLMSG_MIN_TYPE = 16;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_CAPPED = 0x100;

const SEPARATOR = label(', ');
const LEN = label('{nlmsg_len=');
const TYPE = label(', nlmsg_type=');
const FLAGS = label(', nlmsg_flags=');
const SEQ = label(', nlmsg_seq=');
const PID = label(', nlmsg_pid=');
const ERROR = label('{error=');
const MSG = label(', msg=');

/** Flags of every message, then those of its kind, joined. */
const flagsPrinter = (n: Compiler, more: ConstantTable | undefined): ScalarPrinter =>
  xlatPrinter(more ? joined(g.nlmsg_flags, more) : g.nlmsg_flags, n.style, 2);

/** What extended acknowledgements say (linux/netlink.h). */
const errorAttributes: Decoder = attributes(g.nlmsg_error_attrs, () => ({
  1: terminated,
  2: u32,
  3: list(u8),
}));

/** Prints the messages of one style and protocol. */
export class Messages {
  private readonly type: ScalarPrinter;
  private readonly ownType: ScalarPrinter;
  private readonly flags = new Map<ConstantTable | undefined, ScalarPrinter>();
  private readonly payloads = new Map<number, MemoryPrinter>();
  private readonly error: ScalarPrinter;
  private readonly status: MemoryPrinter;
  private readonly errorDetails: MemoryPrinter;
  private readonly records: Records;

  constructor(
    private readonly n: Compiler,
    private readonly family: NetlinkFamily | undefined,
  ) {
    this.type = xlatPrinter(g.nlmsg_types, n.style, 2);
    this.ownType = !family
      ? this.type
      : typeof family.types === 'function'
        ? family.types(n.style, 2)
        : xlatPrinter(family.types, n.style, 2);
    this.error = negativeError(n.style, 4);
    this.status = n.lazy(i32);
    this.errorDetails = n.lazy(errorAttributes);
    this.records = {
      header: HEADER,
      length: (c, at) => c.u32(at),
      print: (c, s, at, length) => this.message(c, s, at, length, true),
    };
  }

  /** The chain of messages in a buffer. */
  readonly print: MemoryPrinter = (c, s, at, length) => printRecords(this.n, this.records, c, s, at, length);

  private header(c: Cursor, s: Sink, at: number, type: number): void {
    s.bytes(LEN);
    s.decimal(c.u32(at));
    s.bytes(TYPE);
    (type < NLMSG_MIN_TYPE ? this.type : this.ownType)(c, s, type, 0);
    s.bytes(FLAGS);
    const more =
      type === NLMSG_ERROR ? g.nlmsg_ack_flags : type < NLMSG_MIN_TYPE ? undefined : this.family?.flags?.(type);
    let flags = this.flags.get(more);
    if (!flags) this.flags.set(more, (flags = flagsPrinter(this.n, more)));
    flags(c, s, c.u16(at + 6), 0);
    s.bytes(SEQ);
    s.decimal(c.u32(at + 8));
    s.bytes(PID);
    s.signed(c.i32(at + 12));
    s.byte(125);
  }

  /** One message, of which `length` bytes are there; `body`: with what follows its header. */
  private message(c: Cursor, s: Sink, at: number, length: number, body: boolean): void {
    const type = c.u16(at + 4);
    const whole = body && length > HEADER;
    if (whole) s.byte(91);
    this.header(c, s, at, type);
    if (!whole) return;
    s.bytes(SEPARATOR);
    this.n.scope.flags = c.u16(at + 6);
    const from = at + HEADER;
    const n = length - HEADER;
    if (type === NLMSG_ERROR) this.failure(c, s, from, n, c.u16(at + 6));
    else if (type === NLMSG_DONE) (n === 4 ? this.status : this.n.hex)(c, s, from, n);
    else if (type < NLMSG_MIN_TYPE) this.n.hex(c, s, from, n);
    else this.payload(type)(c, s, from, n);
    s.byte(93);
  }

  private payload(type: number): MemoryPrinter {
    let print = this.payloads.get(type);
    if (!print) {
      const decoder = this.family?.payload?.(type);
      this.payloads.set(type, (print = decoder ? this.n.compile(decoder) : this.n.hex));
    }
    return print;
  }

  /** struct nlmsgerr: an error number and the message that it is about, then attributes. */
  private failure(c: Cursor, s: Sink, at: number, length: number, flags: number): void {
    const { n } = this;
    if (length < 4 + HEADER) {
      n.hex(c, s, at, length);
      return;
    }
    if (!n.readable(at, 4 + HEADER)) {
      n.address(s, at);
      return;
    }
    const message = at + 4;
    const told = c.u32(message);
    const capped = (flags & NLM_F_CAPPED) !== 0;
    // strace takes what stands behind the message for attributes, whatever NLM_F_ACK_TLVS says.
    const details = 4 + (capped ? HEADER : Math.max(HEADER, told));
    const detailed = details < length;
    if (detailed) s.byte(91);
    s.bytes(ERROR);
    this.error(c, s, c.u32(at), 0);
    s.bytes(MSG);
    this.message(c, s, message, Math.min(told, length - 4), !capped);
    s.byte(125);
    if (!detailed) return;
    s.bytes(SEPARATOR);
    this.errorDetails(c, s, at + details, length - details);
    s.byte(93);
  }
}
