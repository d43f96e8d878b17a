// getsockopt(2), setsockopt(2): the value by level and name.
import * as g from '../../constants/generated/network.js';
import { arg, callFound, choice, fd, i32, inout, input, output } from '../../describe/combinators.js';
import type { ArgumentSpec, VariantSpec } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { Family } from '../index.js';
import { nameAsked, nameSet } from './option-names.js';
import type { OptionValue } from './option-values.js';
import { allValues, optionValue, plain } from './option-values.js';

/** Unknown levels have a placeholder of their own here. */
const level = choice({ ...g.socket_levels, placeholder: 'SOL_??' });

/** A call whose value is found by level and option. */
function optionCall(optname: typeof nameSet, valueOf: (value: OptionValue) => ArgumentSpec): Call {
  const forms = new Map<OptionValue, VariantSpec>();
  const form = (value: OptionValue): VariantSpec => {
    let made = forms.get(value);
    if (!made) forms.set(value, (made = [valueOf(value)]));
    return made;
  };
  return callFound(
    { sockfd: fd, level, optname },
    arg('level'),
    arg('optname'),
    (first, second) => form(optionValue(first, second)),
    () => [...allValues()].map(form),
    valueOf(plain),
  );
}

export const options: Family = {
  setsockopt: () => optionCall(nameSet, (value) => ({ optval: input(value.set), optlen: i32 })),
  getsockopt: () =>
    optionCall(nameAsked, (value) => ({
      optval: output(value.get, { changesIf: { with: 'optlen', given: false } }),
      optlen: inout(i32, { failed: i32 }),
    })),
};
