// Lines of a shell under the installed strace and under tstrace by its name: output, messages and status are the same.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TSTRACE } from '../harness/run.js';

const dir = mkdtempSync(join(realpathSync(tmpdir()), 'tstrace-lines-'));
const strace = spawnSync('sh', ['-c', 'command -v strace'], { encoding: 'utf8' }).stdout.trim();
beforeAll(() => {
  for (const [name, program] of Object.entries({ ours: TSTRACE, them: strace })) {
    mkdirSync(join(dir, name));
    symlinkSync(program, join(dir, name, 'strace'));
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a line in an empty directory; `strace` and `$s`, its whole path, are the tracer. */
function run(tracer: 'ours' | 'them', line: string): { status: number | null; stdout: string; stderr: string } {
  const at = join(dir, 'empty');
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at);
  const bin = join(dir, tracer);
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    cwd: at,
    env: {
      PATH: `${bin}:${join(process.execPath, '..')}:/usr/bin:/bin`,
      LC_ALL: 'C',
      HOME: '/root',
      s: `${bin}/strace`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'latin1',
    timeout: 20_000,
  });
  const still = (text: string): string =>
    text
      .replace(/^\S*strace: (?:Can't stat|Cannot stat|Cannot find executable) ('\w*').*/gm, 'strace: no program $1')
      .replaceAll("Can't stat", 'Cannot stat')
      .replaceAll(`${bin}/strace`, 'strace')
      .replace(/(Process |pid=|\.|\/\* )\d+\b/g, '$1N')
      .replace(/(?:\b|0x)[\da-f]*\d[\da-f]{3,}\b/g, 'N')
      .replace(/\d+\.\d+/g, 'N')
      .replace(/(si_[us]time)=\d+/g, '$1=N');
  return { status, stdout: still(stdout), stderr: still(stderr) };
}

const same = (line: string): void => expect(run('ours', line)).toEqual(run('them', line));

describe('words in any case', () => {
  test.each([
    '-I ANYWHERE',
    '-I Never_tstp',
    '--strings-in-hex=ALL',
    '--strings-in-hex=Non-Ascii',
    '--absolute-timestamps=UNIX',
    '--absolute-timestamps=FORMAT:time,Precision:NS',
    '--relative-timestamps=MS',
    '--syscall-times=NS',
    '--tips=ID:1,FORMAT:NONE',
    '--tips=RANDOM,none',
    // Those of other options are taken as they are.
    '-X Raw',
    '-c -S Name',
    '-c -U Calls',
    '--quiet=Exit',
  ])('%s', (options) => same(`strace ${options} -e trace=none true`));
  test('--daemonize', () => same('strace --daemonize=PGROUP -e trace=none true; sleep 1'));
});

describe('times beyond a double', () => {
  test.each(['1e400', '1e-400', '1e-320', '0e-400', '1e308s', '1e10s'])('%s', (time) => {
    same(`strace -c -O ${time} -e trace=none true`);
    same(`strace -e trace=none -e inject=chdir:delay_enter=${time} true`);
  });
});

describe('when=', () => {
  test.each([
    ' 1',
    ' +1',
    '1+',
    '1+ 2',
    '1++2',
    '1++',
    '1.. 2',
    '1..+2',
    '1..2+ 1',
    '1 +2',
    '1 ..2',
    '1+ ',
    '1+-2',
    '01+02',
  ])('%j', (when) =>
    same(`strace -e trace=chdir -e inject='chdir:error=EIO:when=${when}' sh -c 'cd /; cd /usr; cd /etc'`),
  );
});

test('variables of any bytes', () =>
  same("export A=$'x\\ny' C=$'\\001' D=$'\\001n\\n\\001a\\xff'; strace -e trace=none sh -c 'echo \"$A$C$D\"' | od -c"));

describe('tables of calls with long names', () => {
  test.each(['calls,name', 'name,calls', 'calls,name,errors'])('%s', (columns) => {
    same(`strace -c -S name -U ${columns} -e trace=sched_getaffinity nproc >/dev/null`);
    same(`strace -c -f -S name -U ${columns} -e trace=sched_getaffinity,chdir sh -c 'cd /; nproc' >/dev/null`);
  });
});

describe('where the program is looked for', () => {
  test.each([
    'PATH=$PATH: $s -e trace=execve here',
    'PATH=$PATH:: $s -e trace=execve here',
    'PATH=:$PATH $s -e trace=execve here',
    'PATH=/nosuch::/x:$PATH $s -e trace=execve here',
    'PATH=.:$PATH $s -e trace=execve here',
    'PATH=./:$PATH $s -e trace=execve here',
    'PATH=../empty:$PATH $s -e trace=execve here',
    'PATH=/bin/:$PATH $s -e trace=execve true',
    'PATH=/bin//:$PATH $s -e trace=execve true',
  ])('%s', (line) => same(`cp /bin/true here; ${line}`));
  test.each(['', './', '/'])('%s and a name that is too long', (at) =>
    same(`strace -e trace=none ${at}$(head -c 5000 /dev/zero | tr '\\0' a)`),
  );
});

describe('what comes first', () => {
  test.each([
    'strace -o o nosuch; ls',
    'echo keep >o; strace -o o nosuch; cat o',
    'echo keep >o; strace -A -o o nosuch; cat o',
    'strace -o /nosuch/o nosuch',
    'strace -ff -o o nosuch; ls',
    'strace -P . nosuch',
    'strace -o o -P . nosuch; cat o',
    'strace -o /nosuch/o -z -Z true',
    'strace -o /nosuch/o --seccomp-bpf true',
  ])('%s', same);
});

describe('-D and a program that cannot be executed', () => {
  test.each(['#!/nosuch', 'echo hi'])('%s', (text) =>
    same(`echo '${text}' >s; chmod +x s; strace -D -e trace=execve ./s; sleep 1`),
  );
  test('a directory', () => same('mkdir d; strace -D -e trace=none ./d; sleep 1'));
});

describe('nowhere to write to', () => {
  test.each([
    'strace -ff -o /nosuch/x sh -c "echo ran"',
    'touch f; strace -ff -o f/x sh -c "echo ran"',
    'mkdir d; strace -ff -o d/x sh -c "rm -r d; (true); exit 5"',
    'strace -V >/dev/full',
    'strace -h >/dev/full',
  ])('%s', same);
});

describe('one after the other', () => {
  const pids = (options: string): string =>
    `strace -f -o o ${options} -e trace=kill unshare -pf sh -c 'kill -0 $$; exit 3'; grep kill o`;
  test.each([
    pids('-Y --pidns-translation'),
    pids('--pidns-translation -Y'),
    pids('-e decode-pids=comm --pidns-translation'),
    pids('-e decode-pids=pidns -Y'),
    'strace --absolute-timestamps=unix,ns --absolute-timestamps -e trace=none true',
    'strace --absolute-timestamps=ns --absolute-timestamps=none -e trace=none true',
  ])('%s', same);
  test('the name of the tracer', () => same('strace -Y -f -e trace=getppid,exit_group sh -c "exit 3"'));
});

describe('in a pid namespace below that of /proc', () => {
  test.each([
    "unshare -pf strace -y -f -e trace=chdir,openat sh -c 'cd /; : >/dev/null; exit 3'",
    "unshare -pf strace -P / -f -o o sh -c 'cd /; (cd /); exit 3'; sed 's/^[0-9]* *//; s/ *= / = /' o",
    "unshare -pf strace --pidns-translation -f -e trace=kill -o o unshare -pf sh -c 'kill -0 $$; kill -0 0'; sed 's/^[0-9]* *//' o",
    "unshare -pf sh -c 'sleep 2 & strace -q -y -e trace=close -p $!'",
  ])('%s', same);
  // The installed strace takes names, and what threads there are, from other processes here.
  test('names of tasks', () => {
    const { stdout } = run('ours', "unshare -pf strace -a 1 -Y -e trace=getppid -o o sh -c 'exit 3'; cat o");
    expect(stdout.replace(/\d+(?=<)/, 'N')).toBe('getppid() = N<strace>\n+++ exited with 3 +++\n');
  });
  test('who traces a process', () => {
    const traced = 'sleep 3 & p=$!; strace -qq -e trace=none -p $p & sleep 1.5; strace -p $p; wait';
    expect(run('ours', `unshare -pf sh -c '${traced}'`).stderr).toMatch(
      /Operation not permitted\nstrace: Process N is already being traced by pid \d{1,2}\n$/,
    );
  });
});

describe('names that are no UTF-8', () => {
  test.each([
    "strace -o $'x\\xff' -e trace=none true; ls",
    "strace -ff -o $'x\\xff' -e trace=none true; ls | sed 's/[0-9]*$//'",
    "strace -D -o $'x\\xff' -e trace=none true; sleep 1; cat $'x\\xff'",
    "strace -o $'/nosuch/x\\xff' true",
    "strace $'/nosuch\\xff'",
    "strace -e $'trace=x\\xff' true",
    "strace -s $'\\xff' true",
    "strace $'--x\\xff' true",
    "cp /bin/true $'t\\xff'; strace -e trace=execve $'./t\\xff' $'a\\xfe\\n'",
    "mkdir $'d\\xff'; cp /bin/true $'d\\xff/tt'; PATH=$'d\\xff':$PATH strace -e trace=execve tt",
    "strace -E $'A=\\xff\\xfe' -e trace=none printenv A",
    'strace -E é=1 -E é=2 -e trace=none env | grep é',
    "mkdir $'a\\nb\\xff'; ln -s $'a\\nb\\xff' $'l\\xfe'; strace -P $'l\\xfe' -e trace=chdir sh -c $'cd \"a\\nb\\xff\"'",
    "mkdir $'a\\n\"\\xff'; strace -xx -P $'./a\\n\"\\xff' -e trace=none true",
    'strace -P . -P . -P $PWD -P .. -e trace=none true',
  ])('%s', same);
});

test('-e status=detached: what was under way is shown', () =>
  same('strace -e status=detached -b execve -e trace=chdir,execve sh -c "cd /; exec /bin/true"'));

describe('signals to the tracer', () => {
  const tracer = (options: string): string => `strace ${options} -e trace=none sh -c 'sleep 2; exit 3'`;
  const send = (options: string, ...signals: string[]): string =>
    `${tracer(options)} & t=$!; sleep 1.2; ${signals.map((s) => `kill -${s} $t;`).join(' ')} wait $t; echo $?; sleep 1.2`;
  test.each([
    send('', 'USR1'),
    send('', 'ALRM'),
    // A shell starts what is to run in the background with SIGINT and SIGQUIT ignored.
    send('-I1', 'INT', 'QUIT'),
    send('-I2', 'QUIT'),
    `trap '' HUP TERM USR1; ${send('-I1', 'HUP', 'TERM', 'USR1')}`,
  ])('%s', (line) => same(line.replace(' &', ' 2>/dev/null &')));
});
