// For the bundle: which module describes which call, so that start-up evaluates only the modules of calls that occur.
// In the bundle src/syscalls/index.ts is replaced by a table of names; its source, which tests use, loads every family.
import { build } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAME = /^[a-z_]\w*(?:#64)?(?:@32|@ipc)?$/;

/** What is loaded by tables of its own: families of commands, protocols of netlink. */
const ELSEWHERE = ['ioctl/', 'network/netlink/'];

function modulesBelow(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts'))
    .map((e) => join(e.parentPath ?? e.path, e.name))
    .filter((path) => path !== join(dir, 'index.ts') && !ELSEWHERE.some((part) => path.startsWith(join(dir, part))))
    .sort();
}

/** Families (name -> thunk) that the modules export: [module, export, names, arguments by name]. */
async function families(dir) {
  const modules = modulesBelow(dir);
  const temporary = mkdtempSync(join(tmpdir(), 'tstrace-build-'));
  try {
    const outfile = join(temporary, 'all.mjs');
    const imports = modules.map((path, i) => `import * as m${i} from ${JSON.stringify(path)};`).join('\n');
    await build({
      stdin: {
        contents: `${imports}
export { argumentNames } from ${JSON.stringify(join(dir, '..', 'describe', 'argument-names.ts'))};
export default [${modules.map((_, i) => `m${i}`).join(',')}];`,
        resolveDir: dir,
      },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const { default: loaded, argumentNames } = await import(pathToFileURL(outfile).href);
    return loaded.flatMap((exports, i) =>
      Object.entries(exports)
        .filter(([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value))
        .map(([name, value]) => [modules[i], name, Object.entries(value)])
        .filter(
          ([, , entries]) => entries.length > 0 && entries.every(([k, v]) => NAME.test(k) && typeof v === 'function'),
        )
        .map(([path, name, entries]) => [
          path,
          name,
          entries.map(([k]) => k),
          Object.fromEntries(entries.map(([k, call]) => [k, argumentNames(call())])),
        ]),
    );
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Which calls have an argument of a name: asked by few traces, and big. */
const HAVING = 'tstrace:calls-having';

/** Modules whose imports of whole modules wait. */
const LAZY = /src\/syscalls\/(?:ioctl\/(?:commands|families|functions)|network\/netlink\/(?:index|protocols))\.ts$/;

/** A module whose `import * as x` become loads at each use of one of x's members. */
function lazyImports(path, load) {
  const source = readFileSync(path, 'utf8');
  let found = 0;
  const made = source.replace(/^import \* as (\w+) from ('[^']+');$/gm, (_, name, from) => {
    found++;
    const members = new Set([...source.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map((m) => m[1]));
    const getters = [...members].map((member) => `get ${member}() { return ${load}(${from}).${member}; }`);
    return `const ${name} = { ${getters.join(', ')} };`;
  });
  if (found === 0) throw new Error(`${path}: no import of a whole module`);
  return made;
}

/** The esbuild plugin. `dir` is src/syscalls; `load` loads a module: require, or import where that returns at once (chunks.mjs). */
export function lazyCalls(dir, load) {
  return {
    name: 'lazy-calls',
    setup(build) {
      const having = {};
      build.onLoad({ filter: LAZY }, ({ path }) => ({ loader: 'ts', contents: lazyImports(path, load) }));
      build.onLoad({ filter: /src\/syscalls\/index\.ts$/ }, async () => {
        // The smallest family that has a name is the one that describes it; others only gather.
        const found = (await families(dir)).sort((a, b) => a[2].length - b[2].length);
        const used = [];
        const owners = {};
        for (const family of found)
          for (const name of family[2])
            if (!Object.hasOwn(owners, name)) {
              if (!used.includes(family)) used.push(family);
              owners[name] = used.indexOf(family);
              for (const argument of family[3][name]) (having[argument] ??= []).push(name);
            }
        const loads = used.map(([path, name]) => {
          const from = './' + relative(dir, path).replace(/\.ts$/, '.js');
          return `() => ${load}(${JSON.stringify(from)}).${name}`;
        });
        return {
          loader: 'ts',
          resolveDir: dir,
          contents: `const owners = ${JSON.stringify(owners)};
const families = [${loads.join(',')}];
export function descriptionOf(name, abi, ipc = false) {
  const key = ipc ? name + '@ipc' : abi === 'i386' && Object.hasOwn(owners, name + '@32') ? name + '@32' : name;
  return Object.hasOwn(owners, key) ? families[owners[key]]()[key]() : undefined;
}
export { callsHaving } from '${HAVING}';
export const describedNames = () => Object.keys(owners);
`,
        };
      });
      build.onResolve({ filter: new RegExp(`^${HAVING}$`) }, ({ path }) => ({
        path,
        namespace: 'tstrace',
        sideEffects: false,
      }));
      build.onLoad({ filter: /./, namespace: 'tstrace' }, () => ({
        contents: `const having = ${JSON.stringify(Object.fromEntries(Object.entries(having).map(([k, v]) => [k, v.join(' ')])))};
export const callsHaving = (argument) => (Object.hasOwn(having, argument) ? having[argument].split(' ') : []);
`,
      }));
    },
  };
}
