// struct termios and its relatives (asm-generic/termbits.h): words that hold several choices and flags.
import {
  line_disciplines,
  termios_baud,
  termios_bs,
  termios_cflags,
  termios_chars,
  termios_cr,
  termios_ff,
  termios_iflags,
  termios_lflags,
  termios_nl,
  termios_oflags,
  termios_size,
  termios_tab,
  termios_vt,
} from '../../constants/generated/terminal.js';
import type { ConstantTable } from '../../constants/table.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import type { Style } from '../../decode/style.js';
import { constantText, hexText, memoised } from '../../decode/xlat.js';
import { choice, detail, fixedArray, format, struct, u32, x8 } from '../../describe/combinators.js';
import type { FieldSpec, StructOptions } from '../../describe/combinators.js';
import type { Size, StructNode } from '../../describe/node.js';

/** Masks of the parts. */
const NL = 0x100;
const CR = 0x600;
const TAB = 0x1800;
const BS = 0x2000;
const VT = 0x4000;
const FF = 0x8000;
const CBAUD = 0x100f;
const CSIZE = 0x30;
/** The input speed stands in the same word, so many bits further up. */
const IBSHIFT = 16;

const part = (table: ConstantTable, value: number, style: Style): string =>
  constantText(table, style.abi, style.constants, value >>> 0, 0, 4);
/** Nothing for no flags: what stands before ends with a bar all the same. */
const rest = (table: ConstantTable, value: number, style: Style): string =>
  value >>> 0 === 0 ? '' : part(table, value, style);

const delays: readonly (readonly [ConstantTable, number])[] = [
  [termios_nl, NL],
  [termios_cr, CR],
  [termios_tab, TAB],
  [termios_bs, BS],
  [termios_vt, VT],
  [termios_ff, FF],
];
const DELAYS = NL | CR | TAB | BS | VT | FF;

const plainFlags =
  (table: ConstantTable): ScalarFormat =>
  (style) =>
    memoised((lo) => rest(table, lo, style));

const outputModes: ScalarFormat = (style) =>
  memoised((lo) =>
    [...delays.map(([table, mask]) => part(table, lo & mask, style)), rest(termios_oflags, lo & ~DELAYS, style)].join(
      '|',
    ),
  );

const shiftText = (style: Style): string => {
  const number = hexText(IBSHIFT, 0);
  if (style.constants === 'raw') return number;
  return style.constants === 'verbose' ? `${number} /* IBSHIFT */` : 'IBSHIFT';
};

const controlModes: ScalarFormat = (style) =>
  memoised((lo) => {
    const parts = [part(termios_baud, lo & CBAUD, style)];
    const inputSpeed = (lo >>> IBSHIFT) & CBAUD;
    if (inputSpeed !== 0) parts.push(`${part(termios_baud, inputSpeed, style)}<<${shiftText(style)}`);
    parts.push(part(termios_size, lo & CSIZE, style));
    parts.push(rest(termios_cflags, lo & ~(CBAUD | CSIZE | (CBAUD << IBSHIFT)), style));
    return parts.join('|');
  });

/** `[[VINTR]=0x3, …]`: characters by their index. */
const controlCharacters =
  (count: number): Renderer =>
  ({ style, element }) => {
    const names = termios_chars.entries(style.abi.name);
    const labels = Array.from({ length: count }, (_, i) => `[${names.find((e) => e.lo === i)?.name ?? i}]=`);
    return (c, s, at) => {
      labels.forEach((label, i) => {
        s.text(i === 0 ? '[' : ', ');
        s.text(label);
        element(c, s, at + i, 1);
      });
      s.text(']');
    };
  };

function termios(size: Size, characters: number, more: FieldSpec, options: StructOptions = {}): StructNode {
  return struct(
    {
      c_iflag: format(plainFlags(termios_iflags), size),
      c_oflag: format(outputModes, size),
      c_cflag: format(controlModes, size),
      c_lflag: format(plainFlags(termios_lflags), size),
      c_line: detail(choice(line_disciplines, 1)),
      c_cc: detail({ ...fixedArray(x8, characters), render: controlCharacters(characters) }),
      ...more,
    },
    options,
  );
}

/** struct termios of the kernel. */
export const kernelTermios = (): StructNode => termios(4, 19, {});
/** struct termios2: with speeds as numbers. */
export const termios2 = (): StructNode => termios(4, 19, { c_ispeed: detail(u32), c_ospeed: detail(u32) });
/** struct termio, of System V. */
export const termio = (): StructNode => termios(2, 8, {});
