// Compiled calls by personality and number: made on first use, plans uploaded when the tracer asks for them.
import { ABIS } from '../abi/abi.js';
import { carrierOf, IPC } from '../abi/multiplexers.js';
import { callName, syscallArgCount, unnamedCall } from '../abi/syscalls.js';
import type { CompiledCall } from '../decode/call.js';
import { compileCall, compileUnknown } from '../decode/call.js';
import { isEmpty } from '../capture/dump.js';
import type { Style } from '../decode/style.js';
import { descriptionOf } from '../syscalls/index.js';
import type { TraceOptions } from './options.js';
import type { Wanted } from './wanted.js';

/** The style in which a call of a personality is shown. */
export function styleOf(options: TraceOptions, abi: number, nr: number): Style {
  const { name } = ABIS[abi];
  return {
    abi: ABIS[abi],
    stringLimit: options.stringLimit,
    abbrev: options.abbrev.has(name, nr),
    verbose: options.verbose.has(name, nr),
    raw: options.raw.has(name, nr),
    constants: options.constants,
    hex: options.hex,
    argNames: options.argNames,
    paths: options.fds.path,
    sockets: options.fds.socket,
    devices: options.fds.dev,
    eventfds: options.fds.eventfd,
    pidfds: options.fds.pidfd,
    signalfds: options.fds.signalfd,
    dumps:
      isEmpty(options.readFds) && isEmpty(options.writeFds)
        ? undefined
        : { read: options.readFds, write: options.writeFds },
    comm: options.comm,
    pidns: options.pidns,
    namespaces: options.namespaces,
    kvm: options.kvm,
    watched: options.report !== undefined,
    structured: options.structured,
  };
}

/** Compiles calls when they are first met. */
export class Calls {
  private readonly compiled = new Map<number, CompiledCall>();
  /** How many variants of each call the tracer has been given. */
  private readonly given = new Map<number, number>();

  constructor(
    private readonly options: TraceOptions,
    /** What calls are selected by. */
    private readonly wanted: Wanted = {},
  ) {}

  /** The compiled call of a number (x32 without its bit). */
  get(abi: number, nr: number): CompiledCall {
    const key = abi * 0x100000000 + nr;
    let call = this.compiled.get(key);
    if (call === undefined) this.compiled.set(key, (call = this.compile(abi, nr)));
    return call;
  }

  /** Whether the tracer has not been given this variant yet; it is taken to have it from now on. */
  isNewVariant(abi: number, nr: number, variant: number): boolean {
    const key = abi * 0x100000000 + nr;
    const known = this.given.get(key) ?? 0;
    if (variant < known) return false;
    this.given.set(key, variant + 1);
    return true;
  }

  private compile(abi: number, nr: number): CompiledCall {
    const style = styleOf(this.options, abi, nr);
    const { name: abiName } = ABIS[abi];
    const name = callName(abiName, nr);
    // Where the tracer thread has decided, every record is of a wanted call.
    const { targets, where }: Wanted = this.wanted.decide?.(abi, nr) ? {} : this.wanted;
    if (name === undefined) {
      const shown = unnamedCall(abiName, nr);
      return compileUnknown(shown, style, 6, 'x', targets, where?.chooser(shown, undefined, style));
    }
    const count = syscallArgCount(abiName, nr);
    const call = descriptionOf(name, abiName, abi === 1 && carrierOf(nr) === IPC);
    const chooser = where?.chooser(name, call, style);
    return call
      ? compileCall(name, call, style, count, targets, chooser)
      : compileUnknown(name, style, count, 'd', targets, chooser);
  }
}
