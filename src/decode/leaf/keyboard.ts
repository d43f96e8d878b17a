// Keyboards and the speaker of the console: keysyms, characters, tones (linux/keyboard.h, ioctl_console(2)).
import { key_modifiers, key_tables, key_types, keysyms } from '../../constants/generated/console.js';
import type { ScalarFormat } from '../printer.js';
import type { Style } from '../style.js';
import { choiceName, hexText, memoised } from '../xlat.js';
import { bitsText, compound } from './compound.js';

/** Kinds of keysyms whose lower byte is a character: KT_LATIN, KT_META, KT_LETTER, KT_DEAD2. */
const CHARACTERS: readonly number[] = [0, 8, 11, 13];
/** K_F1: the keysym of the first string. */
const FIRST_STRING = 0x100;

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

function characterText(byte: number): string {
  const c = String.fromCharCode(byte);
  if (Object.hasOwn(ESCAPES, c)) return `'${ESCAPES[c]}'`;
  return byte >= 0x20 && byte < 0x7f ? `'${c}'` : `'\\x${byte.toString(16).padStart(2, '0')}'`;
}

function keysymText(lo: number, style: Style): string {
  const { name } = style.abi;
  const named = choiceName(keysyms.entries(name), lo, 0, 2);
  if (named !== undefined) return named;
  const type = lo >>> 8;
  const value = lo & 0xff;
  const kind = choiceName(key_types.entries(name), type, 0, 1) ?? hexText(type, 0);
  return `K(${kind}, ${CHARACTERS.includes(type) ? characterText(value) : hexText(value, 0)})`;
}

/** A byte as a character: `'a'`, `'\x00'`. */
export const character: ScalarFormat = () => memoised((lo) => characterText(lo & 0xff));

/** A keysym, with what it means in a comment. */
export const keysym: ScalarFormat = (style) =>
  memoised((lo) => (style.constants === 'raw' ? hexText(lo, 0) : `${hexText(lo, 0)} /* ${keysymText(lo, style)} */`));

/** The number of a string, by the key that types it: `KVAL(K_F6)`. */
export const stringKey: ScalarFormat = compound((lo, _hi, style) => `KVAL(${keysymText(lo | FIRST_STRING, style)})`);

/** The number of a table of keys: its name, or the modifiers that lead to it. */
export const keyTable: ScalarFormat = compound(
  (lo, hi, style) => choiceName(key_tables.entries(style.abi.name), lo, 0, 1) ?? bitsText(key_modifiers, style, lo, hi),
);

/** Ticks of the timer in a second (PIT_TICK_RATE). */
const TICKS = 1193182;
const hertz = (ticks: number): number => (ticks === 0 ? 0 : Math.floor(TICKS / ticks));

/** A tone by the ticks of its period: `1 /* 1193182 Hz *` + `/`. */
export const tone: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const number = String((BigInt(hi) << 32n) | BigInt(lo));
    if (style.constants === 'raw') return number;
    const frequency = hi === 0 ? hertz(lo) : 0;
    return `${number} /* ${frequency === 0 ? 'off' : `${frequency} Hz`} */`;
  });

/** A tone and, above it, how long it lasts: `13398<<16|30874 /* 38 Hz, 13398 ms *` + `/`. */
export const beep: ScalarFormat = (style) =>
  memoised((lo) => {
    const duration = lo >>> 16;
    const ticks = lo & 0xffff;
    const number = duration === 0 ? String(ticks) : `${duration}<<16|${ticks}`;
    if (style.constants === 'raw') return number;
    const frequency = hertz(ticks);
    const sounds = duration !== 0 && frequency !== 0;
    return `${number} /* ${sounds ? `${frequency} Hz, ${duration} ms` : 'off'} */`;
  });
