// Options that are understood, and that the engine cannot do yet: refused with one line, never passed over.
import { UsageError } from '../errors.js';
import type { TraceOptions } from './trace-options.js';

const checks: readonly (readonly [name: string, asked: (o: TraceOptions) => boolean])[] = [
  ['-D/--daemonize', (o) => o.daemonize > 0],
  ['--syscall-limit', (o) => o.syscallLimit > 0],
  ['-P/--trace-path', (o) => o.paths.length > 0],
  ['--trace-fds', (o) => o.traceFds !== undefined],
  ['-e inject=', (o) => o.injections.length > 0],
  ['-k/--stack-trace', (o) => o.stack !== 'none'],
  ['-e read=', (o) => o.readFds.size > 0 || o.readFds.inverted],
  ['-e write=', (o) => o.writeFds.size > 0 || o.writeFds.inverted],
  ['-e kvm=', (o) => o.kvm !== 'none'],
  ['-e namespace=', (o) => o.namespaces],
  ['-Y/--decode-pids', (o) => o.comm || o.pidns],
  ['--color=always', (o) => o.color === 'always'],
  ['--tips', (o) => o.tips.format !== 'none'],
  ['--where', (o) => o.where !== undefined],
  ['--output-format', (o) => o.outputFormat !== 'text'],
  ['--oci-profile', (o) => o.ociProfile !== undefined],
  ['--explain-filter', (o) => o.explainFilter],
];

/** @throws UsageError for the first option that is not there yet. */
export function refuseUnsupported(options: TraceOptions): void {
  for (const [name, asked] of checks) if (asked(options)) throw new UsageError(`${name} is not supported yet`);
}
