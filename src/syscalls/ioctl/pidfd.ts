// Commands of descriptors of processes (linux/pidfd.h).
import { pidfd_coredump, pidfd_info } from '../../constants/generated/descriptors.js';
import { signalNumber, userId } from '../../decode/leaf/flags.js';
import { waitStatus } from '../../decode/leaf/wait-status.js';
import type { FieldSpec } from '../../describe/combinators.js';
import {
  address,
  anyBit,
  field,
  fixedArray,
  flags,
  format,
  fresh,
  i32,
  inout,
  padding,
  returns,
  sibling,
  struct,
  u32,
  u64,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { direction, sizeOf } from './commands.js';
import type { Declaration, IoctlFamily } from './family.js';
import { plain } from './unknown.js';

/** Number of PIDFD_GET_INFO, and the sizes that its structure has had (PIDFD_INFO_SIZE_VER0 to VER3). */
const INFO = 11;
const SIZES = [88, 80, 72, 64];
const BOTH = 3;

/** Bits of the mask. */
const MASK = { PID: 1, CREDS: 2, CGROUPID: 4, EXIT: 8, COREDUMP: 16, SUPPORTED: 32, SIGNAL: 64, CODE: 128 } as const;

/** What the kernel answers, as far as the mask says that it did and the structure has `size` bytes. */
const information = (size: number): Node => {
  const answered = (bit: number, nodes: Readonly<Record<string, Node>>): FieldSpec =>
    Object.fromEntries(
      Object.entries(nodes).map(([name, node]) => [
        name,
        fresh(node, { when: anyBit(sibling('mask'), bit), ifThere: true }),
      ]),
    );
  const id = format(userId);
  const fields: FieldSpec = {
    mask: field(flags(pidfd_info, 8), { changed: 'success' }),
    ...answered(MASK.CGROUPID, { cgroupid: u64 }),
    ...answered(MASK.PID, { pid: i32, tgid: i32, ppid: i32 }),
    ...answered(MASK.CREDS, { ruid: id, rgid: id, euid: id, egid: id, suid: id, sgid: id, fsuid: id, fsgid: id }),
    ...answered(MASK.EXIT, { exit_code: fixedArray(format(waitStatus), 1) }),
    ...(size >= 72 && {
      ...answered(MASK.COREDUMP, { coredump_mask: flags(pidfd_coredump) }),
      ...answered(MASK.SIGNAL, { coredump_signal: format(signalNumber) }),
    }),
    ...(size >= 80 && { ...answered(MASK.CODE, { coredump_code: u32 }), pad: padding(4) }),
    ...(size >= 88 && answered(MASK.SUPPORTED, { supported_mask: flags(pidfd_info, 8) })),
  };
  return inout(struct(fields, { readable: 8 }), { show: 'split' });
};

export const family: IoctlFamily = {
  numbers: true,
  keyOf: (op) => {
    if (direction(op) !== BOTH || (op & 0xff) !== INFO) return undefined;
    return String(SIZES.find((size) => sizeOf(op) >= size) ?? 'small');
  },
  commands: (): Record<string, Declaration> => {
    const another: Declaration = { argument: plain, result: returns.fd };
    const kinds = [
      'CGROUP',
      'IPC',
      'MNT',
      'NET',
      'PID',
      'PID_FOR_CHILDREN',
      'TIME',
      'TIME_FOR_CHILDREN',
      'USER',
      'UTS',
    ];
    return {
      ...Object.fromEntries(kinds.map((kind) => [`PIDFD_GET_${kind}_NAMESPACE`, another])),
      ...Object.fromEntries(SIZES.map((size) => [String(size), information(size)])),
      PIDFD_GET_INFO: information(SIZES[0]),
      small: address,
    };
  },
};
