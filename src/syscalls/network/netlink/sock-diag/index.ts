// NETLINK_SOCK_DIAG (sock_diag(7)): requests and replies, by the address family that they begin with.
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import type { Decoder } from '../compiler.js';
import type { NetlinkFamily } from '../family.js';
import { by, byFirst, familyAndData } from '../values.js';
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
/** A reply, unless the header says that it asks. */
const either = ({ request, reply }: Family): Decoder =>
  by((n) => n.scope.flags & NLM_F_REQUEST, { [NLM_F_REQUEST]: request }, reply);

const AF_INET = 2;
const AF_INET6 = 10;
const families: Readonly<Record<number, Decoder>> = {
  1: either(unix),
  [AF_INET]: either(inet),
  [AF_INET6]: either(inet),
  16: either(netlink),
  17: either(packet),
  43: either(smc),
};
const old = either({ request: inet.oldRequest, reply: inet.reply });

const unknown = familyAndData(address_families);
/** A family alone is named as of no kind of message. */
const known =
  (cases: Readonly<Record<number, Decoder>>): Decoder =>
  (n) => {
    const alone = n.compile(unknown);
    const print = n.compile(byFirst(cases, unknown));
    return (c, s, at, length) => (length === 1 ? alone : print)(c, s, at, length);
  };
const messages = known(families);
const oldMessages = known({ ...families, [AF_INET]: old, [AF_INET6]: old });

export const family: NetlinkFamily = {
  types: g.nl_diag_types,
  flags: () => g.nlmsg_get_flags,
  payload: (type) => (type === TCPDIAG_GETSOCK || type === DCCPDIAG_GETSOCK ? oldMessages : messages),
};
