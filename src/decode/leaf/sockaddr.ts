// A socket address: the family, and what the family makes of the rest (bind(2)).
import { address_families } from '../../constants/generated/network.js';
import { choice, field, match, sibling, struct } from '../../describe/combinators.js';
import type { Ref, StructNode } from '../../describe/node.js';
import { families, unclaimed } from './sockaddr-families.js';

/** sizeof(struct sockaddr_storage): more is never read. */
export const SOCKADDR_MAX = 128;

const rest = field(match(sibling('sa_family'), families, unclaimed), { overlay: true, inline: true, rest: true });

/** A socket address of `length` bytes: behind a pointer, or (with `room`) in a larger object. */
export const sockaddr = (length: Ref): StructNode =>
  struct({ sa_family: choice(address_families, 2), address: rest }, { size: SOCKADDR_MAX, length, minimum: 2 });
