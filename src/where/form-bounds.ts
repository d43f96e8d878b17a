// What registers say about a call with several forms (prctl, fcntl): each form has arguments of its own, and the values of
// one register tell which form it is.
import type { Condition } from '../bpf/condition.js';
import type { Forms, RList } from '../describe/resolve.js';
import { both, either, exactly, isExact, type Bounds } from './bounds.js';

/** Forms that registers say the same about are told apart by nothing: their keys join. */
interface Group {
  readonly bounds: Bounds;
  readonly keys: number[];
}

/** The bounds of a call, from those of each of its forms. */
export function formBounds(forms: Forms, boundsOf: (list: RList) => Bounds): Bounds {
  const rest = boundsOf(forms.otherwise);
  const groups: Group[] = [];
  for (const { keys, list } of forms.cases) {
    const bounds = boundsOf(list);
    if (same(bounds, rest)) continue;
    const known = groups.find((group) => same(group.bounds, bounds));
    if (known) known.keys.push(...keys);
    else groups.push({ bounds, keys: [...keys] });
  }
  if (groups.length === 0) return rest;
  const operand = { arg: forms.register, width: forms.whole ? 64 : 32 } as const;
  const mask = forms.whole || forms.mask >>> 0 === 0xffffffff ? {} : { mask: BigInt(forms.mask >>> 0) };
  const among = (keys: readonly number[]): Condition => ({ ...operand, op: 'in', values: keys.map(BigInt), ...mask });
  return either([
    ...groups.map(({ bounds, keys }) => both([exactly(among(keys)), bounds])),
    both([exactly({ op: 'not', of: among(groups.flatMap(({ keys }) => keys)) }), rest]),
  ]);
}

/** Whether two bounds say the same. */
const same = (a: Bounds, b: Bounds): boolean =>
  isExact({ upper: a.upper, lower: b.upper }) && isExact({ upper: a.lower, lower: b.lower });
