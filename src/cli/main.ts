// The command: reads the command line, traces, ends as the tracee ended.
import { existsSync, writeFileSync, writeSync } from 'node:fs';
import { waitingCommand } from '../binding/daemon.js';
import { rawArguments, readSurroundings } from '../binding/inherited.js';
import { bytesOf, textOf } from '../binding/raw-text.js';
import { dieBySignal, endAtOnce } from '../binding/tracer.js';
import { TstraceError, UsageError, WarnedUsageError } from '../errors.js';
import { run } from '../trace/run.js';
import { selects } from '../trace/wanted.js';
import { parseCommandLine } from './options.js';

const { inherited, environment, invokedAs } = readSurroundings();
const name = invokedAs === 'strace' ? 'strace' : 'tstrace';

/** Writes what is no trace: strace does not mind when nobody can read it. */
function tell(fd: 1 | 2, text: string): void {
  try {
    const bytes = bytesOf(text);
    if (typeof bytes === 'string') writeSync(fd, bytes);
    else writeSync(fd, bytes);
  } catch {
    // A full disk, or a reader that went away.
  }
}

function fail(text: string): void {
  tell(2, text);
  process.exitCode = 1;
}

/** The arguments; what Node could not decode is read again. */
function givenArguments(): string[] {
  const decoded = process.argv.slice(2);
  return decoded.some((text) => text.includes('\ufffd')) ? rawArguments(decoded.length).map(textOf) : decoded;
}

async function main(): Promise<void> {
  const parsed = parseCommandLine(givenArguments(), name);
  if (parsed.kind !== 'trace') {
    tell(parsed.kind === 'tip' ? 2 : 1, `${await parsed.text()}\n`);
    return;
  }
  const { options } = parsed;
  const warnings = [...options.warnings];
  if (options.secontext?.size && existsSync('/sys/fs/selinux/enforce'))
    warnings.push('--secontext: contexts of SELinux are not printed yet');
  // What few traces need is loaded where it is asked for.
  const where =
    options.where === undefined ? undefined : (await import('../trace/selection.js')).readWhere(options, options.where);
  if (options.explainFilter) {
    const lines = (await import('../trace/explain-filter.js')).explainFilter(options, where);
    tell(1, `${lines.join('\n')}\n`);
    return;
  }
  const { log: told } = options;
  const log = told && new (await import('../trace/diagnostics.js')).Diagnostics(told.level, told.file);
  log?.start(options);
  if (options.replay !== undefined) {
    const { replay } = await import('../trace/recording/replay.js');
    process.exitCode = await replay({ ...options, replay: options.replay }, { inherited, environment, where, log });
    return;
  }
  const filter = options.seccomp
    ? (await import('../trace/seccomp.js')).prepareFilter(
        options,
        warnings,
        selects(options, where) ? (await import('../trace/selection.js')).selecting(options, where) : undefined,
      )
    : undefined;
  const tampering =
    options.injections.length > 0 ? (await import('./tampering.js')).tamperingBlock(options.injections) : undefined;
  const argv = rawArguments(options.command.length);
  const waiting = waitingCommand(process.env);
  // By this name ps(1) and killall(1) know it, and --decode-pids.
  try {
    writeFileSync('/proc/self/comm', name);
  } catch {
    // There is no such file: the name stays Node's.
  }
  const ending = await run(
    { ...options, warnings },
    { inherited, environment, argv, filter, waiting, where, tampering, log },
  );
  // Tips go to standard error, whatever becomes of the trace.
  if (options.tips.format !== 'none') tell(2, (await import('./tips.js')).tipText(options.tips, Math.random()));
  if ('signal' in ending) dieBySignal(ending.signal);
  const { NODE_V8_COVERAGE: coverage, TSTRACE_CACHE: cache } = process.env;
  if ('status' in ending && !coverage && !cache && process.execArgv.length <= 1) endAtOnce(ending.status);
  process.exit('signal' in ending ? 128 + ending.signal : ending.status);
}

main().catch((error: unknown) => {
  if (!(error instanceof TstraceError)) throw error;
  const warnings = error instanceof WarnedUsageError ? error.warnings.map((w) => `${name}: ${w}\n`).join('') : '';
  const hint = error instanceof UsageError && error.hint ? `Try '${name} -h' for more information.\n` : '';
  fail(`${warnings}${name}: ${error.message}\n${hint}`);
});
