// The environment of a node process that loads the library that is built with ASan and UBSan (npm run build:checked).
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './run.js';

export function sanitizerEnvironment(): NodeJS.ProcessEnv {
  const preload = ['libasan.so', 'libubsan.so'].map((name) =>
    execFileSync('cc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
  );
  return {
    ...process.env,
    LD_PRELOAD: preload.join(':'),
    TSTRACE_LIBRARY: join(ROOT, 'native', 'build', 'libtstrace-asan.so'),
    ASAN_OPTIONS: 'detect_leaks=0:verify_asan_link_order=0',
    UBSAN_OPTIONS: 'halt_on_error=1',
  };
}

/** What a complaint of one of them looks like. */
export const COMPLAINT = /Sanitizer|runtime error/;
