// NETLINK_KOBJECT_UEVENT: strings without headers; those of udev (libudev) begin with a structure.
import { nlmsg_types } from '../../../constants/generated/netlink.js';
import { netLongHex } from '../../../decode/leaf/inet.js';
import { chars, struct, u32 } from '../../../describe/combinators.js';
import type { Decoder } from './compiler.js';
import type { NetlinkFamily } from './family.js';
import { followed } from './values.js';

const PREFIX = Buffer.from('libudev\0');
/** struct udev_monitor_netlink_header of libudev, before its properties. */
const header = struct({
  prefix: chars(PREFIX.length),
  magic: netLongHex,
  header_size: u32,
  properties_off: u32,
  properties_len: u32,
  filter_subsystem_hash: netLongHex,
  filter_devtype_hash: netLongHex,
  filter_tag_bloom_hi: netLongHex,
  filter_tag_bloom_lo: netLongHex,
});
const event = followed(header, (n) => n.text);

const buffer: Decoder = (n) => {
  const print = n.compile(event);
  const size = n.sizeOf(header);
  return (c, s, at, length) => {
    if (length < size || !n.readable(at, size) || !PREFIX.equals(c.bytes.subarray(at, at + PREFIX.length))) {
      n.text(c, s, at, length);
      return;
    }
    if (length > size) s.byte(91);
    print(c, s, at, length);
    if (length > size) s.byte(93);
  };
};

export const family: NetlinkFamily = { types: nlmsg_types, buffer };
