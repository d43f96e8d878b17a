// Every ioctl command with arguments of many kinds (no memory, memory that ends early, random words), answered with success
// and with an error: in numbers as the installed strace shows them, but for what is decoded otherwise since.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { ioctlCommands } from '../harness/ioctl-commands.js';
import { RUNS_I386 } from '../harness/machine.js';
import { compile, trace, TSTRACE } from '../harness/run.js';

/** Commands whose arguments strace 7.2 prints otherwise than 6.1, and why. Recorded 7.2 output has them. */
const newer: readonly (readonly [names: RegExp, reason: string])[] = [
  [
    /^(UDMABUF_CREATE(_LIST)?|EPIOC[GS]PARAMS|NS_GET_.*PIDNS|NS_GET_MNTNS_ID|NS_MNT_GET_|PIDFD_GET_INFO)/,
    'decoded now',
  ],
  [/^(WDIOC_(GETSUPPORT|SETOPTIONS)|FS_IOC_GET(FSUUID|FSSYSFSPATH|LBMD_CAP)|FS_IOC_SHUTDOWN)$/, 'decoded now'],
  [/^(BTRFS|EXT4|F2FS|XFS)_IOC_(SHUTDOWN|GOINGDOWN)$/, 'decoded now'],
  [
    /^(TEE_IOC_SHM_REGISTER_FD|UFFDIO_(WRITEPROTECT|CONTINUE|POISON)|VIDIOC_(QUERYMENU|EXPBUF)|.*_TIME32)$/,
    'decoded now',
  ],
  [/^(KD[GS]KBSENT|KDGETKEYCODE|GIO_UNIMAP|VIDIOC_(S_CTRL|REQBUFS))$/, 'nothing where nothing changed; an address'],
  [/^(UBI_IOCATT|PTP_CLOCK_GETCAPS2?|PTP_SYS_OFFSET_(EXTENDED2?|.*_CYCLES)|VIDIOC_ENUMINPUT)$/, 'further members'],
  [/^PERF_EVENT_IOC_MODIFY_ATTRIBUTES$/, 'further members'],
  [/^PIDFD_GET_.*_NAMESPACE$/, 'decoded now'],
];

/** Families that neither strace decodes; there are many of them. */
const undecoded =
  /^(DRM|SND|SOUND|AMDKFD|COMEDI|CCISS|HIDIOC|IOCTL_|USBTMC|XSDFEC|NVME|ND_|CXL|GENWQE|ISST|MEDIA|DMX|CEC|VDUSE|VHOST|VBG|FBIO|ATM|PPP|RIO|SGX|ACRN|HSMP|CDROM|VFIO|IOMMU|FASTRPC|I2O|SPI|AGP)/;
/** Random arguments of each command. */
const ROUNDS = '2';

const programs: Record<string, string> = {};
beforeAll(() => {
  programs.x86_64 = compile('ioctl-sweep.c', ['-static', '-no-pie']);
  programs.i386 = compile('ioctl-sweep.c', ['-m32', '-static', '-no-pie']);
});

/** Names by number, of all personalities. */
function numbersOf(abi: string): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const [shared, name, own] of ioctlCommands) {
    const number = abi === 'i386' && own !== undefined ? own : shared;
    if (number === null || undecoded.test(name)) continue;
    const names = found.get(number);
    if (names) names.push(name);
    else found.set(number, [name]);
  }
  return found;
}

test.for([
  ['x86_64', '0'],
  ['x86_64', '5'],
  ['i386', '0'],
])('%s, answer %s', { timeout: 120_000 }, async ([abi, answer], { skip }) => {
  skip(abi === 'i386' && !RUNS_I386);
  // The runs below block: the runner wants to hear of the test before.
  await setTimeout(200);
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-arguments-'));
  try {
    const list = join(dir, 'commands');
    const names = numbersOf(abi);
    writeFileSync(list, [...names.keys()].map((n) => n.toString(16)).join('\n'));
    const lines = (tracer: string): string[] => {
      const run = trace(tracer, ['-e', 'trace=ioctl', '-X', 'raw'], [programs[abi], answer, ROUNDS, list]);
      expect(run.status, run.stderr.slice(-500)).toBe(0);
      return run.trace.split('\n').filter((line) => line.startsWith('ioctl('));
    };
    const [theirs, ours] = [lines('strace'), lines(TSTRACE)];
    expect(theirs.length).toBeGreaterThan(30 * names.size);
    expect(ours.length).toBe(theirs.length);
    const level = (line: string): string => line.replace(/\) +(= )/, ') $1');
    const differences = theirs.flatMap((line, i) => {
      const [expected, actual] = [level(line), level(ours[i])];
      if (expected === actual) return [];
      const number = Number(/^ioctl\(-?\d+, (0x[0-9a-f]+|\d+)/.exec(expected)?.[1]);
      const known = names.get(number)?.some((name) => newer.some(([pattern]) => pattern.test(name)));
      return known ? [] : [`${names.get(number)?.join(' or ')}\nstrace:  ${expected}\ntstrace: ${actual}`];
    });
    expect(differences.slice(0, 8).join('\n'), `${differences.length} lines differ`).toBe('');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
