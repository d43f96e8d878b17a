// What the values of options are read as, one by one, in the order of the command line.
import { UsageError } from '../errors.js';
import { BARE_VALUES } from './qualified.js';
import type { Qualified } from './qualified.js';
import { splitExpression } from './expression.js';
import type { Qualifier } from './expression.js';
import type { GivenOption } from './getopt.js';
import { parseNanoseconds, parseUnsigned } from './number.js';
import { NONE } from './syscall-set.js';
import { parseColumns, parseSort } from './summary.js';
import { parsePrecision, parseTimestamp } from './times.js';
import type { LogLevel } from '../trace/options.js';
import type { Precision, SummaryColumn, SummarySort, TimeFormat, TipOptions, TraceOptions } from './trace-options.js';

/** Values by option. */
export interface OptionValues {
  'absolute-timestamps': TimeFormat;
  argv0: string;
  attach: readonly number[];
  color: TraceOptions['color'];
  columns: number;
  completion: string;
  'const-print-style': TraceOptions['constants'];
  daemonize: 1 | 2 | 3;
  'detach-on': true;
  env: TraceOptions['environment'][number];
  interruptible: 1 | 2 | 3 | 4;
  'log-file': string;
  'log-level': LogLevel;
  'oci-profile': string;
  output: string;
  'output-format': TraceOptions['outputFormat'];
  pin: TraceOptions['pin'];
  record: string;
  'relative-timestamps': Precision;
  replay: string;
  report: string;
  'stack-trace': 'symbol' | 'source';
  'stack-trace-frame-limit': number;
  'string-limit': number;
  'strings-in-hex': TraceOptions['hex'];
  'summary-columns': readonly SummaryColumn[];
  'summary-sort-by': SummarySort;
  'summary-syscall-overhead': number;
  'syscall-limit': number;
  'syscall-times': Precision;
  tips: TipOptions;
  'trace-path': string;
  user: string;
  where: string;
}

type Value = OptionValues[keyof OptionValues] | undefined;

/** pino's levels, from what tells most. */
export const LOG_LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
/** `-s` beyond this would overflow strace's buffers, and is refused there, too. */
const STRING_LIMIT_MAX = 0x3fffffff;
/** CPU_SETSIZE of sched.h. */
const MAX_CPU = 1023;
/** Values of -I. As with those of all options about times, daemons, hex and tips the case of letters does not count. */
export const SIGNAL_WORDS: ReadonlyMap<string, 1 | 2 | 3 | 4> = new Map([
  ['anywhere', 1],
  ['waiting', 2],
  ['never', 3],
  ['never_tstp', 4],
]);
/** Values of --daemonize. */
export const DAEMON_WORDS: ReadonlyMap<string, 1 | 2 | 3> = new Map([
  ['grandchild', 1],
  ['pgroup', 2],
  ['pgrp', 2],
  ['session', 3],
]);
/** Values of --strings-in-hex. */
const HEX_WORDS = ['none', 'all', 'non-ascii', 'non-ascii-chars'] as const;
/** Options that are qualifiers by another name. */
const QUALIFYING: ReadonlyMap<string, Qualifier> = new Map<string, Qualifier>([
  ...(
    [
      'trace',
      'trace-fds',
      'abbrev',
      'verbose',
      'raw',
      'status',
      'read',
      'write',
      'fault',
      'inject',
      'quiet',
      'decode-fds',
      'decode-pids',
      'kvm',
      'namespace',
      'secontext',
    ] as const
  ).map((q) => [q, q] as const),
  ['signals', 'signal'],
]);

/** Reads values; what a value changes beyond itself goes to `qualified` and `warnings`. */
export class ValueReader {
  private absolute: TimeFormat = { format: 'none', precision: 's' };
  private tips: TipOptions = { id: 'random', format: 'none' };
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly qualified: Qualified,
    private readonly warnings: string[],
  ) {}

  /** How often an option was seen so far. */
  private count(key: string): number {
    return this.seen.get(key) ?? 0;
  }

  /** Undefined for flags and for what went into the qualified sets. @throws UsageError for what no value can be. */
  read(given: GivenOption): Value {
    const { key, spelled } = given;
    this.seen.set(key, this.count(key) + 1);
    const qualifier = QUALIFYING.get(key);
    if (qualifier !== undefined) {
      this.qualified.set(qualifier, given.value ?? BARE_VALUES[qualifier] ?? '');
      return undefined;
    }
    if (given.value === undefined) return this.bare(key);
    const read = this.valued(key, given.value);
    if (read === undefined) throw new UsageError(`invalid ${spelled} argument: '${given.value}'`, true);
    return read === 'taken' ? undefined : read;
  }

  /** An option without a value. */
  private bare(key: string): Value {
    switch (key) {
      case 'no-abbrev':
        this.qualified.abbrev = NONE;
        return undefined;
      case 'successful-only':
      case 'failed-only':
        if (this.count('successful-only') + this.count('failed-only') === 2)
          this.warnings.push(
            'Only the last of -z/--successful-only/-Z/--failed-only options will take effect. See status qualifier for more complex filters.',
          );
        this.qualified.statuses = new Set([key === 'failed-only' ? 'failed' : 'successful']);
        return undefined;
      case 'Y':
        this.qualified.pids = new Set(['comm']);
        return undefined;
      case 'pidns-translation':
        this.qualified.pids = new Set(['pidns']);
        return undefined;
      case 'summary':
      case 'summary-only':
        if (this.count('summary') > 0 && this.count('summary-only') > 0)
          throw new UsageError('-c/--summary-only and -C/--summary are mutually exclusive', true);
        return undefined;
      case 'k':
        if (this.count('k') > 2) throw new UsageError('Too many -k options');
        return undefined;
      case 'daemonize':
        return 1;
      case 'stack-trace':
        return 'symbol';
      case 'strings-in-hex':
        return 'all';
      case 'relative-timestamps':
      case 'syscall-times':
        return 'us';
      case 'absolute-timestamps':
        return (this.absolute = { ...this.absolute, format: 'time' });
      case 'tips':
        return (this.tips = { ...this.tips, format: 'compact' });
      case 'pin':
        return 0;
      default:
        return undefined;
    }
  }

  /** An option with a value; undefined when it is none of its values. */
  private valued(key: string, value: string): Value | 'taken' {
    switch (key) {
      case 'e': {
        const { qualifier, value: set } = splitExpression(value);
        this.qualified.set(qualifier, set);
        return 'taken';
      }
      case 'argv0':
      case 'completion':
      case 'log-file':
      case 'oci-profile':
      case 'output':
      case 'report':
      case 'record':
      case 'replay':
      case 'trace-path':
      case 'user':
      case 'where':
        return value;
      case 'attach':
        return processIds(value);
      case 'color':
        return value === 'auto' || value === 'always' || value === 'never' ? value : undefined;
      case 'columns':
        return parseUnsigned(value);
      case 'const-print-style':
        return value === 'raw' || value === 'abbrev' || value === 'verbose' ? value : undefined;
      case 'daemonize':
        return DAEMON_WORDS.get(value.toLowerCase());
      case 'detach-on':
        if (value !== 'execve') throw new UsageError(`Syscall '${value}' for -b isn't supported`);
        return true;
      case 'env': {
        const equals = value.indexOf('=');
        return equals < 0
          ? { name: value, value: undefined }
          : { name: value.slice(0, equals), value: value.slice(equals + 1) };
      }
      case 'interruptible': {
        const n = parseUnsigned(value, 4);
        return n === 1 || n === 2 || n === 3 || n === 4 ? n : SIGNAL_WORDS.get(value.toLowerCase());
      }
      case 'log-level':
        return LOG_LEVELS.find((level) => level === value);
      case 'output-format':
        return value === 'text' || value === 'json' || value === 'perfetto' || value === 'none' ? value : undefined;
      case 'pin':
        return value === 'none' ? value : parseUnsigned(value, MAX_CPU);
      case 'relative-timestamps':
      case 'syscall-times':
        return parsePrecision(value);
      case 'absolute-timestamps': {
        const format = parseTimestamp(value, this.absolute);
        if (format) this.absolute = format;
        return format;
      }
      case 'stack-trace':
        return value === 'symbol' || value === 'source' ? value : undefined;
      case 'syscall-limit':
      case 'stack-trace-frame-limit':
        return parseUnsigned(value) || undefined;
      case 'string-limit':
        return parseUnsigned(value, STRING_LIMIT_MAX);
      case 'strings-in-hex':
        return HEX_WORDS.find((word) => word === value.toLowerCase());
      case 'summary-columns':
        return parseColumns(value);
      case 'summary-sort-by':
        return parseSort(value);
      case 'summary-syscall-overhead':
        return parseNanoseconds(value);
      case 'tips': {
        const tips = parseTips(value, this.tips);
        if (tips) this.tips = tips;
        return tips;
      }
      default:
        return undefined;
    }
  }
}

/** Ids behind -p, with any of the separators that pidof(1) and pgrep(1) print. @throws UsageError. */
function processIds(text: string): number[] {
  return text
    .split(/[, \t\n]/)
    .filter((word) => word !== '')
    .map((word) => {
      const pid = parseUnsigned(word);
      if (!pid) throw new UsageError(`Invalid process id: '${word}'`);
      if (pid === process.pid) throw new UsageError("I'm sorry, I can't let you do that, Dave.");
      return pid;
    });
}

/** `[[id:]N|random][,[format:]none|compact|full]` in any order, on top of what was said before. */
function parseTips(text: string, before: TipOptions): TipOptions | undefined {
  let { id, format } = before.format === 'none' ? { ...before, format: 'compact' as TipOptions['format'] } : before;
  for (const part of text.toLowerCase().split(',')) {
    if (part === '') continue;
    const [, key, value] = /^(?:(id|format):)?([^]*)$/.exec(part) ?? [];
    const n = value === 'random' ? value : parseUnsigned(value);
    if (key !== 'format' && n !== undefined) id = n;
    else if (key !== 'id' && (value === 'none' || value === 'compact' || value === 'full')) format = value;
    else return undefined;
  }
  return { id, format };
}
