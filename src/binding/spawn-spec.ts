// Packs the description of the command to start. Twin: native/spawn.h.

import { bytesOf } from './raw-text.js';

/** What tstrace's launcher inherited, to be handed on to the command. */
export interface Inherited {
  /** Bit n-1: signal n. Hexadecimal, as in /proc/PID/status. */
  readonly ignored: string;
  readonly blocked: string;
  /** Soft RLIMIT_NOFILE; undefined: as it is. */
  readonly openFiles: number | undefined;
  /** Descriptors that were open. */
  readonly descriptors: readonly number[];
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Of a set-uid or set-gid program's file; exec under ptrace may not grant them. */
  readonly effectiveUid?: number;
  readonly effectiveGid?: number;
}

/** Text as UTF-8 (or as textOf makes it), or bytes as they are. Neither holds a NUL. */
export type Text = string | Uint8Array;

export interface Command {
  readonly path: Text;
  readonly argv: readonly Text[];
  readonly env: readonly Text[];
  /** Encoded seccomp filter. */
  readonly filter?: Uint8Array;
  readonly inherited?: Inherited;
  readonly identity?: Identity;
  /** A failure to become this command is told in strace's name. */
  readonly asStrace?: boolean;
}

const SET_IDS = 1;
const RESTORE = 2;
const STRACE = 4;
const HEADER_BYTES = 64;
const INSN_BYTES = 8;

/** The bytes of `struct spawn_header` and what follows it. */
export function packCommand(command: Command): Buffer {
  const { filter, inherited, identity } = command;
  const groups = identity?.groups ?? [];
  const keep = inherited?.descriptors ?? [];
  const fixed = (HEADER_BYTES + 4 * (groups.length + keep.length) + 7) & ~7;
  const head = Buffer.alloc(fixed);
  head.writeUInt32LE((identity ? SET_IDS : 0) | (inherited ? RESTORE : 0) | (command.asStrace ? STRACE : 0), 0);
  head.writeUInt32LE(command.argv.length, 4);
  head.writeUInt32LE(command.env.length, 8);
  head.writeUInt32LE((filter?.length ?? 0) / INSN_BYTES, 12);
  head.writeUInt32LE(identity?.uid ?? 0, 16);
  head.writeUInt32LE(identity?.gid ?? 0, 20);
  head.writeUInt32LE(groups.length, 24);
  head.writeUInt32LE(keep.length, 28);
  head.writeBigUInt64LE(BigInt('0x' + (inherited?.ignored || '0')), 32);
  head.writeBigUInt64LE(BigInt('0x' + (inherited?.blocked || '0')), 40);
  head.writeBigUInt64LE(inherited?.openFiles === undefined ? 0xffffffffffffffffn : BigInt(inherited.openFiles), 48);
  head.writeUInt32LE(identity?.effectiveUid ?? identity?.uid ?? 0, 56);
  head.writeUInt32LE(identity?.effectiveGid ?? identity?.gid ?? 0, 60);
  groups.forEach((g, i) => head.writeInt32LE(g, HEADER_BYTES + 4 * i));
  keep.forEach((fd, i) => head.writeInt32LE(fd, HEADER_BYTES + 4 * (groups.length + i)));
  const nul = Buffer.alloc(1);
  const strings = [command.path, ...command.argv, ...command.env].flatMap((s) => [
    typeof s === 'string' ? Buffer.from(bytesOf(s)) : s,
    nul,
  ]);
  return Buffer.concat([head, filter ?? Buffer.alloc(0), ...strings]);
}
