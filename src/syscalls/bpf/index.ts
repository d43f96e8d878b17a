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

/** Commands of linux/bpf.h by number (enum bpf_cmd), described when they occur. */
const COMMANDS: readonly (readonly [keys: readonly number[], make: Maker])[] = [
  [[0], () => [reads(map.mapCreate()), returns.fd]],
  [[1, 21], () => [reads(map.mapLookup())]],
  [[2], () => [reads(map.mapUpdate())]],
  [[3], () => [reads(map.mapDelete())]],
  [[4], () => [reads(map.mapNextKey())]],
  [[5], () => [updates(program.progLoad()), returns.fd]],
  [[6], () => [reads(object.objectPin())]],
  [[7], () => [reads(object.objectPin()), returns.fd]],
  [[8, 9], () => [reads(program.progAttach())]],
  [[10], () => [reads(program.progTestRun())]],
  [[11, 12, 23, 31], () => [updates(object.nextId())]],
  [[13], () => [reads(object.progById()), returns.fd]],
  [[14], () => [reads(object.mapById()), returns.fd]],
  [[15], () => [updates(object.objectInfo())]],
  [[16], () => [updates(object.progQuery())]],
  [[17], () => [reads(object.rawTracepoint()), returns.fd]],
  [[18], () => [updates(object.btfLoad()), returns.fd]],
  [[19], () => [reads(object.btfById()), returns.fd]],
  [[20], () => [updates(object.taskFdQuery())]],
  [[22], () => [reads(map.mapFreeze())]],
  [[24, 25], () => [reads(map.mapLookupBatch())]],
  [[26], () => [reads(map.mapUpdateBatch())]],
  [[27], () => [reads(map.mapDeleteBatch())]],
  [[28], () => [reads(link.linkCreate()), returns.fd]],
  [[29], () => [reads(link.linkUpdate())]],
  [[30], () => [reads(object.linkById()), returns.fd]],
  [[32], () => [reads(object.enableStats()), returns.fd]],
  [[33], () => [reads(link.iterCreate()), returns.fd]],
  [[34], () => [reads(link.linkDetach())]],
  [[35], () => [reads(program.progBindMap())]],
  [[36], () => [reads(object.tokenCreate()), returns.fd]],
  [[37], () => [reads(program.progStream())]],
  [[38], () => [reads(program.progAssociate())]],
];

const describeBpf = (): Call => {
  const made = new Map<Maker, VariantSpec>();
  const form = (make: Maker): VariantSpec => {
    let spec = made.get(make);
    if (!spec) made.set(make, (spec = make()));
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
