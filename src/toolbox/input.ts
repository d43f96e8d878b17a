// Programs from files and standard input: raw instructions, or rules that are assembled on the way.
import { readFileSync } from 'node:fs';
import { assemble } from '../bpf/assemble/assemble.js';
import { decode, type Program } from '../bpf/instruction.js';
import { UsageError } from '../errors.js';
import { assembleNames, type Target } from './target.js';

/** Whether a file means standard input; yargs hands a lone `-` on as nothing. */
export function isStandardInput(file: string): boolean {
  return file === '-' || file === '';
}

/** Bytes of a file; `-` is standard input. @throws UsageError */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(isStandardInput(file) ? 0 : file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${code === 'ENOENT' ? 'no such file' : (error as Error).message}`);
  }
}

/** Whether bytes are a text: instructions always hold a zero byte, as opcodes take 16 bits. */
function isText(bytes: Uint8Array): boolean {
  return !bytes.includes(0);
}

/** The program in bytes; rules are assembled. @throws UsageError, BpfError, SourceError */
export function programIn(bytes: Buffer, file: string, target: Target): Program {
  if (bytes.length === 0) throw new UsageError(`${file} is empty`);
  if (isText(bytes)) return assemble(bytes.toString('utf8'), { arch: target.arch, file, ...assembleNames(target) });
  return decode(bytes, target.arch.bigEndian);
}

/** The program in a file. */
export function readProgram(file: string, target: Target): Program {
  return programIn(readInput(file), isStandardInput(file) ? '-' : file, target);
}
