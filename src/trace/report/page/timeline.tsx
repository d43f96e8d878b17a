// The timeline: columns by category, a cursor that tells about one of them, a range to be looked at closer.
import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { CATEGORIES, type ReportData } from '../data.js';
import { count, moment, time } from './format.js';
import { CATEGORY_NAMES } from './labels.js';
import { bucketsOf, ticks, type Range } from './range.js';
import { useWidth } from './use-width.js';

type Metric = 'time' | 'calls' | 'errors';

const METRICS: Readonly<Record<Metric, string>> = { time: 'Time in calls', calls: 'Calls', errors: 'Errors' };
const HEIGHT = 168;
const LEFT = 46;
const BOTTOM = 20;
const TOP = 8;
/** Pixels of a column at least. */
const COLUMN = 3;

/** What the columns show: for each group of buckets a value for each series, the lowest first. */
interface Columns {
  readonly series: readonly { readonly key: string; readonly name: string; readonly values: readonly number[] }[];
  readonly first: number;
  readonly size: number;
  readonly groups: number;
}

function columnsOf({ timeline }: ReportData, metric: Metric, range: Range, width: number): Columns {
  const { first, groups, size } = bucketsOf(range, timeline.width, width / COLUMN);
  const sums = (values: readonly number[]): number[] =>
    Array.from({ length: groups }, (_, g) => {
      let sum = 0;
      for (let i = first + g * size; i < first + (g + 1) * size; i++) sum += values[i] ?? 0;
      return sum;
    });
  const series =
    metric === 'errors'
      ? [{ key: 'errors', name: 'Errors', values: sums(timeline.errors) }]
      : CATEGORIES.map((key, i) => ({ key, name: CATEGORY_NAMES[key], values: sums(timeline[metric][i]) }));
  return { series: series.filter((s) => s.values.some((v) => v > 0)), first, size, groups };
}

/** The parts of a series as one path. */
function path(
  values: readonly number[],
  below: readonly number[],
  x: (g: number) => number,
  y: (v: number) => number,
): string {
  let d = '';
  values.forEach((value, g) => {
    if (value <= 0) return;
    const [left, right, bottom, top] = [x(g), x(g + 1), y(below[g]), y(below[g] + value)];
    d += `M${left.toFixed(1)} ${bottom.toFixed(1)}V${top.toFixed(1)}H${Math.max(right - 0.5, left + 0.5).toFixed(1)}V${bottom.toFixed(1)}Z`;
  });
  return d;
}

export function Timeline({
  data,
  range,
  whole,
  setRange,
}: {
  readonly data: ReportData;
  readonly range: Range;
  readonly whole: Range;
  readonly setRange: (range: Range) => void;
}): ComponentChildren {
  const [metric, setMetric] = useState<Metric>('time');
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<number | undefined>(undefined);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number } | undefined>(undefined);
  const dragging = useRef(false);
  const [ref, width] = useWidth<SVGSVGElement>();
  const inner = Math.max(1, width - LEFT - 2);
  const columns = useMemo(() => columnsOf(data, metric, range, inner), [data, metric, range, inner]);
  const { first, size, groups } = columns;
  const series = columns.series.filter((s) => !hidden.has(s.key));
  const toggle = (key: string): void => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  const bucket = data.timeline.width;
  const start = first * bucket;
  const span = groups * size * bucket;
  const x = (g: number): number => LEFT + (inner * g) / groups;
  const xOf = (t: number): number => LEFT + (inner * (t - start)) / span;
  const totals = Array.from({ length: groups }, (_, g) => series.reduce((sum, s) => sum + s.values[g], 0));
  // Time in calls is shown as how many tasks were in calls on the average.
  const unit = metric === 'time' ? size * bucket : 1;
  const top = Math.max(...totals, unit * (metric === 'time' ? 0.05 : 1));
  const y = (v: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - v / top);
  const value = (v: number): string => (metric === 'time' ? time(v) : count(v));
  const scale = (v: number): string =>
    metric === 'time' ? (v / unit).toFixed(top / unit < 3 ? 1 : 0) : count(Math.round(v));
  const groupAt = (event: PointerEvent): number => {
    const box = ref.current?.getBoundingClientRect();
    const g = Math.floor(((event.clientX - (box?.left ?? 0) - LEFT) / inner) * groups);
    return Math.min(groups - 1, Math.max(0, g));
  };
  const rangeOf = (a: number, b: number): Range => ({
    from: Math.max(whole.from, start + Math.min(a, b) * size * bucket),
    to: Math.min(whole.to, start + (Math.max(a, b) + 1) * size * bucket),
  });
  const zoom = (to: Range): void => {
    setAt(undefined);
    setRange(to);
  };
  const isWhole = range.from === whole.from && range.to === whole.to;
  const around = (factor: number): void => {
    const middle = at === undefined ? (range.from + range.to) / 2 : start + (at + 0.5) * size * bucket;
    const half = Math.max(((range.to - range.from) * factor) / 2, 2 * bucket);
    zoom({ from: Math.max(whole.from, middle - half), to: Math.min(whole.to, middle + half) });
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => setAt(Math.max(0, (at ?? groups) - 1)),
    ArrowRight: () => setAt(Math.min(groups - 1, (at ?? -1) + 1)),
    Home: () => setAt(0),
    End: () => setAt(groups - 1),
    '+': () => around(0.5),
    '-': () => around(2),
    Escape: () => zoom(whole),
  };
  let below: readonly number[] = totals.map(() => 0);
  const paths = series.map((s) => {
    const d = path(s.values, below, x, y);
    below = below.map((b, g) => b + s.values[g]);
    return <path d={d} class={`c-${s.key}`} />;
  });
  const told = at !== undefined && at < groups ? at : undefined;
  const shown = drag && { left: x(Math.min(drag.from, drag.to)), right: x(Math.max(drag.from, drag.to) + 1) };
  return (
    <>
      <div class="controls">
        <div role="group" aria-label="What the timeline shows" class="choice">
          {(Object.keys(METRICS) as Metric[]).map((m) => (
            <button type="button" aria-pressed={m === metric} onClick={() => setMetric(m)}>
              {METRICS[m]}
            </button>
          ))}
        </div>
        <div class="choice" role="group" aria-label="Range">
          <button type="button" aria-label="Look closer" onClick={() => around(0.5)}>
            +
          </button>
          <button type="button" aria-label="Look from farther" disabled={isWhole} onClick={() => around(2)}>
            −
          </button>
          <button type="button" disabled={isWhole} onClick={() => zoom(whole)}>
            Whole trace
          </button>
        </div>
      </div>
      <svg
        ref={ref}
        class="timeline"
        height={HEIGHT}
        role="img"
        tabindex={0}
        aria-label={`${METRICS[metric]} from ${moment(range.from, whole.to)} to ${moment(range.to, whole.to)}. Arrow keys move a cursor, + and - change the range.`}
        onKeyDown={(e) => {
          const act = keys[e.key];
          if (!act) return;
          e.preventDefault();
          act();
        }}
        onPointerDown={(e) => {
          if (e.button !== 0 || e.pointerType === 'touch') return;
          dragging.current = true;
          e.currentTarget.setPointerCapture(e.pointerId);
          setDrag({ from: groupAt(e), to: groupAt(e) });
        }}
        onPointerMove={(e) => {
          const g = groupAt(e);
          setAt(g);
          if (dragging.current && drag) setDrag({ from: drag.from, to: g });
        }}
        onPointerUp={() => {
          dragging.current = false;
          if (drag && Math.abs(drag.from - drag.to) >= 2) zoom(rangeOf(drag.from, drag.to));
          setDrag(undefined);
        }}
        onPointerLeave={() => dragging.current || setAt(undefined)}
        onDblClick={() => zoom(whole)}
      >
        {ticks({ from: 0, to: top / unit }, 3).map((v) => (
          <g>
            <line class="grid" x1={LEFT} x2={width} y1={y(v * unit)} y2={y(v * unit)} />
            <text class="axis" x={LEFT - 6} y={y(v * unit) + 4} text-anchor="end">
              {scale(v * unit)}
            </text>
          </g>
        ))}
        {paths}
        {ticks({ from: start, to: Math.min(start + span, whole.to) }, inner / 110).map((t) => (
          <g>
            <line class="tick" x1={xOf(t)} x2={xOf(t)} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM + 4} />
            <text
              class="axis"
              x={xOf(t)}
              y={HEIGHT - 4}
              text-anchor={xOf(t) < LEFT + 20 ? 'start' : xOf(t) > width - 30 ? 'end' : 'middle'}
            >
              {moment(t, whole.to)}
            </text>
          </g>
        ))}
        {shown && (
          <rect
            class="selection"
            x={shown.left}
            width={shown.right - shown.left}
            y={TOP}
            height={HEIGHT - TOP - BOTTOM}
          />
        )}
        {told !== undefined && (
          <line class="cursor" x1={x(told + 0.5)} x2={x(told + 0.5)} y1={TOP} y2={HEIGHT - BOTTOM} />
        )}
      </svg>
      <p class="readout" aria-live="polite">
        {told === undefined ? (
          <span class="muted">
            {metric === 'time'
              ? 'Height: how many tasks were in system calls at a time.'
              : `Height: ${metric} in ${time(size * bucket)}.`}{' '}
            <span class="fine">Drag over a part to look closer.</span>
          </span>
        ) : (
          <>
            <b>
              {moment(start + told * size * bucket, whole.to)} –{' '}
              {moment(Math.min(start + (told + 1) * size * bucket, whole.to), whole.to)}
            </b>
            {totals[told] === 0
              ? ' nothing'
              : series
                  .filter((s) => s.values[told] > 0)
                  .map((s) => (
                    <span class="part">
                      <i class={`dot c-${s.key}`} />
                      {s.name} {value(s.values[told])}
                    </span>
                  ))}
          </>
        )}
      </p>
      {metric !== 'errors' && (
        <ul class="legend" aria-label="What is shown">
          {columns.series.map((s) => (
            <li>
              <button type="button" aria-pressed={!hidden.has(s.key)} onClick={() => toggle(s.key)}>
                <i class={`dot c-${s.key}`} />
                {s.name}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
