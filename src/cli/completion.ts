// What a shell completes of our command line: the option table, and what the values of options may be.
import { errnoName } from '../abi/errno.js';
import { shortSignalName, SIGNAL_MAX } from '../abi/signal.js';
import { classNames } from '../abi/syscalls.js';
import { SHELLS } from '../completion/model.js';
import type { CompletedProgram, KeySet, Value, Word, WordSet } from '../completion/model.js';
import { completionScript } from '../completion/script.js';
import { QUALIFIERS } from './expression.js';
import type { Qualifier } from './expression.js';
import { optionTable } from './option-table.js';
import type { OptionSpec } from './option-table.js';
import { FD_KINDS, QUIET_KINDS, STATUSES } from './qualified.js';
import { COLUMN_NAMES } from './summary.js';
import { generatedTables as tables } from './tables.js';
import { DAEMON_WORDS, LOG_LEVELS, SIGNAL_WORDS } from './values.js';
import type { OptionValues } from './values.js';

const set = (name: string, words: Iterable<string | Word>): WordSet => ({
  name,
  words: [...words].map((word) => (typeof word === 'string' ? { word, about: '' } : word)),
});
const about = (words: Readonly<Record<string, string>>): Word[] =>
  Object.entries(words).map(([word, text]) => ({ word, about: text }));
const choice = (name: string, words: Iterable<string | Word>): Value => ({ kind: 'choice', set: set(name, words) });
const list = (name: string, words: Iterable<string | Word>): Value => ({ kind: 'list', set: set(name, words) });
const anyOf = (name: string, words: Iterable<string | Word>): Value => list(name, ['all', 'none', ...words]);

/** Without those that x32 shares with x86_64 under numbers of its own (`_sysctl#64`): nobody types them. */
function* callNames(): Iterable<string> {
  for (const abi of tables.abis)
    for (let nr = 0; nr < tables.limit(abi); nr++) {
      const name = tables.name(abi, nr);
      if (name !== undefined && !name.includes('#')) yield name;
    }
}

/** `first(1)`, ..., without what is undefined. */
const numbered = (last: number, nameOf: (n: number) => string | undefined): string[] =>
  Array.from({ length: last }, (_, i) => nameOf(i + 1)).filter((name) => name !== undefined);

/** linux/errno.h: the last number that programs see. */
const LAST_ERRNO = 133;
const TEXT: Value = { kind: 'text' };
const FILE: Value = { kind: 'file' };

const CALLS = set('calls', ['all', 'none', ...classNames(), ...new Set([...callNames()].sort())]);
const CALL_LIST: Value = { kind: 'list', set: CALLS };
const PRECISION = choice(
  'precisions',
  about({ s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' }),
);
const SIGNALS = numbered(SIGNAL_MAX, (n) => shortSignalName(n)).map((name) => `SIG${name}`);
const PURE = [...(tables.members('x86_64', '%pure') ?? [])].map((nr) => tables.name('x86_64', nr) ?? '');

const ERROR = choice('errors', numbered(LAST_ERRNO, errnoName));
const WHEN: KeySet['keys'] = [{ word: 'when', about: 'which calls: FIRST[..LAST][+[STEP]]', value: TEXT }];
const SYSCALL: KeySet['keys'][number] = {
  word: 'syscall',
  about: 'run this call instead',
  value: choice('pure_calls', PURE),
};
const FAULT: Value = {
  kind: 'actions',
  set: CALLS,
  keys: {
    name: 'fault_actions',
    spellings: new Map(),
    keys: [{ word: 'error', about: 'fail with this error', value: ERROR }, SYSCALL, ...WHEN],
  },
};
const INJECT: Value = {
  kind: 'actions',
  set: CALLS,
  keys: {
    name: 'actions',
    spellings: new Map(),
    keys: [
      { word: 'error', about: 'fail with this error', value: ERROR },
      { word: 'retval', about: 'return this value', value: TEXT },
      { word: 'signal', about: 'deliver this signal', value: choice('injected_signals', SIGNALS) },
      SYSCALL,
      { word: 'delay_enter', about: 'wait before the call', value: TEXT },
      { word: 'delay_exit', about: 'wait behind the call', value: TEXT },
      { word: 'poke_enter', about: 'write memory before the call: @argN=HEX', value: TEXT },
      { word: 'poke_exit', about: 'write memory behind the call: @argN=HEX', value: TEXT },
      ...WHEN,
    ],
  },
};

/** Values of qualifiers, of -e and of the options that are named as they are. */
const QUALIFIED: Readonly<Record<Qualifier, Value>> = {
  trace: CALL_LIST,
  'trace-fds': TEXT,
  abbrev: CALL_LIST,
  verbose: CALL_LIST,
  raw: CALL_LIST,
  signal: anyOf('signals', SIGNALS),
  status: anyOf('statuses', STATUSES),
  read: TEXT,
  write: TEXT,
  fault: FAULT,
  inject: INJECT,
  quiet: anyOf('messages', QUIET_KINDS),
  'decode-fds': anyOf('descriptors', FD_KINDS),
  'decode-pids': anyOf('processes', about({ comm: 'names', pidns: "ids in the tracer's namespace" })),
  kvm: choice('kvm', about({ vcpu: 'why it stopped', 'vcpu+': 'with the whole of kvm_run' })),
  namespace: choice('namespaces', ['new']),
  secontext: anyOf('contexts', ['full', 'mismatch']),
};
/** What a qualifier's option says of it. */
const meaning = (table: readonly OptionSpec[], qualifier: string): string =>
  describe(table.find(({ long }) => long.includes(qualifier))?.help ?? []);

/** Every option that takes a value and is no qualifier. */
const VALUES: Readonly<Record<keyof OptionValues, Value>> = {
  'absolute-timestamps': list('formats', ['none', 'time', 'unix', 's', 'ms', 'us', 'ns']),
  argv0: TEXT,
  attach: { kind: 'process' },
  color: choice('colours', ['auto', 'always', 'never']),
  columns: TEXT,
  completion: choice('shells', SHELLS),
  'const-print-style': choice('styles', about({ raw: 'numbers', abbrev: 'names', verbose: 'both' })),
  daemonize: choice('daemons', DAEMON_WORDS.keys()),
  'detach-on': choice('detaching', ['execve']),
  env: { kind: 'variable' },
  interruptible: choice('interruptible', ['1', '2', '3', '4', ...SIGNAL_WORDS.keys()]),
  'log-file': FILE,
  'log-level': choice('levels', LOG_LEVELS),
  'oci-profile': FILE,
  output: FILE,
  'output-format': choice(
    'outputs',
    about({ text: "strace's lines", json: 'an object per line', perfetto: 'a timeline', none: 'nothing' }),
  ),
  pin: TEXT,
  record: FILE,
  'relative-timestamps': PRECISION,
  replay: FILE,
  report: FILE,
  'stack-trace': choice('frames', about({ symbol: 'names of functions', source: 'with files and lines' })),
  'stack-trace-frame-limit': TEXT,
  'string-limit': TEXT,
  'strings-in-hex': choice('strings', ['none', 'all', 'non-ascii', 'non-ascii-chars']),
  'summary-columns': list('columns', COLUMN_NAMES),
  'summary-sort-by': choice('orders', [...COLUMN_NAMES, 'nothing']),
  'summary-syscall-overhead': TEXT,
  'syscall-limit': TEXT,
  'syscall-times': PRECISION,
  tips: list('tips', ['none', 'compact', 'full']),
  'trace-path': FILE,
  user: { kind: 'user' },
  where: TEXT,
};

/** The first thing that the help text says of an option, up to where it goes into details. */
function describe(help: OptionSpec['help']): string {
  const lines = help.find((form) => form.length > 1)?.slice(1) ?? [];
  const text = lines.filter((line) => !line.startsWith('<')).join(' ');
  return text.split(/[;:](?= )/)[0].trim();
}

function expression(table: readonly OptionSpec[]): Value {
  const keys = Object.entries(QUALIFIED).map(([word, value]) => ({ word, about: meaning(table, word), value }));
  return { kind: 'keyed', set: CALLS, keys: { name: 'qualifiers', keys, spellings: QUALIFIERS } };
}

function valueOf({ key, long }: OptionSpec, ofExpression: Value): Value {
  if (key === 'e') return ofExpression;
  const qualifier = long.map((name) => QUALIFIERS.get(name)).find((q) => q !== undefined);
  if (qualifier !== undefined) return QUALIFIED[qualifier];
  return (VALUES as Readonly<Record<string, Value | undefined>>)[key] ?? TEXT;
}

/** Our command line as shells must know it, under either of its names. */
export function completedProgram(programName: string): CompletedProgram {
  const table = optionTable(programName);
  const ofExpression = expression(table);
  return {
    name: programName,
    operands: 'command',
    options: table.map((option) => ({
      shorts: option.short === undefined ? [] : [option.short],
      longs: option.long,
      about: describe(option.help),
      argument: option.argument,
      value: option.argument === 'none' ? TEXT : valueOf(option, ofExpression),
    })),
  };
}

/** The script for a shell. @throws UsageError for one that there is no script for. */
export const completion = (programName: string, shell: string): string =>
  completionScript(completedProgram(programName), shell);
