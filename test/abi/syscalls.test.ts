// System-call tables: names, argument counts and classes as strace has them.
import { describe, expect, it } from 'vitest';
import type { AbiName } from '../../src/abi/abi.js';
import { carriedNumber, carrierOf } from '../../src/abi/multiplexers.js';
import {
  callName,
  classNames,
  syscallArgCount,
  syscallClass,
  syscallName,
  syscallNumbers,
  tableSize,
  unnamedCall,
} from '../../src/abi/syscalls.js';

const ABI_NAMES: readonly AbiName[] = ['x86_64', 'i386', 'x32'];

describe('names', () => {
  it.each<[AbiName, number, string]>([
    ['x86_64', 0, 'read'],
    ['x86_64', 17, 'pread64'],
    ['x86_64', 166, 'umount2'],
    ['x86_64', 262, 'newfstatat'],
    ['x86_64', 471, 'rseq_slice_yield'],
    ['i386', 28, 'oldfstat'],
    ['i386', 140, '_llseek'],
    ['i386', 191, 'ugetrlimit'],
    ['i386', 192, 'mmap2'],
    ['x32', 512, 'rt_sigaction'],
    ['x32', 13, 'rt_sigaction#64'],
  ])('%s %d is %s', (abi, nr, name) => {
    expect(syscallName(abi, nr)).toBe(name);
    expect(syscallNumbers(abi, name)).toContain(nr);
  });

  it('leaves gaps and the end without a name', () => {
    expect(syscallName('x86_64', 336)).toBeUndefined();
    expect(syscallName('x86_64', 400)).toBeUndefined();
    for (const abi of ABI_NAMES) expect(syscallName(abi, tableSize(abi))).toBeUndefined();
  });

  it('has no x32 bit in x32 numbers', () => {
    expect(tableSize('x32')).toBe(548);
    expect(tableSize('x86_64')).toBe(472);
  });

  it('counts arguments, six where nothing is known', () => {
    expect(syscallArgCount('x86_64', 0)).toBe(3);
    expect(syscallArgCount('x86_64', 9)).toBe(6);
    expect(syscallArgCount('x86_64', 39)).toBe(0);
    expect(syscallArgCount('x86_64', 336)).toBe(6);
  });

  it('finds every number by its name', () => {
    for (const abi of ABI_NAMES)
      for (let nr = 0; nr < tableSize(abi); nr++) {
        const name = syscallName(abi, nr);
        if (name !== undefined) expect(syscallNumbers(abi, name)).toContain(nr);
      }
  });
});

describe('calls that i386 carries', () => {
  it('have numbers and names of their own beside those of the kernel', () => {
    const send = carriedNumber('send') ?? -1;
    expect(callName('i386', send)).toBe('send');
    expect(syscallName('i386', send)).toBeUndefined();
    expect(callName('x86_64', send)).toBeUndefined();
    expect(carrierOf(send)).toBe(102);
    expect(syscallNumbers('i386', 'send')).toEqual([send]);
    expect(syscallNumbers('i386', 'socket')).toEqual([359, carriedNumber('socket')]);
    expect(syscallNumbers('i386', 'semop')).toEqual([carriedNumber('semop')]);
  });

  it('are in the classes of the calls that do the same', () => {
    expect(syscallClass('i386', '%network')).toContain(carriedNumber('send'));
    expect(syscallClass('i386', '%ipc')).toContain(carriedNumber('shmat'));
    expect(syscallClass('i386', '%ipc')).not.toContain(carriedNumber('send'));
  });

  it('leave their numbers to a program that makes calls by them', () => {
    expect(unnamedCall('i386', 0x10000309)).toBe('syscall_0x309');
    expect(unnamedCall('i386', 0xffffffff)).toBe('syscall_0xffffffffffffffff');
    expect(unnamedCall('x32', 511)).toBe('syscall_0x400001ff');
  });
});

describe('classes', () => {
  const names = (abi: AbiName, className: string): (string | undefined)[] =>
    [...(syscallClass(abi, className) ?? [])].map((nr) => callName(abi, nr));

  it('has strace’s class names', () => {
    expect([...classNames()].sort()).toEqual(
      '%%stat %%statfs %clock %creds %desc %file %fstat %fstatfs %ipc %lstat %memory %network %process %pure %signal %stat %statfs'.split(
        ' ',
      ),
    );
    expect(syscallClass('x86_64', '%none-such')).toBeUndefined();
  });

  it('knows members and strangers', () => {
    expect(names('x86_64', '%file')).toEqual(
      expect.arrayContaining(['open', 'openat', 'execve', 'statfs', 'fchmodat2', 'getxattrat']),
    );
    expect(names('x86_64', '%file')).not.toContain('read');
    expect(names('x86_64', '%desc')).toEqual(expect.arrayContaining(['read', 'mmap', 'cachestat', 'epoll_wait']));
    expect(names('x86_64', '%memory')).toEqual(expect.arrayContaining(['brk', 'mmap', 'mseal']));
    expect(names('x86_64', '%process')).toEqual(expect.arrayContaining(['clone3', 'exit_group', 'wait4', 'execveat']));
    expect(names('x86_64', '%pure')).toEqual(expect.arrayContaining(['getpid', 'getuid']));
    expect(names('x86_64', '%%stat')).toEqual(
      expect.arrayContaining(['stat', 'lstat', 'fstat', 'newfstatat', 'statx']),
    );
    expect(names('i386', '%ipc')).toContain('ipc');
    expect(names('x32', '%signal')).toContain('rt_sigaction');
  });

  it('holds only numbers that have a name', () => {
    for (const abi of ABI_NAMES)
      for (const className of classNames()) expect(names(abi, className)).not.toContain(undefined);
  });

  it('unites the parts of %%stat and %%statfs', () => {
    for (const abi of ABI_NAMES) {
      for (const part of ['%stat', '%lstat', '%fstat'])
        expect(names(abi, '%%stat')).toEqual(expect.arrayContaining(names(abi, part)));
      for (const part of ['%statfs', '%fstatfs'])
        expect(names(abi, '%%statfs')).toEqual(expect.arrayContaining(names(abi, part)));
    }
  });
});
