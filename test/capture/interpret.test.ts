// The plan interpreter and native/capture.c, side by side: every plan that there is, on random arguments and memory.
import { expect, test } from 'vitest';
import { ABIS } from '../../src/abi/abi.js';
import { openLibrary } from '../../src/binding/library.js';
import { MAX_NR } from '../../src/binding/tracer.js';
import type { Image } from '../../src/capture/interpret.js';
import { Interpreter } from '../../src/capture/interpret.js';
import { INSN_BYTES } from '../../src/capture/opcode.js';
import { parseCommandLine } from '../../src/cli/options.js';
import { Offset, RecordFlag, RegionOffset } from '../../src/record/layout.js';
import { Calls } from '../../src/trace/calls.js';

const PAGE = 4096;
/** Two pages, a hole, one page, a hole, a few bytes below 2^32, and some far up. */
const RANGES = [
  [0x10000n, 2 * PAGE],
  [0x14000n, PAGE],
  [0xfffff000n, PAGE],
  [0x7fff00001000n, PAGE - 100],
] as const;
const ROOM = 1 << 20;
const SPEC_HEAD = 72;

/** A small generator: the same numbers in each run. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

type Range = readonly [address: bigint, bytes: Buffer];

/** Words that calls are given: addresses in and around the ranges, counts, flags, anything. */
function word(random: () => number): bigint {
  const kind = random();
  const [address, size] = RANGES[Math.floor(random() * RANGES.length)];
  if (kind < 0.4) return address + BigInt(Math.floor(random() * size));
  if (kind < 0.5) return address + BigInt(size - Math.floor(random() * 40));
  if (kind < 0.8) return BigInt(Math.floor(random() * 200));
  if (kind < 0.9) return BigInt(Math.floor(random() * 4294967296));
  return BigInt.asUintN(64, -BigInt(Math.floor(random() * 4096)));
}

function memory(random: () => number): Range[] {
  return RANGES.map(([address, size]) => {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at + 8 <= size; at += 8) if (random() < 0.7) bytes.writeBigUInt64LE(word(random), at);
    for (let at = 0; at < size; at++) if (random() < 0.2) bytes[at] = Math.floor(random() * 256);
    return [address, bytes];
  });
}

class Ranges implements Image {
  errno = 0;
  constructor(private readonly ranges: readonly Range[]) {}
  read(lo: number, hi: number, out: Uint8Array, at: number, length: number): number {
    let got = 0;
    for (const [address, bytes] of this.ranges) {
      const from = BigInt.asUintN(64, ((BigInt(hi) << 32n) | BigInt(lo)) + BigInt(got)) - address;
      if (got === length || from < 0n || from >= BigInt(bytes.length)) continue;
      const n = Math.min(bytes.length - Number(from), length - got);
      out.set(bytes.subarray(Number(from), Number(from) + n), at + got);
      got += n;
    }
    this.errno = got < length ? 14 : 0;
    return got;
  }
  path(fd: number): Uint8Array | undefined {
    return fd < 0 ? undefined : Buffer.from(`/fd/${fd}`);
  }
  comm(pid: number): Uint8Array {
    return Buffer.from(`comm${pid}`);
  }
  netlink(fd: number): Uint8Array | undefined {
    return fd < 1000 ? undefined : Buffer.from(Uint32Array.of(fd - 1000).buffer);
  }
}

interface Captured {
  readonly addr: bigint;
  readonly site: number;
  readonly want: number;
  readonly errno: number;
  readonly aux: number;
  readonly bytes: string;
}

/** What native code captures; undefined when it ran out of room. */
function native(
  plan: Uint8Array,
  args: readonly bigint[],
  ret: bigint,
  failed: boolean,
  ranges: readonly Range[],
): Captured[] | undefined {
  const head = Buffer.alloc(SPEC_HEAD);
  args.forEach((arg, i) => head.writeBigUInt64LE(arg, 8 * i));
  head.writeBigUInt64LE(ret, 48);
  head.writeUInt32LE(failed ? 1 : 0, 56);
  head.writeUInt32LE(plan.length / INSN_BYTES, 60);
  head.writeUInt32LE(ranges.length, 64);
  head.writeUInt32LE(ROOM, 68);
  const parts: Uint8Array[] = [head, plan];
  for (const [address, bytes] of ranges) {
    const place = Buffer.alloc(16);
    place.writeBigUInt64LE(address, 0);
    place.writeBigUInt64LE(BigInt(bytes.length), 8);
    parts.push(place, bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8));
  }
  const spec = Buffer.concat(parts);
  const out = Buffer.alloc(ROOM);
  const size = openLibrary().native.capture_run_for_test([spec, spec.length, out, out.length]);
  expect(size).toBeGreaterThan(0);
  if (out.readUInt16LE(Offset.Flags) & RecordFlag.Truncated) return undefined;
  return Array.from({ length: out.readUInt16LE(Offset.RegionCount) }, (_, i) => {
    const at = Offset.Regions + i * RegionOffset.Bytes;
    const from = out.readUInt32LE(at + RegionOffset.Offset);
    return {
      addr: out.readBigUInt64LE(at),
      site: out.readUInt16LE(at + RegionOffset.Site),
      want: out.readUInt32LE(at + RegionOffset.Want),
      errno: out.readUInt16LE(at + RegionOffset.Errno),
      aux: out.readUInt32LE(at + RegionOffset.Aux),
      bytes: out.toString('latin1', from, from + out.readUInt32LE(at + RegionOffset.Length)),
    };
  });
}

const interpreter = new Interpreter();

function interpreted(
  plan: Uint8Array,
  args: readonly bigint[],
  ret: bigint,
  failed: boolean,
  ranges: readonly Range[],
): Captured[] {
  const words = [...args, ret].flatMap((value) => [Number(value & 0xffffffffn), Number(value >> 32n)]);
  interpreter.run(plan, words, failed, new Ranges(ranges));
  return interpreter.regions.map((r) => ({
    addr: (BigInt(r.hi) << 32n) | BigInt(r.lo),
    site: r.site,
    want: r.want,
    errno: r.errno,
    aux: r.aux,
    bytes: Buffer.from(interpreter.bytes.buffer, r.offset, r.length).toString('latin1'),
  }));
}

test.each([
  ['by default', []],
  ['as much as there is', ['-v', '-yy', '-Y', '-s', '200', '-e', 'read=3', '-e', 'write=all']],
  ['few bytes', ['-s', '3', '-y']],
])('plans capture the same: %s', async (_, options) => {
  const parsed = parseCommandLine([...options, 'true'], 'tstrace');
  if (parsed.kind !== 'trace') throw new Error('no trace');
  const calls = new Calls(parsed.options);
  const random = generator(42);
  const images = Array.from({ length: 8 }, () => memory(random));
  let regions = 0;
  for (const abi of ABIS) {
    // The loop is long, and vitest's worker has to answer now and then.
    await new Promise((resolve) => setImmediate(resolve));
    for (let nr = 0; nr < MAX_NR; nr++) {
      const { plans, selection } = calls.get(abi.index, nr);
      const ranges = images[nr % images.length];
      for (let round = 0; round < 3; round++) {
        const args = Array.from({ length: 6 }, () => (abi.word === 4 ? word(random) & 0xffffffffn : word(random)));
        const key = (register: number): number =>
          register < 0 ? 0 : Number(register < 6 ? args[register] & 0xffffffffn : args[register - 6] >> 32n);
        const { enter, exit } = selection
          ? selection.plans(selection.variant((key(selection.first) & selection.mask) >>> 0, key(selection.second)))
          : plans;
        const failed = random() < 0.2;
        const ret = failed
          ? BigInt.asUintN(64, -BigInt(Math.floor(random() * 40)))
          : BigInt(Math.floor(random() * 300));
        for (const plan of [enter, exit]) {
          if (plan.length === 0) continue;
          const expected = native(plan, args, ret, failed, ranges);
          if (!expected) continue;
          regions += expected.length;
          expect(interpreted(plan, args, ret, failed, ranges), `${abi.name} ${nr} ${args.join()}`).toEqual(expected);
        }
      }
    }
  }
  expect(regions).toBeGreaterThan(3000);
});
