// How long hardware addresses are.

/** Bytes by types of interfaces (linux/if_arp.h: ARPHRD_ETHER = 1). */
const LENGTHS: readonly (readonly [bytes: number, types: readonly number[]])[] = [
  [1, [7, 290, 773, 820, 821, 822]],
  [2, [15]],
  [4, [768, 776, 777, 778, 779, 783]],
  [5, [270, 271]],
  [6, [1, 6, 772, 774, 780, 801, 802, 803]],
  [7, [0, 3, 280]],
  [8, [27, 804, 805, 825, 826]],
];
const lengthOf = new Map(LENGTHS.flatMap(([bytes, types]) => types.map((type) => [type, bytes] as const)));

/** Bytes of an address of this type of interface (ARPHRD_); undefined when that is not known: all that are there are shown. */
export const hardwareAddressBytes = (type: number): number | undefined => lengthOf.get(type);
