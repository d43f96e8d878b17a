// ioctl(2): the argument by the command, from the families of declarations.
import type { AbiName } from '../../abi/abi.js';
import type { VariantSpec } from '../../describe/combinators.js';
import { arg, callFound, fd, format } from '../../describe/combinators.js';
import type { Call } from '../../describe/node.js';
import { blockDevices } from './block.js';
import { btrfs } from './btrfs.js';
import { clocks } from './clock.js';
import { commandNames, typeOf } from './commands.js';
import { counters } from './counter.js';
import { consoles } from './console.js';
import { deviceMapper } from './device-mapper.js';
import type { Declaration, IoctlFamily } from './family.js';
import { specOf } from './family.js';
import { eventPolls } from './epoll.js';
import { fileSystems } from './file-system.js';
import { functionName } from './functions.js';
import { inputOutputLines } from './gpio.js';
import { ideDisks } from './ide.js';
import { infraredDevices } from './infrared.js';
import { fileWatches } from './inotify.js';
import { interfaces } from './interfaces.js';
import { inputDevices } from './input.js';
import { virtualMachines } from './kvm.js';
import { loopDevices } from './loop.js';
import { rawFlash } from './mtd.js';
import { command } from './name.js';
import { namespaces } from './namespace.js';
import { networkBlockDevices } from './nbd.js';
import { performanceEvents } from './perf-event.js';
import { processDescriptors } from './pidfd.js';
import { timeProtocolClocks } from './ptp.js';
import { trustedEnvironments } from './tee.js';
import { randomDevices } from './random.js';
import { filterNotifications } from './seccomp.js';
import { terminal } from './terminal.js';
import { scsiDevices } from './scsi.js';
import { flashVolumes } from './ubi.js';
import { memoryBuffers } from './udmabuf.js';
import { faultDescriptors } from './userfault.js';
import { number, unknownSpec } from './unknown.js';
import { video } from './video.js';
import { watchdogs } from './watchdog.js';

const families: readonly IoctlFamily[] = [
  terminal,
  inputDevices,
  virtualMachines,
  btrfs,
  deviceMapper,
  video,
  blockDevices,
  loopDevices,
  fileSystems,
  ideDisks,
  networkBlockDevices,
  flashVolumes,
  rawFlash,
  clocks,
  watchdogs,
  infraredDevices,
  timeProtocolClocks,
  interfaces,
  scsiDevices,
  inputOutputLines,
  counters,
  consoles,
  trustedEnvironments,
  namespaces,
  processDescriptors,
  filterNotifications,
  faultDescriptors,
  memoryBuffers,
  eventPolls,
  fileWatches,
  randomDevices,
  performanceEvents,
];

class Declarations {
  private readonly loaded = new Map<IoctlFamily, Readonly<Record<string, Declaration>>>();
  private readonly specs = new Map<Declaration, VariantSpec>();

  private commandsOf(family: IoctlFamily): Readonly<Record<string, Declaration>> {
    let commands = this.loaded.get(family);
    if (!commands) this.loaded.set(family, (commands = family.commands()));
    return commands;
  }

  private spec(declared: Declaration): VariantSpec {
    let made = this.specs.get(declared);
    if (!made) this.specs.set(declared, (made = specOf(declared)));
    return made;
  }

  find(op: number, abi: AbiName): VariantSpec {
    const called = functionName(op, abi, false);
    const names = called ? [...commandNames(op, abi), called.macro] : commandNames(op, abi);
    const candidates = families.filter((family) => family.types.includes(typeOf(op)));
    if (names.length > 0)
      for (const family of candidates) {
        const commands = this.commandsOf(family);
        for (const name of names) if (Object.hasOwn(commands, name)) return this.spec(commands[name]);
      }
    for (const family of candidates) {
      const key = family.keyOf?.(op);
      if (key !== undefined) return this.spec(this.commandsOf(family)[key]);
    }
    return candidates.some((family) => family.numbers) ? number : unknownSpec(op);
  }

  all(): VariantSpec[] {
    return families.flatMap((family) => Object.values(this.commandsOf(family)).map((d) => this.spec(d)));
  }
}

/** Describes ioctl. */
export const ioctl = (): Call => {
  const declarations = new Declarations();
  return callFound(
    { fd, op: format(command) },
    arg('op'),
    undefined,
    (op, _second, abi) => declarations.find(op, abi),
    () => declarations.all(),
    {},
  );
};
