// What -e and the options that stand for it have set so far: the last expression of a qualifier counts.
import { UsageError } from '../errors.js';
import { NumberSet, parseDescriptors, parseSignals, parseWords } from './expression.js';
import type { Qualifier } from './expression.js';
import { parseInject } from './inject.js';
import { ALL, NONE, parseSyscallSet } from './syscall-set.js';
import type { SyscallTables } from './tables.js';
import type { CallStatus, FdOptions, InjectRule, QuietKind, SyscallSet, TraceOptions } from './trace-options.js';

export const QUIET_KINDS: readonly QuietKind[] = ['attach', 'exit', 'path-resolution', 'personality', 'superseded'];
const QUIET_ALIASES: ReadonlyMap<string, QuietKind> = new Map([
  ['exits', 'exit'],
  ['thread-execve', 'superseded'],
]);
export const STATUSES: readonly CallStatus[] = ['successful', 'failed', 'unfinished', 'unavailable', 'detached'];
export const FD_KINDS: readonly (keyof FdOptions)[] = ['path', 'socket', 'dev', 'eventfd', 'pidfd', 'signalfd'];

/** The value of a qualifier whose option was given without one. */
export const BARE_VALUES: Partial<Readonly<Record<Qualifier, string>>> = {
  quiet: 'attach,personality',
  'decode-fds': 'path',
  namespace: 'new',
  secontext: 'none',
};

/** The sets and rules of a command line while it is read. */
export class Qualified {
  trace: SyscallSet = ALL;
  abbrev: SyscallSet = ALL;
  verbose: SyscallSet = ALL;
  raw: SyscallSet = NONE;
  signals: ReadonlySet<number> | 'all' = 'all';
  statuses: ReadonlySet<CallStatus> = new Set(STATUSES);
  traceFds: NumberSet | undefined;
  readFds = new NumberSet([], false);
  writeFds = new NumberSet([], false);
  /** Undefined until said. */
  quiet: Set<QuietKind> | undefined;
  fds: Set<keyof FdOptions> | undefined;
  pids: Set<'comm' | 'pidns'> = new Set();
  kvm: TraceOptions['kvm'] = 'none';
  namespaces = false;
  secontext: TraceOptions['secontext'];
  readonly injections: InjectRule[] = [];

  constructor(
    private readonly tables: SyscallTables,
    private readonly warnings: string[],
  ) {}

  /** Takes one expression. @throws UsageError. */
  set(qualifier: Qualifier, value: string): void {
    switch (qualifier) {
      case 'trace':
      case 'abbrev':
      case 'verbose':
      case 'raw':
        this[qualifier] = parseSyscallSet(value, this.tables);
        return;
      case 'signal':
        this.signals = parseSignals(value);
        return;
      case 'status':
        this.statuses = parseWords(value, 'status', STATUSES);
        return;
      case 'trace-fds':
        this.traceFds = parseDescriptors(value);
        return;
      case 'read':
        this.readFds = parseDescriptors(value);
        return;
      case 'write':
        this.writeFds = parseDescriptors(value);
        return;
      case 'inject':
      case 'fault':
        this.injections.push(parseInject(value, qualifier, this.tables, this.warnings));
        return;
      case 'quiet':
        this.quiet = parseWords(value, 'quiet', QUIET_KINDS, QUIET_ALIASES);
        return;
      case 'decode-fds':
        this.fds = parseWords(value, 'decode-fds', FD_KINDS);
        return;
      case 'decode-pids':
        this.pids = parseWords(value, 'decode-pids', ['comm', 'pidns']);
        return;
      case 'kvm':
        if (value !== 'vcpu' && value !== 'vcpu+') throw new UsageError(`invalid -e kvm= argument: '${value}'`);
        this.kvm = value;
        return;
      case 'namespace':
        if (value !== 'new') throw new UsageError(`invalid -e namespace= argument: '${value}'`);
        this.namespaces = true;
        return;
      case 'secontext':
        this.secontext = parseWords(value, 'secontext', ['full', 'mismatch']);
        return;
    }
  }
}
