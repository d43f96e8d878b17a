// What follows `= `: numbers, descriptors, errors with their text, restarts, and the comment in parentheses.
import { errnoName, errnoText, restartName, restartText } from '../abi/errno.js';
import type { RResult } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { RecordFlag } from '../record/layout.js';
import { fdDescriber } from './descriptor.js';
import type { MemoryPrinter } from './printer.js';
import { printCapturedComm } from './process-id.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';
import type { Style } from './style.js';

const QUESTION = label('?');
const MINUS_ONE = label('-1 ');
const INJECTED = label(' (INJECTED)');
const INJECTED_MEMORY = label(' (INJECTED: args)');
const INJECTED_BOTH = label(' (INJECTED: args, retval)');
const TAMPERED = RecordFlag.Tampered | RecordFlag.Poked;
const CHANGED = TAMPERED | RecordFlag.Delayed;
const DELAYED = label(' (DELAYED)');
const OPEN = label(' (');

/** What was tampered with: the result, memory, or both. */
function tampering(flags: number): Uint8Array {
  if ((flags & RecordFlag.Poked) === 0) return INJECTED;
  return (flags & RecordFlag.Tampered) === 0 ? INJECTED_MEMORY : INJECTED_BOTH;
}

const errors = new Map<number, Uint8Array>();

/** `ENOENT (No such file or directory)`, or `(errno 4095)`. */
function errorLabel(errno: number): Uint8Array {
  let made = errors.get(errno);
  if (made === undefined) {
    const name = errnoName(errno);
    made = label(name === undefined ? `(errno ${errno})` : `${name} (${errnoText(errno)})`);
    errors.set(errno, made);
  }
  return made;
}

/** Whether a failed call is one that the kernel restarts: printed as `?`. */
export function isRestart(errno: number): boolean {
  return errno >= 512 && errno <= 516 && errno !== 515;
}

/** Prints a result; the cursor is on the exiting record. */
export type ResultPrinter = (c: Cursor, s: Sink) => void;

/**
 * Compiles the printer of a call's result. `comment` prints the text in parentheses, without them; `value` what stands
 * for the number in the register; `wasRead`, whether a descriptor is one.
 */
export function resultPrinter(
  result: RResult,
  style: Style,
  comment: MemoryPrinter | undefined,
  value?: MemoryPrinter,
  wasRead?: (c: Cursor) => boolean,
): ResultPrinter {
  const { abi } = style;
  const narrow = abi.name === 'i386';
  const { base, site } = result;
  const custom = result.format?.(style, 8);
  const raw = style.raw;
  const describe = base === 'fd' && site >= 0 ? fdDescriber(style) : undefined;
  const success = ((): ((c: Cursor, s: Sink, lo: number, hi: number) => void) => {
    if (raw) return (_, s, lo, hi) => s.hex64(lo, hi);
    if (value) return (c, s) => value(c, s, 0, 0);
    switch (base) {
      case 'fd':
        return (c, s, lo) => {
          s.signed(lo);
          if (describe && (!wasRead || wasRead(c))) describe(c, s, site, lo);
        };
      case 'pid':
        return (c, s, lo) => {
          s.signed(lo);
          if (site >= 0) printCapturedComm(c, s, site, lo, style);
        };
      // A result that is no error has no sign.
      case 'd':
      case 'u':
        return (_, s, lo, hi) => s.decimal64(lo, hi);
      case 'o':
        return (_, s, lo) => s.octal(lo);
      case 'format':
        return (c, s, lo, hi) => custom?.(c, s, lo, hi);
      default:
        return (_, s, lo, hi) => s.hex64(lo, hi);
    }
  })();
  return (c, s) => {
    const { flags } = c;
    if ((flags & RecordFlag.NoReturn) !== 0) {
      s.bytes(QUESTION);
      return;
    }
    if (c.failed) {
      const errno = -(c.retLo | 0);
      if (raw && isRestart(errno)) s.text(`-1 ${restartName(errno)} (Unknown error ${errno})`);
      else if (isRestart(errno)) s.text(`? ${restartText(errno)}`);
      else {
        s.bytes(MINUS_ONE);
        s.bytes(errorLabel(errno));
      }
    } else success(c, s, c.retLo, narrow ? 0 : c.retHi);
    if (comment && !raw && !c.failed) {
      const from = s.pos;
      s.bytes(OPEN);
      const body = s.pos;
      comment(c, s, 0, 0);
      if (s.pos === body && !result.evenEmpty) s.rewind(from);
      else s.byte(41);
    }
    if ((flags & CHANGED) === 0) return;
    if ((flags & TAMPERED) !== 0) s.bytes(tampering(flags));
    if ((flags & RecordFlag.Delayed) !== 0) s.bytes(DELAYED);
  };
}
