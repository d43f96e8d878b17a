// Changes to recordings: of the bytes of the file, or of what its blocks hold, packed anew as if it had been recorded so.
import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { Block, BLOCK_HEAD_BYTES, dictionary, DICTIONARY_BYTES, HEAD_BYTES } from '../src/record/file/format.js';
import type { UnpackedBlock } from '../src/record/file/format.js';
import { Offset, RegionOffset } from '../src/record/layout.js';

/** One change. Places are parts of the whole, so that they fit any recording. */
export interface Edit {
  readonly what: 'set' | 'word' | 'field' | 'region' | 'cut' | 'double' | 'remove' | 'text';
  readonly place: number;
  /** Which of the fields, or how many bytes. */
  readonly which: number;
  readonly value: number;
}

const WORDS = [
  0, 1, 2, 3, 7, 8, 15, 16, 31, 63, 64, 127, 128, 255, 256, 4095, 4096, 65535, 0x7fffffff, 0x80000000, 0xffffffff,
];

export const edit: fc.Arbitrary<Edit> = fc.record({
  what: fc.constantFrom('set', 'word', 'field', 'field', 'region', 'region', 'cut', 'double', 'remove', 'text'),
  place: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  which: fc.nat(255),
  value: fc.oneof(fc.constantFrom(...WORDS), fc.nat(0xffffffff), fc.nat(600)),
});

/** Fields of a record that may hold anything, with their sizes in bytes. */
const FIELDS: readonly (readonly [offset: number, bytes: number])[] = [
  [Offset.Event, 2],
  [Offset.Flags, 2],
  [Offset.Tid, 4],
  [Offset.Abi, 2],
  [Offset.Nr, 4],
  [Offset.Nr, 2],
  [Offset.Ret, 4],
  [Offset.Ret + 4, 4],
  ...Array.from({ length: 12 }, (_, i) => [Offset.Args + 4 * i, 4] as const),
];
const REGION_FIELDS: readonly (readonly [offset: number, bytes: number])[] = [
  [RegionOffset.Addr, 4],
  [RegionOffset.Addr + 4, 4],
  [RegionOffset.Length, 4],
  [RegionOffset.Want, 4],
  [RegionOffset.Site, 2],
  [RegionOffset.Errno, 2],
  [RegionOffset.Aux, 4],
];
/** What JSON may hold in another's place. */
const VALUES = ['null', '0', '-1', '1e99', '""', '"x"', '[]', '{}', 'true', '[0]', '[[0,"x"]]', '', ',', '}'];

function write(bytes: Buffer, at: number, size: number, value: number): void {
  if (at + size > bytes.length) return;
  if (size === 2) bytes.writeUInt16LE(value & 0xffff, at);
  else bytes.writeUInt32LE(value >>> 0, at);
}

/** Where the records of a block begin. */
export function starts(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + Offset.Regions <= bytes.length; at += Math.max(8, bytes.readUInt32LE(at))) found.push(at);
  return found;
}

/** Plain bytes with one change. */
function changed(bytes: Buffer, { what, place, which, value }: Edit): Buffer {
  const at = Math.floor(place * bytes.length);
  switch (what) {
    case 'word':
      write(bytes, at & ~3, 4, value);
      return bytes;
    case 'cut':
      return bytes.subarray(0, at);
    case 'double':
      return Buffer.concat([bytes.subarray(0, at + which), bytes.subarray(at)]);
    case 'remove':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + which)]);
    default:
      if (at < bytes.length) bytes[at] = value;
      return bytes;
  }
}

/** Records with one change. */
function changedRecords(bytes: Buffer, edit: Edit): Buffer {
  const { what, place, which, value } = edit;
  const all = starts(bytes);
  if (all.length === 0) return bytes;
  const index = Math.floor(place * all.length);
  const [at, end] = [all[index], all[index + 1] ?? bytes.length];
  switch (what) {
    case 'field': {
      const [offset, size] = FIELDS[which % FIELDS.length];
      write(bytes, at + offset, size, value);
      return bytes;
    }
    case 'region': {
      const count = bytes.readUInt16LE(at + Offset.RegionCount);
      const region = at + Offset.Regions + (which % Math.max(count, 1)) * RegionOffset.Bytes;
      const [offset, size] = REGION_FIELDS[(which >> 3) % REGION_FIELDS.length];
      if (count > 0) write(bytes, region + offset, size, value);
      return bytes;
    }
    case 'double':
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 'remove':
    case 'cut':
      return Buffer.concat([bytes.subarray(0, at), what === 'cut' ? Buffer.alloc(0) : bytes.subarray(end)]);
    default: {
      // Bytes behind the head: regions and what they captured.
      const from = at + Offset.Regions;
      if (end > from) return changedAt(bytes, from + (((which * 2654435761) >>> 0) % (end - from)), what, value);
      return bytes;
    }
  }
}

function changedAt(bytes: Buffer, at: number, what: Edit['what'], value: number): Buffer {
  if (what === 'word') write(bytes, at & ~3, 4, value);
  else bytes[at] = value;
  return bytes;
}

/** A block's value with one change. */
function changedValue(bytes: Buffer, edit: Edit): Buffer {
  if (edit.what !== 'text' && edit.what !== 'field') return changed(bytes, edit);
  const nul = bytes.indexOf(0);
  const text = bytes.toString('latin1', 0, nul < 0 ? bytes.length : nul);
  // One of the values of the text is another.
  const values = [...text.matchAll(/(?<=[:[,])(?:"[^"]*"|-?[\d.]+|true|false|null|\[\]|\{\})/g)];
  const found = values[Math.floor(edit.place * values.length)];
  if (!found) return bytes;
  const other = VALUES[(edit.which + edit.value) % VALUES.length];
  const made = text.slice(0, found.index) + other + text.slice(found.index + found[0].length);
  return Buffer.concat([Buffer.from(made, 'latin1'), nul < 0 ? Buffer.alloc(0) : bytes.subarray(nul)]);
}

/** The file's bytes with changes. */
export function editFile(file: Uint8Array, edits: readonly Edit[]): Buffer {
  return edits.reduce<Buffer>((bytes, edit) => changed(bytes, edit), Buffer.from(file));
}

/** Blocks with changes; each edit changes one of them. */
export function editBlocks(blocks: readonly UnpackedBlock[], edits: readonly Edit[]): UnpackedBlock[] {
  const made: { kind: number; bytes: Buffer }[] = blocks.map(({ kind, bytes }) => ({
    kind,
    bytes: Buffer.from(bytes),
  }));
  for (const edit of edits) {
    // What stands in front of the records decides whether there are any: it is changed now and then.
    const records = edit.which % 24 !== 0;
    const choice = made.filter(({ kind }) => (kind === (Block.Records as number)) === records);
    const block = choice[(edit.value + edit.which) % choice.length];
    block.bytes = records ? changedRecords(block.bytes, edit) : changedValue(block.bytes, edit);
  }
  return made;
}

/** A file of blocks, whole for all that its reader can tell. `head`: the first bytes of the recording. */
export function pack(head: Uint8Array, blocks: readonly UnpackedBlock[]): Buffer {
  const parts: Uint8Array[] = [head.subarray(0, HEAD_BYTES)];
  let before: Buffer = Buffer.alloc(0);
  for (const { kind, bytes } of blocks) {
    const packed = deflateSync(bytes, { level: 1, dictionary: dictionary(kind, bytes.length, before) });
    const blockHead = Buffer.alloc(BLOCK_HEAD_BYTES);
    blockHead.writeUInt32LE(kind, 0);
    blockHead.writeUInt32LE(packed.length, 4);
    blockHead.writeUInt32LE(bytes.length, 8);
    parts.push(blockHead, packed);
    if (kind === (Block.Records as number))
      before = Buffer.concat([before, bytes.subarray(-DICTIONARY_BYTES)]).subarray(-DICTIONARY_BYTES);
  }
  return Buffer.concat(parts);
}

/** Records of a piece. */
const PIECE = 100;

/** A recording in pieces that are recordings themselves: small, so that many changes can be tried. */
export function pieces(blocks: readonly UnpackedBlock[]): UnpackedBlock[][] {
  const made: UnpackedBlock[][] = [];
  const others: UnpackedBlock[] = [];
  const end = blocks.filter(({ kind }) => kind === (Block.End as number));
  for (const block of blocks)
    if (block.kind === (Block.Records as number)) {
      const alone = apart([block]);
      for (let i = 0; i < alone.length; i += PIECE) {
        const bytes = Buffer.concat(alone.slice(i, i + PIECE).map((record) => record.bytes));
        made.push([...others, { kind: block.kind, bytes }, ...end]);
      }
    } else others.push(block);
  return made;
}

/** The same records, each in a block of its own: whoever reads beyond one finds nothing there. */
export function apart(blocks: readonly UnpackedBlock[]): UnpackedBlock[] {
  return blocks.flatMap(({ kind, bytes }) => {
    if (kind !== (Block.Records as number)) return [{ kind, bytes }];
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const all = starts(whole);
    return all.map((at, i) => ({ kind, bytes: whole.subarray(at, all[i + 1] ?? whole.length) }));
  });
}
