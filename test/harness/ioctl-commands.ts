// The ioctl commands of data/ioctls.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.js';

/** One command: its number (null: i386 alone has it), its name, and its number on i386 where that is another (null: it has none). */
export type Command = readonly [number: number | null, name: string, i386?: number | null];

export const ioctlCommands = JSON.parse(readFileSync(join(ROOT, 'data', 'ioctls.json'), 'utf8')) as readonly Command[];
