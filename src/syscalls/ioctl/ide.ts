// Commands of disks on an IDE bus (linux/hdreg.h).
import { ata_commands, ide_bus_states, ide_nice } from '../../constants/generated/disk.js';
import {
  array,
  behind,
  byAbi,
  bytes,
  choice,
  constant,
  differs,
  field,
  flags,
  hexBytes,
  inout,
  input,
  output,
  sibling,
  size,
  struct,
  times,
  u16,
  u8,
  ulong,
  x32,
  x8,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';
import { plain } from './unknown.js';

/** Bytes that the drive tells of itself, and that it told before. */
const IDENTITY_SIZE = 512;
const OBSOLETE_IDENTITY_SIZE = 142;

const SECTOR_SIZE = 512;
const EIO = 5;

/** A command for the drive, and what it answered, though it be with an error: its registers, and sectors behind them. */
const driveCommand = () => {
  const count = sibling('sector_count');
  return inout(struct({ command: choice(ata_commands, 1), sector_number: u8, feature: u8, sector_count: u8 }), {
    show: 'arrow',
    orAfterError: EIO,
    after: struct({
      status: x8,
      error: u8,
      nsector: u8,
      sector_count: field(u8, { hidden: true }),
      buf: behind(hexBytes(times(count, SECTOR_SIZE)), { when: differs(count, 0) }),
    }),
  });
};

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    // A 64-bit kernel has most of them for 64-bit programs only.
    const native = (node: Node): Node => byAbi(node, plain);
    const word = native(output(ulong));
    const value = native(size);
    const three = native(input(array(x32, constant(3))));
    return {
      HDIO_GETGEO: output(struct({ heads: u8, sectors: u8, cylinders: u16, start: ulong })),
      HDIO_GET_UNMASKINTR: word,
      HDIO_GET_MULTCOUNT: word,
      HDIO_GET_KEEPSETTINGS: word,
      HDIO_GET_32BIT: word,
      HDIO_GET_NOWERR: word,
      HDIO_GET_DMA: word,
      HDIO_GET_WCACHE: word,
      HDIO_GET_ACOUSTIC: word,
      HDIO_GET_ADDRESS: word,
      HDIO_GET_NICE: native(output(flags(ide_nice, 'long'))),
      HDIO_GET_BUSSTATE: native(output(choice(ide_bus_states, 'long'))),
      HDIO_SET_MULTCOUNT: value,
      HDIO_SET_UNMASKINTR: value,
      HDIO_SET_KEEPSETTINGS: value,
      HDIO_SET_32BIT: value,
      HDIO_SET_NOWERR: value,
      HDIO_SET_DMA: value,
      HDIO_SET_PIO_MODE: value,
      HDIO_UNREGISTER_HWIF: value,
      HDIO_SET_WCACHE: value,
      HDIO_SET_ACOUSTIC: value,
      HDIO_SET_ADDRESS: value,
      HDIO_SET_NICE: native(flags(ide_nice, 'ptr')),
      HDIO_SET_BUSSTATE: native(choice(ide_bus_states, 'ptr')),
      HDIO_SCAN_HWIF: three,
      HDIO_DRIVE_RESET: three,
      HDIO_DRIVE_CMD: driveCommand(),
      HDIO_GET_IDENTITY: native(output(bytes(constant(IDENTITY_SIZE)))),
      HDIO_OBSOLETE_IDENTITY: native(output(bytes(constant(OBSOLETE_IDENTITY_SIZE)))),
    };
  },
};
