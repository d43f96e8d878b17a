// The command line's way of tracing: everything from options to the exit status.
import { fstatSync, statSync } from 'node:fs';
import { becomeTraced } from '../binding/daemon.js';
import type { Waiting } from '../binding/daemon.js';
import { readGenericFamilies } from '../binding/generic-families.js';
import { interfaceName } from '../binding/interface-names.js';
import { ConfigFlag, Tracer } from '../binding/tracer.js';
import { useGenericFamilies } from '../decode/leaf/generic-family.js';
import { useInterfaceNames } from '../decode/leaf/interface.js';
import { TracerError, UsageError } from '../errors.js';
import { Event } from '../record/layout.js';
import { Judge, selects } from './asking.js';
import { Calls } from './calls.js';
import type { Diagnostics } from './diagnostics.js';
import { Messages } from './messages.js';
import type { TraceOptions } from './options.js';
import { isTerminal, makerOf, openDestination } from './outputs.js';
import type { Origin } from './prepare.js';
import { commandOf, configOf } from './prepare.js';
import type { PreparedFilter } from './seccomp.js';
import { resolveTargets } from './targets.js';
import { consume, tracedTable } from './session.js';
import { Streams } from './streams.js';
import type { Where } from '../where/where.js';
import type { Wanted } from './wanted.js';

/** How the process is to end: with a status, or by a signal. */
export type Ending = { readonly status: number } | { readonly signal: number };

/** What is known of the process that started us, and what was made of the options. */
export interface Surroundings extends Origin {
  /** --where */
  readonly where?: Where;
  /** -e inject=: packTampering's block. */
  readonly tampering?: Buffer;
  /** --log-level, --log-file */
  readonly log?: Diagnostics;
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
  messages.say('PTRACE_GET_SYSCALL_INFO works');
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
  const command = options.command.length > 0 ? commandOf(options, around) : undefined;
  const { daemonize } = options;
  if (command && daemonize !== 0 && !waiting) {
    becomeTraced(command, daemonize);
    return { status: 1 };
  }
  const { outputFormat } = options;
  const data = outputFormat === 'json' || outputFormat === 'perfetto';
  const { stream, pipe } = await openDestination(options, around, data ? 1 : 2);
  const watched = options.report !== undefined;
  const screen = options.output === undefined && !data ? stream : undefined;
  const terminal = !options.separate && isTerminal(stream.fd);
  const shown = outputFormat !== 'none';
  const interactive = options.output === undefined && shown && terminal;
  const listeners: ((text: string) => void)[] = [];
  const messages = new Messages(options, screen, (text) => listeners.forEach((tell) => tell(text)));
  if (log) listeners.push((text) => log.message(text));
  for (const warning of options.warnings) messages.say(warning);
  const asks = around.tampering !== undefined && selects(options, around.where);
  const config = configOf(options, filter, {
    data: data || watched,
    interactive,
    shared: screen !== undefined && shown && !isNull(2),
    asks,
  });
  const { flags } = config;
  const tracer = new Tracer(config);
  useGenericFamilies(readGenericFamilies);
  const wanted: Wanted = { targets: resolveTargets(options, (text) => messages.say(text)), where: around.where };
  if (filter) log?.filter(filter.program.length, filter.order);
  if (options.debug) debug(flags, filter, messages);
  const streams = new Streams(options, stream, messages);
  const profile =
    options.ociProfile === undefined
      ? undefined
      : new (await import('./oci-profile.js')).ProfileRecorder(options.ociProfile);
  const { calls, output } = (await makerOf(options, terminal))(options, wanted, messages, streams.of);
  const report =
    options.report === undefined
      ? undefined
      : (await import('./report/report-file.js')).openReport(
          { ...options, report: options.report },
          // Data is printed otherwise than people read it.
          data ? new Calls(options, wanted) : calls,
        );
  const recorder =
    options.record === undefined
      ? undefined
      : new (await import('./recording/recorder.js')).Recorder(options.record, options, (text) => messages.say(text));
  listeners.push((text) => output.message?.(text));
  if (options.stack !== 'none' && (shown || recorder) && options.summary.mode !== 'only') wantStacks(tracer, options);
  if (around.tampering) tracer.setTampering(around.tampering);
  tracer.setTraced(tracedTable(options, (flags & ConfigFlag.Shared) !== 0));
  for (const pid of options.attach) tracer.attach(pid);
  if (waiting) tracer.adopt(waiting.pid, waiting.ready);
  else if (command) tracer.spawn(command);
  tracer.takeSignals(options.interruptible);
  messages.flush();
  tracer.start();
  const judge = asks ? new Judge(options, calls, (text) => messages.say(text)) : undefined;
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
      skipsCalls: output.blind === true && !report && !profile && !log,
      record: (c) => {
        if (c.event === Event.Ask) {
          if (judge) tracer.decide(judge.verdict(c));
          return;
        }
        // The call that reaches --syscall-limit is the last one.
        if (!output.limited) report?.record(c);
        output.record(c);
        profile?.record(c);
        log?.record(c);
        streams.closeEnded(c);
      },
      flush: () => {
        streams.flush();
        messages.flush();
        return !output.limited;
      },
      finish: () => {
        output.finish();
        stream.sink.text(output.summaryText());
        profile?.write();
        const lost = report?.write(output.limited);
        if (lost !== undefined) messages.say(lost);
        if (profile && profile.left > 0)
          messages.say(`--oci-profile: ${profile.left} system calls without a name are not in the profile`);
      },
    },
    interactive ? 'interactive' : recorder && !shown ? 'recording' : 'lines',
    [recorder?.plans, log].filter((listener) => listener !== undefined),
  );
  recorder?.finish();
  const { status, interruptedBy, stalls, tasksSeen: tasks } = tracer;
  log?.end({ status, interruptedBy, tasks, stalls });
  // The session is not destroyed: the process ends, which costs less, and matters where many tracees compete with us.
  if (stream.fd !== 2) stream.close();
  pipe?.finish();
  if (interruptedBy > 0) return { signal: interruptedBy };
  // Whatever became of the command after it was let go is not ours to tell.
  if (output.limited && !output.ended) return { status: 0 };
  if (status === -2) return { status: 1 };
  if (status >= 0) return (status & 0x7f) === 0 ? { status: (status >> 8) & 0xff } : { signal: status & 0x7f };
  return { status: options.attach.length > 0 && messages.refusals.length >= options.attach.length ? 1 : 0 };
}
