// Reads record files block by block; what is wrong with one is told in one line.
import { readSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { Offset, RegionOffset } from '../layout.js';
import {
  Block,
  BLOCK_HEAD_BYTES,
  BLOCK_MAX,
  dictionary,
  DICTIONARY_BYTES,
  FILE_VERSION,
  HEAD_BYTES,
  MAGIC,
  RECORD_LAYOUT,
  type UnpackedBlock,
} from './format.js';

/** A file that is no recording, or one of another version: nothing of it can be read. `message` has no file name. */
export class RecordFileError extends Error {}

/** A block whose records are not whole, or that is no block. */
const damaged = (at: number): RecordFileError => new RecordFileError(`damaged at byte ${at}`);

/** Reads from an open file, a pipe as well. */
export class RecordFileReader {
  /** Bytes read so far. */
  private position = 0;
  /** The file's end was said, as a recording does that came to its end. */
  ended = false;
  /** The end of the last records. */
  private before: Buffer = Buffer.alloc(0);

  /** @throws RecordFileError when it is not a record file that can be read here. */
  constructor(private readonly fd: number) {
    const head = this.read(HEAD_BYTES);
    if (!head || !MAGIC.every((byte, i) => head[i] === byte)) throw new RecordFileError('no recording of tstrace');
    const version = head.readUInt32LE(8);
    const layout = head.readUInt32LE(12);
    if (version !== FILE_VERSION || layout !== RECORD_LAYOUT)
      throw new RecordFileError(
        `a recording of version ${version}.${layout}; this tstrace reads ${FILE_VERSION}.${RECORD_LAYOUT}`,
      );
  }

  /** So many bytes; undefined when the file ends before. */
  private read(length: number): Buffer | undefined {
    const bytes = Buffer.allocUnsafe(length);
    let got = 0;
    while (got < length) {
      const n = readSync(this.fd, bytes, got, length - got, null);
      if (n === 0) return undefined;
      got += n;
    }
    this.position += length;
    return bytes;
  }

  /**
   * The next block; undefined at the end of the file (see `ended`), where a block that was cut counts for nothing.
   * @throws RecordFileError for a block that is damaged.
   */
  next(): UnpackedBlock | undefined {
    if (this.ended) return undefined;
    const at = this.position;
    const head = this.read(BLOCK_HEAD_BYTES);
    if (!head) return undefined;
    const kind = head.readUInt32LE(0);
    const stored = head.readUInt32LE(4);
    const length = head.readUInt32LE(8);
    if (stored > BLOCK_MAX || length > BLOCK_MAX) throw damaged(at);
    const packed = this.read(stored);
    if (!packed) return undefined;
    const bytes = this.unpack(packed, kind, length, at);
    if (kind === (Block.Records as number)) {
      if (!wholeRecords(bytes)) throw damaged(at);
      this.before = Buffer.concat([this.before, bytes.subarray(-DICTIONARY_BYTES)]).subarray(-DICTIONARY_BYTES);
    }
    if (kind === (Block.End as number)) this.ended = true;
    return { kind, bytes };
  }

  private unpack(packed: Buffer, kind: number, length: number, at: number): Uint8Array {
    try {
      const bytes = inflateSync(packed, {
        maxOutputLength: Math.max(length, 1),
        dictionary: dictionary(kind, length, this.before),
      });
      if (bytes.length === length) return aligned(bytes);
    } catch {
      // Told below.
    }
    throw damaged(at);
  }
}

/** Records are read as words: they must begin at a multiple of 8. */
function aligned(bytes: Buffer): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

/** Whether the bytes are records, each inside of its block, and its regions inside of it. */
function wholeRecords(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < (Offset.Regions as number)) return false;
    const size = view.getUint32(at + Offset.Size, true);
    const table = Offset.Regions + view.getUint16(at + Offset.RegionCount, true) * RegionOffset.Bytes;
    if (size % 8 !== 0 || size < table || size > bytes.length - at) return false;
    for (let region = at + Offset.Regions; region < at + table; region += RegionOffset.Bytes) {
      const offset = view.getUint32(region + RegionOffset.Offset, true);
      if (offset < table || offset + view.getUint32(region + RegionOffset.Length, true) > size) return false;
    }
    if (view.getUint16(at + Offset.Abi, true) > 2) return false;
    at += size;
  }
  return true;
}

/** A block's value, and the bytes behind it. @throws RecordFileError when it is none. */
export function blockValue({ bytes }: UnpackedBlock): { readonly value: unknown; readonly behind: Uint8Array } {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? bytes.length : nul;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8'));
    return { value, behind: bytes.slice(Math.min(end + 1, bytes.length)) };
  } catch {
    throw new RecordFileError('damaged: a block says nothing that can be read');
  }
}
