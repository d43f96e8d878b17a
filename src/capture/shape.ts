// What nodes need: whether something of them is captured, how much, and at which stop.
import type { Style } from '../decode/style.js';
import { describesFds } from '../decode/style.js';
import type { Place, R, RStruct } from '../describe/resolved.js';

/** Most bytes of a path, its NUL included (PATH_MAX). */
export const PATH_BYTES = 4096;
/** Most bytes of a structure that is bigger than its known fields: a page, as for clone3, openat2 and their like. */
export const EXCESS_BYTES = 4096;
/** Most bytes that one counted capture takes, whatever `-s` says: keeps a record well inside the ring. */
export const CAPTURE_MAX = 1 << 20;
/** Most elements of arrays that are shown whole. */
const ELEMENTS_MAX = 1 << 16;

/** Most structures of a list; `OP_WHILE` runs no more rounds. */
const LIST_MAX = 1024;
/** Most bits of a set of descriptors that are looked at: more cannot be open (and select(2^31 - 1) is a common idiom). */
export const FD_SET_BITS = 1 << 20;

/** Whether a node, or what it points to, holds something that only the exit knows. */
export function hasOutput(node: R): boolean {
  switch (node.kind) {
    case 'pointer':
      return node.direction !== 'in' || node.options.atExit === true || hasOutput(node.to);
    case 'match':
      return hasOutput(node.otherwise) || node.cases.some(([, r]) => hasOutput(r));
    case 'struct':
      return node.fields.some((f) => hasOutput(f.node));
    case 'whole':
      return hasOutput(node.node) || (node.short !== undefined && hasOutput(node.short));
    case 'array':
    case 'chain':
    case 'zeroTerminated':
      return hasOutput(node.of);
    default:
      return false;
  }
}

/** Most elements of an array that are captured, `cap` of its own; strace shows as many as `-s` says when it abbreviates. */
export function elementLimit(style: Style, limit: number | undefined, cap = ELEMENTS_MAX): number {
  return style.abbrev ? Math.min(limit ?? style.stringLimit, cap) : cap;
}

/** Most structures of a list that are followed; never more, for a list may lead back to itself. */
export function listLimit(style: Style): number {
  return Math.min(Math.max(elementLimit(style, undefined), 1), LIST_MAX);
}

/** Strings and counted bytes are read whatever `-e verbose=` says. */
export function isText(node: R): boolean {
  return node.kind === 'string' || node.kind === 'bytes';
}

/** Whether anything below a node in memory (or a value) has to be captured on its own. */
export function needsCapture(node: R, style: Style): boolean {
  switch (node.kind) {
    case 'pointer':
      return true;
    case 'fd':
      return describesFds(style);
    case 'format':
      return node.site >= 0;
    case 'match':
      if (node.on.kind === 'terminal') return true;
      return needsCapture(node.otherwise, style) || node.cases.some(([, r]) => needsCapture(r, style));
    case 'struct':
      return node.fields.some((f) => !f.hidden && (f.behind >= 0 || needsCapture(f.node, style)));
    case 'whole':
      return needsCapture(node.node, style);
    case 'array':
    case 'chain':
    case 'zeroTerminated':
      return needsCapture(node.of, style);
    default:
      return false;
  }
}

/** Most bytes that are shown of an object that may be short. */
export function shownBytes(node: R | undefined, style: Style): number {
  if (!node) return 0;
  if (node.kind === 'bytes') return Math.min(style.stringLimit + 1, CAPTURE_MAX);
  if (node.kind === 'blob') return node.max;
  if (node.kind === 'whole') return Math.max(shownBytes(node.node, style), shownBytes(node.short, style));
  if (node.kind === 'array') return Math.min(elementLimit(style, node.limit) * node.of.bytes, CAPTURE_MAX);
  return node.bytes;
}

/** Bytes of what stands before the contents of a record. */
export function headerBytes(record: RStruct): number {
  return Math.max(...record.fields.filter((f) => !f.rest).map((f) => f.offset + f.node.bytes));
}

/** A reference to fields as it is where `up` structures fewer lie around. */
function outward(place: Place, up: number): Place {
  if (place.kind === 'field') return { ...place, up: place.up - up };
  if (place.kind === 'moved') return { ...place, of: outward(place.of, up), left: outward(place.left, up) };
  return place;
}

/** The reference that bounds the bytes of all elements together. */
export function budgetOf(node: R, up = 0): Place | undefined {
  switch (node.kind) {
    case 'bytes':
      // Evaluated outside of the structures that lie between.
      return node.within && outward(node.within, up);
    case 'pointer':
      return node.to.kind === 'array' ? undefined : budgetOf(node.to, up);
    case 'struct':
      for (const f of node.fields) {
        const found = budgetOf(f.node, up + 1);
        if (found) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}

/** An inout pointer that is printed at the exit from both records. */
export function keepsEntry(node: R): boolean {
  if (node.kind !== 'pointer' || node.direction !== 'inout') return false;
  const { show = 'changed' } = node.options;
  return show === 'changed' || show === 'entry' || show === 'split' || show === 'pair';
}

/** An inout pointer to a structure of which a part is printed at the entry. */
export function isSplit(node: R): boolean {
  return node.kind === 'pointer' && node.direction === 'inout' && node.options.show === 'split';
}

/** Whether an argument, or one of the forms that it may have, is printed from both records. */
export function needsBoth(node: R): boolean {
  if (node.kind !== 'match') return keepsEntry(node);
  return needsBoth(node.otherwise) || node.cases.some(([, r]) => needsBoth(r));
}
