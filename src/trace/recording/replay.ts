// --replay: prints what --record has kept, by the outputs of a trace.
import { openSync } from 'node:fs';
import type { Inherited, Text } from '../../binding/spawn-spec.js';
import { isEmpty } from '../../capture/dump.js';
import { UsageError } from '../../errors.js';
import { Cursor } from '../../record/cursor.js';
import { Block } from '../../record/file/format.js';
import { blockValue, RecordFileError, RecordFileReader } from '../../record/file/reader.js';
import type { Where } from '../../where/where.js';
import type { Diagnostics } from '../diagnostics.js';
import { Messages } from '../messages.js';
import { isTerminal, makerOf, openDestination } from '../outputs.js';
import { cannotOpen, Streams } from '../streams.js';
import { resolveTargets } from '../targets.js';
import { useFacts } from './facts.js';
import type { Header } from './header.js';
import { factsOf, readHeader } from './header.js';
import { RecordedPlans } from './plans.js';
import { Recapture } from './recapture.js';
import { ReplayFilter } from './replay-filter.js';
import type { ReplayOptions } from './replay-options.js';
import { replayOptions } from './replay-options.js';

/** What is known of the process that started us. */
export interface ReplaySurroundings {
  readonly inherited: Inherited | undefined;
  readonly environment: readonly Text[];
  /** --where */
  readonly where: Where | undefined;
  readonly log: Diagnostics | undefined;
}

/** Records between two looks at how much there is to write. */
const WRITE_EVERY = 256;

/** A recording that has been opened, its header read. */
interface Recording {
  readonly file: RecordFileReader;
  readonly header: Header;
}

/** @throws UsageError, RecordFileError for what is no recording, or one of another version. */
function open(path: string): Recording {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new UsageError(cannotOpen(path, error));
  }
  const file = new RecordFileReader(fd);
  const first = file.next();
  if (first?.kind !== (Block.Header as number)) throw new RecordFileError('cut before its first record');
  return { file, header: readHeader(blockValue(first).value) };
}

/** Gives every record of a recording, in order, and takes in what stands between them; stops when `more` says so. */
function readAll({ file }: Recording, plans: RecordedPlans, give: (c: Cursor) => void, more: () => boolean): void {
  for (let block = file.next(); block; block = file.next())
    switch (block.kind as Block) {
      case Block.Plan: {
        const { value, behind } = blockValue(block);
        plans.add(value, behind);
        break;
      }
      case Block.Facts:
        useFacts(factsOf(blockValue(block).value));
        break;
      case Block.Records: {
        const c = new Cursor(block.bytes);
        let count = 0;
        for (let at = 0; at < block.bytes.length;) {
          c.set(at);
          // Records may be changed, but not how long they are.
          at += c.size;
          give(c);
          if (++count % WRITE_EVERY === 0 && !more()) return;
        }
        if (!more()) return;
        break;
      }
    }
}

/** Prints a recording. Returns the exit status: 1 when not all of it is there. @throws UsageError */
export async function replay(
  asked: ReplayOptions & { readonly replay: string },
  around: ReplaySurroundings,
): Promise<number> {
  const path = asked.replay;
  const failed = (error: RecordFileError): UsageError => new UsageError(`${path}: ${error.message}`);
  let recording: Recording;
  try {
    recording = open(path);
  } catch (error) {
    throw error instanceof RecordFileError ? failed(error) : error;
  }
  const { header, file } = recording;
  const lacking: string[] = [];
  const options = replayOptions(asked, header, (what) => lacking.push(what));
  process.env.TZ = header.timeZone;
  const { outputFormat } = options;
  const data = outputFormat === 'json' || outputFormat === 'perfetto';
  const { stream, pipe } = await openDestination(options, around, 1);
  const screen = options.output === undefined && !data ? stream : undefined;
  const listeners: ((text: string) => void)[] = [];
  const messages = new Messages(options, screen, (text) => listeners.forEach((tell) => tell(text)));
  const { log } = around;
  if (log) listeners.push((text) => log.message(text));
  for (const warning of options.warnings) messages.say(warning);
  for (const what of lacking) messages.say(`${path}: ${what}: not recorded`);
  const wanted = { targets: resolveTargets(options, (text) => messages.say(text)), where: around.where };
  const terminal = !options.separate && isTerminal(stream.fd);
  const streams = new Streams(options, stream, messages);
  const profile =
    options.ociProfile === undefined
      ? undefined
      : new (await import('../oci-profile.js')).ProfileRecorder(options.ociProfile);
  const { calls, output } = (await makerOf(options, terminal))(options, wanted, messages, streams.of);
  listeners.push((text) => output.message?.(text));
  const plans = new RecordedPlans();
  const { readFds, writeFds } = header.captured;
  const recapture = new Recapture(plans, calls, !isEmpty(readFds) || !isEmpty(writeFds));
  const filter = new ReplayFilter(options, (c) => {
    around.log?.record(c);
    const seen = recapture.record(c);
    if (!seen) return;
    output.record(seen);
    profile?.record(seen);
    streams.closeEnded(seen);
  });
  const more = (): boolean => {
    streams.flush();
    messages.flush();
    return !output.limited && stream.failure?.code !== 'EPIPE';
  };
  let end: string | undefined;
  try {
    readAll(recording, plans, (c) => filter.record(c), more);
    if (!file.ended && more()) end = 'the recording was cut: what follows is missing';
  } catch (error) {
    if (!(error instanceof RecordFileError)) throw error;
    end = error.message;
  }
  output.finish();
  stream.sink.text(output.summaryText());
  profile?.write();
  if (recapture.missed > 0)
    messages.say(`${path}: ${recapture.missed} objects in memory were not recorded, and look unreadable`);
  if (end !== undefined) messages.say(`${path}: ${end}`);
  more();
  if (stream.fd > 2) stream.close();
  pipe?.finish();
  const exit = end === undefined ? 0 : 1;
  around.log?.end({ exit });
  return exit;
}
