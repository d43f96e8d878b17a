// Pointers: NULL, an address, or what they point to, before and after the call.
import { isText, keepsEntry } from '../capture/shape.js';
import type { PointerOptions } from '../describe/node.js';
import type { R } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { allZero, same } from './compare.js';
import { unfollowed } from './found-arrays.js';
import { boxed, memberAt, missed, say } from './miss.js';
import { placeReader, testReader } from './place.js';
import type { Printers } from './print.js';
import type { ScalarPrinter } from './printer.js';
import { isRestart } from './result.js';
import { printAddress, stored } from './scalar.js';
import { label } from './sink.js';
import type { Sink } from './sink.js';

const NULL = label('NULL');
const NOTHING = label('');
const NULL_BOX = label('[NULL]');
const ARROW = label(' => ');

/** Whether the kernel asked for a restart of the call. */
const restarts = (c: Cursor): boolean => c.failed && isRestart(-(c.retLo | 0));

/** What stands for a null pointer. */
function textOfNull({ boxed, orNothing, whenNull, nullNote }: PointerOptions, verbose: boolean): Uint8Array {
  if (boxed) return NULL_BOX;
  if (orNothing) return NOTHING;
  if (nullNote !== undefined && verbose) return label(`NULL /* ${nullNote} */`);
  return whenNull === undefined ? NULL : label(whenNull);
}

/** A pointer: NULL, an address, or what it points to. */
export function pointerPrinter(p: Printers, node: R & { kind: 'pointer' }, depth: number): ScalarPrinter {
  const { style } = p;
  const { options, direction } = node;
  const whenNull = textOfNull(options, style.verbose);
  const { member } = options;
  const miss = options.boxed
    ? boxed
    : member
      ? memberAt(member.name, member.offset)
      : options.orNothing
        ? say('')
        : missed;
  const followed = style.verbose || options.always === true || isText(node.to);
  const target: ScalarPrinter = followed
    ? p.found(node.to, node.site, depth, options.bare === true, miss)
    : options.plainAddress
      ? printAddress
      : member
        ? (_c, s, lo, hi) => miss(s, lo, hi)
        : unfollowed(node.to, depth);
  const hidden = (direction === 'out' || (direction === 'in' && p.late && !isText(node.to))) && !options.evenOnError;
  const { onRestart } = options;
  const smallest = node.sizePlace && placeReader(node.sizePlace, depth);
  if (keepsEntry(node) && followed) {
    const changing = changingPrinter(p, node, depth, whenNull);
    if (!node.onlyIf) return changing;
    const only = placeReader(node.onlyIf, depth);
    return (c, s, lo, hi) => (only(c) === 0 ? printAddress : changing)(c, s, lo, hi);
  }
  const unaligned = (options.aligned ?? 1) - 1;
  const wanted = node.followed && testReader(node.followed, depth);
  // A buffer that is not there takes its share of what was transferred all the same.
  const share = node.to.kind === 'bytes' && node.to.within ? placeReader(node.to.length, depth) : undefined;
  // A buffer of no bytes is none where x32's pointers do not reach.
  const own = style.abi.name === 'x32' && node.bytes === 8 && node.to.kind === 'bytes';
  const plain: ScalarPrinter = (c, s, lo, hi) => {
    if ((lo | hi) === 0) {
      // Structures at a fixed place of a frame are never absent: the stack pointer may be 0.
      if (member) miss(s, lo, hi);
      else s.bytes(whenNull);
      if (share) c.budget -= Math.min(share(c), c.budget);
    } else if (own && hi !== 0) s.hex64(lo, hi);
    else if ((lo & unaligned) !== 0 || (wanted && !wanted(c))) miss(s, lo, hi);
    else if (onRestart ? !restarts(c) : hidden && c.failed) miss(s, lo, hi);
    else if (smallest && smallest(c) < node.to.bytes) miss(s, lo, hi);
    else target(c, s, lo, hi);
  };
  return plain;
}

/** An inout pointer printed at the exit from both states. */
function changingPrinter(
  p: Printers,
  node: R & { kind: 'pointer' },
  depth: number,
  whenNull: Uint8Array,
): ScalarPrinter {
  const { site, to, options } = node;
  const target = p.pointee(node, depth);
  const failed = node.failed
    ? p.found(node.failed, site, depth, false)
    : options.failed === 'address'
      ? printAddress
      : undefined;
  const simple =
    to.kind !== 'struct' &&
    to.kind !== 'array' &&
    to.kind !== 'string' &&
    to.kind !== 'bytes' &&
    to.kind !== 'blob' &&
    to.kind !== 'match';
  const value = simple ? stored(p.scalar(to, depth), to.bytes) : undefined;
  const pair = pairPrinter(site, options, target);
  return (c, s, lo, hi) => {
    if ((lo | hi) === 0) {
      s.bytes(whenNull);
      return;
    }
    const { entry } = c;
    const old = entry !== null && entry.find(site, lo, hi) && entry.length >= to.bytes ? entry.at : -1;
    if (c.failed && failed) {
      if (old >= 0 && entry) failed(entry, s, lo, hi);
      else s.hex64(lo, hi);
      return;
    }
    if (value) {
      const now = c.find(site, lo, hi) && c.length >= to.bytes ? c.at : -1;
      if (now < 0 && old < 0) {
        s.hex64(lo, hi);
        return;
      }
      s.byte(91);
      if (old >= 0 && entry) value(entry, s, old, to.bytes);
      const both = options.arrowOnResult && (c.retLo | c.retHi) !== 0;
      if (now >= 0 && (both || !(old >= 0 && entry && same(c, now, entry, old, to.bytes)))) {
        if (old >= 0) s.bytes(ARROW);
        value(c, s, now, to.bytes);
      }
      s.byte(93);
      return;
    }
    if (options.show === 'pair') {
      pair(c, s, lo, hi, entry);
      return;
    }
    if (options.show === 'split') {
      const outer = c.changedBase;
      c.changedBase = old;
      target(c, s, lo, hi);
      c.changedBase = outer;
      return;
    }
    if (options.show === 'entry') {
      // Without an entering record, the cursor is on it: nothing of the call waits for the exit.
      if (entry === null ? !c.find(site, lo, hi) || c.length < to.bytes : old < 0) {
        s.hex64(lo, hi);
        return;
      }
      if (entry === null) {
        target(c, s, lo, hi);
        return;
      }
      const now = c.find(site, lo, hi) ? c.at : -1;
      entry.after = c;
      entry.changedBase = now;
      target(entry, s, lo, hi);
      entry.after = null;
      entry.changedBase = -1;
      return;
    }
    if (c.failed && !options.evenOnError && old >= 0 && entry) {
      target(entry, s, lo, hi);
      return;
    }
    const outer = c.changedBase;
    c.changedBase = old;
    target(c, s, lo, hi);
    c.changedBase = outer;
  };
}

/** Both states of an object: `old => new`. */
function pairPrinter(
  site: number,
  { unlessZero, arrowOnError }: PointerOptions,
  target: ScalarPrinter,
): (c: Cursor, s: Sink, lo: number, hi: number, entry: Cursor | null) => void {
  return (c, s, lo, hi, entry) => {
    const found = entry !== null && entry.find(site, lo, hi);
    if (!found || entry.errno !== 0 || (unlessZero && allZero(entry, entry.at, entry.length))) {
      if (found && !unlessZero) target(entry, s, lo, hi);
      else if (!unlessZero || c.failed) s.hex64(lo, hi);
      else target(c, s, lo, hi);
      return;
    }
    target(entry, s, lo, hi);
    if (c.failed && !arrowOnError) return;
    s.bytes(ARROW);
    if (c.failed) s.hex64(lo, hi);
    else target(c, s, lo, hi);
  };
}
