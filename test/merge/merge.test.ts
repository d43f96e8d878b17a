// tstrace-merge, beside Debian's strace-log-merge as a black box where there is one.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peakMemory } from '../harness/memory.js';
import { ROOT, TSTRACE } from '../harness/run.js';

const MERGE = join(ROOT, 'bin', 'tstrace-merge');
const dir = mkdtempSync(join(tmpdir(), 'tstrace-merge-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const log = (name: string, files: Record<string, string>): string => {
  for (const [pid, text] of Object.entries(files)) writeFileSync(join(dir, `${name}.${pid}`), text);
  return join(dir, name);
};
const merge = (...args: string[]): string => execFileSync(MERGE, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
const theirs = (prefix: string): string =>
  execFileSync('strace-log-merge', [prefix], { encoding: 'utf8', maxBuffer: 1 << 28 });

describe.skipIf(spawnSync('strace-log-merge', ['--help']).error !== undefined)('as strace-log-merge', () => {
  test('ties, ids of several lengths, files that are none', () => {
    const prefix = log('ties', {
      12: '10:00:00.000002 b(1) = 2\n10:00:00.000009 c = 1\n',
      3: '10:00:00.000001 a\n10:00:00.000002 z <unfinished ...>\n10:00:00.000002 zz\n',
      1234567: '10:00:00.000002 longpid\n',
      abc: 'none\n',
    });
    expect(merge(prefix)).toBe(theirs(prefix));
  });

  test.each([['-t'], ['-tt'], ['-ttt'], ['--timestamps=unix,ns'], ['-tt', '-r', '-T']])('a trace: %s', (...options) => {
    const prefix = join(dir, `trace${options.join('')}`);
    const script = 'for i in 1 2 3 4 5; do /bin/true & /bin/echo $i & done; wait';
    spawnSync(TSTRACE, ['-ff', ...options, '-o', prefix, '/bin/sh', '-c', script], { stdio: 'ignore' });
    const merged = merge(prefix);
    expect(merged.split('\n').length).toBeGreaterThan(200);
    expect(merged).toBe(theirs(prefix));
  });

  test('many files', () => {
    const files: Record<string, string> = {};
    for (let pid = 1; pid <= 1500; pid++)
      files[1000 + pid] = Array.from(
        { length: 5 },
        (_, i) => `${1_800_000_000 + ((pid * 7 + i * 1500) % 6000)}.5 n${i}`,
      )
        .sort()
        .map((line) => `${line}\n`)
        .join('');
    const prefix = log('many', files);
    expect(merge(prefix)).toBe(theirs(prefix));
  });
});

describe('beyond it', () => {
  test('lines without a time follow theirs', () => {
    const prefix = log('dump', { 7: '10:00:01 write\n | 00000  61 |\n10:00:03 x\n', 8: '10:00:02 y\n' });
    expect(merge(prefix)).toBe('7 10:00:01 write\n7  | 00000  61 |\n8 10:00:02 y\n7 10:00:03 x\n');
  });
  test('midnight', () => {
    const prefix = log('night', { 7: '23:59:59.9 a\n00:00:00.2 b\n', 8: '23:59:59.95 c\n00:00:00.1 d\n' });
    expect(
      merge(prefix)
        .match(/[a-d]$/gm)
        ?.join(''),
    ).toBe('acdb');
  });
  test('a last line without its end, bytes that are no text', () => {
    writeFileSync(join(dir, 'bytes.1'), Buffer.from('10:00:01 \xff\xfe\n10:00:02 end', 'latin1'));
    const out = execFileSync(MERGE, [join(dir, 'bytes')]);
    expect(out.toString('latin1')).toBe('1 10:00:01 \xff\xfe\n1 10:00:02 end\n');
  });
  test('lines longer than a piece', () => {
    const long = 'x'.repeat(300_000);
    const prefix = log('long', { 1: `10:00:01 ${long}\n10:00:03 a\n`, 2: '10:00:02 b\n' });
    expect(merge(prefix)).toBe(`1 10:00:01 ${long}\n2 10:00:02 b\n1 10:00:03 a\n`);
  });

  describe('large files', () => {
    let prefix = '';
    const LINES = 400_000;
    beforeAll(() => {
      const text = (shift: number): string => {
        const lines: string[] = [];
        for (let i = 0; i < LINES; i++)
          lines.push(`${1_800_000_000 + i * 2 + shift}.000000 write(1, "some text of some length", 24) = 24`);
        return `${lines.join('\n')}\n`;
      };
      prefix = log('large', { 1: text(0), 2: text(1) });
    });
    test('are not held in memory', async () => {
      const out = join(dir, 'large.out');
      expect(await peakMemory([MERGE, '-o', out, prefix])).toBeLessThan(160_000);
      const merged = readFileSync(out, 'latin1').split('\n');
      expect(merged).toHaveLength(2 * LINES + 1);
      expect(merged.slice(0, 3).map((l) => l.slice(0, 12))).toEqual(['1 1800000000', '2 1800000001', '1 1800000002']);
    });
    test('a reader that goes away is no mistake', () => {
      const { stdout, stderr } = spawnSync('/bin/sh', ['-c', `'${MERGE}' '${prefix}' | head -n 1`], {
        encoding: 'utf8',
      });
      expect({ lines: stdout.split('\n').length, stderr }).toEqual({ lines: 2, stderr: '' });
    });
  });

  test.each([
    [['none'], 'tstrace-merge: none: strace output not found\n'],
    [['--foo', 'x'], "tstrace-merge: Unknown option '--foo'\n"],
    [[], 'Usage: tstrace-merge [-o FILE] LOG\n'],
  ])('mistakes: %j', (args, words) => {
    const { status, stderr } = spawnSync(MERGE, args, { encoding: 'utf8', cwd: dir });
    expect(status).toBe(1);
    expect(stderr.startsWith(words)).toBe(true);
  });
  test('help and version', () => {
    expect(merge('--help')).toContain('Merges the files LOG.PID');
    expect(merge('-V')).toMatch(/^tstrace-merge -- version \d/);
  });
});
