// -D: the process that was called becomes the command, and the tracer a grandchild, which runs this program again.
import { TracerError } from '../errors.js';
import { ownEnvironment, rawArguments } from './inherited.js';
import { openLibrary } from './library.js';
import type { Command } from './spawn-spec.js';
import { packCommand } from './spawn-spec.js';

/** Set by native/spawn.c in the tracer's process: whom to trace, and the descriptor on which to say so. */
const DAEMON_VARIABLE = 'TSTRACE_DAEMON';

/** The process that waits to become the command. */
export interface Waiting {
  readonly pid: number;
  readonly ready: number;
}

/** Who waits for us, when we are the tracer of a command that called us with -D. */
export function waitingCommand(env: NodeJS.ProcessEnv): Waiting | undefined {
  const value = env[DAEMON_VARIABLE];
  if (value === undefined) return undefined;
  const [pid, ready] = value.split(' ').map(Number);
  return { pid, ready };
}

/**
 * Starts the tracer and becomes the command; returns only when there is no tracer, which has told why.
 * `group` 2: the tracer gets a process group, 3: a session of its own. @throws TracerError.
 */
export function becomeTraced(command: Command, group: 1 | 2 | 3): void {
  const { native } = openLibrary();
  const tracer: Command = {
    path: process.execPath,
    argv: [process.execPath, ...process.execArgv, process.argv[1], ...rawArguments(process.argv.length - 2)],
    env: ownEnvironment(),
  };
  const spec = packCommand(tracer);
  const ready = native.tracer_daemonize([spec, spec.length, group]);
  if (ready < 0) throw new TracerError(`-D: cannot start the tracer: errno ${-ready}`, 'clone', -ready);
  const own = packCommand(command);
  native.tracer_become([own, own.length, ready]);
}
