// Commands of btrfs that ask for features, devices and space, and that move data between devices (linux/btrfs.h).
import * as g from '../../constants/generated/btrfs.js';
import { device } from '../../decode/leaf/mode.js';
import { flagsTable } from '../../constants/table.js';
import { datedSeconds } from '../../decode/leaf/time.js';
import { uuid } from '../../decode/leaf/uuid.js';
import type { Renderer } from '../../decode/printer.js';
import { xlatPrinter } from '../../decode/xlat.js';
import {
  anyBit,
  array,
  atLeast,
  behind,
  byAbi,
  chars,
  choice,
  either,
  constant,
  equals,
  field,
  fixedArray,
  flags,
  format,
  hexArray,
  inout,
  input,
  output,
  padding,
  reserved,
  sibling,
  struct,
  u16,
  u32,
  u64,
} from '../../describe/combinators.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import type { Declaration } from './family.js';

const name = (size: number): Node => ({ ...chars(size), limit: 'path' });
const unlimited = choice(g.btrfs_limit, 8, 'u');
const deviceId = format(device, 8);

/** No bit of it has a name yet. */
const compatible = flagsTable('BTRFS_FEATURE_COMPAT_???', '');
const features = struct({
  compat_flags: flags(compatible, 8),
  compat_ro_flags: flags(g.btrfs_compatible_to_read, 8),
  incompat_flags: flags(g.btrfs_incompatible, 8),
});
/** Three sets, each with what it is for behind it. */
const supported: Renderer = ({ element }) => {
  const stride = 24;
  const uses = ['supported', 'safe to set', 'safe to clear'];
  return (c, s, at) => {
    uses.forEach((use, i) => {
      s.text(i === 0 ? '[' : ', ');
      element(c, s, at + i * stride, stride);
      s.text(` /* ${use} */`);
    });
    s.byte(93);
  };
};

const [CSUM_INFO, GENERATION, METADATA_UUID] = [1, 2, 4];
const information = () => {
  const having = (bit: number, node: Node) => field(node, { when: anyBit(sibling('flags'), bit) });
  return struct({
    max_id: u64,
    num_devices: u64,
    fsid: uuid,
    nodesize: u32,
    sectorsize: u32,
    clone_alignment: u32,
    csum_type: having(CSUM_INFO, choice(g.btrfs_checksums, 2)),
    csum_size: having(CSUM_INFO, u16),
    flags: flags(g.btrfs_information_flags, 8),
    generation: having(GENERATION, u64),
    metadata_uuid: having(METADATA_UUID, uuid),
    rest: padding(944),
  });
};

const deviceInformation = () =>
  inout(struct({ devid: deviceId, uuid: reserved(uuid), rest: padding(4072) }), {
    show: 'arrow',
    after: struct({
      devid: padding(8),
      uuid: reserved(uuid),
      bytes_used: u64,
      total_bytes: u64,
      unused: padding(3032),
      path: name(1024),
    }),
  });

/** Counters that are known; more of them are three points. */
const COUNTERS = 5;
const counters: Renderer = ({ style, named, offset }) => {
  const head = ['nr_items', 'flags'].map(named);
  const [count, first] = [offset('nr_items'), offset('values')];
  const index = xlatPrinter(g.btrfs_statistics, style, 4, 'd');
  return (c, s, at, length) => {
    head.forEach((print, i) => {
      s.text(i === 0 ? '{' : ', ');
      print(c, s, at, length);
    });
    s.text(', [');
    const n = c.u64(at + count);
    for (let i = 0; i < Math.min(n, COUNTERS); i++) {
      s.text(i === 0 ? '[' : ', [');
      index(c, s, i, 0);
      s.text(']=');
      s.decimal64(c.u32(at + first + 8 * i), c.u32(at + first + 8 * i + 4));
    }
    s.text(n > COUNTERS ? ', ...]}' : ']}');
  };
};
const statistics = () => {
  const items = { nr_items: u64, flags: flags(g.btrfs_statistics_flags, 8) };
  return inout(struct({ devid: deviceId, ...items, values: padding(1008) }), {
    show: 'arrow',
    after: struct(
      { devid: padding(8), ...items, values: fixedArray(u64, COUNTERS), rest: padding(968) },
      { render: counters },
    ),
  });
};

const space = () => {
  const one = struct({ flags: flags(g.btrfs_block_groups, 8), total_bytes: u64, used_bytes: u64 });
  return inout(struct({ space_slots: u64, total_spaces: padding(8) }), {
    show: 'arrow',
    after: struct({
      space_slots: field(u64, { hidden: true }),
      total_spaces: u64,
      spaces: behind(array(one, sibling('total_spaces')), {
        verboseOnly: true,
        // Without room the question is how many there are.
        when: either(atLeast(sibling('space_slots'), 1), equals(sibling('total_spaces'), 0)),
      }),
    }),
  });
};

const [DATA, SYSTEM, METADATA] = [1, 2, 4];
const balance = (state: boolean): MemoryNode => {
  const filters = struct({
    profiles: flags(g.btrfs_block_groups, 8),
    usage: unlimited,
    devid: deviceId,
    pstart: unlimited,
    pend: unlimited,
    vstart: unlimited,
    vend: unlimited,
    target: unlimited,
    flags: flags(g.btrfs_balance_filters, 8),
    rest: padding(64),
  });
  const of = (bit: number) => field(filters, { when: anyBit(sibling('flags'), bit) });
  return struct({
    flags: flags(g.btrfs_balance_flags, 8),
    state: field(flags(g.btrfs_balance_states, 8), { hidden: !state }),
    data: of(DATA),
    meta: of(METADATA),
    sys: of(SYSTEM),
    rest: padding(600),
  });
};

const scrub = (whole: boolean) => {
  const counts =
    'data_extents_scrubbed tree_extents_scrubbed data_bytes_scrubbed tree_bytes_scrubbed read_errors csum_errors verify_errors no_csum csum_discards super_errors malloc_errors uncorrectable_errors corrected_errors last_physical unverified_errors';
  const progress = struct(Object.fromEntries(counts.split(' ').map((key) => [key, u64])));
  const unless = { hidden: !whole };
  return inout(
    struct({
      devid: deviceId,
      start: field(u64, unless),
      end: field(unlimited, unless),
      flags: field(flags(g.btrfs_scrub_flags, 8), unless),
      rest: padding(992),
    }),
    { show: 'arrow', after: struct({ before: padding(32), progress, rest: padding(872) }) },
  );
};

/** `500 /* 50.0% *` + `/`. */
const thousandths = format(
  () => (_c, s, lo, hi) => {
    s.decimal64(lo, hi);
    if (hi === 0 && lo <= 1000) s.text(` /* ${Math.floor(lo / 10)}.${lo % 10}% */`);
  },
  8,
);
const [CMD_START, CMD_STATUS] = [0, 1];
const replace = () => {
  const command = choice(g.btrfs_replace_commands, 8);
  const start = struct({
    srcdevid: deviceId,
    cont_reading_from_srcdev_mode: choice(g.btrfs_replace_modes, 8),
    srcdev_name: name(1025),
    tgtdev_name: name(1025),
  });
  const status = struct({
    replace_state: choice(g.btrfs_replace_states, 8),
    progress_1000: thousandths,
    time_started: format(datedSeconds, 8),
    time_stopped: format(datedSeconds, 8),
    num_write_errors: u64,
    num_uncorrectable_read_errors: u64,
  });
  return inout(
    struct({
      cmd: command,
      result: padding(8),
      start: field(start, { when: equals(sibling('cmd'), CMD_START) }),
      rest: padding(512),
    }),
    {
      show: 'arrow',
      after: struct({
        cmd: field(command, { hidden: true }),
        result: choice(g.btrfs_replace_results, 8),
        status: field(status, { when: equals(sibling('cmd'), CMD_STATUS) }),
        rest: field(byAbi(hexArray(2536), hexArray(2532)), { hidden: true }),
      }),
    },
  );
};

export const deviceCommands = (): Record<string, Declaration> => ({
  BTRFS_IOC_GET_FEATURES: output(features),
  BTRFS_IOC_SET_FEATURES: input(array(features, constant(2), { whole: true })),
  BTRFS_IOC_GET_SUPPORTED_FEATURES: output(array(features, constant(3), { whole: true, render: supported })),
  BTRFS_IOC_FS_INFO: output(information()),
  BTRFS_IOC_DEV_INFO: deviceInformation(),
  BTRFS_IOC_GET_DEV_STATS: statistics(),
  BTRFS_IOC_SPACE_INFO: space(),
  BTRFS_IOC_BALANCE_V2: inout(balance(false), { show: 'arrow', after: balance(true), arrowAlways: true }),
  BTRFS_IOC_BALANCE_PROGRESS: output(balance(true)),
  BTRFS_IOC_SCRUB: scrub(true),
  BTRFS_IOC_SCRUB_PROGRESS: scrub(false),
  BTRFS_IOC_DEV_REPLACE: replace(),
});
