// The command line's way of tracing: everything from options to the exit status.
import { fstatSync, statSync } from 'node:fs';
import { errnoText } from '../abi/errno.js';
import { becomeTraced } from '../binding/daemon.js';
import type { Waiting } from '../binding/daemon.js';
import { readGenericFamilies } from '../binding/generic-families.js';
import { interfaceName } from '../binding/interface-names.js';
import { ConfigFlag, probeSyscallInfo, Tracer } from '../binding/tracer.js';
import { useGenericFamilies } from '../decode/leaf/generic-family.js';
import { useInterfaceNames } from '../decode/leaf/interface.js';
import { TracerError, UsageError } from '../errors.js';
import { Event } from '../record/layout.js';
import type { Messages } from './messages.js';
import type { TraceOptions } from './options.js';
import { isData, Lines, Outlets } from './outlets.js';
import type { OutletSurroundings } from './outlets.js';
import type { Origin } from './prepare.js';
import { commandOf, configOf } from './prepare.js';
import type { PreparedFilter } from './seccomp.js';
import { giveFirst } from './plans.js';
import { consume, tracedTable } from './session.js';
import { checkPlace } from './streams.js';
import { packTargets } from './targets.js';
import { selects } from './wanted.js';

/** How the process is to end: with a status, or by a signal. */
export type Ending = { readonly status: number } | { readonly signal: number };

/** What is known of the process that started us, and what was made of the options. */
export interface Surroundings extends Origin, OutletSurroundings {
  /** -e inject=: packTampering's block. */
  readonly tampering?: Buffer;
  /** Under -D, in the tracer's process: who waits to become the command. */
  readonly waiting?: Waiting;
}

/** ptrace(2) options by config flag, as -d prints their sum. */
function ptraceOptions(flags: number): number {
  const SYSGOOD_EXEC_EXIT = 0x51;
  return (
    SYSGOOD_EXEC_EXIT |
    (flags & ConfigFlag.Follow ? 0x0e : 0) |
    (flags & ConfigFlag.Seccomp ? 0x80 : 0) |
    (flags & ConfigFlag.ExitKill ? 0x100000 : 0)
  );
}

/** What -d tells before the trace begins. */
function debug(flags: number, filter: PreparedFilter | undefined, messages: Messages): void {
  messages.say(`ptrace_setoptions = 0x${ptraceOptions(flags).toString(16)}`);
  const missing = probeSyscallInfo();
  if (missing > 0) messages.say(`PTRACE_GET_SYSCALL_INFO: ${errnoText(missing)}`);
  messages.say(`PTRACE_GET_SYSCALL_INFO ${missing > 0 ? 'does not work' : 'works'}`);
  if (flags & ConfigFlag.ExitKill) messages.say('PTRACE_O_EXITKILL works');
  if (!filter) return;
  messages.say('seccomp filter enabled');
  for (const line of filter.dump()) messages.say(line);
}

/** Whether a descriptor is /dev/null, whose readers cannot mind the order of what is written. */
function isNull(fd: number): boolean {
  try {
    return fstatSync(fd).rdev === statSync('/dev/null').rdev;
  } catch {
    return true;
  }
}

/** -k. @throws UsageError where the library is not installed that walks stacks. */
function wantStacks(tracer: Tracer, { stack, stackFrames }: TraceOptions): void {
  try {
    tracer.setStacks(stackFrames, stack === 'source');
  } catch (error) {
    if (!(error instanceof TracerError)) throw error;
    throw new UsageError(`-k/--stack-trace needs elfutils' libdw (Debian: libdw1): ${error.message}`);
  }
}

/** Traces as the options say. @throws UsageError, TracerError. */
export async function run(options: TraceOptions, around: Surroundings): Promise<Ending> {
  useInterfaceNames(interfaceName);
  const { filter, waiting, log } = around;
  const { daemonize, separate, output: file } = options;
  const commanded = options.command.length > 0;
  if (commanded && daemonize !== 0 && !waiting) {
    becomeTraced(commandOf(options, around), daemonize);
    return { status: 1 };
  }
  const lines = await Lines.open(options, around, 2);
  const { messages, screen } = lines;
  const shown = options.outputFormat !== 'none';
  const interactive = options.output === undefined && shown && lines.terminal;
  const asks = around.tampering !== undefined && selects(options, around.where);
  // A recording may be replayed with another selection; a profile is made from all calls.
  const decides = selects(options, around.where) && options.record === undefined && options.ociProfile === undefined;
  const config = configOf(options, filter, {
    data: isData(options) || options.report !== undefined,
    interactive,
    shared: screen !== undefined && !isNull(2),
    asks,
    decides,
  });
  const { flags } = config;
  const tracer = new Tracer(config);
  useGenericFamilies(readGenericFamilies);
  if (filter) log?.filter(filter.program.length, filter.order);
  const outlets = await Outlets.open(lines, around, decides);
  const { calls, output, wanted } = outlets;
  if (options.debug) debug(flags, filter, messages);
  const recorder =
    options.record === undefined
      ? undefined
      : new (await import('./recording/recorder.js')).Recorder(options.record, options, (text) => messages.say(text));
  if (options.stack !== 'none' && (shown || recorder) && options.summary.mode !== 'only') wantStacks(tracer, options);
  if (around.tampering) tracer.setTampering(around.tampering);
  if (decides && wanted.targets) tracer.setTargets(packTargets(wanted.targets));
  const judge = asks
    ? new (await import('./asking.js')).Judge(tracer, options, calls, (text) => messages.say(text))
    : undefined;
  const traced = tracedTable(options, (flags & ConfigFlag.Shared) !== 0);
  tracer.setTraced(traced);
  // What has been said comes before what the program's name is found to be.
  outlets.flush();
  const command = commanded ? commandOf(options, around) : undefined;
  // The command has no id yet; ours stands for it.
  if (command && separate && file !== undefined) checkPlace(file, waiting?.pid ?? process.pid);
  for (const pid of options.attach) tracer.attach(pid);
  if (waiting) tracer.adopt(waiting.pid, waiting.ready);
  else if (command) tracer.spawn(command);
  tracer.takeSignals(options.interruptible, around.inherited);
  messages.flush();
  tracer.start();
  const listeners = [recorder?.plans, log].filter((listener) => listener !== undefined);
  // A recording, and a log, has what occurred.
  if (command && listeners.length === 0 && !outlets.skipsCalls) giveFirst(tracer, calls, traced, wanted.decide);
  const { record } = outlets;
  consume(
    tracer,
    calls,
    {
      batch:
        (recorder ?? log) &&
        ((records) => {
          recorder?.batch(records);
          log?.batch(records);
        }),
      skipsCalls: outlets.skipsCalls,
      record: judge
        ? (c) => {
            if (c.event === Event.Ask) judge.answer(c);
            else record(c);
          }
        : record,
      flush: () => outlets.flush(),
      finish: () => outlets.finish(),
    },
    interactive ? 'interactive' : recorder && !shown ? 'recording' : 'lines',
    listeners,
    wanted.decide,
  );
  recorder?.finish();
  const { status, interruptedBy, stalls, tasksSeen: tasks } = tracer;
  log?.end({ status, interruptedBy, tasks, stalls });
  // The session is not destroyed: the process ends, which costs less, and matters where many tracees compete with us.
  lines.close();
  if (interruptedBy > 0) return { signal: interruptedBy };
  // Whatever became of the command after it was let go is not ours to tell.
  if (output.limited && !output.ended) return { status: 0 };
  if (outlets.broken) return { status: 1 };
  if (status === -2) return { status: 1 };
  if (status >= 0) return (status & 0x7f) === 0 ? { status: (status >> 8) & 0xff } : { signal: status & 0x7f };
  return { status: options.attach.length > 0 && messages.refusals.length >= options.attach.length ? 1 : 0 };
}
