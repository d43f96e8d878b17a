// The rules of -e inject= as the tracer takes them: one block, laid out as native/tamper.h says (twin of that file).
import { ABIS, X32_BIT } from '../abi/abi.js';
import type { AbiName } from '../abi/abi.js';

/** Numbers above are never tampered with. TRACER_MAX_NR. */
const MAX_NR = 1024;
const COUNTS_AT = 8 + 2 * ABIS.length * MAX_NR;
const HEAD_BYTES = COUNTS_AT + ABIS.length * MAX_NR;
/** Registers that hold arguments. */
const MAX_ARGS = 6;
const RULE_BYTES = 64;
/** struct tamper_poke without its bytes. */
const POKE_BYTES = 8;
const FOREVER = 0xffffffff;
const NO_NUMBER = 0xffffffff;

/** `tamper_what` of native/tamper.h. */
const enum What {
  Result = 1,
  Error = 2,
  Replace = 4,
  DelayEnter = 8,
  DelayExit = 16,
}

/** Bytes that are written where an argument points to. */
export interface MemoryPoke {
  /** From 0. */
  readonly arg: number;
  readonly bytes: Uint8Array;
}

/** What is done to a call, and at which of its invocations. */
export interface Tampering {
  /** Whether it is about a call (x32 without its bit). */
  readonly applies: (abi: AbiName, nr: number) => boolean;
  /** Invocations by each task, from 1: first, first + step, … up to last (maybe Infinity). */
  readonly when: { readonly first: number; readonly last: number; readonly step: number };
  /** What it returns in place of being made: a positive errno, or a 64-bit word. */
  readonly error: number | undefined;
  readonly retval: bigint | undefined;
  /** Numbers of the call that is made in its place (x32 without its bit). */
  readonly replacement: ((abi: AbiName) => number | undefined) | undefined;
  readonly signal: number | undefined;
  /** Nanoseconds. */
  readonly delayEnter: number | undefined;
  readonly delayExit: number | undefined;
  readonly pokeEnter: readonly MemoryPoke[];
  readonly pokeExit: readonly MemoryPoke[];
}

const padded = (n: number): number => (n + 3) & ~3;

/** A list of pokes with its end; nothing when there is none. */
function packPokes(pokes: readonly MemoryPoke[]): Buffer {
  if (pokes.length === 0) return Buffer.alloc(0);
  // strace does the last one first.
  const parts = [...pokes].reverse().map(({ arg, bytes }) => {
    const part = Buffer.alloc(POKE_BYTES + padded(bytes.length));
    part.writeUInt32LE(arg, 0);
    part.writeUInt32LE(bytes.length, 4);
    part.set(bytes, POKE_BYTES);
    return part;
  });
  return Buffer.concat([...parts, Buffer.alloc(POKE_BYTES)]);
}

function packRule(rule: Tampering, pokeEnter: number, pokeExit: number): Buffer {
  const out = Buffer.alloc(RULE_BYTES);
  const { when, error, retval, replacement } = rule;
  const returns = error !== undefined || retval !== undefined;
  const what =
    (returns ? What.Result : 0) |
    (error !== undefined ? What.Error : 0) |
    (replacement ? What.Replace : 0) |
    (rule.delayEnter === undefined ? 0 : What.DelayEnter) |
    (rule.delayExit === undefined ? 0 : What.DelayExit);
  out.writeUInt32LE(what, 0);
  out.writeUInt32LE(when.first, 4);
  out.writeUInt32LE(Math.min(when.last, FOREVER), 8);
  out.writeUInt32LE(when.step, 12);
  ABIS.forEach(({ name }, i) => {
    const nr = replacement?.(name);
    out.writeUInt32LE(nr === undefined ? NO_NUMBER : (name === 'x32' ? nr + X32_BIT : nr) >>> 0, 16 + 4 * i);
  });
  out.writeInt32LE(rule.signal ?? 0, 28);
  out.writeBigInt64LE(BigInt.asIntN(64, error !== undefined ? BigInt(-error) : (retval ?? 0n)), 32);
  out.writeBigUInt64LE(BigInt(rule.delayEnter ?? 0), 40);
  out.writeBigUInt64LE(BigInt(rule.delayExit ?? 0), 48);
  out.writeUInt32LE(pokeEnter, 56);
  out.writeUInt32LE(pokeExit, 60);
  return out;
}

/** The block of rules; of several about one call the last one counts. `countOf`: how many arguments a call has. */
export function packTampering(rules: readonly Tampering[], countOf: (abi: AbiName, nr: number) => number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(rules.length, 0);
  ABIS.forEach(({ name }, i) => {
    for (let nr = 0; nr < MAX_NR; nr++) {
      const which = rules.findLastIndex((rule) => rule.applies(name, nr));
      head.writeUInt16LE(which + 1, 8 + 2 * (i * MAX_NR + nr));
      if (which >= 0) head[COUNTS_AT + i * MAX_NR + nr] = Math.min(countOf(name, nr), MAX_ARGS);
    }
  });
  let at = HEAD_BYTES + RULE_BYTES * rules.length;
  const packed: Buffer[] = [];
  const pokes: Buffer[] = [];
  const place = (list: readonly MemoryPoke[]): number => {
    const bytes = packPokes(list);
    pokes.push(bytes);
    const here = at;
    at += bytes.length;
    return bytes.length > 0 ? here : 0;
  };
  for (const rule of rules) packed.push(packRule(rule, place(rule.pokeEnter), place(rule.pokeExit)));
  return Buffer.concat([head, ...packed, ...pokes]);
}
