// Byte offsets of the record, the region table and the ring's control page. Twin: native/record.h.

/** `record_event` of native/record.h. */
export enum Event {
  Enter = 1,
  Exit = 2,
  Signal = 3,
  Stopped = 4,
  Exited = 5,
  Killed = 6,
  Task = 7,
  Detached = 8,
  Superseded = 9,
  Message = 10,
  Lost = 11,
  Exec = 12,
  Personality = 13,
  Data = 14,
  Renamed = 15,
  Stack = 16,
  Ask = 17,
}

/** `record_flag` of native/record.h. */
export enum RecordFlag {
  Error = 1,
  Tampered = 2,
  Delayed = 4,
  Truncated = 8,
  EntryUnknown = 16,
  Core = 32,
  InSyscall = 64,
  Seccomp = 128,
  NoReturn = 256,
  HasInfo = 512,
  Spawned = 1024,
  Poked = 2048,
  Decided = 4096,
}

/** Offsets inside a record's header. */
export enum Offset {
  Size = 0,
  Event = 4,
  Flags = 6,
  Tid = 8,
  Abi = 12,
  RegionCount = 14,
  Realtime = 16,
  Monotonic = 24,
  Nr = 32,
  Arch = 36,
  Ip = 40,
  Ret = 48,
  SystemTime = 56,
  Args = 64,
  Regions = 112,
}

/** Site of the path of a descriptor that a signal or a netlink message names: SITE_SIGNAL_FD of native/record.h. */
export const SITE_SIGNAL_FD = 254;

/** Offsets inside one entry of the region table, 32 bytes each. */
export enum RegionOffset {
  Addr = 0,
  Offset = 8,
  Length = 12,
  Want = 16,
  Site = 20,
  Errno = 22,
  Aux = 24,
  Bytes = 32,
}

/** Size of the control page in front of the ring's data. */
export const RING_CONTROL_BYTES = 4096;
