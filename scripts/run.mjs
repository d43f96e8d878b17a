// Runs other programs; the failure of one is ours.
import { spawnSync } from 'node:child_process';

/** What a command wrote (strings, or bytes without `encoding`). @throws Error when it fails, with all that it wrote. */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { maxBuffer: 1 << 28, ...options });
  if (error || status !== 0)
    throw new Error(
      `${command} ${args.join(' ')}: ${error?.message ?? `status ${status}`}\n${stdout ?? ''}${stderr ?? ''}`,
    );
  return { stdout, stderr };
}
