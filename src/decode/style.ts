// How values are to be shown: fixed when printers are compiled, so that a style that is off costs nothing.
import type { Abi } from '../abi/abi.js';

/** Constants by number, by name (strace's default), or both (`-X`). */
export type ConstantStyle = 'raw' | 'abbrev' | 'verbose';
/** Strings in hexadecimal: never, when a byte is not ASCII (`-x`), always (`-xx`), or only the bytes that are not. */
export type HexStyle = 'none' | 'non-ascii' | 'all' | 'non-ascii-chars';

/** A set of descriptors: its members, or with `inverted` everything but them. */
export interface DescriptorSet extends ReadonlySet<number> {
  readonly inverted: boolean;
}

/** Everything that the compilation of a printer depends on, for one call of one personality. */
export interface Style {
  readonly abi: Abi;
  /** `-s`: most bytes of a string, most elements of an array. */
  readonly stringLimit: number;
  /** Big structures are shortened (default; `-v` and `-e abbrev=` turn it off). */
  readonly abbrev: boolean;
  /** Structures are followed (default; `-e verbose=none` turns it off). */
  readonly verbose: boolean;
  /** `-e raw=`: nothing is decoded. */
  readonly raw: boolean;
  readonly constants: ConstantStyle;
  readonly hex: HexStyle;
  /** `-N`: `name=` before each argument. */
  readonly argNames: boolean;
  /** `-y`: paths of descriptors, captured at the stop. */
  readonly paths: boolean;
  /** `-yy` and `--decode-fds`: what else is said about a descriptor. */
  readonly sockets: boolean;
  readonly devices: boolean;
  readonly eventfds: boolean;
  readonly pidfds: boolean;
  readonly signalfds: boolean;
  /** `-e read=`, `-e write=`: descriptors whose data is dumped. */
  readonly dumps: { readonly read: DescriptorSet; readonly write: DescriptorSet } | undefined;
  /** `-Y`: names of processes beside their ids. */
  readonly comm: boolean;
  /** `--decode-pids=pidns`: our own ids beside those of another pid namespace. */
  readonly pidns?: boolean;
  /** `-e kvm=`: why virtual processors stop, or the whole of their state. */
  readonly kvm?: 'none' | 'vcpu' | 'vcpu+';
  /** `-e namespace=new`: the namespaces that a call enters. */
  readonly namespaces?: boolean;
  /** Paths and sockets of descriptors are captured whether they are shown or not: somebody else reads them (--report). */
  readonly watched?: boolean;
  /** Printed to be read back into values (decode/value.ts): counted bytes say how many there are. */
  readonly structured?: boolean;
}

/** Whether anything is captured of descriptors beside their number. */
export function describesFds(style: Style): boolean {
  return (
    style.paths ||
    style.sockets ||
    style.devices ||
    style.eventfds ||
    style.pidfds ||
    style.signalfds ||
    style.watched === true
  );
}

/** Of a style that decides instead of printing: structures are followed to the end, descriptors stay numbers. */
export const DECIDING = {
  sockets: false,
  devices: false,
  eventfds: false,
  pidfds: false,
  signalfds: false,
  verbose: true,
  abbrev: false,
  raw: false,
  comm: false,
} as const satisfies Partial<Style>;
