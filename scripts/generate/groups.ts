// The language of data/groups: which constants form a group, in what order they print.
//
//   # comment
//   flags NAME PLACEHOLDER        a group of bits; PLACEHOLDER `-`: unknown values get no comment
//   choice NAME PLACEHOLDER       a group of alternatives
//     NAME NAME=0x10 …            members in order; with `=` a value that no header gives
//     header.h:PREFIX_* -OTHER    all names of a header with a prefix, by value, but those behind a minus sign
import type { Constants } from './constants.js';

export interface Group {
  readonly kind: 'flags' | 'choice';
  readonly name: string;
  readonly placeholder: string;
  readonly members: readonly string[];
}

export function parseGroups(text: string, file: string): Group[] {
  const groups: (Group & { members: string[] })[] = [];
  text.split('\n').forEach((line, i) => {
    const bare = line.replace(/#.*/, '').trim();
    if (bare === '') return;
    const words = bare.split(/\s+/);
    if (words[0] === 'flags' || words[0] === 'choice') {
      if (words.length !== 3) throw new Error(`${file}:${i + 1}: a group has a name and a placeholder`);
      groups.push({ kind: words[0], name: words[1], placeholder: words[2] === '-' ? '' : words[2], members: [] });
    } else {
      const group = groups.at(-1);
      if (!group) throw new Error(`${file}:${i + 1}: members before the first group`);
      group.members.push(...words);
    }
  });
  return groups;
}

const ABIS = ['x86_64', 'i386', 'x32'] as const;

function resolve(group: Group, constants: Constants, abi: string): string {
  const out: [string, bigint][] = [];
  const without = new Set(group.members.filter((m) => m.startsWith('-')).map((m) => m.slice(1)));
  const add = (name: string, value: bigint): void => {
    if (!without.has(name) && !out.some(([n]) => n === name)) out.push([name, value]);
  };
  for (const member of group.members) {
    if (member.startsWith('-')) continue;
    const glob = /^(.*):(\w*)\*$/.exec(member);
    if (glob) {
      const seen = new Set<bigint>(group.kind === 'choice' ? out.map(([, v]) => v) : []);
      for (const name of constants.matching(glob[1], glob[2])) {
        const value = constants.value(name, abi);
        if (value === undefined || without.has(name) || seen.has(value)) continue;
        if (group.kind === 'choice') seen.add(value);
        add(name, value);
      }
      continue;
    }
    const given = /^(\w+)=(-?\w+)$/.exec(member);
    if (given) add(given[1], BigInt(given[2]));
    else {
      const value = constants.value(member, abi);
      if (value === undefined) throw new Error(`group ${group.name}: no header has ${member}`);
      add(member, value);
    }
  }
  return out.map(([name, value]) => `${name}=${BigInt.asUintN(64, value).toString(16)}`).join(' ');
}

/** TypeScript of one family. */
export function printGroups(groups: readonly Group[], constants: Constants): string {
  let text = `import { choiceTable, flagsTable } from '../table.js';\n`;
  for (const group of groups) {
    const [base, ...others] = ABIS.map((abi) => resolve(group, constants, abi));
    const different = ABIS.slice(1)
      .map((abi, i) => (others[i] === base ? '' : `${abi}: '${others[i]}'`))
      .filter((s) => s !== '');
    const maker = group.kind === 'flags' ? 'flagsTable' : 'choiceTable';
    text += `\nexport const ${group.name} = ${maker}(\n  '${group.placeholder}',\n  '${base}',\n${different.length ? `  { ${different.join(', ')} },\n` : ''});\n`;
  }
  return text;
}
