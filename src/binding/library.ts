// The whole native surface: locates libtstrace.so, opens it, declares its functions. Twin: native/tracer.h.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as FfiRs from 'ffi-rs';
import { TracerError } from '../errors.js';

/** Pointers are opaque to us. */
export type Pointer = FfiRs.JsExternal;

/** The functions of native/tracer.h, with arrays of arguments as ffi-rs takes them; results are >= 0 or -errno. */
export interface Native {
  tracer_create(args: [config: Buffer, length: number]): number;
  tracer_ring(args: [handle: number]): Pointer;
  tracer_set_traced(args: [handle: number, traced: Buffer, length: number]): number;
  tracer_set_plan(args: [handle: number, abi: number, nr: number, insns: Buffer, enter: number, exit: number]): number;
  tracer_set_select(
    args: [handle: number, abi: number, nr: number, first: number, mask: number, second: number],
  ): number;
  tracer_set_variant(
    args: [handle: number, abi: number, nr: number, variant: number, insns: Buffer, enter: number, exit: number],
  ): number;
  tracer_set_decision(args: [handle: number, abi: number, nr: number, insns: Buffer, count: number]): number;
  tracer_set_targets(args: [handle: number, block: Buffer, length: number]): number;
  tracer_choose(args: [handle: number, abi: number, nr: number, variant: number]): number;
  tracer_request_key(args: [handle: number, which: number]): number;
  tracer_spawn(args: [handle: number, spec: Buffer, length: number]): number;
  tracer_adopt(args: [handle: number, pid: number, ready: number]): number;
  tracer_attach(args: [handle: number, pid: number]): number;
  tracer_daemonize(args: [spec: Buffer, length: number, mode: number]): number;
  tracer_become(args: [spec: Buffer, length: number, ready: number]): number;
  tracer_pipe(args: [spec: Buffer, length: number]): number;
  tracer_pipe_finish(args: []): number;
  tracer_start(args: [handle: number]): number;
  tracer_next(args: [handle: number, consumed: number, minBytes: number, flushMs: number]): number;
  tracer_request(args: [handle: number]): number;
  tracer_signals(args: [handle: number, mode: number, ignored: number]): number;
  tracer_interrupted(args: [handle: number]): number;
  tracer_interrupt(args: [handle: number, signal: number]): number;
  tracer_control(args: [handle: number, fd: number, signal: number]): number;
  tracer_abandon(args: [handle: number]): number;
  tracer_decide(args: [handle: number, verdict: number]): number;
  tracer_status(args: [handle: number]): number;
  tracer_stat(args: [handle: number, what: number]): number;
  tracer_destroy(args: [handle: number]): number;
  tracer_error(args: [handle: number, buffer: Buffer, length: number]): number;
  tracer_probe_seccomp(args: []): number;
  tracer_probe_info(args: []): number;
  tracer_seccomp_filters(args: [pid: number, out: Buffer, length: number]): number;
  tracer_generic_families(args: [out: Buffer, length: number]): number;
  tracer_die(args: [signal: number]): number;
  tracer_exit(args: [status: number]): number;
  tracer_set_stacks(args: [handle: number, limit: number, source: number]): number;
  tracer_set_tampering(args: [handle: number, block: Buffer, length: number]): number;
  tracer_interface_name(args: [index: number, out: Buffer, length: number]): number;
  capture_run_for_test(args: [spec: Buffer, specLength: number, out: Buffer, outLength: number]): number;
  plan_verify_for_test(args: [insns: Buffer, count: number]): number;
}

export interface Library {
  readonly native: Native;
  /** A Buffer over native memory, without a copy. */
  view(pointer: Pointer, length: number): Buffer;
}

const LIBRARY = 'tstrace';
/** ffi-rs's DataType numbers that we use: a wrong one aborts the process, so nothing else is declared. */
const I32 = 1;
const BYTES = 10;
const POINTER = 11;

const require = createRequire(import.meta.url);

type Libc = 'gnu' | 'musl';

/**
 * The platform's own package is taken directly: ffi-rs's loader asks for a diagnostic report first (5 ms). Which one can be
 * loaded tells the C library, too.
 */
function loadFfi(): readonly [typeof FfiRs, Libc] {
  for (const libc of ['gnu', 'musl'] as const)
    try {
      return [require(`@yuuang/ffi-rs-linux-x64-${libc}`) as typeof FfiRs, libc];
    } catch (cause) {
      void cause; // Not installed, or for the other C library.
    }
  throw new TracerError("cannot load ffi-rs: run 'npm install'", 'dlopen', 0, 0);
}

/**
 * The library lies in native/ beside the package's root, whether we run from src or from dist: the one that was built
 * here, else the one that came with the package.
 */
function locate(libc: Libc): string {
  const own = process.env.TSTRACE_LIBRARY;
  if (own) return own;
  let dir = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < 4; i++, dir = dirname(dir))
    for (const place of ['build', join('prebuilt', `linux-x64-${libc}`)]) {
      const path = join(dir, 'native', place, 'libtstrace.so');
      if (existsSync(path)) return path;
    }
  throw new TracerError("the native library is not built: run 'npm run build'", 'dlopen', 2);
}

let library: Library | undefined;

/** Opens the library once. @throws TracerError when it is not there. */
export function openLibrary(): Library {
  if (library) return library;
  const [ffi, libc] = loadFfi();
  const path = locate(libc);
  try {
    ffi.open({ library: LIBRARY, path });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TracerError(`cannot load ${path}: ${why}; it can be built here: npm rebuild tstrace`, 'dlopen', 0);
  }
  const f = (retType: number, ...paramsType: number[]): { library: string; retType: number; paramsType: number[] } => ({
    library: LIBRARY,
    retType,
    paramsType,
  });
  const native = defineAll(ffi, {
    tracer_create: f(I32, BYTES, I32),
    tracer_ring: f(POINTER, I32),
    tracer_set_traced: f(I32, I32, BYTES, I32),
    tracer_set_plan: f(I32, I32, I32, I32, BYTES, I32, I32),
    tracer_set_select: f(I32, I32, I32, I32, I32, I32, I32),
    tracer_set_variant: f(I32, I32, I32, I32, I32, BYTES, I32, I32),
    tracer_choose: f(I32, I32, I32, I32, I32),
    tracer_request_key: f(I32, I32, I32),
    tracer_spawn: f(I32, I32, BYTES, I32),
    tracer_adopt: f(I32, I32, I32, I32),
    tracer_attach: f(I32, I32, I32),
    tracer_daemonize: f(I32, BYTES, I32, I32),
    tracer_become: f(I32, BYTES, I32, I32),
    tracer_pipe: f(I32, BYTES, I32),
    tracer_pipe_finish: f(I32),
    tracer_start: f(I32, I32),
    tracer_next: f(I32, I32, I32, I32, I32),
    tracer_request: f(I32, I32),
    tracer_signals: f(I32, I32, I32, I32),
    tracer_interrupted: f(I32, I32),
    tracer_interrupt: f(I32, I32, I32),
    tracer_control: f(I32, I32, I32, I32),
    tracer_abandon: f(I32, I32),
    tracer_decide: f(I32, I32, I32),
    tracer_set_decision: f(I32, I32, I32, I32, BYTES, I32),
    tracer_set_targets: f(I32, I32, BYTES, I32),
    tracer_status: f(I32, I32),
    tracer_stat: f(I32, I32, I32),
    tracer_destroy: f(I32, I32),
    tracer_error: f(I32, I32, BYTES, I32),
    tracer_probe_seccomp: f(I32),
    tracer_probe_info: f(I32),
    tracer_seccomp_filters: f(I32, I32, BYTES, I32),
    tracer_generic_families: f(I32, BYTES, I32),
    tracer_die: f(I32, I32),
    tracer_exit: f(I32, I32),
    tracer_set_stacks: f(I32, I32, I32, I32),
    tracer_set_tampering: f(I32, I32, BYTES, I32),
    tracer_interface_name: f(I32, I32, BYTES, I32),
    capture_run_for_test: f(I32, BYTES, I32, BYTES, I32),
    plan_verify_for_test: f(I32, BYTES, I32),
  });
  library = { native, view: (pointer, length) => ffi.createExternalBuffer(pointer, length) };
  return library;
}

type Declaration = { library: string; retType: number; paramsType: number[] };
/** What the loader's own `load` takes: ffi-rs's wrapper adds these to every call. */
type RawCall = {
  library: string;
  funcName: string;
  retType: number;
  paramsType: unknown[];
  paramsValue: unknown[];
  freeResultMemory: boolean;
};

/** Binds the functions; results are typed by `Native`, not by ffi-rs's enumeration. */
function defineAll(ffi: typeof FfiRs, functions: Record<keyof Native, Declaration>): Native {
  const load = ffi.load as unknown as (call: RawCall) => unknown;
  const { Array: arrayTag } = ffi.FFITypeTag as unknown as { Array: unknown };
  const bound = Object.entries(functions).map(([funcName, { library: name, retType, paramsType }]) => {
    const hasBytes = paramsType.includes(BYTES);
    return [
      funcName,
      (paramsValue: unknown[]) =>
        load({
          library: name,
          funcName,
          retType,
          paramsType: hasBytes
            ? paramsType.map((type, i) =>
                type === BYTES ? { type, length: (paramsValue[i] as Buffer).length, ffiTypeTag: arrayTag } : type,
              )
            : paramsType.slice(),
          paramsValue,
          freeResultMemory: false,
        }),
    ] as const;
  });
  return Object.fromEntries(bound) as unknown as Native;
}
