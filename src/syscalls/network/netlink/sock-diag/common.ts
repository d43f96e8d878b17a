// What messages of several families of sock_diag(7) hold: identifiers of sockets, memory, families.
import { address_families } from '../../../../constants/generated/network.js';
import { memory_names } from '../../../../constants/generated/netlink-other.js';
import { tcp_state_bits } from '../../../../constants/generated/netlink.js';
import { inet6Address, port, roomyInetAddress } from '../../../../decode/leaf/inet.js';
import { field, fixedArray, flags, match, sibling, struct, u32 } from '../../../../describe/combinators.js';
import type { FieldSpec } from '../../../../describe/combinators.js';
import type { Node, StructNode } from '../../../../describe/node.js';
import type { Decoder } from '../compiler.js';
import { device, familyHeader, list } from '../values.js';

const AF_INET6 = 10;

/** A cookie of a socket: two words. */
export const cookie = { ...fixedArray(u32, 2), limit: 2 };
/** Sets of TCP states. */
export const states = flags(tcp_state_bits);
/** Memory of a socket by name (SO_MEMINFO). */
export const memory: Decoder = list(u32, memory_names);

const socketIdentifier = (source: FieldSpec): StructNode =>
  struct({ idiag_sport: port, idiag_dport: port, ...source, idiag_if: device, idiag_cookie: cookie });
const ipv4 = socketIdentifier({ idiag_src: roomyInetAddress, idiag_dst: roomyInetAddress });
const ipv6 = socketIdentifier({
  idiag_src: field(inet6Address('idiag_src'), { bare: true }),
  idiag_dst: field(inet6Address('idiag_dst'), { bare: true }),
});
/** struct inet_diag_sockid; `family`: the field of the structure around that says which addresses it has. */
export const identifier = (family: string): Node => match(sibling(family), [[AF_INET6, ipv6]], ipv4);

/** A message that begins with the family of the sockets that it is about. */
export const about = (name: string, fields: FieldSpec, rest?: Decoder): Decoder =>
  familyHeader(address_families, name, fields, rest);
