// The tree of processes and threads, each with a lane: when it lived, and what it did when.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { CATEGORIES, type ReportData, type TaskData } from '../data.js';
import { count, moment, plural, time } from './format.js';
import { endingOf } from './labels.js';
import type { Range } from './range.js';
import { useWidth } from './use-width.js';

/** Rows until more are asked for. */
const SHOWN = 40;
/** A process with more threads than this begins closed. */
const THREADS_OPEN = 6;
const LANE_HEIGHT = 18;

/** A task, or the many threads of a process as one row. */
interface Row {
  readonly key: string;
  readonly depth: number;
  readonly task: TaskData | undefined;
  /** Rows below it, when it is open. */
  readonly children: readonly Row[];
}

const isThread = (t: TaskData): boolean => t.tid !== t.pid;

/** Children by index, roots under -1. */
function childrenOf(tasks: readonly TaskData[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  tasks.forEach(({ parent }, i) => {
    const list = found.get(parent);
    if (list) list.push(i);
    else found.set(parent, [i]);
  });
  return found;
}

/** The tree as rows. Threads beyond a few stand behind a row of their own. */
function treeOf(tasks: readonly TaskData[]): readonly Row[] {
  const children = childrenOf(tasks);
  const made: Row[] = [];
  // Parents stand before their children: backwards, children are there when their parents are made.
  const rows = (indices: readonly number[]): Row[] => indices.map((i) => made[i]);
  for (let i = tasks.length - 1; i >= 0; i--) {
    const own = children.get(i) ?? [];
    const threads = own.filter((c) => isThread(tasks[c]));
    const group = threads.length > THREADS_OPEN;
    const others = rows(group ? own.filter((c) => !isThread(tasks[c])) : own);
    const below = group
      ? [{ key: `threads-${i}`, depth: 0, task: undefined, children: rows(threads) }, ...others]
      : others;
    made[i] = { key: String(i), depth: 0, task: tasks[i], children: below };
  }
  return rows(children.get(-1) ?? []);
}

/** The rows that are open, in the order of the tree. */
function openRows(tree: readonly Row[], isClosed: (row: Row) => boolean): Row[] {
  const rows: Row[] = [];
  const pending = [...tree].reverse();
  for (let row = pending.pop(); row; row = pending.pop()) {
    rows.push(row);
    if (isClosed(row)) continue;
    for (const child of [...row.children].reverse()) pending.push({ ...child, depth: row.depth + 1 });
  }
  return rows;
}

const sum = (rows: readonly Row[], of: (task: TaskData) => number): number =>
  rows.reduce((total, { task }) => total + (task ? of(task) : 0), 0);

/** Cells of a lane as paths by category and load, so that there are few elements. */
function Lane({
  task,
  data,
  range,
}: {
  readonly task: TaskData;
  readonly data: ReportData;
  readonly range: Range;
}): ComponentChildren {
  const [ref, width] = useWidth<SVGSVGElement>();
  const cell = 2 * data.timeline.width;
  const x = (t: number): number => (width * (t - range.from)) / (range.to - range.from);
  const paths = new Map<string, string>();
  for (let i = 0; i < task.lane.length; i += 2) {
    const category = task.lane[i];
    if (category === '.') continue;
    const from = Math.max((task.first + i / 2) * cell, task.start, range.from);
    let end = i;
    const load = Math.floor(Number(task.lane[i + 1]) / 2);
    while (task.lane[end + 2] === category && Math.floor(Number(task.lane[end + 3]) / 2) === load) end += 2;
    const to = Math.min((task.first + end / 2 + 1) * cell, task.end, range.to);
    i = end;
    if (to <= from) continue;
    const key = `c-${CATEGORIES[Number(category)]} load-${load}`;
    const left = x(from);
    const right = Math.max(x(to), left + 0.8);
    paths.set(
      key,
      `${paths.get(key) ?? ''}M${left.toFixed(1)} 3H${right.toFixed(1)}V${LANE_HEIGHT - 3}H${left.toFixed(1)}Z`,
    );
  }
  const from = x(Math.max(task.start, range.from));
  const to = Math.max(x(Math.min(task.end, range.to)), from + 2);
  return (
    <svg ref={ref} class="lane" height={LANE_HEIGHT} aria-hidden="true">
      {task.start < range.to && task.end > range.from && width > 0 && (
        <>
          <rect class="life" x={from} width={to - from} y="3" height={LANE_HEIGHT - 6} rx="2" />
          {[...paths].map(([key, d]) => (
            <path class={key} d={d} />
          ))}
        </>
      )}
    </svg>
  );
}

function Name({
  row: { task, children, depth },
  isClosed,
  toggle,
}: {
  readonly row: Row;
  readonly isClosed: boolean;
  readonly toggle: () => void;
}): ComponentChildren {
  const command = task?.commands.at(-1);
  return (
    <div class="task" style={{ paddingInlineStart: `${Math.min(depth, 8) * 0.9}rem` }}>
      {children.length > 0 ? (
        <button
          type="button"
          class="toggle"
          aria-expanded={!isClosed}
          aria-label={task ? `Children of ${task.tid}` : 'Threads'}
          onClick={toggle}
        >
          {isClosed ? '▸' : '▾'}
        </button>
      ) : (
        <span class="toggle" />
      )}
      <span>
        {task ? (
          <>
            <b>{task.comm || '?'}</b> <span class="muted">{isThread(task) ? `thread ${task.tid}` : task.pid}</span>
          </>
        ) : (
          plural(children.length, 'thread')
        )}
        {isClosed && task && <span class="muted"> +{count(children.length)}</span>}
        {task?.folded && <span class="muted"> and {plural(task.folded.tasks, 'brief child', 'brief children')}</span>}
        {command !== undefined && (
          <code class="command" title={task?.commands.join('\n')}>
            {command}
          </code>
        )}
      </span>
    </div>
  );
}

function TaskRow({
  row,
  isClosed,
  toggle,
  data,
  range,
}: {
  readonly row: Row;
  readonly isClosed: boolean;
  readonly toggle: () => void;
  readonly data: ReportData;
  readonly range: Range;
}): ComponentChildren {
  const { task } = row;
  const ending = task && endingOf(task.ending);
  const summed = task ? [row] : row.children;
  const errors = sum(summed, (t) => t.errors);
  const ends = ending && task && (!isThread(task) || ending.level === 'bad');
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <Name row={row} isClosed={isClosed} toggle={toggle} />
      </th>
      <td role="cell" class="wide">
        {task && (
          <>
            <Lane task={task} data={data} range={range} />
            <span class="hidden">
              from {moment(task.start, data.duration)} to {moment(task.end, data.duration)}
            </span>
          </>
        )}
      </td>
      <td role="cell" class={`number ${task ? '' : 'empty'}`} data-title="Lived">
        {task && time(task.end - task.start)}
      </td>
      <td role="cell" class="number" data-title="In calls">
        {time(sum(summed, (t) => t.time))}
      </td>
      <td role="cell" class="number" data-title="Calls">
        {count(sum(summed, (t) => t.calls))}
      </td>
      <td role="cell" class={`number ${errors === 0 ? 'empty' : ''}`} data-title="Errors">
        {errors > 0 && count(errors)}
      </td>
      <td role="cell" data-title="End" class={ends ? '' : 'empty'}>
        {ends && <span class={`tag ${ending.level}`}>{ending.text}</span>}
      </td>
    </tr>
  );
}

/** The tree, over the range that is looked at. */
export function Processes({ data, range }: { readonly data: ReportData; readonly range: Range }): ComponentChildren {
  const { tasks } = data;
  const tree = useMemo(() => treeOf(tasks), [tasks]);
  // Groups of threads begin closed.
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = useState(SHOWN);
  const isClosed = ({ key, task }: Row): boolean => turned.has(key) === (task !== undefined);
  const zoomed = range.from > 0 || range.to < data.duration;
  const rows = openRows(tree, isClosed).filter(
    ({ task }) => !task || !zoomed || (task.start < range.to && task.end > range.from),
  );
  const toggle = (key: string): void => {
    const next = new Set(turned);
    if (!next.delete(key)) next.add(key);
    setTurned(next);
  };
  return (
    <>
      {zoomed && (
        <p class="muted">
          Those alive between {moment(range.from, data.duration)} and {moment(range.to, data.duration)}.
        </p>
      )}
      <table role="table" aria-label="Processes" class="processes">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">
              Process
            </th>
            <th role="columnheader" scope="col" class="wide">
              When
            </th>
            <th role="columnheader" scope="col" class="number">
              Lived
            </th>
            <th role="columnheader" scope="col" class="number">
              In calls
            </th>
            <th role="columnheader" scope="col" class="number">
              Calls
            </th>
            <th role="columnheader" scope="col" class="number">
              Errors
            </th>
            <th role="columnheader" scope="col">
              End
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.slice(0, limit).map((row) => (
            <TaskRow
              key={row.key}
              row={row}
              isClosed={isClosed(row)}
              toggle={() => toggle(row.key)}
              data={data}
              range={range}
            />
          ))}
        </tbody>
      </table>
      {rows.length > limit && (
        <p class="more">
          <button type="button" onClick={() => setLimit(limit * 5)}>
            Show {count(Math.min(rows.length, limit * 5) - limit)} more
          </button>{' '}
          <span class="muted">of {count(rows.length)}</span>
        </p>
      )}
      {data.folded.tasks > 0 && <p class="muted">{plural(data.folded.tasks, 'further task')} not listed.</p>}
    </>
  );
}
