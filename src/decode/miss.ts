// What stands for an object that could not be read.
import { label } from './sink.js';
import type { Sink } from './sink.js';

/** Prints what stands for an object at an address. */
export type Miss = (s: Sink, lo: number, hi: number) => void;
/** Its address. */
export const missed: Miss = (s, lo, hi) => s.hex64(lo, hi);
/** Its address in brackets. */
export const boxed: Miss = (s, lo, hi) => {
  s.byte(91);
  s.hex64(lo, hi);
  s.byte(93);
};
/** `{name=address}`, with the address of a member. */
export const memberAt = (name: string, offset: number): Miss => {
  const open = label(`{${name}=`);
  return (s, lo, hi) => {
    const at = lo + offset;
    s.bytes(open);
    s.hex64(at >>> 0, (hi + (at > 0xffffffff ? 1 : 0)) >>> 0);
    s.byte(125);
  };
};
/** A text. */
export const say = (text: string): Miss => {
  const bytes = label(text);
  return (s) => s.bytes(bytes);
};
