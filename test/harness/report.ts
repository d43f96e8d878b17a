// Reports, made and read back.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ReportData } from '../../src/trace/report/data.js';
import { TSTRACE } from './run.js';

/** The data of a report's file. */
export function readReport(file: string): ReportData {
  const html = readFileSync(file, 'utf8');
  const found = /<script type="application\/json" id="report">([^<]*)<\/script>/.exec(html);
  if (!found) throw new Error(`${file} holds no data`);
  return JSON.parse(found[1]) as ReportData;
}

/** Traces a command with --report=FILE. */
export function report(
  file: string,
  options: readonly string[],
  command: readonly string[],
  cwd?: string,
): { data: ReportData; stderr: string; stdout: string; status: number | null; signal: NodeJS.Signals | null } {
  const run = spawnSync(TSTRACE, [`--report=${file}`, ...options, ...command], {
    encoding: 'utf8',
    timeout: 120_000,
    cwd,
    maxBuffer: 1 << 28,
  });
  return { data: readReport(file), ...run };
}
