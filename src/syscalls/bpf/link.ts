// bpf(2): links, each kind of place with members of its own.
import * as g from '../../constants/generated/kernel.js';
import type { FieldSpec } from '../../describe/combinators.js';
import {
  anyBit,
  array,
  both,
  choice,
  fd,
  field,
  flags,
  i32,
  noBit,
  oneOf,
  outer,
  sibling,
  struct,
  u32,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Condition, Field, Node } from '../../describe/node.js';
import { alsoThere, beyond, gap, given, named, path, relative, target, texts, words } from './attributes.js';

/** Attach types of linux/bpf.h, by what their links are made with. */
const CGROUP = [
  0, 1, 2, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 29, 30, 31, 32, 34, 49, 50, 51, 52, 53,
];
const ITERATOR = [28];
const TRACING = [24, 25, 26, 27, 58];
const PERF_EVENT = [41];
const KPROBE_MULTI = [42];
const NETFILTER = [45];
const TCX = [46, 47];
const UPROBE_MULTI = [48];
const NETKIT = [54, 55];
const TRACING_MULTI = [59, 60, 61];

/** BPF_F_BEFORE and BPF_F_AFTER: a place in a list is asked for. */
const PLACED = 0x18;
/** BPF_F_REPLACE: the program that is to be replaced is named. */
const REPLACE = 4;
/** Bytes in front of the members that depend on the attach type. */
const COMMON = 16;

/** Members that are there for some attach types, all laid over each other. */
const kind = (types: readonly number[], node: Node, more?: Condition, first = false): Omit<Field, 'name'> => {
  const of = oneOf(sibling('attach_type'), types);
  return field(node, { when: more ? both(of, more) : of, beyond: COMMON, overlay: !first });
};

/** A place in a list of programs: beside another one, in a list that has not changed since. */
const place = struct({ ...relative(outer('flags')), gap, expected_revision: x64 });

export const linkCreate = (): FieldSpec =>
  named('link_create', {
    prog_fd: fd,
    ...target(),
    attach_type: choice(g.bpf_attach_types),
    flags: flags(g.bpf_attach_flags),
    target_btf_id: kind(CGROUP, u32, noBit(sibling('flags'), PLACED), true),
    cgroup: kind(CGROUP, place, anyBit(sibling('flags'), PLACED)),
    tcx: kind(TCX, place),
    netkit: kind(NETKIT, place),
    tracing: kind(TRACING, struct({ target_btf_id: u32, gap, cookie: x64 })),
    perf_event: kind(PERF_EVENT, struct({ bpf_cookie: x64 })),
    kprobe_multi: kind(
      KPROBE_MULTI,
      struct({
        flags: flags(g.bpf_kprobe_multi_flags),
        cnt: u32,
        syms: given(texts(sibling('cnt'))),
        addrs: words(sibling('cnt')),
        cookies: words(sibling('cnt')),
      }),
    ),
    uprobe_multi: kind(
      UPROBE_MULTI,
      struct({
        path,
        offsets: words(sibling('cnt')),
        ref_ctr_offsets: words(sibling('cnt')),
        cookies: words(sibling('cnt')),
        cnt: u32,
        flags: flags(g.bpf_uprobe_multi_flags),
        pid: i32,
        path_fd: beyond(44, fd),
      }),
    ),
    netfilter: kind(NETFILTER, struct({ pf: u32, hooknum: u32, priority: i32, flags: flags(g.bpf_netfilter_flags) })),
    tracing_multi: kind(
      TRACING_MULTI,
      struct({ ids: given(array(u32, sibling('cnt'))), cookies: words(sibling('cnt')), cnt: u32 }),
    ),
    // The length counts bytes; it is taken for the number of elements, of which only the descriptor is known.
    iterator: {
      ...kind(
        ITERATOR,
        struct({
          iter_info: given(array(struct({ map: struct({ map_fd: fd }) }), sibling('iter_info_len'))),
          iter_info_len: u32,
        }),
      ),
      inline: true,
    },
  });

export const linkUpdate = (): FieldSpec =>
  named('link_update', {
    link_fd: fd,
    new_prog_fd: fd,
    flags: flags(g.bpf_attach_flags),
    old_prog_fd: field(fd, { when: anyBit(sibling('flags'), REPLACE) }),
    old_room: alsoThere(4),
  });

export const iterCreate = (): FieldSpec => named('iter_create', { link_fd: fd, flags: x32 });
export const linkDetach = (): FieldSpec => named('link_detach', { link_fd: fd });
