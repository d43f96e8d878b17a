// Commands of btrfs that look into its trees, and that send and receive (linux/btrfs.h, linux/btrfs_tree.h).
import * as g from '../../constants/generated/btrfs.js';
import { printDateAt } from '../../decode/leaf/time.js';
import { uuid } from '../../decode/leaf/uuid.js';
import type { Renderer } from '../../decode/printer.js';
import { quote } from '../../decode/quote.js';
import type { Cursor } from '../../record/cursor.js';
import type { Sink } from '../../decode/sink.js';
import { xlatPrinter } from '../../decode/xlat.js';
import {
  address,
  address64,
  array,
  times,
  behind,
  blob,
  chars,
  choice,
  constant,
  before,
  equals,
  fd,
  field,
  fixedArray,
  flags,
  inout,
  input,
  padding,
  reserved,
  sibling,
  struct,
  succeeded,
  u32,
  u64,
  verbose,
  x64,
} from '../../describe/combinators.js';
import type { Node, Ref } from '../../describe/node.js';
import type { Declaration } from './family.js';

const EOVERFLOW = 75;

const object = choice(g.btrfs_objects, 8, 'u');
const unlimited = choice(g.btrfs_limit, 8, 'u');
const keyType = choice(g.btrfs_key_types, 4, 'u');
const name = (size: number): Node => ({ ...chars(size), limit: 'path' });

/** The first and the last object that files have, in halves. */
const FIRST_FREE = [0, 256] as const;
const LAST_FREE = [0xffffffff, 0xffffff00] as const;
/** Offset of the number of items from the start of a search, and size of the header of each. */
const [ITEMS, HEADER] = [64, 32];
/** Bytes of a key, and of the room behind it that a search without a size has. */
const [KEY, BUFFER] = [104, 3992];
/** Most bytes of results that are read. */
const RESULTS = 65536;

/** What was found: headers, each with as many bytes behind it as it says. `items`: how many there are. */
const headers =
  (items: () => number, room: () => number, start: number): Renderer =>
  ({ style, address: place }) => {
    const objectid = xlatPrinter(g.btrfs_objects, style, 8, 'u');
    const type = xlatPrinter(g.btrfs_key_types, style, 4, 'u');
    return (c, s, at, length) => {
      const count = items();
      s.byte(91);
      let from = 0;
      for (let i = 0; i < count; i++) {
        if (i > 0) s.text(', ');
        if (from + HEADER > length) {
          s.text('...');
          // The end of the room is no address, what could not be read is.
          if (from + HEADER <= room()) {
            s.text(' /* ');
            hexNumber(s, c.addressHi[place] * 4294967296 + c.addressLo[place] + start + from);
            s.text(' */');
          }
          break;
        }
        const here = at + from;
        s.text('{transid=');
        s.decimal64(c.u32(here), c.u32(here + 4));
        s.text(', objectid=');
        objectid(c, s, c.u32(here + 8), c.u32(here + 12));
        s.text(', offset=');
        s.decimal64(c.u32(here + 16), c.u32(here + 20));
        s.text(', type=');
        type(c, s, c.u32(here + 24), 0);
        s.text(', len=');
        s.decimal(c.u32(here + 28));
        s.byte(125);
        from += HEADER + c.u32(here + 28);
      }
      s.byte(93);
    };
  };

const keyFields: readonly (readonly [name: string, node: Node])[] = [
  ['tree_id', object],
  ['min_objectid', object],
  ['max_objectid', object],
  ['min_offset', unlimited],
  ['max_offset', unlimited],
  ['min_transid', unlimited],
  ['max_transid', unlimited],
  ['min_type', keyType],
  ['max_type', keyType],
  ['nr_items', u32],
];
/** Abbreviated, a search from the first object on, or up to the last one, does not say so. */
const keyParts: Renderer = ({ style, named, offset }) => {
  const parts = keyFields.map(([field]) => named(field));
  const [from, to] = ['min_objectid', 'max_objectid'].map(offset);
  const is = (c: Cursor, at: number, [hi, lo]: readonly [number, number]) => c.u32(at) === lo && c.u32(at + 4) === hi;
  return (c, s, at, length) => {
    s.byte(123);
    parts.forEach((part, i) => {
      if (style.abbrev && i === 1 && is(c, at + from, FIRST_FREE)) return;
      if (style.abbrev && i === 2 && is(c, at + to, LAST_FREE)) return;
      if (i > 0) s.text(', ');
      part(c, s, at, length);
    });
    s.byte(125);
  };
};

const search = (second: boolean) => {
  const key = struct({ ...Object.fromEntries(keyFields), rest: padding(36) }, { render: keyParts });
  let items = 0;
  let room = BUFFER;
  /** The number of items stands in the structure, the items may not. */
  const counted: Renderer =
    ({ plain }) =>
    (c, s, at, length) => {
      items = c.u32(at + ITEMS);
      if (second) room = c.u64(at + KEY);
      plain(c, s, at, length);
    };
  const render = headers(
    () => items,
    () => room,
    second ? KEY + 8 : KEY,
  );
  const answer = field(struct({ before: padding(ITEMS), nr_items: u32, rest: padding(36) }), { when: succeeded });
  const results = (length: Ref) =>
    behind(blob(length, RESULTS, render, { partial: true }), { verboseOnly: true, when: succeeded });
  return inout(struct(second ? { key, buf_size: u64 } : { key }), {
    show: 'arrow',
    orAfterError: second ? EOVERFLOW : undefined,
    after: second
      ? struct({ key: answer, buf_size: u64, buf: results(sibling('buf_size')) }, { render: counted })
      : struct({ key: answer, buf: results(constant(BUFFER)) }, { render: counted }),
  });
};

const containerFields = { bytes_left: u32, bytes_missing: u32, elem_cnt: u32, elem_missed: u32 };
/** Bytes in front of the elements of a container: of its size they are part. */
const CONTAINER = 16;
/** Most bytes of a container that are read. */
const CONTENTS = 65536;
/** The same of one with paths, wherever they may be: the kernel answers no more than a page. */
const PATHS = 16384;

/** For the printer of the elements, which are read on their own: how many there are, by the structure in front of them. */
function counting(): { readonly count: () => number; readonly counted: Renderer } {
  let count = 0;
  return {
    count: () => count,
    counted: ({ plain, offset }) => {
      const place = offset('elem_cnt');
      return (c, s, at, length) => {
        count = c.u32(at + place);
        plain(c, s, at, length);
      };
    },
  };
}
const firstElement = (c: Cursor, place: number): number =>
  c.addressHi[place] * 4294967296 + c.addressLo[place] + CONTAINER;
const hexNumber = (s: Sink, value: number): void => {
  s.hex64(value >>> 0, Math.floor(value / 4294967296) >>> 0);
};

/** An address and a distance of any size, as they add up in 64 bits. */
const sumOf = (s: Sink, base: number, lo: number, hi: number): void => {
  const low = (base >>> 0) + lo;
  const high = Math.floor(base / 4294967296) + hi + (low > 0xffffffff ? 1 : 0);
  s.hex64(low >>> 0, high >>> 0);
};

/** Elements that are paths: numbers of bytes from the first of them to where each path stands, behind them all. */
const pathContainer = () => {
  const { count, counted } = counting();
  const paths: Renderer =
    ({ style, address: place }) =>
    (c, s, at, length) => {
      const base = firstElement(c, place);
      s.byte(91);
      for (let i = 0; i < count(); i++) {
        if (i > 0) s.text(', ');
        if (8 * i + 8 > length) {
          s.text('... /* ');
          hexNumber(s, base + 8 * i);
          s.text(' */');
          break;
        }
        const distance = c.u64(at + 8 * i);
        const end = distance < length ? c.bytes.indexOf(0, at + distance) : -1;
        if (end < 0 || end >= at + length) sumOf(s, base, c.u32(at + 8 * i), c.u32(at + 8 * i + 4));
        else quote(s, c.bytes, at + distance, end - at - distance, style.hex, false);
      }
      s.byte(93);
    };
  const all = blob(constant(PATHS), PATHS, paths, { partial: true });
  return struct({ ...containerFields, val: behind(all, { verboseOnly: true }) }, { render: counted });
};

/** Elements that come in threes. */
const inodeContainer = () => {
  const { count, counted } = counting();
  const triples: Renderer =
    ({ address: place }) =>
    (c, s, at, length) => {
      s.byte(91);
      for (let i = 0; i < Math.floor(count() / 3); i++) {
        const from = 24 * i;
        if (i > 0) s.text(', ');
        if (from + 24 > length) {
          s.text('... /* ');
          hexNumber(s, firstElement(c, place) + from);
          s.text(' */');
          break;
        }
        ['{inum=', ', offset=', ', root='].forEach((label, k) => {
          s.text(label);
          s.decimal64(c.u32(at + from + 8 * k), c.u32(at + from + 8 * k + 4));
        });
        s.byte(125);
      }
      s.byte(93);
    };
  const all = blob(times(sibling('elem_cnt'), 8), CONTENTS, triples, { partial: true });
  return struct({ ...containerFields, val: behind(all, { verboseOnly: true }) }, { render: counted });
};

/** Sends and receives. */
const send = () =>
  input(
    struct({
      send_fd: { ...fd, size: 8 },
      clone_sources_count: u64,
      clone_sources: verbose(input(array(object, sibling('clone_sources_count'))), address),
      parent_root: object,
      flags: flags(g.btrfs_send_flags, 8),
      rest: padding(32),
    }),
  );

const time = struct(
  { sec: u64, nsec: u32 },
  {
    render: ({ plain, offset }) => {
      const nsec = offset('nsec');
      return (c, s, at, length) => {
        plain(c, s, at, length);
        printDateAt(c, s, at, 8, c.u32(at + nsec));
      };
    },
  },
);
const received = () =>
  inout(
    struct({
      uuid,
      stransid: u64,
      rtransid: padding(8),
      stime: time,
      rtime: field(time, { hidden: true }),
      flags: u64,
      rest: padding(128),
    }),
    {
      show: 'arrow',
      after: struct({
        before: padding(24),
        rtransid: u64,
        stime: field(time, { hidden: true }),
        rtime: time,
        rest: padding(136),
      }),
    },
  );

export const searchCommands = (): Record<string, Declaration> => ({
  BTRFS_IOC_TREE_SEARCH: search(false),
  BTRFS_IOC_TREE_SEARCH_V2: search(true),
  BTRFS_IOC_INO_LOOKUP: inout(struct({ treeid: object, objectid: object, name: padding(4080) }), {
    show: 'arrow',
    // A tree that was not named is told.
    after: struct({
      treeid: field(object, { when: equals(before('treeid'), 0) }),
      objectid: padding(8),
      name: name(4080),
    }),
  }),
  BTRFS_IOC_INO_PATHS: inout(struct({ inum: u64, size: u64, rest: padding(32), fspath: address64 }), {
    show: 'arrow',
    after: struct({
      inum: padding(8),
      size: padding(8),
      rest: padding(32),
      fspath: input(pathContainer(), { wide: true }),
    }),
  }),
  BTRFS_IOC_LOGICAL_INO: inout(
    struct({
      logical: u64,
      size: u64,
      reserved: reserved(fixedArray(x64, 3)),
      flags: flags(g.btrfs_lookup_flags, 8),
      inodes: address64,
    }),
    {
      show: 'arrow',
      after: struct({ before: padding(48), inodes: input(inodeContainer(), { wide: true }) }),
    },
  ),
  BTRFS_IOC_SEND: send(),
  BTRFS_IOC_SET_RECEIVED_SUBVOL: received(),
});
