// Capabilities of threads: capget(2), capset(2).
import * as g from '../../constants/generated/process.js';
import {
  address,
  call,
  choice,
  deref,
  flags,
  input,
  less,
  match,
  output,
  pid,
  struct,
  when,
} from '../../describe/combinators.js';
import type { MemoryNode, Node, PointerNode } from '../../describe/node.js';
import type { MemoryPrinter, Renderer } from '../../decode/printer.js';
import type { Family } from '../index.js';

const header = struct({ version: choice(g.capability_versions), pid });
const SETS = ['effective', 'permitted', 'inheritable'];
const low = flags(g.capability_words);
const high = flags(g.capability_high_words);

/** One set: its words that are not zero. */
const words: Renderer = ({ field, offset }): MemoryPrinter => {
  const sets = SETS.map((name) => ({
    name,
    at: offset(name),
    above: offset(`${name}_high`),
    low: field(name),
    high: field(`${name}_high`),
  }));
  return (c, s, at, length) => {
    sets.forEach((set, i) => {
      s.text(`${i ? ', ' : '{'}${set.name}=`);
      const upper = c.u32(at + set.above) !== 0;
      const lower = c.u32(at + set.at) !== 0 || !upper;
      if (lower) set.low(c, s, at, length);
      if (lower && upper) s.byte(124);
      if (upper) set.high(c, s, at, length);
    });
    s.byte(125);
  };
};
/** Version 1 has one word in each set, the later ones two. */
const single: MemoryNode = struct({ effective: low, permitted: low, inheritable: low });
const pair: MemoryNode = struct(
  {
    effective: low,
    permitted: low,
    inheritable: low,
    effective_high: high,
    permitted_high: high,
    inheritable_high: high,
  },
  { render: words },
);
const VERSION_2 = 0x20071026;
const VERSION_3 = 0x20080522;
/** No version: the header could not be read. */
const UNREADABLE = 2 ** 32;

/** The sets, of a size that the header's version says. */
const sets = (pointer: (to: MemoryNode) => PointerNode): Node =>
  when(
    less(deref('hdrp', UNREADABLE), UNREADABLE),
    match(deref('hdrp'), { [VERSION_2]: pointer(pair), [VERSION_3]: pointer(pair) }, pointer(single)),
    address,
  );

export const capability: Family = {
  capget: () => call({ hdrp: input(header), datap: sets(output) }),
  capset: () => call({ hdrp: input(header), datap: sets(input) }),
};
