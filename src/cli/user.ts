// Who the command runs as: -u NAME or -u UID:GID.
import type * as ChildProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { UsageError } from '../errors.js';
import { parseDigits } from './number.js';
import type { RunAs } from './trace-options.js';

/** (uid_t)-1 means "no change" to setresuid(2). */
const MAX_ID = 0xfffffffe;

/** Reads an account database; empty where there is none. */
function rows(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** passwd(5), then whatever else the system's name services know. */
function findAccount(name: string): string[] | undefined {
  const found = rows('/etc/passwd').find(([user]) => user === name);
  if (found) return found;
  if (name === '' || name.startsWith('-') || /^\d+$/.test(name)) return undefined;
  try {
    // Loaded only here: it would cost every start a millisecond.
    const { execFileSync } = createRequire(import.meta.url)('node:child_process') as typeof ChildProcess;
    return execFileSync('getent', ['passwd', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split(':');
  } catch {
    return undefined;
  }
}

/** Groups of an account: its own one, and those of group(5) that list it. */
function groupsOf(name: string, gid: number): number[] {
  const listed = rows('/etc/group')
    .filter(([, , , members]) => members?.split(',').includes(name))
    .map(([, , id]) => Number(id));
  return [gid, ...listed.filter((id) => id !== gid)];
}

/** @throws UsageError in strace's words: no such user, not root, no pair. */
export function resolveUser(text: string, root: boolean): RunAs {
  if (!root) throw new UsageError('You must be root to use the -u/--username option');
  if (text.includes(':')) {
    const [uid, gid, ...more] = text.split(':').map((id) => parseDigits(id, MAX_ID));
    if (uid === undefined || gid === undefined || more.length > 0)
      throw new UsageError(`Invalid UID:GID pair '${text}'`);
    return { uid, gid, groups: [] };
  }
  const account = findAccount(text);
  const [uid, gid] = [Number(account?.[2]), Number(account?.[3])];
  if (!Number.isInteger(uid) || !Number.isInteger(gid)) throw new UsageError(`Cannot find user '${text}'`);
  return { uid, gid, groups: groupsOf(text, gid) };
}
