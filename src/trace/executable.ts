// The search for the program to run.
import { accessSync, constants, statSync } from 'node:fs';
import { errnoText } from '../abi/errno.js';
import { NoProgramError } from '../errors.js';

const ENOENT = 2;

/** Finds the program as execvp(3) does. @throws NoProgramError in strace's words. */
export function findExecutable(name: string, path: string | undefined): string {
  if (name.includes('/')) {
    try {
      statSync(name);
    } catch (error) {
      const errno = -((error as NodeJS.ErrnoException).errno ?? -ENOENT);
      throw new NoProgramError(`Cannot stat '${name}': ${errnoText(errno)}`, errno);
    }
    return name;
  }
  for (const dir of (path ?? '/usr/local/bin:/bin:/usr/bin').split(':')) {
    const full = dir === '' ? name : `${dir}/${name}`;
    try {
      if (!statSync(full).isFile()) continue;
      accessSync(full, constants.X_OK);
      return dir === '' ? `./${name}` : full;
    } catch {
      // Not here: the next directory.
    }
  }
  throw new NoProgramError(`Cannot find executable '${name}'`, ENOENT);
}
