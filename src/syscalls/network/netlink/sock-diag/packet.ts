// sock_diag(7) of packet sockets (linux/packet_diag.h).
import * as d from '../../../../constants/generated/netlink-other.js';
import * as g from '../../../../constants/generated/netlink.js';
import { ethernet_protocols, packet_versions, socket_types } from '../../../../constants/generated/network.js';
import { filterInstruction, packetExtensions } from '../../../../decode/leaf/sock-filter.js';
import { choice, flags, hexArray, padding, struct, u16, u32, x8 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { device, list } from '../values.js';
import { about, cookie, memory } from './common.js';

/** struct packet_diag_req. */
export const request: Decoder = about('sdiag_family', {
  sdiag_protocol: x8,
  pad: padding(2),
  pdiag_ino: u32,
  pdiag_show: flags(g.packet_diag_show),
  pdiag_cookie: cookie,
});

const information = struct({
  pdi_index: device,
  pdi_version: choice(packet_versions),
  pdi_reserve: u32,
  pdi_copy_thresh: u32,
  pdi_tstamp: u32,
  pdi_flags: flags(d.packet_socket_flags),
});
const membership = struct({
  pdmc_index: u32,
  pdmc_count: u32,
  pdmc_type: u16,
  pdmc_alen: u16,
  pdmc_addr: hexArray(32),
});
const ring = struct({
  pdr_block_size: u32,
  pdr_block_nr: u32,
  pdr_frame_size: u32,
  pdr_frame_nr: u32,
  pdr_retire_tmo: u32,
  pdr_sizeof_priv: u32,
  pdr_features: u32,
});
/** Bytes of struct sock_filter. */
const INSTRUCTION = 8;
/** The program of a socket's filter: shown with `-v` only. */
const filter: Decoder = (n) => {
  const program = n.lazy(list(filterInstruction(packetExtensions)));
  const { abbrev } = n.style;
  return (c, s, at, length) => {
    if (abbrev && length >= INSTRUCTION) n.address(s, at);
    else program(c, s, at, length);
  };
};

const replyAttributes = attributes(g.packet_diag_attrs, () => ({
  0: information,
  1: list(membership),
  2: ring,
  3: ring,
  4: u32,
  5: u32,
  6: memory,
  7: filter,
}));
/** struct packet_diag_msg. */
export const reply: Decoder = about(
  'pdiag_family',
  {
    pdiag_type: choice(socket_types, 1),
    pdiag_num: choice(ethernet_protocols, 2),
    pdiag_ino: u32,
    pdiag_cookie: cookie,
  },
  replyAttributes,
);
