// Constant groups: generated files are up to date, and their tables hold what strace prints.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { choiceTable, flagsTable, valueOf, type ConstantTable } from '../../src/constants/table.js';
import * as file from '../../src/constants/generated/file.js';
import * as io from '../../src/constants/generated/io.js';
import * as ipc from '../../src/constants/generated/ipc.js';
import * as kernel from '../../src/constants/generated/kernel.js';
import * as memory from '../../src/constants/generated/memory.js';
import * as netlink from '../../src/constants/generated/netlink.js';
import * as network from '../../src/constants/generated/network.js';
import * as processes from '../../src/constants/generated/process.js';
import * as signal from '../../src/constants/generated/signal.js';
import * as time from '../../src/constants/generated/time.js';

const DIR = fileURLToPath(new URL('../../src/constants/generated', import.meta.url));
/** Every generated file, by its name. */
const FAMILIES = Object.fromEntries(
  await Promise.all(
    readdirSync(DIR).map(async (name) => [
      name.replace('.ts', ''),
      (await import(`../../src/constants/generated/${name.replace('.ts', '.js')}`)) as Record<string, ConstantTable>,
    ]),
  ),
) as Readonly<Record<string, Readonly<Record<string, ConstantTable>>>>;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const names = (table: ConstantTable): string[] => table.entries('x86_64').map((e) => e.name);

describe('generated files', () => {
  it('are what data/ gives', () => {
    // Throws when the check ends with another status than 0.
    const out = execFileSync(process.execPath, ['--import', 'tsx', 'scripts/generate.ts', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(out).toBe('');
  });
});

describe.each(Object.entries(FAMILIES))('%s', (_family, groups) => {
  it.each(Object.entries(groups))('%s has members, once each, on every personality', (_name, group) => {
    for (const abi of ['x86_64', 'i386', 'x32'] as const) {
      const entries = group.entries(abi);
      expect(entries.length).toBeGreaterThan(0);
      const keys = entries.map((e) => (group.kind === 'flags' ? e.name : `${e.hi}:${e.lo}`));
      expect(keys.filter((k, i) => keys.indexOf(k) !== i)).toEqual([]);
      for (const e of entries) {
        // `1<<NAME` for numbers of bits, `NAME<<4` for bits in another place, `NAME-1` for elements and bits that are counted
        // from one, `NAME|NAME` where a command is joined with its flags, `NAME+1` for one behind the last.
        expect(e.name).toMatch(/^(1<<\(?)?[A-Z_][A-Za-z0-9_]*(\|[A-Z_]+|<<\d+|[-+]1\)?)*$/);
        expect(Number.isInteger(e.lo) && e.lo >= 0 && e.lo <= 0xffffffff).toBe(true);
        expect(Number.isInteger(e.hi) && e.hi >= 0 && e.hi <= 0xffffffff).toBe(true);
      }
    }
  });
});

describe('order of printing', () => {
  /** A part that follows the mask which contains it would never print otherwise. */
  it('masks of several bits stand before their parts', () => {
    for (const groups of Object.values(FAMILIES))
      for (const [name, group] of Object.entries(groups)) {
        if (group.kind !== 'flags') continue;
        const entries = group.entries('x86_64');
        entries.forEach((whole, i) => {
          for (const part of entries.slice(0, i)) {
            const inside = (part.lo | part.hi) !== 0 && ((part.lo & ~whole.lo) | (part.hi & ~whole.hi)) === 0;
            const same = part.lo === whole.lo && part.hi === whole.hi;
            if (inside && !same) expect.soft(`${name}: ${part.name} before ${whole.name}`).toBe('');
          }
        });
      }
  });

  it('is strace’s where it is not that of the values', () => {
    expect(names(file.open_flags).slice(5, 9)).toEqual(['O_NONBLOCK', 'O_SYNC', '__O_SYNC', 'O_DSYNC']);
    expect(names(memory.msync_flags)).toEqual(['MS_SYNC', 'MS_ASYNC', 'MS_INVALIDATE']);
    expect(names(processes.wait_options).slice(0, 3)).toEqual(['WNOHANG', 'WEXITED', 'WSTOPPED']);
    expect(names(io.epoll_events).slice(0, 6)).toEqual([
      'EPOLLIN',
      'EPOLLPRI',
      'EPOLLOUT',
      'EPOLLERR',
      'EPOLLHUP',
      'EPOLLNVAL',
    ]);
  });
});

describe('values', () => {
  it.each<[ConstantTable, string, number]>([
    [file.open_flags, 'O_CLOEXEC', 0x80000],
    [file.statx_masks, 'STATX_ALL', 0xfff],
    [file.fcntl_commands, 'F_DUPFD_CLOEXEC', 1030],
    [memory.mmap_flags, 'MAP_ANONYMOUS', 0x20],
    [processes.clone3_flags, 'CLONE_INTO_CGROUP', 0x200000000],
    [processes.clone_flags, 'CLONE_IO', 0x80000000],
    [io.epoll_events, 'EPOLLET', 0x80000000],
    [network.address_families, 'AF_UNIX', 1],
    [kernel.bpf_commands, 'BPF_PROG_LOAD', 5],
    [ipc.shmctl_commands, 'SHM_STAT_ANY', 15],
    [netlink.nl_route_types, 'RTM_GETLINK', 18],
    [signal.sigmask_how, 'SIG_SETMASK', 2],
    [time.clock_ids, 'CLOCK_TAI', 11],
  ])('%#: %s', (group, name, value) => {
    expect(valueOf(group, name)).toBe(value);
  });

  it('tells the personalities apart', () => {
    const direct = (abi: 'x86_64' | 'i386'): number | undefined =>
      file.fcntl_commands.entries(abi).find((e) => e.name === 'F_SETLK64')?.lo;
    expect(direct('i386')).toBe(13);
    expect(direct('x86_64')).toBe(13);
    const table = choiceTable('X_???', 'A=1 B=100000002', { i386: 'A=2' });
    expect(table.entries('x86_64')).toEqual([
      { name: 'A', lo: 1, hi: 0 },
      { name: 'B', lo: 2, hi: 1 },
    ]);
    expect(table.entries('i386')).toEqual([{ name: 'A', lo: 2, hi: 0 }]);
    expect(table.entries('x32')).toBe(table.entries('x86_64'));
  });

  it('an unknown name is an error', () => {
    expect(() => valueOf(flagsTable('', 'A=1'), 'B')).toThrow('no constant B');
  });
});
