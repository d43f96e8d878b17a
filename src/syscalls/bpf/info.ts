// What BPF_OBJ_GET_INFO_BY_FD tells of maps and programs: struct bpf_map_info, struct bpf_prog_info of linux/bpf.h.
import * as g from '../../constants/generated/kernel.js';
import { device } from '../../decode/leaf/mode.js';
import { printDate } from '../../decode/leaf/time.js';
import { bootTime } from '../../decode/leaf/boot-time.js';
import type { ScalarFormat } from '../../decode/printer.js';
import type { FieldSpec } from '../../describe/combinators.js';
import {
  address64,
  array,
  before,
  chars,
  choice,
  dividedBy,
  field,
  flags,
  format,
  hexArray,
  hexBytes,
  least,
  output,
  sibling,
  u32,
  u64,
  versioned,
} from '../../describe/combinators.js';
import type { StructNode } from '../../describe/node.js';
import { beyond, given, ifindex, written } from './attributes.js';
import { instruction } from './instruction.js';

const PAGE = 4096;
const NANOSECONDS = 1e9;

/** As much of it as the caller has room for. */
const info = (fields: FieldSpec, order?: readonly string[]): StructNode =>
  versioned(fields, { size: sibling('info_len'), minimum: 1, maximum: PAGE }, { order });

/** Nanoseconds since the machine was started, with the date. */
const loadTime: ScalarFormat = (style) => {
  if (style.constants === 'raw') return (_c, s, lo, hi) => s.decimal64(lo, hi);
  const start = bootTime();
  return (_c, s, lo, hi) => {
    s.decimal64(lo, hi);
    printDate(s, Math.floor(start + (hi * 4294967296 + lo) / NANOSECONDS), 0);
  };
};

const u64Device = format(device, 8);

export const mapInfo = (): StructNode =>
  info({
    type: choice(g.bpf_map_types),
    id: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    map_flags: flags(g.bpf_map_flags),
    name: beyond(24, chars(16)),
    ifindex: beyond(40, ifindex),
    btf_vmlinux_value_type_id: beyond(40, u32),
    netns_dev: beyond(40, u64Device),
    netns_ino: beyond(40, u64),
    btf_id: beyond(64, u32),
    btf_key_type_id: beyond(64, u32),
    btf_value_type_id: beyond(64, u32),
    btf_vmlinux_id: beyond(76, u32),
    map_extra: beyond(80, u64),
    hash: beyond(88, address64),
    hash_size: beyond(88, u32),
  });

/** As many as there was room for, and as there are. */
const filled = (count: string) => least(sibling(count), before(count));

export const progInfo = (): StructNode => {
  const fields: FieldSpec = {
    type: choice(g.bpf_prog_types),
    id: u32,
    tag: hexArray(8),
    jited_prog_len: written(u32),
    xlated_prog_len: written(u32),
    jited_prog_insns: given(hexBytes(sibling('jited_prog_len'))),
    xlated_prog_insns: output(array(instruction, dividedBy(filled('xlated_prog_len'), 8)), { wide: true }),
    load_time: beyond(40, format(loadTime, 8)),
    created_by_uid: beyond(40, u32),
    nr_map_ids: written(u32, { beyond: 40 }),
    map_ids: beyond(40, output(array(u32, filled('nr_map_ids')), { wide: true })),
    name: beyond(40, chars(16)),
    ifindex: beyond(80, ifindex),
    gpl_compatible: field(u32, { beyond: 80, bits: [0, 1] }),
    netns_dev: beyond(80, u64Device),
    netns_ino: beyond(80, u64),
    nr_jited_ksyms: written(u32, { beyond: 104 }),
    nr_jited_func_lens: written(u32, { beyond: 104 }),
    jited_ksyms: beyond(104, address64),
    jited_func_lens: beyond(104, address64),
    btf_id: beyond(128, u32),
    func_info_rec_size: written(u32, { beyond: 128 }),
    func_info: beyond(128, address64),
    nr_func_info: written(u32, { beyond: 128 }),
    nr_line_info: written(u32, { beyond: 128 }),
    line_info: beyond(128, address64),
    jited_line_info: beyond(128, address64),
    nr_jited_line_info: written(u32, { beyond: 128 }),
    line_info_rec_size: written(u32, { beyond: 128 }),
    jited_line_info_rec_size: written(u32, { beyond: 128 }),
    nr_prog_tags: written(u32, { beyond: 128 }),
    prog_tags: beyond(128, address64),
    run_time_ns: beyond(192, u64),
    run_cnt: beyond(192, u64),
    recursion_misses: beyond(208, u64),
    verified_insns: beyond(216, u32),
    attach_btf_obj_id: beyond(220, u32),
    attach_btf_id: beyond(220, u32),
  };
  // The length of the instructions stands before them, not where it is in memory.
  const order = Object.keys(fields).filter((name) => name !== 'xlated_prog_len');
  order.splice(order.indexOf('xlated_prog_insns'), 0, 'xlated_prog_len');
  return info(fields, order);
};
