// `-f -ttt -T -o FILE`: the text that Perfetto opens as a timeline. Its importer (google/perfetto#6588, #7224) wants a
// process id and a time with its fraction on each line, takes the last `) = ` for the result and `<…>` behind it for the
// duration, and pairs what is unfinished with what resumes, by process and name; other lines than these it counts as errors.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TSTRACE } from '../harness/run.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-importer-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LINE = /^(\d+) +(\d+\.\d{6}) (.*)$/;
const WHOLE = /^(\w+)\((.*)\) += (.*?)(?: <(\d+\.\d+)>)?$/;
const UNFINISHED = /^(\w+)\((.*) <unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)\) += (.*?)(?: <(\d+\.\d+)>)?$/;
const OTHER = /^(?:---|\+\+\+) .* (?:---|\+\+\+)$/;

test('every line is one that the importer knows, and calls that were cut are whole again', () => {
  const file = join(dir, 'trace');
  const script = "(sleep 0.05; echo ')' = '<a>') | cat; kill -USR1 $$; exit 3";
  const { stderr } = spawnSync(TSTRACE, ['-f', '-ttt', '-T', '-o', file, 'sh', '-c', `trap : USR1; ${script}`], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const open = new Map<string, string>();
  const last = new Map<string, number>();
  let [calls, cut, others] = [0, 0, 0];
  const lines = readFileSync(file, 'latin1').trimEnd().split('\n');
  for (const line of lines) {
    const [, pid, time, rest] = LINE.exec(line) ?? expect.fail(line);
    expect(Number(time), line).toBeGreaterThanOrEqual(last.get(pid) ?? 0);
    last.set(pid, Number(time));
    const resumed = RESUMED.exec(rest);
    const unfinished = UNFINISHED.exec(rest);
    if (unfinished) {
      expect(open.has(pid), line).toBe(false);
      open.set(pid, unfinished[1]);
    } else if (resumed) {
      expect(open.get(pid), line).toBe(resumed[1]);
      open.delete(pid);
      cut++;
    } else if (OTHER.test(rest)) others++;
    else expect(WHOLE.test(rest), line).toBe(true);
    const ended = resumed ?? WHOLE.exec(rest);
    if (!ended || unfinished) continue;
    calls++;
    const [, , , result, duration] = ended;
    expect(result, line).toMatch(/^(?:-?\d|0x|\?)/);
    // What never returns has no duration.
    if (result !== '?') expect(duration, line).toMatch(/^\d+\.\d{6}$/);
  }
  expect(open.size).toBe(0);
  expect(calls).toBeGreaterThan(100);
  expect(cut).toBeGreaterThan(0);
  // The signal of the trap, those of the children, and an end for each of the four processes.
  expect(others).toBeGreaterThanOrEqual(5);
  expect(new Set(lines.map((l) => l.split(' ', 1)[0])).size).toBe(4);
});
