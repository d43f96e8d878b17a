// References and conditions of descriptions, compiled to functions of a record.
import { fnv1a } from '../describe/link.js';
import type { NamedRegister, Place, Test } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { isTerminal } from './terminal-device.js';

/**
 * Compiles a reference to a function; `depth` is the number of structures around. Values above 2^53 lose low bits,
 * which no length needs.
 */
export function placeReader(place: Place, depth: number): (c: Cursor) => number {
  switch (place.kind) {
    case 'arg': {
      const { register, bytes, high } = place;
      if (high >= 0) return (c) => c.argLo(high) * 4294967296 + c.argLo(register);
      if (bytes === 8) return (c) => c.argHi(register) * 4294967296 + c.argLo(register);
      if (bytes === 4) return (c) => c.argLo(register);
      const mask = bytes === 2 ? 0xffff : 0xff;
      return (c) => c.argLo(register) & mask;
    }
    case 'ret':
      return (c) => (c.failed ? 0 : c.retHi * 4294967296 + c.retLo);
    case 'const': {
      const { value } = place;
      return () => value;
    }
    case 'room':
      return () => Infinity;
    case 'index':
      return (c) => c.index;
    case 'field': {
      const frame = depth - 1 - place.up;
      const { offset, bytes } = place;
      if (bytes === 8) return (c) => c.u64(c.frames[frame] + offset);
      if (bytes === 4) return (c) => c.u32(c.frames[frame] + offset);
      if (bytes === 2) return (c) => c.u16(c.frames[frame] + offset);
      return (c) => c.bytes[c.frames[frame] + offset];
    }
    case 'scale': {
      const of = placeReader(place.of, depth);
      const { by, per } = place;
      if (place.down) return (c) => Math.floor((of(c) * by) / per);
      return (c) => Math.ceil((of(c) * by) / per);
    }
    case 'min': {
      const of = placeReader(place.of, depth);
      const { max } = place;
      return (c) => Math.min(of(c), max);
    }
    case 'less': {
      const of = placeReader(place.of, depth);
      const { by } = place;
      return (c) => Math.max(of(c) - by, 0);
    }
    case 'least': {
      const a = placeReader(place.a, depth);
      const b = placeReader(place.b, depth);
      return (c) => Math.min(a(c), b(c));
    }
    case 'moved': {
      const of = placeReader(place.of, depth);
      const left = placeReader(place.left, depth);
      return (c) => {
        const all = of(c);
        const rest = left(c);
        return rest <= all ? all - rest : all;
      };
    }
    case 'product': {
      const a = placeReader(place.a, depth);
      const b = placeReader(place.b, depth);
      return (c) => a(c) * b(c);
    }
    case 'before': {
      const { offset, bytes } = place;
      return (c) => {
        const { entry, changedBase } = c;
        if (entry === null || changedBase < 0) return Infinity;
        const at = changedBase + offset;
        if (bytes === 8) return entry.u64(at);
        if (bytes === 4) return entry.u32(at);
        return bytes === 2 ? entry.u16(at) : entry.bytes[at];
      };
    }
    case 'link': {
      const of = placeReader(place.of, depth);
      const { site } = place;
      return (c) => {
        const fd = of(c) >>> 0;
        return c.find(site, fd, fd >>> 31 ? 0xffffffff : 0) ? fnv1a(c.bytes, c.at, c.length) : 0;
      };
    }
    case 'terminal': {
      const of = placeReader(place.of, depth);
      const { site } = place;
      return (c) => {
        const fd = of(c) >>> 0;
        return c.find(site, fd, fd >>> 31 ? 0xffffffff : 0) && isTerminal(c) ? 1 : 0;
      };
    }
    case 'netlink': {
      const of = placeReader(place.of, depth);
      const { site } = place;
      return (c) => {
        const fd = of(c) >>> 0;
        return c.find(site, fd, fd >>> 31 ? 0xffffffff : 0) && c.length === 4 ? c.u32(c.at) + 1 : 0;
      };
    }
    case 'deref': {
      const { target, absent, at, signed = false } = place;
      if (place.entry) return (c) => derefAt(c.entry, target, at, absent, signed);
      return (c) => derefAt(c, target, at, absent, signed);
    }
    case 'bits': {
      const word = wordReader(place.of, depth);
      const { mask } = place;
      return (c) => (word(c) & mask) >>> 0;
    }
    case 'holds': {
      const test = testReader(place.test, depth);
      return (c) => (test(c) ? 1 : 0);
    }
  }
}

/** The int that an argument pointed to in a record. */
function derefAt(c: Cursor | null, target: NamedRegister, at: number, absent: number, signed: boolean): number {
  if (c === null) return absent;
  const { register, site } = target;
  if (!c.find(site, c.argLo(register), c.argHi(register)) || c.length < at + 4) return absent;
  return signed ? c.i32(c.at + at) : c.u32(c.at + at);
}

/** The low 32 bits of a reference, unsigned: what masks and switches look at. */
export function wordReader(place: Place, depth: number): (c: Cursor) => number {
  if (place.kind === 'ret') return (c) => (c.failed ? 0 : c.retLo);
  if (place.kind === 'arg' && (place.bytes === 8 || place.high >= 0)) {
    const { register } = place;
    return (c) => c.argLo(register);
  }
  if (place.kind === 'field' && place.bytes === 8) {
    const frame = depth - 1 - place.up;
    const { offset } = place;
    return (c) => c.u32(c.frames[frame] + offset);
  }
  const whole = placeReader(place, depth);
  return (c) => whole(c) >>> 0;
}

/** The upper 32 bits of an argument or field of 64 bits. */
function highReader(place: Place, depth: number): (c: Cursor) => number {
  if (place.kind === 'arg') {
    const { register, high } = place;
    return high >= 0 ? (c) => c.argLo(high) : (c) => c.argHi(register);
  }
  if (place.kind === 'field' && place.bytes === 8) {
    const frame = depth - 1 - place.up;
    const { offset } = place;
    return (c) => c.u32(c.frames[frame] + offset + 4);
  }
  return () => 0;
}

/** Compiles a condition. */
export function testReader(test: Test, depth: number): (c: Cursor) => boolean {
  const alone = oneTest(test, depth);
  const and = test.and && testReader(test.and, depth);
  const one = and ? (c: Cursor) => alone(c) && and(c) : alone;
  if (!test.or) return one;
  const other = testReader(test.or, depth);
  return (c) => one(c) || other(c);
}

function oneTest(test: Test, depth: number): (c: Cursor) => boolean {
  const { value, op } = test;
  if (op === 'succeeded') return (c) => !c.failed;
  if ((op === 'set' || op === 'clear') && value > 0xffffffff) {
    const word = highReader(test.on, depth);
    const high = Math.floor(value / 4294967296);
    return op === 'set' ? (c) => (word(c) & high) !== 0 : (c) => (word(c) & high) === 0;
  }
  if (op === 'set' || op === 'clear') {
    const word = wordReader(test.on, depth);
    return op === 'set' ? (c) => (word(c) & value) !== 0 : (c) => (word(c) & value) === 0;
  }
  const on = placeReader(test.on, depth);
  switch (op) {
    case 'in': {
      const values = new Set(test.values);
      return (c) => values.has(on(c));
    }
    case 'not-in': {
      const values = new Set(test.values);
      return (c) => !values.has(on(c));
    }
    case 'eq':
      return (c) => on(c) === value;
    case 'ne':
      return (c) => on(c) !== value;
    case 'ge':
      return (c) => on(c) >= value;
    case 'lt': {
      const than = test.than && placeReader(test.than, depth);
      return than ? (c) => on(c) < than(c) : (c) => on(c) < value;
    }
  }
}
