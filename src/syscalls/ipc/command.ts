// What the control calls of System V IPC share: keys, permissions, commands with the bit of the new layout, flags with modes.
import * as g from '../../constants/generated/ipc.js';
import type { ConstantTable } from '../../constants/table.js';
import { byAbi, choice, field, format, padding, struct, u16, u32, ulong } from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Field, FormatNode, IntNode, MemoryNode, Node, StructNode } from '../../describe/node.js';
import { userId } from '../../decode/leaf/flags.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { constantText, flagNames, hexText, memoised } from '../../decode/xlat.js';

/** IPC_PRIVATE, or the key in hexadecimal. */
export const ipcKey = choice(g.ipc_keys);

/** Asks for the layout with 32-bit ids, beside a command; the only one there is today. */
export const IPC_64 = 0x100;

/** A command, with IPC_64 in front of it when that is set. */
export const command = (table: ConstantTable): FormatNode =>
  format((style) =>
    memoised((lo) => {
      const rest = constantText(table, style.abi, style.constants, (lo & ~IPC_64) >>> 0, 0, 4);
      if ((lo & IPC_64) === 0) return rest;
      return `${constantText(g.ipc_version, style.abi, style.constants, IPC_64, 0, 4)}|${rest}`;
    }),
  );

/** `0640`: at least three digits. */
export const modeText = (mode: number): string => '0' + mode.toString(8).padStart(2, '0');
export const MODE = 0o777;

/**
 * Flags with access rights in their low bits: `IPC_CREAT|0600`. As under strace, no bar stands behind flags of which
 * none has a name.
 */
const creation: ScalarFormat = (style) =>
  memoised((lo) => {
    const bits = (lo & ~MODE) >>> 0;
    const mode = modeText(lo & MODE);
    if (bits === 0) return mode;
    if (style.constants === 'raw') return `${hexText(bits, 0)}|${mode}`;
    const known = flagNames(g.ipc_get_flags.entries(style.abi.name), bits, 0, 4).names.length > 0;
    return known
      ? `${constantText(g.ipc_get_flags, style.abi, style.constants, bits, 0, 4)}|${mode}`
      : `${hexText(bits, 0)}${mode}`;
  });
export const creationFlags = format(creation);

const id = format(userId);
const modeBits: IntNode = { kind: 'int', size: 4, base: 'mode' };
const modeBits16: IntNode = { kind: 'int', size: 2, base: 'mode' };
const hidden = (node: Node): Omit<Field, 'name'> => field(node, { hidden: true });

/** What a command says of a structure: `set`, members that it takes; `told`, all that it fills in. */
export type Extent = 'set' | 'told';
/** A member that is only told. */
export const toldOnly = (node: Node, extent: Extent): Node | Omit<Field, 'name'> =>
  extent === 'told' ? node : hidden(node);

/** `struct ipc64_perm`; `mode` has 16 bits on i386. */
const permissionOf = (mode: Node, gap: FieldSpec, extent: Extent): StructNode =>
  struct(
    {
      key: u32,
      uid: id,
      gid: id,
      cuid: id,
      cgid: id,
      mode,
      ...gap,
      seq: hidden(u16),
      pad: padding(2),
      unused0: hidden(ulong),
      unused1: hidden(ulong),
    },
    { order: extent === 'told' ? ['uid', 'gid', 'mode', 'key', 'cuid', 'cgid'] : ['uid', 'gid', 'mode'] },
  );

/** On i386, or elsewhere. */
export const permission = (small: boolean, extent: Extent): StructNode =>
  small ? permissionOf(modeBits16, { gap: padding(2) }, extent) : permissionOf(modeBits, {}, extent);

/** A time, which has its upper half beside it on i386. */
export const ipcTime = (name: string, small: boolean, extent: Extent): FieldSpec => ({
  [name]: toldOnly(ulong, extent),
  ...(small ? { [`${name}_high`]: hidden(ulong) } : {}),
});

/** A structure in both layouts, and for both kinds of commands. */
export interface Described {
  readonly set: MemoryNode;
  readonly told: MemoryNode;
}
export const inBothLayouts = (make: (small: boolean, extent: Extent) => StructNode): Described => ({
  set: byAbi(make(false, 'set'), make(true, 'set')),
  told: byAbi(make(false, 'told'), make(true, 'told')),
});
