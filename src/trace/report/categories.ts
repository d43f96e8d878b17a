// What a call is about, and which way its data goes.
import type { Category, FileKind } from './data.js';

const WAITING =
  /^(?:poll|ppoll|select|_newselect|pselect6|epoll_p?wait2?|futex|futex_wait|futex_waitv|(?:clock_)?nanosleep|pause|(?:rt_)?sigsuspend|(?:rt_)?sigtimedwait|wait4|waitid|waitpid|io_p?getevents|restart_syscall)(?:_time64)?$/;
const MEMORY =
  /^(?:brk|m(?:map2?|unmap|protect|remap|advise|sync|incore|lock2?|lockall|unlock|unlockall|bind|seal)|.*pkey_.*|userfaultfd|.*mempolicy|move_pages|migrate_pages|map_shadow_stack|process_m\w+|process_vm_\w+|remap_file_pages)$/;
const PROCESS =
  /^(?:v?fork|clone3?|exit|exit_group|execve|execveat|kill|tkill|tgkill|pidfd_\w+|prctl|arch_prctl|ptrace|(?:rt_)?sig\w*|signal|sched_\w+|[gs]et(?:pid|ppid|tid|pgid|pgrp|sid|uid|gid|euid|egid|resuid|resgid|reuid|regid|fsuid|fsgid|groups|priority|rlimit|rusage)(?:32)?|prlimit64|set_\w+|get_robust_list|rseq|unshare|setns|cap[gs]et|seccomp|personality|alarm|[gs]etitimer|times|ioprio_\w+|kcmp|membarrier)$/;
const NETWORK =
  /^(?:socket|socketpair|socketcall|bind|listen|accept4?|connect|getsockname|getpeername|send(?:to|msg|mmsg)?|recv(?:from|msg|mmsg)?|shutdown|[gs]etsockopt|[gs]ethostname|setdomainname)(?:_time64)?$/;
const PIPE = /^(?:pipe2?|msg\w+|mq_\w+|sem\w+|shm\w+|ipc|tee|vmsplice)$/;
const FILE =
  /^(?:sync|syncfs|getcwd|umask|io_uring_\w+|io_(?:setup|submit|cancel|destroy)|inotify_\w+|fanotify_\w+|(?:pivot|chroot)\w*)$/;

/** What a call is about by its name; undefined where that depends on what it is used on. */
export function categoryOf(name: string): Category | undefined {
  if (WAITING.test(name)) return 'wait';
  if (MEMORY.test(name)) return 'memory';
  if (PROCESS.test(name)) return 'process';
  if (NETWORK.test(name)) return 'network';
  if (PIPE.test(name)) return 'pipe';
  if (FILE.test(name)) return 'file';
  return undefined;
}

/** What a call on a file is about. */
export const categoryOfKind = (kind: FileKind): Category =>
  kind === 'socket' ? 'network' : kind === 'pipe' ? 'pipe' : kind === 'other' ? 'other' : 'file';

/** What a descriptor's link in /proc, or a path, leads to. */
export function kindOf(link: string): FileKind {
  if (link.startsWith('/'))
    return /^\/dev\//.test(link) ? 'device' : /^\/(?:proc|sys)(?:\/|$)/.test(link) ? 'system' : 'file';
  if (link.startsWith('socket:[')) return 'socket';
  if (link.startsWith('pipe:[')) return 'pipe';
  return /^(?:anon_inode:|pidfd:|\w+:\[\d+\]$)/.test(link) ? 'other' : 'file';
}

/** Which of a call's descriptors its result counts bytes for: read from, written to; -1 for none. */
export interface Transfer {
  readonly from: number;
  readonly to: number;
}

const READ: Transfer = { from: 0, to: -1 };
const WRITE: Transfer = { from: -1, to: 0 };
const COPY: Transfer = { from: 0, to: 1 };
const TRANSFERS: ReadonlyMap<string, Transfer> = new Map([
  ...['read', 'pread64', 'readv', 'preadv', 'preadv2', 'recv', 'recvfrom', 'recvmsg'].map((n) => [n, READ] as const),
  ...['write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'send', 'sendto', 'sendmsg', 'vmsplice'].map(
    (n) => [n, WRITE] as const,
  ),
  ...['splice', 'tee', 'copy_file_range'].map((n) => [n, COPY] as const),
  ...['sendfile', 'sendfile64'].map((n) => [n, { from: 1, to: 0 }] as const),
]);

/** How a call's result counts; undefined for calls that transfer nothing. */
export const transferOf = (name: string): Transfer | undefined => TRANSFERS.get(name);
