// The report's page in Chromium: it can be read on a phone, in the dark, by machines that read aloud, and it runs nothing
// but its own script, whatever traced programs call their files.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ReportData } from '../../../src/trace/report/data.js';
import { embeddedJson, escapeHtml } from '../../../src/trace/report/fill-page.js';
import { findings } from '../../../src/trace/report/page/findings.js';
import { bytes, moment, percent, time } from '../../../src/trace/report/page/format.js';
import { bucketsOf, ticks } from '../../../src/trace/report/page/range.js';
import { Browser, type Shown, type View } from '../../harness/browser.js';
import { report } from '../../harness/report.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-page-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Names that would be markup, scripts or deceit. */
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<\u002fscript><script>alert(2)<\u002fscript>'.replaceAll('/', '∕'),
  '<!--<script>',
  `quo"te'&amp;`,
  'new\nline',
  '\u202egnp.exe',
];

let data: ReportData;
const file = join(dir, 'report.html');
const PROGRAM = `
import os, sys, threading, time, subprocess
os.chdir(sys.argv[1])
for name in sys.argv[2:]:
    open(name, 'w').write('x' * 100)
    try: open(name + '/below')
    except OSError: pass
open(b'\\xff\\xfebytes', 'w').close()
def work(i):
    for k in range(20):
        open('thread%d' % i, 'w').write('y' * 1000); time.sleep(0.002)
threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
subprocess.run(['sh', '-c', 'ls /nope; kill -SEGV $$'], stderr=subprocess.DEVNULL)
subprocess.run(['/bin/echo', '<b onclick=alert(3)>', '</script><script>alert(4)'], stdout=subprocess.DEVNULL)
import ctypes; ctypes.CDLL(None).prctl(15, b'<i>comm</i>')
os.getppid()
`;
beforeAll(() => {
  mkdirSync(join(dir, 'files'));
  ({ data } = report(file, ['-f'], ['/usr/bin/python3', '-c', PROGRAM, join(dir, 'files'), ...HOSTILE]));
});

const browser = new Browser();
afterAll(() => browser.close());
let shown: Shown | undefined;
const open = async (view: View): Promise<Page> => {
  shown = await browser.show(file, view);
  if (view.scripts !== false) await shown.page.waitForSelector('h2');
  return shown.page;
};
afterEach(() => {
  // Whatever was done with the page: it asked for nothing, and complained of nothing.
  if (shown) expect([shown.complaints, shown.requests]).toEqual([[], []]);
  shown = undefined;
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong. */
async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run().then(({ violations }) =>
      violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => [n.html, n.failureSummary])]))`,
  );
}

describe('the page', () => {
  test('has its sections, in order, and tells the figures of the data', async () => {
    const page = await open({});
    expect(await page.locator('h1').allInnerTexts()).toEqual([expect.stringContaining('/usr/bin/python3 -c')]);
    const headings = await page.locator('h2').allInnerTexts();
    expect(headings.map((h) => h.replace(/\s+[\d,]+( names)?$/, ''))).toEqual([
      'What stands out',
      'Timeline',
      'Processes',
      'Calls by time',
      'Slowest calls',
      'Errors',
      'Files',
      'Signals',
    ]);
    const figures = await page.locator('.figures').innerText();
    expect(figures).toContain(data.totals.calls.toLocaleString('en'));
    const first = page.locator('table[aria-label=Calls] tbody tr').first();
    expect(await first.locator('th').innerText()).toBe(data.calls[0].name);
    expect(await page.locator('table[aria-label=Processes] tbody tr').count()).toBeGreaterThan(3);
    expect(await page.locator('.findings').innerText()).toMatch(/was killed by SIGSEGV/);
    expect(await page.locator('svg.timeline path').count()).toBeGreaterThan(1);
  });

  test.each([
    [1200, 'light'],
    [1200, 'dark'],
    [360, 'light'],
    [360, 'dark'],
  ] as const)('at %i pixels, %s: nothing to scroll sideways, nothing that axe finds', async (width, scheme) => {
    const page = await open({ width, scheme });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const wider = await page.evaluate(
      `[...document.querySelectorAll('main *')]
        .filter((e) => e.getBoundingClientRect().right > ${width + 1})
        .map((e) => e.outerHTML.slice(0, 100))`,
    );
    expect(wider).toEqual([]);
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = Math.max(...(background.match(/\d+/g) ?? []).map(Number));
    if (scheme === 'dark') expect(light).toBeLessThan(64);
    else expect(light).toBeGreaterThan(192);
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
  });

  test('names are text: none of them became an element, none ran', async () => {
    const page = await open({});
    const more = page.getByRole('button', { name: /^Show .* more$/ });
    while ((await more.count()) > 0) await more.first().click();
    await page.locator('input[type=search]').fill(join(dir, 'files'));
    const names = await page.locator('table[aria-label=Files] tbody th').allInnerTexts();
    const shownNames = [...HOSTILE.slice(0, 4), 'new\\nline', '\\u202egnp.exe', '\\xff\\xfebytes'];
    for (const name of shownNames) expect(names).toContain(join(dir, 'files', name));
    expect(await page.locator('main img, main script, main i:not(.dot), main b[onclick]').count()).toBe(0);
    expect(await page.locator('table[aria-label=Processes]').innerText()).toContain('<i>comm</i>');
    expect(await page.locator('.command').last().innerText()).toBe(
      "/bin/echo '<b onclick=alert(3)>' '</script><script>alert(4)'",
    );
    expect(await page.title()).toContain('/usr/bin/python3');
    expect(await page.locator('script').count()).toBe(2);
  });

  test('the policy of the page keeps scripts out that are not its own', async () => {
    const page = await open({});
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.intruder = true';
      document.body.append(script);
    }`);
    expect(await page.evaluate('"intruder" in window')).toBe(false);
    expect(shown?.complaints.join()).toContain('Content Security Policy');
    shown = undefined;
  });

  test('tables can be sorted and searched', async () => {
    const page = await open({});
    const table = page.locator('table[aria-label=Calls]');
    const header = table.getByRole('columnheader', { name: 'Calls' });
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    const most = [...data.calls].sort((a, b) => b.calls - a.calls)[0];
    expect(await table.locator('tbody th').first().innerText()).toBe(most.name);
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    await page.locator('input[type=search]').fill('thread7');
    expect(await page.locator('table[aria-label=Files] tbody tr').count()).toBe(1);
    await page.getByRole('button', { name: 'Waiting', exact: true }).last().click();
    expect(await page.locator('table[aria-label="Slowest calls"] tbody tr').count()).toBeGreaterThan(0);
  });

  test('the timeline follows keys and the pointer, and the processes follow it', async () => {
    const page = await open({});
    const timeline = page.locator('svg.timeline');
    const rows = page.locator('table[aria-label=Processes] tbody tr');
    const all = await rows.count();
    await timeline.focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.readout b').innerText()).toMatch(/^0(\.0+)? m?s – /);
    for (let i = 0; i < 6; i++) await page.keyboard.press('+');
    expect(await rows.count()).toBeLessThan(all);
    await page.keyboard.press('Escape');
    expect(await rows.count()).toBe(all);
    const box = await timeline.boundingBox();
    if (!box) throw new Error('no timeline');
    await page.mouse.move(box.x + box.width * 0.9, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.97, box.y + 50, { steps: 5 });
    await page.mouse.up();
    expect(await page.getByText(/^Those alive between/).count()).toBe(1);
    await page.getByRole('button', { name: 'Whole trace' }).click();
    await page
      .getByRole('group', { name: 'What the timeline' })
      .getByRole('button', { name: 'Calls', exact: true })
      .click();
    expect(await timeline.getAttribute('aria-label')).toMatch(/^Calls from/);
    await page.getByRole('button', { name: 'Threads' }).click();
    expect(await rows.count()).toBe(all + 8);
  });

  test('without scripts there is a table of the calls', async () => {
    const page = await open({ scripts: false });
    expect(await page.locator('noscript pre, main.plain pre').first().innerText()).toMatch(
      new RegExp(`\\b${data.calls[0].calls} +${data.calls[0].errors} +${data.calls[0].name}$`, 'm'),
    );
  });
});

test('text cannot leave the places that it is put into', () => {
  const value = ['</script>', '<!--', '\u2028', '"', '\ud800'];
  expect(embeddedJson(value)).not.toMatch(/[<\u2028]/);
  expect(JSON.parse(embeddedJson(value))).toEqual(value);
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;');
});

test.each([
  [time(0), '0'],
  [time(870), '870 ns'],
  [time(12_345), '12.3 µs'],
  [time(4.56e6), '4.56 ms'],
  [time(999.6e6), '1.00 s'],
  [time(200e9), '3 min 20 s'],
  [time(7500e9), '2 h 05 min'],
  [moment(1.5e9, 20e9), '1.50 s'],
  [moment(3725e9, 4000e9), '1:02:05'],
  [bytes(0), '0 B'],
  [bytes(1023), '1.00 KiB'],
  [bytes(5 * 1024 ** 3), '5.00 GiB'],
  [percent(1, 3), '33.3 %'],
  [percent(1, 1e6), '< 0.1 %'],
  [percent(5, 5), '100 %'],
])('%s', (made, expected) => {
  expect(made).toBe(expected);
});

test('axes have round steps; buckets are joined to what there is room for', () => {
  expect(ticks({ from: 0, to: 1000 }, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
  expect(ticks({ from: 130, to: 460 }, 3)).toEqual([200, 400]);
  expect(bucketsOf({ from: 0, to: 100 }, 1, 30)).toEqual({ first: 0, groups: 25, size: 4 });
  expect(bucketsOf({ from: 95, to: 100 }, 10, 30)).toEqual({ first: 9, groups: 1, size: 1 });
});

test('what stands out: deaths first, then what wastes calls', () => {
  const base = { errors: [], signals: [], calls: [], files: [], tasks: [], totals: { calls: 100, time: 10 } };
  const of = (more: object): string[] => findings({ ...base, ...more } as unknown as ReportData).map((f) => f.text);
  expect(of({})).toEqual([]);
  const task = { comm: 'job', pid: 5, tid: 5 };
  const writes = { name: '/log', writes: 2000, written: 4000, reads: 0, read: 0 };
  expect(
    of({
      files: [writes],
      tasks: [
        { ...task, ending: { how: 'exited', status: 1 } },
        { ...task, ending: { how: 'exited', status: 1 } },
        { ...task, ending: { how: 'killed', signal: 'SIGKILL', core: false } },
      ],
    }),
  ).toEqual([
    'job (5) was killed by SIGKILL.',
    '2 processes exited with a status other than 0: job (1) × 2.',
    '2,000 small writes to /log, 2 B each: a buffer would save calls.',
  ]);
  expect(of({ files: [{ ...writes, written: 2_000_000 }] })).toEqual([]);
});
