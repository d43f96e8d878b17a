// Calls selected by what they touch (-P, --trace-fds): the descriptors and paths among a call's own arguments, as its
// description names them. What decides is captured at the entry, apart from what is printed.
import { FD_SET_BITS } from '../capture/shape.js';
import type { Before } from '../capture/compile.js';
import type { Call } from '../describe/call.js';
import type { Node } from '../describe/node.js';
import type { R, RArgument } from '../describe/resolve.js';
import { resolveSome } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { placeReader, testReader } from './place.js';
import { DECIDING, type Style } from './style.js';

/** What a wanted call touches at least one of. */
export interface Targets {
  /** Paths byte for byte: as given, and as resolved. A path argument is compared as it stands, nothing is looked up. */
  readonly paths: readonly Uint8Array[];
  readonly descriptors: (Iterable<number> & { readonly inverted: boolean; has(fd: number): boolean }) | undefined;
}

/** Whether a node can hold something that is touched. */
export function touches(node: Node): boolean {
  switch (node.kind) {
    case 'fd':
      return node.incidental !== true;
    case 'fdSet':
      return !node.ready;
    case 'string':
      return node.limit === 'path' && node.size === undefined && node.incidental !== true;
    case 'pointer':
      return node.direction !== 'out' && touches(node.to);
    case 'array':
      return node.of.kind === 'struct' && node.of.fields.some((f) => f.node.kind === 'fd');
    case 'match':
      return touches(node.otherwise) || node.cases.some(([, n]) => touches(n));
    case 'abi':
      return touches(node.x86_64) || touches(node.i386);
    case 'verbose':
      return touches(node.full);
    default:
      return false;
  }
}

type Test = (c: Cursor) => boolean;

/** Makes the test of one call. */
class Tests {
  constructor(private readonly targets: Targets) {}

  private isPath(c: Cursor, length: number): boolean {
    const { bytes, at } = c;
    return this.targets.paths.some((path) => {
      if (path.length !== length) return false;
      for (let i = 0; i < length; i++) if (path[i] !== bytes[at + i]) return false;
      return true;
    });
  }

  /** A descriptor by number, or by the path that was captured for it. */
  private descriptor(c: Cursor, site: number, fd: number): boolean {
    if (fd < 0) return false;
    const { paths, descriptors } = this.targets;
    return descriptors?.has(fd) === true || (paths.length > 0 && c.find(site, fd, 0) && this.isPath(c, c.length));
  }

  argument({ node, register, when }: RArgument): Test {
    const test = this.node(node, register);
    const condition = when && testReader(when, 0);
    return condition ? (c) => condition(c) && test(c) : test;
  }

  private node(node: R, register: number): Test {
    switch (node.kind) {
      case 'fd':
        return (c) => this.descriptor(c, node.site, c.argLo(register) | 0);
      case 'pointer':
        return this.pointee(node.to, node.site, register);
      case 'match': {
        const on = placeReader(node.on, 0);
        const cases = new Map(node.cases.map(([key, r]) => [key, this.node(r, register)]));
        const otherwise = this.node(node.otherwise, register);
        return (c) => (cases.get((on(c) & node.mask) >>> 0) ?? otherwise)(c);
      }
      default:
        return () => false;
    }
  }

  private pointee(to: R, site: number, register: number): Test {
    const found: Test = (c) => c.find(site, c.argLo(register), c.argHi(register));
    switch (to.kind) {
      case 'string':
        return (c) => found(c) && c.aux === 1 && this.isPath(c, c.length - 1);
      case 'array': {
        const { of } = to;
        if (of.kind !== 'struct') return () => false;
        const field = of.fields.find((f) => f.node.kind === 'fd');
        if (field?.node.kind !== 'fd') return () => false;
        const { offset, node } = field;
        return (c) => {
          if (!found(c)) return false;
          const { at, length } = c;
          for (let from = 0; from + of.bytes <= length; from += of.bytes)
            if (this.descriptor(c, node.site, c.i32(at + from + offset))) return true;
          return false;
        };
      }
      case 'fdSet': {
        const count = placeReader(to.count, 0);
        return (c) => {
          const bits = count(c);
          if (bits >= 0x80000000 || !found(c)) return false;
          const { at, length } = c;
          const n = Math.min(bits, 8 * length, FD_SET_BITS);
          for (let fd = 0; fd < n; fd++)
            if ((c.bytes[at + (fd >> 3)] >> (fd & 7)) & 1 && this.descriptor(c, to.site, fd)) return true;
          return false;
        };
      }
      default:
        return () => false;
    }
  }
}

/** The style of what decides: structures are followed to the end, paths of descriptors are captured where they count. */
function touchStyle(style: Style, targets: Targets): Style {
  return {
    ...style,
    ...DECIDING,
    paths: targets.paths.length > 0,
  };
}

/** What to capture for the decision, the sites that this takes, and the decision; the cursor is on the entering record. */
export function compileTouch(
  name: string,
  call: Call,
  style: Style,
  targets: Targets,
): { readonly before: Before; readonly sites: number; readonly wanted: (c: Cursor) => boolean } {
  const own = touchStyle(style, targets);
  const { args, sites } = resolveSome(name, call, own, touches);
  const tests = new Tests(targets);
  const all = args.map((a) => tests.argument(a));
  return { before: { args, style: own }, sites, wanted: (c) => all.some((test) => test(c)) };
}
