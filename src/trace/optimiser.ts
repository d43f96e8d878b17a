// When V8 optimises. A trace of many short programs is over before code that runs often pays for its compilation, which takes a
// processor that the tracees may want.
import { createRequire } from 'node:module';
import type * as V8 from 'node:v8';

/** The name of the versions of V8 (of Node.js 20) that have no compiler between the baseline one and TurboFan. */
const WITHOUT_MAGLEV = /^11\./;

/** Makes V8 wait longer until it optimises a function: for so many bytes of bytecode run, where 135,168 are its own choice. */
export function optimiseLater(): void {
  if (!WITHOUT_MAGLEV.test(process.versions.v8)) return;
  const { setFlagsFromString } = createRequire(import.meta.url)('node:v8') as typeof V8;
  setFlagsFromString('--interrupt-budget=500000');
}
