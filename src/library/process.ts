// The session process: traces as a request says and writes events for the host that started it. A process of its own,
// because every stop of a tracee tells the tracer's process of a child: a host would be woken by each, and its own waits
// for children could take the stops away. Usage: session.cjs CONTROL, the descriptor of wire.ts; events go to the next one.
import { readSync, writeSync } from 'node:fs';
import { signalName } from '../abi/signal.js';
import { readGenericFamilies } from '../binding/generic-families.js';
import { interfaceName } from '../binding/interface-names.js';
import { endAtOnce, Tracer } from '../binding/tracer.js';
import { tamperingBlock } from '../cli/tampering.js';
import { useGenericFamilies } from '../decode/leaf/generic-family.js';
import { useInterfaceNames } from '../decode/leaf/interface.js';
import { NoProgramError, UsageError } from '../errors.js';
import { Event } from '../record/layout.js';
import { Judge } from '../trace/asking.js';
import { deciding } from '../trace/deciding.js';
import { Stream } from '../trace/destination.js';
import type { TraceEvent } from '../trace/event.js';
import { EventOutput } from '../trace/event-output.js';
import { Messages } from '../trace/messages.js';
import type { TraceOptions } from '../trace/options.js';
import { giveFirst } from '../trace/plans.js';
import { commandOf, configOf } from '../trace/prepare.js';
import { prepareFilter } from '../trace/seccomp.js';
import { readWhere, selecting } from '../trace/selection.js';
import { consume, tracedTable } from '../trace/session.js';
import { packTargets, resolveTargets } from '../trace/targets.js';
import { selects } from '../trace/wanted.js';
import type { Wanted } from '../trace/wanted.js';
import type { Where } from '../where/where.js';
import { engineOptions, rulesOf } from './engine-options.js';
import { AttachError, OptionError, reason, SpawnError } from './errors.js';
import type { Answer, Request, WireCommand, WireError } from './wire.js';
import { LENGTH_BYTES, LET_GO } from './wire.js';

/** So many bytes, and not one more: what follows is for the tracer. */
function read(fd: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let n = 0; n < bytes;) {
    const got = readSync(fd, buffer, n, bytes - n, null);
    if (got === 0) throw new Error('the host has gone');
    n += got;
  }
  return buffer;
}

const readRequest = (fd: number): Request =>
  JSON.parse(read(fd, read(fd, LENGTH_BYTES).readUInt32LE(0)).toString('utf8')) as Request;

/** What the command has as if the host had started it itself: no signal is ignored or blocked (Node ignores SIGPIPE). */
const inherited = ({ descriptors }: WireCommand): NonNullable<Parameters<typeof commandOf>[1]['inherited']> => ({
  ignored: '0',
  blocked: '0',
  openFiles: undefined,
  descriptors,
});

/** The command, found and packed. @throws SpawnError */
function find(
  options: TraceOptions,
  command: WireCommand,
  filter: ReturnType<typeof prepareFilter>,
): ReturnType<typeof commandOf> {
  try {
    const { environment, argv } = command;
    return commandOf(options, { inherited: inherited(command), environment, argv, filter });
  } catch (error) {
    if (error instanceof NoProgramError) throw new SpawnError(error.errno, command.argv[0], error.message);
    throw error;
  }
}

function whereOf(options: TraceOptions, text: string | undefined): Where | undefined {
  if (text === undefined) return undefined;
  try {
    return readWhere(options, text);
  } catch (error) {
    if (error instanceof UsageError) throw new OptionError('where', `where: ${error.message}`);
    throw error;
  }
}

/** Events as lines of JSON. */
class PipeOutput extends EventOutput {
  protected override write(event: TraceEvent): void {
    this.streamOf(0).sink.text(`${JSON.stringify(event)}\n`);
  }
  override message(line: string): void {
    this.write({ type: 'message', time: Date.now(), line });
  }
}

/** Traces until every tracee has gone. @throws OptionError, SpawnError, AttachError, TracerError */
function trace(request: Request, control: number): Answer {
  useInterfaceNames(interfaceName);
  useGenericFamilies(readGenericFamilies);
  const { command, attach } = request;
  const options = engineOptions(request);
  const rules = rulesOf(request);
  const where = whereOf(options, request.where);
  const warnings: string[] = [];
  const filter = command && options.seccomp ? prepareFilter(options, warnings, selecting(options, where)) : undefined;
  const spawned = command && find(options, command, filter);
  const stream = new Stream(control + 1, false);
  // Standard error is the command's: what the tracer has to say is an event.
  const nowhere = new Stream(-1, false);
  const messages = new Messages(options, nowhere, (text) => output.message(text));
  const selected: Wanted = { targets: resolveTargets(options, (text) => warnings.push(text)), where };
  const decides = selects(options, where);
  const wanted = decides ? { ...selected, decide: deciding(options, selected) } : selected;
  const output = new PipeOutput({ options, wanted, messages, streamOf: () => stream });
  for (const warning of warnings) messages.say(warning);
  const asks = rules.length > 0 && decides;
  const tracer = new Tracer(
    configOf(options, filter, { data: true, interactive: false, shared: false, asks, decides }),
  );
  if (wanted.targets) tracer.setTargets(packTargets(wanted.targets));
  if (rules.length > 0) tracer.setTampering(tamperingBlock(rules));
  const judge = asks ? new Judge(tracer, options, output.calls, (text) => messages.say(text)) : undefined;
  const traced = tracedTable(options, false);
  tracer.setTraced(traced);
  for (const pid of attach) tracer.attach(pid);
  if (spawned) tracer.spawn(spawned);
  const ending = command?.whenStopped ?? LET_GO;
  tracer.controlledBy(control, ending);
  tracer.start();
  if (spawned) giveFirst(tracer, output.calls, traced, wanted.decide);
  consume(
    tracer,
    output.calls,
    {
      record(c) {
        if (c.event !== Event.Ask) output.record(c);
        else judge?.answer(c);
      },
      flush() {
        stream.flush();
        nowhere.flush();
        if (!stream.failure) return true;
        tracer.interrupt(ending);
        return false;
      },
      finish: () => undefined,
    },
    'live',
    [],
    wanted.decide,
  );
  if (messages.execError !== 0 && command)
    throw new SpawnError(
      messages.execError,
      command.argv[0],
      `cannot execute '${command.argv[0]}': ${reason(messages.execError)}`,
    );
  const [refusal] = messages.refusals;
  if (refusal && messages.refusals.length >= attach.length && !command) {
    const { pid, errno, tracer: by, text } = refusal;
    const more = by ? `: it is traced by process ${by}` : text ? `: ${text}` : '';
    throw new AttachError(pid, errno, by, `cannot attach to process ${pid}: ${reason(errno)}${more}`);
  }
  const { status } = tracer;
  if (status === -2) throw new Error('the command could not be started');
  const signal = status & 0x7f;
  return {
    ended: true,
    status: status >= 0 && signal === 0 ? (status >> 8) & 0xff : null,
    signal: status >= 0 && signal !== 0 ? signalName(signal) : null,
  };
}

function toWire(error: unknown): WireError {
  if (error instanceof OptionError) return { kind: 'option', option: error.option, message: error.message };
  if (error instanceof SpawnError)
    return { kind: 'spawn', errno: error.errno, path: error.path, message: error.message };
  if (error instanceof AttachError)
    return { kind: 'attach', pid: error.pid, errno: error.errno, tracer: error.tracer, message: error.message };
  if (error instanceof Error) return { kind: 'session', message: error.message, stack: error.stack };
  return { kind: 'session', message: String(error) };
}

const control = Number(process.argv[2]);
// A terminal's signals come to the host, too, which decides what they mean.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const) process.on(signal, () => undefined);
let answer: Answer;
try {
  answer = trace(readRequest(control), control);
} catch (error) {
  answer = { ended: false, error: toWire(error) };
}
try {
  writeSync(control, JSON.stringify(answer));
} catch {
  // The host has gone.
}
endAtOnce(0);
