// The traced program starts as a shell would start it: everything that it can inherit is the same plain, under strace
// and under tstrace.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSurroundings } from '../../src/binding/inherited.js';
import { ProtocolError } from '../../src/errors.js';

const root = new URL('../..', import.meta.url).pathname;
let dir = '';
let probe = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tstrace-inherited-'));
  probe = join(dir, 'probe');
  execFileSync('cc', ['-O1', '-o', probe, join(root, 'test/fixtures/probe-inherited.c')]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What the probe says when a shell runs `setup; tracer probe`; ids of processes that differ by nature are left out. */
function report(tracer: string, setup: string, redirect: string): string[] {
  const out = join(dir, 'report');
  writeFileSync(out, '');
  // A shell that stays: its session and group are those of the probe in each run.
  execFileSync(
    'setsid',
    ['-w', 'bash', '--norc', '-c', `${setup}\n${tracer} '${probe}' '${out}' 'a b' '' ${redirect}\nexit $?`],
    {
      env: {
        PATH: process.env.PATH,
        'odd.name': 'kept',
        EMPTY: '',
        NEWLINE: 'a\nb\n',
        Z: '1',
        A: '2',
        NODE_OPTIONS: '--no-deprecation',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  return (
    readFileSync(out, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      // `_` names the program that the shell ran: the tracer, by nature.
      .map((line) => line.replace(/^(environ \d+: _=).*/, '$1…').replace(/^session: \d+/, 'session: …'))
      .map((line) => line.replace(/(pipe|socket):\[\d+\]/, '$1:[…]'))
  );
}

const strace = 'strace -o /dev/null';
/** The shell's launcher, where a package has it. */
const script = (): string => {
  const bin = join(dir, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(bin);
    copyFileSync(join(root, 'launcher/tstrace.sh'), join(bin, 'tstrace'));
    chmodSync(join(bin, 'tstrace'), 0o755);
    symlinkSync(join(root, 'dist'), join(dir, 'dist'));
    symlinkSync(join(root, 'native'), join(dir, 'native'));
    symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  }
  return `${bin}/tstrace -o /dev/null`;
};
const tstrace = `${root}bin/tstrace -o /dev/null`;
const filtered = `${root}bin/tstrace -n -f -e trace=write -o /dev/null`;

const setups: readonly (readonly [string, string, string])[] = [
  ['plain', ':', ''],
  ['ignored signals, as nohup leaves them', "trap '' HUP PIPE USR1 XFSZ INT TERM RTMIN+3", ''],
  ['closed standard input', ':', '<&-'],
  ['closed standard output and error', ':', '>&- 2>&-'],
  ['more descriptors', 'exec 5</dev/null 17>/dev/null 42<>/dev/null', ''],
  ['descriptor 10, which shells use themselves', 'exec 10</dev/null 11</dev/null', ''],
  ['a small soft limit of open files', 'ulimit -Sn 123', ''],
  ['umask, priority and directory', 'umask 0137; cd /usr; renice -n 5 $$ >/dev/null', ''],
  ['one CPU', 'taskset -pc 0 $$ >/dev/null', ''],
  ['a pipe that stays blocking', ':', '| cat'],
];

describe('the tracee is undisturbed', () => {
  it.each(setups)('%s', (_name, setup, redirect) => {
    const plain = report('', setup, redirect);
    expect(plain.length).toBeGreaterThan(80);
    expect(report(tstrace, setup, redirect)).toEqual(plain);
    expect(report(strace, setup, redirect)).toEqual(plain);
    expect(report(script(), setup, redirect)).toEqual(plain);
  });

  it('blocked signals', () => {
    const run = (tracer: string): string[] =>
      report(
        `perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(2, 10, 15, 17)); exec @ARGV' ${tracer}`,
        ':',
        '',
      );
    expect(run(tstrace)).toEqual(run(''));
    expect(run(script())).toEqual(run(''));
  });

  it('under the filter, all but the filter itself', () => {
    const plain = report('', ':', '').filter((line) => !line.startsWith('status Seccomp:'));
    expect(report(filtered, ':', '').filter((line) => !line.startsWith('status Seccomp:'))).toEqual(plain);
  });
});

describe('the tracee is undisturbed by what starts it otherwise', () => {
  const daemon = `${root}bin/tstrace -D -o /dev/null`;

  it.each(setups)('-D: %s', (_name, setup, redirect) => {
    expect(report(daemon, setup, redirect)).toEqual(report('', setup, redirect));
  });

  it('-DD and -DDD, and under the filter', () => {
    const plain = report('', ':', '');
    expect(report(daemon.replace('-D', '-DD'), ':', '')).toEqual(plain);
    expect(report(daemon.replace('-D', '-DDD'), ':', '')).toEqual(plain);
    const unfiltered = plain.filter((line) => !line.startsWith('status Seccomp:'));
    const filteredDaemon = report(daemon.replace('-D', '-D -n -e trace=write'), ':', '');
    expect(filteredDaemon.filter((line) => !line.startsWith('status Seccomp:'))).toEqual(unfiltered);
  });

  const asRoot = process.getuid?.() === 0;
  it.runIf(asRoot).each(['-u nobody', '-u 1234:5678', '-u daemon', '-u 0:0'])('%s, as strace has it', (option) => {
    // The report's file must be writable for whoever the program runs as.
    const open = `chmod 777 '${dir}'; chmod 666 '${dir}/report'; chmod 755 '${dir}/probe'`;
    const name = option.includes(':') && option !== '-u 0:0' ? option.split(' ')[1] : undefined;
    const expected = report(`${strace} ${name ? '-u nobody' : option === '-u 0:0' ? '' : option}`, open, '');
    const got = report(`${tstrace} ${option}`, open, '');
    const ids = name?.split(':');
    const rows = got.filter((line) => /^status (Uid|Gid|Groups)/.test(line));
    if (ids)
      expect(rows).toEqual([
        `status Uid:\t${ids[0]}\t${ids[0]}\t${ids[0]}\t${ids[0]}`,
        `status Gid:\t${ids[1]}\t${ids[1]}\t${ids[1]}\t${ids[1]}`,
        'status Groups:\t ',
      ]);
    // strace 6.1 knows no UID:GID: everything but the ids is as with a name.
    const other = (lines: string[]): string[] =>
      ids || option === '-u 0:0' ? lines.filter((line) => !/^status (Uid|Gid|Groups)/.test(line)) : lines;
    expect(other(got)).toEqual(other(expected));
  });

  it('-E sets, replaces and removes in place, as strace does', () => {
    const options = '-E A=new -E EMPTY -E Z -E FRESH=1 -E FRESH=2 -E =x -E odd.name=';
    expect(report(`${tstrace} ${options}`, ':', '')).toEqual(report(`${strace} ${options}`, ':', ''));
    expect(report(`${daemon} ${options}`, ':', '')).toEqual(report(`${strace} ${options}`, ':', ''));
  });
});

describe('the launcher’s variable', () => {
  const block = (value: string): Buffer => Buffer.from(`B=1\0TSTRACE_INHERITED=${value}\0A=2\0`, 'latin1');

  it('gives back names, order and bytes', () => {
    const got = parseSurroundings(block('1 0001 10000 1024 0,1,7 /x y/strace\nZ=\xff\x01\nodd.name=\nA=2'));
    expect(got.inherited).toEqual({ ignored: '0001', blocked: '10000', openFiles: 1024, descriptors: [0, 1, 7] });
    expect(got.environment.map((b) => b.toString('latin1'))).toEqual(['Z=\xff\n', 'odd.name=', 'A=2']);
    expect(got.invokedAs).toBe('strace');
  });
  it('of the second version has newlines, and what stands for them, escaped', () => {
    const got = parseSurroundings(block('2 0 0 0  x\nZ=\x01n\x01a\x01an\nA=\xff'));
    expect(got.environment.map((b) => b.toString('latin1'))).toEqual(['Z=\n\x01\x01n', 'A=\xff']);
  });
  it('falls back to the present environment', () => {
    const got = parseSurroundings(block('1 0 0 unlimited  tstrace\n'));
    expect(got.environment.map(String)).toEqual(['B=1', 'A=2']);
    expect(got.inherited).toEqual({ ignored: '0', blocked: '0', openFiles: undefined, descriptors: [] });
    expect(parseSurroundings(Buffer.from('A=1\0')).inherited).toBeUndefined();
  });
  it('refuses what it does not understand', () => {
    for (const bad of ['', '3 0 0 0  x', '1 zz 0 0  x', 'nonsense'])
      expect(() => parseSurroundings(block(bad))).toThrow(ProtocolError);
  });
});
