// bpf(2): what all kinds of objects have: pinning, ids, information; and BTF, tracepoints, tokens, queries.
import * as g from '../../constants/generated/kernel.js';
import type { FieldSpec } from '../../describe/combinators.js';
import {
  address64,
  arg,
  array,
  atLeast,
  before,
  bytes,
  choice,
  constant,
  dirfd,
  fd,
  field,
  flags,
  i32,
  inout,
  least,
  link,
  linkKey,
  match,
  output,
  padding,
  sibling,
  terminated,
  u32,
  verbose,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { alsoThere, beyond, gap, given, named, path, target, text, written } from './attributes.js';
import { mapInfo, progInfo } from './info.js';

export const objectPin = (): FieldSpec => ({
  pathname: path,
  bpf_fd: fd,
  file_flags: beyond(12, flags(g.bpf_file_flags)),
  path_fd: beyond(16, dirfd),
});

export const nextId = (): FieldSpec => ({ start_id: u32, next_id: written(u32) });

export const progById = (): FieldSpec => ({ prog_id: u32 });
export const linkById = (): FieldSpec => ({ link_id: u32 });
export const mapById = (): FieldSpec => ({
  map_id: u32,
  next_id: padding(4),
  open_flags: beyond(8, flags(g.bpf_open_flags)),
});
export const btfById = (): FieldSpec => ({
  btf_id: u32,
  next_id: padding(4),
  open_flags: beyond(8, flags(g.bpf_open_flags)),
  fd_by_id_token_fd: beyond(8, fd),
});

/** What is known of an object depends on its kind, and that on what the descriptor stands for. */
export const objectInfo = (): FieldSpec => {
  const wide = { wide: true, evenOnError: true } as const;
  const kinds: [number, Node][] = [
    [linkKey('anon_inode:bpf-map'), inout(mapInfo(), wide)],
    [linkKey('anon_inode:bpf-prog'), inout(progInfo(), wide)],
  ];
  return named('info', {
    bpf_fd: fd,
    info_len: written(u32),
    info: verbose(match(link(sibling('bpf_fd')), kinds, address64), address64),
  });
};

export const progQuery = (): FieldSpec =>
  named('query', {
    ...target(),
    attach_type: choice(g.bpf_attach_types),
    query_flags: flags(g.bpf_query_flags),
    attach_flags: flags(g.bpf_attach_flags),
    prog_ids: field(
      match(
        sibling('prog_cnt'),
        { 0: given(array(u32, constant(0))) },
        output(array(u32, sibling('prog_cnt')), { wide: true }),
      ),
      { fresh: 'value' },
    ),
    prog_cnt: written(u32),
    gap,
    prog_attach_flags: beyond(32, address64),
    link_ids: beyond(40, address64),
    link_attach_flags: beyond(40, address64),
    revision: beyond(40, x64),
  });

export const rawTracepoint = (): FieldSpec =>
  named('raw_tracepoint', {
    name: text,
    prog_fd: fd,
    gap,
    cookie: field(x64, { when: atLeast(arg('size'), 24) }),
    cookie_room: alsoThere(8),
  });

export const btfLoad = (): FieldSpec => ({
  btf: given(bytes(sibling('btf_size'))),
  btf_log_buf: address64,
  btf_size: u32,
  btf_log_size: u32,
  btf_log_level: u32,
  btf_log_true_size: beyond(28, u32, { fresh: true }),
  btf_flags: beyond(28, flags(g.bpf_file_flags)),
  btf_token_fd: beyond(28, fd),
});

export const taskFdQuery = (): FieldSpec =>
  named('task_fd_query', {
    pid: i32,
    fd,
    flags: u32,
    buf_len: written(u32),
    buf: given(terminated(least(sibling('buf_len'), before('buf_len')))),
    prog_id: u32,
    fd_type: choice(g.bpf_fd_types),
    probe_offset: x64,
    probe_addr: x64,
  });

export const enableStats = (): FieldSpec => named('enable_stats', { type: choice(g.bpf_stats_types) });
export const tokenCreate = (): FieldSpec => named('token_create', { flags: x32, bpffs_fd: fd });
