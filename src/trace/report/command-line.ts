// Command lines as one would type them.
import { readFileSync } from 'node:fs';
import { readArguments, type Decoded } from '../../decode/value.js';
import { readable, visible } from './readable.js';

/** Most characters of a command line that are told. */
const MOST = 300;
/** What needs no quotation marks in a shell. */
const PLAIN = /^[\w%+,./:=@^~-]+$/;

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/** Words as a shell would take them, `most` characters of them. */
export const shellWords = (words: readonly string[], most = MOST): string =>
  cut(words.map((word) => (PLAIN.test(word) ? word : `'${visible(word).replaceAll("'", "'\\''")}'`)).join(' '), most);

function wordOf(value: Decoded): string {
  const { str, b64, cut: shortened } = value ?? {};
  const word = str ?? (b64 === undefined ? (value?.text ?? '') : readable(Buffer.from(b64, 'base64')));
  return shortened ? `${word}…` : word;
}

/** The command line that the printed arguments of an exec hold; undefined when they were not printed as strings. */
export function executedCommand(printed: string): string | undefined {
  const values = Object.values(readArguments(printed));
  const argv = values.find((value) => value?.items)?.items;
  if (argv?.some((value) => value?.str !== undefined || value?.b64 !== undefined)) return shellWords(argv.map(wordOf));
  const path = values.find((value) => value?.str !== undefined);
  return path === undefined ? undefined : shellWords([wordOf(path)]);
}

/** The command line of a process, as it is now; undefined when it cannot be read, or has none. */
export function commandOfProcess(pid: number): string | undefined {
  try {
    const bytes = readFileSync(`/proc/${pid}/cmdline`);
    const words = bytes
      .subarray(0, bytes.at(-1) === 0 ? -1 : undefined)
      .toString('latin1')
      .split('\0');
    return bytes.length === 0 ? undefined : shellWords(words.map((word) => readable(Buffer.from(word, 'latin1'))));
  } catch {
    return undefined;
  }
}
