// Parts of video devices' structures that several commands have: pixel formats, frames, fractions (linux/videodev2.h).
import * as g from '../../constants/generated/video.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { choiceName, hexText, memoised } from '../../decode/xlat.js';
import {
  address,
  array,
  atMost,
  chars,
  choice,
  field,
  fixedArray,
  flags,
  format,
  fresh,
  i32,
  input,
  oneOf,
  padding,
  reserved,
  sibling,
  struct,
  u32,
  u8,
  x16,
  x32,
  x8,
} from '../../describe/combinators.js';
import type { Field, Node } from '../../describe/node.js';

/** One character of a code; a byte that is none in hexadecimal. */
const character = (byte: number): string =>
  byte >= 32 && byte < 127
    ? `'${byte === 39 || byte === 92 ? '\\' : ''}${String.fromCharCode(byte)}'`
    : `'\\x${byte.toString(16).padStart(2, '0')}'`;
const fourcc: ScalarFormat = (style) =>
  memoised((lo) => {
    if (style.constants === 'raw') return hexText(lo, 0);
    const name = choiceName(g.v4l2_pixel_formats.entries(style.abi.name), lo, 0, 4);
    const text = `v4l2_fourcc(${[0, 8, 16, 24].map((n) => character((lo >>> n) & 255)).join(', ')})`;
    return name === undefined ? text : `${text} /* ${name} */`;
  });
export const pixelFormat = format(fourcc);

/** `1/30`. */
const quotient: Renderer = () => (c, s, at) => {
  s.decimal(c.u32(at));
  s.byte(47);
  s.decimal(c.u32(at + 4));
};
export const fraction = struct({ numerator: u32, denominator: u32 }, { render: quotient });
/** A name in a fixed array. */
export const name = (size: number): Node => ({ ...chars(size), limit: 'path' });
export const rectangle = struct({ left: i32, top: i32, width: u32, height: u32 });
export const bufferType = choice(g.v4l2_buffer_types);

const pix = struct({
  width: u32,
  height: u32,
  pixelformat: pixelFormat,
  field: choice(g.v4l2_fields),
  bytesperline: u32,
  sizeimage: u32,
  colorspace: choice(g.v4l2_colorspaces),
});
const plane = struct({ sizeimage: u32, bytesperline: u32, rest: padding(12) });
const planes = struct({
  width: u32,
  height: u32,
  pixelformat: pixelFormat,
  field: choice(g.v4l2_fields),
  colorspace: choice(g.v4l2_colorspaces),
  plane_fmt: { ...fixedArray(plane, 8), count: atMost(sibling('num_planes'), 8) },
  num_planes: u8,
});
const window = struct({
  w: rectangle,
  field: choice(g.v4l2_fields),
  chromakey: x32,
  clips: input(array(struct({ c: rectangle, next: field(address, { hidden: true }) }), sibling('clipcount'))),
  clipcount: u32,
  bitmap: address,
  global_alpha: reserved(x8),
});
const vbi = struct({
  sampling_rate: u32,
  offset: u32,
  samples_per_line: u32,
  sample_format: pixelFormat,
  start: fixedArray(i32, 2),
  count: fixedArray(u32, 2),
  flags: flags(g.v4l2_vbi_flags),
});
const sliced = struct({
  service_set: flags(g.v4l2_services, 2),
  service_lines: fixedArray(fixedArray(x16, 24), 2),
  io_size: u32,
});
const sdr = struct({ pixelformat: pixelFormat, buffersize: reserved(u32) });
const meta = struct({ dataformat: pixelFormat, buffersize: u32 });

/** What `fmt` is by the type of the buffer. */
const [PIX, WINDOW, VBI, SLICED, PLANES, SDR, META] = [
  [1, 2],
  [3, 8],
  [4, 5],
  [6, 7],
  [9, 10],
  [11, 12],
  [13, 14],
];
/** Members of struct v4l2_format behind its type. */
export const formatMembers = (answered = false): Record<string, Omit<Field, 'name'>> => {
  const member = (types: readonly number[], node: Node, overlay = true) =>
    (answered ? fresh : field)(node, { overlay, when: oneOf(sibling('type'), types) });
  return {
    'fmt.win': member(WINDOW, window, false),
    'fmt.pix': member(PIX, pix),
    'fmt.pix_mp': member(PLANES, planes),
    'fmt.vbi': member(VBI, vbi),
    'fmt.sliced': member(SLICED, sliced),
    'fmt.sdr': member(SDR, sdr),
    'fmt.meta': member(META, meta),
    raw: { ...padding(200), overlay: true },
  };
};
/** What came back; nothing where there is no member for the type, or where a window has no clips that can be read. */
export const comeBack: Renderer =
  ({ plain }) =>
  (c, s, at, length) => {
    const from = s.pos;
    plain(c, s, at, length);
    const lost =
      WINDOW.includes(c.u32(at)) && !/clips=\[[^\]]/.test(Buffer.from(s.buf.subarray(from, s.pos)).toString('latin1'));
    if (lost || s.pos === from + 2) s.rewind(from);
  };
