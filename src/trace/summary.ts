// The tables of -c and -C: calls counted and timed by name, one table for each personality that was used.
import { callName, unnamedCall } from '../abi/syscalls.js';
import { ABIS } from '../abi/abi.js';
import type { Cursor } from '../record/cursor.js';
import { Offset } from '../record/layout.js';
import type { SummaryOptions } from './options.js';

interface Row {
  readonly name: string;
  readonly nr: number;
  calls: number;
  errors: number;
  /** Nanoseconds: the time that the table is about (system, or wall under -w), then wall-clock figures. */
  time: number;
  min: number;
  max: number;
  wall: number;
  wallMin: number;
  wallMax: number;
}

const fresh = (name: string, nr: number): Row => ({
  name,
  nr,
  calls: 0,
  errors: 0,
  time: 0,
  min: Infinity,
  max: 0,
  wall: 0,
  wallMin: Infinity,
  wallMax: 0,
});

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);
const micros = (ns: number, calls: number): string => String(calls ? Math.floor(ns / calls / 1000) : 0);

interface Column {
  readonly title: string;
  /** The least that it has; what does not fit makes it wider. */
  readonly width: number;
  cell(row: Row, total: number): string;
}

/** Columns by their names in -U and -S. */
const COLUMNS: Readonly<Record<string, Column>> = {
  'time-percent': {
    title: '% time',
    width: 6,
    cell: (r, total) => (total > 0 ? (100 * r.time) / total : 0).toFixed(2),
  },
  'total-time': { title: 'seconds', width: 11, cell: (r) => seconds(r.time) },
  'min-time': { title: 'shortest', width: 8, cell: (r) => seconds(r.calls ? r.min : 0) },
  'max-time': { title: 'longest', width: 8, cell: (r) => seconds(r.max) },
  'avg-time': { title: 'usecs/call', width: 11, cell: (r) => micros(r.time, r.calls) },
  'wall-total': { title: 'wall-total', width: 11, cell: (r) => seconds(r.wall) },
  'wall-min': { title: 'wall-min', width: 8, cell: (r) => seconds(r.calls ? r.wallMin : 0) },
  'wall-max': { title: 'wall-max', width: 8, cell: (r) => seconds(r.wallMax) },
  'wall-avg': { title: 'wall-avg', width: 11, cell: (r) => micros(r.wall, r.calls) },
  calls: { title: 'calls', width: 9, cell: (r) => String(r.calls) },
  errors: { title: 'errors', width: 9, cell: (r) => (r.errors ? String(r.errors) : '') },
  name: { title: 'syscall', width: 16, cell: (r) => r.name },
};

/** Greater first, but for names. */
const ORDER: Readonly<Record<string, (a: Row, b: Row) => number>> = {
  time: (a, b) => b.time - a.time,
  'time-percent': (a, b) => b.time - a.time,
  'total-time': (a, b) => b.time - a.time,
  'min-time': (a, b) => b.min - a.min,
  'max-time': (a, b) => b.max - a.max,
  'avg-time': (a, b) => b.time / b.calls - a.time / a.calls,
  'wall-total': (a, b) => b.wall - a.wall,
  'wall-min': (a, b) => b.wallMin - a.wallMin,
  'wall-max': (a, b) => b.wallMax - a.wallMax,
  'wall-avg': (a, b) => b.wall / b.calls - a.wall / a.calls,
  calls: (a, b) => b.calls - a.calls,
  errors: (a, b) => b.errors - a.errors,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  nothing: () => 0,
};

/** When a call began, for its times. */
export interface CallStart {
  system: number;
  sec: number;
  nsec: number;
}

/** Takes the times of an entering record. */
export function startOf(c: Cursor): CallStart {
  return {
    system: c.u64(c.base + Offset.SystemTime),
    sec: c.u32(c.base + Offset.Monotonic),
    nsec: c.u32(c.base + Offset.Monotonic + 4),
  };
}

/** Counts calls; prints the tables at the end. */
export class Summary {
  private readonly tables = ABIS.map(() => new Map<number, Row>());

  constructor(private readonly options: SummaryOptions) {}

  /** One finished call; the cursor is on its exiting record. */
  count(c: Cursor, start: CallStart): void {
    const { abi, nr } = c;
    const table = this.tables[abi];
    let row = table.get(nr);
    if (!row) {
      const { name } = ABIS[abi];
      table.set(nr, (row = fresh(callName(name, nr) ?? unnamedCall(name, nr), nr)));
    }
    const end = startOf(c);
    const wall = (end.sec - start.sec) * 1e9 + end.nsec - start.nsec;
    const system = Math.max(0, end.system - start.system - this.options.overhead);
    const time = this.options.wallClock ? Math.max(0, wall - this.options.overhead) : system;
    row.calls++;
    if (c.failed) row.errors++;
    row.time += time;
    row.min = Math.min(row.min, time);
    row.max = Math.max(row.max, time);
    row.wall += wall;
    row.wallMin = Math.min(row.wallMin, wall);
    row.wallMax = Math.max(row.wallMax, wall);
  }

  /** The tables as text. */
  text(): string {
    return this.tables.map((table, abi) => (table.size === 0 ? '' : this.table([...table.values()], abi))).join('');
  }

  private table(rows: Row[], abi: number): string {
    const names = this.options.columns.length
      ? this.options.columns
      : ['time-percent', 'total-time', 'avg-time', 'calls', 'errors', 'name'];
    const columns = names.map((name) => COLUMNS[name]);
    const total = fresh('total', -1);
    for (const r of rows) {
      total.calls += r.calls;
      total.errors += r.errors;
      total.time += r.time;
      total.wall += r.wall;
      total.min = Math.min(total.min, r.min);
      total.max = Math.max(total.max, r.max);
      total.wallMin = Math.min(total.wallMin, r.wallMin);
      total.wallMax = Math.max(total.wallMax, r.wallMax);
    }
    rows.sort((a, b) => a.nr - b.nr);
    rows.sort(ORDER[this.options.sortBy] ?? ORDER.time);
    const head = columns.map((c) => c.title);
    const body = rows.map((r) => columns.map((c) => c.cell(r, total.time)));
    const foot = columns.map((c, i) => (names[i] === 'time-percent' ? '100.00' : c.cell(total, total.time)));
    // A name is followed by a blank even where it is the longest.
    const widths = columns.map(({ width }, i) =>
      [...body, foot].reduce((most, cells) => Math.max(most, cells[i].length + (names[i] === 'name' ? 1 : 0)), width),
    );
    const pad = (cell: string, i: number): string => {
      if (names[i] !== 'name') return cell.padStart(widths[i]);
      return i < names.length - 1 ? cell.padEnd(widths[i]) : cell;
    };
    const line = (cells: readonly string[]): string => cells.map(pad).join(' ') + '\n';
    const rule = line(widths.map((width) => '-'.repeat(width)));
    const title = abi === 0 ? '' : `System call usage summary for ${abi === 1 ? '32 bit' : 'x32'} mode:\n`;
    return title + line(head) + rule + body.map(line).join('') + rule + line(foot);
  }
}
