// -o '|COMMAND' and -o '!COMMAND': the trace goes to a shell command, which is waited for at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UsageError } from '../errors.js';
import { Stream } from './destination.js';

/** A stream into a command. */
export interface Pipe {
  readonly stream: Stream;
  /** Closes the command's input and waits until it has ended. */
  finish(): Promise<void>;
}

/** Starts `sh -c COMMAND` with the trace on its standard input. @throws UsageError when that is not possible. */
export function openPipe(command: string): Pipe {
  const child = spawn('/bin/sh', ['-c', command], { argv0: 'sh', stdio: ['pipe', 'inherit', 'inherit'] });
  child.on('error', () => undefined);
  // Records are written while the event loop stands still, so the descriptor itself is what we need.
  const { fd } = (child.stdin as unknown as { _handle: { fd: number } })._handle;
  if (child.pid === undefined || fd < 0) throw new UsageError(`cannot run '${command}'`);
  const ended = once(child, 'exit');
  child.stdin.on('error', () => undefined);
  return {
    stream: new Stream(fd, false),
    async finish() {
      child.stdin.end();
      await ended;
    },
  };
}
