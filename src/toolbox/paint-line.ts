// Colours for lines of a disassembly: calls, actions, keywords.
import type { Output } from './output.js';

const GOOD = /^(ALLOW|LOG)/;
const BAD = /^KILL/;
const WORDS =
  /#.*$|\b(if|else|goto|return)\b|\b(?:ALLOW|KILL_PROCESS|KILL_THREAD|KILL|TRAP|ERRNO|USER_NOTIF|TRACE|LOG)\b(?:\(\d+\))?|0x[0-9a-f]+|\bARCH_\w+/g;

/** An action in the colour of what it does. */
export function paintAction(output: Output, action: string): string {
  return output.paint(GOOD.test(action) ? 'good' : BAD.test(action) ? 'bad' : 'warn', action);
}

/** A line ` 0001: 0x15 …  text` in colours; the same line where there are none. */
export function paintLine(output: Output, line: string): string {
  if (!output.coloured) return line;
  const match = /^( \d{4}:)((?: 0x[0-9a-f]+){4} )?(.*)$/.exec(line);
  if (!match) return output.paint('faint', line);
  const [, number, columns = '', text] = match;
  const painted = text.replace(WORDS, (word) => {
    if (word.startsWith('#')) return output.paint('faint', word);
    if (/^(if|else|goto|return)$/.test(word)) return output.paint('keyword', word);
    if (word.startsWith('0x')) return output.paint('number', word);
    return word.startsWith('ARCH_') ? output.paint('call', word) : paintAction(output, word);
  });
  return output.paint('faint', number) + output.paint('faint', columns) + painted;
}
