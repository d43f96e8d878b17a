// bpf(2): the commands.
import * as g from '../../constants/generated/kernel.js';
import { address, arg, callFound, choice, returns, u32 } from '../../describe/combinators.js';
import type { VariantSpec } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { Family } from '../index.js';
import { reads, updates } from './attributes.js';
import * as link from './link.js';
import * as map from './map.js';
import * as object from './object.js';
import * as program from './program.js';

type Maker = () => VariantSpec;

/** A descriptor, told as one where the attributes were. */
const made = { ...returns.fd, ifRead: 'attr' };

/** Commands of linux/bpf.h by number (enum bpf_cmd), described when they occur. */
const COMMANDS: readonly (readonly [keys: readonly number[], make: Maker])[] = [
  [[0], () => [reads(map.mapCreate()), made]],
  [[1, 21], () => [reads(map.mapLookup())]],
  [[2], () => [reads(map.mapUpdate())]],
  [[3], () => [reads(map.mapDelete())]],
  [[4], () => [reads(map.mapNextKey())]],
  [[5], () => [updates(program.progLoad()), made]],
  [[6], () => [reads(object.objectPin())]],
  [[7], () => [reads(object.objectPin()), made]],
  [[8, 9], () => [reads(program.progAttach())]],
  [[10], () => [reads(program.progTestRun())]],
  [[11, 12, 23, 31], () => [updates(object.nextId())]],
  [[13], () => [reads(object.progById()), made]],
  [[14], () => [reads(object.mapById()), made]],
  [[15], () => [updates(object.objectInfo())]],
  [[16], () => [updates(object.progQuery())]],
  // Its descriptor is not told as one.
  [[17], () => [reads(object.rawTracepoint())]],
  [[18], () => [updates(object.btfLoad()), made]],
  [[19], () => [reads(object.btfById()), made]],
  [[20], () => [updates(object.taskFdQuery())]],
  [[22], () => [reads(map.mapFreeze())]],
  [[24, 25], () => [reads(map.mapLookupBatch())]],
  [[26], () => [reads(map.mapUpdateBatch())]],
  [[27], () => [reads(map.mapDeleteBatch())]],
  [[28], () => [reads(link.linkCreate()), made]],
  [[29], () => [reads(link.linkUpdate())]],
  [[30], () => [reads(object.linkById()), made]],
  [[32], () => [reads(object.enableStats()), made]],
  [[33], () => [reads(link.iterCreate()), made]],
  [[34], () => [reads(link.linkDetach())]],
  [[35], () => [reads(program.progBindMap())]],
  [[36], () => [reads(object.tokenCreate()), made]],
  [[37], () => [reads(program.progStream())]],
  [[38], () => [reads(program.progAssociate())]],
];

const describeBpf = (): Call => {
  const forms = new Map<Maker, VariantSpec>();
  const form = (make: Maker): VariantSpec => {
    let spec = forms.get(make);
    if (!spec) forms.set(make, (spec = make()));
    return spec;
  };
  const find = (cmd: number): VariantSpec | undefined => {
    const command = COMMANDS.find(([keys]) => keys.includes(cmd));
    return command && form(command[1]);
  };
  return callFound(
    { cmd: choice(g.bpf_commands) },
    arg('cmd'),
    undefined,
    find,
    () => COMMANDS.map(([, make]) => form(make)),
    { attr: address, size: u32 },
  );
};

export const bpf: Family = { bpf: describeBpf };
