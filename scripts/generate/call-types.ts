// src/library/generated/calls.ts: the types of each call's arguments, from its description.
import { ABIS } from '../../src/abi/abi.js';
import { carrierOf, IPC } from '../../src/abi/multiplexers.js';
import { callLimit, callName, classNames, syscallArgCount } from '../../src/abi/syscalls.js';
import { descriptionOf } from '../../src/syscalls/index.js';
import type { ArgumentShapes, Shape } from './shapes.js';
import { addShapes, shapeStyle } from './shapes.js';

/** The arguments of every call that has a name, on all personalities. */
export function allShapes(): Map<string, ArgumentShapes> {
  const calls = new Map<string, ArgumentShapes>();
  for (const abi of ABIS)
    for (let nr = 0; nr < callLimit(abi.name); nr++) {
      const name = callName(abi.name, nr);
      if (name === undefined) continue;
      let shapes = calls.get(name);
      if (!shapes) calls.set(name, (shapes = { args: new Map(), open: false }));
      const call = descriptionOf(name, abi.name, abi.name === 'i386' && carrierOf(nr) === IPC);
      if (call) for (const abbrev of [true, false]) addShapes(shapes, name, call, shapeStyle(abi, abbrev));
      else
        for (let i = 1; i <= syscallArgCount(abi.name, nr); i++)
          shapes.args.set(`arg${i}`, { kinds: new Set(['integer']) });
    }
  return new Map([...calls].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const pascal = (name: string): string =>
  name.replace(/(?:^|_+)([a-z\d])/gi, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, '');

/** Structures of more text than this have a name of their own. */
const LONG = 80;

/** Writes types; a structure that occurs again is written once. */
class Writer {
  /** Names of structures by their members. */
  private readonly names = new Map<string, string>();
  private readonly taken = new Set<string>();
  readonly interfaces: string[] = [];

  private members(struct: ReadonlyMap<string, Shape>, path: string): string {
    const lines = [...struct].map(([name, shape]) => `${name}: ${this.type(shape, `${path}_${name}`)}`);
    const text = `{ ${lines.join('; ')} }`;
    const known = this.names.get(text);
    if (known !== undefined) return known;
    if (text.length < LONG) return text;
    const base = pascal(path);
    let name = base;
    for (let n = 2; this.taken.has(name); n++) name = `${base}${n}`;
    this.taken.add(name);
    this.names.set(text, name);
    this.interfaces.push(
      `interface ${name} ${text
        .replace(/^\{ /, '{\n  ')
        .replace(/; (?=\w+: )/g, ';\n  ')
        .replace(/ \}$/, ';\n}')}\n`,
    );
    return name;
  }

  /** The type of a value. */
  type(shape: Shape, path: string): string {
    const { kinds, struct, items } = shape;
    if (kinds.has('value')) return 'Value';
    const parts: string[] = [];
    if (kinds.has('scalar')) parts.push('ScalarValue');
    else if (kinds.has('descriptor')) parts.push('DescriptorValue');
    else if (kinds.has('constant')) parts.push('ConstantValue');
    if (kinds.has('bytes')) parts.push('BytesValue');
    if (struct) parts.push(`StructValue<${this.members(struct, path)}>`);
    if (items) parts.push(`ArrayValue<${this.type(items, path)}>`);
    if (parts.length === 0) parts.push('IntegerValue');
    const text = parts.join(' & ');
    return shape.changed ? `ChangedValue<${text}>` : text;
  }

  /** Names of calls by their arguments' text. */
  private readonly calls = new Map<string, string>();

  /** The interface of a call's arguments; another name of one that is there. */
  call(name: string, { args, open }: ArgumentShapes): string {
    const lines = [...args].map(
      ([arg, shape]) => `  readonly ${arg}?: ${this.type(shape, `${name}_${arg}`)} | null;\n`,
    );
    if (open) lines.push('  readonly [unnamed: `_${number}`]: Value | null | undefined;\n');
    const text = lines.join('');
    if (text === '') return '';
    const known = this.calls.get(text);
    if (known === undefined) this.calls.set(text, name);
    return known === undefined
      ? `/** Arguments of ${name}. */\nexport interface ${pascal(name)}Arguments {\n${text}}\n`
      : `/** Arguments of ${name}: those of ${known}. */\nexport type ${pascal(name)}Arguments = ${pascal(known)}Arguments;\n`;
  }
}

/** The whole module. */
export function printCallTypes(): string {
  const calls = allShapes();
  const writer = new Writer();
  const bodies = [...calls].map(([name, shapes]) => writer.call(name, shapes));
  const table = [...calls.keys()].map(
    (name, i) =>
      `  readonly ${/^\w+$/.test(name) ? name : `'${name}'`}: ${bodies[i] === '' ? 'NoArguments' : `${pascal(name)}Arguments`};\n`,
  );
  const classes = classNames().map((name) => `  | '${name}'\n`);
  return `import type {
  ArrayValue,
  BytesValue,
  ChangedValue,
  ConstantValue,
  DescriptorValue,
  IntegerValue,
  ScalarValue,
  StructValue,
  Value,
} from '../values.js';

type NoArguments = Readonly<Record<string, never>>;

/** The decoded arguments of each call. */
export interface CallArguments {
${table.join('')}}

/** Calls by name, of all personalities. */
export type CallName = keyof CallArguments;

/** Classes of calls, as \`tstrace -e trace=\` has them. */
export type CallClass =
${classes.join('').trimEnd()};

${bodies.join('')}
${writer.interfaces.join('')}`;
}
