// A table that can be sorted and shortened; on a narrow screen each row is a card, whose cells carry their headers.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { count } from './format.js';

/** A column of rows of type `T`. */
export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: T) => ComponentChildren;
  /** What it is sorted by; without it the column cannot be. Numbers begin with the greatest. */
  readonly sort?: (row: T) => number | string;
  readonly numeric?: boolean;
  /** The cell that names the row. */
  readonly heads?: boolean;
  /** Takes the room that is left. */
  readonly wide?: boolean;
  /** Left out of a row's card when this says so. */
  readonly empty?: (row: T) => boolean;
}

interface Order {
  readonly key: string;
  readonly descending: boolean;
}

function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order | undefined): readonly T[] {
  const by = columns.find((c) => c.key === order?.key)?.sort;
  if (!order || !by) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y)));
  });
}

/** The table. `shown`: how many rows are there until more are asked for. */
export function Table<T>({
  name,
  columns,
  rows,
  initial,
  shown = 20,
}: {
  readonly name: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly initial?: string;
  readonly shown?: number;
}): ComponentChildren {
  const [order, setOrder] = useState<Order | undefined>(
    initial === undefined ? undefined : { key: initial, descending: true },
  );
  const [limit, setLimit] = useState(shown);
  const all = useMemo(() => sorted(rows, columns, order), [rows, columns, order]);
  const press = (column: Column<T>): void => {
    const first = rows[0] === undefined || typeof column.sort?.(rows[0]) === 'number';
    setOrder(
      order?.key === column.key
        ? { key: column.key, descending: !order.descending }
        : { key: column.key, descending: first },
    );
  };
  const sortable = columns.filter((c) => c.sort);
  return (
    <>
      {sortable.length > 1 && rows.length > 1 && (
        <label class="sorter">
          Sort by{' '}
          <select
            value={order?.key ?? ''}
            onChange={(e) => {
              const column = columns.find((c) => c.key === e.currentTarget.value);
              if (column) setOrder({ key: column.key, descending: column.numeric === true });
            }}
          >
            {sortable.map((c) => (
              <option value={c.key}>{c.title}</option>
            ))}
          </select>
        </label>
      )}
      {/* Roles are said again, since rows that are cards are no table's to a browser. */}
      <table role="table" aria-label={name}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((c) => (
              <th
                role="columnheader"
                scope="col"
                class={`${c.numeric ? 'number' : ''} ${c.wide ? 'wide' : ''}`}
                aria-sort={order?.key === c.key ? (order.descending ? 'descending' : 'ascending') : undefined}
              >
                {c.sort ? (
                  <button type="button" class="sort" onClick={() => press(c)}>
                    {c.title}
                    <span class="arrow" aria-hidden="true">
                      {order?.key === c.key ? (order.descending ? '▾' : '▴') : ''}
                    </span>
                  </button>
                ) : (
                  c.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {all.slice(0, limit).map((row) => (
            <tr role="row">
              {columns.map((c) => {
                const kind = `${c.numeric ? 'number' : ''} ${c.wide ? 'wide' : ''} ${c.empty?.(row) ? 'empty' : ''}`;
                return c.heads ? (
                  <th role="rowheader" scope="row" class={kind}>
                    {c.cell(row)}
                  </th>
                ) : (
                  <td role="cell" class={kind} data-title={c.title}>
                    {c.cell(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > limit && (
        <p class="more">
          <button type="button" onClick={() => setLimit(Math.min(all.length, limit * 5))}>
            Show {count(Math.min(all.length, limit * 5) - limit)} more
          </button>{' '}
          <span class="muted">of {count(all.length)}</span>
        </p>
      )}
    </>
  );
}

/** A share as a bar, the number of it beside. */
export function Bar({ share, label }: { readonly share: number; readonly label: string }): ComponentChildren {
  return (
    <span class="bar">
      <span class="track" aria-hidden="true">
        <span class="fill" style={{ width: `${Math.max(share * 100, share > 0 ? 1 : 0)}%` }} />
      </span>
      <span class="value">{label}</span>
    </span>
  );
}
