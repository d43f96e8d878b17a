// Follows a build: which programs ran, from which, for how long, and how they ended: npx tsx examples/build-execs.ts make -j2
import { trace } from 'tstrace';

interface Step {
  readonly parent: number | undefined;
  command: string;
  readonly begin: number;
}

const steps = new Map<number, Step>();
const depth = (pid: number | undefined): number => {
  const step = pid === undefined ? undefined : steps.get(pid);
  return step ? 1 + depth(step.parent) : -1;
};
const finished: { readonly begin: number; readonly text: string }[] = [];

function finish(pid: number, time: number, how: string): void {
  const step = steps.get(pid);
  if (!step || step.command === '') return;
  const took = `${(time - step.begin).toFixed(0)} ms`;
  finished.push({ begin: step.begin, text: `${'  '.repeat(depth(pid))}${step.command}  (${took}, ${how})` });
}

const session = trace(process.argv.slice(2), { calls: ['execve', 'execveat'], useFilter: true, stringLimit: 200 });
for await (const event of session)
  switch (event.type) {
    case 'attached':
      if (event.pid === event.tid) steps.set(event.pid, { parent: event.parent, command: '', begin: event.time });
      break;
    case 'syscall':
      if (event.syscall === 'execve' && event.ret === 0) {
        const step = steps.get(event.pid);
        const words = event.args.argv?.items?.map((word) => word?.str ?? '…') ?? [];
        if (step) step.command = words.join(' ');
      }
      break;
    case 'exited':
      if (event.pid === event.tid) finish(event.pid, event.time, `status ${event.status}`);
      break;
    case 'killed':
      if (event.pid === event.tid) finish(event.pid, event.time, event.signal);
      break;
  }

for (const { text } of finished.sort((a, b) => a.begin - b.begin)) console.log(text);
const { status } = await session.ended;
process.exitCode = status ?? 1;
