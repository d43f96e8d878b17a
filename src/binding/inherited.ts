// What the launcher (launcher/) inherited from whoever started it, to be handed on to the command untouched.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ProtocolError } from '../errors.js';
import type { Inherited } from './spawn-spec.js';

/** The variable in which the launcher hands it on; the command never sees it. */
export const INHERITED_VARIABLE = 'TSTRACE_INHERITED';
/** How newlines inside values travel: 1 as \001, by the script, which loses what was \001; 2 escaped. */
const VERSIONS = new Set(['1', '2']);

/** How this process came to be. */
export interface Surroundings {
  /** Signals, limit and descriptors; undefined when it was not started by the launcher. */
  readonly inherited: Inherited | undefined;
  /** The environment as it was given to the launcher: `NAME=value` strings, in order, as bytes. */
  readonly environment: readonly Buffer[];
  /** The last part of the name under which the launcher was invoked: `tstrace`, or `strace` through a link. */
  readonly invokedAs: string;
}

/** Splits at a byte; a trailing separator ends the last part. */
function split(bytes: Buffer, separator: number): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at; from < bytes.length && (at = bytes.indexOf(separator, from)) >= 0; from = at + 1)
    parts.push(bytes.subarray(from, at));
  if (from < bytes.length) parts.push(bytes.subarray(from));
  return parts;
}

/** Version 1: each \001 is a newline. */
const untranslated = (bytes: Buffer): Buffer =>
  bytes.includes(1) ? Buffer.from(bytes.map((byte) => (byte === 1 ? 10 : byte))) : bytes;

/** Version 2: `\001n` is a newline, `\001a` is \001. */
const unescaped = (bytes: Buffer): Buffer =>
  bytes.includes(1)
    ? Buffer.from(
        bytes.toString('latin1').replace(/\x01(.)/gs, (_, letter) => (letter === 'n' ? '\n' : '\x01')),
        'latin1',
      )
    : bytes;

/**
 * Reads the launcher's variable out of an environment block (`NAME=value`, each ended by NUL).
 * @throws ProtocolError when the variable is there and is not what this version's launcher writes.
 */
export function parseSurroundings(block: Buffer): Surroundings {
  const strings = split(block, 0);
  const head = Buffer.from(INHERITED_VARIABLE + '=');
  const at = strings.findIndex((s) => s.subarray(0, head.length).equals(head));
  if (at < 0) return { inherited: undefined, environment: strings, invokedAs: 'tstrace' };
  const value = strings[at].subarray(head.length);
  const end = value.indexOf(10);
  const line = value.toString('utf8', 0, end < 0 ? value.length : end);
  const match = /^(\d+) ([0-9a-f]+) ([0-9a-f]+) (\d+|unlimited) ([\d,]*) (.*)$/.exec(line);
  if (!match || !VERSIONS.has(match[1]))
    throw new ProtocolError(`${INHERITED_VARIABLE} is not what bin/tstrace writes: ${line}`);
  const [, version, ignored, blocked, files, fds, name] = match;
  // A launcher that could not read its environment sends none.
  const original = end < 0 ? [] : split(value.subarray(end + 1), 10).map(version === '1' ? untranslated : unescaped);
  return {
    inherited: {
      ignored,
      blocked,
      openFiles: /^[1-9]/.test(files) ? Number(files) : undefined,
      descriptors: fds === '' ? [] : fds.split(',').map(Number),
    },
    environment: original.length > 0 ? original : strings.filter((_, i) => i !== at),
    invokedAs: basename(name),
  };
}

/** The surroundings of this process. @throws ProtocolError */
export function readSurroundings(): Surroundings {
  return parseSurroundings(readFileSync('/proc/self/environ'));
}

/** The environment of this process as it began, our variable included. */
export function ownEnvironment(): Buffer[] {
  return split(readFileSync('/proc/self/environ'), 0);
}

/** The last `count` arguments of this process as bytes: Node's own decoding loses what is not UTF-8. */
export function rawArguments(count: number): Buffer[] {
  return split(readFileSync('/proc/self/cmdline'), 0).slice(-count || Infinity);
}
