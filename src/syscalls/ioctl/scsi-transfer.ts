// SG_IO: a command and its data, in one of two versions that the first member tells apart (scsi/sg.h, linux/bsg.h).
import * as g from '../../constants/generated/scsi.js';
import type { Renderer } from '../../decode/printer.js';
import {
  array,
  both,
  bytes,
  choice,
  differs,
  equals,
  field,
  flags,
  format,
  hexBytes,
  i32,
  inline,
  inout,
  input,
  moved,
  oneOf,
  outer,
  padding,
  sibling,
  size,
  struct,
  u16,
  u32,
  u8,
  when,
  x16,
  x32,
  x64,
  x8,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Field, MatchNode, Node, Ref } from '../../describe/node.js';

/** What the first member is: 'S' in version 3, 'Q' in version 4. */
const [VERSION_3, VERSION_4] = [0x53, 0x51];
const ID_SIZE = 4;
/** sizeof(struct sg_io_hdr) where addresses have so many bytes; sizeof(struct sg_io_v4) everywhere. */
const VERSION_3_SIZE: Readonly<Record<number, number>> = { 4: 64, 8: 88 };
const VERSION_4_SIZE = 160;

/** SG_DXFER_TO_DEV, SG_DXFER_FROM_DEV and SG_DXFER_TO_FROM_DEV, as unsigned words. */
const [TO_DEVICE, FROM_DEVICE, BOTH_WAYS] = [-2, -3, -4].map((n) => n >>> 0);

const letter = (text: string): Node => format(() => (_c, s) => s.text(`'${text}'`));
/** What the device answered; shown whatever the result is. */
const answered = (node: Node, more: Partial<Field> = {}): FieldSpec[string] => field(node, { ...more, fresh: true });

/** Data in one piece, or in as many buffers as the member `buffers` says. `length`: bytes of it, by the reference to a member. */
const data = (buffers: string, length: (member: (name: string) => Ref) => Ref, wide = false): MatchNode => {
  const options = { evenOnError: true, wide };
  const part = bytes(sibling('iov_len'), { within: length((name) => outer(name)) });
  return when(
    equals(sibling(buffers), 0),
    input(hexBytes(length(sibling)), options),
    input(array(struct({ iov_base: input(part, { evenOnError: true }), iov_len: size }), sibling(buffers)), options),
  );
};
/** Bytes that are hexadecimal, behind an address of the personality or of 64 bits. */
const dump = (length: string, wide = false): Node => input(hexBytes(sibling(length)), { evenOnError: true, wide });

const version3 = () => {
  const direction = sibling('dxfer_direction');
  const received = (member: (name: string) => Ref): Ref => moved(member('dxfer_len'), member('resid'));
  return struct(
    {
      interface_id: letter('S'),
      dxfer_direction: choice(g.sg_directions),
      cmd_len: u8,
      mx_sb_len: u8,
      iovec_count: u16,
      dxfer_len: u32,
      dxferp: field(
        data('iovec_count', (member) => member('dxfer_len')),
        { when: oneOf(direction, [TO_DEVICE, BOTH_WAYS]) },
      ),
      exchanged: answered(data('iovec_count', received), {
        overlay: true,
        arrow: true,
        when: both(equals(direction, BOTH_WAYS), differs(received(sibling), 0)),
      }),
      received: answered(data('iovec_count', received), {
        as: 'dxferp',
        overlay: true,
        when: equals(direction, FROM_DEVICE),
      }),
      cmdp: dump('cmd_len'),
      sbp: answered(dump('sb_len_wr')),
      timeout: u32,
      flags: flags(g.sg_flags),
      pack_id: padding(4),
      usr_ptr: field(size, { hidden: true }),
      status: answered(x8),
      masked_status: x8,
      msg_status: x8,
      sb_len_wr: u8,
      host_status: x16,
      driver_status: x16,
      resid: i32,
      duration: u32,
      info: flags(g.sg_information),
    },
    {
      order: [
        ...['interface_id', 'dxfer_direction', 'cmd_len', 'cmdp', 'mx_sb_len', 'iovec_count', 'dxfer_len', 'timeout'],
        ...['flags', 'dxferp', 'exchanged', 'received', 'status', 'masked_status', 'msg_status', 'sb_len_wr', 'sbp'],
        ...['host_status', 'driver_status', 'resid', 'duration', 'info'],
      ],
    },
  );
};

const version4 = () =>
  struct(
    {
      guard: letter('Q'),
      protocol: choice(g.bsg_protocols),
      subprotocol: choice(g.bsg_subprotocols),
      request_len: u32,
      request: dump('request_len', true),
      request_tag: x64,
      request_attr: u32,
      request_priority: u32,
      request_extra: u32,
      max_response_len: u32,
      response: dump('response_len', true),
      dout_iovec_count: u32,
      dout_xfer_len: u32,
      din_iovec_count: u32,
      din_xfer_len: u32,
      dout_xferp: data('dout_iovec_count', (member) => member('dout_xfer_len'), true),
      din_xferp: data('din_iovec_count', (member) => moved(member('din_xfer_len'), member('din_resid')), true),
      timeout: u32,
      flags: flags(g.bsg_flags),
      usr_ptr: x64,
      spare_in: padding(4),
      driver_status: x32,
      transport_status: x32,
      device_status: x32,
      retry_delay: u32,
      info: flags(g.sg_information),
      duration: u32,
      response_len: u32,
      answer: answered(u32, { as: 'response_len', overlay: true }),
      din_resid: i32,
      dout_resid: i32,
      generated_tag: x64,
      spare_out: padding(8),
    },
    {
      order: [
        ...['guard', 'protocol', 'subprotocol', 'request_len', 'request', 'request_tag', 'request_attr'],
        ...['request_priority', 'request_extra', 'max_response_len', 'dout_iovec_count', 'dout_xfer_len'],
        ...['din_iovec_count', 'din_xfer_len', 'dout_xferp', 'timeout', 'flags', 'usr_ptr', 'answer', 'response'],
        ...['din_xferp', 'driver_status', 'transport_status', 'device_status', 'retry_delay', 'info', 'duration'],
        ...['response_len', 'din_resid', 'dout_resid', 'generated_tag'],
      ],
    },
  );

/** The version and the address of what is behind it, when not all of that is there; of an unknown version the number. */
const byVersion: Renderer =
  ({ style, plain, address }) =>
  (c, s, at, length) => {
    const id = c.u32(at);
    const needed = id === VERSION_3 ? VERSION_3_SIZE[style.abi.word] : id === VERSION_4 ? VERSION_4_SIZE : 0;
    if (needed === 0) {
      s.byte(91);
      s.decimal(id);
      s.byte(93);
    } else if (c.length >= needed) plain(c, s, at, length);
    else {
      s.text(id === VERSION_3 ? "{interface_id='S', " : "{guard='Q', ");
      const lo = c.addressLo[address] + ID_SIZE;
      s.hex64(lo >>> 0, c.addressHi[address] + (lo > 0xffffffff ? 1 : 0));
      s.byte(125);
    }
  };

/** The argument of SG_IO. */
export const transfer = (): Node =>
  inout(
    struct(
      {
        id: field(u32, { hidden: true }),
        version3: inline(version3(), { overlay: true, when: equals(sibling('id'), VERSION_3) }),
        version4: inline(version4(), { overlay: true, when: equals(sibling('id'), VERSION_4) }),
      },
      { readable: 4, render: byVersion },
    ),
    { show: 'split' },
  );
