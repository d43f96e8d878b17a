// Where filters come from: a file, a program that is run until it installs them, or a running process.
import type { Argv } from 'yargs';
import { decode, type Program } from '../bpf/instruction.js';
import { readSeccompFilters } from '../binding/seccomp-filters.js';
import { TracerError, UsageError } from '../errors.js';
import { findExecutable } from '../trace/executable.js';
import type { CommonArguments } from './common.js';
import { elfTarget, isProgram } from './elf-machine.js';
import { readProgram } from './input.js';
import { strictFilter } from './strict-mode.js';
import { targetOf, type Target } from './target.js';
import { traceFilters } from './traced-filters.js';

/** Options of commands that find filters themselves. */
export interface SourceArguments extends CommonArguments {
  shExec?: string;
  limit: string;
  pid?: string;
  timeout?: string;
  /** The file or program, and its arguments. */
  source?: string;
  programArgs: string[];
  /** What stands behind `--`: arguments, or the program itself. */
  '--'?: string[];
}

/** A filter and where it was found. */
export interface Source {
  readonly program: Program;
  readonly target: Target;
  readonly name: string;
}

/** Filters of one thread of control, in the order in which they were installed, and what is to be said about them. */
export interface Sources {
  readonly filters: readonly Source[];
  readonly warnings: readonly string[];
  /** There may be more than were asked for. */
  readonly truncated: boolean;
}

/** Adds -c, -l, -p and -t. */
export function sourceOptions<T>(yargs: Argv<T>): Argv<T> {
  return yargs
    .option('sh-exec', {
      alias: 'c',
      type: 'string',
      describe: 'run this command by /bin/sh -c',
      requiresArg: true,
    })
    .option('limit', {
      alias: 'l',
      type: 'string',
      default: '1',
      describe: 'end the program with its Nth filter; 0: collect all of them',
      requiresArg: true,
    })
    .option('pid', {
      alias: 'p',
      type: 'string',
      describe: 'the filters of a running process, the newest first (needs CAP_SYS_ADMIN)',
      requiresArg: true,
    })
    .option('timeout', {
      alias: 't',
      type: 'string',
      describe: 'end the program after so many seconds',
      requiresArg: true,
    }) as never;
}

function limitOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`--limit is a number, not '${text}'`);
  return Number(text) || Infinity;
}

const FILTER_ERRORS: Readonly<Record<number, string>> = {
  1: 'not permitted: it has a tracer, or belongs to somebody else',
  3: 'there is no such process',
  13: 'only who has CAP_SYS_ADMIN, and no filter of its own, may read filters',
  22: 'it has no seccomp filter (strict mode has none), or this kernel cannot show them',
};

function ofProcess(text: string, limit: number, arch: string | undefined): Sources {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--pid is a process, not '${text}'`);
  const target = arch === undefined ? (elfTarget(`/proc/${text}/exe`) ?? targetOf(undefined)) : targetOf(arch);
  let all: Buffer[];
  try {
    all = readSeccompFilters(Number(text));
  } catch (error) {
    if (!(error instanceof TracerError)) throw error;
    throw new UsageError(`process ${text}: ${FILTER_ERRORS[error.errno] ?? error.message}`);
  }
  const filters = all.slice(0, limit).map((bytes, index) => ({
    program: decode(bytes, target.arch.bigEndian),
    target,
    name: `process ${text}, filter ${index}`,
  }));
  return { filters, warnings: [], truncated: all.length > limit };
}

/** The program and its arguments. */
function wordsOf(argv: SourceArguments): string[] {
  const first = argv.source === undefined ? [] : [argv.source];
  return [...first, ...argv.programArgs, ...(argv['--'] ?? [])];
}

function ofProgram(argv: SourceArguments, limit: number): Sources {
  const words = argv.shExec === undefined ? wordsOf(argv) : ['/bin/sh', '-c', argv.shExec];
  const path = findExecutable(words[0], process.env.PATH);
  const timeout = argv.timeout === undefined ? undefined : Number(argv.timeout);
  if (timeout !== undefined && !(timeout > 0))
    throw new UsageError(`--timeout is a number of seconds, not '${argv.timeout}'`);
  const { filters, timedOut, status } = traceFilters({ path, argv: words, limit, timeout });
  const name = argv.shExec ?? words[0];
  if (status === -2) throw new UsageError(`'${name}' could not be run`);
  const warnings: string[] = [];
  if (filters.length === 0) {
    warnings.push(timedOut ? `${name} has installed no filter in ${timeout} s` : `${name} has installed no filter`);
  }
  return {
    filters: filters.map(({ bytes, abi, pid }, index) => {
      const target = targetOf(argv.arch ?? (abi.name === 'x86_64' ? 'amd64' : abi.name));
      return {
        program: bytes ? decode(bytes) : strictFilter(target.arch),
        target,
        name: `${name}, filter ${index} (process ${pid}${bytes ? '' : ', strict mode'})`,
      };
    }),
    warnings,
    truncated: filters.length >= limit,
  };
}

/** The filters that the arguments name. @throws UsageError, BpfError */
export function findFilters(argv: SourceArguments, filesToo: boolean): Sources {
  const limit = limitOf(argv.limit);
  if (argv.pid !== undefined) {
    if (argv.timeout !== undefined) throw new UsageError('--timeout does not go with --pid');
    return ofProcess(argv.pid, limit, argv.arch);
  }
  if (argv.shExec !== undefined) return ofProgram(argv, limit);
  const [source] = wordsOf(argv);
  if (source === undefined) throw new UsageError('name a program, or use -c or -p');
  if (filesToo && (source === '' || source === '-' || !isProgram(source))) {
    const target = targetOf(argv.arch);
    const name = source === '' ? '-' : source;
    // What is no file may be a command in PATH.
    if (name === '-' || name.includes('/') || !isCommand(name)) {
      return { filters: [{ program: readProgram(name, target), target, name }], warnings: [], truncated: false };
    }
  }
  return ofProgram(argv, limit);
}

function isCommand(name: string): boolean {
  try {
    findExecutable(name, process.env.PATH);
  } catch {
    return false;
  }
  return true;
}
