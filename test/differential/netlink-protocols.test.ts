// Protocols of netlink (of NETLINK_ROUTE what iproute2 hardly says), under the installed strace and under tstrace: messages on the edge of
// memory and of random parts, and what programs say: ss, nft, iptables, ip xfrm, each in a network namespace of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { inNetworkNamespace, steadyMessages } from '../harness/network-namespace.js';
import { newerNetlink, olderStates } from '../harness/newer.js';
import { byProcess, normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-netlink-protocols-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('messages', () => {
  const programs: Record<string, string> = {};
  beforeAll(() => {
    programs.x86_64 = compile('netlink-protocols.c', ['-static', '-no-pie']);
    programs.i386 = compile('netlink-protocols.c', ['-static', '-no-pie', '-m32']);
  });

  test.for<[abi: string, options: string[]]>([
    ['x86_64', []],
    ['x86_64', ['-v', '-x']],
    ['x86_64', ['-s', '1']],
    ['x86_64', ['-X', 'raw', '-s', '5']],
    ['x86_64', ['-X', 'verbose', '-xx']],
    ['i386', []],
    ['i386', ['-X', 'verbose', '-s', '200']],
  ])('%s %s', ([abi, options], { skip }) => {
    skip(abi === 'i386' && !RUNS_I386);
    const set = [...options, '-e', 'trace=sendto'];
    const theirs = trace('strace', set, [programs[abi]]);
    const ours = trace(TSTRACE, set, [programs[abi]]);
    expect(ours.status, ours.stderr).toBe(theirs.status);
    const expected = theirs.trace.split('\n');
    const found = olderStates(ours.trace, options.includes('verbose')).split('\n');
    expect(expected.length).toBeGreaterThan(9000);
    expect(found.length).toBe(expected.length);
    const known = found.map((line) => !newerNetlink(line));
    expect(known.filter((k) => !k).length).toBeLessThan(100);
    const differs = difference(
      expected.filter((_, i) => known[i]).join('\n'),
      found.filter((_, i) => known[i]).join('\n'),
    );
    expect(differs, differs).toBeUndefined();
  });
});

/** What differs from run to run, inodes, times and processes, too. */
const steady = (text: string): string =>
  steadyMessages(text)
    .replace(/(_(?:ino|inode|expires|diag_if)|socket:\[)=?\d+/g, '$1=N')
    .replace(/_cookie=\[\d+, \d+\]/g, '_cookie=N')
    // The process that made the tables.
    .replace(/((?:NFT_MSG_NEWGEN|0xa<<8\|0xf),.*?nla_type=0x2\}, )"[^"]*"/g, '$1"PID"');
/** Lines about netlink sockets, of each process for itself. */
const aboutNetlink = (text: string): string =>
  steady(normalise(byProcess(text)))
    .split('\n')
    .filter((line) => /nlmsg_|NETLINK|uevent/.test(line))
    // Devices that come and go while one of the two listens (udevadm).
    .filter((line) => !/"(?:add|remove|change|move|online|offline|bind|unbind)@\//.test(line))
    .join('\n');

interface Program {
  readonly command: readonly string[];
  readonly preparation?: string;
  /** What the trace must show, lest nothing be compared. */
  readonly sample: RegExp;
}
/** Netlink sockets are left out: their order is that of their ports. */
const sockets = 'ip link set lo up';
const programs: readonly Program[] = [
  {
    command: ['ss', '-an', '-A', 'inet,packet,unix'],
    preparation: sockets,
    sample: /nlmsg_type=SOCK_DIAG_BY_FAMILY.*sdiag_family=AF_INET/,
  },
  { command: ['ss', '-anemiO', '-A', 'inet'], preparation: sockets, sample: /1<<\(INET_DIAG_INFO-1\)/ },
  { command: ['ss', '-x'], sample: /sdiag_family=AF_UNIX.*UDIAG_SHOW_NAME/ },
  { command: ['ss', '-tn', 'sport', '=', ':22', 'or', 'dst', '127.0.0.1'], sample: /iov_len=72.*iov_base=/ },
  { command: ['ip', 'xfrm', 'state'], sample: /XFRM_MSG_GETSA/ },
  { command: ['ip', 'xfrm', 'policy'], sample: /XFRM_MSG_GETPOLICY/ },
  {
    command: ['nft', 'add table ip t; add chain ip t c; add rule ip t c tcp dport 22 accept'],
    sample: /NFNL_SUBSYS_NFTABLES<<8\|NFT_MSG_NEWRULE/,
  },
  {
    command: ['nft', 'list ruleset'],
    preparation: 'nft add table inet t',
    sample: /NFNL_SUBSYS_NFTABLES<<8\|NFT_MSG_GETTABLE.*NLM_F_DUMP/,
  },
  { command: ['iptables-nft', '-A', 'INPUT', '-p', 'tcp', '-j', 'ACCEPT'], sample: /NFNL_MSG_BATCH_BEGIN/ },
  {
    command: ['timeout', '0.5', 'udevadm', 'monitor'],
    sample: /NETLINK_KOBJECT_UEVENT/,
  },
];

describe('programs', () => {
  test.each(programs.map((p) => [p.command.join(' '), p] as const))('%s', (_name, { command, preparation, sample }) => {
    for (const options of [['-f'], ['-f', '-v', '-s', '300'], ['-f', '-X', 'raw']]) {
      const set = [...options, '-e', 'trace=%network'];
      const theirs = trace(inNetworkNamespace(dir, 'strace', preparation ?? ':'), set, command);
      const ours = trace(inNetworkNamespace(dir, TSTRACE, preparation ?? ':'), set, command);
      expect(ours.status, ours.stderr).toBe(theirs.status);
      const expected = aboutNetlink(theirs.trace);
      if (!options.includes('raw')) expect(expected).toMatch(sample);
      const found = difference(expected, aboutNetlink(ours.trace));
      expect(found, `${options.join(' ')}: ${found}`).toBeUndefined();
    }
  });
});
