// --record and --replay: what is printed later is what is printed at once, byte for byte; and what is no recording is said.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { corpus } from '../harness/corpus.js';
import { normalise } from '../harness/normalise.js';
import { readReport } from '../harness/report.js';
import { compile, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-replay-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = (name: string): string => join(dir, name);
const recording = file('recording');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync('setarch', ['-R', TSTRACE, ...args], {
    cwd: dir,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    maxBuffer: 1 << 28,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

const programs: Record<string, string> = {};
beforeAll(() => {
  for (const [name, ...flags] of corpus) programs[name] = compile(name, ['-w', ...flags]);
});

describe('a replay by the same options is the trace', () => {
  const optionSets = [
    ['-f'],
    ['-f', '-v', '-s', '200', '-yy', '-Y'],
    ['-f', '-y', '-X', 'verbose', '-xx', '-N'],
    ['-f', '-tt', '-T', '-r', '-i', '--syscall-number'],
    ['-f', '-e', 'trace=%file,%process', '-e', 'signal=none', '-z'],
    ['-f', '-e', 'read=all', '-e', 'write=all', '-e', 'verbose=none'],
    ['-f', '--where', 'ret == 0', '-X', 'raw', '-a', '1'],
  ];
  test.each(
    corpus.flatMap(([name]) =>
      optionSets
        .slice(0, name === 'io-calls.c' || name === 'threads.c' ? undefined : 2)
        .map((options) => [name, options.join(' '), options] as const),
    ),
  )('%s %s', (name, _, options) => {
    const live = file('live');
    const printed = file('printed');
    run([...options, '--record', recording, '-o', live, programs[name]]);
    const replayed = run([...options, '--replay', recording, '-o', printed]);
    expect([replayed.stderr, replayed.status]).toEqual(['', 0]);
    const expected = readFileSync(live, 'latin1');
    expect(expected.length).toBeGreaterThan(150);
    expect(difference(expected, readFileSync(printed, 'latin1'))).toBeUndefined();
  });

  test('-ff: a file for each task', () => {
    run(['-ff', '--record', recording, '-o', file('own'), 'sh', '-c', 'ls / | wc -l; true']);
    run(['-ff', '--replay', recording, '-o', file('again')]);
    const names = readdirSync(dir).filter((name) => name.startsWith('own.'));
    expect(names.length).toBeGreaterThan(2);
    for (const name of names)
      expect(readFileSync(file(name.replace('own', 'again')), 'latin1')).toBe(readFileSync(file(name), 'latin1'));
  });

  test('without -o: what stands on the screen, messages with it', () => {
    const live = run(['-f', '--record', recording, '--output-format=text', 'sh', '-c', '(true); kill -USR1 $$']);
    const replayed = run(['--replay', recording]);
    expect(live.stderr).toMatch(/tstrace: Process \d+ attached\n/);
    expect(replayed.stdout).toBe(live.stderr);
  });

  test.each([['--json'], ['--output-format=perfetto']])('%s', (format) => {
    const [live, printed] = [file('live'), file('printed')];
    run(['-f', format, '-yy', '--record', recording, '-o', live, programs['network.c']]);
    expect(run([format, '-yy', '--replay', recording, '-o', printed]).status).toBe(0);
    const expected = readFileSync(live);
    expect(expected.length).toBeGreaterThan(1000);
    expect(readFileSync(printed).equals(expected)).toBe(true);
  });

  test.each([[['-c']], [['-C', '-w', '-U', 'name,calls,errors,wall-max']], [['-c', '-f', '-S', 'calls', '-O', '1us']]])(
    'tables: %j',
    (options) => {
      const [live, printed] = [file('live'), file('printed')];
      run([...options, '--record', recording, '-o', live, programs['file-calls.c']]);
      run([...options, '--replay', recording, '-o', printed]);
      expect(readFileSync(live, 'latin1')).toMatch(/total/);
      expect(readFileSync(printed, 'latin1')).toBe(readFileSync(live, 'latin1'));
    },
  );

  test('the profile of a container', () => {
    run(['-f', '--record', recording, '--oci-profile', file('live'), 'ls', '/']);
    run(['--replay', recording, '--output-format=none', '--oci-profile', file('printed')]);
    expect(readFileSync(file('printed'), 'utf8')).toBe(readFileSync(file('live'), 'utf8'));
  });

  test('local times are those of the place of the recording', () => {
    const [live, printed] = [file('live'), file('printed')];
    run(['-t', '-v', '--record', recording, '-o', live, 'stat', '/'], { TZ: 'Asia/Tokyo' });
    run(['-t', '-v', '--replay', recording, '-o', printed], { TZ: 'America/Lima' });
    expect(readFileSync(live, 'latin1')).toContain('+0900');
    expect(readFileSync(printed, 'latin1')).toBe(readFileSync(live, 'latin1'));
  });
});

describe('a recording of everything prints what other options would have traced', () => {
  const generous = ['-f', '-v', '-s', '4096', '-yy', '-Y', '-e', 'read=all', '-e', 'write=all'];
  /** What differs from run to run in these programs. */
  const comparable = (text: string): string =>
    normalise(text)
      .replace(/0x7[ef][0-9a-f]{10}/g, 'ADDRESS')
      .replace(/(tv_[nu]sec)=\d{4,}/g, '$1=N')
      .replace(/(<[\w-]+:)\[\d+/g, '$1[N')
      .replace(/(->)\d+\]/g, '$1N]')
      .replace(/(eventfd-id)=\d+/g, '$1=N')
      .replace(/execve\(0x.*\)/, 'execve()')
      .replace(/(set_tid_address\(.*= ).*/, '$1ID')
      .replace(/P1x[0-9a-f]+/g, 'ID')
      .replace(/(st_ino|stx_ino|d_ino|d_off)=\d+/g, '$1=N')
      .replace(/^\d+ +/gm, 'PID ');
  test.each(
    ['io-calls.c', 'file-calls.c', 'unreadable.c', 'versioned.c', 'dumps.c'].flatMap((name) =>
      [
        [],
        ['-s', '3'],
        ['-s', '0', '-X', 'raw'],
        ['-v', '-y'],
        ['-e', 'verbose=none', '-x'],
        ['-e', 'raw=all'],
        ['-e', 'trace=%desc', '-e', 'write=1'],
        ['-e', 'abbrev=all', '-yy', '-s', '100'],
      ]
        .slice(0, name === 'io-calls.c' || name === 'unreadable.c' ? undefined : 3)
        .map((options) => [name, options.join(' ') || '(plain)', options] as const),
    ),
  )('%s %s', (name, _, options) => {
    const [live, printed] = [file('live'), file('printed')];
    run([...generous, '--record', recording, programs[name]]);
    run(['-f', ...options, '-o', live, programs[name]]);
    const replayed = run([...options, '--replay', recording, '-o', printed]);
    expect([replayed.stderr, replayed.status]).toEqual(['', 0]);
    const expected = comparable(readFileSync(live, 'latin1'));
    expect(expected.split('\n').length).toBeGreaterThan(10);
    expect(difference(expected, comparable(readFileSync(printed, 'latin1')))).toBeUndefined();
  });

  test('-k: stacks that belong to calls which are not shown go with them', () => {
    expect(run(['-k', '-e', 'trace=exit_group', '-o', file('live'), 'true'])).toMatchObject({ status: 0, stderr: '' });
    run(['-k', '--record', recording, 'true']);
    run(['-k', '-e', 'trace=exit_group', '--replay', recording, '-o', file('printed')]);
    const frames = (name: string): string => readFileSync(file(name), 'latin1').replace(/0x[0-9a-f]+/g, 'N');
    expect(frames('live')).toMatch(/^ > /m);
    expect(frames('printed')).toBe(frames('live'));
    run(['--replay', recording, '-o', file('printed')]);
    expect(readFileSync(file('printed'), 'latin1')).not.toMatch(/^ > /m);
  });
});

describe('what cannot be printed is said in one line', () => {
  const say = (...args: string[]): [string, number | null] => {
    const { stderr, status } = run(args);
    return [stderr, status];
  };

  test('no recording, another version, another beginning', () => {
    writeFileSync(file('text'), 'execve("/bin/true") = 0\n');
    expect(say('--replay', file('text'))).toEqual([`tstrace: ${file('text')}: no recording of tstrace\n`, 1]);
    writeFileSync(file('empty'), '');
    expect(say('--replay', file('empty'))).toEqual([`tstrace: ${file('empty')}: no recording of tstrace\n`, 1]);
    run(['--record', recording, 'true']);
    const bytes = readFileSync(recording);
    bytes.writeUInt32LE(1, 8);
    writeFileSync(file('newer'), bytes);
    expect(say('--replay', file('newer'))).toEqual([
      `tstrace: ${file('newer')}: a recording of version 1.1; this tstrace reads 2.1\n`,
      1,
    ]);
    expect(say('--replay', file('nowhere'))).toEqual([
      `tstrace: Can't fopen '${file('nowhere')}': No such file or directory\n`,
      1,
    ]);
  });

  test('a recording that was cut, anywhere, prints what is whole', () => {
    run(['-f', '--record', recording, 'sh', '-c', 'for i in 1 2 3; do sleep 0.1; done']);
    const bytes = readFileSync(recording);
    const whole = run(['--replay', recording]).stdout;
    let shown = 0;
    for (let i = 1; i < 12; i++) {
      const cut = file('cut');
      writeFileSync(cut, bytes.subarray(0, 16 + Math.floor(((bytes.length - 16) * i) / 12)));
      const { stdout, stderr, status } = run(['--replay', cut]);
      const text = stdout.replace(/tstrace: .*: the recording was cut: what follows is missing\n$/, '');
      expect(status).toBe(1);
      expect(stdout + stderr).toMatch(
        /: (the recording was cut: what follows is missing|cut before its first record)\n$/,
      );
      expect(whole.startsWith(text.replace(/(( <unfinished \.\.\.>)?\n)?$/, ''))).toBe(true);
      if (text !== '') shown++;
    }
    expect(shown).toBeGreaterThan(2);
  });

  test('bytes that were changed', () => {
    run(['--record', recording, 'true']);
    const whole = run(['--replay', recording]).stdout;
    const bytes = readFileSync(recording);
    for (const at of [bytes.length >> 2, bytes.length >> 1, bytes.length - 30]) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 0x55;
      writeFileSync(file('damaged'), damaged);
      const { stdout, stderr, status } = run(['--replay', file('damaged')]);
      // Some bits of what is packed mean nothing (test/record/file/reader.test.ts).
      if (stdout === whole && stderr === '') continue;
      expect(status).toBe(1);
      expect(stdout + stderr).toMatch(/tstrace: \S*damaged: (damaged at byte \d+|the recording was cut: .*)\n$/);
    }
  });

  test('a report of a replay has the data of the report of the trace', () => {
    const command = ['sh', '-c', 'cat /etc/passwd | wc -l; ls /nonexistent; kill -9 $$'];
    const [live, later] = [file('live.html'), file('later.html')];
    run(['-f', '--record', recording, '--report', live, ...command]);
    expect(run(['--replay', recording, '--report', later])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readReport(later)).toEqual(readReport(live));
    expect(readReport(later).totals.calls).toBeGreaterThan(100);
    run(['-f', '--record', recording, ...command]);
    expect(run(['--replay', recording, '--report', later]).stderr).toBe(
      `tstrace: ${recording}: files that descriptors stand for (--report; record with it, or with -yy): not recorded\n`,
    );
    expect(readReport(later).totals.calls).toBeGreaterThan(100);
  });

  test('what was not captured', () => {
    run(['--record', recording, 'true']);
    expect(run(['-v', '-s', '100', '-yy', '-Y', '--replay', recording, '-o', file('printed')])).toMatchObject({
      status: 0,
      stderr: [
        'strings and arrays beyond -s 32: not recorded',
        'what -v/--no-abbrev shows: not recorded',
        '--decode-fds=path,socket,dev,eventfd,pidfd,signalfd: not recorded',
        'names of processes (-Y): not recorded',
        '',
      ]
        .map((line) => (line === '' ? '' : `tstrace: ${recording}: ${line}\n`))
        .join(''),
    });
    expect(say('-P', '/etc', '--replay', recording)[0]).toMatch(/^tstrace: -P\/--trace-path needs .*\n$/);
    run(['-e', 'trace=execve', '--record', recording, 'true']);
    expect(say('--oci-profile', file('profile'), '--replay', recording)[1]).toBe(1);
  });

  test.each([['-p', '1'], ['-E', 'A=1'], ['-n'], ['--record', 'x'], ['-e', 'inject=all:error=1'], ['-D']])(
    '%s has no meaning',
    (...options) => {
      const [text, status] = say(...options, '--replay', recording);
      expect(status).toBe(1);
      expect(text).toMatch(/^tstrace: --replay prints a recording: \S.* has no meaning there\n$/);
    },
  );

  test('where nothing can be written', () => {
    expect(say('--record', '/dev/full', 'true')).toEqual([
      'tstrace: /dev/full: No space left on device: the recording ends here\n',
      0,
    ]);
    expect(say('--record', '/nowhere/file', 'true')).toEqual([
      "tstrace: Can't fopen '/nowhere/file': No such file or directory\n",
      1,
    ]);
  });
});

test('--record alone leaves the screen to the command, whose status it returns', () => {
  expect(run(['-f', '--record', recording, 'sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
    status: 7,
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

test('a recording is smaller than its text, and read from a pipe', () => {
  run(['-f', '--record', recording, '-o', file('live'), 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=5000']);
  expect(statSync(recording).size).toBeLessThan(statSync(file('live')).size);
  const piped = spawnSync('sh', [
    '-c',
    `cat "$1" | "$0" --replay /dev/stdin -f -o "$2"`,
    TSTRACE,
    recording,
    file('printed'),
  ]);
  expect(piped.status).toBe(0);
  expect(readFileSync(file('printed'), 'latin1')).toBe(readFileSync(file('live'), 'latin1'));
});
