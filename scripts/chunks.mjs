// Entry points in one build, cut into chunks by esbuild (what is reached by import() only has chunks of its own), and packed
// for quick starts: hot.cjs holds the chunks that every trace needs, in one script with one code cache; cold.pack the others,
// each read when it is first asked for. A chunk is a function that fills its exports; import() of one is a call that returns
// them at once, so that modules can be loaded where nothing may wait.
import { build } from 'esbuild';
import { init, parse } from 'es-module-lexer';
import { basename } from 'node:path';

/** `{a,b as c}` of an import as a pattern, and of an export as [name, local name]. */
const imported = (list) => list.replace(/([\w$]+) as ([\w$]+)/g, '$1:$2');
const exported = (list) =>
  list
    .split(',')
    .filter(Boolean)
    .map((item) => /^([\w$]+)(?: as ([\w$]+))?$/.exec(item.trim()))
    .map(([, local, name]) => [name ?? local, local]);

const CLAUSE = /^import\s*(?:([\w$]+)\s*,?\s*)?(?:\*\s*as\s+([\w$]+)|(\{[^{}]*\}))?\s*(?:from\s*)?["']/;

/** What an import statement becomes: of a chunk, or of what is outside. Node's own modules are the default of themselves. */
function statement(text, call) {
  const found = CLAUSE.exec(text);
  if (!found) throw new Error(`not understood: ${text}`);
  const [, whole, namespace, some] = found;
  const names = [whole, namespace, some && imported(some)].filter(Boolean);
  return names.length === 0 ? call : `const ${names.map((n) => `${n}=${call}`).join(',')}`;
}

/** The body of a chunk's function, from the text of its module. */
function body(text, path) {
  const [imports, exports] = parse(text, path);
  const last = /export\s*\{([^{}]*)\};?\s*$/.exec(text);
  const list = last ? exported(last[1]) : [];
  if (list.length !== exports.length) throw new Error(`${path}: exports are not all at the end`);
  let out = '';
  let at = 0;
  for (const { n: name, ss: from, se: to, d: dynamic } of imports) {
    const chunk = name?.startsWith('./');
    if (dynamic === -2 || (dynamic >= 0 && !chunk)) continue; // import() of what is outside stays what it is
    const call = chunk ? `$load(${JSON.stringify(basename(name, '.js'))})` : `$require(${JSON.stringify(name)})`;
    out += text.slice(at, from) + (dynamic >= 0 ? call : statement(text.slice(from, to), call));
    at = to;
  }
  out += text.slice(at, last?.index);
  return `${out}\n${list.map(([name, local]) => `$exports.${name}=${local};`).join('')}`;
}

/** @returns {Promise<{ chunks: Map<string, string>, reached: string[] }>} Bodies by name of chunk, in which the chunk of an
 * entry point has the point's name; and the chunks that the first entry point imports, whatever it does. */
export async function buildChunks(options, entryPoints) {
  await init;
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints,
    format: 'esm',
    splitting: true,
    write: false,
    metafile: true,
    outdir: 'chunks',
    chunkNames: '[name]-[hash]',
  });
  const chunks = new Map(outputFiles.map(({ path, text }) => [basename(path, '.js'), body(text, path)]));
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path, '.js'), output]));
  const reached = new Set();
  const reach = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const { path, kind, external } of outputs.get(name).imports)
      if (kind === 'import-statement' && !external) reach(basename(path, '.js'));
  };
  reach(Object.keys(entryPoints)[0]);
  return { chunks, reached: [...reached] };
}

/** Names that no module has. */
const PARAMETERS = '$load, $require, tstraceUrl';

/** hot.cjs: a function that returns the functions of chunks by name. */
export function hotScript(chunks, names) {
  const functions = names.map((name) => `${JSON.stringify(name)}:function($exports){${chunks.get(name)}}`);
  return `(function(${PARAMETERS}){"use strict";return{__proto__:null,${functions.join(',\n')}}})`;
}

/** cold.pack: the length of an index (12 characters), the index, and behind it scripts that return one chunk's function each,
 * those in `caches` followed by their code caches. */
export function coldPack(chunks, names, caches = new Map()) {
  const index = {};
  const parts = [];
  let at = 0;
  for (const name of names) {
    const script = `(function(${PARAMETERS}){"use strict";return function($exports){${chunks.get(name)}}})`;
    const cache = caches.get(name);
    index[name] = [at, script.length, ...(cache ? [cache.length] : [])];
    for (const part of [Buffer.from(script, 'latin1'), cache ?? Buffer.alloc(0)]) {
      parts.push(part);
      at += part.length;
    }
  }
  const text = JSON.stringify(index);
  return Buffer.concat([Buffer.from(`${String(text.length).padStart(12)}${text}`, 'latin1'), ...parts]);
}

/** A loader: runs the chunk of one entry point. TSTRACE_CACHE makes a run tell what it needed when it ends: `list` the names of
 * its chunks, `hot` and `cold` code caches, which then hold the functions that such a run needs. */
export function loader(entry) {
  return `// Made by scripts/build.mjs: runs the entry point ${entry}. V8 ignores a code cache that is another version's.
'use strict';
const fs = require('fs');
const vm = require('vm');
const file = __dirname + '/hot.cjs';
const url = require('url').pathToFileURL(file).href;
const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
let cachedData;
try {
  cachedData = fs.readFileSync(__dirname + '/hot.cache');
} catch {}
const script = new vm.Script(fs.readFileSync(file, 'latin1'), { filename: file, cachedData, importModuleDynamically });
const hot = script.runInThisContext()(load, require, url);
// Functions are optimised later than V8 11 (of Node.js 20, with no compiler between the baseline one and TurboFan) would: many
// short programs are over before code that runs often pays for that, on a processor that the tracees may want. node:v8 would
// do the same, and take milliseconds to load. Behind the cache of what is hot, in front of those of what is not: V8 takes only
// caches that were made with the flags that it has. Its own choice is 67,584 bytes of bytecode run.
if (process.env.TSTRACE_CACHE !== 'hot' && /^11\\./.test(process.versions.v8)) {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  process.binding('v8').setFlagsFromString('--interrupt-budget=500000');
  process.noDeprecation = noDeprecation;
}
const loaded = new Map();
const scripts = [];
// Held open: the package may be replaced while a trace goes on, and descriptors may run out.
const path = __dirname + '/cold.pack';
const pack = fs.openSync(path, 'r');
let index, start;
function part(from, length) {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0, n; at < length; at += n)
    if ((n = fs.readSync(pack, bytes, at, length - at, from + at)) === 0) throw new Error(path + ' is cut short');
  return bytes;
}
function cold(name) {
  if (!index) {
    const length = Number(part(0, 12).latin1Slice());
    index = JSON.parse(part(12, length).latin1Slice());
    start = 12 + length;
  }
  const [from, length, cached = 0] = index[name];
  const bytes = part(start + from, length + cached);
  const chunk = new vm.Script(bytes.latin1Slice(0, length), {
    filename: path + '/' + name,
    cachedData: cached ? bytes.subarray(length) : undefined,
    importModuleDynamically,
  });
  if (process.env.TSTRACE_CACHE) scripts.push([name, chunk]);
  return chunk.runInThisContext()(load, require, url);
}
function load(name) {
  let exports = loaded.get(name);
  if (!exports) {
    loaded.set(name, (exports = {}));
    (hot[name] ?? cold(name))(exports);
  }
  return exports;
}
switch (process.env.TSTRACE_CACHE) {
  case 'list':
    process.on('exit', () => fs.writeFileSync(__dirname + '/hot.list', [...loaded.keys()].join('\\n')));
    break;
  case 'hot':
    process.on('exit', () => fs.writeFileSync(__dirname + '/hot.cache', script.createCachedData()));
    break;
  case 'cold':
    process.on('exit', () => {
      const caches = scripts.map(([name, chunk]) => [name, chunk.createCachedData().toString('base64')]);
      fs.writeFileSync(__dirname + '/cold.list', JSON.stringify(Object.fromEntries(caches)));
    });
}
load(${JSON.stringify(entry)});
`;
}
