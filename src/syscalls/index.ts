// All described calls by name. Descriptions are thunks, so that a call that never comes costs nothing at start.
import type { AbiName } from '../abi/abi.js';
import { argumentNames } from '../describe/argument-names.js';
import type { Call } from '../describe/call.js';

/** A family: name to description; a name with `@32` holds for i386 alone. */
export type Family = Readonly<Record<string, () => Call>>;

import { file } from './file/index.js';
import { memory } from './memory/index.js';
import { process } from './process/index.js';
import { signal } from './signal/index.js';
import { io } from './io/index.js';
import { time } from './time/index.js';
import { ipc } from './ipc/index.js';
import { network } from './network/index.js';
import { kernel } from './kernel.js';
import { control } from './control.js';
import { bpf } from './bpf/index.js';
import { perf } from './perf.js';
import { security } from './security/index.js';

const families: readonly Family[] = [
  file,
  memory,
  process,
  signal,
  io,
  time,
  ipc,
  network,
  kernel,
  control,
  bpf,
  perf,
  security,
];

/** A description by the key that it has in its family. */
function described(key: string): Call | undefined {
  for (const family of families) if (Object.hasOwn(family, key)) return family[key]();
  return undefined;
}

/**
 * The description of a call on a personality; undefined when it has none. `ipc`: it came through i386's ipc(2), which has
 * first, second, third, ptr, fifth and its version in the registers: described under the name with `@ipc`.
 */
export function descriptionOf(name: string, abi: AbiName, ipc = false): Call | undefined {
  if (ipc) return described(name + '@ipc');
  return (abi === 'i386' ? described(name + '@32') : undefined) ?? described(name);
}

/** Keys of the calls that have an argument of this name, in any of their forms. */
export function callsHaving(argument: string): string[] {
  return families.flatMap((family) =>
    Object.entries(family).flatMap(([key, call]) => (argumentNames(call()).has(argument) ? [key] : [])),
  );
}

/** Names of all described calls, with their `@32` variants. */
export function describedNames(): string[] {
  return families.flatMap((family) => Object.keys(family));
}
