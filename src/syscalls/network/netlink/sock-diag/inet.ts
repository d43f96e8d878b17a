// sock_diag(7) of IPv4 and IPv6 sockets (linux/inet_diag.h).
import * as d from '../../../../constants/generated/netlink-other.js';
import * as g from '../../../../constants/generated/netlink.js';
import { address_families, inet_protocols } from '../../../../constants/generated/network.js';
import { inet6Address, roomyInetAddress } from '../../../../decode/leaf/inet.js';
import { sockaddr, SOCKADDR_MAX } from '../../../../decode/leaf/sockaddr.js';
import {
  choice,
  constant,
  field,
  flags,
  hexArray,
  inline,
  match,
  padding,
  sibling,
  struct,
  u16,
  u32,
  u64,
  u8,
  x16,
  x32,
  x64,
  x8,
} from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { list, named, terminated } from '../values.js';
import { bytecode } from './bytecode.js';
import { about, identifier, memory, states } from './common.js';
import { socketOptions } from './socket-options.js';
import { upperLayer } from './upper-layer.js';

const AF_INET = 2;
const AF_INET6 = 10;

const extensions = flags(d.inet_extensions, 1);
const protocol = named(inet_protocols, 1);

const requestAttributes = attributes(g.inet_diag_req_attrs, () => ({ 1: bytecode, 3: protocol }));
/** struct inet_diag_req_v2. */
export const request: Decoder = about(
  'sdiag_family',
  {
    sdiag_protocol: choice(inet_protocols, 1),
    idiag_ext: extensions,
    pad: padding(1),
    idiag_states: states,
    id: identifier('sdiag_family'),
  },
  requestAttributes,
);
/** struct inet_diag_req: of TCPDIAG_GETSOCK and DCCPDIAG_GETSOCK. */
export const oldRequest: Decoder = about(
  'idiag_family',
  {
    idiag_src_len: u8,
    idiag_dst_len: u8,
    idiag_ext: extensions,
    id: identifier('idiag_family'),
    idiag_states: states,
    idiag_dbs: u32,
  },
  requestAttributes,
);

/** A value of a map: a number in hexadecimal when it has the size of one. */
const mapValue: Decoder = (n) => {
  const numbers = n.lookup({ 1: x8, 2: x16, 4: x32, 8: x64 });
  return (c, s, at, length) => (numbers(length) ?? n.hex)(c, s, at, length);
};
/** Addresses of a socket that has several (SCTP): struct sockaddr_storage each. */
const addresses = list(sockaddr(constant(SOCKADDR_MAX)));
/** TCP_MD5SIG_MAXKEYLEN. */
const KEY_MAX = 80;
/** struct tcp_diag_md5sig. */
const signature = struct({
  tcpm_family: choice(address_families, 1),
  tcpm_prefixlen: u8,
  tcpm_keylen: u16,
  tcpm_addr: inline(
    match(
      sibling('tcpm_family'),
      [
        [AF_INET, struct({ tcpm_addr: roomyInetAddress })],
        [AF_INET6, struct({ tcpm_addr: field(inet6Address('tcpm_addr'), { bare: true }) })],
      ],
      struct({ tcpm_addr: hexArray(16) }),
    ),
  ),
  tcpm_key: { ...hexArray(KEY_MAX), length: sibling('tcpm_keylen') },
});
const storage = attributes(g.sk_diag_storage_attrs, () => ({ 2: u32, 3: mapValue }));
const replyAttributes = attributes(g.inet_diag_attrs, () => ({
  1: struct({ idiag_rmem: u32, idiag_wmem: u32, idiag_fmem: u32, idiag_tmem: u32 }),
  3: struct({ tcpv_enabled: u32, tcpv_rttcnt: u32, tcpv_rtt: u32, tcpv_minrtt: u32 }),
  4: terminated,
  5: u8,
  6: u8,
  7: memory,
  8: named(d.shutdowns, 1, 1, true),
  9: struct({ dctcp_enabled: u16, dctcp_ce_state: u16, dctcp_alpha: u32, dctcp_ab_ecn: u32, dctcp_ab_tot: u32 }),
  10: protocol,
  11: u8,
  12: addresses,
  13: addresses,
  15: u32,
  16: struct({ bbr_bw_lo: x32, bbr_bw_hi: x32, bbr_min_rtt: u32, bbr_pacing_gain: u32, bbr_cwnd_gain: u32 }),
  17: u32,
  18: list(signature),
  19: upperLayer,
  20: attributes(d.storage_reply_attrs, () => ({ 1: storage })),
  21: u64,
  22: socketOptions,
}));
/** struct inet_diag_msg. */
export const reply: Decoder = about(
  'idiag_family',
  {
    idiag_state: choice(g.tcp_states, 1),
    idiag_timer: u8,
    idiag_retrans: u8,
    id: identifier('idiag_family'),
    idiag_expires: u32,
    idiag_rqueue: u32,
    idiag_wqueue: u32,
    idiag_uid: u32,
    idiag_inode: u32,
  },
  replyAttributes,
);
