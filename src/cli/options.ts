// The command line: options read in order, checked against each other, and frozen.
import { UsageError, WarnedUsageError } from '../errors.js';
import { assemble } from './assemble.js';
import type { Assembled, ReadOption } from './assemble.js';
import { checkClashes } from './clashes.js';
import { getopt, indexOptions } from './getopt.js';
import { optionTable } from './option-table.js';
import { FD_KINDS, Qualified, QUIET_KINDS } from './qualified.js';
import { DEFAULT_COLUMNS } from './summary.js';
import { generatedTables } from './tables.js';
import type { SyscallTables } from './tables.js';
import type {
  FdOptions,
  OutputFormat,
  QuietKind,
  RunAs,
  SummaryOptions,
  TimeFormat,
  TraceOptions,
} from './trace-options.js';
import { fdOptions } from '../trace/options.js';
import { resolveUser } from './user.js';
import { ValueReader } from './values.js';

/** What a command line asks for. Texts are made when they are asked for: their modules cost the trace nothing. */
export type ParsedCommand =
  | { readonly kind: 'trace'; readonly options: TraceOptions }
  | {
      readonly kind: 'help' | 'version' | 'completion' | 'tip';
      /** Without its last newline. */ readonly text: () => Promise<string>;
    };

type Name = 'tstrace' | 'strace';

const DEFAULT_COLUMN = 40;
const DEFAULT_STRING_LIMIT = 32;
const DEFAULT_STACK_FRAMES = 256;

function quietOf(given: Assembled, qualified: Qualified, direct: boolean): ReadonlySet<QuietKind> {
  const q = given.count('q');
  if (q > 2) return new Set(QUIET_KINDS);
  const quiet = new Set(qualified.quiet);
  // A trace that goes elsewhere, of a command alone, leaves the screen to the command, unless it is said what to leave out.
  if (q > 0 || (direct && !qualified.quiet)) quiet.add('attach').add('personality');
  if (q > 1) quiet.add('exit');
  return quiet;
}

function absoluteOf(given: Assembled): TimeFormat {
  const t = given.count('t');
  if (t === 0) return given.last('absolute-timestamps') ?? { format: 'none', precision: 's' };
  return { format: t > 2 ? 'unix' : 'time', precision: t > 1 ? 'us' : 's' };
}

function fdsOf(given: Assembled, qualified: Qualified): FdOptions {
  const y = given.count('y');
  const kinds = y > 1 ? new Set(FD_KINDS) : y === 1 ? new Set(['path']) : (qualified.fds ?? new Set());
  return fdOptions((kind) => kinds.has(kind));
}

function summaryOf(given: Assembled): SummaryOptions {
  return {
    mode: given.count('summary-only') > 0 ? 'only' : given.count('summary') > 0 ? 'also' : 'none',
    wallClock: given.count('summary-wall-clock') > 0,
    sortBy: given.last('summary-sort-by') ?? 'time',
    columns: given.last('summary-columns') ?? DEFAULT_COLUMNS,
    overhead: given.last('summary-syscall-overhead') ?? 0,
  };
}

function daemonizeOf(given: Assembled): TraceOptions['daemonize'] {
  const d = given.count('D');
  return d === 1 || d === 2 || d === 3 ? d : (given.last('daemonize') ?? 0);
}

/** Who asks for a report or a recording alone wants no lines on the screen beside what the command itself prints there. */
function outputFormatOf(given: Assembled): OutputFormat {
  const asked = given.last('output-format') ?? (given.count('json') > 0 ? 'json' : undefined);
  if (asked) return asked;
  const table = given.count('summary-only') + given.count('summary') > 0;
  const beside = given.last('report') !== undefined || given.last('record') !== undefined;
  return beside && given.last('output') === undefined && !table ? 'none' : 'text';
}

/** Diagnostics are written when a level or a file asks for them. */
function logOf(given: Assembled): TraceOptions['log'] {
  const [level, file] = [given.last('log-level'), given.last('log-file')];
  return level === undefined && file === undefined ? undefined : { level: level ?? 'info', file };
}

/** Reads the options one after the other; the first mistake is the one that is reported. */
function readOptions(
  argv: readonly string[],
  programName: Name,
  reader: ValueReader,
): { options: ReadOption[]; rest: readonly string[]; help: boolean } {
  const options: ReadOption[] = [];
  const walk = getopt(argv, indexOptions(optionTable(programName)));
  for (let step = walk.next(); ; step = walk.next()) {
    if (step.done) return { options, rest: step.value, help: false };
    if (step.value.key === 'help') return { options, rest: [], help: true };
    options.push({ ...step.value, read: reader.read(step.value) });
  }
}

function traceOptions(
  programName: Name,
  options: readonly ReadOption[],
  command: readonly string[],
  qualified: Qualified,
  warnings: string[],
  later: readonly string[],
): TraceOptions {
  const given = assemble(options);
  const keys = new Set(options.map((o) => o.key));
  const attach = given.all('attach').flat();
  const user = given.last('user');
  let runAs: RunAs | undefined;
  const { follow, seccomp, separate } = checkClashes(
    { programName, given, keys, qualified, attached: attach.length, command: command.length > 0 },
    warnings,
    later,
    () => {
      if (user !== undefined) runAs = resolveUser(user, process.getuid?.() === 0);
    },
  );
  const output = given.last('output');
  const outputFormat = outputFormatOf(given);
  const daemonize = daemonizeOf(given);
  const toFile = (output !== undefined || outputFormat === 'none') && command.length > 0;
  const hexLevel = given.count('x');
  return {
    programName,
    command,
    argv0: given.last('argv0'),
    environment: given.all('env'),
    attach,
    user,
    runAs,
    follow,
    separate: separate && output !== undefined,
    output,
    append: given.count('output-append-mode') > 0,
    seccomp,
    debug: given.count('debug') > 0,
    interruptible: given.last('interruptible') ?? (daemonize > 0 ? 4 : toFile ? 3 : 2),
    daemonize,
    detachOnExecve: given.last('detach-on') !== undefined,
    killOnExit: given.count('kill-on-exit') > 0,
    syscallLimit: given.last('syscall-limit') ?? 0,
    pin: given.last('pin'),
    alwaysShowPid: given.count('always-show-pid') > 0,
    columns: given.last('columns') ?? DEFAULT_COLUMN,
    stringLimit: given.last('string-limit') ?? DEFAULT_STRING_LIMIT,
    trace: qualified.trace,
    abbrev: qualified.abbrev,
    verbose: qualified.verbose,
    raw: qualified.raw,
    signals: qualified.signals,
    statuses: qualified.statuses,
    quiet: quietOf(
      given,
      qualified,
      (toFile || (outputFormat === 'none' && command.length > 0)) && attach.length === 0,
    ),
    constants: given.last('const-print-style') ?? 'abbrev',
    hex: hexLevel > 1 ? 'all' : hexLevel === 1 ? 'non-ascii' : (given.last('strings-in-hex') ?? 'none'),
    argNames: given.count('arg-names') > 0,
    fds: fdsOf(given, qualified),
    comm: qualified.pids.has('comm'),
    pidns: qualified.pids.has('pidns'),
    syscallNumber: given.count('syscall-number') > 0,
    instructionPointer: given.count('instruction-pointer') > 0,
    absolute: absoluteOf(given),
    relative: given.last('relative-timestamps') ?? (given.count('r') > 0 ? 'us' : undefined),
    callTime: given.last('syscall-times') ?? (given.count('T') > 0 ? 'us' : undefined),
    summary: summaryOf(given),
    paths: given.all('trace-path'),
    traceFds: qualified.traceFds,
    readFds: qualified.readFds,
    writeFds: qualified.writeFds,
    injections: qualified.injections,
    stack: given.last('stack-trace') ?? (given.count('k') > 1 ? 'source' : given.count('k') === 1 ? 'symbol' : 'none'),
    stackFrames: given.last('stack-trace-frame-limit') ?? DEFAULT_STACK_FRAMES,
    kvm: qualified.kvm,
    namespaces: qualified.namespaces,
    secontext: qualified.secontext,
    color: given.last('color') ?? 'auto',
    tips: given.last('tips') ?? { id: 'random', format: 'none' },
    where: given.last('where'),
    outputFormat,
    record: given.last('record'),
    replay: given.last('replay'),
    log: logOf(given),
    quietGiven: given.count('q') > 0 || qualified.quiet !== undefined,
    ociProfile: given.last('oci-profile'),
    report: given.last('report'),
    explainFilter: given.count('explain-filter') > 0,
    warnings: [...warnings],
  };
}

/**
 * Reads a command line (without the program's own name).
 * @param tables what system calls there are, for -e.
 * @throws UsageError with the words that strace has for it; WarnedUsageError when warnings come first.
 */
export function parseCommandLine(
  argv: readonly string[],
  programName: Name,
  tables: SyscallTables = generatedTables,
): ParsedCommand {
  const warnings: string[] = [];
  const later: string[] = [];
  const qualified = new Qualified(tables, warnings);
  try {
    const { options, rest, help } = readOptions(argv, programName, new ValueReader(qualified, later));
    if (help) return { kind: 'help', text: async () => (await import('./help.js')).helpText(programName) };
    if (options.some((o) => o.key === 'version'))
      return { kind: 'version', text: async () => (await import('./help.js')).versionText(programName) };
    const completion = options.find((o) => o.key === 'completion');
    if (completion)
      return {
        kind: 'completion',
        text: async () => (await import('./completion.js')).completion(programName, completion.value ?? ''),
      };
    const tips = options.findLast((o) => o.key === 'tips')?.read;
    if (
      rest.length === 0 &&
      typeof tips === 'object' &&
      'id' in tips &&
      tips.format !== 'none' &&
      !options.some((o) => o.key === 'attach')
    )
      return { kind: 'tip', text: async () => (await import('./tips.js')).tipText(tips, Math.random()).trimEnd() };
    return {
      kind: 'trace',
      options: Object.freeze(traceOptions(programName, options, rest, qualified, warnings, later)),
    };
  } catch (error) {
    throw error instanceof UsageError && warnings.length > 0 ? new WarnedUsageError(error, warnings) : error;
  }
}
