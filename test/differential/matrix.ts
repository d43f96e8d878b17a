// The matrix of options: each alone, and pairs that interact. test/cli/coverage.test.ts reads it, too.

/** What is compared. */
export type Look =
  /** The trace, by process. */
  | 'trace'
  /** The trace on standard error, with what else is said there. */
  | 'screen'
  /** A table: times and shares are those of the run. */
  | 'table'
  /** The files of -ff, by their order. */
  | 'files'
  /** What is written elsewhere than in the trace: standard output and error. */
  | 'said';

export interface Row {
  readonly options: readonly string[];
  readonly look?: Look;
  /** In place of the fixture. */
  readonly command?: readonly string[];
}

/** Calls whose arguments do not depend on the run. */
const SOME =
  'trace=chdir,open,openat,write,read,lseek,fcntl,umask,pipe,pipe2,connect,nanosleep,mprotect,execve,exit_group';
const row = (options: string, look?: Look, command?: readonly string[]): Row => ({
  options: options.split(' ').map((word) => (word === 'SOME' ? SOME : word)),
  look,
  command,
});

/** Options that show one thing, each alone. */
export const SINGLE: readonly Row[] = [
  row('-e SOME'),
  row('-f -e SOME'),
  row('-F -e SOME', 'said'),
  row('--follow-forks -e SOME'),
  row('-a 60 -e SOME'),
  row('--columns=1 -e SOME'),
  row('-A -e SOME'),
  row('--output-append-mode -e SOME'),
  row('-b execve -f -e SOME'),
  row('--detach-on=execve -f -e SOME'),
  row('-c -f -S name -e SOME', 'table'),
  row('--summary-only -f -S name', 'table'),
  row('-C -S name -e SOME -e signal=none', 'said'),
  row('--summary -e trace=chdir', 'said'),
  row('-d -e trace=none', 'said', ['/nonexistent']),
  row('-E X=1 -E PATH -v -e trace=execve', 'trace', ['/bin/true']),
  row('--env=Y=2 -v -e trace=execve', 'trace', ['/bin/true']),
  row('-ff -e SOME', 'files'),
  row('-f --output-separately -e SOME'),
  row('--interruptible=anywhere -e SOME'),
  row('-I 2 -e SOME'),
  row('-i -e trace=chdir'),
  row('--instruction-pointer -e trace=umask'),
  row('-n -e signal=none -e SOME'),
  row('--syscall-number -e signal=none -e SOME'),
  row('-O 1ms -c -e trace=chdir', 'table'),
  row('--summary-syscall-overhead=5 -c -e trace=chdir', 'table'),
  row('-P /dev/null'),
  row('--trace-path=/dev/zero -y'),
  row('-q -e trace=chdir', 'screen'),
  row('-qq -f -e trace=chdir', 'screen'),
  row('-qqq -f -e trace=chdir', 'screen'),
  row('--quiet=exit -e trace=chdir', 'screen'),
  row('--silent=all -e trace=none', 'screen'),
  row('--silence=thread-execve -f -e trace=none'),
  row('-e quiet=personality -e trace=none'),
  row('-r -e trace=chdir'),
  row('--relative-timestamps=ns -e trace=chdir'),
  row('-s 5 -e SOME'),
  row('--string-limit=100 -e SOME'),
  row('-S name -c -f -e SOME', 'table'),
  row('--summary-sort-by=syscall-name -c -f -e SOME', 'table'),
  row('-t -e trace=chdir'),
  row('-tt -e trace=chdir'),
  row('-ttt -e trace=chdir'),
  row('--absolute-timestamps=unix,ms -e trace=chdir'),
  row('--timestamps=format:time,precision:ns -e trace=chdir'),
  row('-T -e trace=chdir'),
  row('--syscall-times=ns -e trace=chdir'),
  row('-u root -e trace=getpgid'),
  row('--user=root -e trace=getpgid'),
  row('-U calls,errors,name -S name -c -f -e SOME', 'table'),
  row('--summary-columns=name,count -S name -c -f -e SOME', 'table'),
  row('-v -e trace=execve,fstat,newfstatat,stat', 'trace', ['/bin/true']),
  row('--no-abbrev -e trace=execve', 'trace', ['/bin/true']),
  row('-w -c -S name -e SOME', 'table'),
  row('--summary-wall-clock -c -S name -e SOME', 'table'),
  row('-x -e SOME'),
  row('-xx -e SOME'),
  row('--strings-in-hex=non-ascii-chars -e SOME'),
  row('-X raw -e SOME'),
  row('--const-print-style=verbose -e SOME'),
  row('-y -e SOME'),
  row('--decode-fds=path -e SOME'),
  row('-e decode-fds=dev -e SOME'),
  row('-yy -e trace=read,write,lseek,fcntl'),
  row('-Y -e trace=kill,tgkill,getpgid,chdir -e signal=none'),
  row('--decode-pids=comm -e trace=tgkill,chdir -e signal=none'),
  row('-e decode-pids=comm -e trace=tgkill,chdir -e signal=none'),
  row('--pidns-translation -f -e SOME'),
  row('-z -e SOME'),
  row('--successful-only -e SOME'),
  row('-Z -e SOME'),
  row('--failed-only -e SOME'),
  row('--failing-only -e SOME'),
  row('--seccomp-bpf -f -e SOME'),
  row('--trace=chdir,umask'),
  row('-e t=%desc'),
  row('--abbrev=none -e trace=fstat,newfstatat,stat', 'trace', ['/bin/true']),
  row('--verbose=none -e SOME'),
  row('--raw=chdir,write -e SOME'),
  row('-e raw=all -e trace=umask,lseek,chdir'),
  row('--signal=!usr1 -e trace=chdir'),
  row('--signals=none -e trace=chdir'),
  row('-e s=USR1 -e trace=none'),
  row('--status=failed -e SOME'),
  row('-e status=successful -e SOME'),
  row('--read=4 -e trace=read'),
  row('-e write=3 -e trace=write'),
  row('--write=all -e trace=write'),
  row('--fault=chdir -e SOME'),
  row('-e fault=umask:error=EPERM -e SOME'),
  row('--inject=chdir:retval=7 -e SOME'),
  row('--kvm=vcpu -e SOME'),
  row('--tips=none -e SOME'),
  row('-D -e trace=chdir'),
  row('--daemonize=grandchild -e trace=chdir'),
  row('-DD -e trace=chdir'),
  row('-p 4194305', 'said', []),
  row('--attach=4194305', 'said', []),
  row('--nosuch', 'said'),
];

/** Options that interact. */
export const PAIRS: readonly Row[] = [
  row('-f -z -e SOME'),
  row('-f -Z -y -e SOME'),
  row('-f -P /dev/null -e trace=write'),
  row('-P /dev/null -Z'),
  row('-P /nowhere -P /dev/zero -e trace=%file'),
  row('-f -n -i -e trace=chdir,umask'),
  row('-f -t -r -T -e trace=chdir'),
  row('-f -tt -n -a 70 -e trace=chdir'),
  row('-y -X raw -x -e SOME'),
  row('-yy -s 3 -v -e SOME'),
  row('-Y -f -e trace=chdir,tgkill -e signal=none'),
  row('-Y -y -qq -f -e SOME -e signal=none'),
  row('-c -P /dev/null -S name', 'table'),
  row('-c -w -S name -U name,calls -e SOME', 'table'),
  row('-C -S name -U name,errors -e trace=chdir -e signal=none', 'said'),
  row('-f --seccomp-bpf -z -e trace=chdir,write'),
  row('-f --seccomp-bpf -e fault=chdir:when=2 -e trace=chdir'),
  row('-f --seccomp-bpf -P /dev/null -e trace=read,write'),
  row('-f --seccomp-bpf -c -S name -e trace=chdir,write', 'table'),
  row('-ff -tt -y -e trace=chdir,write', 'files'),
  row('-ff -c', 'said'),
  row('-f -e raw=chdir -e fault=chdir:error=EIO -e trace=chdir'),
  row('-e read=4 -e write=3 -xx -s 2 -e trace=read,write'),
  row('-e status=failed,unfinished -e fault=umask -e trace=umask,chdir,exit_group'),
  row('-z -Z -e SOME', 'said'),
  row('-qq -e quiet=exit', 'said'),
  row('-y --decode-fds=path', 'said'),
  row('-t --timestamps=us', 'said'),
  row('-x --strings-in-hex', 'said'),
  row('-c -C', 'said'),
  row('-c -i -n -r -t -T -y -e trace=none', 'said'),
  row('-A -e trace=none', 'screen'),
  row('-w -e trace=none', 'said'),
  row('-S name -e trace=none', 'said'),
  row('-b execve --seccomp-bpf -f -e trace=chdir', 'said'),
  row('-D -p 1', 'said', []),
  row('-u nosuchuser', 'said'),
];

/** What a program of 32 bits is run with. */
export const COMPAT: readonly Row[] = [
  row('-f -e SOME'),
  row('-f -n -e SOME'),
  row('-i -e trace=chdir'),
  row('-c -f -S name -e SOME', 'table'),
  row('-f -yy -e trace=read,write,fcntl64'),
  row('-f -X verbose -e SOME'),
  row('-f -P /dev/null -e trace=%desc'),
  row('-f --seccomp-bpf -e SOME'),
  row('-e trace=chdir@32,umask@64 -q'),
  row('-e inject=chdir:retval=5 -e SOME'),
  row('-qq -f -e trace=chdir', 'screen'),
];

/** Of strace's newer options, which the installed one lacks: where they are tested. */
export const NEWER: Readonly<Record<string, string>> = {
  'always-show-pid': 'test/differential/newer-options.test.ts',
  argv0: 'test/differential/newer-options.test.ts',
  color: 'test/trace/colour.test.ts',
  'kill-on-exit': 'test/differential/newer-options.test.ts',
  'stack-trace-frame-limit': 'test/trace/stack.test.ts',
  'syscall-limit': 'test/differential/newer-options.test.ts',
  'arg-names': 'test/differential/newer-options.test.ts',
  'trace-fds': 'test/differential/newer-options.test.ts',
  namespace: 'test/differential/kvm-and-namespaces.test.ts',
  secontext: 'test/differential/newer-options.test.ts',
};
