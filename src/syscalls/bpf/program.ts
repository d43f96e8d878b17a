// bpf(2): programs: load, attach, test, bind.
import * as g from '../../constants/generated/kernel.js';
import { compound } from '../../decode/leaf/compound.js';
import type { FieldSpec } from '../../describe/combinators.js';
import {
  address64,
  array,
  bytes,
  chars,
  choice,
  fd,
  flags,
  format,
  hexBytes,
  sibling,
  terminated,
  u32,
  u64,
  verbose,
  x32,
} from '../../describe/combinators.js';
import { alsoThere, beyond, given, ifindex, named, relative, target, text } from './attributes.js';
import { instruction } from './instruction.js';

/** `KERNEL_VERSION(6, 12, 13)` */
const kernelVersion = format(compound((lo) => `KERNEL_VERSION(${lo >>> 16}, ${(lo >>> 8) & 0xff}, ${lo & 0xff})`));

export const progLoad = (): FieldSpec => ({
  prog_type: choice(g.bpf_prog_types),
  insn_cnt: u32,
  insns: verbose(given(array(instruction, sibling('insn_cnt'))), address64),
  license: text,
  log_level: beyond(24, u32),
  log_size: beyond(24, u32),
  log_buf: beyond(24, given(terminated(sibling('log_size')))),
  kern_version: beyond(40, kernelVersion),
  prog_flags: beyond(44, flags(g.bpf_prog_flags)),
  prog_name: beyond(48, chars(16)),
  prog_ifindex: beyond(64, ifindex),
  expected_attach_type: beyond(68, choice(g.bpf_attach_types)),
  prog_btf_fd: beyond(72, fd),
  func_info_rec_size: beyond(72, u32),
  func_info: beyond(72, address64),
  func_info_cnt: beyond(72, u32),
  line_info_rec_size: beyond(72, u32),
  line_info: beyond(72, address64),
  line_info_cnt: beyond(72, u32),
  attach_btf_id: beyond(108, u32),
  attach_prog_fd: beyond(112, fd),
  core_relo_cnt: beyond(128, u32),
  core_relo_room: alsoThere(4, 112),
  fd_array: beyond(120, address64),
  core_relos: beyond(128, address64),
  core_relo_rec_size: beyond(128, u32),
  log_true_size: beyond(140, u32, { fresh: true }),
  prog_token_fd: beyond(144, fd),
  fd_array_cnt: beyond(148, u32),
  signature: beyond(152, given(hexBytes(sibling('signature_size')))),
  signature_size: beyond(152, u32),
  keyring_id: beyond(152, u32),
});

export const progAttach = (): FieldSpec => ({
  ...target(),
  attach_bpf_fd: fd,
  attach_type: choice(g.bpf_attach_types),
  attach_flags: flags(g.bpf_attach_flags),
  replace_bpf_fd: beyond(16, fd),
  ...relative(sibling('attach_flags'), { beyond: 20 }),
  expected_revision: beyond(20, u64),
});

export const progTestRun = (): FieldSpec =>
  named('test', {
    prog_fd: fd,
    retval: u32,
    data_size_in: u32,
    data_size_out: u32,
    data_in: address64,
    data_out: address64,
    repeat: u32,
    duration: u32,
    ctx_size_in: beyond(40, u32),
    ctx_size_out: beyond(40, u32),
    ctx_in: beyond(40, address64),
    ctx_out: beyond(40, address64),
    flags: beyond(64, flags(g.bpf_test_run_flags)),
    cpu: beyond(64, u32),
    batch_size: beyond(72, u32),
  });

export const progBindMap = (): FieldSpec => named('prog_bind_map', { prog_fd: fd, map_fd: fd, flags: x32 });

export const progAssociate = (): FieldSpec => named('prog_assoc_struct_ops', { map_fd: fd, prog_fd: fd, flags: x32 });

export const progStream = (): FieldSpec =>
  named('prog_stream_read', {
    stream_buf: given(bytes(sibling('stream_buf_len'))),
    stream_buf_len: u32,
    stream_id: u32,
    prog_fd: fd,
  });
