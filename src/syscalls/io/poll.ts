// poll and ppoll: what is waited for, and behind the result what is there.
import { poll_events } from '../../constants/generated/io.js';
import {
  arg,
  array,
  less,
  call,
  fd,
  field,
  flags,
  i32,
  input,
  output,
  returns,
  size,
  struct,
  u32,
} from '../../describe/combinators.js';
import { sibling } from '../../describe/combinators.js';
import type { Result } from '../../describe/call.js';
import type { MemoryNode } from '../../describe/node.js';
import { sizedSigset } from '../../decode/leaf/sigset.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Cursor } from '../../record/cursor.js';
import type { Renderer } from '../../decode/printer.js';
import type { Family } from '../index.js';

const events = flags(poll_events, 2);
/** The kernel does not look at the events of a negative descriptor. */
const isUsed = less(sibling('fd'), 0x80000000);
const asked = struct({ fd, events: field(events, { when: isUsed }), revents: field(events, { hidden: true }) });
/** Bits that have no name stand for themselves. */
const revents = flags({ ...poll_events, placeholder: '' }, 2);
const answered = struct({ fd: i32, events: field(events, { hidden: true }), revents });
const STRIDE = 8;
const REVENTS = 6;

/** Bytes that the answers may take, brackets left out: strace keeps them in a buffer of its own. */
const ANSWER_BYTES = 996;
/** And with them what is left of the time. */
const RESULT_BYTES = 1022;

/** The entries with something to tell; what does not fit is `...`. */
const answers: Renderer = ({ element, style }) => {
  const most = style.abbrev ? style.stringLimit : Infinity;
  return (c, s, at, length) => {
    const start = s.pos;
    s.byte(91);
    let shown = 0;
    let whole = false;
    let entry = at;
    for (; entry + STRIDE <= at + length; entry += STRIDE) {
      if (c.u16(entry + REVENTS) === 0) continue;
      const before = s.pos;
      if (shown > 0) s.text(', ');
      if (shown < most) element(c, s, entry, STRIDE);
      if (shown >= most || s.pos - start > ANSWER_BYTES) {
        s.rewind(before);
        s.text(shown > 0 ? ', ...' : '...');
        whole = true;
        break;
      }
      shown++;
    }
    const read = entry - at;
    if (!whole && read < c.argLo(1) * STRIDE) {
      if (shown > 0) s.text(', ');
      const end = c.argLo(0) + read;
      s.hex64(end >>> 0, c.argHi(0) + (end > 0xffffffff ? 1 : 0));
    } else if (shown === 0 && !whole) {
      s.rewind(start);
      return;
    }
    s.byte(93);
  };
};

/** Whether there can be entries: a place for them that does not go beyond the end of the address space. */
const isArray = (c: Cursor): boolean => {
  const end = c.argLo(0) + c.argLo(1) * STRIDE;
  return (c.argLo(0) | c.argHi(0)) !== 0 && c.argLo(1) !== 0 && c.argHi(0) + Math.floor(end / 4294967296) <= 0xffffffff;
};

/** `Timeout`, or what is there and how much time is left. */
const outcome = (time?: MemoryNode): Result => {
  const comment: Renderer = ({ arg: extra, argIndex, style }) => {
    const fds = extra('fds');
    const left = time && extra('tmo_p');
    const register = time ? argIndex('tmo_p') : 0;
    return (c, s) => {
      if (c.retLo === 0) s.text('Timeout');
      else if (style.verbose && isArray(c)) {
        const start = s.pos;
        fds(c, s);
        if (left && (c.argLo(register) | c.argHi(register)) !== 0) {
          const before = s.pos;
          s.text(before === start ? 'left ' : ', left ');
          left(c, s);
          if (s.pos - start > RESULT_BYTES) {
            s.rewind(before);
            s.text(', ...');
          }
        }
      }
    };
  };
  const fds = output(array(answered, arg('nfds'), { render: answers, limit: Infinity }), { boxed: true });
  return returns.comment(comment, time ? { fds, tmo_p: output(time) } : { fds });
};

const fds = input(array(asked, arg('nfds')));
const ppoll = (time: MemoryNode) => () =>
  call(
    { fds, nfds: u32, tmo_p: input(time), sigmask: input(sizedSigset(arg('sigsetsize'))), sigsetsize: size },
    outcome(time),
  );

export const poll: Family = {
  poll: () => call({ fds, nfds: u32, timeout: i32 }, outcome()),
  ppoll: ppoll(timespec),
  ppoll_time64: ppoll(timespec64),
};
