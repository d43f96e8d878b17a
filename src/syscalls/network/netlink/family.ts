// What a netlink protocol is: names of its messages, their flags, and what follows the header.
import type { ConstantTable } from '../../../constants/table.js';
import type { ScalarFormat } from '../../../decode/printer.js';
import type { Decoder } from './compiler.js';

/** One protocol of AF_NETLINK. Types below NLMSG_MIN_TYPE (16) mean the same everywhere; nothing is asked about them here. */
export interface NetlinkFamily {
  /** Names of the message types; or a printer of types, where they are made of parts. */
  readonly types: ConstantTable | ScalarFormat;
  /** Flags that a message of this type may have beside those of every message. */
  readonly flags?: (type: number) => ConstantTable | undefined;
  /**
   * What follows the header of a message of this type; bytes in hexadecimal when there is nothing here. Asked once for each
   * type. It is never given a payload without bytes.
   */
  readonly payload?: (type: number) => Decoder | undefined;
  /** For protocols whose messages have no header: all that a buffer holds. The rest is not looked at then. */
  readonly buffer?: Decoder;
}
