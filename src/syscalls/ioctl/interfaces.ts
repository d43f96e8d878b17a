// Commands of sockets and network interfaces (linux/sockios.h; struct ifreq and ifconf of linux/if.h, netdevice(7)).
import * as g from '../../constants/generated/network.js';
import {
  address as pointer,
  array,
  byAbi,
  blob,
  chars,
  choice,
  constant,
  differs,
  dividedBy,
  equals,
  field,
  flags,
  format,
  fresh,
  i32,
  inout,
  input,
  output,
  noBit,
  padding,
  room,
  sibling,
  struct,
  when,
  x16,
  x8,
  xlong,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Field, Node, StructNode } from '../../describe/node.js';
import { hardwareAddressBytes } from '../../decode/leaf/hardware-address.js';
import { printMac } from '../../decode/leaf/inet.js';
import { interfaceIndex } from '../../decode/leaf/interface.js';
import { sockaddr } from '../../decode/leaf/sockaddr.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { commandNames } from './commands.js';
import type { Declaration, IoctlFamily } from './family.js';

/** A member of the union of struct ifreq. */
type Member = Node | Omit<Field, 'name'>;
/** Bytes of struct ifreq: its union is as large as struct ifmap. */
const [SIZE, COMPAT_SIZE] = [40, 32];
const SIGN = 0x80000000;
/** SIOCPROTOPRIVATE: what protocols and devices make of the numbers from here on is their own. */
const PRIVATE = 0x89e0;
/** IFNAMSIZ; and of struct sockaddr, which is all that an ifreq has room for. */
const [NAME_BYTES, ADDRESS_BYTES] = [16, 16];
const name: Node = { ...chars(NAME_BYTES), limit: 'path' };
/** struct sockaddr: longer addresses are not told whole. */
const address: Member = { node: sockaddr(room), rest: true, upTo: constant(ADDRESS_BYTES) };

/** Bytes of sockaddr.sa_data. */
const DATA_BYTES = 14;
const hardwareData = blob(
  constant(DATA_BYTES),
  DATA_BYTES,
  ({ style }) =>
    (c, s, at) =>
      printMac(c, s, at, hardwareAddressBytes(c.u16(at - 2)) ?? DATA_BYTES, style, DATA_BYTES),
  { size: DATA_BYTES },
);
const hardware = struct({ sa_family: choice(g.hardware_types, 2), sa_data: hardwareData });
const map = struct({ mem_start: xlong, mem_end: xlong, base_addr: x16, irq: x8, dma: x8, port: x8 });

/** The bytes that a list takes, as a number of its elements where it is one. */
const listBytes: ScalarFormat = ({ abi }) => {
  const size = abi.name === 'x86_64' ? SIZE : COMPAT_SIZE;
  return (_c, s, lo) => {
    const bytes = lo | 0;
    s.signed(lo);
    if (bytes > 0 && bytes % size === 0) s.text(` /* ${bytes / size} * sizeof(struct ifreq) */`);
  };
};
/** struct ifreq, whole. */
const ifreq = (size: number, fields: FieldSpec, options: { order?: readonly string[] } = {}): StructNode =>
  struct(fields, { ...options, size });
/** What points to one. */
const sized = (make: (size: number) => Node): Node => byAbi(make(SIZE), make(COMPAT_SIZE), make(COMPAT_SIZE));

/** struct ifconf. */
const list = sized((size) =>
  inout(
    struct({
      ifc_len: field(format(listBytes), { changed: true, when: differs(sibling('ifc_buf'), 0) }),
      // Without a buffer the kernel tells how many bytes it would take.
      needed: field(format(listBytes), {
        as: 'ifc_len',
        overlay: true,
        fresh: 'value',
        when: equals(sibling('ifc_buf'), 0),
      }),
      ifc_buf: when(
        noBit(sibling('ifc_len'), SIGN),
        output(array(ifreq(size, { ifr_name: name, ifr_addr: address }), dividedBy(sibling('ifc_len'), size))),
        pointer,
      ),
    }),
    { show: 'split', always: true },
  ),
);

const answered = (member: Member): Omit<Field, 'name'> =>
  'kind' in member ? fresh(member) : fresh(member.node, member);
/** A name, and what the kernel tells of the interface. */
const asked = (member: string, node: Member): Node =>
  sized((size) => inout(ifreq(size, { ifr_name: name, [member]: answered(node) }), { show: 'split' }));
/** A name, and what is set. */
const given = (member: string, node: Member): Node =>
  sized((size) => input(ifreq(size, { ifr_name: name, [member]: node })));
/** The name of an index. */
const named = sized((size) =>
  inout(ifreq(size, { ifr_name: fresh(name), ifr_ifindex: i32 }, { order: ['ifr_ifindex', 'ifr_name'] }), {
    show: 'split',
  }),
);

const numbers = (commands: readonly string[], node: Node): Record<string, Declaration> =>
  Object.fromEntries(commands.map((command) => [command, node]));

/** Bridges by name, and their ports by index. */
const bridge = input({ kind: 'string', limit: 'string', max: NAME_BYTES });
const port = sized((size) =>
  input(ifreq(size, { ifr_name: padding(NAME_BYTES), ifr_ifindex: format(interfaceIndex) })),
);
const ports: Record<string, Declaration> = {
  ...numbers(['SIOCBRADDBR', 'SIOCBRDELBR'], bridge),
  ...numbers(['SIOCBRADDIF', 'SIOCBRDELIF'], port),
};

export const family: IoctlFamily = {
  // Others that have a name take a pointer, too.
  keyOf: (op) => ((op & 0xffff) < PRIVATE && commandNames(op, 'x86_64').length > 0 ? 'other' : undefined),
  commands: (): Record<string, Declaration> => {
    const both = (get: string, set: string, member: string, node: Member): Record<string, Declaration> => ({
      [get]: asked(member, node),
      [set]: given(member, node),
    });
    const sets = (commands: readonly string[], member: string, node: Member): Record<string, Declaration> =>
      Object.fromEntries(commands.map((command) => [command, given(member, node)]));
    return {
      ...both('SIOCGIFADDR', 'SIOCSIFADDR', 'ifr_addr', address),
      ...both('SIOCGIFDSTADDR', 'SIOCSIFDSTADDR', 'ifr_dstaddr', address),
      ...both('SIOCGIFBRDADDR', 'SIOCSIFBRDADDR', 'ifr_broadaddr', address),
      ...both('SIOCGIFNETMASK', 'SIOCSIFNETMASK', 'ifr_netmask', address),
      ...both('SIOCGIFHWADDR', 'SIOCSIFHWADDR', 'ifr_hwaddr', hardware),
      ...sets(['SIOCADDMULTI', 'SIOCDELMULTI', 'SIOCSIFHWBROADCAST'], 'ifr_hwaddr', hardware),
      ...both('SIOCGIFMETRIC', 'SIOCSIFMETRIC', 'ifr_metric', i32),
      ...both('SIOCGIFMTU', 'SIOCSIFMTU', 'ifr_mtu', i32),
      ...both('SIOCGIFTXQLEN', 'SIOCSIFTXQLEN', 'ifr_qlen', i32),
      ...both('SIOCGIFFLAGS', 'SIOCSIFFLAGS', 'ifr_flags', flags(g.interface_flags, 2)),
      ...both('SIOCGIFSLAVE', 'SIOCSIFSLAVE', 'ifr_slave', name),
      ...both('SIOCGIFMAP', 'SIOCSIFMAP', 'ifr_map', map),
      SIOCGIFINDEX: asked('ifr_ifindex', i32),
      SIOCSIFNAME: given('ifr_newname', name),
      SIOCGIFNAME: named,
      SIOCGIFCONF: list,
      SIOCGSTAMP_NEW: pointer,
      SIOCGSTAMPNS_NEW: pointer,
      other: pointer,
      ...ports,
      ...numbers(['FIOSETOWN', 'SIOCSPGRP', 'SIOCSIFENCAP'], input(i32)),
      ...numbers(['FIOGETOWN', 'SIOCGPGRP', 'SIOCATMARK', 'SIOCGIFENCAP', 'SIOCOUTQNSD'], output(i32)),
    };
  },
};
