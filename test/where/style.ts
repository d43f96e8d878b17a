// The default style of a personality, for tests.
import { ABIS, type AbiName } from '../../src/abi/abi.js';
import type { Style } from '../../src/decode/style.js';

export function plainStyle(name: AbiName): Style {
  const abi = ABIS.find((each) => each.name === name) ?? ABIS[0];
  return {
    abi,
    stringLimit: 32,
    abbrev: true,
    verbose: true,
    raw: false,
    constants: 'abbrev',
    hex: 'none',
    argNames: false,
    paths: false,
    sockets: false,
    devices: false,
    eventfds: false,
    pidfds: false,
    signalfds: false,
    dumps: undefined,
    comm: false,
  };
}
