// The recorded command lines of strace 7.2 (cases.txt), as far as the command line alone decides them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/options.js';
import { UsageError, WarnedUsageError } from '../../src/errors.js';

interface Case {
  readonly line: string;
  readonly status: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** `$ LINE`, `? STATUS`, then `> ` and `! ` lines. */
function readCases(text: string): Case[] {
  const cases: { line: string; status: number; out: string[]; err: string[] }[] = [];
  for (const row of text.split('\n')) {
    const value = row.slice(2);
    const last = cases.at(-1);
    if (row.startsWith('$')) cases.push({ line: value, status: NaN, out: [], err: [] });
    else if (row.startsWith('? ') && last) last.status = Number(value);
    else if (row.startsWith('>')) last?.out.push(value);
    else if (row.startsWith('!')) last?.err.push(value);
  }
  return cases;
}

/** Words as a shell splits them; undefined where an unquoted character would make it do more than start the tracer. */
function words(line: string, special: RegExp): string[] | undefined {
  const out: string[] = [];
  let word: string | undefined;
  for (const [, single, double, plain] of line.matchAll(/'([^']*)'|"([^"$]*)"|([^'"])/g)) {
    if (plain !== undefined && special.test(plain)) return undefined;
    if (plain === ' ') {
      if (word !== undefined) out.push(word);
      word = undefined;
    } else word = (word ?? '') + (single ?? double ?? plain);
  }
  return word === undefined ? out : [...out, word];
}

/** The arguments of a case; undefined for lines of a shell that are more than one simple command. */
function argumentsOf(line: string): string[] | undefined {
  const shell = 'sh: $TRACER ';
  if (!line.startsWith('sh: ')) return words(line, /(?!)/);
  return line.startsWith(shell) ? words(line.slice(shell.length), /[|&;<>$]/) : undefined;
}

/** What the tracer says while it traces, not about its command line. */
const RUNTIME =
  /^TRACER: (?:attach: ptrace|exec: |Cannot find executable|Cannot stat|Can't fopen|Process PID |Requested path |\|)/;

const cases = readCases(readFileSync(fileURLToPath(new URL('cases.txt', import.meta.url)), 'utf8'));
const simple = cases.map((c) => ({ ...c, argv: argumentsOf(c.line) })).filter((c) => c.argv !== undefined);
const root = process.getuid?.() === 0;

test('most cases are simple command lines', () => {
  expect(cases).toHaveLength(317);
  expect(simple.length).toBeGreaterThan(270);
});

describe('recorded command lines', () => {
  test.each(simple)('$line', ({ argv = [], status, out, err }) => {
    if (argv.includes('-u') && !root) return;
    let parsed;
    try {
      parsed = parseCommandLine(argv, 'strace');
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const said = [...(error instanceof WarnedUsageError ? error.warnings : []), error.message].map(
        (m) => `TRACER: ${m}`,
      );
      if (error.hint) said.push("Try 'TRACER -h' for more information.");
      expect({ status: 1, out: [], err: said }).toEqual({ status, out, err });
      return;
    }
    const warnings = parsed.kind === 'trace' ? parsed.options.warnings.map((w) => `TRACER: ${w}`) : [];
    expect(err.slice(0, warnings.length)).toEqual(warnings);
    // Whatever else is said must come from tracing: the command line was fine.
    const unsaid = err
      .slice(warnings.length)
      .filter((l) => (l.startsWith('TRACER: ') && !RUNTIME.test(l)) || l.startsWith("Try '"));
    expect(unsaid).toEqual([]);
  });
});
