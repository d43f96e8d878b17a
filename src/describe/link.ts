// The number by which plans and printers know what a descriptor's link says. Twin: fnv1a in native/capture.c.

/** 32-bit FNV-1a of `n` bytes. */
export function fnv1a(bytes: Uint8Array, from: number, n: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < n; i++) hash = Math.imul(hash ^ bytes[from + i], 0x01000193);
  return hash >>> 0;
}
