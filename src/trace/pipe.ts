// -o '|COMMAND' and -o '!COMMAND': the trace goes to a shell command, which is waited for at the end.
import { errnoText } from '../abi/errno.js';
import type { Inherited, Text } from '../binding/spawn-spec.js';
import { finishReader, startReader } from '../binding/tracer.js';
import { UsageError } from '../errors.js';
import { Stream } from './destination.js';

/** A stream into a command. */
export interface Pipe {
  readonly stream: Stream;
  /** Closes the command's input and waits until it has ended. */
  finish(): void;
}

/** Starts `sh -c COMMAND` with the trace on its standard input. @throws UsageError when that is not possible. */
export function openPipe(command: string, env: readonly Text[], inherited: Inherited | undefined): Pipe {
  const fd = startReader({ path: '/bin/sh', argv: ['sh', '-c', command], env, inherited });
  if (fd < 0) throw new UsageError(`exec: ${errnoText(-fd)}`);
  return { stream: new Stream(fd, false), finish: finishReader };
}
