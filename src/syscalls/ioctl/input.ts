// Commands of input devices, /dev/input/event* (linux/input.h).
import * as g from '../../constants/generated/input.js';
import type { ConstantTable } from '../../constants/table.js';
import { asList } from '../../decode/leaf/compound.js';
import { indexedBits } from '../../decode/leaf/indexed-bits.js';
import {
  address,
  atLeast,
  array,
  behind,
  atMost,
  blob,
  byAbi,
  bytes,
  choice,
  detail,
  dividedBy,
  equals,
  field,
  fixedArray,
  i16,
  i32,
  input,
  lessBy,
  output,
  ret,
  sibling,
  size,
  struct,
  times,
  u16,
  u32,
  u8,
  versioned,
  x16,
  x32,
  x8,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { argumentSize, direction } from './commands.js';
import type { Declaration, IoctlFamily } from './family.js';

/** A set of bits: as many bytes as the call answered, in whole words of the personality; numbers are below `max`. */
const bits = (table: ConstantTable, max: number): Node => {
  const given = atMost(ret, Math.ceil(max / 8));
  const words = (long: number): Node =>
    output(blob(times(times(given, 1, long), long), 128, indexedBits(table, max), { minimum: long }));
  return byAbi(words(8), words(4), words(8));
};

const axis = () =>
  versioned(
    {
      value: u32,
      minimum: u32,
      maximum: detail(u32),
      fuzz: detail(u32),
      flat: detail(u32),
      resolution: field(u32, { verboseOnly: true, ifThere: true }),
    },
    { size: argumentSize, minimum: 20, excess: 'dots' },
  );

const keymap = () =>
  struct({
    flags: u8,
    len: u8,
    index: detail(u16),
    keycode: detail(choice(g.input_keys)),
    scancode: detail(fixedArray(x8, 32)),
  });

/** An effect of force feedback (struct ff_effect). */
const effect = () => {
  const envelope = struct({ attack_length: u16, attack_level: u16, fade_length: u16, fade_level: x16 });
  const [rumble, periodic, constant, ramp] = [0x50, 0x51, 0x52, 0x57];
  const member = (type: number, node: Node, overlay = true) =>
    field(node, { verboseOnly: true, overlay, when: equals(sibling('type'), type) });
  return struct({
    type: choice(g.input_effects, 2),
    id: i16,
    direction: u16,
    trigger: detail(struct({ button: u16, interval: u16 })),
    replay: detail(struct({ length: u16, delay: u16 })),
    periodic: member(
      periodic,
      struct({
        waveform: u16,
        period: u16,
        magnitude: i16,
        offset: i16,
        phase: u16,
        envelope,
        custom_len: u32,
        custom_data: address,
      }),
      false,
    ),
    constant: member(constant, struct({ level: i16, envelope })),
    ramp: member(ramp, struct({ start_level: i16, end_level: i16, envelope })),
    rumble: member(rumble, struct({ strong_magnitude: u16, weak_magnitude: u16 })),
  });
};

/** EVIOCGMTSLOTS: an axis, and its values in the slots. */
const slots = () =>
  struct({
    code: choice(g.input_touch_axes),
    values: behind(array(i32, dividedBy(lessBy(argumentSize, 4), 4))),
  });

/** Numbers of EVIOCGBIT, which are types of events but for the first: it lists the types themselves. */
const GBIT = 0x20;
const bitNumbers: readonly (readonly [event: number, set: Node])[] = [
  [0, bits(g.input_events, 0x1f)],
  [1, bits(g.input_keys, 0x2ff)],
  [2, bits(g.input_relative_axes, 0xf)],
  [3, bits(g.input_axes, 0x3f)],
  [4, bits(g.input_misc, 7)],
  [5, bits(g.input_switches, 0x11)],
  [0x11, bits(g.input_leds, 0xf)],
  [0x12, bits(g.input_sounds, 7)],
  [0x14, bits(g.input_repeat, 1)],
  [0x15, bits(g.input_effects, 0x7f)],
  [0x16, output(fixedArray(i32, 1))],
  [0x17, bits(g.input_effect_status, 1)],
];

export const family: IoctlFamily = {
  keyOf: (op) => {
    if (direction(op) === 2 && bitNumbers.some(([n]) => n + GBIT === (op & 0xff))) return `${op & 0xff}`;
    // What is not decoded is no number, and has no bytes.
    return direction(op) === 0 ? undefined : direction(op) === 2 ? 'otherRead' : 'other';
  },
  commands: (): Record<string, Declaration> => {
    const text = output(bytes(ret));
    const given = input(fixedArray(u32, 1));
    const repeat = struct({ delay: u32, period: u32 }, { render: asList('delay', 'period') });
    const keycode = struct({ code: u32, key: choice(g.input_keys) }, { render: asList('code', 'key') });
    return {
      EVIOCGVERSION: output(x32),
      EVIOCGEFFECTS: output(u32),
      EVIOCSCLOCKID: given,
      EVIOCGID: output(struct({ bustype: u16, vendor: u16, product: u16, version: u16 })),
      EVIOCGREP: output(repeat),
      EVIOCSREP: input(repeat),
      EVIOCGKEYCODE: output(keycode),
      EVIOCSKEYCODE: input(keycode),
      EVIOCGKEYCODE_V2: output(keymap()),
      EVIOCSKEYCODE_V2: input(keymap()),
      EVIOCGNAME: text,
      EVIOCGPHYS: text,
      EVIOCGUNIQ: text,
      EVIOCGPROP: bits(g.input_properties, 0x1f),
      EVIOCGKEY: bits(g.input_keys, 0x2ff),
      EVIOCGLED: bits(g.input_leds, 0xf),
      EVIOCGSND: bits(g.input_sounds, 7),
      EVIOCGSW: bits(g.input_switches, 0x11),
      EVIOCGMTSLOTS: output(slots(), { followed: atLeast(argumentSize, 4) }),
      EVIOCGABS: output(axis()),
      EVIOCSABS: input(axis()),
      EVIOCSFF: input(effect()),
      EVIOCRMFF: i32,
      EVIOCGRAB: size,
      EVIOCREVOKE: size,
      ...Object.fromEntries(bitNumbers.map(([n, set]) => [`${n + GBIT}`, set])),
      other: address,
      otherRead: { argument: address, late: true },
    };
  },
};
