// Values of attributes that every protocol has.
import type { Decoder } from './compiler.js';

/** A string that ends at its NUL; cut when it has none. */
export const terminated: Decoder = (n) => n.terminated;
/** Bytes in hexadecimal. */
export const hex: Decoder = (n) => n.hex;
