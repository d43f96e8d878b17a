// The record file (--record): a head, then blocks, one behind the other.
//
//   head   8 bytes  MAGIC
//          u32      FILE_VERSION
//          u32      RECORD_LAYOUT: the records are laid out as native/record.h had it then
//   block  u32      Block: what it holds
//          u32      bytes of it in the file
//          u32      bytes of it when it is unpacked
//          bytes    zlib (RFC 1950, whose checksums say whether they are whole) with a dictionary (FDICT): for records of
//                   fewer than DICTIONARY_BYTES the last DICTIONARY_BYTES of the records before, fewer at the beginning;
//                   then the first and the last word of the block's head, which are whole, too, when the dictionary is
//                   the one that zlib saw
//
// Little endian. Records are those of the ring, byte for byte; a block holds whole ones. The first block is Header, the
// last one End: a file without it was cut. Readers skip blocks that they do not know.

/** Eight bytes that no text begins with. */
export const MAGIC = Uint8Array.from([0x89, 0x74, 0x73, 0x72, 0x65, 0x63, 0x0d, 0x0a]);
/** Version of what this file describes; raised when older readers would go wrong. */
export const FILE_VERSION = 2;
/** Version of native/record.h and src/record/layout.ts; raised with every change there that readers notice. */
export const RECORD_LAYOUT = 1;
export const HEAD_BYTES = 16;
export const BLOCK_HEAD_BYTES = 12;
/** zlib's window: how far back it looks. */
export const DICTIONARY_BYTES = 32768;
/** Most bytes of an unpacked block: a batch of the biggest ring. */
export const BLOCK_MAX = 1 << 27;

/** What a block holds. */
export enum Block {
  /** JSON: how the recording was made. */
  Header = 1,
  /** Records. */
  Records = 2,
  /** JSON and a plan's code: what is captured of a call, told before the first record that it made. */
  Plan = 3,
  /** JSON: facts of the machine, whenever they have changed. */
  Facts = 4,
  /** JSON: the recording came to its end. */
  End = 5,
}

/** A block as it is in the file, unpacked. */
export interface UnpackedBlock {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/**
 * What a block of that kind and that many unpacked bytes is packed with; `before`: the end of the records before. Few
 * records would be packed badly on their own; many do not need those before.
 */
export function dictionary(kind: number, length: number, before?: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(kind, 0);
  head.writeUInt32LE(length, 4);
  return before && kind === (Block.Records as number) && length < DICTIONARY_BYTES
    ? Buffer.concat([before, head])
    : head;
}
