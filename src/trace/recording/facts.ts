// What text takes from the machine, and no record holds. A recording keeps it, and its replay gives it to the printers.
import { readdirSync, readFileSync } from 'node:fs';
import { readGenericFamilies } from '../../binding/generic-families.js';
import { interfaceName } from '../../binding/interface-names.js';
import { readBootTime, useBootTime } from '../../decode/leaf/boot-time.js';
import { useGenericFamilies } from '../../decode/leaf/generic-family.js';
import { useInterfaceNames } from '../../decode/leaf/interface.js';

/** Facts of one machine at one time. */
export interface MachineFacts {
  /** Names of network interfaces by index, in the tracer's network namespace; a byte in each character. */
  readonly interfaces: ReadonlyMap<number, string>;
  /** Families of generic netlink by number. */
  readonly families: ReadonlyMap<number, string>;
  /** When it was started, in seconds since 1970. */
  readonly bootTime: number;
}

/** Interfaces have small indexes; others are found if /sys shows this network namespace. */
const INDEXES = Array.from({ length: 32 }, (_, i) => i + 1);

function shownIndexes(): number[] {
  try {
    return readdirSync('/sys/class/net').map((name) =>
      Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1')),
    );
  } catch {
    return [];
  }
}

/** The facts of this machine as they are now. */
export function readFacts(): MachineFacts {
  const named = [...new Set([...INDEXES, ...shownIndexes()])].map((index) => [index, interfaceName(index)] as const);
  return {
    interfaces: new Map(named.flatMap(([index, name]) => (name === undefined ? [] : [[index, name] as const]))),
    families: readGenericFamilies(),
    bootTime: readBootTime(),
  };
}

/** From here on text is printed by these facts. */
export function useFacts({ interfaces, families, bootTime }: MachineFacts): void {
  useInterfaceNames((index) => interfaces.get(index));
  useGenericFamilies(() => families);
  useBootTime(bootTime);
}
