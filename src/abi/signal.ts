// Signals by number and by name, as strace spells them.

/** asm/signal.h of x86: 1-31. */
const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

/** First real-time signal of the kernel. */
const RT_MIN = 32;
/** Highest signal number. */
export const SIGNAL_MAX = 64;

/** `INT` for 2, `RTMIN` for 32, `RT_1` for 33; undefined when there is no such signal. */
export function shortSignalName(signal: number): string | undefined {
  if (signal >= 1 && signal < RT_MIN) return NAMES[signal - 1];
  if (signal === RT_MIN) return 'RTMIN';
  if (signal > RT_MIN && signal <= SIGNAL_MAX) return `RT_${signal - RT_MIN}`;
  return undefined;
}

/** `SIGINT`; a number without a name stays a number. */
export function signalName(signal: number): string {
  const name = shortSignalName(signal);
  return name === undefined ? String(signal) : 'SIG' + name;
}

/** Number of a name, with or without SIG, in any case; undefined when there is none. */
export function signalNumber(text: string): number | undefined {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const plain = NAMES.indexOf(name);
  if (plain >= 0) return plain + 1;
  if (name === 'POLL') return 29;
  if (name === 'IOT') return 6;
  if (name === 'CLD') return 17;
  if (name === 'UNUSED') return 31;
  if (name === 'RTMIN') return RT_MIN;
  if (name === 'RTMAX') return SIGNAL_MAX;
  const rt = /^(?:RT_|RTMIN\+)(\d+)$/.exec(name);
  if (rt && Number(rt[1]) <= SIGNAL_MAX - RT_MIN) return RT_MIN + Number(rt[1]);
  return undefined;
}
