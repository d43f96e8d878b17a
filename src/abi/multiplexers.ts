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
