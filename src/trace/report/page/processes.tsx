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

interface Row {
  readonly index: number;
  readonly task: TaskData;
  readonly depth: number;
  readonly children: readonly number[];
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

/** The rows that are open, in the order of a tree. */
function rowsOf(tasks: readonly TaskData[], closed: ReadonlySet<number>): Row[] {
  const children = childrenOf(tasks);
  const rows: Row[] = [];
  const pending = (children.get(-1) ?? []).map((index) => ({ index, depth: 0 })).reverse();
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { index, depth } = next;
    const own = children.get(index) ?? [];
    rows.push({ index, task: tasks[index], depth, children: own });
    if (!closed.has(index)) for (const child of [...own].reverse()) pending.push({ index: child, depth: depth + 1 });
  }
  return rows;
}

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
  row,
  isClosed,
  toggle,
}: {
  readonly row: Row;
  readonly isClosed: boolean;
  readonly toggle: () => void;
}): ComponentChildren {
  const { task, children, depth } = row;
  const command = task.commands.at(-1);
  return (
    <div class="task" style={{ paddingInlineStart: `${Math.min(depth, 8) * 0.9}rem` }}>
      {children.length > 0 ? (
        <button
          type="button"
          class="toggle"
          aria-expanded={!isClosed}
          aria-label={`${plural(children.length, 'child', 'children')} of ${task.tid}`}
          onClick={toggle}
        >
          {isClosed ? '▸' : '▾'}
        </button>
      ) : (
        <span class="toggle" />
      )}
      <span>
        <b>{task.comm || '?'}</b> <span class="muted">{isThread(task) ? `thread ${task.tid}` : task.pid}</span>
        {isClosed && children.length > 0 && <span class="muted"> +{count(children.length)}</span>}
        {task.folded && <span class="muted"> and {plural(task.folded.tasks, 'brief child', 'brief children')}</span>}
        {command !== undefined && !isThread(task) && (
          <code class="command" title={task.commands.join('\n')}>
            {command}
          </code>
        )}
      </span>
    </div>
  );
}

/** The tree, over the range that is looked at. */
export function Processes({ data, range }: { readonly data: ReportData; readonly range: Range }): ComponentChildren {
  const { tasks } = data;
  const [closed, setClosed] = useState<ReadonlySet<number>>(() => {
    const threads = new Map<number, number>();
    for (const t of tasks) if (isThread(t)) threads.set(t.parent, (threads.get(t.parent) ?? 0) + 1);
    return new Set([...threads].filter(([, n]) => n > THREADS_OPEN).map(([index]) => index));
  });
  const [limit, setLimit] = useState(SHOWN);
  const zoomed = range.from > 0 || range.to < data.duration;
  const rows = useMemo(
    () => rowsOf(tasks, closed).filter(({ task }) => !zoomed || (task.start < range.to && task.end > range.from)),
    [tasks, closed, zoomed, range],
  );
  const toggle = (index: number): void => {
    const next = new Set(closed);
    if (!next.delete(index)) next.add(index);
    setClosed(next);
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
          {rows.slice(0, limit).map((row) => {
            const { task, index } = row;
            const ending = endingOf(task.ending);
            return (
              <tr role="row" key={index}>
                <th role="rowheader" scope="row">
                  <Name row={row} isClosed={closed.has(index)} toggle={() => toggle(index)} />
                </th>
                <td role="cell" class="wide">
                  <Lane task={task} data={data} range={range} />
                  <span class="hidden">
                    from {moment(task.start, data.duration)} to {moment(task.end, data.duration)}
                  </span>
                </td>
                <td role="cell" class="number" data-title="Lived">
                  {time(task.end - task.start)}
                </td>
                <td role="cell" class="number" data-title="In calls">
                  {time(task.time)}
                </td>
                <td role="cell" class="number" data-title="Calls">
                  {count(task.calls)}
                </td>
                <td role="cell" class={`number ${task.errors === 0 ? 'empty' : ''}`} data-title="Errors">
                  {task.errors > 0 ? count(task.errors) : ''}
                </td>
                <td role="cell" data-title="End" class={isThread(task) && ending.level === 'good' ? 'empty' : ''}>
                  {(!isThread(task) || ending.level === 'bad') && (
                    <span class={`tag ${ending.level}`}>{ending.text}</span>
                  )}
                </td>
              </tr>
            );
          })}
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
