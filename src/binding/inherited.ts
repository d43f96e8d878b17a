// What the launcher (bin/tstrace) recorded before node changed it: DESIGN section 2.
import type { Inherited } from './spawn-spec.js';

/** The variable by which bin/tstrace hands its record over. */
export const VARIABLE = 'TSTRACE_INHERITED';

/** Parses `NAME;SigIgn;SigBlk;soft limit;fd fd …`, and removes it from the environment. */
export function takeInherited(env: NodeJS.ProcessEnv): { readonly name: string; readonly inherited: Inherited | undefined } {
  const text = env[VARIABLE];
  delete env[VARIABLE];
  const fields = text?.split(';');
  if (!fields || fields.length < 5) return { name: 'tstrace', inherited: undefined };
  const [name, ignored, blocked, limit, descriptors] = fields;
  return {
    name: name === 'strace' ? 'strace' : 'tstrace',
    inherited: {
      ignored,
      blocked,
      openFiles: limit === 'unlimited' || limit === '' ? undefined : Number(limit),
      descriptors: descriptors.split(' ').filter((d) => d !== '').map(Number),
    },
  };
}
