// Writes record files: blocks, packed one by one, so that what has been written can be read whatever comes after it.
import { writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import {
  Block,
  BLOCK_HEAD_BYTES,
  dictionary,
  DICTIONARY_BYTES,
  FILE_VERSION,
  HEAD_BYTES,
  MAGIC,
  RECORD_LAYOUT,
} from './format.js';

/** The fastest: records are so alike that others gain little. */
const LEVEL = 1;

/** Writes to an open file. Nothing is held back: a block is in the file when its method returns. */
export class RecordFileWriter {
  /** Why the file ends early; nothing is written any more. */
  failure: NodeJS.ErrnoException | undefined;
  /** Bytes of records so far, unpacked, and bytes of the file. */
  recorded = 0;
  written = 0;

  /** The end of the last records. */
  private readonly before = Buffer.alloc(DICTIONARY_BYTES);
  private beforeBytes = 0;

  constructor(private readonly fd: number) {
    const head = Buffer.alloc(HEAD_BYTES);
    head.set(MAGIC);
    head.writeUInt32LE(FILE_VERSION, 8);
    head.writeUInt32LE(RECORD_LAYOUT, 12);
    this.write(head);
  }

  private write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length && !this.failure;)
      try {
        from += writeSync(this.fd, bytes, from);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EINTR' && code !== 'EAGAIN') this.failure = error as NodeJS.ErrnoException;
      }
    this.written += bytes.length;
  }

  private block(kind: Block, bytes: Uint8Array, before?: Uint8Array): void {
    if (this.failure) return;
    const packed = deflateSync(bytes, { level: LEVEL, dictionary: dictionary(kind, bytes.length, before) });
    const head = Buffer.alloc(BLOCK_HEAD_BYTES);
    head.writeUInt32LE(kind, 0);
    head.writeUInt32LE(packed.length, 4);
    head.writeUInt32LE(bytes.length, 8);
    this.write(Buffer.concat([head, packed]));
  }

  /** Whole records. */
  records(bytes: Uint8Array): void {
    this.recorded += bytes.length;
    this.block(Block.Records, bytes, this.before.subarray(DICTIONARY_BYTES - this.beforeBytes));
    const kept = Math.min(bytes.length, DICTIONARY_BYTES);
    this.before.copyWithin(0, kept);
    this.before.set(bytes.subarray(bytes.length - kept), DICTIONARY_BYTES - kept);
    this.beforeBytes = Math.min(DICTIONARY_BYTES, this.beforeBytes + kept);
  }

  /** A value, and bytes behind it, which begin at a NUL. */
  value(kind: Block, value: unknown, behind?: Uint8Array): void {
    const text = Buffer.from(JSON.stringify(value));
    this.block(kind, behind ? Buffer.concat([text, Buffer.alloc(1), behind]) : text);
  }
}
