// Commands of lines of general-purpose input and output, in both versions (linux/gpio.h).
import * as g from '../../constants/generated/gpio.js';
import {
  array,
  atMost,
  both,
  chars,
  differs,
  either,
  equals,
  fd,
  field,
  fixedArray,
  flags,
  inline,
  inout,
  input,
  noneOf,
  oneOf,
  output,
  padding,
  reserved,
  sibling,
  struct,
  u32,
  u8,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { ArrayNode, MemoryNode, ScalarNode, StringNode } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';

/** GPIO_MAX_NAME_SIZE, GPIOHANDLES_MAX and GPIO_V2_LINES_MAX, GPIO_V2_LINE_NUM_ATTRS_MAX. */
const NAME_SIZE = 32;
const LINES_MAX = 64;
const ATTRIBUTES_MAX = 10;

/** Names and consumers; never shortened. */
const name: StringNode = { ...chars(NAME_SIZE), limit: 'path' };
/** As many elements as the member says, of those that there is room for. */
const upTo = (of: MemoryNode | ScalarNode, member: string, room: number): ArrayNode => ({
  ...array(of, atMost(sibling(member), room)),
  fixed: room,
});

const lineInformation = () =>
  inout(struct({ line_offset: u32, rest: padding(68) }), {
    show: 'arrow',
    after: struct({ line_offset: padding(4), flags: flags(g.gpio_line_flags), name, consumer: name }),
  });

/** struct gpiohandle_request; the descriptor at its end is the answer. */
const handle = () =>
  inout(
    struct(
      {
        lineoffsets: upTo(u32, 'lines', LINES_MAX),
        flags: flags(g.gpio_handle_flags),
        default_values: upTo(u8, 'lines', LINES_MAX),
        consumer_label: name,
        lines: u32,
        fd: padding(4),
      },
      { order: ['lines', 'lineoffsets', 'flags', 'default_values', 'consumer_label'] },
    ),
    { show: 'arrow', after: struct({ request: padding(360), fd }) },
  );

const event = () =>
  inout(
    struct({
      lineoffset: u32,
      handleflags: flags(g.gpio_handle_flags),
      eventflags: flags(g.gpio_event_flags),
      consumer_label: name,
      fd: padding(4),
    }),
    { show: 'arrow', after: struct({ request: padding(44), fd }) },
  );

/** GPIO_V2_LINE_ATTR_ID_FLAGS, _OUTPUT_VALUES and _DEBOUNCE. */
const [FLAGS, VALUES, DEBOUNCE] = [1, 2, 3];
const KINDS = [FLAGS, VALUES, DEBOUNCE];
const lineFlags = flags(g.gpio_v2_line_flags, 8);
/** An attribute by its kind; member by member one that the kernel refuses. */
const attribute = () => {
  const unknown = { when: either(noneOf(sibling('id'), KINDS), differs(sibling('padding'), 0)) };
  const of = (kind: number) => ({
    overlay: true,
    when: both(equals(sibling('id'), kind), equals(sibling('padding'), 0)),
  });
  return struct({
    id: field(u32, unknown),
    padding: field(x32, { ...unknown, ifSet: true }),
    data: field(x64, unknown),
    flags: field(lineFlags, of(FLAGS)),
    values: field(x64, of(VALUES)),
    debounce_period_us: field(u32, of(DEBOUNCE)),
  });
};

/** struct gpio_v2_line_info. */
const information = () =>
  inout(struct({ names: padding(64), offset: u32, rest: padding(188) }), {
    show: 'arrow',
    after: struct(
      {
        name,
        consumer: name,
        offset: padding(4),
        num_attrs: u32,
        flags: lineFlags,
        attrs: field(upTo(attribute(), 'num_attrs', ATTRIBUTES_MAX), { when: differs(sibling('num_attrs'), 0) }),
        padding: reserved(fixedArray(x32, 4)),
      },
      { order: ['name', 'consumer', 'flags', 'num_attrs', 'attrs', 'padding'] },
    ),
  });

/** struct gpio_v2_line_config. */
const configuration = () => {
  const one = attribute();
  /** The kind and the padding behind it, which is zero. */
  const kind = sibling('kind');
  const limited = struct({
    attr: field(one, { when: noneOf(kind, KINDS) }),
    known: inline(one, { overlay: true, when: oneOf(kind, KINDS) }),
    kind: field(x64, { overlay: true, hidden: true }),
    mask: x64,
  });
  return struct({
    flags: lineFlags,
    num_attrs: u32,
    padding: reserved(fixedArray(x32, 5)),
    attrs: field(upTo(limited, 'num_attrs', ATTRIBUTES_MAX), { when: differs(sibling('num_attrs'), 0) }),
  });
};

/** struct gpio_v2_line_request; the descriptor at its end is the answer. */
const request = (config: MemoryNode) =>
  inout(
    struct(
      {
        offsets: upTo(u32, 'num_lines', LINES_MAX),
        consumer: name,
        config,
        num_lines: u32,
        event_buffer_size: reserved(u32),
        padding: reserved(fixedArray(x32, 5)),
        fd: padding(4),
      },
      { order: ['num_lines', 'offsets', 'consumer', 'config', 'event_buffer_size', 'padding'] },
    ),
    { show: 'arrow', after: struct({ request: padding(588), fd }) },
  );

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    const [first, second, config] = [lineInformation(), information(), configuration()];
    const values = struct({ values: fixedArray(u8, LINES_MAX) });
    return {
      GPIO_GET_CHIPINFO_IOCTL: output(struct({ name, label: name, lines: u32 })),
      GPIO_GET_LINEINFO_IOCTL: first,
      GPIO_GET_LINEINFO_WATCH_IOCTL: first,
      GPIO_GET_LINEINFO_UNWATCH_IOCTL: input(struct({ offset: u32 })),
      GPIO_GET_LINEHANDLE_IOCTL: handle(),
      GPIO_GET_LINEEVENT_IOCTL: event(),
      GPIOHANDLE_GET_LINE_VALUES_IOCTL: output(values),
      GPIOHANDLE_SET_LINE_VALUES_IOCTL: input(values),
      GPIOHANDLE_SET_CONFIG_IOCTL: input(
        struct({
          flags: flags(g.gpio_handle_flags),
          default_values: fixedArray(u8, LINES_MAX),
          padding: padding(16),
        }),
      ),
      GPIO_V2_GET_LINEINFO_IOCTL: second,
      GPIO_V2_GET_LINEINFO_WATCH_IOCTL: second,
      GPIO_V2_GET_LINE_IOCTL: request(config),
      GPIO_V2_LINE_SET_CONFIG_IOCTL: input(config),
      GPIO_V2_LINE_GET_VALUES_IOCTL: inout(struct({ bits: padding(8), mask: x64 }), {
        show: 'arrow',
        after: struct({ bits: x64, mask: padding(8) }),
      }),
      GPIO_V2_LINE_SET_VALUES_IOCTL: input(struct({ bits: x64, mask: x64 })),
    };
  },
};
