// The tables of a report: calls, errors, files, single calls, signals.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CallData, CallNote, ErrorData, FileData, FileKind, ReportData, SignalData } from '../data.js';
import { bytes, count, moment, percent, plural, time } from './format.js';
import { CATEGORY_NAMES, KIND_NAMES } from './labels.js';
import { Bar, Table, type Column } from './table.js';

const none = <span class="muted">–</span>;

export function Calls({ data }: { readonly data: ReportData }): ComponentChildren {
  const { calls, totals } = data;
  const columns = useMemo((): readonly Column<CallData>[] => {
    const most = Math.max(...calls.map((c) => c.time), 1);
    return [
      {
        key: 'name',
        title: 'Call',
        heads: true,
        sort: (c) => c.name,
        cell: (c) => (
          <>
            <i class={`dot c-${c.category}`} title={CATEGORY_NAMES[c.category]} />
            <code>{c.name}</code>
          </>
        ),
      },
      {
        key: 'time',
        title: 'Time',
        wide: true,
        numeric: true,
        sort: (c) => c.time,
        cell: (c) => <Bar share={c.time / most} label={time(c.time)} />,
      },
      { key: 'share', title: 'Share', numeric: true, cell: (c) => percent(c.time, totals.time) },
      { key: 'calls', title: 'Calls', numeric: true, sort: (c) => c.calls, cell: (c) => count(c.calls) },
      {
        key: 'errors',
        title: 'Errors',
        numeric: true,
        sort: (c) => c.errors,
        empty: (c) => c.errors === 0,
        cell: (c) => (c.errors > 0 ? <span class="error">{count(c.errors)}</span> : ''),
      },
      {
        key: 'median',
        title: 'Median',
        numeric: true,
        sort: (c) => c.median,
        cell: (c) => (c.most > 0 ? time(c.median) : none),
      },
      { key: 'p99', title: '99 %', numeric: true, sort: (c) => c.p99, cell: (c) => (c.most > 0 ? time(c.p99) : none) },
      {
        key: 'most',
        title: 'Longest',
        numeric: true,
        sort: (c) => c.most,
        cell: (c) => (c.most > 0 ? time(c.most) : none),
      },
    ];
  }, [calls, totals.time]);
  return <Table name="Calls" columns={columns} rows={calls} initial="time" />;
}

const ERROR_COLUMNS: readonly Column<ErrorData>[] = [
  {
    key: 'error',
    title: 'Error',
    heads: true,
    sort: (e) => e.error,
    cell: (e) => (
      <>
        <span class="error">{e.error}</span> <span class="muted">{e.text}</span>
      </>
    ),
  },
  { key: 'call', title: 'Call', sort: (e) => e.call, cell: (e) => <code>{e.call}</code> },
  { key: 'calls', title: 'Times', numeric: true, sort: (e) => e.calls, cell: (e) => count(e.calls) },
  { key: 'time', title: 'Time', numeric: true, sort: (e) => e.time, cell: (e) => time(e.time) },
  {
    key: 'where',
    title: 'Where',
    wide: true,
    cell: (e) => (
      <>
        {e.paths.length > 0 && (
          <ul class="paths">
            {e.paths.map(([path, n]) => (
              <li>
                <code>{path}</code>
                {n > 1 && <span class="muted"> × {count(n)}</span>}
              </li>
            ))}
          </ul>
        )}
        <details>
          <summary>First</summary>
          <code class="line">{e.line}</code>
        </details>
      </>
    ),
  },
];

export const Errors = ({ data }: { readonly data: ReportData }): ComponentChildren =>
  data.errors.length === 0 ? (
    <p class="muted">No call failed.</p>
  ) : (
    <Table name="Errors" columns={ERROR_COLUMNS} rows={data.errors} initial="calls" shown={15} />
  );

/** Name of a file, the part that tells it from its neighbours in front. */
function FileName({ name }: { readonly name: string }): ComponentChildren {
  const slash = name.startsWith('/') ? name.lastIndexOf('/', name.length - 2) : -1;
  return (
    <code>
      {slash > 0 && <span class="muted">{name.slice(0, slash + 1)}</span>}
      {slash > 0 ? name.slice(slash + 1) : name}
    </code>
  );
}

const perTransfer = (sum: number, n: number): ComponentChildren =>
  n > 0 ? <span title={`${plural(n, 'transfer')}, ${bytes(Math.round(sum / n))} each`}>{bytes(sum)}</span> : '';

const FILE_COLUMNS: readonly Column<FileData>[] = [
  { key: 'name', title: 'File', heads: true, wide: true, sort: (f) => f.name, cell: (f) => <FileName name={f.name} /> },
  { key: 'time', title: 'Time', numeric: true, sort: (f) => f.time, cell: (f) => time(f.time) },
  { key: 'calls', title: 'Calls', numeric: true, sort: (f) => f.calls, cell: (f) => count(f.calls) },
  {
    key: 'errors',
    title: 'Errors',
    numeric: true,
    sort: (f) => f.errors,
    empty: (f) => f.errors === 0,
    cell: (f) => (f.errors > 0 ? <span class="error">{count(f.errors)}</span> : ''),
  },
  {
    key: 'opens',
    title: 'Opened',
    numeric: true,
    sort: (f) => f.opens,
    empty: (f) => f.opens === 0,
    cell: (f) => (f.opens > 0 ? count(f.opens) : ''),
  },
  {
    key: 'read',
    title: 'Read',
    numeric: true,
    sort: (f) => f.read,
    empty: (f) => f.reads === 0,
    cell: (f) => perTransfer(f.read, f.reads),
  },
  {
    key: 'written',
    title: 'Written',
    numeric: true,
    sort: (f) => f.written,
    empty: (f) => f.writes === 0,
    cell: (f) => perTransfer(f.written, f.writes),
  },
];

export function Files({ data }: { readonly data: ReportData }): ComponentChildren {
  const [text, setText] = useState('');
  const [kind, setKind] = useState<FileKind | ''>('');
  const kinds = useMemo(() => [...new Set(data.files.map((f) => f.kind))], [data.files]);
  const rows = useMemo(
    () =>
      data.files.filter((f) => (kind === '' || f.kind === kind) && f.name.toLowerCase().includes(text.toLowerCase())),
    [data.files, kind, text],
  );
  const { otherFiles } = data;
  if (data.files.length === 0) return <p class="muted">No file was touched by the calls that were traced.</p>;
  return (
    <>
      <div class="controls">
        <label>
          Search{' '}
          <input
            type="search"
            value={text}
            placeholder="part of a path"
            onInput={(e) => setText(e.currentTarget.value)}
          />
        </label>
        <label>
          Kind{' '}
          <select value={kind} onChange={(e) => setKind(e.currentTarget.value as FileKind | '')}>
            <option value="">All</option>
            {kinds.map((k) => (
              <option value={k}>{KIND_NAMES[k]}</option>
            ))}
          </select>
        </label>
        <span class="muted" aria-live="polite">
          {plural(rows.length, 'file')}
        </span>
      </div>
      <Table name="Files" columns={FILE_COLUMNS} rows={rows} initial="time" />
      {otherFiles.files > 0 && (
        <p class="muted">
          {plural(otherFiles.files, 'further file')} with {plural(otherFiles.calls, 'call')}, {bytes(otherFiles.read)}{' '}
          read and {bytes(otherFiles.written)} written {otherFiles.files === 1 ? 'is' : 'are'} not listed.
        </p>
      )}
    </>
  );
}

export function Slowest({ data }: { readonly data: ReportData }): ComponentChildren {
  const [waits, setWaits] = useState(data.slowest.length === 0);
  const columns = useMemo(
    (): readonly Column<CallNote>[] => [
      {
        key: 'time',
        title: 'Time',
        heads: true,
        numeric: true,
        sort: (c) => c.time,
        cell: (c) => `${c.unfinished ? '> ' : ''}${time(c.time)}`,
      },
      { key: 'start', title: 'At', numeric: true, sort: (c) => c.start, cell: (c) => moment(c.start, data.duration) },
      {
        key: 'process',
        title: 'Process',
        sort: (c) => c.comm,
        cell: (c) => (
          <>
            {c.comm} <span class="muted">{c.tid}</span>
          </>
        ),
      },
      {
        key: 'line',
        title: 'Call',
        wide: true,
        cell: (c) => (
          <>
            <code class="line">{c.line}</code>
            {c.file !== '' && !c.line.includes(`"${c.file}"`) && <div class="file muted">{c.file}</div>}
          </>
        ),
      },
    ],
    [data.duration],
  );
  return (
    <>
      <div class="controls">
        <div role="group" aria-label="Which calls" class="choice">
          <button type="button" aria-pressed={!waits} onClick={() => setWaits(false)}>
            Working
          </button>
          <button type="button" aria-pressed={waits} onClick={() => setWaits(true)}>
            Waiting
          </button>
        </div>
      </div>
      <Table
        key={String(waits)}
        name="Slowest calls"
        columns={columns}
        rows={waits ? data.waits : data.slowest}
        initial="time"
        shown={15}
      />
    </>
  );
}

const SIGNAL_COLUMNS: readonly Column<SignalData>[] = [
  { key: 'name', title: 'Signal', heads: true, sort: (s) => s.name, cell: (s) => <code>{s.name}</code> },
  { key: 'count', title: 'Deliveries', numeric: true, sort: (s) => s.count, cell: (s) => count(s.count) },
  {
    key: 'tids',
    title: 'To',
    wide: true,
    cell: (s) => `${s.tids.join(', ')}${s.count > s.tids.length && s.tids.length >= 5 ? ', …' : ''}`,
  },
];

export const Signals = ({ data }: { readonly data: ReportData }): ComponentChildren => (
  <Table name="Signals" columns={SIGNAL_COLUMNS} rows={data.signals} initial="count" />
);
