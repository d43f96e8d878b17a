// Columns and orders of the table of -c: -S and -U.
import { UsageError } from '../errors.js';
import type { SummaryColumn, SummarySort } from './trace-options.js';

/** Columns by all their names; the first one is canonical. */
const COLUMNS: readonly (readonly [SummaryColumn, ...string[]])[] = [
  ['time-percent', 'time'],
  ['total-time', 'time-total'],
  ['min-time', 'time-min', 'shortest'],
  ['max-time', 'time-max', 'longest'],
  ['avg-time', 'time-avg'],
  ['wall-total', 'total-wall'],
  ['wall-min', 'min-wall'],
  ['wall-max', 'max-wall'],
  ['wall-avg', 'avg-wall'],
  ['calls', 'count'],
  ['errors', 'error'],
  ['name', 'syscall', 'syscall-name'],
];

/** What the table shows unless -U says otherwise. */
export const DEFAULT_COLUMNS: readonly SummaryColumn[] = [
  'time-percent',
  'total-time',
  'avg-time',
  'calls',
  'errors',
  'name',
];

/** The canonical names of all columns. */
export const COLUMN_NAMES: readonly SummaryColumn[] = COLUMNS.map(([name]) => name);

function findColumn(word: string): SummaryColumn | undefined {
  const plain = word.replaceAll('_', '-');
  return COLUMNS.find((names) => (names as readonly string[]).includes(plain))?.[0];
}

/** The order of -S: `time` for anything about shares or totals. @throws UsageError. */
export function parseSort(word: string): SummarySort {
  if (word === 'nothing' || word === 'none') return 'nothing';
  const column = findColumn(word);
  if (column === undefined) throw new UsageError(`invalid sortby: '${word}'`, true);
  return column === 'time-percent' || column === 'total-time' ? 'time' : column;
}

/** The columns of -U, with the name added where it is missing. @throws UsageError. */
export function parseColumns(text: string): SummaryColumn[] {
  const columns: SummaryColumn[] = [];
  const words = text.split(',');
  words.forEach((word, i) => {
    const column = findColumn(word);
    if (column === undefined) throw new UsageError(`unknown column name: '${word}'`, true);
    if (columns.includes(column)) {
      const rest = words.slice(i).join(',');
      throw new UsageError(
        `call summary column has been provided more than once: '${word}' (-U option residual: '${rest}')`,
        true,
      );
    }
    columns.push(column);
  });
  return columns.includes('name') ? columns : [...columns, 'name'];
}
