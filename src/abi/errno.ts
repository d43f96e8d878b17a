// Error numbers: names and texts, the kernel's internal restart codes among them.
import { ERRNO } from './generated/errno.js';

let names: string[] | undefined;
let texts: string[] | undefined;

function load(): void {
  names = [];
  texts = [];
  for (const row of ERRNO.split('\n')) {
    const [number, name, text] = row.split('\t');
    names[Number(number)] = name;
    texts[Number(number)] = text;
  }
}

/** `ENOENT` for 2; undefined for numbers without a name. */
export function errnoName(errno: number): string | undefined {
  if (!names) load();
  return names?.[errno];
}

/** The C library's text. */
export function errnoText(errno: number): string {
  if (!texts) load();
  return texts?.[errno] || `Unknown error ${errno}`;
}

/** Number of a name, by any spelling errno.h has. */
export function errnoNumber(name: string): number | undefined {
  if (!names) load();
  if (name === 'EWOULDBLOCK') return 11;
  if (name === 'EDEADLOCK') return 35;
  if (name === 'ENOTSUP') return 95;
  const found = names?.indexOf(name) ?? -1;
  return found > 0 ? found : undefined;
}

/** What strace prints for the codes with which the kernel asks for a restart (linux/errno.h), without the question mark. */
export function restartText(errno: number): string {
  switch (errno) {
    case 512:
      return 'ERESTARTSYS (To be restarted if SA_RESTART is set)';
    case 513:
      return 'ERESTARTNOINTR (To be restarted)';
    case 514:
      return 'ERESTARTNOHAND (To be restarted if no handler)';
    default:
      return 'ERESTART_RESTARTBLOCK (Interrupted by signal)';
  }
}

/** The name alone: ERESTARTSYS. */
export const restartName = (errno: number): string => restartText(errno).split(' ', 1)[0];
