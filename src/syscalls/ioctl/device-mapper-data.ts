// What stands behind the header of the device mapper's commands: targets, names, versions, messages (linux/dm-ioctl.h).
import type { Cursor } from '../../record/cursor.js';
import { device } from '../../decode/leaf/mode.js';
import type { ScalarPrinter } from '../../decode/printer.js';
import { quote } from '../../decode/quote.js';
import type { Sink } from '../../decode/sink.js';
import type { Style } from '../../decode/style.js';

/** The bytes of a whole argument, header included, as far as they could be read, and what the header says of them. */
export interface Given {
  readonly bytes: Uint8Array;
  /** Address of the first byte. */
  readonly base: number;
  /** `data_start`, `data_size`, `target_count`. */
  readonly start: number;
  readonly size: number;
  readonly count: number;
  /** It is an answer. */
  readonly back: boolean;
  readonly style: Style;
}

/** Prints what is there, each item behind a comma. */
export type Payload = (c: Cursor, s: Sink, given: Given) => void;

const u32 = (b: Uint8Array, at: number): number =>
  (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;

/** Bytes of the structures in front of each item. */
const [SPEC, DEPS, NAMES, VERSIONS, MESSAGE] = [40, 8, 16, 16, 8];
/** Where the name begins in an item of a list of devices. */
const NAME = 12;
/** Bytes of a target's type. */
const TYPE = 16;

const misplaced = (s: Sink, what: string): void => s.text(`, ??? /* misplaced ${what} */`);
const address = (s: Sink, { base }: Given, at: number): void => {
  const value = base + at;
  s.hex64(value >>> 0, Math.floor(value / 4294967296) >>> 0);
};

/** A string at an offset, of at most `room` bytes; an address when nothing of it can be read. */
function string(s: Sink, given: Given, at: number, room: number, limit = given.style.stringLimit): void {
  const { bytes, style } = given;
  if (room > 0 && at >= bytes.length) {
    address(s, given, at);
    return;
  }
  const all = bytes.subarray(at, Math.min(bytes.length, at + room));
  const end = all.indexOf(0);
  const length = end < 0 ? all.length : end;
  const shown = Math.min(length, limit);
  quote(s, all, 0, shown, style.hex, shown < length || (end < 0 && room > 0 && length >= limit));
}

export const targets: Payload = (_c, s, given) => {
  const { bytes, start, size, count, back } = given;
  let at = start;
  let least = 0;
  for (let i = 0; i < count; i++) {
    if (at < least || at + SPEC > size) {
      misplaced(s, 'struct dm_target_spec');
      return;
    }
    s.text(', ');
    if (at + SPEC > bytes.length) {
      address(s, given, at);
      return;
    }
    s.text('{sector_start=');
    s.decimal64(u32(bytes, at), u32(bytes, at + 4));
    s.text(', length=');
    s.decimal64(u32(bytes, at + 8), u32(bytes, at + 12));
    if (back) {
      s.text(', status=');
      s.signed(u32(bytes, at + 16));
    }
    s.text(', target_type=');
    string(s, given, at + 24, TYPE, TYPE - 1);
    s.text(', string=');
    string(s, given, at + SPEC, size - at - SPEC);
    s.byte(125);
    least = at + SPEC;
    at = (back ? start : at) + u32(bytes, at + 20);
  }
};

export const dependencies: Payload = (c, s, given) => {
  const { bytes, start, size, style } = given;
  if (start === size) return;
  if (start + DEPS > size) {
    misplaced(s, 'struct dm_target_deps');
    return;
  }
  if (start + DEPS > bytes.length) {
    s.text(', ');
    address(s, given, start);
    return;
  }
  const count = u32(bytes, start);
  if (count > Math.floor((size - start - DEPS) / 8)) {
    misplaced(s, 'struct dm_target_deps');
    return;
  }
  const print: ScalarPrinter = device(style, 8);
  s.text(', {count=');
  s.decimal(count);
  s.text(', deps=[');
  for (let i = 0; i < count; i++) {
    const at = start + DEPS + 8 * i;
    if (i > 0) s.text(', ');
    if (at + 8 > bytes.length) {
      s.text('... /* ');
      address(s, given, at);
      s.text(' */');
      break;
    }
    print(c, s, u32(bytes, at), u32(bytes, at + 4));
  }
  s.text(']}');
};

/** Items each of which says where the next one is; `show` prints one and tells its end. */
function chained(
  s: Sink,
  given: Given,
  head: number,
  what: string,
  nextAt: number,
  show: (at: number, next: number) => void,
): void {
  const { bytes, start, size } = given;
  if (start === size) return;
  let at = start;
  let least = 0;
  for (;;) {
    if (at < least || at + head > size) {
      misplaced(s, what);
      return;
    }
    s.text(', ');
    if (at + head > bytes.length) {
      address(s, given, at);
      return;
    }
    const next = u32(bytes, at + nextAt);
    show(at, next);
    if (next === 0) return;
    least = at + head;
    at += next;
  }
}

export const names: Payload = (c, s, given) => {
  const { bytes, size, style } = given;
  const print: ScalarPrinter = device(style, 8);
  chained(s, given, NAMES, 'struct dm_name_list', 8, (at, next) => {
    s.text('{dev=');
    print(c, s, u32(bytes, at), u32(bytes, at + 4));
    s.text(', name=');
    string(s, given, at + NAME, size - at - NAME);
    const end = bytes.indexOf(0, at + NAME);
    // The number of the last event stands behind the name, if the next item leaves room.
    const event = Math.ceil((end + 1 - at) / 8) * 8;
    if (end >= 0 && next >= event + 4 && at + event + 4 <= bytes.length) {
      s.text(', event_nr=');
      s.decimal(u32(bytes, at + event));
    }
    s.byte(125);
  });
};

export const versions: Payload = (_c, s, given) => {
  const { bytes, size } = given;
  chained(s, given, VERSIONS, 'struct dm_target_versions', 0, (at) => {
    s.text('{name=');
    string(s, given, at + VERSIONS, size - at - VERSIONS);
    s.text(`, version=[${[4, 8, 12].map((o) => u32(bytes, at + o)).join(', ')}]}`);
  });
};

export const message: Payload = (_c, s, given) => {
  const { bytes, start, size } = given;
  if (start === size) return;
  if (start + MESSAGE > size) {
    misplaced(s, 'struct dm_target_msg');
    return;
  }
  s.text(', ');
  if (start + MESSAGE > bytes.length) {
    address(s, given, start);
    return;
  }
  s.text('{sector=');
  s.decimal64(u32(bytes, start), u32(bytes, start + 4));
  s.text(', message=');
  string(s, given, start + MESSAGE, size - start - MESSAGE);
  s.byte(125);
};

export const text: Payload = (_c, s, given) => {
  const { start, size } = given;
  if (start > size) {
    misplaced(s, 'string');
    return;
  }
  s.text(', {string=');
  string(s, given, start, size - start);
  s.byte(125);
};
