// sock_diag(7) of UNIX sockets (linux/unix_diag.h).
import * as g from '../../../../constants/generated/netlink.js';
import { socket_types } from '../../../../constants/generated/network.js';
import { userId } from '../../../../decode/leaf/flags.js';
import { device as deviceNumber } from '../../../../decode/leaf/mode.js';
import { choice, flags, format, padding, struct, u32, u8 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { list, terminated } from '../values.js';
import { about, cookie, memory, states } from './common.js';

/** struct unix_diag_req. */
export const request: Decoder = about('sdiag_family', {
  sdiag_protocol: u8,
  pad: padding(2),
  udiag_states: states,
  udiag_ino: u32,
  udiag_show: flags(g.unix_diag_show),
  udiag_cookie: cookie,
});

const replyAttributes = attributes(g.unix_diag_attrs, () => ({
  0: terminated,
  1: struct(
    { udiag_vfs_ino: u32, udiag_vfs_dev: format(deviceNumber, 4) },
    { order: ['udiag_vfs_dev', 'udiag_vfs_ino'] },
  ),
  2: u32,
  3: list(u32),
  4: struct({ udiag_rqueue: u32, udiag_wqueue: u32 }),
  5: memory,
  6: u8,
  7: format(userId),
}));
/** struct unix_diag_msg. */
export const reply: Decoder = about(
  'udiag_family',
  {
    udiag_type: choice(socket_types, 1),
    udiag_state: choice(g.tcp_states, 1),
    pad: padding(1),
    udiag_ino: u32,
    udiag_cookie: cookie,
  },
  replyAttributes,
);
