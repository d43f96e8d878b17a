// A host of sessions, for the tests: host.mjs LIBRARY HOW COMMAND [PID]. Attaches to PID and traces
// COMMAND, tells the ids of the command and of both session processes, and ends
// as HOW says: exit, throw, worker (whose end the sessions do not outlive), wait.
import { readFileSync } from 'node:fs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const [library, how, command, pid] = isMainThread ? process.argv.slice(2) : workerData;
if (how === 'worker' && isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: [library, how, command, pid] });
  worker.on('message', async (text) => {
    console.log(text);
    await worker.terminate();
    console.log('terminated');
    setTimeout(() => undefined, 60_000);
  });
} else {
  const { trace, attach } = await import(library);
  const say = (text) => (isMainThread ? console.log(text) : parentPort.postMessage(text));
  const started = trace([command, 'forever', '1'], { stdio: 'ignore' });
  const attached = attach(Number(pid));
  const { value } = await started.next();
  for (let i = 0; i < 50; i++) await started.next();
  for (let i = 0; i < 50; i++) await attached.next();
  const tracer = (of) => /^TracerPid:\t(\d+)/m.exec(readFileSync(`/proc/${of}/status`, 'utf8'))[1];
  say(`${value.pid} ${tracer(value.pid)} ${tracer(pid)}`);
  if (how === 'exit') process.exit(0);
  if (how === 'throw') throw new Error('meant');
}
