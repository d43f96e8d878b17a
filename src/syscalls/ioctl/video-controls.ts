// Controls of video devices: brightness, bit rates, menus (linux/videodev2.h, linux/v4l2-controls.h).
import * as g from '../../constants/generated/video.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import type { Style } from '../../decode/style.js';
import { choiceName, constantText, hexText, memoised } from '../../decode/xlat.js';
import {
  array,
  atLeast,
  atMost,
  both,
  bytes,
  choice,
  equals,
  field,
  fixedArray,
  flags,
  format,
  fresh,
  holds,
  i32,
  i64,
  inout,
  input,
  padding,
  sibling,
  struct,
  succeeded,
  u32,
  u64,
  x32,
} from '../../describe/combinators.js';
import type { Field, Node } from '../../describe/node.js';
import type { Declaration } from './family.js';
import { name } from './video-formats.js';

/** Classes whose controls have no names: JPEG, stateless codecs, colorimetry. */
const NAMELESS = [0x9d0000, 0xa40000, 0xa50000];
const CLASS = 0xffff0000;
/** A control's number: its name, its class and a number in it, or neither. */
function controlText(value: number, style: Style): string {
  if (style.constants === 'raw') return hexText(value, 0);
  const group = (value & CLASS) >>> 0;
  const className = choiceName(g.v4l2_control_classes.entries(style.abi.name), group, 0, 4);
  const known = className !== undefined && !NAMELESS.includes(group);
  const named = known ? choiceName(g.v4l2_controls.entries(style.abi.name), value, 0, 4) : undefined;
  const text = named ?? (className === undefined ? undefined : `${className}+${hexText(value - group, 0)}`);
  if (text === undefined) return `${hexText(value, 0)} /* ${g.v4l2_controls.placeholder} */`;
  return style.constants === 'verbose' ? `${hexText(value, 0)} /* ${text} */` : text;
}
const control = format((style) => memoised((lo) => controlText(lo, style)));
/** In what is asked for, bits say that the next control is meant; in the answer there are none. */
const NEXT = 0xc0000000;
const next: ScalarFormat = (style) => (c, s, lo) => {
  if (style.constants === 'raw' || c.entry !== null || (lo & NEXT) === 0) s.text(controlText(lo, style));
  else
    s.text(
      `${constantText(g.v4l2_next, style.abi, style.constants, (lo & NEXT) >>> 0, 0, 4)}|${controlText((lo & ~NEXT) >>> 0, style)}`,
    );
};

const detail = (node: Node, more: Partial<Field> = {}): Omit<Field, 'name'> =>
  field(node, { verboseOnly: true, when: succeeded, ...more });
const query = (long: boolean): Declaration => {
  const number = long ? i64 : i32;
  return inout(
    struct({
      id: field(format(next), { changed: true }),
      type: fresh(choice(g.v4l2_control_types)),
      name: fresh(name(32)),
      minimum: detail(number),
      maximum: detail(number),
      step: detail(long ? u64 : i32),
      default_value: detail(number),
      flags: detail(flags(g.v4l2_control_flags)),
      ...(long
        ? {
            elem_size: detail(u32),
            elems: detail(u32),
            nr_of_dims: detail(u32),
            dims: detail({
              kind: 'array',
              of: u32,
              count: atMost(sibling('nr_of_dims'), 4),
              fixed: 4,
            }),
            reserved: detail(fixedArray(x32, 32), { ifSet: true }),
          }
        : { reserved: detail(fixedArray(x32, 2), { ifSet: true }) }),
    }),
    { show: 'split' },
  );
};

/** Several controls: numbers, or strings where they have a size. */
const element = struct(
  {
    id: control,
    size: u32,
    gap: padding(4),
    string: field(input(bytes(sibling('size'))), { when: atLeast(sibling('size'), 1) }),
    value: field(i32, { when: equals(sibling('size'), 0), overlay: true }),
    value64: field(i64, { when: equals(sibling('size'), 0), overlay: true }),
  },
  { packed: true },
);

const failed = equals(holds(succeeded), 0);
const several = atLeast(sibling('count'), 1);
const head = { ctrl_class: choice(g.v4l2_control_classes), count: u32 };
const unseen = { error: padding(4), request_fd: padding(4), reserved: padding(4) };
const elements = (whole: boolean): Node => input(array(element, sibling('count'), { whole }));
/** After a failure the kernel tells which of them it did not like. */
const wrong = field(u32, { fresh: true, when: both(failed, several) });

const getSeveral = (): Declaration =>
  inout(
    struct(
      {
        ...head,
        error_idx: wrong,
        request_fd: padding(4),
        reserved: padding(4),
        controls: field(elements(false), { fresh: true, when: several }),
      },
      { order: ['ctrl_class', 'count', 'controls', 'error_idx', 'request_fd', 'reserved'] },
    ),
    { show: 'split' },
  );
/** What came back of them, when all of them can be read. */
const setSeveral = (): Declaration => {
  const ifThere: Renderer =
    ({ plain }) =>
    (c, s, at, length) => {
      const from = s.pos;
      plain(c, s, at, length);
      if (s.buf[from + '{controls='.length] !== 91) s.rewind(from);
    };
  return inout(struct({ ...head, ...unseen, controls: field(elements(false), { when: several }) }), {
    show: 'arrow',
    evenOnError: true,
    after: struct(
      {
        ctrl_class: padding(4),
        count: field(u32, { hidden: true }),
        error_idx: field(u32, { when: failed }),
        request_fd: padding(4),
        reserved: padding(4),
        controls: field(elements(true), { when: several }),
      },
      { order: ['controls', 'error_idx', 'ctrl_class', 'count', 'request_fd', 'reserved'], render: ifThere },
    ),
  });
};

export const controlCommands = (): Record<string, Declaration> => {
  return {
    VIDIOC_G_CTRL: inout(struct({ id: control, value: fresh(i32) }), { show: 'split' }),
    VIDIOC_S_CTRL: inout(struct({ id: control, value: field(i32, { changed: true }) }), { show: 'split' }),
    VIDIOC_QUERYCTRL: query(false),
    VIDIOC_QUERY_EXT_CTRL: query(true),
    VIDIOC_G_EXT_CTRLS: getSeveral(),
    VIDIOC_S_EXT_CTRLS: setSeveral(),
    VIDIOC_TRY_EXT_CTRLS: setSeveral(),
    VIDIOC_QUERYMENU: inout(struct({ id: control, index: u32, rest: padding(36) }, { packed: true }), {
      show: 'arrow',
      after: struct(
        {
          before: padding(8),
          name: name(32),
          value: field(i64, { overlay: true }),
          raw: { ...padding(32), overlay: true },
          rest: padding(4),
        },
        { packed: true },
      ),
    }),
  };
};
