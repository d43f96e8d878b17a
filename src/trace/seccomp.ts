// The filter of -n: made from the trace set, verified, and offered to the native side with the kernel's stop order.

/** A filter that may be installed. */
export interface PreparedFilter {
  /** Encoded instructions. */
  readonly program: Uint8Array;
  /** The kernel's order of stops: 1 since 4.8, 2 before. */
  readonly order: 1 | 2;
}
