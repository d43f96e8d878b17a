// The plans by which a recording was made: the tables that its records need. Sites and forms of a call are numbered by
// these, whatever the descriptions of a later tstrace say.
import { INSN_BYTES, Op, PathMode } from '../../capture/opcode.js';
import type { Plans } from '../../capture/compile.js';
import type { Selection } from '../../decode/call.js';
import type { Cursor } from '../../record/cursor.js';
import { Event } from '../../record/layout.js';
import { Block } from '../../record/file/format.js';
import type { RecordFileWriter } from '../../record/file/writer.js';
import type { PlanListener } from '../plans.js';
import { RecordFileError } from '../../record/file/reader.js';

/** Words of arguments from here on are high halves (native/tracer.h, tracer_set_select). */
const HIGH_HALF = 6;

/** The registers that choose a call's form, as tracer_set_select takes them. */
export type Key = Pick<Selection, 'first' | 'mask' | 'second'>;

/** One block of kind Plan, without the code. `key` alone: the call has forms; `words`: the form that they choose. */
interface PlanJson {
  readonly abi: number;
  readonly nr: number;
  readonly key?: Key;
  readonly words?: readonly [number, number];
  readonly variant?: number;
  /** Bytes of the entering plan; the exiting one follows. Absent: the variant's plans have been told before. */
  readonly enter?: number;
}

/** Writes plans as the tracer thread gets them. */
export class PlanWriter implements PlanListener {
  constructor(private readonly file: RecordFileWriter) {}

  private write(json: PlanJson, plans?: Plans): void {
    this.file.value(
      Block.Plan,
      plans ? { ...json, enter: plans.enter.length } : json,
      plans && Buffer.concat([plans.enter, plans.exit]),
    );
  }

  plan(abi: number, nr: number, plans: Plans): void {
    this.write({ abi, nr }, plans);
  }
  selection(abi: number, nr: number, { first, mask, second }: Key): void {
    this.write({ abi, nr, key: { first, mask, second } });
  }
  /** The form that two words choose; `plans` the first time. */
  form(abi: number, nr: number, words: readonly [number, number], variant: number, plans?: Plans): void {
    this.write({ abi, nr, words, variant }, plans);
  }
}

/** Plans of one call. */
interface RecordedCall {
  plans: Plans | undefined;
  key: Key | undefined;
  readonly forms: Map<string, Plans>;
  readonly variants: Plans[];
}

const lowWord = (c: Cursor, register: number): number =>
  register < 0 ? 0 : register < HIGH_HALF ? c.argLo(register) : c.argHi(register - HIGH_HALF);

/** The words of a record's arguments that choose its call's form. */
export const keyWords = (c: Cursor, { first, mask, second }: Key): readonly [number, number] => [
  (lowWord(c, first) & mask) >>> 0,
  lowWord(c, second),
];

const isIndex = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** Plans as a recording tells them. */
export class RecordedPlans {
  private readonly calls = new Map<number, RecordedCall>();

  private call(abi: number, nr: number): RecordedCall {
    const key = abi * 0x100000000 + nr;
    let call = this.calls.get(key);
    if (!call) this.calls.set(key, (call = { plans: undefined, key: undefined, forms: new Map(), variants: [] }));
    return call;
  }

  /** Takes a block of kind Plan. @throws RecordFileError when it is none. */
  add(value: unknown, code: Uint8Array): void {
    const json = (typeof value === 'object' ? value : undefined) as PlanJson | null | undefined;
    const enter = json?.enter ?? 0;
    if (!json || !isIndex(json.abi) || !isIndex(json.nr) || !isIndex(enter) || enter > code.length)
      throw new RecordFileError('damaged: a plan is none');
    const call = this.call(json.abi, json.nr);
    if (json.key) {
      call.key = json.key;
      return;
    }
    const plans =
      json.enter === undefined ? undefined : { enter: code.slice(0, enter), exit: code.slice(enter, code.length) };
    if (!json.words) call.plans = plans;
    else if (isIndex(json.variant)) {
      if (plans) call.variants[json.variant] = plans;
      call.forms.set(json.words.join(), call.variants[json.variant]);
    }
  }

  /** The plan that made a record of a call; undefined: it had none. */
  of(c: Cursor): Uint8Array | undefined {
    const call = this.calls.get(c.abi * 0x100000000 + c.nr);
    if (!call) return undefined;
    const plans = call.key ? call.forms.get(keyWords(c, call.key).join()) : call.plans;
    return c.event === (Event.Enter as number) ? plans?.enter : plans?.exit;
  }
}

/** What the regions of a site are. */
export type SiteKind =
  | { readonly kind: 'path'; readonly mode: number }
  | { readonly kind: 'comm'; readonly what: number }
  | { readonly kind: 'netlink' };

/** Which sites of a plan do not stand for memory. */
export function toldSites(plan: Uint8Array): ReadonlyMap<number, SiteKind> {
  const sites = new Map<number, SiteKind>();
  const view = new DataView(plan.buffer, plan.byteOffset, plan.byteLength);
  for (let at = 0; at + INSN_BYTES <= plan.length; at += INSN_BYTES) {
    const op = view.getUint8(at) as Op;
    const imm = view.getUint32(at + 4, true);
    if (op === Op.Switch) at += imm * INSN_BYTES;
    else if (op === Op.FdPath || op === Op.FdSet) sites.set(view.getUint8(at + 3), { kind: 'path', mode: imm });
    else if (op === Op.Comm) sites.set(view.getUint8(at + 3), { kind: 'comm', what: imm });
    else if (op === Op.Netlink) sites.set(view.getUint8(at + 3), { kind: 'netlink' });
  }
  return sites;
}

/** Bits of a path's mode that say whose descriptor it is. */
export const WHOSE = PathMode.OfPid | PathMode.OfPidfd;
