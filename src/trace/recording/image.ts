// A record as the memory image from which other plans capture: whatever it holds of the tracee's memory, by address.
import type { Image } from '../../capture/interpret.js';
import { PidWhat } from '../../capture/opcode.js';
import type { Cursor } from '../../record/cursor.js';
import { Offset, RegionOffset, SITE_SIGNAL_FD } from '../../record/layout.js';
import type { SiteKind } from './plans.js';
import { WHOSE } from './plans.js';

const TWO_32 = 4294967296;
const NEWLINE = 10;
const EXISTS = Buffer.from('exists:');

/** Offsets in words. */
const enum Word {
  Offset = RegionOffset.Offset / 4,
  Length = RegionOffset.Length / 4,
  Want = RegionOffset.Want / 4,
  Site = RegionOffset.Site / 4,
  Each = RegionOffset.Bytes / 4,
}

/** The image of one record at a time. */
export class RecordImage implements Image {
  errno = 0;
  private words: Int32Array = new Int32Array(0);
  private bytes: Uint8Array = new Uint8Array(0);
  private base = 0;
  private table = 0;
  private count = 0;
  private sites: ReadonlyMap<number, SiteKind> = new Map<number, SiteKind>();

  /** Takes the record at the cursor, whose plan had such sites. */
  set(c: Cursor, sites: ReadonlyMap<number, SiteKind>): void {
    this.words = c.words;
    this.bytes = c.bytes;
    this.base = c.base;
    this.table = (c.base + Offset.Regions) >> 2;
    this.count = c.regions;
    this.sites = sites;
  }

  private siteOf(region: number): number {
    return this.words[region + Word.Site] & 0xffff;
  }

  read(lo: number, hi: number, out: Uint8Array, at: number, length: number): number {
    const { words } = this;
    let got = 0;
    this.errno = 0;
    while (got < length) {
      const before = got;
      let refused = 0;
      for (let i = 0; i < this.count && got === before; i++) {
        const r = this.table + i * Word.Each;
        if (this.siteOf(r) === SITE_SIGNAL_FD || this.sites.has(this.siteOf(r))) continue;
        const from = (hi - (words[r + 1] >>> 0)) * TWO_32 + lo - (words[r] >>> 0) + got;
        // What OP_PAD added was not in the tracee's memory.
        const there = Math.min(words[r + Word.Length] >>> 0, words[r + Word.Want] >>> 0);
        if (from >= 0 && from < there) {
          const n = Math.min(there - from, length - got);
          const source = this.base + words[r + Word.Offset] + from;
          out.set(this.bytes.subarray(source, source + n), at + got);
          got += n;
        } else if (from === there) refused ||= words[r + Word.Site] >>> 16;
      }
      if (got > before) continue;
      this.errno = refused;
      break;
    }
    return got;
  }

  /** What is told of the descriptors that netlink messages carry: no plan asks for it. */
  *carried(): Generator<{ readonly fd: number; readonly text: Uint8Array }> {
    for (let i = 0; i < this.count; i++) {
      const r = this.table + i * Word.Each;
      if (this.siteOf(r) !== SITE_SIGNAL_FD) continue;
      const at = this.base + this.words[r + Word.Offset];
      yield { fd: this.words[r] | 0, text: this.bytes.subarray(at, at + (this.words[r + Word.Length] >>> 0)) };
    }
  }

  /** The bytes of the first region of a number whose site is of a kind. */
  private told(number: number, wanted: (site: SiteKind) => boolean): Uint8Array | undefined {
    for (let i = 0; i < this.count; i++) {
      const r = this.table + i * Word.Each;
      const site = this.sites.get(this.siteOf(r));
      if (!site || (this.words[r] | 0) !== (number | 0) || !wanted(site)) continue;
      const at = this.base + this.words[r + Word.Offset];
      return this.bytes.subarray(at, at + (this.words[r + Word.Length] >>> 0));
    }
    return undefined;
  }

  path(fd: number, mode: number): Uint8Array | undefined {
    const exact = this.told(fd, (site) => site.kind === 'path' && site.mode === mode);
    if (exact) return exact;
    const more = this.told(fd, (site) => site.kind === 'path' && (site.mode & WHOSE) === (mode & WHOSE));
    // Printers pass over lines that their style does not ask for; but plans compare the whole text of a plain path.
    return more && (mode & ~WHOSE) === 0 ? plainPath(more) : more;
  }

  comm(pid: number, what: number): Uint8Array | undefined {
    const more = PidWhat.Comm | PidWhat.Translated;
    return this.told(pid, (site) => site.kind === 'comm' && (site.what & ~more) === (what & ~more));
  }

  netlink(fd: number): Uint8Array | undefined {
    return this.told(fd, (site) => site.kind === 'netlink');
  }
}

/** The path, and whether a file of that name exists, as without any PathMode. */
function plainPath(text: Uint8Array): Uint8Array {
  const end = text.indexOf(0);
  if (end < 0) return text;
  if (!EXISTS.every((byte, i) => text[end + 1 + i] === byte)) return text.subarray(0, end);
  const line = text.indexOf(NEWLINE, end);
  return text.subarray(0, line < 0 ? text.length : line + 1);
}
