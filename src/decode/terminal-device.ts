// Whether a descriptor is a terminal, by what the tracer thread told of its device (native/descriptor.c, PATH_DEVICE).
import type { Cursor } from '../record/cursor.js';

/** Major numbers of terminals: consoles, serial lines, pseudo terminals (devices.txt of the kernel's documentation). */
const MAJORS: ReadonlySet<number> = new Set([2, 3, 4, 5, 136, 137, 138, 139, 140, 141, 142, 143, 166, 188, 204, 229]);
const DEVICE = /(?:^|\n)device:\tchar (\d+):/;

/** Whether the region that the cursor has found is about a terminal: a path, a NUL, and lines. */
export function isTerminal(c: Cursor): boolean {
  const text = Buffer.from(c.bytes.buffer, c.bytes.byteOffset + c.at, c.length).toString('latin1');
  const end = text.indexOf('\0');
  const major = end < 0 ? undefined : DEVICE.exec(text.slice(end + 1))?.[1];
  return major !== undefined && MAJORS.has(Number(major));
}
