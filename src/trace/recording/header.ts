// The header of a recording: what was traced, where, and how much of it was captured. Text that is printed later depends
// on this and on the records alone.
import { ABIS } from '../../abi/abi.js';
import { MAX_NR } from '../../binding/tracer.js';
import type { DescriptorSet } from '../../decode/style.js';
import { RecordFileError } from '../../record/file/reader.js';
import type { MachineFacts } from './facts.js';
import { fdOptions } from '../options.js';
import type { FdOptions, SyscallSet, TraceOptions } from '../options.js';

/** A set of calls: everything, or a bit for each ABI and number, in base64; numbers behind the table by `rest`. */
interface SetJson {
  readonly complete: boolean;
  readonly bits: string;
  readonly rest: boolean;
}

interface DescriptorsJson {
  readonly inverted: boolean;
  readonly members: readonly number[];
}

/** What the records hold; more cannot be shown. */
export interface Captured {
  readonly trace: SyscallSet;
  readonly abbrev: SyscallSet;
  readonly verbose: SyscallSet;
  readonly raw: SyscallSet;
  readonly stringLimit: number;
  readonly fds: FdOptions;
  readonly comm: boolean;
  readonly pidns: boolean;
  readonly kvm: TraceOptions['kvm'];
  readonly namespaces: boolean;
  readonly readFds: DescriptorSet;
  readonly writeFds: DescriptorSet;
  /** -P: paths of descriptors were captured where they count. */
  readonly touched: boolean;
  readonly stack: TraceOptions['stack'];
  /** --report: files and sockets that descriptors stand for were captured where a call names one. */
  readonly watched: boolean;
}

/** The first block of a recording. */
export interface Header {
  /** The version of tstrace that recorded. */
  readonly tstrace: string;
  /** Kernel release, machine, host name. */
  readonly kernel: string;
  readonly machine: string;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** TZ, or the zone's name: local times are shown in it. */
  readonly timeZone: string;
  readonly command: readonly string[];
  readonly attach: readonly number[];
  readonly follow: boolean;
  readonly syscallLimit: number;
  readonly captured: Captured;
}

const NUMBERS = ABIS.length * MAX_NR;

function setJson(set: SyscallSet): SetJson {
  const bits = new Uint8Array(NUMBERS / 8);
  for (const abi of ABIS)
    for (let nr = 0; nr < MAX_NR; nr++) {
      const bit = abi.index * MAX_NR + nr;
      if (set.has(abi.name, nr)) bits[bit >> 3] |= 1 << (bit & 7);
    }
  return { complete: set.complete, bits: Buffer.from(bits).toString('base64'), rest: set.has('x86_64', MAX_NR) };
}

function readSet(json: unknown): SyscallSet {
  const { complete, bits, rest } = object(json);
  const members = Buffer.from(text(bits), 'base64');
  if (members.length !== NUMBERS / 8) throw new RecordFileError('damaged: a set of calls has another size');
  const indexes = new Map(ABIS.map((abi) => [abi.name, abi.index]));
  return {
    complete: complete === true,
    has: (abi, nr) => {
      const bit = (indexes.get(abi) ?? 0) * MAX_NR + nr;
      return nr < MAX_NR ? ((members[bit >> 3] >> (bit & 7)) & 1) === 1 : rest === true;
    },
  };
}

const descriptorsJson = (set: DescriptorSet): DescriptorsJson => ({ inverted: set.inverted, members: [...set] });

/** A set of descriptors as it was written. */
class RecordedDescriptors extends Set<number> implements DescriptorSet {
  constructor(
    members: readonly number[],
    readonly inverted: boolean,
  ) {
    super(members);
  }
  override has(fd: number): boolean {
    return super.has(fd) !== this.inverted;
  }
}

function readDescriptors(json: unknown): DescriptorSet {
  const { inverted, members } = object(json);
  return new RecordedDescriptors(numbers(members), inverted === true);
}

const wrong = (): never => {
  throw new RecordFileError('damaged: its header is none');
};
const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : wrong();
const text = (value: unknown): string => (typeof value === 'string' ? value : wrong());
const number = (value: unknown): number => (typeof value === 'number' ? value : wrong());
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : wrong());
const numbers = (value: unknown): readonly number[] => list(value).map(number);

/** What a recording says of itself at its beginning. */
export function headerOf(
  options: TraceOptions,
  about: Pick<Header, 'tstrace' | 'kernel' | 'machine' | 'host' | 'started' | 'timeZone'>,
): object {
  const { abbrev, verbose, raw, trace, readFds, writeFds } = options;
  return {
    ...about,
    command: options.command,
    attach: options.attach,
    follow: options.follow,
    syscallLimit: options.syscallLimit,
    captured: {
      trace: setJson(trace),
      abbrev: setJson(abbrev),
      verbose: setJson(verbose),
      raw: setJson(raw),
      stringLimit: options.stringLimit,
      fds: options.fds,
      comm: options.comm,
      pidns: options.pidns,
      kvm: options.kvm,
      namespaces: options.namespaces,
      readFds: descriptorsJson(readFds),
      writeFds: descriptorsJson(writeFds),
      touched: options.paths.length > 0,
      stack: options.stack,
      watched: options.report !== undefined,
    },
  };
}

/** Reads a header back. @throws RecordFileError when it is none. */
export function readHeader(value: unknown): Header {
  const json = object(value);
  const captured = object(json.captured);
  const fds = object(captured.fds);
  return {
    tstrace: text(json.tstrace),
    kernel: text(json.kernel),
    machine: text(json.machine),
    host: text(json.host),
    started: number(json.started),
    timeZone: text(json.timeZone),
    command: list(json.command).map(text),
    attach: numbers(json.attach),
    follow: json.follow === true,
    syscallLimit: number(json.syscallLimit),
    captured: {
      trace: readSet(captured.trace),
      abbrev: readSet(captured.abbrev),
      verbose: readSet(captured.verbose),
      raw: readSet(captured.raw),
      stringLimit: number(captured.stringLimit),
      fds: fdOptions((kind) => fds[kind] === true),
      comm: captured.comm === true,
      pidns: captured.pidns === true,
      kvm: captured.kvm === 'vcpu' || captured.kvm === 'vcpu+' ? captured.kvm : 'none',
      namespaces: captured.namespaces === true,
      readFds: readDescriptors(captured.readFds),
      writeFds: readDescriptors(captured.writeFds),
      touched: captured.touched === true,
      stack: captured.stack === 'symbol' || captured.stack === 'source' ? captured.stack : 'none',
      watched: captured.watched === true,
    },
  };
}

/** Facts as JSON. */
export const factsJson = ({ interfaces, families, bootTime }: MachineFacts): object => ({
  interfaces: [...interfaces],
  families: [...families],
  bootTime,
});

const names = (value: unknown): ReadonlyMap<number, string> =>
  new Map(list(value).map((pair): readonly [number, string] => [number(list(pair)[0]), text(list(pair)[1])]));

/** Reads facts back. @throws RecordFileError when they are none. */
export function factsOf(value: unknown): MachineFacts {
  const { interfaces, families, bootTime } = object(value);
  return { interfaces: names(interfaces), families: names(families), bootTime: number(bootTime) };
}
