// Network interfaces by index: `if_nametoindex("lo")`.
import { networkInterfaces } from 'node:os';
import type { ScalarFormat } from '../printer.js';
import { quote } from '../quote.js';

/** The name of an interface, one character for each byte; undefined when there is none of that index. */
export type InterfaceNames = (index: number) => string | undefined;

const LOOPBACK = 1;
/** Without the kernel's answer the loopback device alone is sure. */
let names: InterfaceNames = (index) => (index === LOOPBACK && 'lo' in networkInterfaces() ? 'lo' : undefined);

/** From here on names are asked of `lookup`, each time anew: interfaces come, go and change their names. */
export function useInterfaceNames(lookup: InterfaceNames): void {
  names = lookup;
}

/** The name of an interface in the tracer's own network namespace, as strace asks if_indextoname(3). */
export const interfaceName: InterfaceNames = (index) => (index === 0 ? undefined : names(index));

/** An interface index (unsigned): its name, or the number. */
export const interfaceIndex: ScalarFormat = ({ constants, hex }) => {
  if (constants === 'raw') return (_c, s, lo) => s.decimal(lo);
  return (_c, s, lo) => {
    const name = interfaceName(lo);
    if (name === undefined || constants === 'verbose') s.decimal(lo);
    if (name === undefined) return;
    s.text(constants === 'verbose' ? ' /* if_nametoindex(' : 'if_nametoindex(');
    quote(s, Buffer.from(name, 'latin1'), 0, name.length, hex, false);
    s.text(constants === 'verbose' ? ') */' : ')');
  };
};
