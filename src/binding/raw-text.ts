// Strings that were bytes: names of files, arguments and variables need not be UTF-8. A byte that is part of none travels in a
// string as a lone surrogate, U+DC80 for 0x80 and so on.

const SURROGATES = 0xdc00;

/** How long a UTF-8 sequence is that begins with this byte; 0 where none does. */
const lengthOf = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;

/** The string for some bytes; `bytesOf` gives them back. */
export function textOf(bytes: Buffer): string {
  const whole = bytes.toString('utf8');
  if (!whole.includes('\ufffd')) return whole;
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const sequence = bytes.subarray(i, i + lengthOf(bytes[i]));
    const part = sequence.toString('utf8');
    const valid = part !== '' && Buffer.from(part).equals(sequence);
    text += valid ? part : String.fromCharCode(SURROGATES + bytes[i]);
    i += valid ? sequence.length : 1;
  }
  return text;
}

/** What is meant by such a string: itself, or its bytes where they are no UTF-8. */
export function bytesOf(text: string): string | Buffer {
  // Ordinary surrogates come in pairs, which the flag takes for one character.
  const parts = text.split(/([\udc80-\udcff])/u);
  if (parts.length === 1) return text;
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) - SURROGATES))),
  );
}
