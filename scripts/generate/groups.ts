// The language of data/groups: which constants form a group, in what order they print.
//
//   # comment
//   flags NAME PLACEHOLDER  # …   a group of bits and its use; PLACEHOLDER `-`: unknown values get no comment
//   choice NAME PLACEHOLDER       a group of alternatives
//     NAME NAME=0x10 …            members in order; with `=` a value that no header gives
//     header.h:PREFIX_* -OTHER    all names of a header with a prefix, by value, but those behind a minus sign
import type { Constants } from './constants.js';

export interface Group {
  readonly kind: 'flags' | 'choice';
  readonly name: string;
  readonly placeholder: string;
  /** What the group is for, where its name does not say it. */
  readonly comment: string;
  readonly members: readonly string[];
}

export function parseGroups(text: string, file: string): Group[] {
  const groups: (Group & { members: string[] })[] = [];
  text.split('\n').forEach((line, i) => {
    const bare = line.replace(/#.*/, '').trim();
    if (bare === '') return;
    const comment = /#\s*(.*)$/.exec(line)?.[1] ?? '';
    const words = bare.split(/\s+/);
    if (words[0] === 'flags' || words[0] === 'choice') {
      if (words.length !== 3) throw new Error(`${file}:${i + 1}: a group has a name and a placeholder`);
      groups.push({
        kind: words[0],
        name: words[1],
        placeholder: words[2] === '-' ? '' : words[2],
        comment,
        members: [],
      });
    } else {
      const group = groups.at(-1);
      if (!group) throw new Error(`${file}:${i + 1}: members before the first group`);
      group.members.push(...words);
    }
  });
  return groups;
}

const ABIS = ['x86_64', 'i386', 'x32'] as const;

/** Values of C's int that are negative only by their sign bit: as flags they are 32-bit words. */
function asFlag(value: bigint): bigint {
  return value < 0n && value >= -0x80000000n ? BigInt.asUintN(32, value) : BigInt.asUintN(64, value);
}

/** Members with their values on one personality. Of alternatives with one value the first name counts. */
function members(group: Group, constants: Constants, abi: string): [string, bigint][] {
  const out: [string, bigint][] = [];
  const without = new Set(group.members.filter((m) => m.startsWith('-')).map((m) => m.slice(1)));
  const missing: string[] = [];
  const add = (name: string, value: bigint): void => {
    const own = group.kind === 'flags' ? asFlag(value) : BigInt.asUintN(64, value);
    if (without.has(name) || out.some(([n, v]) => (group.kind === 'choice' ? v === own : n === name))) return;
    out.push([name, own]);
  };
  for (const member of group.members) {
    if (member.startsWith('-')) continue;
    const glob = /^(.*):(\w*)\*$/.exec(member);
    const given = /^([^=]+)=(-?\w+)$/.exec(member);
    if (glob) {
      const found = constants
        .matching(glob[1], glob[2])
        .map((name): [string, bigint] => [name, constants.value(name, abi) ?? 0n])
        .map(([name, value]): [string, bigint] => [name, group.kind === 'flags' ? asFlag(value) : value]);
      if (found.length === 0) missing.push(member);
      found.sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
      for (const [name, value] of found) add(name, value);
    } else if (given) {
      add(given[1], BigInt(given[2]));
    } else {
      const value = constants.value(member, abi);
      if (value === undefined) missing.push(member);
      else add(member, value);
    }
  }
  if (missing.length) throw new Error(`group ${group.name}: no header has ${missing.join(' ')}`);
  return out;
}

function resolve(group: Group, constants: Constants, abi: string): string {
  return members(group, constants, abi)
    .map(([name, value]) => `${name}=${value.toString(16)}`)
    .join(' ');
}

/** TypeScript of one family. */
export function printGroups(groups: readonly Group[], constants: Constants): string {
  const used = ['choice', 'flags'].filter((kind) => groups.some((g) => g.kind === kind)).map((kind) => `${kind}Table`);
  let text = `import { ${used.join(', ')} } from '../table.js';\n`;
  const failures: string[] = [];
  for (const group of groups) {
    let resolved: string[];
    try {
      resolved = ABIS.map((abi) => resolve(group, constants, abi));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    const [base, ...others] = resolved;
    const different = ABIS.slice(1)
      .map((abi, i) => (others[i] === base ? '' : `${abi}: '${others[i]}'`))
      .filter((s) => s !== '');
    const maker = group.kind === 'flags' ? 'flagsTable' : 'choiceTable';
    if (group.comment) text += `\n/** ${group.comment} */`;
    text += `\nexport const ${group.name} = /* @__PURE__ */ ${maker}(\n  '${group.placeholder}',\n  '${base}',\n${different.length ? `  { ${different.join(', ')} },\n` : ''});\n`;
  }
  if (failures.length) throw new Error(failures.join('\n'));
  return text;
}
