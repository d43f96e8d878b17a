// sock_diag(7) of netlink sockets (linux/netlink_diag.h).
import * as d from '../../../../constants/generated/netlink-other.js';
import * as g from '../../../../constants/generated/netlink.js';
import { netlink_protocols, socket_types } from '../../../../constants/generated/network.js';
import { joined } from '../../../../constants/table.js';
import { choice, flags, format, padding, struct, u32 } from '../../../../describe/combinators.js';
import type { FormatNode } from '../../../../describe/node.js';
import { padded } from '../../../../decode/xlat.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { list } from '../values.js';
import { about, cookie, memory } from './common.js';

/** struct netlink_diag_req. */
export const request: Decoder = about('sdiag_family', {
  sdiag_protocol: choice(joined(d.netlink_any, netlink_protocols), 1),
  pad: padding(2),
  ndiag_ino: u32,
  ndiag_show: flags(g.netlink_diag_show),
  ndiag_cookie: cookie,
});

/** A word of a set of groups: all its digits. */
const groupWord = (bytes: 4 | 8): FormatNode => format(padded(2 * bytes), bytes);
/** Groups that a socket is a member of, in words of the program. */
const groups: Decoder = (n) => n.compile(list(groupWord(n.word === 4 ? 4 : 8)));

const ring = struct({ ndr_block_size: u32, ndr_block_nr: u32, ndr_frame_size: u32, ndr_frame_nr: u32 });
const replyAttributes = attributes(g.netlink_diag_attrs, () => ({
  0: memory,
  1: groups,
  2: ring,
  3: ring,
  4: flags(d.netlink_socket_flags),
}));
/** struct netlink_diag_msg. */
export const reply: Decoder = about(
  'ndiag_family',
  {
    ndiag_type: choice(socket_types, 1),
    ndiag_protocol: choice(netlink_protocols, 1),
    ndiag_state: choice(g.netlink_states, 1),
    ndiag_portid: u32,
    ndiag_dst_portid: u32,
    ndiag_dst_group: u32,
    ndiag_ino: u32,
    ndiag_cookie: cookie,
  },
  replyAttributes,
);
