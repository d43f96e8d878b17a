// What a filter returns for the actions of profiles, by libseccomp's names (seccomp_rule_add(3), linux/seccomp.h).

/** SCMP_ACT_* without the prefix to SECCOMP_RET_*. */
export const RET: Readonly<Record<string, number>> = {
  KILL: 0x00000000,
  KILL_THREAD: 0x00000000,
  KILL_PROCESS: 0x80000000,
  TRAP: 0x00030000,
  ERRNO: 0x00050000,
  NOTIFY: 0x7fc00000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
};
