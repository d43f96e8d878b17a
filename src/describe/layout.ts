// Sizes and alignments of nodes on a personality.
import type { Abi } from '../abi/abi.js';
import type { Style } from '../decode/style.js';
import type { Node, Size, StructNode } from './node.js';

/** Where a field is in its structure. */
export interface FieldPlace {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Bytes of a scalar on a personality. */
export function sizeOf(size: Size, abi: Abi): number {
  return size === 'ptr' ? abi.word : size === 'long' ? abi.longSize : size;
}

/** Alignment of a scalar of so many bytes. */
export const alignOf = (bytes: number, abi: Abi): number => (bytes >= 8 ? abi.alignU64 : bytes || 1);

/** Size and alignment of a node without numbering sites. */
export function measure(node: Node, style: Style): [bytes: number, align: number] {
  const { abi } = style;
  switch (node.kind) {
    case 'int':
    case 'address':
    case 'xlat':
    case 'format':
    case 'fd': {
      const bytes = sizeOf(node.size, abi);
      return [bytes, alignOf(bytes, abi)];
    }
    case 'pointer': {
      const bytes = node.options.wide ? 8 : abi.word;
      return [bytes, alignOf(bytes, abi)];
    }
    case 'match': {
      const all = [node.otherwise, ...node.cases.map(([, n]) => n)].map((n) => measure(n, style));
      return [Math.max(...all.map(([b]) => b)), Math.max(...all.map(([, a]) => a))];
    }
    case 'string':
    case 'bytes':
    case 'blob':
      return [node.size ?? 0, 1];
    case 'fdSet':
      return [0, 1];
    case 'struct': {
      const { end, align } = layoutOf(node, style);
      return [node.size ?? Math.ceil(end / align) * align, align];
    }
    case 'array': {
      const [bytes, align] = measure(node.of, style);
      return [(node.fixed ?? 0) * bytes, align];
    }
    case 'whole':
      return measure(node.node, style);
    case 'chain':
      return [0, 1];
    case 'zeroTerminated':
      return [0, abi.word];
    case 'abi':
      return measure(abi.name === 'i386' ? node.i386 : abi.name === 'x32' && node.x32 ? node.x32 : node.x86_64, style);
    case 'verbose':
      return measure(style.abbrev ? node.short : node.full, style);
  }
}

/** Where the fields of a structure are, where the last one ends, and the alignment of the whole. */
export function layoutOf(node: StructNode, style: Style): { fields: FieldPlace[]; end: number; align: number } {
  let end = 0;
  let start = 0;
  let align = 1;
  const fields = node.fields.map((f) => {
    const [bytes, fieldAlign] = measure(f.node, style);
    const a = node.packed ? 1 : fieldAlign;
    align = Math.max(align, a);
    if (!f.overlay) start = Math.ceil(end / a) * a;
    // What takes the rest of a structure of a given size takes no more than that.
    const least = f.rest && node.size !== undefined ? Math.min(start + bytes, node.size) : start + bytes;
    end = f.overlay ? Math.max(end, least) : least;
    return { name: f.name, offset: start, bytes };
  });
  return { fields, end, align };
}

/**
 * The node of an argument: a number of the size of a pointer, and a pointer, are what its register holds. x32's registers are wider than its
 * pointers, and the kernel takes all of them.
 */
export function asArgument(node: Node, abi: Abi): Node {
  if (abi.name !== 'x32') return node;
  switch (node.kind) {
    case 'int':
    case 'address':
    case 'xlat':
    case 'format':
      return node.size === 'ptr' ? { ...node, size: 8 } : node;
    case 'pointer':
      return { ...node, options: { ...node.options, wide: true } };
    case 'abi':
      return asArgument(node.x32 ?? node.x86_64, abi);
    case 'match':
      return {
        ...node,
        cases: node.cases.map(([key, one]) => [key, asArgument(one, abi)] as const),
        otherwise: asArgument(node.otherwise, abi),
      };
    default:
      return node;
  }
}
