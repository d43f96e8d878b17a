// Commands of video devices (linux/videodev2.h): devices, inputs, formats, buffers, frames.
import * as g from '../../constants/generated/video.js';
import { timeval } from '../../decode/leaf/time.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { constantText, memoised } from '../../decode/xlat.js';
import {
  address,
  byAbi,
  choice,
  equals,
  fd,
  field,
  fixedArray,
  flags,
  format,
  fresh,
  i32,
  i64,
  inout,
  input,
  output,
  padding,
  reserved,
  returns,
  sibling,
  struct,
  u32,
  u64,
  x32,
  x64,
  xlong,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { openFlags } from '../file/arguments.js';
import type { Declaration, IoctlFamily } from './family.js';
import { controlCommands } from './video-controls.js';
import { bufferType, formatMembers, fraction, name, pixelFormat, rectangle, comeBack } from './video-formats.js';

/** What is asked for stands in front, what is answered behind it, from the first `fresh` field on. */
const asked = (fields: FieldSpec, options: { order?: string[] } = {}): Declaration =>
  inout(struct(fields, options), { show: 'split' });

const version: ScalarFormat = (style) =>
  memoised((lo) => {
    const number = `0x${lo.toString(16)}`;
    const text = `KERNEL_VERSION(${lo >>> 16}, ${(lo >>> 8) & 255}, ${lo & 255})`;
    if (style.constants === 'raw') return lo === 0 ? '0' : number;
    return style.constants === 'verbose' ? `${lo === 0 ? '0' : number} /* ${text} */` : text;
  });
const capability = () =>
  struct({
    driver: name(16),
    card: name(32),
    bus_info: name(32),
    version: format(version),
    capabilities: flags(g.v4l2_capabilities),
    device_caps: reserved(flags(g.v4l2_capabilities)),
    rest: padding(12),
  });

const tunerMembers: Record<string, Node> = {
  name: name(32),
  type: choice(g.v4l2_tuner_types),
  capability: flags(g.v4l2_tuner_capabilities),
  rangelow: u32,
  rangehigh: u32,
  rxsubchans: flags(g.v4l2_subchannels),
  audmode: choice(g.v4l2_audio_modes),
  signal: i32,
  afc: i32,
};
const all = (members: Record<string, Node>): FieldSpec =>
  Object.fromEntries(Object.entries(members).map(([key, node]) => [key, fresh(node)]));

/** Flags of a buffer: bits, what its time is, and when it was taken. */
const [TIMESTAMP, SOURCE] = [0xe000, 0x70000];
const bufferFlags: ScalarFormat = (style) =>
  memoised((lo) => {
    const part = (table: typeof g.v4l2_buffer_flags, mask: number): string =>
      constantText(table, style.abi, style.constants, (lo & mask) >>> 0, 0, 4);
    if (style.constants === 'raw') return part(g.v4l2_buffer_flags, 0xffffffff);
    const bits = (lo & ~(TIMESTAMP | SOURCE)) >>> 0;
    return [
      ...(bits === 0 ? [] : [part(g.v4l2_buffer_flags, ~(TIMESTAMP | SOURCE))]),
      part(g.v4l2_timestamps, TIMESTAMP),
      part(g.v4l2_timestamp_sources, SOURCE),
    ].join('|');
  });
/** There is always more than is shown. */
const always: Renderer =
  ({ plain: whole }) =>
  (c, s, at, length) => {
    whole(c, s, at, length);
    if (c.part === 1 || c.failed) return;
    s.rewind(s.pos - 1);
    s.text(', ...}');
  };

const [MMAP, USERPTR] = [1, 2];
/** `time`: what it holds as the time it was taken. */
const buffer = (taken: boolean, time: Node): Declaration =>
  inout(
    struct(
      {
        index: taken ? fresh(u32) : u32,
        type: bufferType,
        bytesused: fresh(u32),
        flags: fresh(format(bufferFlags)),
        field: padding(4),
        timestamp: taken ? fresh(time) : field(time, { hidden: true }),
        timecode: padding(16),
        sequence: padding(4),
        memory: fresh(choice(g.v4l2_memory)),
        'm.userptr': fresh(xlong, { when: equals(sibling('memory'), USERPTR) }),
        'm.offset': fresh(x32, { when: equals(sibling('memory'), MMAP), overlay: true }),
        length: fresh(u32),
        rest: padding(8),
      },
      {
        order: [
          'type',
          'index',
          'memory',
          'm.offset',
          'm.userptr',
          'length',
          'bytesused',
          'flags',
          'timestamp',
          'field',
          'timecode',
          'sequence',
          'rest',
        ],
        render: always,
      },
    ),
    { show: 'split' },
  );
const [DISCRETE, CONTINUOUS, STEPWISE] = [1, 2, 3];
const frameSizes = () => {
  const steps = ['min_width', 'max_width', 'step_width', 'min_height', 'max_height', 'step_height'];
  return asked({
    index: u32,
    pixel_format: pixelFormat,
    type: fresh(choice(g.v4l2_frame_sizes)),
    stepwise: fresh(struct(Object.fromEntries(steps.map((step) => [step, u32]))), {
      when: equals(sibling('type'), STEPWISE),
    }),
    discrete: fresh(struct({ width: u32, height: u32 }), { when: equals(sibling('type'), DISCRETE), overlay: true }),
    raw: { ...padding(24), overlay: true },
    rest: padding(8),
  });
};
const frameIntervals = () =>
  asked({
    index: u32,
    pixel_format: pixelFormat,
    width: u32,
    height: u32,
    type: fresh(choice(g.v4l2_frame_intervals)),
    stepwise: fresh(struct({ min: fraction, max: fraction, step: fraction }), {
      when: { on: sibling('type'), op: 'in', value: 0, values: [CONTINUOUS, STEPWISE] },
    }),
    discrete: fresh(fraction, { when: equals(sibling('type'), DISCRETE), overlay: true }),
    raw: { ...padding(24), overlay: true },
    rest: padding(8),
  });

const [CAPTURE, OUTPUT] = [1, 2];
const parameterMembers = (answered = false): FieldSpec => {
  const one = (mode: string, buffers: string) =>
    struct({
      capability: flags(g.v4l2_stream_capabilities),
      [mode]: flags(g.v4l2_stream_modes),
      timeperframe: fraction,
      extendedmode: x32,
      [buffers]: u32,
    });
  const of = (type: number, node: Node, overlay: boolean) =>
    (answered ? fresh : field)(node, { overlay, when: equals(sibling('type'), type) });
  return {
    'parm.capture': of(CAPTURE, one('capturemode', 'readbuffers'), false),
    'parm.output': of(OUTPUT, one('outputmode', 'writebuffers'), true),
    raw: { ...padding(200), overlay: true },
  };
};

/** All of it, and what of it came back. */
const both = (members: (answered?: boolean) => FieldSpec): Declaration =>
  inout(struct({ type: bufferType, ...members() }), {
    show: 'arrow',
    after: struct({ type: field(bufferType, { hidden: true }), ...members() }, { render: comeBack }),
  });

/** What was created, behind the result; an address says nothing more. */
const createdComment: Renderer = ({ arg }) => {
  const created = arg('argp');
  return (c, s) => {
    const from = s.pos;
    created(c, s);
    if (s.buf[from] !== 123) s.rewind(from);
  };
};
const createFields = (answer: boolean): FieldSpec => {
  const [given, created] = [{ hidden: answer }, { hidden: !answer }];
  return {
    index: field(u32, created),
    count: u32,
    memory: field(choice(g.v4l2_memory), given),
    format: field(struct({ type: bufferType, ...formatMembers() }), given),
    rest: padding(32),
  };
};
const createBuffers = (): Declaration => ({
  argument: input(struct(createFields(false))),
  result: returns.comment(createdComment, { argp: output(struct(createFields(true))) }),
});

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const stream = input(fixedArray(bufferType, 1));
    // Programs of i386 have two forms of these commands, by the size of their times.
    const time = byAbi(timeval, struct({ tv_sec: i64, tv_usec: u64 }));
    return {
      VIDIOC_QUERYCAP: output(capability()),
      VIDIOC_ENUM_FMT: asked(
        {
          index: u32,
          type: bufferType,
          flags: fresh(flags(g.v4l2_format_flags)),
          description: fresh(name(32)),
          pixelformat: fresh(pixelFormat),
          rest: padding(16),
        },
        {},
      ),
      VIDIOC_ENUMINPUT: asked({
        index: u32,
        name: fresh(name(32)),
        type: fresh(choice(g.v4l2_input_types)),
        audioset: fresh(x32),
        tuner: fresh(u32),
        std: fresh(flags(g.v4l2_standards, 8)),
        status: fresh(flags(g.v4l2_input_status)),
        capabilities: fresh(flags(g.v4l2_input_capabilities)),
        rest: padding(12),
      }),
      VIDIOC_ENUMSTD: asked({
        index: u32,
        id: field(x64, { hidden: true }),
        name: fresh(name(24)),
        frameperiod: fresh(fraction),
        framelines: fresh(u32),
        rest: padding(16),
      }),
      VIDIOC_G_STD: output(fixedArray(x64, 1)),
      VIDIOC_S_STD: input(fixedArray(x64, 1)),
      VIDIOC_G_INPUT: output(u32),
      VIDIOC_S_INPUT: input(u32),
      VIDIOC_STREAMON: stream,
      VIDIOC_STREAMOFF: stream,
      VIDIOC_G_TUNER: asked({ index: u32, ...all(tunerMembers), rest: padding(16) }),
      VIDIOC_S_TUNER: inout(struct({ index: u32, ...tunerMembers, rest: padding(16) }), {
        show: 'arrow',
        after: struct({ index: padding(4), ...tunerMembers, rest: padding(16) }),
      }),
      VIDIOC_CROPCAP: asked({
        type: bufferType,
        bounds: fresh(rectangle),
        defrect: fresh(rectangle),
        pixelaspect: fresh(fraction),
      }),
      VIDIOC_G_CROP: asked({ type: bufferType, c: fresh(rectangle) }),
      VIDIOC_S_CROP: input(struct({ type: bufferType, c: rectangle })),
      VIDIOC_G_FBUF: output(struct({ capability: x32, flags: x32, base: address, rest: padding(32) })),
      VIDIOC_S_FBUF: input(struct({ capability: x32, flags: x32, base: address, rest: padding(32) })),
      VIDIOC_G_FMT: asked({ type: bufferType, ...formatMembers(true) }),
      VIDIOC_S_FMT: both(formatMembers),
      VIDIOC_TRY_FMT: both(formatMembers),
      VIDIOC_REQBUFS: inout(
        struct(
          { count: field(u32, { changed: true }), type: bufferType, memory: choice(g.v4l2_memory), rest: padding(8) },
          { order: ['type', 'memory', 'count', 'rest'] },
        ),
        { show: 'split' },
      ),
      VIDIOC_QUERYBUF: buffer(false, time),
      VIDIOC_QBUF: buffer(false, time),
      VIDIOC_DQBUF: buffer(true, time),
      VIDIOC_QUERYBUF_TIME32: buffer(false, timeval),
      VIDIOC_QBUF_TIME32: buffer(false, timeval),
      VIDIOC_DQBUF_TIME32: buffer(true, timeval),
      VIDIOC_EXPBUF: inout(
        struct({ type: bufferType, index: u32, plane: u32, flags: format(openFlags), rest: padding(48) }),
        { show: 'arrow', after: struct({ before: padding(16), fd, rest: padding(44) }) },
      ),
      VIDIOC_CREATE_BUFS: createBuffers(),
      VIDIOC_ENUM_FRAMESIZES: frameSizes(),
      VIDIOC_ENUM_FRAMEINTERVALS: frameIntervals(),
      VIDIOC_G_PARM: asked({ type: bufferType, ...parameterMembers(true) }),
      VIDIOC_S_PARM: both(parameterMembers),
      ...controlCommands(),
    };
  },
};
