// i386 calls that carry other calls: socketcall(2) and ipc(2) name the real one by their first argument.

/** Numbers of the multiplexers on i386. */
export const SOCKETCALL = 102;
export const IPC = 117;

/** linux/net.h: SYS_SOCKET is 1. */
const SOCKET_CALLS =
  'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg'.split(
    ' ',
  );
/** linux/ipc.h: SEMOP 1 … SHMCTL 24. */
const IPC_CALLS: Readonly<Record<number, string>> = {
  1: 'semop',
  2: 'semget',
  3: 'semctl',
  4: 'semtimedop',
  11: 'msgsnd',
  12: 'msgrcv',
  13: 'msgget',
  14: 'msgctl',
  21: 'shmat',
  22: 'shmdt',
  23: 'shmget',
  24: 'shmctl',
};

/** The subcalls of a multiplexer: first argument to name. */
export function subcalls(nr: number): readonly (readonly [first: number, name: string])[] {
  if (nr === SOCKETCALL) return SOCKET_CALLS.map((name, i) => [i + 1, name] as const);
  if (nr === IPC) return Object.entries(IPC_CALLS).map(([n, name]) => [Number(n), name] as const);
  return [];
}

/** Numbers that the tracer gives to carried calls (twin: native/tracer.h): base plus first argument. */
export const CARRIED_SOCKETCALL = 0x300;
export const CARRIED_IPC = 0x320;
/** One more than the last of them. */
export const CARRIED_END = 0x340;
/** What the tracer adds to such a number when a program made a call by it: no call of i386 has one. */
const DISPLACED = 0x10000000;

/** The number by which a call of i386 was made, for one that names none. */
export function ownNumber(nr: number): number {
  return nr >= DISPLACED + CARRIED_SOCKETCALL && nr < DISPLACED + CARRIED_END ? nr - DISPLACED : nr;
}

/** The number of the call that a multiplexer carries under this name; undefined when there is none. */
export function carriedNumber(name: string): number | undefined {
  const socket = SOCKET_CALLS.indexOf(name);
  if (socket >= 0) return CARRIED_SOCKETCALL + 1 + socket;
  const found = Object.keys(IPC_CALLS).find((n) => IPC_CALLS[Number(n)] === name);
  return found === undefined ? undefined : CARRIED_IPC + Number(found);
}

/** Numbers of all carried calls. */
export function carriedNumbers(): number[] {
  return [
    ...SOCKET_CALLS.map((_, i) => CARRIED_SOCKETCALL + 1 + i),
    ...Object.keys(IPC_CALLS).map((n) => CARRIED_IPC + Number(n)),
  ];
}

/** Arguments of carried calls, as many as `-e raw=` shows. */
const COUNTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [3, 3, 3, 2, 3, 3, 3, 4, 4, 4, 6, 6, 2, 5, 5, 3, 3, 4, 5, 4].map((count, i) => [SOCKET_CALLS[i], count] as const),
  ),
  semop: 4,
  semget: 3,
  semctl: 4,
  semtimedop: 5,
  msgsnd: 4,
  msgrcv: 5,
  msgget: 2,
  msgctl: 4,
  shmat: 4,
  shmdt: 4,
  shmget: 3,
  shmctl: 4,
};

/** The multiplexer behind a number of i386 that stands for a carried call; undefined for all others. */
export function carrierOf(nr: number): number | undefined {
  if (nr > CARRIED_SOCKETCALL && nr <= CARRIED_SOCKETCALL + SOCKET_CALLS.length) return SOCKETCALL;
  return IPC_CALLS[nr - CARRIED_IPC] === undefined ? undefined : IPC;
}

/** Name and number of arguments of a carried call. */
export function carriedCall(nr: number): { readonly name: string; readonly count: number } | undefined {
  const name = SOCKET_CALLS[nr - CARRIED_SOCKETCALL - 1] ?? IPC_CALLS[nr - CARRIED_IPC];
  return name === undefined ? undefined : { name, count: COUNTS[name] };
}
