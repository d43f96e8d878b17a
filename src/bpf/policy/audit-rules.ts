// What the audit knows: calls that do the same thing, and calls that undo a sandbox.

/** How bad a finding is; `INFO` is worth knowing and no weakness. */
export type Severity = 'HIGH' | 'MEDIUM' | 'LOW' | 'INFO';

export const SEVERITIES: readonly Severity[] = ['HIGH', 'MEDIUM', 'LOW', 'INFO'];

/** Calls that reach the same end: who forbids one and not the others has forbidden nothing. */
export interface EquivalentCalls {
  readonly name: string;
  readonly calls: readonly string[];
  readonly severity: Severity;
}

export const EQUIVALENT: readonly EquivalentCalls[] = [
  { name: 'exec', calls: ['execve', 'execveat'], severity: 'HIGH' },
  { name: 'open', calls: ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'], severity: 'HIGH' },
  { name: 'read', calls: ['read', 'readv', 'pread64', 'preadv', 'preadv2'], severity: 'MEDIUM' },
  { name: 'write', calls: ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendfile'], severity: 'MEDIUM' },
  { name: 'fork', calls: ['fork', 'vfork', 'clone', 'clone3'], severity: 'MEDIUM' },
  { name: 'unlink', calls: ['unlink', 'unlinkat', 'rmdir'], severity: 'LOW' },
  { name: 'rename', calls: ['rename', 'renameat', 'renameat2'], severity: 'LOW' },
  { name: 'chmod', calls: ['chmod', 'fchmod', 'fchmodat', 'fchmodat2'], severity: 'LOW' },
  { name: 'chown', calls: ['chown', 'fchown', 'lchown', 'fchownat'], severity: 'LOW' },
  { name: 'kill', calls: ['kill', 'tkill', 'tgkill', 'rt_sigqueueinfo', 'pidfd_send_signal'], severity: 'LOW' },
  { name: 'mprotect', calls: ['mprotect', 'pkey_mprotect'], severity: 'MEDIUM' },
];

/** Parts of the classic theft of a file: open it, read it, write it out. */
export const CHAIN: readonly (readonly string[])[] = [
  ['open', 'openat', 'openat2', 'open_by_handle_at'],
  ['read', 'readv', 'pread64', 'preadv', 'preadv2', 'mmap'],
  ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendto', 'sendmsg'],
];

/** A call that should not be allowed without a reason. */
export interface DangerousCall {
  readonly calls: readonly string[];
  readonly severity: Severity;
  readonly why: string;
}

export const DANGEROUS: readonly DangerousCall[] = [
  {
    calls: ['execve', 'execveat'],
    severity: 'HIGH',
    why: 'starts other programs, and keeps nothing of what the program itself promised',
  },
  { calls: ['ptrace'], severity: 'HIGH', why: 'writes into other processes and changes their system calls' },
  {
    calls: ['process_vm_readv', 'process_vm_writev'],
    severity: 'HIGH',
    why: 'reads and writes the memory of other processes',
  },
  {
    calls: ['io_uring_setup'],
    severity: 'HIGH',
    why: 'does I/O, opens files and connects sockets without system calls that a filter could see',
  },
  { calls: ['socket', 'connect'], severity: 'MEDIUM', why: 'reaches the network and local services' },
  { calls: ['socketcall'], severity: 'MEDIUM', why: 'is all network calls of i386 behind one number' },
  {
    calls: ['bpf', 'init_module', 'finit_module', 'kexec_load', 'kexec_file_load', 'iopl', 'ioperm'],
    severity: 'HIGH',
    why: 'changes the kernel itself',
  },
  {
    calls: ['mount', 'umount2', 'pivot_root', 'chroot', 'setns', 'unshare', 'open_tree', 'move_mount', 'fsopen'],
    severity: 'MEDIUM',
    why: 'changes what files and namespaces the process has',
  },
  {
    calls: ['userfaultfd', 'perf_event_open', 'keyctl', 'add_key', 'request_key', 'open_by_handle_at', 'personality'],
    severity: 'MEDIUM',
    why: 'has helped many kernel exploits, and few programs need it',
  },
];
