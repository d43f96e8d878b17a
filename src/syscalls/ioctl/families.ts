// Which family of ioctl commands is described where, by the type bytes (bits 8 to 15) of its commands. The bundle turns these
// imports into loads that wait for the first command of such a type (scripts/lazy-calls.mjs).
import * as block from './block.js';
import * as btrfs from './btrfs.js';
import * as clock from './clock.js';
import * as console from './console.js';
import * as counter from './counter.js';
import * as deviceMapper from './device-mapper.js';
import * as epoll from './epoll.js';
import * as fileSystem from './file-system.js';
import * as gpio from './gpio.js';
import * as ide from './ide.js';
import * as infrared from './infrared.js';
import * as inotify from './inotify.js';
import * as input from './input.js';
import * as interfaces from './interfaces.js';
import * as kvm from './kvm.js';
import * as loop from './loop.js';
import * as mtd from './mtd.js';
import * as namespace from './namespace.js';
import * as nbd from './nbd.js';
import * as perfEvent from './perf-event.js';
import * as pidfd from './pidfd.js';
import * as ptp from './ptp.js';
import * as random from './random.js';
import * as scsi from './scsi.js';
import * as seccomp from './seccomp.js';
import * as tee from './tee.js';
import * as terminal from './terminal.js';
import * as ubi from './ubi.js';
import * as udmabuf from './udmabuf.js';
import * as userfault from './userfault.js';
import * as video from './video.js';
import * as watchdog from './watchdog.js';
import type { IoctlFamily } from './family.js';

/** Families by their types; where several have a type, names are looked for in this order. */
const families: readonly (readonly [types: readonly number[], family: () => IoctlFamily])[] = [
  [[0x54], () => terminal.family],
  [[0x45], () => input.family],
  [[0xae], () => kvm.family],
  [[0x94], () => btrfs.family],
  [[0xfd], () => deviceMapper.family],
  [[0x56], () => video.family],
  [[0x12, 0x70], () => block.family],
  [[0x4c], () => loop.family],
  [[0x15, 0x58, 0x66, 0x94], () => fileSystem.family],
  [[0x03], () => ide.family],
  [[0xab], () => nbd.family],
  [[0x4f, 0x6f], () => ubi.family],
  [[0x4d], () => mtd.family],
  [[0x70], () => clock.family],
  [[0x57], () => watchdog.family],
  [[0x69], () => infrared.family],
  [[0x3d], () => ptp.family],
  [[0x89], () => interfaces.family],
  [[0x22], () => scsi.family],
  [[0xb4], () => gpio.family],
  [[0x3e], () => counter.family],
  [[0x4b], () => console.family],
  [[0xa4], () => tee.family],
  [[0xb7], () => namespace.family],
  [[0xff], () => pidfd.family],
  [[0x21], () => seccomp.family],
  [[0xaa], () => userfault.family],
  [[0x75], () => udmabuf.family],
  [[0x8a], () => epoll.family],
  [[0x49], () => inotify.family],
  [[0x52], () => random.family],
  [[0x24], () => perfEvent.family],
];

/** The families that have commands of a type. */
export const familiesOf = (type: number): IoctlFamily[] =>
  families.filter(([types]) => types.includes(type)).map(([, family]) => family());

/** All families. */
export const allFamilies = (): IoctlFamily[] => families.map(([, family]) => family());
