// NETLINK_NETFILTER (linux/netfilter/nfnetlink.h): subsystems with messages of their own, and batches of them.
import * as g from '../../../constants/generated/netlink.js';
import { address_families } from '../../../constants/generated/network.js';
import type { ConstantTable } from '../../../constants/table.js';
import type { ScalarFormat } from '../../../decode/printer.js';
import { constantText, hexText, memoised } from '../../../decode/xlat.js';
import { choice, format, match, sibling, struct } from '../../../describe/combinators.js';
import { attributes } from './attribute.js';
import type { NetlinkFamily } from './family.js';
import { flagsOfKind } from './kinds.js';
import type { Kinds } from './kinds.js';
import { followed, hex, netShort } from './values.js';

const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NFNL_SUBSYS_NFTABLES = 10;

/** A subsystem's messages: their names, and what they do. */
interface Subsystem {
  readonly messages: ConstantTable;
  readonly kinds?: Kinds;
}
const subsystems: Readonly<Record<number, Subsystem>> = {
  1: { messages: g.conntrack_messages, kinds: { creating: [0], asking: [1, 3, 4, 5, 6, 7], deleting: [2] } },
  2: { messages: g.conntrack_exp_messages, kinds: { creating: [0], asking: [1, 3], deleting: [2] } },
  3: { messages: g.nfqueue_messages },
  4: { messages: g.nflog_messages },
  5: { messages: g.osf_messages },
  6: { messages: g.ipset_commands },
  7: { messages: g.nfacct_messages, kinds: { creating: [0], asking: [1, 2], deleting: [3] } },
  8: { messages: g.cttimeout_messages, kinds: { creating: [0], asking: [1], deleting: [2] } },
  9: { messages: g.cthelper_messages, kinds: { creating: [0], asking: [1], deleting: [2] } },
  [NFNL_SUBSYS_NFTABLES]: {
    messages: g.nft_messages,
    kinds: {
      creating: [0, 3, 6, 9, 12, 15, 18, 22],
      asking: [1, 4, 7, 10, 13, 16, 19, 21, 23],
      deleting: [2, 5, 8, 11, 14, 20, 24],
    },
  },
  11: { messages: g.nft_compat_messages, kinds: { asking: [0] } },
  12: { messages: g.nft_hook_messages, kinds: { asking: [0] } },
};
const subsystemOf = (type: number): Subsystem | undefined => subsystems[type >>> 8] as Subsystem | undefined;
const isBatch = (type: number): boolean => type === NFNL_MSG_BATCH_BEGIN || type === NFNL_MSG_BATCH_END;

/** `NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE`. */
const types: ScalarFormat = ({ abi, constants }) =>
  memoised((type) => {
    const named = (table: ConstantTable, value: number): string => constantText(table, abi, constants, value, 0, 2);
    if (isBatch(type)) return named(g.nl_netfilter_batch, type);
    const messages = subsystemOf(type)?.messages;
    const message = type & 255;
    return `${named(g.nl_netfilter_subsystems, type >>> 8)}<<8|${messages ? named(messages, message) : hexText(message, 0)}`;
  });

/** The resource of a message: nftables have their name. */
const tablesResource: ScalarFormat = ({ constants }) => {
  const number = '0xa00';
  const name = 'htons(NFNL_SUBSYS_NFTABLES)';
  const text = constants === 'raw' ? number : constants === 'verbose' ? `${number} /* ${name} */` : name;
  return (_c, s) => s.text(text);
};
/** NFNL_SUBSYS_NFTABLES in network byte order. */
const TABLES = NFNL_SUBSYS_NFTABLES << 8;
const headerOf = (own: boolean) =>
  struct({
    nfgen_family: choice(address_families, 1),
    version: choice(g.nl_netfilter_versions, 1),
    res_id: own ? match(sibling('res_id'), [[TABLES, format(tablesResource, 2)]], netShort) : netShort,
  });
/** struct nfgenmsg and what follows it: attributes, or bytes behind the limits of a batch. */
const message = followed(headerOf(false), attributes(undefined));
const tablesMessage = followed(headerOf(true), attributes(undefined));
const batch = followed(headerOf(false), hex);

export const family: NetlinkFamily = {
  types,
  flags: (type) => {
    const kinds = isBatch(type) ? undefined : subsystemOf(type)?.kinds;
    return kinds && flagsOfKind(kinds, type & 255);
  },
  payload: (type) => (isBatch(type) ? batch : type >>> 8 === NFNL_SUBSYS_NFTABLES ? tablesMessage : message),
};
