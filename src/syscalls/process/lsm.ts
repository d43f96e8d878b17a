// Attributes that security modules keep for a task (Documentation/userspace-api/lsm.rst).
import * as g from '../../constants/generated/kernel.js';
import type { ConstantTable } from '../../constants/table.js';
import {
  arg,
  array,
  blob,
  call,
  callBy,
  choice,
  deref,
  field,
  flags,
  inout,
  less,
  input,
  output,
  padding,
  ret,
  sibling,
  struct,
  u32,
  u64,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { BytesNode } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import type { MemoryPrinter, Renderer } from '../../decode/printer.js';
import { quote } from '../../decode/quote.js';
import type { Sink } from '../../decode/sink.js';
import type { Style } from '../../decode/style.js';
import { xlatPrinter } from '../../decode/xlat.js';
import type { Family } from '../index.js';

/** Ids inside a context have no comment when they are not known. */
const contextIds: ConstantTable = { ...g.lsm_ids, placeholder: '' };
/** Bytes of struct lsm_ctx before its context, and the most that one call takes. */
const HEADER = 32;
const CONTEXTS_MAX = 4096;
const LSM_FLAG_SINGLE = 1;

const context: BytesNode = {
  kind: 'bytes',
  length: sibling('ctx_len'),
  style: 'hex',
  size: CONTEXTS_MAX - HEADER,
};
const fields = { id: choice(contextIds, 8), flags: x64, len: u64, ctx_len: u64 };

/** The context, of which `there` bytes are within the call's memory; nothing when it is empty or cannot be read. */
function printContext(c: Cursor, s: Sink, at: number, length: number, room: number, style: Style, hex: boolean): void {
  const want = Math.min(c.u64(at + 24), room);
  const limit = style.stringLimit;
  if (want <= 0 || length < Math.min(want, limit + 1)) return;
  s.text(', ctx=');
  quote(s, c.bytes, at + HEADER, Math.min(want, limit), hex ? 'all' : style.hex, want > limit);
}

/** One context of a call that says how many bytes there are. */
const given: Renderer = ({ named, style, argIndex, offset }): MemoryPrinter => {
  const names = ['id', 'flags', 'len', 'ctx_len'].map(named);
  const size = argIndex('size');
  return (c, s, at, length) => {
    names.forEach((print, i) => {
      s.text(i ? ', ' : '{');
      print(c, s, at, length);
    });
    printContext(c, s, at, length - HEADER, Math.min(c.argLo(size), c.u64(at + offset('len'))) - HEADER, style, true);
    s.byte(125);
  };
};
const one = struct(
  { ...fields, ctx: field(context, { hidden: true }) },
  { length: arg('size'), minimum: HEADER, readable: HEADER, render: given },
);

/** As many contexts as the result says, each as long as it says itself. */
const several: Renderer = ({ style }): MemoryPrinter => {
  const id = xlatPrinter(contextIds, style, 8);
  return (c, s, at, length) => {
    s.byte(91);
    let from = at;
    for (let i = 0; i < c.retLo; i++) {
      if (i) s.text(', ');
      const room = at + length - from;
      if (room < HEADER) {
        s.text('...');
        break;
      }
      s.text('{id=');
      id(c, s, c.u32(from), c.u32(from + 4));
      s.text(', flags=');
      s.hex64(c.u32(from + 8), c.u32(from + 12));
      s.text(', len=');
      s.decimal64(c.u32(from + 16), c.u32(from + 20));
      s.text(', ctx_len=');
      s.decimal64(c.u32(from + 24), c.u32(from + 28));
      const own = c.u64(from + 16);
      printContext(c, s, from, room - HEADER, Math.min(room, own) - HEADER, style, false);
      s.byte(125);
      if (own < HEADER) {
        if (i + 1 < c.retLo) s.text(', ...');
        break;
      }
      from += own;
    }
    s.byte(93);
  };
};
const contexts = blob(deref('size'), CONTEXTS_MAX, several, { partial: true });
const idOnly = struct({ id: choice(contextIds, 8), rest: padding(HEADER - 8) });

const sizePointer = inout(u32);
const attribute = choice(g.lsm_attributes);
const rest = { size: sizePointer, flags: flags(g.lsm_flags) };
/** With LSM_FLAG_SINGLE the caller asks for one module. */
const asked = inout(idOnly, {
  show: 'arrow',
  after: contexts,
  failedAsAddress: true,
  // An unreadable size is 2^32, which no size of 32 bits is.
  followed: less(deref('size', 2 ** 32), 2 ** 32),
});

export const lsm: Family = {
  lsm_get_self_attr: () =>
    callBy(
      { attr: attribute },
      arg('flags'),
      [[LSM_FLAG_SINGLE, { ctx: asked, ...rest }]],
      { ctx: output(contexts), ...rest },
      undefined,
      { mask: LSM_FLAG_SINGLE },
    ),
  lsm_set_self_attr: () => call({ attr: attribute, ctx: input(one), size: u32, flags: x32 }),
  lsm_list_modules: () => call({ ids: output(array(choice(g.lsm_ids, 8), ret)), size: sizePointer, flags: x32 }),
};
