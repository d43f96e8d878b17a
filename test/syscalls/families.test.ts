// Every call has one description, and every description belongs to a call of some personality.
import { expect, test } from 'vitest';
import { IPC, SOCKETCALL, subcalls } from '../../src/abi/multiplexers.js';
import { syscallNumbers } from '../../src/abi/syscalls.js';
import type { AbiName } from '../../src/abi/abi.js';
import { describedNames } from '../../src/syscalls/index.js';

const names = describedNames();
/** What i386's socketcall and ipc lead to, by names that no number has. */
const SUBCALLS = new Set([SOCKETCALL, IPC].flatMap((nr) => subcalls(nr).map(([, name]) => name)));

test('no call is described in two places', () => {
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test('every description is of a call that exists', () => {
  const exists = (name: string): boolean => {
    const [bare, only] = name.split('@');
    const abis: AbiName[] = only === '32' ? ['i386'] : ['x86_64', 'i386', 'x32'];
    return abis.some((abi) => syscallNumbers(abi, bare).length > 0) || SUBCALLS.has(bare);
  };
  expect(names.filter((name) => !exists(name))).toEqual([]);
});
