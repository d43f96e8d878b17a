// Commands of consoles and their keyboards (ioctl_console(2), linux/kd.h).
import * as g from '../../constants/generated/console.js';
import { compound } from '../../decode/leaf/compound.js';
import { wideSignal } from '../../decode/leaf/flags.js';
import { beep, character, keysym, keyTable, stringKey, tone } from '../../decode/leaf/keyboard.js';
import type { ConstantTable } from '../../constants/table.js';
import { hexText, xlatPrinter } from '../../decode/xlat.js';
import {
  address,
  array,
  before,
  behind,
  blob,
  choice,
  constant,
  differs,
  field,
  fixedArray,
  flags,
  format,
  hexBytes,
  i32,
  inout,
  input,
  match,
  noneOf,
  output,
  padding,
  product,
  sibling,
  struct,
  succeeded,
  times,
  u16,
  u32,
  u8,
  x16,
  x32,
} from '../../describe/combinators.js';
import type { Field, MemoryNode, Node, PointerOptions, Ref, StringNode } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';

/** A character that stands for a place in the font itself: UNI_DIRECT_BASE, and UNI_DIRECT_MASK below it. */
const directUnicode = compound((lo) =>
  (lo & ~0x1ff) === 0xf000 ? `UNI_DIRECT_BASE+${hexText(lo & 0x1ff, 0)}` : undefined,
);

/** Most accents that the kernel keeps (linux/kd.h, linux/keyboard.h: MAX_DIACR). */
const ACCENTS = 256;
/** Bytes of a character in the fonts of consoles: 32 rows; and of a font of 256. */
const ROWS = 32;
const FONT = 256 * ROWS;
/** Room of a string of a key (struct kbsentry), and of a font's name (MAX_FONT_NAME). */
const STRING = 512;
const FONT_NAME = 32;

/** Operations of KDFONTOP. */
const FONT_OP = { SET: 0, GET: 1, SET_DEFAULT: 2, COPY: 3 } as const;

/** A keysym that is read apart from what stands before it. */
const symbol = blob(
  constant(2),
  2,
  ({ style }) => {
    const print = keysym(style, 2);
    return (c, s, at) => print(c, s, c.u16(at), 0);
  },
  { minimum: 2 },
);
/** Flags of which a register's lowest byte counts. */
const byte = (table: ConstantTable): Node =>
  format((style) => {
    const print = xlatPrinter(table, style, 1);
    return (c, s, lo) => print(c, s, lo & 0xff, 0);
  });
const string = (room: number): StringNode => ({ kind: 'string', limit: 'string', max: room });

/** A member behind those that are asked for, read on its own and shown when it was answered. */
const answered = (node: Node, lost?: string): Omit<Field, 'name'> => ({
  ...behind(node, { lost, when: succeeded }),
  fresh: true,
});

const accents = (name: string, accent: MemoryNode) => {
  const count = sibling('kb_cnt');
  return struct({
    kb_cnt: u32,
    [name]: behind(array(accent, count, { cap: ACCENTS })),
  });
};

/** Keys and the strings that they type. */
const keyboard = (): Record<string, Declaration> => {
  const key = { kb_table: format(keyTable, 1), kb_index: u8 };
  const number = { kb_func: format(stringKey, 1) };
  const mark = format(character, 1);
  const latin = accents('kbdiacr', struct({ diacr: mark, base: mark, result: mark }));
  const unicode = accents('kbdiacruc', struct({ diacr: x32, base: x32, result: x32 }));
  const repeat = inout(struct({ delay: i32, period: i32 }), { show: 'pair' });
  return {
    KDGKBTYPE: output(choice(g.keyboard_types, 1)),
    KDGKBMODE: output(choice(g.keyboard_modes, 4, 'd')),
    KDSKBMODE: choice(g.keyboard_modes, 4, 'd'),
    KDGKBMETA: output(choice(g.keyboard_meta)),
    KDSKBMETA: choice(g.keyboard_meta),
    KDGETLED: output(flags(g.keyboard_leds, 1)),
    KDSETLED: byte(g.keyboard_leds),
    KDGKBLED: output(flags(g.keyboard_led_states, 1)),
    KDSKBLED: byte(g.keyboard_led_states),
    KDGKBENT: inout(struct({ ...key, kb_value: answered(symbol, '???') }), { show: 'split', always: true }),
    KDSKBENT: input(struct({ ...key, kb_value: behind(symbol, { lost: '???' }) }), { always: true }),
    KDGKBSENT: inout(struct({ ...number, kb_string: answered(string(STRING)) }), { show: 'split' }),
    KDSKBSENT: input(struct({ ...number, kb_string: behind(string(STRING)) })),
    KDGKBDIACR: output(latin),
    KDSKBDIACR: input(latin),
    KDGKBDIACRUC: output(unicode),
    KDSKBDIACRUC: input(unicode),
    KDGETKEYCODE: inout(struct({ scancode: x32, keycode: field(x32, { changed: true }) }), { show: 'split' }),
    KDSETKEYCODE: input(struct({ scancode: x32, keycode: x32 })),
    KDKBDREP: repeat,
    KDSIGACCEPT: format(wideSignal, 8),
  };
};

/** struct console_font_op: what is asked for depends on the operation, and so does what is answered. */
const fontOperation = () => {
  const op = sibling('op');
  const { SET, GET, SET_DEFAULT, COPY } = FONT_OP;
  const bytes = times(product(times(sibling('width'), 1, 8), sibling('charcount')), ROWS);
  const glyphs = input(hexBytes(bytes));
  const name = input(string(FONT_NAME - 1));
  const described = noneOf(op, [SET_DEFAULT, COPY]);
  const asked = struct({
    op: choice(g.font_operations),
    flags: field(flags(g.font_flags), { when: described }),
    width: field(u32, { when: differs(op, COPY) }),
    height: u32,
    charcount: field(u32, { when: described }),
    data: field(match(op, { [SET]: glyphs, [SET_DEFAULT]: name }, address), { when: differs(op, COPY) }),
  });
  const got = noneOf(op, [SET, SET_DEFAULT, COPY]);
  const answer = struct(
    {
      op: field(u32, { hidden: true }),
      flags: padding(4),
      width: u32,
      height: u32,
      charcount: field(u32, { when: got }),
      data: field(match(op, { [GET]: glyphs }, address), { when: got }),
    },
    {
      // Nothing is answered when a font is set or copied.
      render:
        ({ plain, offset }) =>
        (c, s, at, length) => {
          const operation = c.u32(at + offset('op'));
          if (operation !== SET && operation !== COPY) plain(c, s, at, length);
        },
    },
  );
  return inout(asked, { show: 'arrow', after: answer });
};

const fonts = (): Record<string, Declaration> => {
  const font = hexBytes(constant(FONT));
  const glyphs = input(hexBytes(times(sibling('charcount'), ROWS)));
  const described = { charcount: u16, charheight: u16 };
  const wanted = struct({ ...described, chardata: address });
  const whole = struct({ ...described, chardata: glyphs });
  const colours = hexBytes(constant(16 * 3));
  const screen = hexBytes(constant(256));
  const unicode = fixedArray(format(directUnicode, 2), 256);
  const pairs = (count: Ref, options: PointerOptions = {}) =>
    input(array(struct({ unicode: x16, fontpos: x16 }), count), options);
  return {
    GIO_FONT: output(font),
    PIO_FONT: input(font),
    GIO_FONTX: inout(wanted, { show: 'arrow', after: whole }),
    PIO_FONTX: input(whole),
    PIO_FONTRESET: null,
    KDFONTOP: fontOperation(),
    GIO_CMAP: output(colours),
    PIO_CMAP: input(colours),
    GIO_SCRNMAP: output(screen),
    PIO_SCRNMAP: input(screen),
    GIO_UNISCRNMAP: output(unicode),
    PIO_UNISCRNMAP: input(unicode),
    GIO_UNIMAP: inout(
      struct({
        entry_ct: field(u16, { changed: true }),
        entries: field(pairs(before('entry_ct'), { followed: succeeded }), { fresh: true }),
      }),
      { show: 'split' },
    ),
    PIO_UNIMAP: input(struct({ entry_ct: u16, entries: pairs(sibling('entry_ct')) })),
    PIO_UNIMAPCLR: input(struct({ advised_hashsize: u16, advised_hashstep: u16, advised_hashlevel: u16 })),
  };
};

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => ({
    KIOCSOUND: format(tone, 8),
    KDMKTONE: format(beep, 4),
    KDSETMODE: choice(g.console_modes),
    KDGETMODE: output(choice(g.console_modes)),
    KDENABIO: null,
    KDDISABIO: null,
    KDMAPDISP: null,
    KDUNMAPDISP: null,
    ...keyboard(),
    ...fonts(),
  }),
};
