// perf_event_open(2): the attributes of an event, as long as they say themselves (struct perf_event_attr).
import * as g from '../constants/generated/kernel.js';
import { clock_ids } from '../constants/generated/time.js';
import type { ConstantTable } from '../constants/table.js';
import type { ScalarFormat } from '../decode/printer.js';
import type { Style } from '../decode/style.js';
import { constantText, hexText, memoised } from '../decode/xlat.js';
import type { FieldSpec } from '../describe/combinators.js';
import {
  anyBit,
  call,
  choice,
  differs,
  equals,
  fd,
  field,
  flags,
  format,
  i32,
  inout,
  match,
  noBit,
  ownSize,
  padding,
  returns,
  sibling,
  struct,
  u16,
  u32,
  u64,
  verbose,
  versioned,
  x16,
  x32,
  x64,
} from '../describe/combinators.js';
import type { Condition, Field, MemoryNode, Node, StructNode } from '../describe/node.js';
import type { Family } from './index.js';

/** Types and sample types of linux/perf_event.h that decide what other members mean. */
const TYPE = { HARDWARE: 0, SOFTWARE: 1, TRACEPOINT: 2, HW_CACHE: 3, BREAKPOINT: 5 } as const;
const SAMPLE_BRANCH_STACK = 0x800;
const SAMPLE_STACK_USER = 0x2000;

const named = (table: ConstantTable, style: Style, value: number): string =>
  constantText(table, style.abi, style.constants, value, 0, 4);
/** The upper half of a configuration, when it is not empty: of which unit the event is. */
const unit = (hi: number): string => (hi === 0 ? '' : `${hexText(hi, 0)}<<32|`);

/** `0x8<<32|PERF_COUNT_HW_INSTRUCTIONS` */
const hardware: ScalarFormat = (style) => memoised((lo, hi) => unit(hi) + named(g.perf_hardware, style, lo));

/** `PERF_COUNT_HW_CACHE_RESULT_MISS<<16|PERF_COUNT_HW_CACHE_OP_READ<<8|PERF_COUNT_HW_CACHE_LL` */
const cache: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const rest = lo >>> 24 === 0 ? '' : `${hexText(lo >>> 24, 0)}<<24|`;
    const result = named(g.perf_cache_results, style, (lo >>> 16) & 0xff);
    const operation = named(g.perf_cache_ops, style, (lo >>> 8) & 0xff);
    return `${unit(hi)}${rest}${result}<<16|${operation}<<8|${named(g.perf_caches, style, lo & 0xff)}`;
  });

/** Kinds of breakpoints; those of hw_breakpoint.h that make no sense together have one name, as a comment. */
const breakpoint: ScalarFormat = (style) =>
  memoised((lo) =>
    lo > 4 && lo < 8 && style.constants !== 'raw'
      ? `${hexText(lo, 0)} /* HW_BREAKPOINT_INVALID */`
      : named(g.perf_breakpoints, style, lo),
  );

const SKIDS = ['arbitrary skid', 'constant skid', 'requested to have 0 skid', 'must have 0 skid'];
const skid: ScalarFormat = () => (_c, s, lo) => s.text(`${lo} /* ${SKIDS[lo]} */`);

/** Bits without a name, and where they are. */
const unnamedBits = (where: string): ScalarFormat => {
  const comment = ` /* Bits ${where} */`;
  return () => (_c, s, lo) => {
    s.hex(lo);
    s.text(comment);
  };
};

/** Bits of the word of flags, from the lowest; precise_ip has two. */
const FLAGS =
  'disabled inherit pinned exclusive exclude_user exclude_kernel exclude_hv exclude_idle mmap comm freq inherit_stat ' +
  'enable_on_exec task watermark precise_ip - mmap_data sample_id_all exclude_host exclude_guest ' +
  'exclude_callchain_kernel exclude_callchain_user mmap2 comm_exec use_clockid context_switch write_backward ' +
  'namespaces ksymbol bpf_event aux_output cgroup text_poke build_id inherit_thread remove_on_exec sigtrap';
const FREQUENCY = 1 << 10;
const WATERMARK = 1 << 14;
const CLOCK = 1 << 25;
/** The first bit that has no name. */
const RESERVED = 38;

/** The flags, each a member of its own; `all`: those that are off, too. */
const flagFields = (all: boolean): FieldSpec => {
  const fields: Record<string, Omit<Field, 'name'>> = { bits: { node: u64, hidden: true } };
  const bit = (name: string, node: Node, shift: number, width: number, ifSet: boolean): void => {
    fields[name] = field(node, { bits: [shift, width], overlay: true, ifSet });
  };
  FLAGS.split(' ').forEach((name, shift) => {
    if (name === 'precise_ip') bit(name, format(skid, 8), shift, 2, false);
    else if (name !== '-') bit(name, u64, shift, 1, !all);
  });
  bit('__reserved_1', format(unnamedBits('63..38'), 8), RESERVED, 64 - RESERVED, true);
  return fields;
};

/** One of two members in the same place, by a bit or by the type. */
const either = (when: Condition, one: FieldSpec, otherwise: Condition, other: FieldSpec): FieldSpec => {
  const [[oneName, oneNode], [otherName, otherNode]] = [Object.entries(one)[0], Object.entries(other)[0]];
  return {
    [oneName]: field(oneNode as Node, { when }),
    [otherName]: field(otherNode as Node, { when: otherwise, overlay: true }),
  };
};
const byBit = (bit: number, one: FieldSpec, other: FieldSpec): FieldSpec =>
  either(anyBit(sibling('bits'), bit), one, noBit(sibling('bits'), bit), other);

const beyond = (bytes: number, node: Node, more: Partial<Field> = {}): Omit<Field, 'name'> =>
  field(node, { beyond: bytes, ...more });
const isBreakpoint = equals(sibling('type'), TYPE.BREAKPOINT);
const isOther = differs(sibling('type'), TYPE.BREAKPOINT);

/** What is shown of every event. */
const common = (all: boolean): FieldSpec => ({
  type: choice(g.perf_types),
  size: field(choice(g.perf_sizes), { changed: true }),
  config: match(
    sibling('type'),
    {
      [TYPE.HARDWARE]: format(hardware, 8),
      [TYPE.SOFTWARE]: choice(g.perf_software, 8),
      [TYPE.TRACEPOINT]: u64,
      [TYPE.HW_CACHE]: format(cache, 8),
    },
    x64,
  ),
  ...byBit(FREQUENCY, { sample_freq: u64 }, { sample_period: u64 }),
  sample_type: flags(g.perf_sample_types, 8),
  read_format: flags(g.perf_read_formats, 8),
  ...flagFields(all),
});

/** The depth of call chains, and the two bytes behind it when they are there and not zero. */
const maxStack = struct(
  { depth: u16, __reserved_2: x16 },
  {
    render:
      ({ field: value, offset }) =>
      (c, s, at, length) => {
        value('depth')(c, s, at, length);
        const reserved = offset('__reserved_2');
        if (length <= reserved || c.u16(at + reserved) === 0) return;
        s.text(' /* bytes 110..111: ');
        value('__reserved_2')(c, s, at, length);
        s.text(' */');
      },
  },
);

/** What is shown with `-v`. */
const details = (): FieldSpec => ({
  ...byBit(WATERMARK, { wakeup_watermark: u32 }, { wakeup_events: u32 }),
  bp_type: field(format(breakpoint), { when: isBreakpoint }),
  bp_addr: field(x64, { when: isBreakpoint }),
  config1: field(x64, { when: isOther, overlay: true }),
  bp_len: beyond(64, u64, { when: isBreakpoint }),
  config2: beyond(64, x64, { when: isOther, overlay: true }),
  branch_sample_type: beyond(72, flags(g.perf_branch_types, 8), {
    when: anyBit(sibling('sample_type'), SAMPLE_BRANCH_STACK),
  }),
  sample_regs_user: beyond(80, x64),
  sample_stack_user: beyond(88, x32, { when: anyBit(sibling('sample_type'), SAMPLE_STACK_USER) }),
  clockid: beyond(92, choice(clock_ids), { when: anyBit(sibling('bits'), CLOCK) }),
  sample_regs_intr: beyond(96, x64),
  aux_watermark: beyond(104, u32),
  sample_max_stack: beyond(108, maxStack),
  aux_sample_size: beyond(112, u32),
  aux_action: { ...padding(4) },
  aux_start_paused: beyond(116, u32, { bits: [0, 1], overlay: true }),
  aux_pause: beyond(116, u32, { bits: [1, 1], overlay: true }),
  aux_resume: beyond(116, u32, { bits: [2, 1], overlay: true }),
  __reserved_3: beyond(116, format(unnamedBits('931..959')), { bits: [3, 29], overlay: true, ifSet: true }),
  sig_data: beyond(120, x64),
  config3: beyond(128, x64),
  config4: beyond(136, x64),
});

/** PERF_ATTR_SIZE_VER0 of linux/perf_event.h: the first layout, and the one that a size of zero stands for. */
const FIRST = 64;

const attributes = (fields: FieldSpec, shortened: boolean): StructNode =>
  versioned(fields, { size: ownSize('size'), zeroMeans: FIRST, minimum: FIRST, excess: 'dots' }, { shortened });

/** The attributes of an event; with `-v` all of them. */
export const eventAttributes = (): MemoryNode =>
  verbose(attributes({ ...common(true), ...details() }, false), attributes(common(false), true));

export const perf: Family = {
  perf_event_open: () =>
    call(
      {
        attr: inout(eventAttributes(), { show: 'entry', changesIf: 'readable' }),
        pid: i32,
        cpu: i32,
        group_fd: fd,
        flags: flags(g.perf_open_flags, 'long'),
      },
      returns.fd,
    ),
};
