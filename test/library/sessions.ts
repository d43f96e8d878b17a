// What the tests of the library share: a busy program, and looks at processes.
import { readFileSync } from 'node:fs';
import type { Session, TraceEvent } from '../../src/library/index.js';
import { compile } from '../harness/run.js';

let program: string | undefined;

/** native-storm: `writes N`, `forks N`, `threads N`, `forever N`, … */
export const storm = (): string => (program ??= compile('native-storm.c', ['-pthread', '-w']));

/** All events. */
export async function collect(session: Session): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  for await (const event of session) events.push(event);
  return events;
}

/** What an iteration throws; a failure when it does not. */
export async function failure(session: Session): Promise<unknown> {
  try {
    for await (const event of session) void event;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** State letter of a process (R, S, T, t, Z, …) and its tracer; undefined when there is none. */
export function processState(pid: number): { readonly state: string; readonly tracer: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      state: /^State:\t(.)/m.exec(text)?.[1] ?? '?',
      tracer: Number(/^TracerPid:\t(\d+)/m.exec(text)?.[1] ?? 0),
    };
  } catch {
    return undefined;
  }
}

/** Whether it lives, is traced by nobody, and is not stopped. */
export function runsFree(pid: number): boolean {
  const found = processState(pid);
  return found !== undefined && found.tracer === 0 && !'tTZX'.includes(found.state);
}

/** Whether it is there no more, but for what is left until it has been waited for. */
export const isGone = (pid: number): boolean => 'ZX'.includes(processState(pid)?.state ?? 'X');
