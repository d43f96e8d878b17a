// Where a call's records tell of files: its descriptors, the paths that it is given, the descriptor that it returns.
import type { RArgument, RCall } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';

/** AT_FDCWD as an unsigned 32-bit value (fcntl.h: -100). */
export const AT_FDCWD = 0xffffff9c;

/** An argument that is a descriptor. */
export interface NamedDescriptor {
  readonly register: number;
  readonly site: number;
  /** It may be AT_FDCWD: the path behind it is relative to it. */
  readonly at: boolean;
}

/** An argument that is a path. */
export interface NamedPath {
  readonly register: number;
  readonly site: number;
  /** Index of the descriptor that it is relative to; -1: the working directory. */
  readonly base: number;
}

/** What a call names. */
export interface NamedFiles {
  readonly descriptors: readonly NamedDescriptor[];
  readonly paths: readonly NamedPath[];
  /** Site of the returned descriptor's path in the exiting record; -1 when it returns none. */
  readonly result: number;
}

const isPath = ({ node }: RArgument): boolean =>
  node.kind === 'pointer' && node.direction !== 'out' && node.to.kind === 'string' && node.to.path;

/** What a resolved call names by its own arguments, whatever form they take. */
export function namedFiles({ plain }: RCall): NamedFiles {
  const descriptors: NamedDescriptor[] = [];
  const paths: NamedPath[] = [];
  plain.args.forEach((argument, i) => {
    const { node, register } = argument;
    if (node.kind === 'fd') descriptors.push({ register, site: node.site, at: node.at });
    else if (node.kind === 'pointer' && isPath(argument)) {
      const before = plain.args[i - 1]?.node;
      const base = before?.kind === 'fd' && before.at ? descriptors.length - 1 : -1;
      paths.push({ register, site: node.site, base });
    }
  });
  return { descriptors, paths, result: plain.result.base === 'fd' ? plain.result.site : -1 };
}

/** Puts the cursor on what was captured of a descriptor. */
export function findDescriptor(c: Cursor, site: number, fd: number): boolean {
  const lo = fd >>> 0;
  return site >= 0 && c.find(site, lo, lo >>> 31 ? 0xffffffff : 0) && c.length > 0;
}

/** Puts the cursor on a whole path (its NUL counts in `length`). */
export function findPath(c: Cursor, { site, register }: NamedPath): boolean {
  return c.find(site, c.argLo(register), c.argHi(register)) && c.aux === 1;
}
