// Classic BPF programs as the macros of linux/filter.h write them: BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0xc).
import * as g from '../../constants/generated/network.js';
import type { ConstantTable } from '../../constants/table.js';
import { address, array, input, sibling, struct, u16, verbose, x32, x8 } from '../../describe/combinators.js';
import type { StructNode } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import type { Renderer } from '../printer.js';
import type { Sink } from '../sink.js';
import type { Style } from '../style.js';
import { constantText, hexText } from '../xlat.js';

const CLASS = 0x07;
const SIZE = 0x18;
const MODE = 0xe0;
const OPERATION = 0xf0;
const SOURCE = 0x08;
const RESULT = 0x18;
const MOVE = 0xf8;
const LD = 0;
const ABSOLUTE = 0x20;
const RET = 6;
/** A statement that returns a constant. */
export const RETURN_CONSTANT = RET;

/** Offsets from which on a load means not the packet's bytes. */
const SKF_LL_OFF = 0xffe00000;
const SKF_NET_OFF = 0xfff00000;
const SKF_AD_OFF = 0xfffff000;

/** The text of an instruction's constant, where it is no plain number. */
export type ConstantOf = (code: number, k: number, style: Style, jumps: boolean) => string | undefined;

function codeText(code: number, style: Style): string {
  const named = (table: ConstantTable, value: number): string =>
    constantText(table, style.abi, style.constants, value, 0, 4);
  /** Bits that mean nothing are shown only when there are any. */
  const rest = (bits: number): string => (bits === 0 ? '' : `|${hexText(bits, 0)} /* BPF_??? */`);
  const text = named(g.filter_classes, code & CLASS);
  switch (code & CLASS) {
    case 0:
    case 1:
      return `${text}|${named(g.filter_sizes, code & SIZE)}|${named(g.filter_modes, code & MODE)}`;
    case 2:
    case 3:
      return text + rest(code & ~CLASS);
    case 4:
      return `${text}|${named(g.filter_sources, code & SOURCE)}|${named(g.filter_operations, code & OPERATION)}`;
    case 5:
      return `${text}|${named(g.filter_sources, code & SOURCE)}|${named(g.filter_jumps, code & OPERATION)}`;
    case RET:
      return `${text}|${named(g.filter_results, code & RESULT)}${rest(code & ~(CLASS | RESULT))}`;
    default:
      return `${text}|${named(g.filter_moves, code & MOVE)}${rest(code & ~(CLASS | MOVE))}`;
  }
}

/** `BASE+n` in the style of constants. */
function relative(name: string, base: number, rest: string, style: Style): string {
  const number = hexText(base, 0);
  const shown = style.constants === 'raw' ? number : style.constants === 'verbose' ? `${number} /* ${name} */` : name;
  return `${shown}+${rest}`;
}

/** Loads of a socket filter that reach beside the packet. */
export const packetExtensions: ConstantOf = (code, k, style) => {
  if ((code & CLASS) !== LD || (code & MODE) !== ABSOLUTE || k < SKF_LL_OFF) return undefined;
  if (k >= SKF_AD_OFF)
    return relative(
      'SKF_AD_OFF',
      SKF_AD_OFF,
      constantText(g.filter_extensions, style.abi, style.constants, k - SKF_AD_OFF, 0, 4),
      style,
    );
  if (k >= SKF_NET_OFF) return relative('SKF_NET_OFF', SKF_NET_OFF, String(k - SKF_NET_OFF), style);
  return relative('SKF_LL_OFF', SKF_LL_OFF, String(k - SKF_LL_OFF), style);
};

function printInstruction(c: Cursor, s: Sink, at: number, style: Style, constantOf: ConstantOf): void {
  const code = c.u16(at);
  const jt = c.bytes[at + 2];
  const jf = c.bytes[at + 3];
  const k = c.u32(at + 4);
  const jumps = jt !== 0 || jf !== 0;
  s.text(jumps ? 'BPF_JUMP(' : 'BPF_STMT(');
  s.text(codeText(code, style));
  s.text(', ');
  s.text(constantOf(code, k, style, jumps) ?? hexText(k, 0));
  if (jumps) {
    s.text(', ');
    s.hex(jt);
    s.text(', ');
    s.hex(jf);
  }
  s.byte(41);
}

/** struct sock_filter; `constantOf` names constants that mean something to the program's user. */
export const filterInstruction = (constantOf: ConstantOf): StructNode => {
  const render: Renderer =
    ({ style }) =>
    (c, s, at) =>
      printInstruction(c, s, at, style, constantOf);
  return struct({ code: u16, jt: x8, jf: x8, k: x32 }, { render });
};

/** struct sock_fprog: the program itself is shown with `-v`. */
export const filterProgram = (constantOf: ConstantOf): StructNode =>
  struct({
    len: u16,
    filter: verbose(input(array(filterInstruction(constantOf), sibling('len'))), address),
  });
