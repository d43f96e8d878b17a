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
  { calls: /^epoll_/, line: /data=\{/, reason: 'data is one number' },
];

/** Whether a line of 6.1 is one that 7.2 prints otherwise. */
export function newer(name: string, line: string): boolean {
  return list.some((n) => n.calls.test(name) && n.line.test(line));
}
