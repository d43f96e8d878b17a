// Colours of a trace (--color): when there are any, and which, as STRACE_COLORS says.
import { label } from '../../decode/sink.js';

/** What has a colour of its own, as STRACE_COLORS names it, and strace's SGR parameters (ECMA-48) for it. */
const DEFAULTS = {
  /** Names of calls. */
  syscall: '33',
  /** Names of arguments and fields. */
  argname: '39',
  /** Values of arguments. */
  argval: '35',
  /** The parentheses of a call. */
  call: '0',
  /** Constants by name. */
  const: '34',
  comment: '36',
  punct: '0',
  /** What follows the equals sign. */
  retval: '32',
  /** An error's name and text. */
  error: '31',
};

export type ColourKey = keyof typeof DEFAULTS;

/** The escape sequence that begins each colour. */
export type Scheme = Readonly<Record<ColourKey, Uint8Array>>;

/** Ends a colour. */
export const RESET = label('\x1b[0m');

const sequence = (sgr: string): Uint8Array => label(`\x1b[${sgr}m`);
const isKey = (key: string): key is ColourKey => Object.hasOwn(DEFAULTS, key);

/** The scheme of `key=sgr:key=sgr…`; keys that are unknown, and values that are no SGR parameters, change nothing. */
export function readScheme(text = ''): Scheme {
  const sgr: Record<ColourKey, string> = { ...DEFAULTS };
  for (const part of text.split(':')) {
    const [, key, value] = /^(\w+)=([0-9;]+)$/.exec(part) ?? [];
    if (key !== undefined && isKey(key)) sgr[key] = value;
  }
  return Object.fromEntries(Object.entries(sgr).map(([key, value]) => [key, sequence(value)])) as unknown as Scheme;
}

/** Whether a trace is coloured. `terminal`: whether it goes to one. */
export function isColoured(
  when: 'auto' | 'always' | 'never',
  terminal: boolean,
  environment: { readonly TERM?: string; readonly NO_COLOR?: string },
): boolean {
  if (when !== 'auto') return when === 'always';
  const { TERM = '', NO_COLOR = '' } = environment;
  return terminal && NO_COLOR === '' && TERM !== '' && TERM !== 'dumb';
}
