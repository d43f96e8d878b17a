// The command line: options in order, their checks and clashes, and the frozen result.
import parser from 'yargs-parser';
import { UsageError } from '../errors.js';
import type { CallStatus, FdOptions, Precision, QuietKind, SyscallSet, TimeFormat, TraceOptions } from '../trace/options.js';
import { ALL, NONE, parseSignals, parseSyscallSet, parseWords, splitExpression } from './expression.js';
import { getopt } from './getopt.js';
import type { GivenOption } from './getopt.js';
import { optionTable } from './option-table.js';
import { parseTimestamp, PRECISIONS } from './times.js';

export type ParsedCommand = { readonly kind: 'trace'; readonly options: TraceOptions } | { readonly kind: 'help' } | { readonly kind: 'version' };

const QUIET: readonly QuietKind[] = ['attach', 'exit', 'path-resolution', 'personality', 'superseded'];
const QUIET_ALIASES: Readonly<Record<string, QuietKind>> = { exits: 'exit', 'thread-execve': 'superseded' };
const STATUSES: readonly CallStatus[] = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'];
const FD_KINDS = ['path', 'socket', 'dev', 'eventfd', 'pidfd', 'signalfd'] as const;
/** `-s` beyond this overflows strace's buffers, and is refused there, too. */
const STRING_LIMIT_MAX = 0x3fffffff;
const INTERRUPTIBLE: Readonly<Record<string, 1 | 2 | 3 | 4>> = { '1': 1, anywhere: 1, '2': 2, waiting: 2, '3': 3, never: 3, '4': 4, never_tstp: 4 };

const bad = (given: GivenOption): UsageError => new UsageError(`invalid ${given.spelled} argument: '${given.value ?? ''}'`, true);

function number(given: GivenOption, max: number): number {
  const { value = '' } = given;
  if (!/^\d+$/.test(value) || Number(value) > max) throw bad(given);
  return Number(value);
}

function processIds(text: string, into: number[]): void {
  for (const word of text.split(/[,\s]+/).filter((w) => w !== '')) {
    if (!/^\d+$/.test(word) || Number(word) === 0 || Number(word) > 0x7fffffff) throw new UsageError(`Invalid process id: '${word}'`);
    if (Number(word) === process.pid) throw new UsageError("I'm sorry, I can't let you do that, Dave.");
    into.push(Number(word));
  }
}

/** What the options add up to, while they are read. */
interface State {
  trace: SyscallSet;
  abbrev: SyscallSet;
  verbose: SyscallSet;
  raw: SyscallSet;
  signals: ReadonlySet<number> | 'all';
  statuses: Set<CallStatus>;
  quiet: Set<QuietKind>;
  quietGiven: boolean;
  fds: Set<(typeof FD_KINDS)[number]>;
  fdsGiven: boolean;
  readonly refused: string[];
}

function expression(text: string, state: State): void {
  const { qualifier, value } = splitExpression(text);
  switch (qualifier) {
    case 'trace':
      state.trace = parseSyscallSet(value);
      return;
    case 'abbrev':
      state.abbrev = parseSyscallSet(value);
      return;
    case 'verbose':
      state.verbose = parseSyscallSet(value);
      return;
    case 'raw':
      state.raw = parseSyscallSet(value);
      return;
    case 'signal':
      state.signals = parseSignals(value);
      return;
    case 'status':
      state.statuses = parseWords(value, 'status', STATUSES);
      if (state.statuses.size < STATUSES.length) state.refused.push('-e status=');
      return;
    case 'quiet':
      state.quiet = parseWords(value, 'quiet', QUIET, QUIET_ALIASES);
      state.quietGiven = true;
      return;
    case 'decode-fds':
      state.fds = parseWords(value, 'decode-fds', FD_KINDS);
      state.fdsGiven = true;
      return;
    default:
      state.refused.push(`-e ${qualifier}=`);
  }
}

/** Reads a command line. @throws UsageError with the words that strace has for it. */
export function parseCommandLine(argv: readonly string[], programName: string): ParsedCommand {
  const table = optionTable(programName);
  const { options: given, rest } = getopt(argv, table);
  const byKey = new Map(table.map((o) => [o.key, o] as const));
  const state: State = {
    trace: ALL, abbrev: ALL, verbose: ALL, raw: NONE, signals: 'all', statuses: new Set(STATUSES), quiet: new Set(), quietGiven: false,
    fds: new Set(), fdsGiven: false, refused: [],
  };
  // getopt has settled what belongs to what; yargs-parser types the values, by canonical name.
  const typed = parser(
    given.flatMap(({ key, value }) => (value === undefined ? [`--${key}`] : [])),
    {
      count: [...new Set(given.filter((g) => g.value === undefined).map((g) => g.key))],
      configuration: { 'camel-case-expansion': false, 'short-option-groups': false, 'boolean-negation': false, 'dot-notation': false },
    },
  ) as Record<string, number | undefined>;
  const count = (key: string): number => typed[key] ?? 0;
  if (count('help')) return { kind: 'help' };
  if (count('version')) return { kind: 'version' };
  const attach: number[] = [];
  const environment: { name: string; value: string | undefined }[] = [];
  const warnings: string[] = [];
  let columns = 40;
  let stringLimit = 32;
  let output: string | undefined;
  let argv0: string | undefined;
  let interruptible: 1 | 2 | 3 | 4 | undefined;
  let constants: TraceOptions['constants'] = 'abbrev';
  let hex: TraceOptions['hex'] = 'none';
  let absolute: TimeFormat = { format: 'none', precision: 's' };
  let relative: Precision | undefined;
  let callTime: Precision | undefined;
  let pin: number | undefined;
  const precision = (g: GivenOption): Precision => {
    const found = g.value === undefined ? 'us' : PRECISIONS[g.value];
    if (!found) throw bad(g);
    return found;
  };
  for (const g of given) {
    const { key, value = '' } = g;
    if (byKey.get(key)?.missing) state.refused.push(g.spelled);
    switch (key) {
      case 'expression':
        expression(value, state);
        break;
      case 'trace':
      case 'abbrev':
      case 'verbose':
      case 'raw':
      case 'signal':
        expression(`${key}=${value}`, state);
        break;
      case 'quiet':
        expression(`quiet=${g.value ?? 'attach,personality'}`, state);
        break;
      case 'decode-fds':
        expression(`decode-fds=${g.value ?? 'all'}`, state);
        break;
      case 'attach':
        processIds(value, attach);
        break;
      case 'columns':
        columns = number(g, 0x7fffffff);
        break;
      case 'string-limit':
        stringLimit = number(g, STRING_LIMIT_MAX);
        break;
      case 'output':
        output = value;
        break;
      case 'argv0':
        argv0 = value;
        break;
      case 'env': {
        const equals = value.indexOf('=');
        environment.push(equals < 0 ? { name: value, value: undefined } : { name: value.slice(0, equals), value: value.slice(equals + 1) });
        break;
      }
      case 'interruptible':
        interruptible = INTERRUPTIBLE[value];
        if (!interruptible) throw bad(g);
        break;
      case 'const-print-style':
        if (value !== 'raw' && value !== 'abbrev' && value !== 'verbose') throw bad(g);
        constants = value;
        break;
      case 'strings-in-hex': {
        const style = g.value ?? 'all';
        if (style !== 'none' && style !== 'all' && style !== 'non-ascii' && style !== 'non-ascii-chars') throw bad(g);
        hex = style;
        break;
      }
      case 'absolute-timestamps': {
        const format = parseTimestamp(g.value);
        if (!format) throw bad(g);
        absolute = format;
        break;
      }
      case 'relative-timestamps':
        relative = precision(g);
        break;
      case 'syscall-times':
        callTime = precision(g);
        break;
      case 'pin':
        pin = g.value === undefined ? 0 : number(g, 1023);
        break;
    }
  }
  const both = (short: string, long: string, shown = long): void => {
    if (count(short) && given.some((g) => g.key === long)) throw new UsageError(`-${short} and --${shown} cannot be provided simultaneously`);
  };
  both('t', 'absolute-timestamps');
  both('r', 'relative-timestamps');
  both('x', 'strings-in-hex');
  if (count('y') && state.fdsGiven) throw new UsageError('-y and --decode-fds cannot be provided simultaneously');
  if (count('q') && state.quietGiven) throw new UsageError('-q and -e quiet/--quiet cannot be provided simultaneously');
  if (count('k') > 2) throw new UsageError('Too many -k options');
  const q = count('q');
  if (q) state.quiet = new Set(q === 1 ? ['attach', 'personality'] : q === 2 ? ['attach', 'personality', 'exit'] : QUIET);
  const y = count('y');
  if (y) state.fds = new Set(y === 1 ? ['path'] : FD_KINDS);
  if (count('t')) absolute = count('t') === 1 ? { format: 'time', precision: 's' } : { format: count('t') === 2 ? 'time' : 'unix', precision: 'us' };
  if (count('r')) relative = 'us';
  if (count('T')) callTime = 'us';
  if (count('x')) hex = count('x') === 1 ? 'non-ascii' : 'all';
  if (count('no-abbrev')) state.abbrev = NONE;
  if (rest.length === 0 && attach.length === 0) throw new UsageError('must have PROG [ARGS] or -p PID', true);
  if (argv0 !== undefined && rest.length === 0) throw new UsageError('PROG [ARGS] must be specified with --argv0', true);
  if (count('kill-on-exit') && attach.length > 0) throw new UsageError('--kill-on-exit and -p/--attach are mutually exclusive options');
  const missing = state.refused[0] ?? (output?.startsWith('|') || output?.startsWith('!') ? "-o '|COMMAND'" : undefined);
  if (missing !== undefined) throw new UsageError(`${missing} is not supported yet`);
  if (count('output-append-mode') && output === undefined) warnings.push('-A/--output-append-mode has no effect without -o/--output');
  let seccomp = count('seccomp-bpf') > 0;
  let follow = count('follow-forks') + count('F') > 0;
  const separate = count('output-separately') > 0 || count('follow-forks') > 1;
  if (seccomp && !follow)
    if (programName === 'strace') {
      warnings.push('--seccomp-bpf cannot be used without -f/--follow-forks, disabling');
      seccomp = false;
    } else {
      warnings.push('-n/--seccomp-bpf implies -f/--follow-forks');
      follow = true;
    }
  if (seccomp && attach.length > 0) {
    warnings.push('--seccomp-bpf is not enabled for processes attached with -p');
    if (rest.length === 0) seccomp = false;
  }
  const fds: FdOptions = {
    path: state.fds.has('path'), socket: state.fds.has('socket'), dev: state.fds.has('dev'), eventfd: state.fds.has('eventfd'),
    pidfd: state.fds.has('pidfd'), signalfd: state.fds.has('signalfd'),
  };
  return {
    kind: 'trace',
    options: Object.freeze({
      programName, command: rest, argv0, environment, attach, user: undefined, follow, separate: separate && output !== undefined, output,
      append: count('output-append-mode') > 0, seccomp, debug: count('debug') > 0,
      interruptible: interruptible ?? (output !== undefined && rest.length > 0 ? 3 : 2), daemonize: 0 as const, detachOnExecve: false,
      killOnExit: count('kill-on-exit') > 0, syscallLimit: 0, pin, alwaysShowPid: count('always-show-pid') > 0, columns, stringLimit,
      trace: state.trace, abbrev: state.abbrev, verbose: state.verbose, raw: state.raw, signals: state.signals, statuses: state.statuses,
      quiet: state.quiet, constants, hex, argNames: count('arg-names') > 0, fds, comm: false, syscallNumber: count('syscall-number') > 0,
      instructionPointer: count('instruction-pointer') > 0, absolute, relative, callTime,
      summary: { mode: 'none' as const, wallClock: false, sortBy: 'time', columns: [], overhead: 0 }, paths: [], traceFds: undefined, warnings,
    }),
  };
}
