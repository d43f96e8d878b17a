// tstrace-bpf: the seccomp toolbox. One command a file; this one only knows their names.
import yargs from 'yargs';
import { TstraceError } from '../errors.js';
import { VERSION } from '../version.js';
import { asm } from './commands/asm.js';
import { audit } from './commands/audit.js';
import { completion } from './commands/completion.js';
import { diff } from './commands/diff.js';
import { disasm } from './commands/disasm.js';
import { dump } from './commands/dump.js';
import { emu } from './commands/emu.js';
import { explain } from './commands/explain.js';
import { optimize } from './commands/optimize.js';
import { writeAll } from './output.js';

const NAME = 'tstrace-bpf';

function fail(text: string): void {
  writeAll(2, Buffer.from(`${text}\n`));
  // diff(1)'s status for trouble stays.
  process.exitCode ||= 1;
}

async function main(argv: readonly string[]): Promise<void> {
  const parser = yargs(argv.length === 0 ? ['--help'] : [...argv])
    .scriptName(NAME)
    .usage('$0 COMMAND [OPTIONS]\n\nSeccomp filters: look at them, write them, compare them.')
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false, 'populate--': true })
    .command(dump)
    .command(disasm)
    .command(asm)
    .command(emu)
    .command(explain)
    .command(audit)
    .command(optimize)
    .command(diff)
    .command(completion)
    .strict()
    .strictCommands()
    .help()
    .alias('help', 'h')
    .version(`${NAME} ${VERSION}`)
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new TstraceError('USAGE', `${message}\nTry '${NAME} --help' for more information.`);
    });
  await parser.parseAsync();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof TstraceError)) throw error;
  // Mistakes in rules already say where they are.
  fail(error.code === 'ASM' ? error.message : `${NAME}: ${error.message}`);
});
