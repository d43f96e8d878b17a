// Completion as shells do it: bash and zsh are typed at on a terminal, fish is asked.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completedProgram } from '../../src/cli/completion.js';
import { optionTable } from '../../src/cli/option-table.js';
import { parseCommandLine } from '../../src/cli/options.js';
import { setsOf } from '../../src/completion/model.js';
import type { Value } from '../../src/completion/model.js';
import { ROOT } from '../harness/run.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-complete-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const bin = (program: string): string => join(ROOT, 'bin', program);
const scriptOf = (program: string, shell: string): string => join(dir, `${program}.${shell}`);

beforeAll(() => {
  mkdirSync(join(dir, 'place'));
  writeFileSync(join(dir, 'place', 'unique-file'), '');
  for (const shell of ['bash', 'zsh', 'fish'])
    for (const [program, args] of [
      ['tstrace', ['--completion', shell]],
      ['tstrace-merge', [`--completion=${shell}`]],
      ['tstrace-bpf', ['completion', shell]],
    ] as const) {
      const made = spawnSync(bin(program), args, { encoding: 'utf8' });
      expect(made).toMatchObject({ status: 0, stderr: '' });
      writeFileSync(scriptOf(program, shell), made.stdout);
    }
});

/** Alt-*: put in all candidates. */
const ALL = '\x1b*';
const TAB = '\t';

/** Programs stand for themselves, as functions that tell what they were called with. */
const PROGRAMS = ['tstrace', 'tstrace-merge', 'tstrace-bpf'];
const setup = {
  bash: (answers: string): string =>
    [
      "bind 'set completion-query-items 0'",
      "bind 'set page-completions off'",
      "bind 'set show-all-if-ambiguous on'",
      'set +H',
      ...PROGRAMS.map((p) => `source ${scriptOf(p, 'bash')}; ${p}() { printf '%s\\n' "$*" . >>${answers}; }`),
    ].join('\n'),
  zsh: (answers: string): string =>
    [
      'autoload -Uz compinit; compinit -u -D',
      'setopt nobanghist; LISTMAX=10000',
      ...PROGRAMS.map((p) => `source ${scriptOf(p, 'zsh')}; ${p}() { print -rl -- "$*" . >>${answers}; }`),
      'zle -C all-matches complete-word _generic',
      "zstyle ':completion:all-matches:*' completer _all_matches _complete",
      "zstyle ':completion:all-matches:*' insert yes",
      "bindkey '\\e*' all-matches",
    ].join('\n'),
};

/** Types lines at a shell; returns what the programs were called with, and what the terminal showed. */
function type(shell: 'bash' | 'zsh', lines: readonly string[]): { called: string[]; shown: string } {
  const place = mkdtempSync(join(dir, `${shell}-`));
  const [answers, first] = [join(place, 'answers'), join(place, 'setup')];
  writeFileSync(first, `${setup[shell](answers)}\necho . >>${answers}\n`);
  const typist = spawnSync('python3', [join(ROOT, 'test', 'harness', 'typist.py'), shell, first, answers], {
    input: JSON.stringify(lines),
    encoding: 'utf8',
    cwd: join(dir, 'place'),
    env: { ...process.env, PATH: `${join(ROOT, 'bin')}:${process.env.PATH}` },
  });
  expect(typist.stderr).toBe('');
  const called = readFileSync(answers, 'utf8').split('\n.\n').slice(0, -1);
  // The first answer is that of the setup.
  called[0] = called[0].replace(/^\.\n/, '');
  return { called, shown: typist.stdout.replaceAll(/\x1b\[[\d;?]*[a-zA-Z]/g, '').replaceAll('\r', '') };
}

/** What fish offers for a line. */
function fish(line: string): string[] {
  const asked = spawnSync(
    'fish',
    [
      '--no-config',
      '-c',
      [...PROGRAMS.map((p) => `source ${scriptOf(p, 'fish')}`), 'complete -C $argv[1]'].join('; '),
      line,
    ],
    {
      encoding: 'utf8',
      cwd: join(dir, 'place'),
      env: { ...process.env, PATH: `${join(ROOT, 'bin')}:${process.env.PATH}` },
    },
  );
  expect(asked.stderr).toBe('');
  return asked.stdout.split('\n').slice(0, -1);
}

/** Lines whose last word has several ends; each shell puts in all of them. */
const SEVERAL: readonly (readonly [line: string, head: string, ...ends: string[]])[] = [
  ['tstrace --summary-s', '', '--summary-sort-by', '--summary-syscall-overhead'],
  ['tstrace --no-', '', '--no-abbrev'],
  ['tstrace -X ', '-X ', 'abbrev', 'raw', 'verbose'],
  ['tstrace --color=', '', '--color=always', '--color=auto', '--color=never'],
  ['tstrace -f --color a', '-f --color ', 'always', 'auto'],
  ['tstrace --decode-fds=p', '', '--decode-fds=path', '--decode-fds=pidfd'],
  ['tstrace -e trace=openat', '-e ', 'trace=openat', 'trace=openat2'],
  ['tstrace -e trace=%m', '-e ', 'trace=%memory'],
  ['tstrace -e t=!openat', '-e ', 't=!openat', 't=!openat2'],
  ['tstrace -fe pidfd_s', '-fe ', 'pidfd_send_signal'],
  ['tstrace --trace=read,openat', '', '--trace=read,openat', '--trace=read,openat2'],
  ['tstrace -e signal=SIGK', '-e ', 'signal=SIGKILL'],
  ['tstrace --signal=SIGUSR1,SIGUS', '', '--signal=SIGUSR1,SIGUSR1', '--signal=SIGUSR1,SIGUSR2'],
  ['tstrace -e inject=openat:error=ENOE', '-e ', 'inject=openat:error=ENOENT', 'inject=openat:error=ENOEXEC'],
  [
    'tstrace --inject=read,write:when=2:signal=SIGUS',
    '',
    '--inject=read,write:when=2:signal=SIGUSR1',
    '--inject=read,write:when=2:signal=SIGUSR2',
  ],
  ['tstrace -U calls,err', '-U ', 'calls,errors'],
  ['tstrace -fTo unique', '-fTo ', 'unique-file'],
  ['tstrace --output=unique', '', '--output=unique-file'],
  ['tstrace --completion ', '--completion ', 'bash', 'fish', 'zsh'],
  ['tstrace -- tstrace-m', '-- ', 'tstrace-merge'],
  ['tstrace -f cat unique', '-f cat ', 'unique-file'],
  ['tstrace-merge --o', '', '--output'],
  ['tstrace-merge -o out unique', '-o out ', 'unique-file'],
  ['tstrace-bpf op', '', 'optimize'],
];

/** What stands in the way of comparing shells: their order, `=` behind options and keys, and words that readline splits. */
function ends(called: string, head: string, readlineHead: string): string[] {
  expect(called.slice(0, head.length)).toBe(head);
  return called
    .slice(head.length)
    .split(' ')
    .map((word, i) => (i > 0 && !word.startsWith(readlineHead) && !word.startsWith('-') ? readlineHead + word : word))
    .map((word) => word.replace(/[=,]$/, ''))
    .sort();
}

/** Whether a shell is not here: .ci/run installs all of them. */
const missing = (shell: string): boolean => spawnSync(shell, ['--version']).error !== undefined;

describe.each(['bash', 'zsh'] as const)('%s', (shell) => {
  test.skipIf(missing(shell))('puts in what may come', () => {
    const { called } = type(
      shell,
      SEVERAL.map(([line]) => line + ALL),
    );
    expect(called).toHaveLength(SEVERAL.length);
    const got = called.map((words, i) => {
      const [line, head] = SEVERAL[i];
      const last = line.slice(line.lastIndexOf(' ') + 1);
      return ends(words, head, /^.*[=:]/.exec(last)?.[0] ?? '');
    });
    expect(got).toEqual(SEVERAL.map(([, , ...words]) => [...words].sort()));
  });

  test.skipIf(missing(shell))('goes on behind a word that is the only one', () => {
    const { called } = type(shell, [
      `tstrace --follow-f${TAB}--oci${TAB}uni${TAB} -e inj${TAB}opena`,
      `tstrace -e tracef${TAB}`,
      // bash closes the quote.
      `tstrace -e 'trace=pidfd_ope${TAB}${shell === 'bash' ? '' : "'"}`,
      `tstrace --sta${TAB} ls uni${TAB}`,
    ]);
    const [first, ...others] = called.map((line) => line.replaceAll(/ +/g, ' '));
    expect(first).toBe('--follow-forks --oci-profile=unique-file -e inject=opena');
    expect(others).toEqual([
      '-e tracef',
      expect.stringMatching(/^-e trace=pidfd_open,?$/),
      expect.stringMatching(/^--sta\S* ls unique-file$/),
    ]);
  });

  test.skipIf(missing(shell))('shows what options mean', () => {
    const { shown } = type(shell, [`tstrace --fol${TAB}`, `tstrace --s${TAB}\x15tstrace`]);
    expect(shown).toMatch(shell === 'zsh' ? /--seccomp-bpf +-- let the kernel/ : /--seccomp-bpf {2}\(let the kernel/);
  });
});

describe.skipIf(missing('fish'))('fish', () => {
  test.each(SEVERAL)('%s', (line, _head, ...words) => {
    const got = fish(line).map((row) => row.split('\t')[0]);
    // A short option that takes a value completes it attached, too; fish joins nothing else.
    expect(got.map((word) => word.replace(/=$/, '')).sort()).toEqual([...words].sort());
  });
  test('shows what options mean', () =>
    expect(fish('tstrace --follow-f')).toEqual(['--follow-forks\ttrace child processes, too']));
});

/** Whether all words of a value are taken by the option that they are offered for. */
function refused(option: string, value: Value, head = ''): string[] {
  if ('keys' in value)
    return [
      ...refused(option, { kind: 'list', set: value.set }, head),
      ...value.keys.keys.flatMap((key) =>
        key.value.kind === 'text' || (value.kind === 'actions' && key.word === 'syscall')
          ? []
          : refused(option, key.value, `${head}${value.kind === 'actions' ? 'read:' : ''}${key.word}=`),
      ),
    ];
  if (!('set' in value) || head.includes('inject=') !== head.includes(':')) return [];
  return value.set.words
    .map(({ word }) => head + word)
    .filter((text) => {
      try {
        // Options that want others beside them have them.
        parseCommandLine(
          [`${option}${option.startsWith('--') ? '=' : ''}${text}`, '-o/dev/null', '-f', '-C', 'true'],
          'tstrace',
        );
        return false;
      } catch {
        return true;
      }
    });
}

describe('what is offered', () => {
  const { options } = completedProgram('tstrace');
  test('is taken', () => {
    const wrong = options.flatMap(({ longs, shorts, value }) =>
      refused(longs.length > 0 ? `--${longs[0]}` : `-${shorts[0]}`, value).map((word) => `${longs[0]} ${word}`),
    );
    // Tampering needs more than a set of calls.
    expect(wrong.filter((w) => !/^(?:inject|fault) [^:]*$|(?:inject|fault)=[^:]*$/.test(w))).toEqual([]);
  });
  test('is every option, with a meaning', () => {
    expect(options.flatMap((o) => [...o.longs, ...o.shorts])).toEqual(
      optionTable('tstrace').flatMap((o) => [...o.long, ...(o.short === undefined ? [] : [o.short])]),
    );
    expect(options.filter((o) => o.about.length < 5)).toEqual([]);
  });
  test('has one set of words under one name', () => {
    for (const sets of Object.values(setsOf(completedProgram('strace')))) {
      const names = sets.map((s) => s.name);
      expect(names).toEqual([...new Set(names)]);
    }
  });
});

test('another shell is refused in one line', () => {
  for (const program of ['tstrace', 'tstrace-merge']) {
    const { status, stdout, stderr } = spawnSync(bin(program), ['--completion=csh'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`${program}: completion scripts are for bash, zsh and fish, not for 'csh'\n`);
  }
});
