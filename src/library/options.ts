// The options of a session as a program gives them, and their way into a request: types are checked here, at once; what
// names stand for is looked up by the session process.
import type { StdioOptions } from 'node:child_process';
import type { CallStatus, FdOptions } from '../trace/options.js';
import { OptionError } from './errors.js';
import type { CallClass, CallName } from './generated/calls.js';
import type { ErrorName, SignalName } from './names.js';
import type { Request, WireCalls, WireCommand, WireInjection } from './wire.js';
import { KILL, LET_GO } from './wire.js';

/** What a set of system calls is made of: a name, a class of them, or a pattern that names match. */
export type CallSelector = CallName | CallClass | RegExp;

/** System calls: those that are named, or all but those. */
export type CallSelection = readonly CallSelector[] | { readonly except: readonly CallSelector[] };

/** What can be told of a descriptor beside its number; `path` is what `/proc/PID/fd` links to. */
export type DescriptorDetail = keyof FdOptions;

/** Something that is done to calls: `tstrace -e inject=`. Of several that meet a call, the last one counts. */
export interface Injection {
  /** The calls that it is done to. */
  readonly calls: CallSelection;
  /** The call is not made: it fails with this error. */
  readonly error?: ErrorName;
  /** The call is not made: it returns this. Not together with `error`. */
  readonly result?: number | bigint;
  /** The signal is delivered when the call is entered. */
  readonly signal?: SignalName;
  /** Milliseconds that the call is held up before it is made. */
  readonly delayEntry?: number;
  /** Milliseconds that it is held up when it has been made. */
  readonly delayExit?: number;
  /** Which invocations, counted from 1 for each task: `first`, `first + step`, … up to `last`. All when absent. */
  readonly when?: { readonly first?: number; readonly step?: number; readonly last?: number };
}

/** What both `trace` and `attach` take. All members may be absent. */
export interface SessionOptions {
  /** The calls whose events are yielded; all when absent. */
  readonly calls?: CallSelection;
  /** Trace children, and with `attach` all threads of a process, too. Default: true. */
  readonly follow?: boolean;
  /** Only calls that touch these paths: `tstrace -P`. */
  readonly paths?: readonly string[];
  /** Only calls on these descriptors, or on all but those: `tstrace --trace-fds`. */
  readonly descriptors?: readonly number[] | { readonly except: readonly number[] };
  /** Only calls for which this expression holds: `tstrace --where`, for instance `'ret < 0 && errno != ENOENT'`. */
  readonly where?: string;
  /** The signals whose events are yielded; all when absent. */
  readonly signals?: readonly SignalName[];
  /** Only calls that end in one of these ways; any when absent. */
  readonly statuses?: readonly CallStatus[];
  /** Bytes of a string, and elements of an array, that are shown at most: `tstrace -s`. Default: 32. Paths are never cut. */
  readonly stringLimit?: number;
  /** What is told of descriptors: `true` for their paths (`tstrace -y`), or a list. Default: nothing but the number. */
  readonly describe?: boolean | readonly DescriptorDetail[];
  /** Structures and arrays in full: `tstrace -v`. Default: false. */
  readonly verbose?: boolean;
  /** Calls whose arguments are not decoded: they are the numbers that the registers hold. */
  readonly raw?: CallSelection;
  /** What is done to calls; with `paths`, `descriptors` or `where` only to those that they select. */
  readonly inject?: readonly Injection[];
  /**
   * Ends the session: processes that were attached to go on untraced, the command ends as `whenStopped` says. The
   * iteration throws the signal's reason once no task is held any more.
   */
  readonly signal?: AbortSignal;
}

/** What becomes of the command when the session ends before it. */
export type WhenStopped = 'kill' | 'let-go';

/** What `trace` takes. */
export interface TraceOptions extends SessionOptions {
  /** Argument 0 of the command, when it is not its name. */
  readonly argv0?: string;
  /** Environment of the command; its PATH is where the command is looked for. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Working directory of the command. Default: our own. */
  readonly cwd?: string;
  /**
   * Standard input, output and error of the command, and more descriptors, as `child_process.spawn` takes them (but no
   * `'ipc'`). Default: `'inherit'`. What is `'pipe'` must be read: a pipe that nobody reads holds the command up.
   */
  readonly stdio?: StdioOptions;
  /** Who the command runs as: a name, or `UID:GID`. Takes root. */
  readonly user?: string;
  /**
   * Calls that are not selected do not stop the command: they are told apart by a seccomp filter, which the command gets,
   * with no_new_privs where we are not root. `follow` and `whenStopped: 'kill'` are what it needs. Default: false.
   */
  readonly useFilter?: boolean;
  /**
   * What becomes of the command when the iteration is left, the signal aborts, or this process ends: `'kill'` (SIGKILL,
   * and all traced processes that it made), or `'let-go'`: they go on untraced. Default: `'kill'`.
   */
  readonly whenStopped?: WhenStopped;
}

/** What `attach` takes. */
export type AttachOptions = SessionOptions;

/** Above it there is no process, and no descriptor. */
const MAX_INT = 0x7fffffff;
const NANOSECONDS = 1e6;

const DETAILS: readonly DescriptorDetail[] = ['path', 'socket', 'dev', 'eventfd', 'pidfd', 'signalfd'];
const STATUSES: readonly CallStatus[] = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'];

/** Programs in plain JavaScript give what they like: nothing is believed. */
class Checked {
  constructor(
    private readonly options: Readonly<Record<string, unknown>>,
    private readonly prefix = '',
  ) {}

  /** @throws OptionError */
  refuse(name: string, expected: string): never {
    const path = this.prefix + name;
    throw new OptionError(this.prefix === '' ? name : this.prefix.split(/[[.]/, 1)[0], `${path} must be ${expected}`);
  }

  /** The value, when it is there, of what `test` says that it is. */
  get<T>(name: string, expected: string, test: (value: unknown) => value is T): T | undefined {
    const value = this.options[name];
    if (value === undefined) return undefined;
    return test(value) ? value : this.refuse(name, expected);
  }

  boolean = (name: string): boolean | undefined =>
    this.get(name, 'a boolean', (v): v is boolean => typeof v === 'boolean');
  text = (name: string): string | undefined => this.get(name, 'a string without NUL', isText);
  texts = (name: string): readonly string[] | undefined =>
    this.get(name, 'an array of strings without NUL', isListOf(isText));
  number = (name: string, least: number, most = MAX_INT): number | undefined =>
    this.get(name, `an integer from ${least} to ${most}`, isInteger(least, most));
  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    return this.get(name, words.map((w) => `'${w}'`).join(' or '), (v): v is T => words.includes(v as T));
  }
  someOf<T extends string>(name: string, words: readonly T[]): readonly T[] | undefined {
    return this.get(
      name,
      `an array of ${words.map((w) => `'${w}'`).join(', ')}`,
      isListOf((v): v is T => words.includes(v as T)),
    );
  }

  /** Options that are not there are mistakes in spelling. */
  only(known: readonly string[]): void {
    const strange = Object.keys(this.options).find((name) => !known.includes(name));
    if (strange !== undefined)
      throw new OptionError(strange, `there is no option '${this.prefix}${strange}'; there are: ${known.join(', ')}`);
  }
}

const isText = (v: unknown): v is string => typeof v === 'string' && !v.includes('\0');
const isListOf =
  <T>(test: (v: unknown) => v is T) =>
  (v: unknown): v is readonly T[] =>
    Array.isArray(v) && v.every(test);
const isAnything = (_: unknown): _ is unknown => true;
const isAbortSignal = (v: unknown): v is AbortSignal => v instanceof AbortSignal;
const isInteger =
  (least: number, most: number) =>
  (v: unknown): v is number =>
    Number.isInteger(v) && (v as number) >= least && (v as number) <= most;
const isObject = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v) && !(v instanceof RegExp);

/** An array, or all but what `except` lists. */
function listed(value: unknown): { readonly list: unknown; readonly inverted: boolean } {
  if (!isObject(value) || !('except' in value) || Object.keys(value).length !== 1)
    return { list: value, inverted: false };
  return { list: value.except, inverted: true };
}

function callsOf(given: Checked, name: string): WireCalls | undefined {
  const isSelector = (v: unknown): v is string | RegExp => v instanceof RegExp || isText(v);
  const expected = 'an array of names, classes and patterns, or { except: … }';
  const value = given.get(name, expected, isAnything);
  if (value === undefined) return undefined;
  const { list, inverted } = listed(value);
  if (!isListOf(isSelector)(list)) return given.refuse(name, expected);
  return {
    names: list.filter((s) => typeof s === 'string'),
    patterns: list.filter((s) => s instanceof RegExp).map((s) => [s.source, s.flags]),
    inverted,
  };
}

function descriptorsOf(given: Checked): Request['descriptors'] {
  const expected = 'an array of descriptors, or { except: … }';
  const value = given.get('descriptors', expected, isAnything);
  if (value === undefined) return undefined;
  const { list, inverted } = listed(value);
  return isListOf(isInteger(0, MAX_INT))(list) ? { members: list, inverted } : given.refuse('descriptors', expected);
}

function describeOf(given: Checked): readonly DescriptorDetail[] {
  const value = given.get('describe', 'a boolean or an array', isAnything);
  if (typeof value === 'boolean') return value ? ['path'] : [];
  return given.someOf('describe', DETAILS) ?? [];
}

/** Milliseconds as nanoseconds. */
function delayOf(given: Checked, name: string): number | undefined {
  const isDelay = (v: unknown): v is number => typeof v === 'number' && v >= 0 && v <= MAX_INT;
  const value = given.get(name, 'a number of milliseconds', isDelay);
  return value === undefined ? undefined : Math.round(value * NANOSECONDS);
}

const INJECTION = ['calls', 'error', 'result', 'signal', 'delayEntry', 'delayExit', 'when'];

function injectionOf(value: unknown, index: number): WireInjection {
  const prefix = `inject[${index}].`;
  if (!isObject(value)) throw new OptionError('inject', `inject[${index}] must be an object`);
  const given = new Checked(value, prefix);
  given.only(INJECTION);
  const calls = callsOf(given, 'calls') ?? given.refuse('calls', 'given');
  const error = given.text('error');
  const isResult = (v: unknown): v is number | bigint => typeof v === 'bigint' || Number.isSafeInteger(v);
  const result = given.get('result', 'an integer', isResult);
  if (error !== undefined && result !== undefined) given.refuse('result', 'absent where there is an error');
  const signal = given.text('signal');
  const delays = { delayEntry: delayOf(given, 'delayEntry'), delayExit: delayOf(given, 'delayExit') };
  const done = { error, result: result === undefined ? undefined : String(result), signal, ...delays };
  if (Object.values(done).every((v) => v === undefined))
    throw new OptionError('inject', `${prefix.slice(0, -1)} does nothing`);
  const when = new Checked(given.get('when', 'an object', isObject) ?? {}, `${prefix}when.`);
  when.only(['first', 'step', 'last']);
  const first = when.number('first', 1, 65535) ?? 1;
  return { calls, ...done, first, step: when.number('step', 1, 65535) ?? 1, last: when.number('last', first, 65534) };
}

function common(given: Checked): Omit<Request, 'command' | 'attach'> {
  const request = {
    follow: given.boolean('follow') ?? true,
    calls: callsOf(given, 'calls'),
    raw: callsOf(given, 'raw'),
    paths: given.texts('paths') ?? [],
    descriptors: descriptorsOf(given),
    signals: given.texts('signals'),
    statuses: given.someOf('statuses', STATUSES),
    stringLimit: given.number('stringLimit', 0),
    describe: describeOf(given),
    verbose: given.boolean('verbose') ?? false,
    where: given.text('where'),
    inject: (given.get('inject', 'an array', isListOf(isAnything)) ?? []).map(injectionOf),
  };
  given.get('signal', 'an AbortSignal', isAbortSignal);
  return request;
}

const COMMON = [
  ...['calls', 'follow', 'paths', 'descriptors', 'where', 'signals', 'statuses', 'stringLimit', 'describe', 'verbose'],
  ...['raw', 'inject', 'signal'],
];
const OF_COMMAND = ['argv0', 'env', 'cwd', 'stdio', 'user', 'useFilter', 'whenStopped'];

const checked = (options: unknown): Checked =>
  isObject(options) ? new Checked(options) : new Checked({}).refuse('options', 'an object');

/** `NAME=value`, without the variables that are not set. */
function environmentOf(given: Checked): string[] {
  const env = given.get('env', 'an object of strings', isObject) ?? process.env;
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (!isText(value) || !isText(name) || name.includes('=')) return given.refuse('env', 'an object of strings');
    return [`${name}=${value}`];
  });
}

/** A request for a command. `descriptors`: how many it has, from 0. @throws OptionError */
export function commandRequest(argv: unknown, options: unknown, descriptors: number): Request {
  const given = checked(options);
  given.only([...COMMON, ...OF_COMMAND]);
  if (!isListOf(isText)(argv) || argv.length === 0 || argv[0] === '')
    throw new OptionError(
      'command',
      'command must be an array of strings without NUL, the first of which names a program',
    );
  given.text('cwd');
  const useFilter = given.boolean('useFilter') ?? false;
  const whenStopped = given.oneOf('whenStopped', ['kill', 'let-go']) ?? 'kill';
  const rest = common(given);
  if (useFilter && whenStopped === 'let-go')
    throw new OptionError('useFilter', "useFilter needs whenStopped: 'kill': under the filter nothing runs untraced");
  if (useFilter && !rest.follow)
    throw new OptionError('useFilter', 'useFilter needs follow: children inherit the filter');
  const command: WireCommand = {
    argv,
    argv0: given.text('argv0'),
    environment: environmentOf(given),
    user: given.text('user'),
    descriptors: Array.from({ length: descriptors }, (_, fd) => fd),
    useFilter,
    whenStopped: whenStopped === 'kill' ? KILL : LET_GO,
  };
  return { ...rest, command, attach: [] };
}

/** A request for running processes. @throws OptionError */
export function attachRequest(processes: unknown, options: unknown): Request {
  const given = checked(options);
  given.only(COMMON);
  const list = Array.isArray(processes) ? (processes as readonly unknown[]) : [processes];
  if (list.length === 0 || !list.every(isInteger(1, MAX_INT)))
    throw new OptionError('processes', 'processes must be a process id, or an array of them');
  return { ...common(given), attach: list as readonly number[] };
}
