// Virtual processors (-e kvm=), namespaces that a call enters (-e namespace=), ids of other pid namespaces.
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

describe.skipIf(!existsSync('/dev/kvm'))('virtual processors', () => {
  let program = '';
  beforeAll(() => {
    program = compile('virtual-processor.c', ['-w']);
  });
  const runs = (text: string): string =>
    text
      .split('\n')
      .filter((line) => /KVM_RUN|0xae80/.test(line))
      .join('\n');

  test.each([
    ['vcpu', []],
    ['-y', ['-y']],
    ['-X raw', ['-X', 'raw']],
    ['-X verbose', ['-X', 'verbose']],
    ['-e raw', ['-e', 'raw=ioctl']],
  ])('%s', (_, options) => {
    const set = ['-e', 'kvm=vcpu', '-e', 'trace=ioctl', ...options];
    const theirs = runs(trace('strace', set, [program]).trace);
    expect(theirs.split('\n').length).toBeGreaterThan(3);
    expect(runs(trace(TSTRACE, set, [program]).trace)).toBe(theirs);
  });

  test('without it nothing is said', () => {
    expect(trace(TSTRACE, ['-e', 'trace=ioctl'], [program]).trace).not.toContain('KVM_EXIT');
  });

  // The installed strace knows no vcpu+.
  test('vcpu+: the shared memory before and after the call', () => {
    const { trace: text } = trace(TSTRACE, ['-y', '--kvm=vcpu+', '-e', 'trace=ioctl'], [program]);
    const apic = 'cr8=0000000000000000, apic_base=0x000000fee00900';
    const head = (reason: string): string =>
      `{request_interrupt_window=0, immediate_exit=0, exit_reason=${reason}, ready_for_interrupt_injection=0, if_flag=0, flags=0, ${apic}`;
    const lines = text.split('\n');
    const halt = lines.findIndex((line) => line.includes('(KVM_EXIT_HLT)'));
    expect(lines.slice(halt, halt + 3)).toEqual([
      'ioctl(5<anon_inode:kvm-vcpu:0>, KVM_RUN, 0) = 0 (KVM_EXIT_HLT)',
      ` VCPU:0< ${head('6 /* KVM_EXIT_MMIO */')}, {mmio={phys_addr=0x00000000002000, data=[0, 0x10, 0, 0, 0, 0, 0, 0], len=2, is_write=0}}}`,
      ` VCPU:0> ${head('5 /* KVM_EXIT_HLT */')}}`,
    ]);
    expect(text).toContain(
      '{io={direction=KVM_EXIT_IO_OUT, size=1, port=0x3f8, count=1, data_offset=0x00000000001000, data=[0x34]}}}',
    );
  });
});

describe('pid namespaces', () => {
  /** The tracees' own ids, and what a run has anew. */
  const same = (text: string, old: boolean): string =>
    normalise(text.replace(/^(\d+)<[^>]*>/gm, '$1'), { old, grouped: true })
      .split('\n')
      .filter((line) => /in strace's PID NS/.test(line) && !/clone|SIGCHLD|IPC_STAT|PR_SCHED_CORE/.test(line))
      .map((line) => line.replace(/\b\d{3,}(?= in strace)/g, 'N').replace(/^\S+ +/, ''))
      .sort()
      .join('\n');

  test.each([
    ['pidns', ['--decode-pids=pidns']],
    ['--pidns-translation', ['--pidns-translation']],
    ['with names', ['--decode-pids=comm,pidns']],
  ])('%s', (_, options) => {
    for (const fixture of ['pid-namespace.c', 'pid-namespace-calls.c']) {
      const program = compile(fixture, ['-w']);
      const theirs = same(trace('strace', ['-f', ...options], [program]).trace, true);
      expect(theirs.split('\n').length).toBeGreaterThan(20);
      const found = difference(theirs, same(trace(TSTRACE, ['-f', ...options], [program]).trace, false));
      expect(found, found).toBeUndefined();
    }
  });

  test('one namespace: nothing is said', () => {
    const { trace: text } = trace(TSTRACE, ['-f', '--decode-pids=pidns'], ['/bin/sh', '-c', 'kill -0 $$; true']);
    expect(text).toMatch(/kill\(\d+, 0\)/);
    expect(text).not.toContain('PID NS');
  });
});

// The installed strace does not know them.
describe('namespaces that a call enters', () => {
  test.each([
    [['-u'], 'unshare(CLONE_NEWUTS)                   = 0 (uts:[N])'],
    [['-u', '-i'], 'unshare(CLONE_NEWUTS|CLONE_NEWIPC)      = 0 (ipc:[N], uts:[N])'],
  ])('unshare %j', (options, line) => {
    const { trace: text } = trace(
      TSTRACE,
      ['--namespace=new', '-e', 'trace=unshare'],
      ['/usr/bin/unshare', ...options, '/bin/true'],
    );
    expect(text.replace(/:\[\d{10}\]/g, ':[N]')).toContain(line);
  });

  test('a child by clone3, and by clone', () => {
    const program = compile('namespace-children.c', ['-w']);
    const { trace: text } = trace(TSTRACE, ['-f', '-e', 'namespace=new', '-e', 'trace=clone,clone3'], [program]);
    const ends = [...text.matchAll(/= \d+( \(.*\))?$/gm)].map(([, said]) => said?.replace(/:\[\d{10}\]/g, ':[N]'));
    expect(ends).toEqual([' (net:[N], uts:[N])', ' (cgroup:[N], time:[N])', undefined]);
  });
});
