// Landlock: rules about what a program may do with files and the network.
import * as g from '../../constants/generated/kernel.js';
import {
  arg,
  call,
  callBy,
  choice,
  fd,
  field,
  flags,
  input,
  match,
  address,
  returns,
  size,
  struct,
  u64,
  versioned,
  x32,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Family } from '../index.js';

const files = flags(g.landlock_access_fs, 8);
const net = flags(g.landlock_access_net, 8);
const scopes = flags(g.landlock_scopes, 8);
/** A field that a later version of the structure brought: shown when the caller's size goes beyond what was before. */
const since = (node: Node, before: number) => field(node, { beyond: before });

const ruleset = versioned(
  {
    handled_access_fs: files,
    handled_access_net: since(net, 8),
    scoped: since(scopes, 16),
    quiet_access_fs: since(files, 24),
    quiet_access_net: since(net, 32),
    quiet_scoped: since(scopes, 40),
  },
  { size: arg('size'), minimum: 8, excess: 'dots' },
);

const PATH_BENEATH = 1;
const NET_PORT = 2;
/** Questions about the kernel: VERSION and ERRATA. */
const QUESTIONS = [1, 2];

export const landlock: Family = {
  landlock_create_ruleset: () =>
    callBy(
      { attr: input(ruleset), size, flags: flags(g.landlock_ruleset_flags) },
      arg('flags'),
      [[QUESTIONS, {}, returns.decimal]],
      {},
      returns.fd,
    ),
  landlock_add_rule: () =>
    call({
      ruleset_fd: fd,
      rule_type: choice(g.landlock_rule_types),
      rule_attr: match(
        arg('rule_type'),
        {
          [PATH_BENEATH]: input(struct({ allowed_access: files, parent_fd: fd }, { size: 12 })),
          [NET_PORT]: input(struct({ allowed_access: net, port: u64 })),
        },
        address,
      ),
      flags: flags(g.landlock_rule_flags),
    }),
  landlock_restrict_self: () => call({ ruleset_fd: fd, flags: x32 }),
};
