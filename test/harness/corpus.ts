// Programs that together make calls of every kind, with what the compiler is told of each.

/** Source, then flags. */
export const corpus: readonly (readonly [source: string, ...flags: string[]])[] = [
  ['io-calls.c'],
  ['file-calls.c'],
  ['process-calls.c'],
  ['network.c'],
  ['sockets.c'],
  ['descriptors.c'],
  ['unreadable.c', '-static', '-no-pie'],
  ['versioned.c', '-static', '-no-pie'],
  ['dumps.c'],
  ['names.c'],
  ['threads.c', '-pthread'],
];
