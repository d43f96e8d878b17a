// Programs from files and standard input: raw instructions, or rules that are assembled on the way.
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { archSyscallNumber } from '../abi/architectures.js';
import { assemble } from '../bpf/assemble/assemble.js';
import { decode, type Program } from '../bpf/instruction.js';
import { readProfile, type Host } from '../bpf/profile/oci-profile.js';
import { compileProfile } from '../bpf/profile/profile-filter.js';
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

/** What a Docker profile may ask of the machine that it is for: this one's kernel, no capability beyond the usual ones. */
function hostOf(target: Target): Host {
  const [major, minor] = release().split('.').map(Number);
  const { name } = target.arch;
  return { arch: GO_NAMES[name] ?? name, kernel: [major, minor], capabilities: [] };
}

/** Go's names of architectures, where they are not ours. */
const GO_NAMES: Readonly<Record<string, string>> = { i386: '386', aarch64: 'arm64' };

/** A container's profile is JSON, which no rule looks like. */
export function isProfile(text: string): boolean {
  return /^\s*\{/.test(text);
}

/** The filter of a container's profile. @throws UsageError, BpfError */
export function profileProgram(text: string, file: string, target: Target): Program {
  return compileProfile(readProfile(text, file, hostOf(target)), target.arch, archSyscallNumber);
}

/** The program in bytes; rules are assembled, profiles compiled. @throws UsageError, BpfError, SourceError */
export function programIn(bytes: Buffer, file: string, target: Target): Program {
  if (bytes.length === 0) throw new UsageError(`${file} is empty`);
  if (isText(bytes)) {
    const text = bytes.toString('utf8');
    if (isProfile(text)) return profileProgram(text, file, target);
    return assemble(text, { arch: target.arch, file, ...assembleNames(target) });
  }
  return decode(bytes, target.arch.bigEndian);
}

/** The program in a file. */
export function readProgram(file: string, target: Target): Program {
  return programIn(readInput(file), isStandardInput(file) ? '-' : file, target);
}
