// What programs say to the kernel's routing tables (ip, bridge and tc of iproute2), under the installed strace and under
// tstrace: each program in a network namespace of its own, made the same way. And netlink sockets that came by another way
// than socket(2).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inNetworkNamespace, steadyMessages } from '../harness/network-namespace.js';
import { newerAttributes } from '../harness/newer.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-netlink-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Nothing in it depends on time: no device but lo is up, there is no IPv6, hardware addresses are given. */
const DEVICES = `
link set lo up
link add br0 address 02:00:00:00:00:02 type bridge
link add v0 address 02:00:00:00:00:03 type veth peer name v1 address 02:00:00:00:00:04
link set v0 master br0
addr add 10.0.0.1/24 dev lo
route add 10.1.0.0/16 via 10.0.0.2
route add 10.2.0.0/16 nexthop via 10.0.0.2 weight 1 nexthop via 10.0.0.3 weight 2
rule add from 10.7.0.0/16 table 7 priority 70
neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 nud permanent dev v1
nexthop add id 5 via 10.0.0.2 dev lo
`;

/** What differs from run to run, times, too, and counters of tables that all namespaces share. */
const steady = (text: string): string =>
  steadyMessages(text)
    .replace(
      /\b([ct]stamp|ndtc_last_(?:flush|rand)|ndtc_hash_rnd|ndtc_entries|ndts_\w+|reachable_time|ndm_(?:confirmed|used|updated))=\d+/g,
      '$1=T',
    )
    .replace(/(NDTPA_REACHABLE_TIME(?: \*\/)?\}), [^\]]+/g, '$1, T')
    // Counters have other numbers in 6.1's headers.
    .replace(/\[(?:\d+ \/\* )?IPSTATS_MIB_[\w?]+(?: \*\/)?\]=/g, '[IPSTATS_MIB]=');

let ours = '';
let theirs = '';
beforeAll(() => {
  const devices = join(dir, 'devices');
  writeFileSync(devices, DEVICES.trimStart());
  const preparation = `
    echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
    echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
    ip -batch ${devices}`;
  ours = inNetworkNamespace(dir, TSTRACE, preparation);
  theirs = inNetworkNamespace(dir, 'strace', preparation);
});

const programs = [
  'ip link',
  'ip -s -d link',
  'ip addr',
  'ip route',
  'ip route show table all',
  'ip rule',
  'ip neigh',
  'ip ntable',
  'ip netconf',
  'ip nexthop',
  'ip addrlabel',
  'ip netns list-id',
  'ip route get 10.1.2.3',
  'ip link show nosuch',
  'ip link set v1 mtu 1400 alias text',
  'ip link set v0 type bridge_slave guard on',
  'ip link add vl address 02:00:00:00:00:05 link v1 type vlan id 5',
  'ip addr add 10.8.8.8/32 dev br0 label br0:x',
  'ip route add 10.9.0.0/16 via 10.0.0.2 mtu 1300 advmss 1200',
  'ip route add 10.9.0.0/16 via 9.9.9.9',
  'ip route del 10.1.0.0/16',
  'ip rule add from 10.0.0.0/8 iif lo table 9',
  'ip neigh add 10.0.0.8 lladdr 02:00:00:00:00:08 dev v1',
  'ip nexthop add id 6 via 10.0.0.3 dev lo',
  'bridge link',
  'bridge vlan',
  'bridge fdb',
  'tc qdisc',
  'tc qdisc add dev v1 root pfifo limit 7',
];
const styles = [['-v', '-s', '4096'], [], ['-X', 'verbose', '-v', '-s', '4096'], ['-X', 'raw', '-s', '5']];

describe('iproute2', () => {
  // Every program with all that can be said, the others in turns.
  const cases = programs.flatMap((program, i) => [
    [program, styles[0]] as const,
    [program, styles[1 + (i % (styles.length - 1))]] as const,
  ]);
  // Indices alone: a device may be gone, or have another name, when the line is written.
  for (const program of ['ip link del v0', 'ip link set v1 name vx']) cases.push([program, styles[3]]);

  test.each(cases)('%s %j', (program, style) => {
    const options = [...style, '-e', 'trace=%network'];
    const expected = trace(theirs, options, program.split(' '));
    const actual = trace(ours, options, program.split(' '));
    expect(actual.status, actual.stderr).toBe(expected.status);
    expect(expected.trace).toMatch(/\{nlmsg_len=/);
    const constants = style[0] === '-X' ? (style[1] as 'raw' | 'verbose') : 'abbrev';
    const found = difference(newerAttributes(steady(expected.trace), constants), steady(actual.trace));
    expect(found, found).toBeUndefined();
  });
});

describe('a netlink socket that', () => {
  let program = '';
  beforeAll(() => {
    program = compile('netlink-sockets.c');
  });
  const options = [[], ['-f'], ['-e', 'trace=sendto'], ['-f', '-n', '-e', 'trace=sendto'], ['-e', 'verbose=none']];

  // An unrelated send comes first: by then nothing is known of such a socket.
  test.each(['made', 'inherited', 'received', 'none'].flatMap((how) => options.map((set) => [how, set] as const)))(
    'was %s, with %j',
    (how, set) => {
      const { trace: text, status } = trace(TSTRACE, [...set, '-a1'], [program, how]);
      expect(status).toBe(0);
      expect(text).toMatch(/sendto\(\d+, "hey", 3, 0, NULL, 0\) = 3/);
      const sent = text.split('\n').filter((line) => /sendto\(.*AF_NETLINK|sendto\(.*, 16, 0, (0x|NULL)/.test(line));
      const decoded = sent.filter((line) => line.includes('{nlmsg_len=16, nlmsg_type=NLMSG_NOOP, '));
      expect(decoded.length, text).toBe(how === 'none' || set.includes('verbose=none') ? 0 : 1);
      expect(sent.length, text).toBe(1);
    },
  );
});
