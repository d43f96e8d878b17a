// One process's file, read piece by piece: a line with its time, and the lines behind it that have none.
import { closeSync, openSync, readSync } from 'node:fs';
import { compare, DAY, momentOf } from './time-stamp.js';
import type { Moment } from './time-stamp.js';

const NEWLINE = 10;
/** Bytes of a line that may hold its time. */
const STAMP_BYTES = 48;
/** A clock that goes back by more than this has passed midnight; by less, it was set. */
const HALF_A_DAY = DAY / 2;

/** Where files are kept open between reads, and how much of each is in memory. */
export interface ReadingPlan {
  readonly keepOpen: boolean;
  readonly bytes: number;
}

/** Entries of a file, in its order. */
export class LogReader {
  /** The time of the entry under way; of the time of day, days since the first line are added. */
  readonly moment: Moment = { sec: -1, nsec: 0 };
  /** Its lines, without a newline at the end. */
  lines: Buffer[] = [];

  private buffer: Buffer;
  private from = 0;
  private to = 0;
  private offset = 0;
  private fd = -1;
  private ended = false;
  private days = 0;
  /** The first line of the next entry, met while this one was read. */
  private ahead: { readonly line: Buffer; readonly moment: Moment } | undefined;

  constructor(
    readonly pid: string,
    private readonly path: string,
    private readonly plan: ReadingPlan,
  ) {
    this.buffer = Buffer.allocUnsafe(plan.bytes);
  }

  /** Goes on to the next entry; false: there is none. @throws what reading a file throws. */
  next(): boolean {
    const { ahead } = this;
    this.ahead = undefined;
    this.lines = ahead ? [ahead.line] : [];
    if (ahead) Object.assign(this.moment, ahead.moment);
    for (let line = this.line(); line; line = this.line()) {
      const moment = this.momentOf(line);
      if (!moment) {
        this.lines.push(line);
        continue;
      }
      if (this.lines.length > 0) {
        this.ahead = { line, moment };
        return true;
      }
      Object.assign(this.moment, moment);
      this.lines.push(line);
    }
    return this.lines.length > 0;
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }

  private momentOf(line: Buffer): Moment | undefined {
    const found = momentOf(line.toString('latin1', 0, STAMP_BYTES));
    if (!found) return undefined;
    const moment = { sec: found.sec + this.days * DAY, nsec: found.nsec };
    if (found.ofDay && compare(moment, this.moment) < 0 && this.moment.sec - moment.sec > HALF_A_DAY) {
      this.days++;
      moment.sec += DAY;
    }
    return moment;
  }

  /** The next line, copied, without its newline. */
  private line(): Buffer | undefined {
    let scanned = this.from;
    for (;;) {
      const newline = this.buffer.subarray(0, this.to).indexOf(NEWLINE, scanned);
      if (newline >= 0) return this.take(newline, newline + 1);
      scanned = this.to - this.from;
      if (!this.fill()) return this.to > this.from ? this.take(this.to, this.to) : undefined;
    }
  }

  private take(end: number, next: number): Buffer {
    const line = Buffer.from(this.buffer.subarray(this.from, end));
    this.from = next;
    return line;
  }

  /** Reads more behind what has not been taken, which moves to the front. */
  private fill(): boolean {
    if (this.ended) return false;
    this.buffer.copyWithin(0, this.from, this.to);
    this.to -= this.from;
    this.from = 0;
    if (this.to === this.buffer.length) this.buffer = Buffer.concat([this.buffer], this.buffer.length * 2);
    if (this.fd < 0) this.fd = openSync(this.path, 'r');
    const n = readSync(this.fd, this.buffer, this.to, this.buffer.length - this.to, this.offset);
    this.to += n;
    this.offset += n;
    this.ended = n === 0;
    if (this.ended || !this.plan.keepOpen) this.close();
    return !this.ended;
  }
}
