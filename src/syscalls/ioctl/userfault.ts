// Commands of userfaultfd descriptors (ioctl_userfaultfd(2), linux/userfaultfd.h).
import * as g from '../../constants/generated/descriptors.js';
import type { ConstantTable } from '../../constants/table.js';
import type { FieldSpec } from '../../describe/combinators.js';
import { field, flags, fresh, inout, input, struct, x64 } from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';

/** What is asked for, and behind it what was answered. */
const asked = (fields: FieldSpec, answered: FieldSpec = {}): Node =>
  inout(struct({ ...fields, ...answered }), { show: 'split' });

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const range = struct({ start: x64, len: x64 });
    const mode = (table: ConstantTable): FieldSpec => ({ range, mode: flags(table, 8) });
    return {
      UFFDIO_API: asked(
        { api: x64, features: field(flags(g.fault_features, 8), { changed: 'named' }) },
        { ioctls: fresh(flags(g.fault_commands, 8)) },
      ),
      UFFDIO_REGISTER: asked(mode(g.fault_register_modes), { ioctls: fresh(flags(g.fault_range_commands, 8)) }),
      UFFDIO_UNREGISTER: input(range),
      UFFDIO_WAKE: input(range),
      UFFDIO_COPY: asked({ dst: x64, src: x64, len: x64, mode: flags(g.fault_copy_modes, 8) }, { copy: fresh(x64) }),
      UFFDIO_ZEROPAGE: asked(mode(g.fault_zero_modes), { zeropage: fresh(x64) }),
      UFFDIO_WRITEPROTECT: input(struct(mode(g.fault_protect_modes))),
      UFFDIO_CONTINUE: asked(mode(g.fault_continue_modes), { mapped: fresh(x64) }),
      UFFDIO_POISON: asked(mode(g.fault_poison_modes), { updated: fresh(x64) }),
    };
  },
};
