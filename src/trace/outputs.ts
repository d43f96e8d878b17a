// Which output the options ask for, and where it goes; what few traces need is loaded when it is asked for.
import { fstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Tty from 'node:tty';
import type { Inherited, Text } from '../binding/spawn-spec.js';
import { Calls } from './calls.js';
import type { Painter } from './colour/painter.js';
import { Stream } from './destination.js';
import type { Messages } from './messages.js';
import type { TraceOptions } from './options.js';
import type { Output } from './output.js';
import type { Pipe } from './pipe.js';
import { openOutput } from './streams.js';
import { TextOutput } from './text-output.js';
import type { Wanted } from './wanted.js';

/** Makes an output, and the calls whose plans it needs. */
export type OutputMaker = (
  options: TraceOptions,
  wanted: Wanted,
  messages: Messages,
  streamOf: (tid: number) => Stream,
) => { readonly calls: Calls; readonly output: Output };

/**
 * node:tty takes milliseconds to load: only what may be a terminal is worth it. Code that comes from V8's code cache cannot
 * import() what is outside of it.
 */
export function isTerminal(fd: number): boolean {
  try {
    const require = createRequire(import.meta.url);
    return fstatSync(fd).isCharacterDevice() && (require('node:tty') as typeof Tty).isatty(fd);
  } catch {
    return false; // A closed descriptor.
  }
}

/** Makes the output for people. */
const textOutput =
  (painter: Painter | undefined): OutputMaker =>
  (options, wanted, messages, streamOf) => {
    const calls = new Calls(options, wanted);
    return { calls, output: new TextOutput(options, calls, messages, streamOf, painter) };
  };

/** What colours a trace: nothing, unless it is wanted. `terminal`: whether the trace goes to one. */
async function painterOf({ color }: TraceOptions, terminal: boolean): Promise<Painter | undefined> {
  if (color === 'never' || (color === 'auto' && !terminal)) return undefined;
  const { isColoured, readScheme } = await import('./colour/scheme.js');
  if (!isColoured(color, terminal, process.env)) return undefined;
  return new (await import('./colour/painter.js')).Painter(readScheme(process.env.STRACE_COLORS));
}

/** The output that the options name. `terminal`: whether it goes to one. */
export async function makerOf(options: TraceOptions, terminal: boolean): Promise<OutputMaker> {
  switch (options.outputFormat) {
    case 'none':
    case 'text':
      return textOutput(await painterOf(options, terminal));
    case 'json':
      return (await import('./json-output.js')).jsonOutput;
    case 'perfetto':
      return (await import('./perfetto/perfetto-output.js')).perfettoOutput;
  }
}

/** The destination of all lines that have no file of their own. `fd`: where they go without -o. @throws UsageError */
export async function openDestination(
  options: TraceOptions,
  around: { readonly environment: readonly Text[]; readonly inherited: Inherited | undefined },
  fd: number,
): Promise<{ readonly stream: Stream; readonly pipe?: Pipe }> {
  const { output, separate, append } = options;
  if (output === undefined) return { stream: new Stream(fd, false) };
  if (/^[|!]/.test(output)) {
    const pipe = (await import('./pipe.js')).openPipe(output.slice(1), around.environment, around.inherited);
    return { stream: pipe.stream, pipe };
  }
  // With -ff each tracee has a file of its own; the name itself is not opened.
  return { stream: separate ? new Stream(2, false) : openOutput(output, append) };
}
