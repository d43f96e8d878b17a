// Records as another style would have captured them: the style's own plans are run over what was recorded. Where they are
// the plans of the recording, its records are taken as they are.
import type { Plans } from '../../capture/compile.js';
import { Interpreter } from '../../capture/interpret.js';
import type { CompiledCall } from '../../decode/call.js';
import { Cursor } from '../../record/cursor.js';
import { Event, Offset, RegionOffset, SITE_SIGNAL_FD } from '../../record/layout.js';
import type { Calls } from '../calls.js';
import { RecordImage } from './image.js';
import { keyWords, toldSites } from './plans.js';
import type { RecordedPlans, SiteKind } from './plans.js';

const NOTHING = new Uint8Array(0);
const RESULT = 12;

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Turns records of a recording into those that printers of other options expect. */
export class Recapture {
  private readonly image = new RecordImage();
  private readonly interpreter = new Interpreter();
  private readonly made = new Cursor(new Uint8Array(1 << 16));
  private readonly words = new Uint32Array(14);
  private readonly variants = new WeakMap<CompiledCall, Map<number, Plans>>();
  private readonly sites = new WeakMap<Uint8Array, ReadonlyMap<number, SiteKind>>();
  /** Whether two plans are the same, by the recorded and the asked one. */
  private readonly equal = new WeakMap<Uint8Array, WeakMap<Uint8Array, boolean>>();
  /** Whether data of the last call is dumped, by task. */
  private readonly dumping = new Set<number>();

  constructor(
    private readonly recorded: RecordedPlans,
    private readonly calls: Calls,
    /** Whether data was dumped when it was recorded (-e read=, -e write=). */
    private readonly dumps: boolean,
  ) {}

  /** Captures that asked for memory which nobody recorded. */
  get missed(): number {
    return this.interpreter.missed;
  }

  /** The record as it is to be printed; undefined: under the options there is none. Valid until the next one. */
  record(c: Cursor): Cursor | undefined {
    const event = c.event as Event;
    if (event === Event.Data) return this.dumping.has(c.tid) ? c : undefined;
    if (event !== Event.Enter && event !== Event.Exit) return c;
    const from = this.recorded.of(c) ?? NOTHING;
    const plans = this.plansOf(c);
    const to = event === Event.Enter ? plans.enter : plans.exit;
    const run = !this.isSame(from, to);
    if (run) this.capture(c, from, to);
    if (this.dumps && event === Event.Exit) this.setDumping(c.tid, run ? this.interpreter.dumped : true);
    return run ? this.made : c;
  }

  private setDumping(tid: number, on: boolean): void {
    if (on) this.dumping.add(tid);
    else this.dumping.delete(tid);
  }

  private plansOf(c: Cursor): Plans {
    const call = this.calls.get(c.abi, c.nr);
    const { selection } = call;
    if (!selection) return call.plans;
    const variant = selection.variant(...keyWords(c, selection));
    let variants = this.variants.get(call);
    if (!variants) this.variants.set(call, (variants = new Map<number, Plans>()));
    let plans = variants.get(variant);
    if (!plans) variants.set(variant, (plans = selection.plans(variant)));
    return plans;
  }

  private isSame(from: Uint8Array, to: Uint8Array): boolean {
    let known = this.equal.get(from);
    if (!known) this.equal.set(from, (known = new WeakMap<Uint8Array, boolean>()));
    let is = known.get(to);
    if (is === undefined) known.set(to, (is = same(from, to)));
    return is;
  }

  private sitesOf(plan: Uint8Array): ReadonlyMap<number, SiteKind> {
    let sites = this.sites.get(plan);
    if (!sites) this.sites.set(plan, (sites = toldSites(plan)));
    return sites;
  }

  /** Runs a plan over a record; what it captures becomes the record in `made`. */
  private capture(c: Cursor, from: Uint8Array, to: Uint8Array): void {
    const { interpreter, words } = this;
    for (let i = 0; i < 6; i++) {
      words[2 * i] = c.argLo(i);
      words[2 * i + 1] = c.argHi(i);
    }
    const exit = c.event === (Event.Exit as number);
    words[RESULT] = exit ? c.retLo : 0;
    words[RESULT + 1] = exit ? c.retHi : 0;
    this.image.set(c, this.sitesOf(from));
    interpreter.run(to, words, exit && c.failed, this.image);
    for (const { fd, text } of this.image.carried()) interpreter.tell(SITE_SIGNAL_FD, fd, text);
    this.build(c);
  }

  private build(c: Cursor): void {
    const { made, interpreter } = this;
    const { regions, used } = interpreter;
    const table = Offset.Regions + regions.length * RegionOffset.Bytes;
    const size = table + used;
    if (made.bytes.length < size + 8) {
      made.bytes = new Uint8Array(2 * size + 8);
      made.words = new Int32Array(made.bytes.buffer, 0, made.bytes.length >> 2);
    }
    made.bytes.set(c.bytes.subarray(c.base, c.base + Offset.Regions));
    made.bytes.set(interpreter.bytes.subarray(0, used), table);
    const view = new DataView(made.bytes.buffer);
    view.setUint32(Offset.Size, size, true);
    view.setUint16(Offset.RegionCount, regions.length, true);
    for (const [i, r] of regions.entries()) {
      const at = Offset.Regions + i * RegionOffset.Bytes;
      view.setUint32(at + RegionOffset.Addr, r.lo, true);
      view.setUint32(at + RegionOffset.Addr + 4, r.hi, true);
      view.setUint32(at + RegionOffset.Offset, table + r.offset, true);
      view.setUint32(at + RegionOffset.Length, r.length, true);
      view.setUint32(at + RegionOffset.Want, r.want, true);
      view.setUint16(at + RegionOffset.Site, r.site, true);
      view.setUint16(at + RegionOffset.Errno, r.errno, true);
      view.setUint32(at + RegionOffset.Aux, r.aux, true);
      view.setUint32(at + RegionOffset.Aux + 4, 0, true);
    }
    made.set(0);
  }
}
