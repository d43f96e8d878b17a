// The argument of a command that has no declaration: a number; with -v the bytes that its number speaks of.
import type { VariantSpec } from '../../describe/combinators.js';
import { argument, constant, format, hexBytes, inout, input, output, verbose } from '../../describe/combinators.js';
import type { Node, PointerOptions } from '../../describe/node.js';
import { direction, sizeOf } from './commands.js';

/** A number in hexadecimal; not an address: zero is 0, not NULL. */
export const plain = format(() => (_c, s, lo, hi) => s.hex64(lo, hi), 'ptr');

const LATE = 0x10000;
const options: PointerOptions = { whenNull: '0', evenOnError: true };

function full(op: number): Node {
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
/** The same where there is nobody who might know the command: strace looks again at the exit before it prints the number. */
const lateNumber: VariantSpec = [{ argp: argument(plain, { atExit: true }) }];

/** The form of the third argument; one object for each direction and size. `late`: no family has commands of this type. */
export function unknownSpec(op: number, late: boolean): VariantSpec {
  if (sizeOf(op) === 0) return late ? lateNumber : number;
  const key = (op >>> 16) | (late ? LATE : 0);
  let made = specs.get(key);
  if (!made) specs.set(key, (made = [{ argp: argument(full(op), { atExit: late }) }]));
  return made;
}
