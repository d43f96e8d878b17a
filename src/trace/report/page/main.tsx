// The report's page: reads the data that stands in it, and draws.
import { render, type ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ReportData } from '../data.js';
import { findings } from './findings.js';
import { bytes, count, percent, plural, time } from './format.js';
import { endingOf } from './labels.js';
import { Processes } from './processes.js';
import type { Range } from './range.js';
import { Calls, Errors, Files, Signals, Slowest } from './sections.js';
import { Timeline } from './timeline.js';

function Head({ data }: { readonly data: ReportData }): ComponentChildren {
  const { command, attached, ending, started, host } = data;
  const end = ending && endingOf(ending);
  return (
    <header>
      <p class="brand">
        <b>tstrace</b> report
      </p>
      <h1>
        <code title={command}>{command !== '' ? command : `attached to ${attached.join(', ')}`}</code>
      </h1>
      <p class="meta">
        {end && <span class={`tag ${end.level}`}>{end.text}</span>}
        <span>
          {new Date(started).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' })} on {host.name}
        </span>
        {data.filtered && <span class="tag warn">filtered: not all calls were traced</span>}
        {data.totals.limited && <span class="tag warn">ended at --syscall-limit</span>}
      </p>
    </header>
  );
}

function Figure({
  name,
  value,
  more,
}: {
  readonly name: string;
  readonly value: string;
  readonly more?: string;
}): ComponentChildren {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        {more !== undefined && <span class="muted">{more}</span>}
      </dd>
    </div>
  );
}

function Figures({ data }: { readonly data: ReportData }): ComponentChildren {
  const { totals, duration } = data;
  const rate = duration > 0 ? totals.calls / (duration / 1e9) : 0;
  return (
    <dl class="figures">
      <Figure name="Duration" value={time(duration)} />
      <Figure name="Calls" value={count(totals.calls)} more={`${count(Math.round(rate))} a second`} />
      <Figure name="Errors" value={count(totals.errors)} more={percent(totals.errors, totals.calls)} />
      <Figure name="Time in calls" value={time(totals.time)} more="of all tasks" />
      <Figure
        name="Processes"
        value={count(totals.processes)}
        more={totals.threads > 0 ? `and ${plural(totals.threads, 'thread')}` : ''}
      />
      <Figure name="Read" value={bytes(totals.read)} />
      <Figure name="Written" value={bytes(totals.written)} />
      <Figure name="Files" value={count(totals.files)} more="with sockets, pipes" />
    </dl>
  );
}

function Findings({ data }: { readonly data: ReportData }): ComponentChildren {
  const found = useMemo(() => findings(data), [data]);
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">What stands out</h2>
      <ul class="findings">
        {found.map(({ level, text, section }) => (
          <li class={level}>
            <a href={`#${section}`}>{text}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Section({
  id,
  title,
  note,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly children: ComponentChildren;
}): ComponentChildren {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title} {note !== undefined && <small>{note}</small>}
      </h2>
      {children}
    </section>
  );
}

const LINKS: readonly (readonly [id: string, title: string])[] = [
  ['timeline', 'Timeline'],
  ['processes', 'Processes'],
  ['calls', 'Calls'],
  ['slowest', 'Slowest'],
  ['errors', 'Errors'],
  ['files', 'Files'],
];

function Page({ data }: { readonly data: ReportData }): ComponentChildren {
  const whole = useMemo((): Range => ({ from: 0, to: Math.max(data.duration, 1) }), [data]);
  const [range, setRange] = useState(whole);
  return (
    <>
      <a class="skip" href="#timeline">
        To the report
      </a>
      <Head data={data} />
      <nav aria-label="Sections">
        <ul>
          {LINKS.map(([id, title]) => (
            <li>
              <a href={`#${id}`}>{title}</a>
            </li>
          ))}
        </ul>
      </nav>
      <main>
        <Figures data={data} />
        <Findings data={data} />
        <Section id="timeline" title="Timeline">
          <Timeline data={data} range={range} whole={whole} setRange={setRange} />
        </Section>
        <Section id="processes" title="Processes" note={count(data.totals.processes)}>
          <Processes data={data} range={range} />
        </Section>
        <Section id="calls" title="Calls by time" note={`${count(data.calls.length)} names`}>
          <Calls data={data} />
        </Section>
        <Section id="slowest" title="Slowest calls">
          <Slowest data={data} />
        </Section>
        <Section id="errors" title="Errors" note={count(data.totals.errors)}>
          <Errors data={data} />
        </Section>
        <Section id="files" title="Files" note={count(data.totals.files)}>
          <Files data={data} />
        </Section>
        {data.signals.length > 0 && (
          <Section id="signals" title="Signals">
            <Signals data={data} />
          </Section>
        )}
      </main>
      <footer>
        <p>
          Made by {data.tracer} on Linux {data.host.kernel}, {plural(data.host.cpus, 'CPU')}. Times are those of the
          clock on the wall, from a call's entry to its exit, and hold what tracing adds.
        </p>
      </footer>
    </>
  );
}

const root = document.getElementById('page');
const source = document.getElementById('report');
if (root && source) render(<Page data={JSON.parse(source.textContent ?? '') as ReportData} />, root);
