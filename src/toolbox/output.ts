// Where results go: standard output, or the file of -o. Colours are for terminals, never for files.
import { writeFileSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { UsageError } from '../errors.js';

/** Kinds of text that have a colour. */
export type Paint = 'faint' | 'strong' | 'call' | 'good' | 'bad' | 'warn' | 'keyword' | 'number';

const SGR: Readonly<Record<Paint, string>> = {
  faint: '90',
  strong: '1',
  call: '36',
  good: '32',
  bad: '31',
  warn: '33',
  keyword: '35',
  number: '34',
};

/** When results are coloured. */
export type ColourMode = 'auto' | 'always' | 'never';

/** The place of a command's result. */
export class Output {
  readonly coloured: boolean;
  private files = 0;

  constructor(
    private readonly file: string | undefined,
    mode: ColourMode = 'auto',
  ) {
    const terminal = file === undefined && isatty(1) && !process.env.NO_COLOR;
    this.coloured = mode === 'always' || (mode === 'auto' && terminal);
  }

  /** Text in its colour, if there are colours. */
  paint(kind: Paint, text: string): string {
    return this.coloured && text !== '' ? `\x1b[${SGR[kind]}m${text}\x1b[0m` : text;
  }

  /** Writes a whole result: to standard output, or to the next file: FILE, FILE_1, …, before its extension. */
  write(result: string | Uint8Array): void {
    if (this.file === undefined) {
      writeAll(1, typeof result === 'string' ? Buffer.from(result) : result);
      return;
    }
    const name = this.files === 0 ? this.file : this.file.replace(/(\.[^./]*)?$/, `_${this.files}$1`);
    this.files++;
    try {
      writeFileSync(name, result);
    } catch (error) {
      throw new UsageError(`cannot write ${name}: ${(error as Error).message}`);
    }
  }

  /** Writes lines, each ended. */
  lines(lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Writes a value as JSON, one line. */
  json(value: unknown): void {
    this.write(`${JSON.stringify(value)}\n`);
  }
}

/** Writes all bytes to a descriptor that may be a pipe in nonblocking mode; silence when nobody reads. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}
