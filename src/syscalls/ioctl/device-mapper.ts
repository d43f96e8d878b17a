// Commands of the device mapper (linux/dm-ioctl.h): a header, and what the command is about behind it.
import * as g from '../../constants/generated/dm.js';
import { device } from '../../decode/leaf/mode.js';
import type { Renderer } from '../../decode/printer.js';
import {
  atLeast,
  behind,
  blob,
  chars,
  derefAt,
  fixedArray,
  flags,
  format,
  inout,
  lessBy,
  padding,
  sibling,
  struct,
  u32,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Payload } from './device-mapper-data.js';
import { dependencies, message, names, targets, text, versions } from './device-mapper-data.js';
import type { Declaration, IoctlFamily } from './family.js';

/** Bytes of struct dm_ioctl in front of the room at its end: what the caller must give at least. */
const HEADER = 305;
/** Where it says how much it gives, and the least of that with which it is looked at. */
const [SIZE_AT, LEAST] = [12, 12];
/** Most bytes behind it that are read. */
const DATA = 65536;
/** The one version of the interface that there has been. */
const MAJOR = 4;
const SUSPEND_FLAG = 2;
const DATA_OUT_FLAG = 0x10000;

/** What of the header a command looks at, and what stands behind it. */
interface Form {
  /** It says where the data begin. */
  readonly start?: boolean;
  /** It names no device. */
  readonly anonymous?: boolean;
  readonly event?: 'always' | 'resumed';
  readonly targets?: boolean;
  readonly given?: Payload;
  readonly answered?: Payload;
  /** The answer counts targets, users and events. */
  readonly counts?: boolean;
  /** Data only come back when this flag says so. */
  readonly flag?: number;
}

/** One state of the header: as it was given, or as it came back. */
const state =
  (form: Form, back: boolean, found: Found): Renderer =>
  ({ style, named, field: value, offset, address }) => {
    const names = [...FIELDS];
    const part = Object.fromEntries(names.map((name) => [name, named(name)]));
    const places = Object.fromEntries(names.map((name) => [name, offset(name)]));
    const payload = back ? form.answered : form.given;
    const rest = payload && !style.abbrev ? value('data') : undefined;
    return (c, s, at, length) => {
      const number = (name: string): number => c.u32(at + places[name]);
      // After a failure a second state is worth to be shown when the kernel has changed one of these.
      const old = c.changedBase;
      const { entry } = c;
      if (back && c.failed && entry && old >= 0) {
        const watched = [0, 4, 8, ...['data_size', 'data_start', 'flags'].map((name) => places[name])];
        if (watched.every((o) => entry.u32(old + o) === c.u32(at + o))) return;
      }
      const print = (name: string): void => {
        s.text(', ');
        part[name](c, s, at, length);
      };
      s.text('[{');
      part.version(c, s, at, length);
      if (number('version') !== MAJOR) {
        s.text(' /* unsupported device mapper ABI version */}]');
        return;
      }
      print('data_size');
      if (number('data_size') < HEADER) {
        s.text(' /* data_size too small */}]');
        return;
      }
      if (form.start) print('data_start');
      if (!form.anonymous) {
        if (number('dev') !== 0 || c.u32(at + places.dev + 4) !== 0) print('dev');
        if (c.bytes[at + places.name] !== 0) print('name');
        if (c.bytes[at + places.uuid] !== 0) print('uuid');
      }
      const counted = back && form.counts && !c.failed;
      if (counted || (!back && form.targets)) print('target_count');
      if (counted) print('open_count');
      const event = form.event === 'always' || (form.event === 'resumed' && !(number('flags') & SUSPEND_FLAG));
      if (counted || (!back && event)) print('event_nr');
      print('flags');
      s.byte(125);
      const flagged = !form.flag || !back || (number('flags') & form.flag) !== 0;
      if (payload && flagged && !(back && c.failed)) {
        const [start, size, count] = ['data_start', 'data_size', 'target_count'].map(number);
        if (!rest) {
          const some = payload === targets ? count > 0 : payload === text || start !== size;
          if (some) s.text(', ...');
        } else {
          found.length = 0;
          const mark = s.pos;
          rest(c, s, at, length);
          s.rewind(mark);
          const bytes = new Uint8Array(HEADER + found.length);
          bytes.set(c.bytes.subarray(at, at + HEADER));
          bytes.set(c.bytes.subarray(found.at, found.at + found.length), HEADER);
          const base = c.addressHi[address] * 4294967296 + c.addressLo[address];
          payload(c, s, { bytes, base, start, size, count, back, style });
        }
      }
      s.byte(93);
    };
  };

/** Where the data were found by their own capture. */
interface Found {
  at: number;
  length: number;
}
const FIELDS = 'version data_size data_start dev name uuid target_count open_count event_nr flags'.split(' ');
const name = (size: number): Node => ({ ...chars(size), limit: 'path' });
const header = (form: Form, back: boolean) => {
  const found: Found = { at: 0, length: 0 };
  const remember: Renderer = () => (_c, _s, at, length) => {
    found.at = at;
    found.length = length;
  };
  return struct(
    {
      version: fixedArray(u32, 3),
      data_size: u32,
      data_start: u32,
      target_count: u32,
      open_count: u32,
      flags: flags(g.dm_flags),
      event_nr: u32,
      gap: padding(4),
      dev: format(device, 8),
      name: name(128),
      uuid: name(129),
      data: behind(blob(lessBy(sibling('data_size'), HEADER), DATA, remember, { partial: true }), {
        verboseOnly: true,
      }),
    },
    { size: HEADER, render: state(form, back, found) },
  );
};

const command = (form: Form): Declaration =>
  inout(header(form, false), {
    show: 'arrow',
    after: header(form, true),
    whenNull: '0',
    evenOnError: true,
    always: true,
    followed: atLeast(derefAt('argp', SIZE_AT), LEAST),
  });

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => ({
    DM_VERSION: command({}),
    DM_REMOVE_ALL: command({ anonymous: true }),
    DM_LIST_DEVICES: command({ start: true, anonymous: true, answered: names }),
    DM_DEV_CREATE: command({ counts: true }),
    DM_DEV_REMOVE: command({ event: 'always' }),
    DM_DEV_RENAME: command({ start: true, event: 'always', given: text, counts: true }),
    DM_DEV_SUSPEND: command({ event: 'resumed', counts: true }),
    DM_DEV_STATUS: command({ counts: true }),
    DM_DEV_WAIT: command({ start: true, event: 'always', answered: targets, counts: true }),
    DM_TABLE_LOAD: command({ start: true, targets: true, given: targets, counts: true }),
    DM_TABLE_CLEAR: command({ counts: true }),
    DM_TABLE_DEPS: command({ start: true, answered: dependencies, counts: true }),
    DM_TABLE_STATUS: command({ start: true, answered: targets, counts: true }),
    DM_LIST_VERSIONS: command({ start: true, anonymous: true, answered: versions }),
    DM_TARGET_MSG: command({ start: true, given: message, answered: text, flag: DATA_OUT_FLAG, counts: true }),
    DM_DEV_SET_GEOMETRY: command({ start: true, given: text }),
    DM_DEV_ARM_POLL: command({}),
  }),
};
