// Patterns over bytes: a string is looked at as Latin-1, so that every byte is one character and nothing is lost.

/** Text of the expression as the bytes that a tracee would have. */
export function bytesAsText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A shell pattern: `*` any bytes (slashes, too), `?` one, `[a-z]` and `[!a-z]` one of a set, `\` the next as it is. */
export function globPattern(glob: string): RegExp {
  const text = bytesAsText(glob);
  let source = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '*') source += '[^]*';
    else if (c === '?') source += '[^]';
    else if (c === '[') {
      const end = text.indexOf(']', text[i + 1] === '!' || text[i + 1] === '^' ? i + 3 : i + 2);
      if (end < 0) {
        source += '\\[';
        continue;
      }
      const inner = text.slice(i + 1, end);
      const negated = /^[!^]/.test(inner);
      const set = (negated ? inner.slice(1) : inner).replace(/[\\\]^]/g, '\\$&');
      source += `[${negated ? '^' : ''}${set}]`;
      i = end;
    } else if (c === '\\' && i + 1 < text.length) {
      i++;
      source += text[i].replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
    } else source += c.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

/** A regular expression, unanchored. @throws SyntaxError */
export function regexPattern(regex: string): RegExp {
  return new RegExp(bytesAsText(regex));
}
