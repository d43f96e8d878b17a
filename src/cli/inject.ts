// The grammar of -e inject= and -e fault=: which calls, what is done to them, and when.
import { errnoName, errnoNumber } from '../abi/errno.js';
import { SIGNAL_MAX } from '../abi/signal.js';
import { UsageError } from '../errors.js';
import { parseSignal } from './expression.js';
import { parseNanoseconds, parseUnsigned, parseWord } from './number.js';
import { parseSyscallSet } from './syscall-set.js';
import type { SyscallTables } from './tables.js';
import type { InjectRule, InjectWhen, Poke } from './trace-options.js';

/** linux/err.h: results from -4095 on are errors. */
const MAX_ERRNO = 4095;
const MAX_WHEN = 65535;
/** Most bytes that a poke may write. */
const MAX_POKE = 1024;
const ENOSYS = 38;

/** Every invocation. */
const ALWAYS: InjectWhen = { first: 1, last: Infinity, step: 1 };

/** Each number as parseUnsigned takes it. */
const WHEN = /^([ \t\n\v\f\r]*\+?\d+)(?:\.\.([ \t\n\v\f\r]*\+?\d+))?(?:(\+)([ \t\n\v\f\r]*\+?\d+)?)?$/;

/** `FIRST[..LAST][+[STEP]]` */
function parseWhen(text: string): InjectWhen | undefined {
  const [, first, last, plus, step] = WHEN.exec(text) ?? [];
  if (first === undefined) return undefined;
  const from = parseUnsigned(first, MAX_WHEN);
  const to = last === undefined ? (plus === undefined ? from : Infinity) : parseUnsigned(last, MAX_WHEN - 1);
  const by = step === undefined ? 1 : parseUnsigned(step, MAX_WHEN);
  if (!from || to === undefined || !by || to < from) return undefined;
  return { first: from, last: to, step: by };
}

/** `@argN=HEX[,@argN=HEX]…` */
function parsePokes(text: string): Poke[] | undefined {
  const pokes: Poke[] = [];
  for (const part of text.split(',')) {
    if (part === '') continue;
    const [, digit, hex] = /^@arg([1-7])=(?:0x)?((?:[0-9a-fA-F]{2})+)$/.exec(part) ?? [];
    if (hex === undefined || hex.length > 2 * MAX_POKE) return undefined;
    const arg = Number(digit) - 1;
    if (pokes.some((p) => p.arg === arg)) return undefined;
    pokes.push({ arg, bytes: Uint8Array.from(Buffer.from(hex, 'hex')) });
  }
  return pokes.length > 0 ? pokes : undefined;
}

/** An error by number, or by the name that the trace prints for it, in any case. */
function parseError(text: string): number | undefined {
  if (!/^[A-Za-z]/.test(text)) return parseUnsigned(text, MAX_ERRNO) || undefined;
  const name = text.toUpperCase();
  const number = errnoNumber(name);
  // Other names that errno.h has for a number (EWOULDBLOCK) are not taken.
  return number !== undefined && errnoName(number) === name ? number : undefined;
}

/** What a return value may do that nobody meant: be an error, or be cut to 32 bits. */
function retvalWarnings(value: bigint): string[] {
  const errorOf = (v: bigint, bits: bigint): bigint => (1n << bits) - v;
  const isError = (v: bigint, bits: bigint): boolean => v > 0n && errorOf(v, bits) <= BigInt(MAX_ERRNO);
  if (isError(value, 64n))
    return [`Inadvertent injection of error ${errorOf(value, 64n)} is possible for retval=${value}`];
  const low = value & 0xffffffffn;
  if (isError(low, 32n))
    return [
      `Inadvertent injection of error ${errorOf(low, 32n)} is possible in compat personality for retval=${value}`,
    ];
  if (low !== value) return [`Injected return value ${value} will be clipped to ${low} in compat personality`];
  return [];
}

type Draft = { -readonly [K in keyof Omit<InjectRule, 'set' | 'when'>]?: InjectRule[K] } & { when?: InjectWhen };

/** Sets a member once; false when it is there already or the value is none. */
function once<K extends keyof Draft>(draft: Draft, key: K, value: Draft[K]): boolean {
  if (value === undefined || draft[key] !== undefined) return false;
  draft[key] = value;
  return true;
}

/** Reads one `KEY=VALUE`; false when it is not one. */
function readAction(draft: Draft, part: string, fault: boolean, tables: SyscallTables): boolean {
  const equals = part.indexOf('=');
  const key = part.slice(0, Math.max(equals, 0));
  const value = part.slice(equals + 1);
  switch (key) {
    case 'error':
      return draft.retval === undefined && once(draft, 'error', parseError(value));
    case 'when':
      // Of several, the last one counts.
      draft.when = parseWhen(value);
      return draft.when !== undefined;
    case 'syscall': {
      const [native] = tables.abis;
      const pure = tables.members(native, '%pure');
      const known = tables.numbers(native, value).some((nr) => pure?.has(nr));
      return known && once(draft, 'syscall', value);
    }
  }
  if (fault) return false;
  switch (key) {
    case 'retval':
      return draft.error === undefined && once(draft, 'retval', parseWord(value));
    case 'signal':
      return once(draft, 'signal', parseSignal(value, SIGNAL_MAX) || undefined);
    case 'delay_enter':
      return once(draft, 'delayEnter', parseNanoseconds(value));
    case 'delay_exit':
      return once(draft, 'delayExit', parseNanoseconds(value));
    case 'poke_enter':
      return once(draft, 'pokeEnter', parsePokes(value));
    case 'poke_exit':
      return once(draft, 'pokeExit', parsePokes(value));
    default:
      return false;
  }
}

/**
 * `SET[:ACTION]…`; warnings about the return value are added to `warnings`.
 * @throws UsageError `invalid inject argument '…'`, or what is wrong with the set.
 */
export function parseInject(
  text: string,
  kind: 'inject' | 'fault',
  tables: SyscallTables,
  warnings: string[],
): InjectRule {
  const invalid = (): UsageError => new UsageError(`invalid ${kind} argument '${text}'`);
  const [first, ...parts] = text.split(':');
  const draft: Draft = {};
  for (const part of parts) if (part !== '' && !readAction(draft, part, kind === 'fault', tables)) throw invalid();
  const set = parseSyscallSet(first, tables, false);
  if (kind === 'fault') draft.error ??= ENOSYS;
  const { when = ALWAYS, syscall, ...actions } = draft;
  if (Object.keys(actions).length === 0) throw invalid();
  if (actions.retval !== undefined) warnings.push(...retvalWarnings(actions.retval));
  const { error, retval, signal, delayEnter, delayExit, pokeEnter = [], pokeExit = [] } = actions;
  return { set, when, syscall, error, retval, signal, delayEnter, delayExit, pokeEnter, pokeExit };
}

/** Whether the rule applies to the n-th invocation (from 1) of a call by a tracee. */
export function appliesAt({ first, last, step }: InjectWhen, n: number): boolean {
  return n >= first && n <= last && (n - first) % step === 0;
}
