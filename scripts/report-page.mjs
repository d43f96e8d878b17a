// Makes the page of --report: markup, style and script in one file, which nothing is loaded into from elsewhere.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page as text; `{{title}}`, `{{plain}}` and `{{data}}` are left for each report to fill in. */
export async function reportPage(root) {
  const dir = join(root, 'src', 'trace', 'report', 'page');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { script: join(dir, 'main.tsx'), style: join(dir, 'page.css') },
    tsconfig: join(dir, 'tsconfig.json'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
    legalComments: 'none',
    logLevel: 'error',
    outdir: dir,
    write: false,
  });
  const textOf = (end) => outputFiles.find((file) => file.path.endsWith(end)).text.trim();
  const [script, style] = [textOf('.js'), textOf('.css')];
  // An end tag inside of a script would end it; a bundler escapes those in strings.
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error('the page cannot hold its own parts');
  // Only these two run: whatever else came into the page would not.
  const policy = `default-src 'none'; img-src data:; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  const parts = {
    '{{policy}}': policy,
    '<!-- style -->': `<style>${style}</style>`,
    '<!-- script -->': `<script>${script}</script>`,
  };
  return readFileSync(join(dir, 'page.html'), 'utf8').replace(
    /\{\{policy\}\}|<!-- \w+ -->/g,
    (mark) => parts[mark] ?? mark,
  );
}
