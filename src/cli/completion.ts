// Completion for bash: the function that --completion prints, and the candidates that it asks for, from yargs.
import yargs from 'yargs';
import { optionTable } from './option-table.js';

/** Options that begin with `word`; none for anything else, so that the shell completes commands and files. */
async function candidates(programName: string, word: string): Promise<string[]> {
  if (!word.startsWith('-')) return [];
  const parser = yargs([]).help(false).version(false);
  for (const { key, short, long, help } of optionTable(programName))
    parser.option(long[0] ?? key, {
      alias: [...long.slice(1), ...(short === undefined ? [] : [short])],
      describe: help[0]?.[1] ?? '',
    });
  const found: unknown = await parser.getCompletion([programName, word]);
  if (!Array.isArray(found)) return [];
  // yargs describes its candidates for other shells (`--quiet:leave out`), and offers negations that getopt has not.
  const words = found.map((c) => String(c).split(':')[0]);
  return words.filter((c) => c.startsWith(word) && (!c.startsWith('--no-') || c === '--no-abbrev'));
}

function script(programName: string): string {
  return [
    `_${programName}() {`,
    `  local word=\${COMP_WORDS[COMP_CWORD]}`,
    `  COMPREPLY=($(compgen -W "$(${programName} --completion="$word")" -- "$word"))`,
    '}',
    `complete -o default -A command -F _${programName} ${programName}`,
  ].join('\n');
}

/** The bash function; the candidates for a word where one is given. */
export async function completion(programName: string, word: string | undefined): Promise<string> {
  return word === undefined ? script(programName) : (await candidates(programName, word)).join('\n');
}
