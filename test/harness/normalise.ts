// Makes two runs of the same program comparable: what differs from run to run is replaced, nothing else.
// Each replacement is an exception with its reason; everything not listed must be equal.

/** Text of strace 6.1 as strace 7.2 writes it (NEWER-THAN-6.1.md). */
export function as72(text: string): string {
  const open = new Map<string, boolean>();
  return text
    .split('\n')
    .map((line) => {
      const pid = /^(\d+) /.exec(line)?.[1] ?? '';
      // 1. The separator is deferred to the resumed half.
      if (line.endsWith(' <unfinished ...>')) {
        const comma = line.endsWith(',  <unfinished ...>');
        open.set(pid, comma);
        line = line.replace(/,  <unfinished \.\.\.>$/, ' <unfinished ...>');
      } else if (open.get(pid) !== undefined && / resumed>/.test(line)) {
        if (open.get(pid) && !/ resumed>( <unfinished|\))/.test(line)) line = line.replace(/ resumed>/, ' resumed>, ');
        open.delete(pid);
      }
      // 2. rseq is decoded; glibc's area is fresh when it registers it.
      line = line.replace(
        /rseq\(0x[0-9a-f]+, 0x20, 0, 0x53053053( <unfinished|\))/,
        'rseq({cpu_id_start=0, cpu_id=RSEQ_CPU_ID_UNINITIALIZED, rseq_cs=NULL, flags=0, node_id=0, mm_cid=0, slice_ctrl={request=0, granted=0, __reserved=0}, __reserved=0}, 32, 0, 0x53053053$1',
      );
      // 3. epoll data is one number.
      line = line.replace(
        /data=\{u32=\d+, u64=(\d+)\}/g,
        (_, n: string) => `data=${n === '0' ? '0' : '0x' + BigInt(n).toString(16)}`,
      );
      // 4. sched parameters are a structure.
      line = line.replace(/(sched_(?:set|get)(?:param|scheduler)\(.*)\[(-?\d+)\]/, '$1{sched_priority=$2}');
      return line;
    })
    .join('\n');
}

/** Calls whose first argument is a task, and calls that return one. */
const TASK_ARGUMENT =
  /(?<=\b(?:wait4|kill|tkill|tgkill|prlimit64|sched_\w+|[gs]etpgid|getsid|get_robust_list|waitid\(P_PID, |pidfd_open|process_vm_\w+|kcmp|m\w+_pages)\(?)\d+/;
const TASK_RESULT =
  /(?<=\b(?:v?fork|clone3?|wait4|waitpid|get[pt]id|getppid|getpgrp|getpgid|getsid|setsid|set_tid_address|rt_sigreturn)\b.* = )\d+/;

/** Replaces process ids by P0, P1, … in order of appearance. */
function numberPids(text: string): string {
  const seen = new Map<string, string>();
  const found =
    /^(\d+) |\b(?:v?fork|clone3?)(?:\(| resumed>).* = (\d+)$|(?:si_pid|pid)=(\d{2,})|\b(?:getpid|gettid|getppid|set_tid_address|setsid)\(.*\) += (\d+)|\b(?:wait4|waitid|kill|tgkill)\((?:P_PID, )?(\d{2,})|wait4.* = (\d{2,})$/gm;
  for (const m of text.matchAll(found)) {
    const pid = m.slice(1).find((x) => x !== undefined);
    if (pid !== undefined && !seen.has(pid)) seen.set(pid, `P${seen.size}`);
  }
  const name = (pid: string): string => seen.get(pid) ?? pid;
  // Only where ids of tasks stand: any number may happen to be one.
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/^\d+(?= )/, name)
        .replace(/(?<=(?:\bsi_pid|\bpid|\bPID|tid)=\[?)\d+/g, name)
        .replace(/(?<=\/proc\/|from pid )\d+/g, name)
        .replace(/(?<=\btgkill\(\d+, )\d+/, name)
        .replace(TASK_ARGUMENT, name)
        .replace(TASK_RESULT, name),
    )
    .join('\n');
}

/** The columns of results depend on what was replaced: one blank. */
const results = (text: string): string => text.replace(/\) +(= )/g, ') $1');

/** Groups lines by process and joins interrupted ones, for runs whose interleaving is not determined. */
export function byProcess(text: string): string {
  const processes = new Map<string, string[]>();
  const halves = new Map<string, string>();
  for (const line of text.split('\n')) {
    const m = /^(\d+) +(.*)$/.exec(line);
    if (!m) continue;
    const [, pid, rest] = m;
    const lines = processes.get(pid) ?? [];
    processes.set(pid, lines);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    if (rest.endsWith(' <unfinished ...>')) halves.set(pid, rest.slice(0, -' <unfinished ...>'.length));
    else if (resumed && halves.has(pid)) {
      // The column of a result depends on where the line was cut.
      lines.push(`${pid} ${halves.get(pid)}${resumed[1]}`.replace(/\) +(= )/, ') $1'));
      halves.delete(pid);
    } else lines.push(`${pid} ${rest}`.replace(/\) +(= )/, ') $1'));
  }
  return [...processes.values()].flat().join('\n');
}

/** What differs between two runs of one tracer, by its reason. */
const exceptions: readonly (readonly [reason: string, pattern: RegExp, replacement: string])[] = [
  ['the environment block of the tracer itself', /(execve\(.*, )0x[0-9a-f]+( \/\* \d+ vars)/g, '$1ENV$2'],
  ['random bytes', /getrandom\("[^"]*"(\.\.\.)?/g, 'getrandom("RANDOM"'],
  ['memory and load of the machine', /sysinfo\(\{.*\}\)/g, 'sysinfo({...})'],
  ['free blocks of the disk', /\b(f_bfree|f_bavail|f_ffree)=\d+/g, '$1=N'],
  ['CPU time of children', /\b(si_utime|si_stime)=\d+( \/\* [\d.]+ s \*\/)?/g, '$1=N'],
  ['CPU time', /\b(ru_[us]time|tms_\w+)=(\{[^}]*\}|\d+)/g, '$1=N'],
  ['clock', /((?:clock_gettime|gettimeofday)\(.*?)\{tv_sec=\d+, tv_[un]sec=\d+\}/g, '$1{NOW}'],
  ['the directory in which all tests make their files', /("\/tmp", )\{st_[^}]*\}/g, '$1{...}'],
  ['names of temporary files', /\/tmp\/cc\w{6}/g, '/tmp/ccNAME'],
  ['counts of the kernel that change with time', /("[^"]*?MemFree|"\d+\.\d+ \d+\.\d+)[^"]*"/g, '"COUNTS"'],
  ['time of last access', /\b(st_atime|stx_atime)=(\{[^}]*\}( \/\*[^*]*\*\/)?|[^,]*(, st_atime_nsec=\d+)?)/g, '$1=T'],
];

export interface NormaliseOptions {
  /** 6.1's text: translated to 7.2's first. */
  readonly old?: boolean;
  readonly grouped?: boolean;
}

/** The comparable form of a trace. */
export function normalise(text: string, options: NormaliseOptions = {}): string {
  let result = options.old ? as72(text) : text;
  if (options.grouped) result = byProcess(result);
  for (const [, pattern, replacement] of exceptions) result = result.replace(pattern, replacement);
  return results(numberPids(result)).trimEnd();
}
