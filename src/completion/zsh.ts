// Completion for zsh: options are the business of its _arguments, values of a function here.
import { identifier, plain, setsOf, spec } from './model.js';
import type { CompletedOption, CompletedProgram, Word } from './model.js';

/** What is the same for every program. `NAME` is its identifier, `@{` begins what the shell expands. */
const ENGINE = String.raw`
# The words of SET; further arguments are compadd's.
_NAME_offer() {
  local set=$1
  shift
  local -a words
  words=("@{(@)@{(@P)@{:-_NAME_set_$set}}}")
  _describe -t $set $set words "$@"
}

# A value (KIND SET KEYS); $PREFIX is what of it has been typed.
_NAME_value() {
  local kind=$1 set=$2 keys=$3
  case $kind in
  choice) _NAME_offer $set ;;
  list)
    compset -P '*,' || compset -P '!'
    _NAME_offer $set -q -S ,
    ;;
  keyed)
    if [[ $PREFIX == *=* ]]; then
      local key=$keys:@{PREFIX%%=*}
      compset -P 1 '*='
      _NAME_value @{(z)_NAME_keys[$key]:-text - -}
    else
      _NAME_offer $keys -q -S =
      [[ $set == none ]] || _NAME_value list $set -
    fi
    ;;
  actions)
    if compset -P '*:'; then
      _NAME_value keyed none $keys
    else
      _NAME_value list $set -
    fi
    ;;
  process) _pids ;;
  user) _users ;;
  variable) _parameters -g '*export*' -q -S = ;;
  command) _command_names -e ;;
  file) _files ;;
  text) _message value ;;
  esac
}
`;

const OPERANDS = {
  command: ["'(-):command: _command_names -e'", "'*:: : _normal'"],
  files: ["'*:file:_files'"],
} as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A word with its meaning, as _describe reads them. */
const described = ({ word, about }: Word): string =>
  quoted(plain(word).replaceAll(':', '\\:') + (about === '' ? '' : `:${about}`));

/** Specifications of _arguments for one option. All options may be repeated. */
function specifications(name: string, { shorts, longs, about, argument, value }: CompletedOption): string[] {
  const text = about.replaceAll(/[[\]:\\]/g, '\\$&');
  const [kind, set, keys] = spec(value).split(' ');
  const action = `:${'set' in value ? value.set.name : kind}: ${name}_value ${kind} ${set} ${keys}`;
  return [
    ...shorts.map((s) =>
      quoted(`*-${s}${argument === 'required' ? '+' : ''}[${text}]${argument === 'required' ? action : ''}`),
    ),
    ...longs.map((l) =>
      argument === 'none'
        ? quoted(`*--${l}[${text}]`)
        : argument === 'required'
          ? quoted(`*--${l}=[${text}]${action}`)
          : quoted(`*--${l}=-[${text}]:${action}`),
    ),
  ];
}

/** The script, which a directory of `fpath` may hold, too, as `_PROGRAM`. */
export function zsh(program: CompletedProgram): string {
  const name = `_${identifier(program.name)}`;
  const { words, keys } = setsOf(program);
  const array = (set: string, of: readonly Word[]): string =>
    [`${name}_set_${set}=(`, ...of.map((word) => `  ${described(word)}`), ')'].join('\n');
  return [
    `#compdef ${program.name}`,
    `# Completion of ${program.name} for zsh, made by \`${program.name} --completion zsh\`.`,
    `typeset -ga ${[...words, ...keys].map((s) => `${name}_set_${s.name}`).join(' ')}`.trimEnd(),
    ...words.map((s) => array(s.name, s.words)),
    ...keys.map((k) => array(k.name, k.keys)),
    `typeset -gA ${name}_keys=(`,
    ...keys.flatMap((set) => [
      ...set.keys.map(({ word, value }) => `  ${set.name}:${plain(word)} ${quoted(spec(value))}`),
      ...[...set.spellings].map(([spelling, key]) => {
        const value = set.keys.find(({ word }) => word === key)?.value ?? { kind: 'text' as const };
        return `  ${set.name}:${plain(spelling)} ${quoted(spec(value))}`;
      }),
    ]),
    ')',
    ENGINE.replaceAll('@{', '${').replaceAll('_NAME', name),
    `${name}() {`,
    '  _arguments -s -S -A "-*" \\',
    ...program.options.flatMap((o) => specifications(name, o)).map((s) => `    ${s} \\`),
    ...OPERANDS[program.operands].map((s, i, all) => `    ${s}${i < all.length - 1 ? ' \\' : ''}`),
    '}',
    '',
    '# Read by the completion system it completes at once; read by `source` it makes itself known.',
    `if [[ $funcstack[1] == ${name} ]]; then`,
    `  ${name} "$@"`,
    'else',
    `  compdef ${name} ${program.name}`,
    'fi',
  ].join('\n');
}
