// What -P and --trace-fds name, resolved once at the start.
import { realpathSync } from 'node:fs';
import type { Targets } from '../decode/touch.js';
import type { TraceOptions } from './options.js';

/** Undefined when any call is wanted. `announce` tells of paths that stand for another. */
export function resolveTargets(options: TraceOptions, announce: (text: string) => void): Targets | undefined {
  const { paths, traceFds } = options;
  if (paths.length === 0 && traceFds === undefined) return undefined;
  const wanted = new Set<string>();
  for (const path of paths) {
    wanted.add(path);
    let real: string;
    try {
      real = realpathSync.native(path);
    } catch {
      continue; // It is not there (yet): only the name counts.
    }
    if (real === path || wanted.has(real)) continue;
    wanted.add(real);
    if (!options.quiet.has('path-resolution')) announce(`Requested path "${path}" resolved into "${real}"`);
  }
  return { paths: [...wanted].map((path) => Buffer.from(path)), descriptors: traceFds };
}
