// What registers hold at each line of a program, over all paths (over-approximated): which word of seccomp_data, and
// which architecture and system call the path has settled.
import {
  CLASS_ALU,
  CLASS_LD,
  CLASS_LDX,
  DATA_ARCH,
  DATA_NR,
  isBranch,
  isReturn,
  Op,
  type Program,
} from './instruction.js';

/** Offset of the data word a register holds, or -1 for anything else. */
export type Content = number;

/** One way a line may be reached; undefined where the path does not fix the value. */
export interface PathState {
  readonly a: Content;
  readonly x: Content;
  readonly memory: ReadonlyMap<number, Content>;
  readonly arch: number | undefined;
  readonly nr: number | undefined;
}

const START: PathState = { a: -1, x: -1, memory: new Map(), arch: undefined, nr: undefined };
/** More ways than this are joined into one of which nothing is known. */
const MAX_STATES = 64;

function keyOf(state: PathState): string {
  return `${state.a},${state.x},${state.arch},${state.nr},${[...state.memory].sort((p, q) => p[0] - q[0]).join(';')}`;
}

function afterStatement(state: PathState, code: number, k: number): PathState {
  switch (code) {
    case Op.LD_W_ABS:
      return { ...state, a: k };
    case Op.LD_MEM:
      return { ...state, a: state.memory.get(k) ?? -1 };
    case Op.LDX_MEM:
      return { ...state, x: state.memory.get(k) ?? -1 };
    case Op.ST:
      return { ...state, memory: new Map(state.memory).set(k, state.a) };
    case Op.STX:
      return { ...state, memory: new Map(state.memory).set(k, state.x) };
    case Op.TAX:
      return { ...state, x: state.a };
    case Op.TXA:
      return { ...state, a: state.x };
  }
  const group = code & 7;
  if (group === CLASS_LD || group === CLASS_ALU) return { ...state, a: -1 };
  return group === CLASS_LDX ? { ...state, x: -1 } : state;
}

/** The state on the way on which A equals `k`; undefined when the path has settled otherwise. */
function whenEqual(state: PathState, k: number): PathState | undefined {
  if (state.a === DATA_ARCH) return state.arch === undefined || state.arch === k ? { ...state, arch: k } : undefined;
  if (state.a === DATA_NR) return state.nr === undefined || state.nr === k ? { ...state, nr: k } : undefined;
  return state;
}

/** The state on the way on which A differs from `k`. */
function whenDifferent(state: PathState, k: number): PathState | undefined {
  if (state.a === DATA_ARCH && state.arch === k) return undefined;
  return state.a === DATA_NR && state.nr === k ? undefined : state;
}

/** For every line the ways it may be reached by; empty for dead code. Jumps past the end are ignored. */
export function pathStates(program: Program): PathState[][] {
  const lines = program.map(() => new Map<string, PathState>());
  const reach = (pc: number, state: PathState | undefined): void => {
    if (!state || pc >= lines.length) return;
    const line = lines[pc];
    if (line.size >= MAX_STATES) {
      line.clear();
      state = START;
    }
    line.set(keyOf(state), state);
  };
  reach(0, START);
  program.forEach(({ code, jt, jf, k }, pc) => {
    for (const state of lines[pc].values()) {
      if (isReturn(code)) continue;
      if (code === Op.JA) reach(pc + 1 + k, state);
      else if (isBranch(code)) {
        reach(pc + 1 + jt, code === Op.JEQ_K ? whenEqual(state, k) : state);
        reach(pc + 1 + jf, code === Op.JEQ_K ? whenDifferent(state, k) : state);
      } else reach(pc + 1, afterStatement(state, code, k));
    }
  });
  return lines.map((line) => [...line.values()]);
}
