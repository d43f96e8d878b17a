// Replays changed recordings, in a process of its own: records.ts starts it, watches it, and reads its only line of output.
// What a replay says on standard error goes where the parent sends it.
import fc from 'fast-check';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../src/cli/options.js';
import { UsageError } from '../src/errors.js';
import { HEAD_BYTES } from '../src/record/file/format.js';
import type { UnpackedBlock } from '../src/record/file/format.js';
import { RecordFileReader } from '../src/record/file/reader.js';
import { replay } from '../src/trace/recording/replay.js';
import { reportOf } from './report.js';
import { apart, edit, editBlocks, editFile, pack, pieces } from './record-edits.js';

/** Longest that one replay may take, in milliseconds. */
const SOON = 3000;
const [dir, seconds, seed, ...paths] = process.argv.slice(2);

/** Recordings, in blocks. */
const recordings = paths.map((path) => {
  const fd = openSync(path, 'r');
  const reader = new RecordFileReader(fd);
  const blocks: UnpackedBlock[] = [];
  for (let block = reader.next(); block; block = reader.next()) blocks.push(block);
  closeSync(fd);
  return { head: readFileSync(path).subarray(0, HEAD_BYTES), pieces: pieces(blocks) };
});

/** How they are replayed. */
const STYLES: readonly (readonly string[])[] = [
  ['-f'],
  ['-f', '-v', '-s', '300', '-yy', '-Y'],
  ['-f', '-X', 'verbose', '-xx', '-tt', '-T', '-r'],
  ['-f', '-e', 'raw=all', '-i', '-N'],
  ['-f', '-e', 'verbose=none', '-e', 'read=all', '-e', 'write=all'],
  ['-f', '-C', '-w', '-kk', '--color=always'],
  ['-f', '--json'],
  ['-f', '--json', '-v', '-yy', '-X', 'raw'],
  ['-f', '--output-format=perfetto'],
  ['-f', '-P', '/tmp', '--trace-fds=3', '--where', 'ret >= 0'],
  ['-f', '-z', '--report', join(dir, 'report')],
  ['-f', '--oci-profile', join(dir, 'profile')],
];

interface Replayed {
  readonly text: string;
  /** Nothing was said to be damaged. */
  readonly whole: boolean;
}

/** What a replay prints of a file; undefined when it was refused as no recording. Throws for anything else. */
async function replayed(bytes: Uint8Array, style: readonly string[]): Promise<Replayed | undefined> {
  const [file, output] = [join(dir, 'input'), join(dir, 'output')];
  writeFileSync(file, bytes);
  rmSync(output, { force: true });
  const asked = parseCommandLine([`--replay=${file}`, '-o', output, ...style], 'tstrace');
  if (asked.kind !== 'trace') throw new Error('no trace');
  const { options } = asked;
  const where =
    options.where === undefined
      ? undefined
      : (await import('../src/trace/selection.js')).readWhere(options, options.where);
  const start = performance.now();
  let status: number;
  try {
    status = await replay(
      { ...options, replay: file },
      { inherited: undefined, environment: [], where, log: undefined },
    );
    if (status !== 0 && status !== 1) throw new Error(`status ${status}`);
  } catch (error) {
    if (!(error instanceof UsageError) || error.message.includes('\n')) throw error;
    return undefined;
  } finally {
    const took = performance.now() - start;
    if (took > SOON) throw new Error(`took ${Math.round(took)} ms`);
  }
  if (!existsSync(output)) return { text: '', whole: status === 0 };
  // Messages of a replay happen now.
  const now = /"time":\d+(?=,"v":"[\d.]*","type":"message")/g;
  const text = readFileSync(output, 'latin1').replaceAll(now, '');
  return { text, whole: status === 0 };
}

/** What no text may hold: it comes from reading where nothing is. */
const NOTHING = /\bundefined\b|\bNaN\b|\[object /;
const holes = (text: string): string[] => text.split('\n').filter((line) => NOTHING.test(line));

const input = fc.record({
  recording: fc.nat(paths.length - 1),
  piece: fc.nat(1000),
  style: fc.constantFrom(...STYLES),
  edits: fc.array(edit, { minLength: 1, maxLength: 8 }),
  file: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 5, arbitrary: fc.constant(false) }),
});

const property = fc.asyncProperty(input, async ({ recording, piece, style, edits, file }) => {
  const { head, pieces } = recordings[recording];
  const blocks = pieces[piece % pieces.length];
  if (file) {
    await replayed(editFile(pack(head, blocks), edits), style);
    return;
  }
  const edited = editBlocks(blocks, edits);
  const together = await replayed(pack(head, edited), style);
  if (!together) return;
  const { text, whole } = together;
  const [hole] = holes(text);
  if (hole !== undefined) throw new Error(`read where nothing is: ${hole}`);
  // Of a block that is damaged nothing is printed, of a single record less.
  if (!whole) return;
  const alone = await replayed(pack(head, apart(edited)), style);
  if (alone?.text !== text) {
    const lines = (alone?.text ?? '').split('\n');
    const differing = text.split('\n').find((line, i) => line !== lines[i]);
    throw new Error(`a record's text depends on its neighbours: ${differing}`);
  }
});

const result = await fc.check(property, {
  seed: Number(seed),
  numRuns: Number.MAX_SAFE_INTEGER,
  interruptAfterTimeLimit: Number(seconds) * 1000,
  markInterruptAsFailure: false,
});
process.stdout.write(JSON.stringify({ runs: result.numRuns, report: reportOf(result) }));
