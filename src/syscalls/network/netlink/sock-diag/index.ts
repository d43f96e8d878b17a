// NETLINK_SOCK_DIAG (sock_diag(7)): requests and replies, by the address family that they begin with.
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import type { Decoder } from '../compiler.js';
import type { NetlinkFamily } from '../family.js';
import { familyAndData } from '../values.js';
import * as inet from './inet.js';
import * as netlink from './netlink.js';
import * as packet from './packet.js';
import * as smc from './smc.js';
import * as unix from './unix.js';

const NLM_F_REQUEST = 1;
const TCPDIAG_GETSOCK = 18;
const DCCPDIAG_GETSOCK = 19;

interface Family {
  readonly request: Decoder;
  readonly reply: Decoder;
}

const AF_INET = 2;
const AF_INET6 = 10;
const families: readonly (readonly [number, Family])[] = [
  [1, unix],
  [AF_INET, inet],
  [AF_INET6, inet],
  [16, netlink],
  [17, packet],
  [43, smc],
];
const oldFamilies: typeof families = [
  ...families,
  [AF_INET, { request: inet.oldRequest, reply: inet.reply }],
  [AF_INET6, { request: inet.oldRequest, reply: inet.reply }],
];

const messagesOf =
  (list: typeof families): Decoder =>
  (n) => {
    const printers = new Map(
      list.map(([family, { request, reply }]) => [family, [n.lazy(request), n.lazy(reply)] as const]),
    );
    const other = n.compile(familyAndData(address_families));
    return (c, s, at, length) => {
      const printer = n.readable(at, 1) ? printers.get(c.bytes[at]) : undefined;
      (printer?.[n.scope.flags & NLM_F_REQUEST ? 0 : 1] ?? other)(c, s, at, length);
    };
  };
const messages = messagesOf(families);
const oldMessages = messagesOf(oldFamilies);

export const family: NetlinkFamily = {
  types: g.nl_diag_types,
  flags: () => g.nlmsg_get_flags,
  payload: (type) => (type === TCPDIAG_GETSOCK || type === DCCPDIAG_GETSOCK ? oldMessages : messages),
};
