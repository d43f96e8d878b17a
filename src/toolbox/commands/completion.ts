// tstrace-bpf completion: scripts that ask the toolbox itself what may come next.
import type { CommandModule } from 'yargs';
import { Output } from '../output.js';

interface Arguments {
  shell: 'bash' | 'zsh' | 'fish';
}

/** yargs answers `--get-yargs-completions WORD...` with the candidates, one a line. */
const SCRIPTS: Readonly<Record<Arguments['shell'], string>> = {
  bash: `_tstrace_bpf() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  local words
  words=$(command tstrace-bpf --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _tstrace_bpf tstrace-bpf
`,
  zsh: `#compdef tstrace-bpf
_tstrace_bpf() {
  local -a candidates
  candidates=(\${(f)"$(command tstrace-bpf --get-yargs-completions "\${words[@]}" 2>/dev/null)"})
  if (( \${#candidates} )); then
    compadd -- $candidates
  fi
  _files
}
compdef _tstrace_bpf tstrace-bpf
`,
  fish: `function __tstrace_bpf_complete
  command tstrace-bpf --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null
end
complete -c tstrace-bpf -a '(__tstrace_bpf_complete)'
`,
};

export const completion: CommandModule<object, Arguments> = {
  command: 'completion <shell>',
  describe: 'print a completion script for bash, zsh or fish',
  builder: (yargs) =>
    yargs.positional('shell', { choices: ['bash', 'zsh', 'fish'] as const, demandOption: true }) as never,
  handler: ({ shell }) => new Output(undefined).write(SCRIPTS[shell]),
};
