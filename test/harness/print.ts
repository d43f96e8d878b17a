// Texts of single values, in a style.
import { X86_64 } from '../../src/abi/abi.js';
import type { ScalarFormat } from '../../src/decode/printer.js';
import { Sink } from '../../src/decode/sink.js';
import type { Style } from '../../src/decode/style.js';

/** strace's defaults. */
export const DEFAULT_STYLE: Style = {
  abi: X86_64,
  stringLimit: 32,
  abbrev: true,
  verbose: true,
  raw: false,
  constants: 'abbrev',
  hex: 'none',
  argNames: false,
  paths: false,
  sockets: false,
  devices: false,
  eventfds: false,
  pidfds: false,
  signalfds: false,
  comm: false,
  dumps: undefined,
};

/** What a format that looks at nothing but its value prints for it. */
export function valueText(format: ScalarFormat, value: bigint, style: Partial<Style> = {}, size = 4): string {
  const sink = new Sink(64);
  const print = format({ ...DEFAULT_STYLE, ...style }, size);
  print(undefined as never, sink, Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn));
  return Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1');
}
