// Names of constants: first those of the table that a value is shown with, then signals, errors,
// commands of ioctl, and all other tables.
import type { AbiName } from '../abi/abi.js';
import { errnoNumber } from '../abi/errno.js';
import { signalNumber } from '../abi/signal.js';
import type { ConstantTable } from '../constants/table.js';
import { commandNumber } from '../syscalls/ioctl/commands.js';
import * as file from '../constants/generated/file.js';
import * as input from '../constants/generated/input.js';
import * as io from '../constants/generated/io.js';
import * as ipc from '../constants/generated/ipc.js';
import * as kernel from '../constants/generated/kernel.js';
import * as kvm from '../constants/generated/kvm.js';
import * as memory from '../constants/generated/memory.js';
import * as netlink from '../constants/generated/netlink.js';
import * as network from '../constants/generated/network.js';
import * as process from '../constants/generated/process.js';
import * as signal from '../constants/generated/signal.js';
import * as terminal from '../constants/generated/terminal.js';
import * as time from '../constants/generated/time.js';

const FAMILIES: readonly Readonly<Record<string, unknown>>[] = [
  file,
  io,
  process,
  memory,
  network,
  signal,
  time,
  ipc,
  terminal,
  kernel,
  netlink,
  input,
  kvm,
];

function isTable(value: unknown): value is ConstantTable {
  return typeof value === 'object' && value !== null && 'entries' in value;
}

function inTable(table: ConstantTable, abi: AbiName, name: string): bigint | undefined {
  const found = table.entries(abi).find((entry) => entry.name === name);
  return found && (BigInt(found.hi) << 32n) | BigInt(found.lo);
}

const all = new Map<AbiName, Map<string, bigint>>();

function everywhere(abi: AbiName, name: string): bigint | undefined {
  let known = all.get(abi);
  if (!known) {
    known = new Map<string, bigint>();
    for (const family of FAMILIES) {
      for (const table of Object.values(family)) {
        if (!isTable(table)) continue;
        for (const entry of table.entries(abi)) {
          if (!known.has(entry.name)) known.set(entry.name, (BigInt(entry.hi) << 32n) | BigInt(entry.lo));
        }
      }
    }
    all.set(abi, known);
  }
  return known.get(name);
}

/** The value of a name; undefined when there is no such constant. */
export function constantValue(name: string, abi: AbiName, tables: readonly ConstantTable[]): bigint | undefined {
  if (name === 'NULL') return 0n;
  for (const table of tables) {
    const value = inTable(table, abi, name);
    if (value !== undefined) return value;
  }
  const number = (name.startsWith('SIG') ? signalNumber(name) : undefined) ?? errnoNumber(name);
  if (number !== undefined) return BigInt(number);
  const command = commandNumber(name, abi);
  return command === undefined ? everywhere(abi, name) : BigInt(command);
}
