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
import type { MemoryNode, Result } from '../../describe/node.js';
import { sizedSigset } from '../../decode/leaf/sigset.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Renderer } from '../../decode/printer.js';
import type { Family } from '../index.js';

const events = flags(poll_events, 2);
/** The kernel does not look at the events of a negative descriptor. */
const isUsed = less(sibling('fd'), 0x80000000);
const asked = struct({ fd, events: field(events, { when: isUsed }), revents: field(events, { hidden: true }) });
const answered = struct({ fd: i32, events: field(events, { hidden: true }), revents: events });
const STRIDE = 8;
const REVENTS = 6;

/** Bytes that the answers may take, brackets left out: strace keeps them in a buffer of its own. */
const ANSWER_BYTES = 996;

/** The entries with something to tell; what does not fit is `...`. */
const answers: Renderer = ({ element, style }) => {
  const most = style.abbrev ? style.stringLimit : Infinity;
  return (c, s, at, length) => {
    const start = s.pos;
    s.byte(91);
    let shown = 0;
    for (let entry = at; entry + STRIDE <= at + length; entry += STRIDE) {
      if (c.u16(entry + REVENTS) === 0) continue;
      const before = s.pos;
      if (shown > 0) s.text(', ');
      if (shown < most) element(c, s, entry, STRIDE);
      if (shown >= most || s.pos - start > ANSWER_BYTES) {
        s.rewind(before);
        s.text(shown > 0 ? ', ...' : '...');
        break;
      }
      shown++;
    }
    s.byte(93);
  };
};

/** `Timeout`, or what is there and how much time is left. */
const outcome = (time?: MemoryNode): Result => {
  const comment: Renderer = ({ arg: extra, argIndex, style }) => {
    const fds = extra('fds');
    const left = time && extra('tmo_p');
    const register = time ? argIndex('tmo_p') : 0;
    return (c, s) => {
      if (c.retLo === 0) s.text('Timeout');
      else if (style.verbose) {
        fds(c, s);
        if (left && (c.argLo(register) | c.argHi(register)) !== 0) {
          s.text(', left ');
          left(c, s);
        }
      }
    };
  };
  const fds = output(array(answered, arg('nfds'), { render: answers, limit: Infinity }));
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
