// NETLINK_CRYPTO (linux/cryptouser.h).
import * as g from '../../../constants/generated/netlink-other.js';
import { chars, struct, u32, x32 } from '../../../describe/combinators.js';
import type { FieldSpec } from '../../../describe/combinators.js';
import type { StructNode } from '../../../describe/node.js';
import { attributes } from './attribute.js';
import type { Decoder } from './compiler.js';
import type { NetlinkFamily } from './family.js';
import { followed } from './values.js';

/** CRYPTO_MAX_NAME. */
const name = chars(64);
const CRYPTO_MSG_DELRNG = 20;

/** A structure, printed by `decoder`; fewer bytes than it takes are a string. */
const orText =
  (node: StructNode, decoder: Decoder = node): Decoder =>
  (n) => {
    const print = n.compile(decoder);
    const size = n.sizeOf(node);
    return (c, s, at, length) => (length < size ? n.text : print)(c, s, at, length);
  };
const report = (fields: FieldSpec): Decoder => orText(struct({ type: name, ...fields }));
/** A report that has nothing but the type, in as many bytes as there are. */
const typeAlone: Decoder = (n) => (c, s, at, length) => {
  s.text('{type=');
  n.terminated(c, s, at, length);
  s.byte(125);
};

const algorithmAttributes = attributes(g.crypto_attrs, () => ({
  1: u32,
  2: typeAlone,
  3: report({ blocksize: u32, digestsize: u32 }),
  4: report({ geniv: name, blocksize: u32, min_keysize: u32, max_keysize: u32, ivsize: u32 }),
  5: report({ geniv: name, blocksize: u32, maxauthsize: u32, ivsize: u32 }),
  6: typeAlone,
  7: report({ seedsize: u32 }),
  8: report({ blocksize: u32, min_keysize: u32, max_keysize: u32 }),
  9: typeAlone,
  10: typeAlone,
  11: typeAlone,
  22: typeAlone,
}));

/** struct crypto_user_alg. */
const header = struct({
  cru_name: name,
  cru_driver_name: name,
  cru_module_name: name,
  cru_type: x32,
  cru_mask: x32,
  cru_refcnt: u32,
  cru_flags: x32,
});
const algorithm = orText(header, followed(header, algorithmAttributes));

export const family: NetlinkFamily = {
  types: g.crypto_messages,
  payload: (type) => (type < CRYPTO_MSG_DELRNG ? algorithm : undefined),
};
