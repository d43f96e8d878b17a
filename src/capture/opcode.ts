// The capture plan's instruction set: numbers and encoding. Twin: native/plan.h, which documents each operation.

/** Operations of native/plan.h. */
export enum Op {
  End = 0,
  Mem = 1,
  MemV = 2,
  ZMem = 3,
  Ld = 4,
  Each = 5,
  LdI = 6,
  Mov = 7,
  AndI = 8,
  MulI = 9,
  MinI = 10,
  MinR = 11,
  SubR = 12,
  AddI = 13,
  AddR = 14,
  ShrI = 15,
  Jmp = 16,
  JErr = 17,
  JNSet = 18,
  JEq = 19,
  JNe = 20,
  JGe = 21,
  Switch = 22,
  FdPath = 23,
  SubI = 24,
  EachLim = 25,
  Comm = 26,
  Pad = 27,
  FdSet = 28,
  Chain = 29,
  Tail = 30,
  While = 31,
  Dump = 32,
  Len = 33,
  MulR = 34,
  Netlink = 35,
  Want = 36,
  TouchFd = 37,
  TouchPath = 38,
  TouchSet = 39,
}

/** Whose id it is, and what is told of it: enum pid_what of native/plan.h. */
export enum PidWhat {
  OfTask = 0,
  OfGroup = 1,
  OfSession = 2,
  OfEither = 3,
  Comm = 4,
  Translated = 8,
  Namespaces = 16,
}

/** What is told of a descriptor, and whose it is: enum path_mode of native/plan.h. */
export enum PathMode {
  Info = 1,
  Device = 2,
  Comm = 4,
  OfPid = 8,
  OfPidfd = 16,
  Socket = 32,
  Vcpu = 64,
}

/** Registers with a fixed meaning; arguments are 0-5, scratch 8-15. */
export enum Reg {
  Ret = 6,
  Zero = 7,
  Scratch = 8,
}

export const PLAN_MAX_INSNS = 4096;
export const PLAN_MAX_NEST = 3;
export const PLAN_HANDLES = 8;
/** Handle number of a capture that nothing looks into. */
export const NO_HANDLE = 15;
/** Bytes of one encoded instruction. */
export const INSN_BYTES = 8;
