// What categories, kinds and endings are called.
import type { Category, Ending, FileKind } from '../data.js';

export const CATEGORY_NAMES: Readonly<Record<Category, string>> = {
  file: 'Files',
  network: 'Network',
  pipe: 'Pipes and IPC',
  memory: 'Memory',
  process: 'Processes and signals',
  wait: 'Waiting',
  other: 'Other',
};

export const KIND_NAMES: Readonly<Record<FileKind, string>> = {
  file: 'Files',
  device: 'Devices',
  system: '/proc and /sys',
  socket: 'Sockets',
  pipe: 'Pipes',
  other: 'Other descriptors',
};

/** How a task ended, in words, and whether that was well. */
export function endingOf(ending: Ending): { readonly text: string; readonly level: 'good' | 'bad' | 'plain' } {
  switch (ending.how) {
    case 'exited':
      return { text: `exit ${ending.status}`, level: ending.status === 0 ? 'good' : 'bad' };
    case 'killed':
      return { text: `${ending.signal}${ending.core ? ' (core dumped)' : ''}`, level: 'bad' };
    case 'gone':
      return { text: 'let go', level: 'plain' };
  }
}
