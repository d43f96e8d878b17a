// select and pselect6: sets of descriptors, and behind the result what is left of them and of the time.
import { arg, call, fdSet, i32, input, output, returns, sibling, size, struct } from '../../describe/combinators.js';
import type { MemoryNode, Node, Ref } from '../../describe/node.js';
import { sizedSigset } from '../../decode/leaf/sigset.js';
import { timespec, timespec64, timeval } from '../../decode/leaf/time.js';
import type { Renderer } from '../../decode/printer.js';
import type { Cursor } from '../../record/cursor.js';
import type { Sink } from '../../decode/sink.js';
import type { Family } from '../index.js';

/** Prints one part of the result: false when it has nothing to say. */
type Part = (c: Cursor, s: Sink) => void;

const isNull = (c: Cursor, register: number): boolean => (c.argLo(register) | c.argHi(register)) === 0;

/** Bytes of text after which no more descriptors are listed, and that all of it may take: strace keeps it in a buffer. */
const LIST_BYTES = 999;
const RESULT_BYTES = 1022;
const [OPEN, CLOSE] = [91, 93];

/** `in [3], out [4], left {…}`; sets without a member are not mentioned, nor what could not be read. */
function printOutcome(c: Cursor, s: Sink, sets: readonly Part[], left: Part | undefined): void {
  if (c.retLo === 0) {
    s.text('Timeout');
    return;
  }
  const start = s.pos;
  c.budget = c.retLo;
  c.listEnd = start + LIST_BYTES;
  sets.forEach((print, i) => {
    if (c.budget === 0) return;
    const from = s.pos;
    if (from > start) s.text(', ');
    s.text(`${['in', 'out', 'except'][i]} `);
    const body = s.pos;
    print(c, s);
    const read = s.buf[body] === OPEN;
    if (read && s.pos - body > 2 && from < c.listEnd) return;
    s.rewind(from);
    // Where more was ready than is shown, the bracket of a set that is not listed is closed, too.
    if (read && from > start) s.byte(CLOSE);
  });
  if (left) {
    const before = s.pos;
    if (before > start) s.text(', ');
    s.text('left ');
    left(c, s);
    if (s.pos - start > RESULT_BYTES) s.rewind(before);
  }
}

const SETS = ['readfds', 'writefds', 'exceptfds'];

const outcome: Renderer = ({ arg: extra, argIndex }) => {
  const sets = SETS.map(extra);
  const left = extra('timeout');
  const register = argIndex('timeout');
  return (c, s) => printOutcome(c, s, sets, isNull(c, register) ? undefined : left);
};

/** The sets of a call whose count of descriptors is `count`. */
const given = (count: Ref) => {
  const set = input(fdSet(count));
  return { readfds: set, writefds: set, exceptfds: set };
};
const remaining = (count: Ref) => {
  const set = output(fdSet(count, true), { always: true });
  return { readfds: set, writefds: set, exceptfds: set };
};

const select =
  (time: MemoryNode, last: Readonly<Record<string, Node>> = {}) =>
  () =>
    call(
      { nfds: i32, ...given(arg('nfds')), timeout: input(time), ...last },
      { ...returns.comment(outcome, { ...remaining(arg('nfds')), timeout: output(time) }), evenEmpty: true },
    );

const [ZERO, NULL_INITIAL] = [48, 78];
/** The old call of i386 takes a pointer to its arguments. */
const packedOutcome: Renderer = ({ field, offset }) => {
  const sets = SETS.map(field);
  const left = field('timeout');
  const timeoutAt = offset('timeout');
  return (c, s, at, length) => {
    const part =
      (print: (typeof sets)[number]): Part =>
      (cursor, sink) =>
        print(cursor, sink, at, length);
    printOutcome(c, s, sets.map(part), c.u32(at + timeoutAt) === 0 ? undefined : part(left));
  };
};
const packed = () =>
  call(
    {
      arg: input(struct({ nfds: i32, ...given(sibling('nfds')), timeout: input(timeval) }, { spread: true }), {
        always: true,
      }),
    },
    returns.comment(
      ({ arg: extra }) => {
        const print = extra('arg');
        return (c, s) => {
          const from = s.pos;
          print(c, s);
          // NULL or an address: the arguments could not be read, and nothing is known of the outcome.
          if (s.buf[from] === ZERO || s.buf[from] === NULL_INITIAL) s.rewind(from);
        };
      },
      {
        arg: output(
          struct({ nfds: i32, ...remaining(sibling('nfds')), timeout: output(timeval) }, { render: packedOutcome }),
          { always: true },
        ),
      },
    ),
  );

const mask = input(struct({ sigmask: input(sizedSigset(sibling('sigsetsize'))), sigsetsize: size }));

export const selectCalls: Family = {
  select: select(timeval),
  _newselect: select(timeval),
  'select@32': packed,
  pselect6: select(timespec, { sig: mask }),
  pselect6_time64: select(timespec64, { sig: mask }),
};
