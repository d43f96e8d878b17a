// Flags of messages by what the messages do: create, ask, delete (netlink(7)).
import * as g from '../../../constants/generated/netlink.js';
import type { ConstantTable } from '../../../constants/table.js';

/** Numbers of message types by what they do; those in none of the lists have no flags of their own. */
export interface Kinds {
  readonly creating?: readonly number[];
  readonly asking?: readonly number[];
  readonly deleting?: readonly number[];
}

/** The flags of a message's kind. */
export function flagsOfKind(kinds: Kinds, type: number): ConstantTable | undefined {
  if (kinds.creating?.includes(type)) return g.nlmsg_new_flags;
  if (kinds.asking?.includes(type)) return g.nlmsg_get_flags;
  return kinds.deleting?.includes(type) ? g.nlmsg_delete_flags : undefined;
}
