// Tracers in a network namespace of their own, made the same way for both; and what differs all the same.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

let names = 0;

/**
 * A program that runs a tracer in a new network namespace, after a preparation there, which must succeed; to be called as the
 * tracer is. It is written into `dir`; the preparation is a shell's and has no single quotes.
 */
export function inNetworkNamespace(dir: string, tracer: string, preparation: string): string {
  const path = join(dir, `in-namespace-${++names}`);
  writeFileSync(path, `#!/bin/sh\nexec unshare -n sh -e -c '${preparation}\nexec ${tracer} "$@"' sh "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Without what differs from run to run in all messages: their numbers, ports, addresses of the libraries. */
export const steadyMessages = (text: string): string =>
  text.replace(/(nlmsg_seq|nlmsg_pid|nl_pid|portid)=-?[1-9]\d*/g, '$1=N').replace(/0x7[ef][0-9a-f]{10}/g, 'ADDRESS');
