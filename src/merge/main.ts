// tstrace-merge: the files of -ff as one trace.
import { openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { SHELLS } from '../completion/model.js';
import { completionScript } from '../completion/script.js';
import { TstraceError, UsageError } from '../errors.js';
import { VERSION } from '../version.js';
import { mergeLogs } from './merge.js';

const NAME = basename(process.argv[1] ?? '') === 'strace-log-merge' ? 'strace-log-merge' : 'tstrace-merge';
const USAGE = `Usage: ${NAME} [-o FILE] LOG

Merges the files LOG.PID that tstrace -ff -o LOG wrote, by the times that -t, -tt
or -ttt put at the beginning of lines, with the process id before each line.

  -o, --output=FILE  write to FILE instead of standard output
  -h, --help         print this help
  -V, --version      print the version
      --completion=SHELL
                     print a completion script for bash, zsh or fish
`;
/** Bytes that are written at once. */
const BATCH_BYTES = 1 << 16;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Writes all bytes; false when nobody reads any more. @throws what writing a file throws. */
function write(fd: number, bytes: Buffer): boolean {
  for (let from = 0; from < bytes.length;)
    try {
      from += writeSync(fd, bytes, from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      if (code === 'EAGAIN') Atomics.wait(sleeper, 0, 0, 5);
      else if (code !== 'EINTR') throw error;
    }
  return true;
}

function merge(log: string, fd: number): void {
  let batch: Buffer[] = [];
  let size = 0;
  for (const piece of mergeLogs(log)) {
    batch.push(piece);
    size += piece.length;
    if (size < BATCH_BYTES) continue;
    if (!write(fd, Buffer.concat(batch))) return;
    batch = [];
    size = 0;
  }
  write(fd, Buffer.concat(batch));
}

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  completion: { type: 'string' },
} as const;

/** The script that completes these options; what they mean stands in the help text. */
function completion(shell: string): string {
  const options = Object.entries(OPTIONS).map(([long, option]) => ({
    shorts: 'short' in option ? [option.short] : [],
    longs: [long],
    about: new RegExp(`--${long}\\b\\S*\\s+(.*)`).exec(USAGE)?.[1] ?? '',
    argument: option.type === 'string' ? ('required' as const) : ('none' as const),
    value:
      long === 'completion'
        ? { kind: 'choice' as const, set: { name: 'shells', words: SHELLS.map((word) => ({ word, about: '' })) } }
        : { kind: long === 'output' ? ('file' as const) : ('text' as const) },
  }));
  return completionScript({ name: NAME, options, operands: 'files' }, shell);
}

function main(argv: string[]): void {
  const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: OPTIONS });
  if (values.help) write(1, Buffer.from(USAGE));
  else if (values.version) write(1, Buffer.from(`${NAME} -- version ${VERSION}\n`));
  else if (values.completion !== undefined) write(1, Buffer.from(`${completion(values.completion)}\n`));
  else if (positionals.length !== 1) {
    write(2, Buffer.from(USAGE));
    process.exitCode = 1;
  } else merge(positionals[0], values.output === undefined ? 1 : openSync(values.output, 'w', 0o666));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!(error instanceof TstraceError || error instanceof UsageError) && code === undefined) throw error;
  write(2, Buffer.from(`${NAME}: ${/^[^\n]*?(?=\. |\n|$)/.exec(message)?.[0] ?? message}\n`));
  process.exitCode = 1;
}
