// What -P and --trace-fds name, resolved once at the start.
import { realpathSync } from 'node:fs';
import { bytesOf, textOf } from '../binding/raw-text.js';
import { quote } from '../decode/quote.js';
import { Sink } from '../decode/sink.js';
import type { HexStyle } from '../decode/style.js';
import type { Targets } from '../decode/touch.js';
import type { TraceOptions } from './options.js';

/** A path as calls show it. */
function quoted(path: string, hex: HexStyle): string {
  const bytes = Buffer.from(bytesOf(path));
  const sink = new Sink();
  quote(sink, bytes, 0, bytes.length, hex, false);
  return Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1');
}

/** Undefined when any call is wanted. `announce` tells of paths that stand for another. */
export function resolveTargets(options: TraceOptions, announce: (text: string) => void): Targets | undefined {
  const { paths, traceFds, quiet, hex } = options;
  if (paths.length === 0 && traceFds === undefined) return undefined;
  const wanted = new Set<string>();
  for (const path of paths) {
    wanted.add(path);
    let real: string;
    try {
      real = textOf(realpathSync.native(bytesOf(path), 'buffer'));
    } catch {
      continue; // It is not there (yet): only the name counts.
    }
    if (real === path) continue;
    wanted.add(real);
    if (!quiet.has('path-resolution'))
      announce(`Requested path ${quoted(path, hex)} resolved into ${quoted(real, hex)}`);
  }
  return { paths: [...wanted].map((path) => Buffer.from(bytesOf(path))), descriptors: traceFds };
}

/** Targets as tracer_set_targets takes them. */
export function packTargets({ paths, descriptors }: Targets): Buffer {
  const fds = [...(descriptors ?? [])].filter((fd) => fd >= 0 && fd <= 0x7fffffff);
  const head = Buffer.alloc(12 + 4 * fds.length);
  head.writeUInt32LE(descriptors === undefined ? 0 : descriptors.inverted ? 2 : 1, 0);
  head.writeUInt32LE(fds.length, 4);
  head.writeUInt32LE(paths.length, 8);
  fds.forEach((fd, i) => head.writeInt32LE(fd, 12 + 4 * i));
  const packed = paths.map((path) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(path.length);
    return Buffer.concat([length, path]);
  });
  return Buffer.concat([head, ...packed]);
}
