// Memory policies and nodes (numa(7)).
import * as g from '../../constants/generated/memory.js';
import { errnoName } from '../../abi/errno.js';
import {
  address,
  arg,
  array,
  byAbi,
  call,
  choice,
  constant,
  flags,
  format,
  i32,
  input,
  lessBy,
  match,
  output,
  pid,
  size,
  times,
  xsize,
} from '../../describe/combinators.js';
import type { MemoryNode, Node, PointerNode, PointerOptions } from '../../describe/node.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { choiceName, flagNames, hexText, memoised, padded } from '../../decode/xlat.js';
import type { Family } from '../index.js';

/** A word of a node mask: all its digits (C's %#016lx). */
const word = format((style, bytes) => padded(2 * bytes)(style, bytes), 'ptr');
type Pointer = (to: MemoryNode, options?: PointerOptions) => PointerNode;
/** A mask of `count` - 1 nodes (the kernel counts so); a mask of no node at all is an empty array. */
const nodes = (pointer: Pointer, count: string): Node => {
  const mask = (bits: number): Node =>
    match(
      arg(count),
      { 0: pointer(array(word, constant(0)), { evenOnError: true }), 1: address },
      pointer(array(word, times(lessBy(arg(count), 1), 1, bits))),
    );
  return byAbi(mask(64), mask(32), mask(32));
};

const MODE_FLAGS = 0xe000;
/** A policy and its flags. An unknown policy is a number behind the flags; without flags it has a comment. */
const mode: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const number = hexText(lo, hi);
    if (style.constants === 'raw') return number;
    const { name } = style.abi;
    const policy = (lo & ~MODE_FLAGS) >>> 0;
    const known = hi === 0 ? choiceName(g.mempolicies.entries(name), policy, 0, 4) : undefined;
    const { names } = flagNames(g.mempolicy_flags.entries(name), lo & MODE_FLAGS, 0, 4);
    if (known === undefined && names.length === 0) return `${number} /* MPOL_??? */`;
    const text = (known === undefined ? [...names, hexText(policy, hi)] : [known, ...names]).join('|');
    return style.constants === 'verbose' ? `${number} /* ${text} */` : text;
  });

/** Where a page is: a node, or an error. */
const pageStatus: ScalarFormat = (style) =>
  memoised((lo) => {
    const status = lo | 0;
    const name = status < 0 ? errnoName(-status) : undefined;
    if (name === undefined || style.constants === 'raw') return String(status);
    return style.constants === 'verbose' ? `${status} /* -${name} */` : `-${name}`;
  });
const each = (of: Parameters<typeof array>[0]): MemoryNode => array(of, arg('count'));

export const numa: Family = {
  mbind: () =>
    call({
      addr: address,
      len: size,
      mode: format(mode, 'ptr'),
      nodemask: nodes(input, 'maxnode'),
      maxnode: size,
      flags: flags(g.mbind_flags),
    }),
  set_mempolicy: () => call({ mode: format(mode), nodemask: nodes(input, 'maxnode'), maxnode: size }),
  get_mempolicy: () =>
    call({
      mode: output(choice(g.mempolicies)),
      nodemask: nodes(output, 'maxnode'),
      maxnode: size,
      addr: address,
      flags: flags(g.get_mempolicy_flags, 'ptr'),
    }),
  set_mempolicy_home_node: () => call({ start: address, len: size, home_node: size, flags: xsize }),
  migrate_pages: () =>
    call({ pid, maxnode: size, old_nodes: nodes(input, 'maxnode'), new_nodes: nodes(input, 'maxnode') }),
  move_pages: () =>
    call({
      pid,
      count: size,
      pages: input(each(address)),
      nodes: input(each(i32)),
      status: output(each(format(pageStatus))),
      flags: flags(g.move_pages_flags),
    }),
};
