// What protocols on top of TCP tell of a socket: TLS (linux/tls.h) and MPTCP (linux/mptcp.h).
import * as d from '../../../../constants/generated/netlink-other.js';
import { inet_ulp_attrs } from '../../../../constants/generated/netlink.js';
import { flags, u16, u32, u64, u8, x32 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { named, terminated } from '../values.js';

/** The kernel's numbers here have two bytes. */
const short = 2;
const tls = attributes(d.tls_attrs, () => ({
  1: named(d.tls_versions, short, short),
  2: named(d.tls_ciphers, short, short),
  3: named(d.tls_configurations, short, short),
  4: named(d.tls_configurations, short, short),
}));
const mptcp = attributes(d.mptcp_attrs, () => ({
  1: x32,
  2: x32,
  3: u32,
  4: u64,
  5: u32,
  6: u32,
  7: u16,
  8: flags(d.mptcp_flags),
  9: u8,
  10: u8,
}));

/** INET_DIAG_ULP_INFO. */
export const upperLayer: Decoder = attributes(inet_ulp_attrs, () => ({ 1: terminated, 2: tls, 3: mptcp }));
