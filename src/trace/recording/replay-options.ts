// What can be printed of a recording: the options of the replay, as far as was captured.
import { ABIS } from '../../abi/abi.js';
import { MAX_NR } from '../../binding/tracer.js';
import { isEmpty } from '../../capture/dump.js';
import type { DescriptorSet } from '../../decode/style.js';
import { UsageError } from '../../errors.js';
import type { FdOptions, SyscallSet, TraceOptions } from '../options.js';
import type { Captured, Header } from './header.js';

/** Options of a replay: whether messages are left out may depend on what was traced. */
export type ReplayOptions = TraceOptions & { readonly quietGiven: boolean };

/** From what tells least. */
const KVM: readonly TraceOptions['kvm'][] = ['none', 'vcpu', 'vcpu+'];

const both = (a: SyscallSet, b: SyscallSet): SyscallSet => ({
  complete: a.complete && b.complete,
  has: (abi, nr) => a.has(abi, nr) && b.has(abi, nr),
});
const either = (a: SyscallSet, b: SyscallSet): SyscallSet => ({
  complete: a.complete || b.complete,
  has: (abi, nr) => a.has(abi, nr) || b.has(abi, nr),
});

/** Whether a set has members, among calls of a second one, that a third one lacks. */
const exceeds = (set: SyscallSet, among: SyscallSet, other: SyscallSet): boolean =>
  ABIS.some(({ name }) => {
    for (let nr = 0; nr < MAX_NR; nr++)
      if (set.has(name, nr) && among.has(name, nr) && !other.has(name, nr)) return true;
    return false;
  });

/** Descriptors of both sets; what is wanted beyond those that were recorded is told. */
function descriptors(asked: DescriptorSet, recorded: DescriptorSet, onMore: () => void): DescriptorSet {
  if (isEmpty(asked)) return asked;
  const lacking = recorded.inverted
    ? asked.inverted
      ? [...recorded].some((fd) => asked.has(fd))
      : [...asked].some((fd) => !recorded.has(fd))
    : asked.inverted || [...asked].some((fd) => !recorded.has(fd));
  if (lacking) onMore();
  return asked;
}

/** Whether paths of descriptors were captured: with anything that was told of one, its path was. */
const told = ({ fds }: Pick<Captured, 'fds'>): boolean => Object.values(fds).includes(true);

function fdsOf(asked: FdOptions, recorded: FdOptions, onMore: (kind: string) => void): FdOptions {
  const can = (kind: keyof FdOptions): boolean => {
    const there = kind === 'path' ? told({ fds: recorded }) : recorded[kind];
    if (asked[kind] && !there) onMore(kind);
    return asked[kind] && there;
  };
  return {
    path: can('path'),
    socket: can('socket'),
    dev: can('dev'),
    eventfd: can('eventfd'),
    pidfd: can('pidfd'),
    signalfd: can('signalfd'),
  };
}

/** What goes beyond the recording, in the words of options. */
function captureLimits(asked: TraceOptions, recorded: Captured, lacks: (what: string) => void): Partial<TraceOptions> {
  const { trace } = recorded;
  if (asked.stringLimit > recorded.stringLimit) lacks(`strings and arrays beyond -s ${recorded.stringLimit}`);
  if (exceeds(recorded.abbrev, trace, asked.abbrev)) lacks('what -v/--no-abbrev shows');
  if (exceeds(asked.verbose, trace, recorded.verbose)) lacks('structures (-e verbose=)');
  if (exceeds(recorded.raw, trace, asked.raw)) lacks('arguments of calls that were raw (-e raw=)');
  const kinds: string[] = [];
  const fds = fdsOf(asked.fds, recorded.fds, (kind) => kinds.push(kind));
  if (kinds.length > 0) lacks(`--decode-fds=${kinds.join()}`);
  if (asked.pidns && !recorded.pidns) lacks('process ids of namespaces (--pidns-translation)');
  const kvm = KVM.indexOf(asked.kvm) > KVM.indexOf(recorded.kvm);
  if (kvm) lacks(`-e kvm=${asked.kvm}`);
  if (asked.namespaces && !recorded.namespaces) lacks('namespaces (--namespace)');
  if (asked.comm && !recorded.comm) lacks('names of processes (-Y)');
  const readFds = descriptors(asked.readFds, recorded.readFds, () => lacks('data of all those descriptors (-e read=)'));
  const writeFds = descriptors(asked.writeFds, recorded.writeFds, () =>
    lacks('data of all those descriptors (-e write=)'),
  );
  if (asked.stack !== 'none' && recorded.stack === 'none') lacks('stacks (-k)');
  if (asked.report !== undefined && !recorded.watched && !recorded.fds.socket)
    lacks(`${told(recorded) ? 'sockets' : 'files'} that descriptors stand for (--report; record with it, or with -yy)`);
  return {
    trace: both(asked.trace, trace),
    abbrev: either(asked.abbrev, recorded.abbrev),
    verbose: both(asked.verbose, recorded.verbose),
    raw: either(asked.raw, recorded.raw),
    stringLimit: Math.min(asked.stringLimit, recorded.stringLimit),
    fds,
    comm: asked.comm && recorded.comm,
    kvm: kvm ? recorded.kvm : asked.kvm,
    namespaces: asked.namespaces && recorded.namespaces,
    pidns: asked.pidns && recorded.pidns,
    readFds,
    writeFds,
    stack: asked.stack === 'none' ? 'none' : recorded.stack,
  };
}

/**
 * The options by which a recording is printed. `lacks` is told what was asked for and was not captured.
 * @throws UsageError for what cannot be decided from the recording.
 */
export function replayOptions(asked: ReplayOptions, header: Header, lacks: (what: string) => void): TraceOptions {
  const { captured, command, attach } = header;
  if (asked.paths.length > 0 && !captured.touched && !told(captured))
    throw new UsageError('-P/--trace-path needs the paths of descriptors: record with -y');
  if (asked.ociProfile !== undefined && !captured.trace.complete)
    throw new UsageError('--oci-profile needs all system calls: record without -e trace=');
  const limited = captureLimits(asked, captured, lacks);
  // As with a trace in a file, of a command alone.
  const direct = (asked.output !== undefined || asked.outputFormat === 'none') && attach.length === 0;
  return {
    ...asked,
    ...limited,
    command,
    attach,
    follow: asked.follow || header.follow,
    syscallLimit: asked.syscallLimit || header.syscallLimit,
    quiet: asked.quietGiven || !direct ? asked.quiet : new Set([...asked.quiet, 'attach', 'personality'] as const),
  };
}
