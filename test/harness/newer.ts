// Lines that strace 7.2 prints otherwise than the installed 6.1, by call: what to look for, and the reason. They are
// compared with recorded 7.2 output elsewhere, not with the installed strace.
interface Newer {
  /** Names of the calls. */
  readonly calls: RegExp;
  /** What 6.1's line must hold. */
  readonly line: RegExp;
  readonly reason: string;
}

const list: readonly Newer[] = [
  { calls: /^rseq$/, line: /./, reason: 'decoded since 7.0' },
  {
    calls: /^sched_(set|get)(param|scheduler)$/,
    line: /./,
    reason: 'the parameter is a structure; the policy is a comment',
  },
  {
    calls: /^(open|openat|openat2|open_by_handle_at|dup3|fcntl|fcntl64|fanotify_init)$/,
    line: /\|0x|O_TMPFILE/,
    reason: 'O_EMPTYPATH',
  },
  { calls: /^name_to_handle_at$/, line: /AT_/, reason: 'flags of its own' },
  { calls: /^open_by_handle_at$/, line: /= \d+$/, reason: 'the result is a descriptor with its path' },
  { calls: /^(send|recv)/, line: /MSG_\w+\|0x/, reason: 'MSG_SOCK_DEVMEM' },
  { calls: /^renameat2$/, line: /RENAME_\?\? /, reason: 'another placeholder' },
  { calls: /^memfd_create$/, line: /0x/, reason: 'MFD_NOEXEC_SEAL, MFD_EXEC' },
  { calls: /^fallocate$/, line: /0x/, reason: 'FALLOC_FL_WRITE_ZEROES' },
  { calls: /^fanotify_mark$/, line: /FAN_|0x/, reason: 'order of flags, newer events' },
  { calls: /^fanotify_init$/, line: /0x/, reason: 'newer flags' },
  { calls: /^statx$/, line: /0x[0-9a-f]+[ ,]/, reason: 'newer mask bits and the fields that they announce' },
  {
    calls: /^(open_tree|fsmount|move_mount|mount_setattr)$/,
    line: /0x|AT_|= 0</,
    reason: 'newer flags, MOUNT_ATTR__ATIME, a plain result',
  },
  { calls: /^[lf]?getxattr$/, line: /", 0\) |"\.\.\., 0\) /, reason: 'with size 0 the value is an address' },
  { calls: /^epoll_/, line: /data=\{/, reason: 'data is one number' },
  { calls: /^(preadv2|pwritev2|io_submit|io_cancel)$/, line: /RWF_|aio_rw_flags|0x/, reason: 'newer RWF_ flags' },
  { calls: /^restart_syscall$/, line: /./, reason: 'the interrupted call is kept through a chain of restarts' },
  { calls: /^(pipe2|mq_open)$/, line: /O_TMPFILE|0x/, reason: 'O_EMPTYPATH' },
  { calls: /^pidfd_(open|send_signal)$/, line: /0x|PIDFD_/, reason: 'flags since 6.9 and 6.15' },
  { calls: /^io_uring_setup$/, line: /flags=|0x/, reason: 'newer flags and features, user_addr of the rings' },
  {
    calls: /^io_uring_(enter|register)$/,
    line: /IORING_|0x/,
    reason: 'newer flags and operations, registered rings, the extended argument',
  },
  {
    calls: /^bpf$/,
    line: /map_extra=|BPF_(PROG|MAP|BTF|LINK)_GET_(NEXT|FD_BY)_ID|0x2[0-9a-f] \/\* BPF_\?\?\?/,
    reason: 'attributes and commands since 6.2; ids have no members that they do not use',
  },
  {
    calls: /^perf_event_open$/,
    line: /bytes 116\.\.119|size=0x88|sig_data=/,
    reason: 'attributes since 6.13: what to do with the aux area, config3, config4',
  },
  { calls: /^(mmap2?|remap_file_pages)$/, line: /0x/, reason: 'MAP_ABOVE4G, MAP_DROPPABLE' },
  {
    calls: /^mremap$/,
    line: /MREMAP_MAYMOVE\|MREMAP_DONTUNMAP|, 0x[0-9a-f]*[4-7c-f]\) /,
    reason: 'MREMAP_DONTUNMAP takes an address',
  },
  { calls: /^reboot$/, line: /LINUX_REBOOT_MAGIC_/, reason: 'a placeholder for each of the two magic numbers' },
  {
    calls: /^(mbind|get_mempolicy|move_pages)$/,
    line: /0x\w+ \/\* MPOL_\?\?\? \*\/|\|0x6,/,
    reason: 'placeholders of their own',
  },
  { calls: /^kexec_(file_)?load$/, line: /KEXEC_/, reason: 'newer flags' },
  { calls: /^sched_[sg]etattr$/, line: /./, reason: 'flags with names, members by size' },
  { calls: /^execveat$/, line: /AT_/, reason: 'flags of its own' },
  { calls: /^pkey_alloc$/, line: /, 0\)/, reason: 'PKEY_UNRESTRICTED' },
  { calls: /^pidfd_open$/, line: /0x/, reason: 'PIDFD_THREAD, PIDFD_AUTOKILL' },
  { calls: /^clone3$/, line: /\|0x|CLONE_\?\?\?/, reason: 'newer flags' },
  { calls: /^landlock_add_rule$/, line: /LANDLOCK_RULE_|, 0x2, /, reason: 'LANDLOCK_ADD_RULE_QUIET, types since 6.7' },
  { calls: /^landlock_create_ruleset$/, line: /./, reason: 'members by size, LANDLOCK_CREATE_RULESET_ERRATA' },
  { calls: /^seccomp$/, line: /SECCOMP_SET_MODE_\?\?\?/, reason: 'a placeholder for all operations' },
  { calls: /^futex_waitv$/, line: /flags=/, reason: 'FUTEX2_*' },
  { calls: /^sendfile(64)?$/, line: /\[/, reason: 'both offsets stand in one pair of brackets' },
  { calls: /^process_madvise$/, line: /MADV_/, reason: 'advices of its own' },
  { calls: /^quotactl(_fd)?$/, line: /QFMT_VFS_\?\?\?/, reason: 'another placeholder' },
  { calls: /^set_mempolicy$/, line: /\|0x6,|0x6 \/\* MPOL_/, reason: 'MPOL_WEIGHTED_INTERLEAVE' },
  { calls: /^(send|recv)/, line: /0x[0-9a-f]*[2367abef][0-9a-f]{6}(?= \/\* MSG_|[,}])/, reason: 'MSG_SOCK_DEVMEM' },
  { calls: /^prctl$/, line: /\(0x[0-9a-f]+ \/\* PR_\?\?\?/, reason: 'newer operations' },
  { calls: /^arch_prctl$/, line: /\(0x(400[0-9a-f]|500[1-5]) \/\* ARCH_\?\?\?/, reason: 'newer operations' },
  { calls: /^[gs]etsockopt$/, line: /SOL_\w+, 0x[0-9a-f]+ \/\* \w+_\?\?\?/, reason: 'newer options' },
  { calls: /^prctl$/, line: /SECBIT_\w+\|0x/, reason: 'SECBIT_EXEC_*' },
  { calls: /^futex(_time64)?$/, line: /0x[0-9a-f]+ \/\* FUTEX_\?\?\?/, reason: 'newer operations' },
  { calls: /^madvise$/, line: /0x6[67] /, reason: 'MADV_GUARD_INSTALL, MADV_GUARD_REMOVE' },
  { calls: /^sched_(get_priority_m(ax|in)|setscheduler)$/, line: /0x7 /, reason: 'SCHED_EXT' },
  { calls: /^modify_ldt$/, line: /\([02], \{/, reason: 'what is read is no descriptor' },
  {
    calls: /^bpf$/,
    line: /^bpf\(BPF_(PROG_(AT|DE)TACH|RAW_TRACEPOINT_OPEN), /,
    reason: 'members since 6.6 and 6.10',
  },
  {
    calls: /^bpf$/,
    line: /^bpf\(BPF_(ENABLE_STATS|ITER_CREATE|LINK_DETACH|PROG_BIND_MAP), 0x/,
    reason: 'attributes that it did not show',
  },
  { calls: /^fcntl(64)?$/, line: /, 0x4(0[34f]|10) \/\* F_\?\?\?/, reason: 'F_DUPFD_QUERY, F_CREATED_QUERY, F_*DELEG' },
  { calls: /^membarrier$/, line: /[(|]0x[0-9a-f]*[2367abef][0-9a-f]{2}\b/, reason: 'MEMBARRIER_CMD_GET_REGISTRATIONS' },
  { calls: /^bpf$/, line: /_\?\?\?|\|0x/, reason: 'newer commands, attributes and flags' },
  { calls: /^fsconfig$/, line: /0x8 /, reason: 'FSCONFIG_CMD_CREATE_EXCL' },
  { calls: /^dup3$/, line: /0x[0-9a-f]*[4-7c-f][0-9a-f]{6} /, reason: 'O_EMPTYPATH' },
  { calls: /^[gs]etsockopt$/, line: /AF_VSOCK|SO_VM_/, reason: 'another placeholder' },
  {
    calls: /^(send|recv)m?msg(_time64)?$/,
    line: /cmsg_type=0(?:x|[,}])/,
    reason: 'the data of unknown control messages is shown',
  },
];

/** Whether a line of 6.1 is one that 7.2 prints otherwise. */
export function newer(name: string, line: string): boolean {
  return list.some((n) => n.calls.test(name) && n.line.test(line));
}

/** Attributes of NETLINK_ROUTE that 6.1 does not know: prefix of the placeholder, number, name, bytes of its number (0: it is none). */
const attributes: readonly (readonly [prefix: string, type: number, name: string, size: number])[] = [
  ['IFLA', 0x3e, 'IFLA_DEVLINK_PORT', 4],
  ['IFLA', 0x3f, 'IFLA_GSO_IPV4_MAX_SIZE', 4],
  ['IFLA', 0x40, 'IFLA_GRO_IPV4_MAX_SIZE', 4],
  ['IFLA', 0x41, 'IFLA_DPLL_PIN', 0],
  // The kernel gives four bytes, strace expects eight.
  ['IFLA', 0x42, 'IFLA_MAX_PACING_OFFLOAD_HORIZON', 8],
  ['IFLA', 0x43, 'IFLA_NETNS_IMMUTABLE', 1],
  ['IFLA', 0x44, 'IFLA_HEADROOM', 2],
  ['IFLA', 0x45, 'IFLA_TAILROOM', 2],
  ['IFLA_BRPORT', 0x28, 'IFLA_BRPORT_MAB', 1],
  ['IFLA_BRPORT', 0x29, 'IFLA_BRPORT_MCAST_N_GROUPS', 4],
  ['IFLA_BRPORT', 0x2a, 'IFLA_BRPORT_MCAST_MAX_GROUPS', 4],
  ['IFLA_BRPORT', 0x2b, 'IFLA_BRPORT_NEIGH_VLAN_SUPPRESS', 1],
  ['IFLA_BRPORT', 0x2c, 'IFLA_BRPORT_BACKUP_NHID', 4],
  ['IFLA_BRPORT', 0x2d, 'IFLA_BRPORT_NEIGH_FORWARD_GRAT', 1],
  ['IFLA_BR', 0x30, 'IFLA_BR_FDB_N_LEARNED', 4],
  ['IFLA_BR', 0x31, 'IFLA_BR_FDB_MAX_LEARNED', 4],
  ['NETCONFA', 0x9, 'NETCONFA_FORCE_FORWARDING', 4],
];

/** A value written as `"\x01\x02"`: the little-endian number of so many bytes, when it has them. */
const valueIn72 = (text: string, size: number): string => {
  const bytes = [...text.matchAll(/\\x(..)/g)];
  if (size === 0 || bytes.length < size) return text;
  return String(bytes.slice(0, size).reduceRight((n, [, byte]) => n * 256n + BigInt(`0x${byte}`), 0n));
};

/**
 * Netlink messages of 6.1 as 7.2 shows them, as far as they occur in what iproute2 says. With -X raw only attributes of links
 * can be told from others.
 */
export function newerAttributes(text: string, constants: 'abbrev' | 'raw' | 'verbose'): string {
  for (const [prefix, type, name, size] of attributes) {
    const number = `0x${type.toString(16)}`;
    const shown = { abbrev: name, raw: number, verbose: `${number} /* ${name} */` }[constants];
    if (constants === 'raw' && prefix !== 'IFLA') continue;
    const before = constants === 'raw' ? number : `${number} /\\* ${prefix}_\\?\\?\\? \\*/`;
    // A nested one that is empty is nothing but a header.
    text = text.replace(
      new RegExp(`(nla_type=|\\|)${before}\\}(?:, ("[^"]*"))?`, 'g'),
      (_, start: string, bytes?: string) =>
        `${start}${shown}}${bytes === undefined ? '' : `, ${valueIn72(bytes, size)}`}`,
    );
  }
  const element = (number: number, name: string): void => {
    const shown = { abbrev: name, raw: String(number), verbose: `${number} /* ${name} */` }[constants];
    text = text.replaceAll(`[${number} /* ${name.split('_')[0]}_??? */]=`, `[${shown}]=`);
  };
  element(58, 'DEVCONF_ACCEPT_RA_MIN_LFT');
  element(59, 'DEVCONF_FORCE_FORWARDING');
  text = text.replaceAll(
    '[6 /* ICMP6_MIB_??? */]=',
    constants === 'verbose' ? '[6 /* ICMP6_MIB_RATELIMITHOST */]=' : '[ICMP6_MIB_RATELIMITHOST]=',
  );
  // Options of bridges have names for two bits more.
  return text.replace(
    /\b(1<<BR_BOOLOPT_MST_ENABLE)\|0x18\b/g,
    '$1|1<<BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION|1<<BR_BOOLOPT_FDB_LOCAL_VLAN_0',
  );
}

/** Names in netlink messages that 6.1 does not know: what a line holds of 7.2. */
const netlinkNames =
  /_gid_ext=|NFT_MSG_(?:GETRULE_RESET|GETSETELEM_RESET|DESTROY)|XFRM_MSG_MIGRATE_STATE|IPSET_CMD_GET_BY|AF_TIPC, addrtype=|IPPROTO_(?:AGGFRAG|SMC)/;
/** Whether a line of ours has names in netlink messages that 6.1 does not know. */
export const newerNetlink = (line: string): boolean => netlinkNames.test(line);

const BOUND_INACTIVE = 0x2000;
/** Sets of TCP states as 6.1 shows them: it does not know TCP_BOUND_INACTIVE. */
export function olderStates(text: string, verbose: boolean): string {
  return text
    .replace(
      /((?:1<<TCP_\w+\|)*)1<<TCP_BOUND_INACTIVE(?:\|(0x[0-9a-f]+))?/g,
      (_, names: string, rest: string | undefined) => {
        const number = `0x${(BOUND_INACTIVE + Number(rest ?? 0)).toString(16)}`;
        if (names !== '') return names + number;
        return verbose ? '1<<TCP_???' : `${number} /* 1<<TCP_??? */`;
      },
    )
    .replace(/(_state=)TCP_BOUND_INACTIVE/g, '$10xd /* TCP_??? */')
    .replace(/(_state=0xd \/\* )TCP_BOUND_INACTIVE/g, '$1TCP_???');
}
