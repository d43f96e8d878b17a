// sock_diag(7) of SMC sockets (linux/smc_diag.h).
import * as d from '../../../../constants/generated/netlink-other.js';
import * as g from '../../../../constants/generated/netlink.js';
import { padded } from '../../../../decode/xlat.js';
import {
  annotated,
  chars,
  choice,
  fixedArray,
  flags,
  format,
  padding,
  struct,
  u16,
  u32,
  u64,
  u8,
  x64,
} from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { named } from '../values.js';
import { about, identifier } from './common.js';

/** struct smc_diag_req. */
export const request: Decoder = about('diag_family', {
  pad: padding(2),
  diag_ext: flags(d.smc_extensions, 1),
  id: identifier('diag_family'),
});

/** A byte in two hexadecimal digits at least, where C counts the `0x` as digits: `00`, `0x1`. */
const bits = format(padded(2), 1);
const cursor = struct({ reserved: u16, wrap: u16, count: u32 });
const connection = struct({
  token: u32,
  sndbuf_size: u32,
  rmbe_size: u32,
  peer_rmbe_size: u32,
  rx_prod: cursor,
  rx_cons: cursor,
  tx_prod: cursor,
  tx_cons: cursor,
  rx_prod_flags: bits,
  rx_conn_state_flags: bits,
  tx_prod_flags: bits,
  tx_conn_state_flags: bits,
  tx_prep: cursor,
  tx_sent: cursor,
  tx_fin: cursor,
});
const link = struct({ link_id: u8, ibname: chars(64), ibport: u8, gid: chars(40), peer_gid: chars(40) });
const group = struct({ lnk: fixedArray(link, 1), role: choice(d.smc_roles, 1) });
const decline = annotated(choice(d.smc_declines));

/** struct smcd_diag_dmbinfo: of 40 bytes before Linux 6.8. */
const buffer: Decoder = (n) => {
  const fields = { linkid: u32, pad: padding(4), peer_gid: x64, my_gid: x64, token: x64, peer_token: x64 };
  const old = n.lazy(struct(fields));
  const whole = struct({ ...fields, peer_gid_ext: x64, my_gid_ext: x64 });
  const print = n.lazy(whole);
  const size = n.sizeOf(whole);
  return (c, s, at, length) => (length < size ? old : print)(c, s, at, length);
};

const replyAttributes = attributes(g.smc_diag_attrs, () => ({
  1: connection,
  2: group,
  3: named(d.shutdowns, 1, 1),
  4: buffer,
  5: struct({ reason: decline, peer_diagnosis: decline }),
}));
/** struct smc_diag_msg. */
export const reply: Decoder = about(
  'diag_family',
  {
    diag_state: choice(g.smc_states, 1),
    diag_fallback: choice(g.smc_diag_modes, 1),
    diag_shutdown: u8,
    id: identifier('diag_family'),
    diag_uid: u32,
    diag_inode: u64,
  },
  replyAttributes,
);
