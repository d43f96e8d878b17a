// What a record file says when any of its bytes is another: never records that were not recorded.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Block, HEAD_BYTES } from '../../../src/record/file/format.js';
import { RecordFileError, RecordFileReader } from '../../../src/record/file/reader.js';
import { RecordFileWriter } from '../../../src/record/file/writer.js';
import { Offset } from '../../../src/record/layout.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-record-file-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const path = join(dir, 'file');

/** Records without regions, told apart by their thread. */
function records(from: number, count: number): Uint8Array {
  const bytes = Buffer.alloc(count * Offset.Regions);
  for (let i = 0; i < count; i++) {
    bytes.writeUInt32LE(Offset.Regions, i * Offset.Regions + Offset.Size);
    bytes.writeUInt32LE(from + i, i * Offset.Regions + Offset.Tid);
  }
  return bytes;
}

/** Every block of the file, one line each, until its end or its damage. */
function blocks(): { readonly lines: string[]; readonly end: 'whole' | 'cut' | 'damaged' } {
  const fd = openSync(path, 'r');
  const lines: string[] = [];
  try {
    const reader = new RecordFileReader(fd);
    for (let block = reader.next(); block; block = reader.next())
      lines.push(`${block.kind} ${Buffer.from(block.bytes).toString('latin1')}`);
    return { lines, end: reader.ended ? 'whole' : 'cut' };
  } catch (error) {
    if (!(error instanceof RecordFileError)) throw error;
    return { lines, end: 'damaged' };
  } finally {
    closeSync(fd);
  }
}

describe('a record file', () => {
  const fd = openSync(path, 'w');
  const writer = new RecordFileWriter(fd);
  writer.value(Block.Header, { command: ['true'] });
  writer.records(records(1, 3));
  writer.value(Block.Plan, { nr: 1 }, Buffer.from('code'));
  writer.records(records(4, 500));
  writer.records(records(504, 2));
  writer.value(Block.End, {});
  closeSync(fd);
  const bytes = readFileSync(path);
  const whole = blocks();

  test('is read as it was written', () => {
    expect(whole.end).toBe('whole');
    expect(whole.lines.map((line) => line.slice(0, 1)).join('')).toBe('123225');
    expect(whole.lines[3]).toBe(`2 ${Buffer.from(records(4, 500)).toString('latin1')}`);
  });

  test.each([0x01, 0x55, 0x80])(
    'gives what was recorded or says that it is damaged, whichever byte is another (xor %i)',
    (flip) => {
      for (let at = 0; at < bytes.length; at++) {
        const other = Buffer.from(bytes);
        other[at] ^= flip;
        writeFileSync(path, other);
        const { lines, end } = blocks();
        // Deflate says some things in several ways, and the last bits of its last byte mean nothing.
        const same = end === 'whole' ? whole.lines : whole.lines.slice(0, lines.length);
        expect(lines, `byte ${at}`).toEqual(same);
      }
    },
  );

  test('is read as far as it goes where it was cut', () => {
    for (let length = HEAD_BYTES; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      const { lines, end } = blocks();
      expect(end, `${length} bytes`).toBe('cut');
      expect(lines, `${length} bytes`).toEqual(whole.lines.slice(0, lines.length));
    }
  });
});
