// What stands out in a report, in a sentence each: where to look first.
import type { ReportData } from '../data.js';
import { bytes, count, percent, plural, time } from './format.js';

/** One sentence, and the section that has more about it. */
export interface Finding {
  readonly level: 'bad' | 'warn' | 'info';
  readonly text: string;
  readonly section: 'processes' | 'calls' | 'errors' | 'files' | 'slowest';
}

/** So many small transfers of a file are worth a word. */
const MANY_TRANSFERS = 500;
/** On the average, in bytes. */
const SMALL_TRANSFER = 512;
/** Errors that a well-behaved program is expected to meet. */
const USUAL_ERRORS = new Set(['EAGAIN', 'ENOTTY', 'ECHILD', 'EINPROGRESS']);

const isUsual = (error: string): boolean => USUAL_ERRORS.has(error) || error.startsWith('ERESTART');

function* deaths({ tasks }: ReportData): Generator<Finding> {
  const killed = tasks.filter((t) => t.tid === t.pid && t.ending.how === 'killed');
  for (const { ending, comm, pid } of killed.slice(0, 2))
    if (ending.how === 'killed')
      yield {
        level: 'bad',
        text: `${comm || 'A process'} (${pid}) was killed by ${ending.signal}${ending.core ? ', and dumped core' : ''}.`,
        section: 'processes',
      };
  if (killed.length > 2)
    yield { level: 'bad', text: `${killed.length - 2} more processes were killed by signals.`, section: 'processes' };
  const failed = tasks.filter((t) => t.tid === t.pid && t.ending.how === 'exited' && t.ending.status !== 0);
  if (failed.length > 0) {
    const kinds = new Map<string, number>();
    for (const { ending, comm } of failed) {
      const name = ending.how === 'exited' ? `${comm} (${ending.status})` : comm;
      kinds.set(name, (kinds.get(name) ?? 0) + 1);
    }
    const names = [...kinds].map(([name, n]) => (n > 1 ? `${name} × ${n}` : name));
    if (names.length > 4) names.splice(4, names.length, `and ${plural(names.length - 4, 'other')}`);
    yield {
      level: 'warn',
      text: `${plural(failed.length, 'process', 'processes')} exited with a status other than 0: ${names.join(', ')}.`,
      section: 'processes',
    };
  }
}

function* times({ calls, totals }: ReportData): Generator<Finding> {
  const waiting = calls.filter((c) => c.category === 'wait');
  const working = calls.filter((c) => c.category !== 'wait' && c.time > 0);
  const waited = waiting.reduce((sum, c) => sum + c.time, 0);
  if (waited > totals.time / 2)
    yield {
      level: 'info',
      text: `${percent(waited, totals.time)} of the time in calls was spent in those that wait: ${waiting
        .slice(0, 3)
        .map((c) => `${c.name} ${time(c.time)}`)
        .join(', ')}.`,
      section: 'calls',
    };
  const [first] = working;
  if (first)
    yield {
      level: 'info',
      text: `Of the other calls, ${first.name} took most of the time: ${time(first.time)} in ${plural(first.calls, 'call')} (${percent(first.time, totals.time - waited)}).`,
      section: 'calls',
    };
  const syncs = calls.filter((c) => /^(?:f(?:data)?sync|sync|syncfs|msync|sync_file_range)$/.test(c.name));
  const synced = syncs.reduce((sum, c) => sum + c.time, 0);
  if (synced > totals.time / 20 && synced > 1e6)
    yield {
      level: 'warn',
      text: `Waiting for the disk took ${time(synced)}: ${syncs.map((c) => `${count(c.calls)} × ${c.name}`).join(', ')}.`,
      section: 'calls',
    };
}

function* failures({ errors, totals }: ReportData): Generator<Finding> {
  const worst = errors.find((e) => !isUsual(e.error));
  if (!worst || worst.calls < 3) return;
  const where = worst.paths[0];
  const often = where && where[1] > 1 ? `, ${count(where[1])} of them for ${where[0]}` : '';
  yield {
    level: worst.calls > totals.calls / 10 ? 'warn' : 'info',
    text: `The most frequent error: ${worst.call} failed with ${worst.error} ${count(worst.calls)} times${often}.`,
    section: 'errors',
  };
  const refused = errors.filter((e) => e.error === 'EACCES' || e.error === 'EPERM').reduce((n, e) => n + e.calls, 0);
  if (refused > 0)
    yield {
      level: 'warn',
      text: `${plural(refused, 'call was', 'calls were')} refused: EACCES or EPERM.`,
      section: 'errors',
    };
}

function* transfers({ files }: ReportData): Generator<Finding> {
  const small = (n: number, sum: number): boolean => n >= MANY_TRANSFERS && sum / n < SMALL_TRANSFER;
  const worst = [...files].sort((a, b) => b.reads + b.writes - a.reads - a.writes);
  for (const { name, reads, read, writes, written } of worst.slice(0, 2)) {
    if (small(writes, written))
      yield {
        level: 'warn',
        text: `${count(writes)} small writes to ${name}, ${bytes(Math.round(written / writes))} each: a buffer would save calls.`,
        section: 'files',
      };
    if (small(reads, read))
      yield {
        level: 'warn',
        text: `${count(reads)} small reads from ${name}, ${bytes(Math.round(read / reads))} each: a buffer would save calls.`,
        section: 'files',
      };
  }
}

const RANK = { bad: 0, warn: 1, info: 2 };

/** The findings of a report, the worst first. */
export const findings = (data: ReportData): Finding[] =>
  [...deaths(data), ...failures(data), ...transfers(data), ...times(data)].sort(
    (a, b) => RANK[a.level] - RANK[b.level],
  );
