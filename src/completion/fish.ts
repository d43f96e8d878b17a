// Completion for fish: a `complete` for each option; values come from a function here.
import { identifier, plain, setsOf, spec } from './model.js';
import type { CompletedProgram, Word } from './model.js';

/** What is the same for every program. `NAME` is its identifier. */
const ENGINE = String.raw`
# The words of SET, each behind HEAD and before TAIL.
function NAME_offer -a set head tail
  for word in (NAME_words $set)
    set -l parts (string split -m 1 \t -- $word)
    printf '%s%s%s\t%s\n' "$head" $parts[1] "$tail" "$parts[2]"
  end
end

# A value (KIND SET KEYS) that begins with TEXT, behind HEAD.
function NAME_value -a kind set keys text head
  switch $kind
    case choice
      NAME_offer $set $head
    case list
      if string match -q '*,*' -- $text
        set head $head(string replace -r '[^,]*$' '' -- $text)
      else if string match -q '!*' -- $text
        set head "$head!"
      end
      NAME_offer $set $head
    case keyed
      if string match -q '*=*' -- $text
        set -l parts (string split -m 1 = -- $text)
        NAME_value (string split ' ' -- (NAME_key $keys:$parts[1])) "$parts[2]" "$head$parts[1]="
      else
        NAME_offer $keys "$head" =
        test $set = none; or NAME_value list $set - "$text" "$head"
      end
    case actions
      if string match -q '*:*' -- $text
        set -l parts (string split -r -m 1 : -- $text)
        NAME_value keyed none $keys "$parts[2]" "$head$parts[1]:"
      else
        NAME_value list $set - "$text" "$head"
      end
    case process
      __fish_complete_pids
    case user
      __fish_complete_users
    case variable
      set -nx | string replace -r '$' =
    case command
      complete -C "$text"
  end
end

# The value of the option at hand, of KIND SET KEYS; a short option is given by its LETTER.
function NAME_here -a kind set keys letter
  set -l token (commandline -ct)
  if string match -q -- '--*=*' $token
    set token (string replace -r '^--[^=]*=' '' -- $token)
  else if test -n "$letter"; and string match -qr -- "^-[^-$letter]*$letter" $token
    set token (string replace -r -- "^-[^-$letter]*$letter" '' $token)
  end
  NAME_value $kind $set $keys "$token" ''
end

# The words behind the options, none where there are only options yet.
function NAME_operands
  set -l words (commandline -opc)
  set -e words[1]
  while set -q words[1]
    switch $words[1]
      case --
        set -e words[1]
        break
      case '--*=*'
      case '--*'
        contains -- $words[1] $NAME_long; and set -e words[1]
      case '-?*'
        string match -qr -- "^-[^$NAME_short]*[$NAME_short]\$" $words[1]; and set -e words[1]
      case '*'
        break
    end
    set -e words[1]
  end
  test (count $words) -gt 0; and printf '%s\n' $words
end
`;

const OPERANDS = {
  command: String.raw`
function NAME_command
  set -l words (NAME_operands)
  complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end
complete -c PROGRAM -f -n 'not string match -q -- "-*" (commandline -ct); or set -q (NAME_operands)[1]' -a '(NAME_command)'`,
  files: '',
} as const;

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

/** The script. */
export function fish(program: CompletedProgram): string {
  const name = `__${identifier(program.name)}`;
  const { words, keys } = setsOf(program);
  const words_ = (set: string, of: readonly Word[]): string[] => [
    `    case ${set}`,
    `      printf '%s\\n' ${of.map(({ word, about }) => (about === '' ? plain(word) : `${plain(word)}\\t${quoted(about)}`)).join(' ')}`,
  ];
  const taking = program.options.filter(({ argument }) => argument === 'required');
  const options = program.options.map(({ shorts, longs, about, argument, value }) => {
    const file = value.kind === 'file' || value.kind === 'text';
    const takes =
      argument === 'none'
        ? []
        : [
            argument === 'required' ? (value.kind === 'file' ? '-r -F' : '-x') : '-f',
            ...(file ? [] : [`-a '(${name}_here ${spec(value)}${shorts.length > 0 ? ` ${shorts[0]}` : ''})'`]),
          ];
    return [
      `complete -c ${program.name} -n '${name}_at_options'`,
      ...shorts.map((s) => `-s ${s}`),
      ...longs.map((l) => `-l ${l}`),
      ...takes,
      `-d ${quoted(about)}`,
    ].join(' ');
  });
  return [
    `# Completion of ${program.name} for fish, made by \`${program.name} --completion fish\`.`,
    `set -g ${name}_short '${taking.flatMap(({ shorts }) => shorts).join('')}'`,
    `set -g ${name}_long ${taking.flatMap(({ longs }) => longs.map((l) => `--${l}`)).join(' ')}`,
    `function ${name}_words -a set`,
    '  switch $set',
    ...words.flatMap((s) => words_(s.name, s.words)),
    ...keys.flatMap((k) => words_(k.name, k.keys)),
    '  end',
    'end',
    `function ${name}_key -a key`,
    '  switch $key',
    ...keys.flatMap((set) =>
      set.keys.flatMap(({ word, value }) => {
        const spellings = [...set.spellings].filter(([, key]) => key === word).map(([spelling]) => spelling);
        return [
          `    case ${[word, ...spellings].map((s) => `${set.name}:${plain(s)}`).join(' ')}`,
          `      echo '${spec(value)}'`,
        ];
      }),
    ),
    "    case '*'",
    "      echo 'text - -'",
    '  end',
    'end',
    (ENGINE + OPERANDS[program.operands]).replaceAll('NAME', name).replaceAll('PROGRAM', program.name),
    `function ${name}_at_options`,
    `  set -l operands (${name}_operands)`,
    '  test (count $operands) -eq 0',
    'end',
    ...options,
  ].join('\n');
}
