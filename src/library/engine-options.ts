// Requests -> options of the engine: what names stand for is looked up here, where the tables are.
import { errnoName, errnoNumber } from '../abi/errno.js';
import { shortSignalName, signalNumber } from '../abi/signal.js';
import { callLimit, callName } from '../abi/syscalls.js';
import { ABIS } from '../abi/abi.js';
import { NumberSet } from '../cli/expression.js';
import { parseCommandLine } from '../cli/options.js';
import { ALL, NONE, parseSyscallSet } from '../cli/syscall-set.js';
import { generatedTables } from '../cli/tables.js';
import type { InjectRule } from '../cli/trace-options.js';
import { resolveUser } from '../cli/user.js';
import { UsageError } from '../errors.js';
import { fdOptions } from '../trace/options.js';
import type { SyscallSet, TraceOptions } from '../trace/options.js';
import { OptionError } from './errors.js';
import type { Request, WireCalls, WireCommand, WireInjection } from './wire.js';

/** What `read` gives; a mistake that it finds is one of the option. */
function option<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) throw new OptionError(name, `${name}: ${error.message}`);
    throw error;
  }
}

/** Names of calls, of all personalities, that a pattern matches. */
function matching(source: string, flags: string): string[] {
  // A pattern that remembers where it stopped would miss every other name.
  const pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
  const found = new Set<string>();
  for (const { name: abi } of ABIS)
    for (let nr = 0; nr < callLimit(abi); nr++) {
      const name = callName(abi, nr);
      if (name !== undefined && pattern.test(name)) found.add(name);
    }
  if (found.size === 0) throw new UsageError(`no system call matches /${source}/`);
  return [...found];
}

function setOf(name: string, { names, patterns, inverted }: WireCalls, unnamed = true): SyscallSet {
  return option(name, () => {
    // Commas and the other signs of the grammar of -e belong to no name.
    const strange = names.find((n) => !/^%?[\w#]+$/.test(n));
    if (strange !== undefined) throw new UsageError(`invalid system call '${strange}'`);
    const all = [...names, ...patterns.flatMap(([source, flags]) => matching(source, flags))];
    if (all.length === 0) return inverted ? ALL : NONE;
    return parseSyscallSet((inverted ? '!' : '') + all.join(','), generatedTables, unnamed);
  });
}

/** A signal by the name that events have for it. */
function signalOf(name: string, text: string): number {
  const number = signalNumber(text);
  if (number === undefined || `SIG${shortSignalName(number)}` !== text)
    throw new OptionError(name, `${name}: invalid signal '${text}'`);
  return number;
}

function errorOf(text: string): number {
  const number = errnoNumber(text);
  if (number === undefined || errnoName(number) === undefined)
    throw new OptionError('inject', `inject: invalid error '${text}'`);
  return number;
}

/** A rule of -e inject=. */
function ruleOf(injection: WireInjection): InjectRule {
  const { calls, error, result, signal, delayEntry, delayExit, first, step, last } = injection;
  return {
    set: setOf('inject', calls, false),
    when: { first, step, last: last ?? Infinity },
    syscall: undefined,
    error: error === undefined ? undefined : errorOf(error),
    retval: result === undefined ? undefined : BigInt.asUintN(64, BigInt(result)),
    signal: signal === undefined ? undefined : signalOf('inject', signal),
    delayEnter: delayEntry,
    delayExit,
    pokeEnter: [],
    pokeExit: [],
  };
}

/** The rules of a request, for the tracer. */
export const rulesOf = (request: Request): InjectRule[] => request.inject.map(ruleOf);

/** What the command line alone gives: every default is the command's own. */
function defaults({ command, attach }: Request): TraceOptions {
  const parsed = parseCommandLine(
    ['--json', ...attach.flatMap((pid) => ['-p', String(pid)]), ...(command ? ['--', ...command.argv] : [])],
    'tstrace',
  );
  if (parsed.kind !== 'trace') throw new OptionError('command', 'command: there is nothing to trace');
  return parsed.options;
}

/** What only a command has. */
const ofCommand = ({ argv0, user, useFilter }: WireCommand): Partial<TraceOptions> => ({
  argv0,
  user,
  runAs: user === undefined ? undefined : option('user', () => resolveUser(user, process.getuid?.() === 0)),
  seccomp: useFilter,
});

/** The engine's options. @throws OptionError */
export function engineOptions(request: Request): TraceOptions {
  const { command, calls, raw, descriptors, signals, statuses, describe, verbose } = request;
  const base = defaults(request);
  return {
    ...base,
    follow: request.follow,
    paths: request.paths,
    fds: fdOptions((kind) => describe.includes(kind)),
    abbrev: verbose ? NONE : ALL,
    ...(request.stringLimit === undefined ? {} : { stringLimit: request.stringLimit }),
    ...(calls ? { trace: setOf('calls', calls) } : {}),
    ...(raw ? { raw: setOf('raw', raw) } : {}),
    ...(descriptors ? { traceFds: new NumberSet(descriptors.members, descriptors.inverted) } : {}),
    ...(signals ? { signals: new Set(signals.map((s) => signalOf('signals', s))) } : {}),
    ...(statuses ? { statuses: new Set(statuses) } : {}),
    ...(command ? ofCommand(command) : {}),
  };
}
