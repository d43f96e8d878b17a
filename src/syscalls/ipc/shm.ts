// System V shared memory.
import * as g from '../../constants/generated/ipc.js';
import {
  address,
  arg,
  byAbi,
  call,
  callBy,
  flags,
  format,
  i32,
  input,
  output,
  pid,
  returns,
  size,
  struct,
  ulong,
} from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { constantText, flagNames, hexText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';
import { command, inBothLayouts, IPC_64, ipcKey, ipcTime, modeText, MODE, permission, toldOnly } from './command.js';

const HUGE_SHIFT = 26;
/** The page size takes the upper six bits. */
const HUGE_MASK = 0xfc000000;

/** `SHM_HUGETLB|21<<SHM_HUGE_SHIFT|0600` */
const creation: ScalarFormat = (style) =>
  memoised((lo) => {
    const parts: string[] = [];
    const bits = (lo & ~MODE & ~HUGE_MASK) >>> 0;
    const order = lo >>> HUGE_SHIFT;
    if (bits !== 0) {
      const entries = g.shmget_flags.entries(style.abi.name);
      const known = flagNames(entries, bits, 0, 4).names.length > 0;
      parts.push(known ? constantText(g.shmget_flags, style.abi, style.constants, bits, 0, 4) : hexText(bits, 0));
    }
    if (order !== 0)
      parts.push(`${order}<<${constantText(g.shm_huge_shift, style.abi, style.constants, HUGE_SHIFT, 0, 4, 'u')}`);
    parts.push(modeText(lo & MODE));
    return parts.join('|');
  });

const segment = inBothLayouts((small, extent) =>
  struct(
    {
      shm_perm: permission(small, extent),
      shm_segsz: toldOnly(ulong, extent),
      ...ipcTime('shm_atime', small, extent),
      ...ipcTime('shm_dtime', small, extent),
      ...ipcTime('shm_ctime', small, extent),
      shm_cpid: toldOnly(pid, extent),
      shm_lpid: toldOnly(pid, extent),
      shm_nattch: toldOnly(ulong, extent),
    },
    {
      size: small ? 84 : 112,
      order:
        extent === 'set'
          ? ['shm_perm']
          : ['shm_perm', 'shm_segsz', 'shm_cpid', 'shm_lpid', 'shm_nattch', 'shm_atime', 'shm_dtime', 'shm_ctime'],
    },
  ),
);
/** `struct shminfo64`, which has room for four more. */
const limitsOf = (bytes: number): MemoryNode =>
  struct({ shmmax: ulong, shmmin: ulong, shmmni: ulong, shmseg: ulong, shmall: ulong }, { size: bytes });
const limits = byAbi(limitsOf(72), limitsOf(36)) as MemoryNode;
const usage = struct({
  used_ids: i32,
  shm_tot: ulong,
  shm_rss: ulong,
  shm_swp: ulong,
  swap_attempts: ulong,
  swap_successes: ulong,
});

const IPC_SET = 1;
const IPC_STAT = 2;
const IPC_INFO = 3;
const SHM_STAT = 13;
const SHM_INFO = 14;
const SHM_STAT_ANY = 15;

/** What the commands point to. */
export const shmctlBuffers: readonly (readonly [commands: readonly number[], node: Node])[] = [
  [[IPC_SET], input(segment.set)],
  [[IPC_STAT, SHM_STAT, SHM_STAT_ANY], output(segment.told)],
  [[IPC_INFO], output(limits)],
  [[SHM_INFO], output(usage)],
];

const shmctl = (): Call =>
  callBy(
    { shmid: i32, op: command(g.shmctl_commands) },
    arg('op'),
    shmctlBuffers.map(([commands, buf]) => [commands, { buf }] as const),
    { buf: address },
    returns.decimal,
    { mask: ~IPC_64 >>> 0 },
  );

export const shmatFlags = flags(g.shmat_flags);
export const segmentFlags = format(creation);

export const shm: Family = {
  shmget: () => call({ key: ipcKey, size, shmflg: segmentFlags }),
  shmat: () => call({ shmid: i32, shmaddr: address, shmflg: shmatFlags }, returns.address),
  shmdt: () => call({ shmaddr: address }),
  shmctl,
};
