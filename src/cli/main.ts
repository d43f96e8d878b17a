// The command: reads the command line, traces, ends as the tracee ended.
import { writeSync } from 'node:fs';
import { rawArguments, readSurroundings } from '../binding/inherited.js';
import { dieBySignal } from '../binding/tracer.js';
import { TstraceError, UsageError } from '../errors.js';
import { run } from '../trace/run.js';
import { parseCommandLine } from './options.js';

const { inherited, environment, invokedAs } = readSurroundings();
const name = invokedAs === 'strace' ? 'strace' : 'tstrace';

function fail(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nobody reads standard error.
  }
  process.exitCode = 1;
}

try {
  const parsed = parseCommandLine(process.argv.slice(2), name);
  if (parsed.kind !== 'trace') {
    const { helpText, versionText } = await import('./help.js');
    writeSync(1, (parsed.kind === 'help' ? await helpText(name) : versionText(name)) + '\n');
  } else {
    const { options } = parsed;
    const warnings = [...options.warnings];
    // The compiler of filters is loaded where one is asked for.
    const filter = options.seccomp ? (await import('../trace/seccomp.js')).prepareFilter(options, warnings) : undefined;
    const ending = run({ ...options, warnings }, {
      inherited,
      environment,
      argv: rawArguments(options.command.length),
      filter,
    });
    if ('signal' in ending) dieBySignal(ending.signal);
    process.exitCode = 'signal' in ending ? 128 + ending.signal : ending.status;
  }
} catch (error) {
  if (!(error instanceof TstraceError)) throw error;
  const hint = error instanceof UsageError && error.hint ? `Try '${name} -h' for more information.\n` : '';
  fail(`${name}: ${error.message}\n${hint}`);
}
