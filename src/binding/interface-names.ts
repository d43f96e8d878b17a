// Names of network interfaces by index, as the kernel has them now (netdevice(7), SIOCGIFNAME).
import { openLibrary } from './library.js';

/** IFNAMSIZ. */
const NAME_BYTES = 16;
const out = Buffer.alloc(NAME_BYTES);

/** The name of an interface of our own network namespace; undefined when there is none of that index. */
export function interfaceName(index: number): string | undefined {
  const length = openLibrary().native.tracer_interface_name([index | 0, out, out.length]);
  return length > 0 ? out.toString('latin1', 0, length) : undefined;
}
