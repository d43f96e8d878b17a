// What stands before a line: process id, times, instruction pointer, number; and the time of a call behind it.
import { ABIS, X32_BIT } from '../abi/abi.js';
import { carrierOf, ownNumber } from '../abi/multiplexers.js';
import { printBetweenBrackets } from '../decode/brackets.js';
import type { Sink } from '../decode/sink.js';
import type { Cursor } from '../record/cursor.js';
import { Event, Offset } from '../record/layout.js';
import type { Precision, TraceOptions } from './options.js';
import type { Tracee } from './tracee.js';

const DIGITS: Readonly<Record<Precision, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** Seconds and nanoseconds of a clock. */
interface Moment {
  sec: number;
  nsec: number;
}

/** Prints prefixes; keeps the time of the last line for -r. */
export class LinePrefix {
  private readonly last: Moment = { sec: -1, nsec: 0 };
  private readonly plainPid: boolean;
  private readonly bracketPid: boolean;
  /** More than an id stands in front of a line. */
  private readonly detailed: boolean;
  /** The time that a call took stands behind it (-T). */
  readonly timesCalls: boolean;
  private zoneSecond = -1;
  private zoneText = '';

  constructor(private readonly options: TraceOptions) {
    const { follow, separate, output, alwaysShowPid, absolute, relative, syscallNumber, instructionPointer } = options;
    this.plainPid = alwaysShowPid || (follow && output !== undefined && !separate);
    this.bracketPid = !this.plainPid && output === undefined;
    this.detailed = absolute.format !== 'none' || relative !== undefined || syscallNumber || instructionPointer;
    this.timesCalls = options.callTime !== undefined;
  }

  /** `<comm>` behind a tracee's id (-Y). */
  private name(s: Sink, { comm }: Tracee): void {
    if (comm.length === 0) return;
    s.byte(60);
    printBetweenBrackets(s, comm, 0, comm.length, this.options);
    s.byte(62);
  }

  /** Begins a line of one of the tracees. */
  print(s: Sink, c: Cursor, tracee: Tracee, tracees: ReadonlyMap<number, Tracee>): void {
    const { options } = this;
    if (this.plainPid) {
      const from = s.pos - s.lineStart;
      s.decimal(tracee.tid);
      if (options.comm) this.name(s, tracee);
      s.padTo(from + 5);
      s.byte(32);
    } else if (this.bracketPid && tracees.size > 1) {
      const digits = String(tracee.tid).length;
      s.text('[pid ');
      for (let i = digits; i < 5; i++) s.byte(32);
      s.decimal(tracee.tid);
      if (options.comm) this.name(s, tracee);
      s.text('] ');
    }
    if (this.detailed) this.details(s, c);
  }

  /** What stands behind the id. */
  private details(s: Sink, c: Cursor): void {
    const { options } = this;
    const { absolute, relative } = options;
    if (absolute.format !== 'none') {
      const sec = c.words[(c.base + Offset.Realtime) >> 2] >>> 0;
      const nsec = c.words[(c.base + Offset.Realtime + 4) >> 2] >>> 0;
      if (absolute.format === 'unix') s.decimal(sec);
      else s.text(this.clock(sec));
      this.fraction(s, nsec, absolute.precision);
      s.byte(32);
    }
    if (relative !== undefined) this.relative(s, c, relative, absolute.format !== 'none');
    if (options.syscallNumber) this.number(s, c);
    if (options.instructionPointer) {
      const at = (c.base + Offset.Ip) >> 2;
      s.byte(91);
      const high = c.words[at + 1];
      const narrow = ABIS[c.abi].word === 4;
      if ((c.words[at] | high) === 0) s.text(narrow ? '????????' : '????????????????');
      else {
        // x32's words are narrow, its addresses need not be.
        if (!narrow) s.hexFixed(high, 8);
        else if (high !== 0) s.hexDigits(high);
        s.hexFixed(c.words[at], 8);
      }
      s.text('] ');
    }
  }

  /** The number of the call, or of the tracee's last one. */
  private number(s: Sink, c: Cursor): void {
    const isCall = c.event === Event.Enter || c.event === Event.Exit;
    const own = c.abi === 1 ? (carrierOf(c.nr) ?? ownNumber(c.nr)) : c.nr;
    const nr = isCall ? (c.abi === 2 ? own + X32_BIT : own) : c.argLo(5);
    // -1 is no number; the others are sign-extended, as the kernel takes them.
    if (nr === 0xffffffff) s.text('[???] ');
    else if (nr >= 0x80000000) {
      s.byte(91);
      s.decimal64(nr, 0xffffffff);
      s.text('] ');
    } else s.text(`[${String(nr).padStart(4)}] `);
  }

  private fraction(s: Sink, nsec: number, precision: Precision): void {
    const digits = DIGITS[precision];
    if (digits === 0) return;
    s.byte(46);
    s.padded(Math.floor(nsec / 10 ** (9 - digits)), digits);
  }

  /** HH:MM:SS of the local zone, made once for each second. */
  private clock(sec: number): string {
    if (sec !== this.zoneSecond) {
      this.zoneSecond = sec;
      const date = new Date(sec * 1000);
      const two = (n: number): string => String(n).padStart(2, '0');
      this.zoneText = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    }
    return this.zoneText;
  }

  private relative(s: Sink, c: Cursor, precision: Precision, inParentheses: boolean): void {
    const sec = c.words[(c.base + Offset.Monotonic) >> 2] >>> 0;
    const nsec = c.words[(c.base + Offset.Monotonic + 4) >> 2] >>> 0;
    const { last } = this;
    let ds = last.sec < 0 ? 0 : sec - last.sec;
    let dn = last.sec < 0 ? 0 : nsec - last.nsec;
    if (dn < 0) {
      dn += 1e9;
      ds--;
    }
    last.sec = sec;
    last.nsec = nsec;
    if (inParentheses) s.text('(+');
    s.text(String(ds).padStart(6));
    this.fraction(s, dn, precision);
    s.text(inParentheses ? ') ' : ' ');
  }

  /** Remembers the time of an entry, for -T. */
  entered(tracee: Tracee, c: Cursor): void {
    tracee.entrySec = c.words[(c.base + Offset.Monotonic) >> 2] >>> 0;
    tracee.entryNsec = c.words[(c.base + Offset.Monotonic + 4) >> 2] >>> 0;
  }

  /** ` <0.000012>` (-T). */
  callTime(s: Sink, c: Cursor, tracee: Tracee): void {
    const { callTime } = this.options;
    if (callTime === undefined) return;
    let sec = (c.words[(c.base + Offset.Monotonic) >> 2] >>> 0) - tracee.entrySec;
    let nsec = (c.words[(c.base + Offset.Monotonic + 4) >> 2] >>> 0) - tracee.entryNsec;
    if (nsec < 0) {
      nsec += 1e9;
      sec--;
    }
    s.text(` <${sec}`);
    this.fraction(s, nsec, callTime);
    s.byte(62);
  }
}
