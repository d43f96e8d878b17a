// What a report keeps instead of events: sums in buckets, percentiles, the greatest of many, names that cannot deceive.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Buckets, Scale } from '../../../src/trace/report/buckets.js';
import { categoryOf, kindOf, transferOf } from '../../../src/trace/report/categories.js';
import { executedCommand, shellWords } from '../../../src/trace/report/command-line.js';
import { Files } from '../../../src/trace/report/files.js';
import { Histogram } from '../../../src/trace/report/histogram.js';
import { Ranking } from '../../../src/trace/report/ranking.js';
import { readable } from '../../../src/trace/report/readable.js';
import { Tasks } from '../../../src/trace/report/tasks.js';

const total = (b: Buckets, series: number): number => {
  b.sync();
  let sum = 0;
  for (let i = b.first; i < b.end; i++) sum += b.at(series, i);
  return sum;
};

describe('buckets', () => {
  test('nothing gets lost, whatever the order and the length; there are never more than 512', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 0, max: 1e10 }));
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 50 }), (spans) => {
        const scale = new Scale();
        const buckets = new Buckets(scale, 2);
        for (const [from, length] of spans) {
          buckets.span(0, from, from + length);
          buckets.count(1, from, 1);
        }
        const sum = spans.reduce((n, [, length]) => n + length, 0);
        expect(Math.abs(total(buckets, 0) - sum)).toBeLessThanOrEqual(sum * 1e-9);
        expect(total(buckets, 1)).toBe(spans.length);
        expect(buckets.end).toBeLessThanOrEqual(512);
      }),
    );
  });

  test('time stands in the buckets in which it passed', () => {
    const scale = new Scale();
    const buckets = new Buckets(scale, 1);
    buckets.span(0, 0.5 * scale.width, 2.25 * scale.width);
    expect([0, 1, 2, 3].map((i) => buckets.at(0, i) / scale.width)).toEqual([0.5, 1, 0.25, 0]);
    const { width } = scale;
    scale.reach(width * 512);
    buckets.sync();
    expect(scale.width).toBe(2 * width);
    expect([0, 1].map((i) => buckets.at(0, i) / width)).toEqual([1.5, 0.25]);
  });
});

test('percentiles are right to an eighth of a power of two', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.99),
      (times, share) => {
        const histogram = new Histogram();
        for (const time of times) histogram.add(time);
        const exact = [...times].sort((a, b) => a - b)[Math.ceil(times.length * share) - 1];
        const found = histogram.quantile(share);
        expect(found).toBeGreaterThanOrEqual(exact / 2 ** (1 / 8));
        expect(found).toBeLessThanOrEqual(exact * 2 ** (1 / 8));
      },
    ),
  );
});

test('the greatest are kept, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (keys, size) => {
      const ranking = new Ranking<number>(size);
      for (const key of keys) ranking.add(key, key);
      expect(ranking.sorted()).toEqual([...keys].sort((a, b) => b - a).slice(0, size));
    }),
  );
});

test.each([
  ['/tmp/plain', Buffer.from('/tmp/plain')],
  ['/tmp/üñí', Buffer.from('/tmp/üñí')],
  ['new\\nline\\ttab\\x1b[31m', Buffer.from('new\nline\ttab\x1b[31m')],
  ['\\xff\\xfebad', Buffer.from([0xff, 0xfe, 98, 97, 100])],
  ['\\u202egpj.exe', Buffer.from('\u202egpj.exe')],
  ['a\\u200bb\\u2028c\\x85', Buffer.from('a\u200bb\u2028c\u0085')],
])('a name shows what is in it: %s', (text, bytes) => {
  expect(readable(bytes)).toBe(text);
});

test.each([
  ['execve("/bin/ls", ["ls", "-l", "a b"], 0x7ffc /* 20 vars */', "ls -l 'a b'"],
  ['execve("/bin/x", ["it\'s"..., ""], NULL', "'it'\\''s…' ''"],
  ['execveat(3, "", ["x"], NULL, AT_EMPTY_PATH', 'x'],
  ['execve("/bin/x", NULL, NULL', '/bin/x'],
])('the command line of %s', (printed, command) => {
  expect(executedCommand(printed.slice(printed.indexOf('(') + 1))).toBe(command);
});
test('a command line is cut', () => {
  expect(shellWords(['x'.repeat(400)])).toHaveLength(301);
  expect(executedCommand('0x7ffc, 0x7ffd, 0x7ffe')).toBeUndefined();
});

test.each([
  ['futex', 'wait'],
  ['epoll_pwait2', 'wait'],
  ['restart_syscall', 'wait'],
  ['mmap', 'memory'],
  ['clone3', 'process'],
  ['rt_sigprocmask', 'process'],
  ['sendto', 'network'],
  ['semop', 'pipe'],
  ['io_uring_enter', 'file'],
  ['read', undefined],
  ['openat', undefined],
  ['mount', undefined],
  ['sigaltstack', 'process'],
] as const)('%s is about %s', (name, category) => {
  expect(categoryOf(name)).toBe(category);
});

test.each([
  ['/etc/passwd', 'file'],
  ['etc/passwd', 'file'],
  ['/dev/null', 'device'],
  ['/proc/self/maps', 'system'],
  ['/process', 'file'],
  ['socket:[1]', 'socket'],
  ['pipe:[1]', 'pipe'],
  ['anon_inode:[eventpoll]', 'other'],
  ['net:[4026531840]', 'other'],
] as const)('%s is a %s', (link, kind) => {
  expect(kindOf(link)).toBe(kind);
});

test('data goes from the one descriptor to the other', () => {
  expect(transferOf('sendfile')).toEqual({ from: 1, to: 0 });
  expect(transferOf('copy_file_range')).toEqual({ from: 0, to: 1 });
  expect(transferOf('recvmmsg')).toBeUndefined();
});

test('of very many files those that matter stay, and the sums are whole', () => {
  const files = new Files();
  for (let i = 0; i < 50_000; i++) {
    const file = files.entry(`/f${i}`, 'file');
    file.calls += 1;
    file.time += i === 7 ? 1e9 : 10;
    if (i === 9) file.written += 1e6;
    if (i === 11) file.errors += 1;
  }
  const { files: listed, otherFiles } = files.data();
  expect(listed).toHaveLength(1000);
  expect(listed[0].name).toBe('/f7');
  expect(listed.map((f) => f.name)).toEqual(expect.arrayContaining(['/f9', '/f11']));
  expect(listed.reduce((n, f) => n + f.calls, 0) + otherFiles.calls).toBe(50_000);
  expect(listed.length + otherFiles.files).toBe(50_000);
});

test('of very many tasks those that did most stay; the others are summed up where they came from', () => {
  const tasks = new Tasks(new Scale());
  const root = tasks.add(1, 1, undefined, 0);
  for (let i = 0; i < 10_000; i++) {
    const child = tasks.add(i + 2, i + 2, root, i);
    const thread = tasks.add(i + 20_000, i + 2, child, i);
    for (const node of [child, thread]) {
      node.calls = 1;
      node.time = i === 4321 ? 1e6 : 1;
      node.end = i + 1;
    }
  }
  const data = tasks.data(20_000);
  expect(data.tasks).toHaveLength(1000);
  expect(data.tasks.some((t) => t.tid === 4323)).toBe(true);
  expect(data.tasks[0]).toMatchObject({ tid: 1, parent: -1, end: 20_000, ending: { how: 'gone' } });
  data.tasks.forEach((t, i) => expect(t.parent).toBeLessThan(i));
  const folded = data.tasks.reduce((n, t) => n + (t.folded?.tasks ?? 0), 0);
  const calls = data.tasks.reduce((n, t) => n + t.calls + (t.folded?.calls ?? 0), 0);
  expect(data.tasks.length + folded + data.folded.tasks).toBe(20_001);
  expect(calls).toBe(20_000);
  expect([tasks.processes, tasks.threads]).toEqual([10_001, 10_000]);
});
