// The status word of wait(2).
import { signalName } from '../../abi/signal.js';
import type { ScalarFormat } from '../printer.js';
import { memoised } from '../xlat.js';

/** `{WIFEXITED(s) && WEXITSTATUS(s) == 3}` and its relatives. */
export const waitStatus: ScalarFormat = (style) =>
  memoised((lo) => {
    const name = (n: number): string =>
      style.constants === 'raw'
        ? String(n)
        : style.constants === 'verbose'
          ? `${n} /* ${signalName(n)} */`
          : signalName(n);
    const low = lo & 0x7f;
    const high = (lo >>> 8) & 0xff;
    if ((lo & 0xffff) === 0xffff) return '{WIFCONTINUED(s)}';
    if ((lo & 0xff) === 0x7f) {
      const event = lo >>> 16;
      const text = `{WIFSTOPPED(s) && WSTOPSIG(s) == ${name(high & 0x7f)}${high & 0x80 ? ' | 0x80' : ''}}`;
      return event ? `${text} | ${eventName(event)} << 16` : text;
    }
    if (low === 0) return `{WIFEXITED(s) && WEXITSTATUS(s) == ${high}}`;
    return `{WIFSIGNALED(s) && WTERMSIG(s) == ${name(low)}${lo & 0x80 ? ' && WCOREDUMP(s)' : ''}}`;
  });

const EVENTS = ['', 'FORK', 'VFORK', 'CLONE', 'EXEC', 'VFORK_DONE', 'EXIT', 'SECCOMP'];

const eventName = (event: number): string =>
  EVENTS[event] ? `PTRACE_EVENT_${EVENTS[event]}` : event === 128 ? 'PTRACE_EVENT_STOP' : `0x${event.toString(16)}`;
