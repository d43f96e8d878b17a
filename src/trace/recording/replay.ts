// --replay: prints what --record has kept, by the outputs of a trace.
import { closeSync, openSync } from 'node:fs';
import { errnoText } from '../../abi/errno.js';
import { isEmpty } from '../../capture/dump.js';
import { UsageError } from '../../errors.js';
import { Cursor } from '../../record/cursor.js';
import { Block } from '../../record/file/format.js';
import { blockValue, RecordFileError, RecordFileReader } from '../../record/file/reader.js';
import { Lines, Outlets } from '../outlets.js';
import type { OutletSurroundings } from '../outlets.js';
import { cannotOpen } from '../streams.js';
import { useFacts } from './facts.js';
import type { Header } from './header.js';
import { factsOf, readHeader } from './header.js';
import { RecordedPlans } from './plans.js';
import { Recapture } from './recapture.js';
import { ReplayFilter } from './replay-filter.js';
import type { ReplayOptions } from './replay-options.js';
import { replayOptions } from './replay-options.js';

/** Records between two looks at how much there is to write. */
const WRITE_EVERY = 256;

/** A recording that has been opened, its header read. */
interface Recording {
  readonly fd: number;
  readonly file: RecordFileReader;
  readonly header: Header;
}

/** What is wrong with a file, where an error says so; @throws any other error. */
function wrongWith(error: unknown): string {
  if (error instanceof RecordFileError) return error.message;
  const { syscall, errno } = error as NodeJS.ErrnoException;
  if (syscall === 'read' && errno !== undefined) return errnoText(-errno);
  throw error;
}

/** @throws UsageError, RecordFileError for what is no recording, or one of another version. */
function open(path: string): Recording {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    throw new UsageError(cannotOpen(path, error));
  }
  try {
    const file = new RecordFileReader(fd);
    const first = file.next();
    if (first?.kind !== (Block.Header as number)) throw new RecordFileError('cut before its first record');
    return { fd, file, header: readHeader(blockValue(first).value) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
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
  around: OutletSurroundings,
): Promise<number> {
  const path = asked.replay;
  let recording: Recording;
  try {
    recording = open(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: ${wrongWith(error)}`);
  }
  const { header, file } = recording;
  const lacking: string[] = [];
  const options = replayOptions(asked, header, (what) => lacking.push(what));
  process.env.TZ = header.timeZone;
  const lines = await Lines.open(options, around, 1);
  const { messages, stream } = lines;
  for (const what of lacking) messages.say(`${path}: ${what}: not recorded`);
  const outlets = await Outlets.open(lines, around);
  const plans = new RecordedPlans();
  const { readFds, writeFds } = header.captured;
  const recapture = new Recapture(plans, outlets.calls, !isEmpty(readFds) || !isEmpty(writeFds));
  const filter = new ReplayFilter(options, (c) => {
    const seen = recapture.record(c);
    if (seen) outlets.record(seen);
  });
  const more = (): boolean => outlets.flush() && stream.failure?.code !== 'EPIPE';
  let end: string | undefined;
  try {
    readAll(recording, plans, (c) => filter.record(c), more);
    if (!file.ended && more()) end = 'the recording was cut: what follows is missing';
  } catch (error) {
    end = wrongWith(error);
  } finally {
    closeSync(recording.fd);
  }
  outlets.finish();
  if (recapture.missed > 0)
    messages.say(`${path}: ${recapture.missed} objects in memory were not recorded, and look unreadable`);
  if (end !== undefined) messages.say(`${path}: ${end}`);
  more();
  lines.close();
  const exit = end === undefined ? 0 : 1;
  around.log?.end({ exit });
  return exit;
}
