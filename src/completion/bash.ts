// Completion for bash. The words of the line are put together again first: readline takes them apart at `=` and `:`.
import { identifier, plain, setsOf, spec } from './model.js';
import type { CompletedProgram } from './model.js';

/** What is the same for every program. `NAME` is its identifier, `@{` begins what the shell expands. */
const ENGINE = String.raw`
# Words of SET that begin with TEXT, each behind HEAD and before TAIL.
_NAME_offer() {
  local word words=
  _NAME_words "$1"
  for word in $words; do
    [[ $word == "$2"* ]] && offered+=("$3$word$4")
  done
}

# What a value (KIND SET KEYS) can be that begins with TEXT, behind HEAD.
_NAME_value() {
  local kind=$1 set=$2 keys=$3 text=$4 head=$5
  case $kind in
  choice) _NAME_offer "$set" "$text" "$head" ;;
  list)
    nospace=1
    case $text in
    *,*) head+=@{text%,*}, text=@{text##*,} ;;
    !*) head+=! text=@{text#!} ;;
    esac
    _NAME_offer "$set" "$text" "$head"
    ;;
  keyed)
    nospace=1
    if [[ $text == *=* ]]; then
      _NAME_key "$keys" "@{text%%=*}"
      _NAME_value $found "@{text#*=}" "$head@{text%%=*}="
    else
      _NAME_offer "$keys" "$text" "$head" =
      _NAME_value list "$set" - "$text" "$head"
    fi
    ;;
  actions)
    if [[ $text == *:* ]]; then
      _NAME_value keyed none "$keys" "@{text##*:}" "$head@{text%:*}:"
    else
      _NAME_value list "$set" - "$text" "$head"
    fi
    ;;
  process) offered=($(cd /proc && compgen -P "$head" -W "$(echo [0-9]*)" -- "$text")) ;;
  user) offered=($(compgen -u -P "$head" -- "$text")) ;;
  variable) nospace=1 offered=($(compgen -e -P "$head" -S = -- "$text")) ;;
  command) offered=($(compgen -c -P "$head" -- "$text")) ;;
  file) files=1 ;;
  esac
}

# The first of these LETTERS that takes a value: found says which, rest is what stands behind the letter.
_NAME_cluster() {
  local letters=$1
  while [[ $letters ]]; do
    rest=@{letters:1}
    _NAME_short "@{letters:0:1}" && return
    letters=$rest
  done
  return 1
}

_NAME() {
  local words=() starts=() line=$COMP_LINE piece i current=0
  # Pieces between which no space stands are one word.
  for i in "@{!COMP_WORDS[@]}"; do
    piece=@{COMP_WORDS[i]}
    if ((i > 0)) && [[ $piece && $line != [[:space:]]* ]]; then
      words[@{#words[@]}-1]+=$piece
    else
      words+=("$piece")
      starts+=("$i")
    fi
    line=@{line#"@{line%%[![:space:]]*}"}
    line=@{line#"$piece"}
    ((i == COMP_CWORD)) && break
  done
  current=$((@{#words[@]} - 1))
  local word=@{words[current]} quote= offered=() nospace= files= found= required= rest= value= about=
  case $word in [\'\"]*) quote=1 word=@{word:1} ;; esac
  COMPREPLY=()
  # Where the options end; value is set when the word at hand is the value of the one before it.
  for ((i = 1; i < current; i++)); do
    case @{words[i]} in
    --)
      i=$((i + 1))
      break
      ;;
    --*=*) ;;
    --*) _NAME_long "@{words[i]}" && [[ $required ]] && i=$((i + 1)) && value=$found ;;
    -?*) _NAME_cluster "@{words[i]#-}" && [[ ! $rest ]] && i=$((i + 1)) && value=$found ;;
    *) break ;;
    esac
  done
  if ((i > current)); then
    _NAME_value $value "$word" ''
  elif ((i < current)) || [[ $word != -* || @{words[i - 1]} == -- ]]; then
OPERANDS
  elif [[ $word == --*=* ]]; then
    _NAME_long "@{word%%=*}" && _NAME_value $found "@{word#*=}" "@{word%%=*}="
  elif [[ $word == -[!-]* ]] && _NAME_cluster "@{word#-}" && [[ $rest ]]; then
    _NAME_value $found "$rest" "@{word%"$rest"}"
  else
    for piece in "@{!_NAME_options[@]}"; do
      [[ $piece == "$word"* ]] && offered+=("$piece")
    done
    [[ @{offered[*]} == *= ]] && ((@{#offered[@]} == 1)) && nospace=1
  fi
  if ((@{#offered[@]} == 0)); then
    [[ $files ]] || compopt +o default 2>/dev/null
    return
  fi
  # Readline replaces only what stands behind the last character that breaks words.
  piece=
  [[ ! $quote && $COMP_WORDBREAKS == *:* ]] && piece=@{word%"@{word##*[=:]}"}
  COMPREPLY=("@{offered[@]#"$piece"}")
  # With what they mean, where options are listed; 37 and 42 put candidates into the line.
  if [[ $word == -* && ! $piece && $COMP_TYPE != 37 && $COMP_TYPE != 42 ]] && ((@{#offered[@]} > 1)); then
    for i in "@{!offered[@]}"; do
      about=@{_NAME_options[@{offered[i]}]}
      [[ $about ]] && COMPREPLY[i]+="  ($about)"
    done
  fi
  [[ $nospace ]] && compopt -o nospace 2>/dev/null
}
`;

const OPERANDS = {
  command: `    if ((i == current)); then
      files=1 offered=($(compgen -c -- "$word"))
    elif declare -F _command_offset >/dev/null; then
      _command_offset "\${starts[i]}"
      return
    else
      files=1
    fi`,
  files: '    files=1',
} as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A function of a `case` over its arguments; what none of the cases takes is `otherwise`. */
const chooser = (name: string, by: string, cases: readonly string[], otherwise: string): string =>
  [`${name}() {`, `  case ${by} in`, ...cases.map((c) => `  ${c} ;;`), `  *) ${otherwise} ;;`, '  esac', '}'].join(
    '\n',
  );

/** The script. */
export function bash(program: CompletedProgram): string {
  const name = `_${identifier(program.name)}`;
  const { words, keys } = setsOf(program);
  const list = (of: readonly { word: string }[]): string => quoted(of.map(({ word }) => plain(word)).join(' '));
  const options = program.options.flatMap(({ shorts, longs, about, argument }) => [
    ...shorts.map((s) => `  [-${s}]=${quoted(about)}`),
    ...longs.map((l) => `  [--${l}${argument === 'required' ? '=' : ''}]=${quoted(about)}`),
  ]);
  return [
    `# Completion of ${program.name} for bash, made by \`${program.name} --completion bash\`.`,
    `declare -A ${name}_options=(`,
    ...options,
    ')',
    '',
    chooser(
      `${name}_words`,
      '$1',
      [
        ...words.map((s) => `${s.name}) words=${list(s.words)}`),
        ...keys.map((k) => `${k.name}) words=${list(k.keys)}`),
      ],
      'words=',
    ),
    '',
    chooser(
      `${name}_key`,
      '$1:$2',
      keys.flatMap((set) =>
        set.keys.map(({ word, value }) => {
          const spellings = [...set.spellings].filter(([, key]) => key === word).map(([spelling]) => spelling);
          return `${[word, ...spellings].map((s) => `${set.name}:${plain(s)}`).join(' | ')}) found='${spec(value)}'`;
        }),
      ),
      "found='text - -'",
    ),
    '',
    chooser(
      `${name}_long`,
      '$1',
      program.options
        .filter(({ longs, argument }) => longs.length > 0 && argument !== 'none')
        .map(
          ({ longs, argument, value }) =>
            `${longs.map((l) => `--${l}`).join(' | ')}) found='${spec(value)}' required=${argument === 'required' ? 1 : ''}`,
        ),
      'return 1',
    ),
    '',
    chooser(
      `${name}_short`,
      '$1',
      program.options
        .filter(({ shorts, argument }) => shorts.length > 0 && argument === 'required')
        .map(({ shorts, value }) => `${shorts.join(' | ')}) found='${spec(value)}'`),
      'return 1',
    ),
    ENGINE.replaceAll('@{', '${')
      .replace('OPERANDS', () => OPERANDS[program.operands])
      .replaceAll('_NAME', name),
    `complete -o default -F ${name} ${program.name}`,
  ].join('\n');
}
