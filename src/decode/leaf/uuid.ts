// Universally unique identifiers: `66736964-2d30-3132-3334-353637383930`.
import { constant, blob } from '../../describe/combinators.js';
import type { BlobNode } from '../../describe/node.js';
import type { Renderer } from '../printer.js';

/** Bytes of each part. */
const PARTS = [4, 2, 2, 2, 6];

const print: Renderer = () => (c, s, at) => {
  let from = at;
  PARTS.forEach((bytes, i) => {
    if (i > 0) s.byte(45);
    for (let k = 0; k < bytes; k++) s.hexFixed(c.bytes[from++], 2);
  });
};

/** Sixteen bytes of a structure. */
export const uuid: BlobNode = blob(constant(16), 16, print, { size: 16 });
