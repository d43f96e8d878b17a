// Tips: what --tips prints, in a bubble.
import type { TipOptions } from './trace-options.js';

const TIPS: readonly (readonly string[])[] = [
  ['-f follows children; -ff -o FILE gives each', 'of them a file of its own.'],
  ['-n lets the kernel skip the calls that are not', 'traced: try tstrace -n -e trace=%file make.'],
  ['-y prints the path behind a file descriptor,', '-yy the addresses of sockets, too.'],
  ['-e trace=%net shows only network calls;', '-h lists the other classes.'],
  ['-Z shows only calls that fail: the quick way', 'to a file that a program cannot find.'],
  ['-c -w tells where the time went, by the clock', 'on the wall.'],
  ['-P PATH shows only what touches PATH.'],
  ['-e inject=openat:error=ENOENT:when=3 makes the', 'third openat fail, and only that one.'],
  ['-e trace=/^get traces the calls whose names', 'match a regular expression.'],
  ['-p "$(pidof PROG)" traces what runs already;', '^C leaves it running.'],
];
/** Lines of a full bubble. */
const FULL_HEIGHT = 6;

/** The tip, with a newline at its end; empty when none is wanted. `random` is a number from 0 to below 1. */
export function tipText({ id, format }: TipOptions, random: number): string {
  if (format === 'none') return '';
  const index = id === 'random' ? Math.floor(random * TIPS.length) : id % TIPS.length;
  const lines = [...TIPS[index]];
  while (format === 'full' && lines.length < FULL_HEIGHT) lines.push('');
  const width = Math.max(...lines.map((l) => l.length));
  const rule = '-'.repeat(width + 2);
  return [
    `.${rule}.`,
    ...lines.map((l) => `| ${l.padEnd(width)} |`),
    `'--.${'-'.repeat(width - 1)}'`,
    '    \\  o-o',
    '       (_)',
    '',
  ].join('\n');
}
