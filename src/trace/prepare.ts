// What the native session is given before it starts: the command, and a configuration that the options ask for.
import { statSync } from 'node:fs';
import { X86_64 } from '../abi/abi.js';
import type { TracerConfig } from '../binding/tracer.js';
import { ConfigFlag, PIN_NONE, PIN_STEERED } from '../binding/tracer.js';
import { bytesOf, textOf } from '../binding/raw-text.js';
import type { Command, Identity, Inherited, Text } from '../binding/spawn-spec.js';
import { pathMode } from '../capture/compile.js';
import { describesFds } from '../decode/style.js';
import { styleOf } from './calls.js';
import { findExecutable } from './executable.js';
import type { TraceOptions } from './options.js';
import type { PreparedFilter } from './seccomp.js';

/** Where the command comes from, and what it gets beside its options. */
export interface Origin {
  /** What it is to find as if nobody had started it in between. */
  readonly inherited: Inherited | undefined;
  /** `NAME=value` strings, in order, as bytes. */
  readonly environment: readonly Text[];
  /** The command's arguments as bytes; the options hold them decoded. */
  readonly argv: readonly Text[];
  readonly filter: PreparedFilter | undefined;
}

/** What records are turned into. */
export interface Shown {
  /** Events, or sums of them, which need times and names. */
  readonly data: boolean;
  /** A terminal: each record is shown before its task goes on. */
  readonly interactive: boolean;
  /** The trace goes to standard error, to which tasks may write, too. */
  readonly shared: boolean;
  /** Calls that are tampered with are asked about first (Event.Ask). */
  readonly asks: boolean;
  /** The tracer thread decides itself which calls are selected, where it has a plan for that. */
  readonly decides: boolean;
}

/** Bytes of the ring: enough for a burst, and for the biggest record that the string limit allows. */
function ringBytes(options: TraceOptions): number {
  let bytes = 1 << 20;
  while (bytes < options.stringLimit * 16 && bytes < 1 << 26) bytes *= 2;
  return bytes;
}

const nameOf = (entry: Text): string => {
  const text = typeof entry === 'string' ? entry : textOf(Buffer.from(entry));
  const equals = text.indexOf('=');
  return equals < 0 ? text : text.slice(0, equals);
};

/** The command's environment: what was inherited, with -E applied in order. */
function environmentOf(options: TraceOptions, base: readonly Text[]): Text[] {
  let env = [...base];
  for (const { name, value } of options.environment) {
    const at = env.findIndex((entry) => nameOf(entry) === name);
    if (value === undefined) env = env.filter((entry) => nameOf(entry) !== name);
    else if (at >= 0) env[at] = `${name}=${value}`;
    else env.push(`${name}=${value}`);
  }
  return env;
}

const pathOf = (environment: readonly Text[]): string | undefined => {
  const found = environment.find((entry) => nameOf(entry) === 'PATH');
  return found === undefined ? undefined : textOf(Buffer.from(found)).slice('PATH='.length);
};

const SET_UID = 0o4000;
const SET_GID = 0o2000;

/**
 * -u: who the command runs as. Exec under ptrace gives no privileges, so that those of a set-uid or set-gid program are
 * given to it here.
 */
function identityOf(runAs: NonNullable<TraceOptions['runAs']>, path: string): Identity {
  const { mode, uid, gid } = statSync(bytesOf(path));
  return {
    ...runAs,
    effectiveUid: mode & SET_UID ? uid : runAs.uid,
    effectiveGid: mode & SET_GID ? gid : runAs.gid,
  };
}

/** What is to be executed; the program is looked for in our own PATH. @throws UsageError when it is not there. */
export function commandOf(options: TraceOptions, around: Origin): Command {
  const path = findExecutable(options.command[0], pathOf(around.environment));
  return {
    path,
    argv: options.argv0 === undefined ? around.argv : [options.argv0, ...around.argv.slice(1)],
    env: environmentOf(options, around.environment),
    filter: around.filter?.program,
    inherited: around.inherited,
    identity: options.runAs && identityOf(options.runAs, path),
    asStrace: options.programName === 'strace',
  };
}

/** The configuration of the native session. */
export function configOf(
  options: TraceOptions,
  filter: PreparedFilter | undefined,
  { data, interactive, shared, asks, decides }: Shown,
): TracerConfig {
  const { absolute, relative, callTime } = options;
  const flags =
    (options.follow ? ConfigFlag.Follow : 0) |
    (filter ? ConfigFlag.Seccomp | (filter.order === 2 ? ConfigFlag.OldSeccomp : 0) : 0) |
    (data ||
    options.record !== undefined ||
    absolute.format !== 'none' ||
    relative !== undefined ||
    callTime !== undefined ||
    options.summary.mode !== 'none'
      ? ConfigFlag.Times
      : 0) |
    (data || options.comm ? ConfigFlag.Comm : 0) |
    (options.pidns ? ConfigFlag.PidNamespaces : 0) |
    (options.summary.mode !== 'none' ? ConfigFlag.SystemTime : 0) |
    (options.instructionPointer ? ConfigFlag.Ip : 0) |
    // A recording may be printed by any option: these cost little.
    (options.record === undefined ? 0 : ConfigFlag.Comm | ConfigFlag.SystemTime | ConfigFlag.Ip) |
    (asks ? ConfigFlag.Ask : 0) |
    (decides ? ConfigFlag.Decide : 0) |
    (interactive ? ConfigFlag.Sync : shared ? ConfigFlag.Shared : 0) |
    (options.killOnExit || (filter && options.attach.length === 0) ? ConfigFlag.ExitKill : 0) |
    (options.detachOnExecve ? ConfigFlag.DetachOnExec : 0);
  const style = styleOf(options, X86_64.index, -1);
  const signalPaths = describesFds(style) ? pathMode(style) : undefined;
  const pinCpu = options.pin === 'none' ? PIN_NONE : (options.pin ?? PIN_STEERED);
  return { flags, ringBytes: ringBytes(options), pinCpu, signalPaths };
}
