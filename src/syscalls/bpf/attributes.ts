// What the attributes of all bpf(2) commands have in common: union bpf_attr of linux/bpf.h, as long as the caller says.
import { interfaceIndex } from '../../decode/leaf/interface.js';
import type { ArgumentSpec, FieldSpec } from '../../describe/combinators.js';
import {
  anyBit,
  arg,
  array,
  cstring,
  fd,
  field,
  format,
  inout,
  input,
  noBit,
  noneOf,
  oneOf,
  padding,
  pathname,
  sibling,
  struct,
  u32,
  versioned,
  x64,
} from '../../describe/combinators.js';
import type { ArrayNode, Field, Node, PointerNode, Ref, StructNode } from '../../describe/node.js';

/** Most bytes of attributes: a page. More is an address, as bpf(2) refuses it. */
const PAGE = 4096;

const attributes = (fields: FieldSpec): StructNode =>
  versioned(fields, { size: arg('size'), minimum: 1, maximum: PAGE, excess: 'data', clipped: true });

/** The arguments of a command that only reads its attributes. */
export const reads = (fields: FieldSpec): ArgumentSpec => ({ attr: input(attributes(fields)), size: u32 });

/** The arguments of a command that writes some of its attributes; what stands before the first of them waits for nothing. */
export const updates = (fields: FieldSpec): ArgumentSpec => ({
  attr: inout(attributes(fields), { show: 'split' }),
  size: u32,
});

/** A command whose attributes stand in a structure with a name of its own: `{link_create={…}}`. */
export const named = (name: string, fields: FieldSpec): FieldSpec => ({ [name]: struct(fields) });

/** A member that is there when the caller's attributes are longer than `bytes`. */
export const beyond = (bytes: number, node: Node, more: Partial<Field> = {}): Omit<Field, 'name'> =>
  field(node, { beyond: bytes, ...more });

/** A member that the kernel writes: `old => new`. */
export const written = (node: Node, more: Partial<Field> = {}): Omit<Field, 'name'> =>
  field(node, { changed: true, ...more });

/** Four bytes that align the next member; explicit, as i386 would leave them out. */
export const gap = padding(4);
/** What is laid over the member before it, and is known although it is not always shown. */
export const alsoThere = (size: number, from?: number): Omit<Field, 'name'> => ({
  ...padding(size),
  overlay: true,
  beyond: from,
});

const wide = { wide: true } as const;
/** A pointer, as a number of 64 bits, to a path or to a string. */
export const path: PointerNode = input(pathname, wide);
export const text: PointerNode = input(cstring, wide);
/** A pointer to what the caller gives; shown after a failure, too. */
export const given = (to: PointerNode['to']): PointerNode => input(to, { wide: true, evenOnError: true });
/** `[0x1, 0x2]` */
export const words = (count: Ref): PointerNode => given(array(x64, count));
/** `["first", "second"]` */
export const texts = (count: Ref): ArrayNode => array(text, count);

/** An interface's index: `if_nametoindex("lo")`. */
export const ifindex = format(interfaceIndex);

/** Attach types of linux/bpf.h whose target is an interface: XDP, tcx, netkit. */
const INTERFACE_TYPES = [37, 46, 47, 54, 55];
/** BPF_F_ID of linux/bpf.h: the neighbour is named by its id. */
const BY_ID = 0x20;

/** What a program is attached to: a descriptor, or an interface. */
export const target = (): FieldSpec => ({
  target_fd: field(fd, { when: noneOf(sibling('attach_type'), INTERFACE_TYPES) }),
  target_ifindex: field(ifindex, { when: oneOf(sibling('attach_type'), INTERFACE_TYPES), overlay: true }),
});

/** The program or link beside which another one is put. */
export const relative = (by: Ref, more: Partial<Field> = {}): FieldSpec => ({
  relative_fd: field(fd, { when: noBit(by, BY_ID), ...more }),
  relative_id: field(u32, { when: anyBit(by, BY_ID), ...more, overlay: true }),
});
