// Counts the system calls of a command by the file that they are about: npx tsx examples/calls-by-file.ts COMMAND [ARG]…
import { trace } from 'tstrace';
import type { TraceEvent } from 'tstrace';

/** The files of a call: what its descriptors stand for, and the paths that it names. */
function filesOf(event: TraceEvent): string[] {
  if (event.type !== 'syscall') return [];
  const args = Object.entries(event.args);
  const files = args.flatMap(([name, value]) => {
    // `describe` makes descriptors tell their files. That of a directory (dirfd) only says where a path begins, …
    if (name !== 'dirfd' && value?.path?.startsWith('/')) return [value.path];
    return /path|filename/.test(name) && value?.str ? [value.str] : [];
  });
  // … unless there is no path: fstat(3) is newfstatat(3, "").
  return files.length > 0 ? files : args.flatMap(([name, value]) => (name === 'dirfd' && value?.path) || []);
}

const counts = new Map<string, number>();
const session = trace(process.argv.slice(2), {
  calls: ['%file', '%desc'],
  describe: true,
  stdio: ['inherit', 'ignore', 'inherit'],
});
for await (const event of session) for (const file of filesOf(event)) counts.set(file, (counts.get(file) ?? 0) + 1);

const most = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
for (const [file, n] of most.slice(0, 20)) console.log(`${String(n).padStart(6)}  ${file}`);
