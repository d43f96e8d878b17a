// The argument of a command that has no declaration: a number; with -v the bytes that its number speaks of.
import type { VariantSpec } from '../../describe/combinators.js';
import { constant, format, hexBytes, inout, input, output, verbose } from '../../describe/combinators.js';
import type { PointerOptions } from '../../describe/node.js';
import { direction, sizeOf } from './commands.js';

/** A number in hexadecimal; not an address: zero is 0, not NULL. */
export const plain = format(() => (_c, s, lo, hi) => s.hex64(lo, hi), 'ptr');

const options: PointerOptions = { whenNull: '0', evenOnError: true };

function full(op: number): VariantSpec[0][string] {
  const bytes = hexBytes(constant(sizeOf(op)));
  switch (direction(op)) {
    case 1:
      return verbose(input(bytes, options), plain);
    case 2:
      return verbose(output(bytes, options), plain);
    default:
      return verbose(inout(bytes, { ...options, show: 'arrow' }), plain);
  }
}

const specs = new Map<number, VariantSpec>();
/** The form of a command whose argument is a number. */
export const number: VariantSpec = [{ argp: plain }];

/** The form of the third argument; one object for each direction and size. */
export function unknownSpec(op: number): VariantSpec {
  if (sizeOf(op) === 0) return number;
  const key = op >>> 16;
  let made = specs.get(key);
  if (!made) specs.set(key, (made = [{ argp: full(op) }]));
  return made;
}
