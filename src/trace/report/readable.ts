// Names that traced programs chose, as text that shows what is in them: no control characters, none that turn the
// direction of what follows, and bytes that are no UTF-8 as C escapes.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** C0, DEL, C1; line and paragraph separators; invisible and bidirectional format characters. */
const HIDDEN = /[\0-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

const escaped = (ch: string): string => {
  const code = ch.charCodeAt(0);
  return SHORT[ch] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`);
};

/** Text with its hidden characters made visible. */
export const visible = (text: string): string => text.replace(HIDDEN, escaped);

/** Bytes as text; what is no UTF-8 is shown byte by byte. */
export function readable(bytes: Uint8Array): string {
  try {
    return visible(utf8.decode(bytes));
  } catch {
    return visible(Buffer.from(bytes).toString('latin1')).replace(/[\x80-\xff]/g, escaped);
  }
}
