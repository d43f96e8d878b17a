// Sessions that are ended from outside, with the native library under the sanitizers.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../harness/run.js';
import { COMPLAINT, sanitizerEnvironment } from '../harness/sanitizers.js';
import { storm } from './sessions.js';

const HOST = `
const { trace } = require(process.argv[1]);
const env = { PATH: process.env.PATH };
(async () => {
  for (const [mode, how] of [['forever', 'kill'], ['forever', 'let-go'], ['forks', undefined], ['forever', 'break']]) {
    const session = trace([process.argv[2], mode, mode === 'forks' ? '20' : '1'], { stdio: ['ignore', 'ignore', 'inherit'], env });
    let n = 0;
    let pid = 0;
    for await (const event of session) {
      pid ||= event.pid;
      if (++n === 500 && how === 'break') break;
      if (n === 500 && how) session.stop(how);
    }
    console.log(mode, how, JSON.stringify(await session.ended), n >= 500 || mode === 'forks');
    if (how === 'let-go') process.kill(pid, 'SIGKILL');
  }
})();
`;

test('killed, let go, ended by themselves, left', { timeout: 180_000 }, async () => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['-e', HOST, join(ROOT, 'dist', 'library.cjs'), storm()],
    { env: sanitizerEnvironment() },
  );
  expect(stderr).not.toMatch(COMPLAINT);
  expect(stdout.trim().split('\n')).toEqual([
    'forever kill {"status":null,"signal":"SIGKILL"} true',
    'forever let-go {"status":null,"signal":null} true',
    'forks undefined {"status":0,"signal":null} true',
    'forever break {"status":null,"signal":"SIGKILL"} true',
  ]);
});
