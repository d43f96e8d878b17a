// bpf(2): maps, their elements, batches of elements.
import * as g from '../../constants/generated/kernel.js';
import {
  address64,
  anyBit,
  chars,
  choice,
  constant,
  fd,
  flags,
  hexBytes,
  match,
  sibling,
  u32,
  u64,
  x64,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { alsoThere, beyond, gap, given, ifindex, named } from './attributes.js';

/** BPF_F_NUMA_NODE of linux/bpf.h. */
const NUMA_NODE = 4;
/** Bytes of a program's SHA-256. */
const HASH_BYTES = 32;

export const mapCreate = (): FieldSpec => ({
  map_type: choice(g.bpf_map_types),
  key_size: u32,
  value_size: u32,
  max_entries: u32,
  map_flags: beyond(16, flags(g.bpf_map_flags)),
  inner_map_fd: beyond(20, fd),
  numa_node: beyond(24, u32, { when: anyBit(sibling('map_flags'), NUMA_NODE) }),
  numa_room: alsoThere(4, 24),
  map_name: beyond(28, chars(16)),
  map_ifindex: beyond(44, ifindex),
  btf_fd: beyond(48, fd),
  btf_key_type_id: beyond(48, u32),
  btf_value_type_id: beyond(48, u32),
  btf_vmlinux_value_type_id: beyond(60, u32),
  map_extra: beyond(64, u64),
  value_type_btf_obj_fd: beyond(72, fd),
  map_token_fd: beyond(76, fd),
  excl_prog_hash: beyond(
    80,
    match(sibling('excl_prog_hash_size'), { [HASH_BYTES]: given(hexBytes(constant(HASH_BYTES))) }, address64),
  ),
  excl_prog_hash_size: beyond(80, u32),
});

const element = (more: FieldSpec): FieldSpec => ({ map_fd: fd, gap, key: address64, ...more });
const lookupFlags = flags(g.bpf_elem_flags, 8);
const updateFlags = flags(g.bpf_update_flags, 8);

export const mapLookup = (): FieldSpec => element({ value: address64, flags: beyond(24, lookupFlags) });
export const mapUpdate = (): FieldSpec => element({ value: address64, flags: updateFlags });
export const mapDelete = (): FieldSpec => element({});
export const mapNextKey = (): FieldSpec => element({ next_key: address64 });
export const mapFreeze = (): FieldSpec => ({ map_fd: fd });

/** The members that a batch command uses; the others are there, but not shown. */
const batch = (uses: { tokens: boolean; values: boolean; elements: Node }): FieldSpec => {
  const shown = (node: Node, is: boolean) => ({ node, hidden: !is });
  return named('batch', {
    in_batch: shown(address64, uses.tokens),
    out_batch: shown(address64, uses.tokens),
    keys: address64,
    values: shown(address64, uses.values),
    count: u32,
    map_fd: fd,
    elem_flags: uses.elements,
    flags: x64,
  });
};

export const mapLookupBatch = (): FieldSpec => batch({ tokens: true, values: true, elements: lookupFlags });
export const mapUpdateBatch = (): FieldSpec => batch({ tokens: false, values: true, elements: updateFlags });
export const mapDeleteBatch = (): FieldSpec => batch({ tokens: false, values: false, elements: lookupFlags });
