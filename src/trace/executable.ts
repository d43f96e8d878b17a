// The search for the program to run.
import { accessSync, constants, statSync } from 'node:fs';
import { errnoText } from '../abi/errno.js';
import { bytesOf } from '../binding/raw-text.js';
import { NoProgramError } from '../errors.js';

const ENOENT = 2;
const ENAMETOOLONG = 36;
const PATH_MAX = 4096;

/** The directories of a PATH. Without one there are none, and an empty name at its end is none. */
function directoriesOf(path: string | undefined): string[] {
  const all = (path ?? '').split(':');
  if (all.at(-1) === '') all.pop();
  return all;
}

/** Finds the program as strace does: much like execvp(3). @throws NoProgramError in strace's words. */
export function findExecutable(name: string, path: string | undefined): string {
  if (Buffer.byteLength(bytesOf(name)) >= PATH_MAX)
    throw new NoProgramError(`exec: ${errnoText(ENAMETOOLONG)}`, ENAMETOOLONG);
  if (name.includes('/')) {
    try {
      statSync(bytesOf(name));
    } catch (error) {
      const errno = -((error as NodeJS.ErrnoException).errno ?? -ENOENT);
      throw new NoProgramError(`Cannot stat '${name}': ${errnoText(errno)}`, errno);
    }
    return name;
  }
  for (const dir of directoriesOf(path)) {
    try {
      const at = dir === '' ? process.cwd() : dir;
      const full = at.endsWith('/') ? `${at}${name}` : `${at}/${name}`;
      const bytes = bytesOf(full);
      if (!statSync(bytes).isFile()) continue;
      accessSync(bytes, constants.X_OK);
      return full;
    } catch {
      // Not here: the next directory.
    }
  }
  throw new NoProgramError(`Cannot find executable '${name}'`, ENOENT);
}
