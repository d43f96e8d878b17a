// AX.25 addresses (linux/ax25.h): call signs of six characters shifted left by one, and a station number.
import { array, blob, constant, i32, padding, room, struct } from '../../describe/combinators.js';
import type { StructNode } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import { ellipsis } from '../quote.js';
import type { Renderer } from '../printer.js';
import type { Sink } from '../sink.js';
import type { Style } from '../style.js';
import { elementLimit } from '../../capture/shape.js';
import { quoteHex } from './inet.js';

const CALL = 7;
const DIGIPEATERS = 8;
/** sizeof(struct sockaddr_ax25), family included. */
const ADDRESS = 16;

interface CallSign {
  readonly text: string;
  /** As the protocol wants it: capitals and digits, no bit that means something else. */
  readonly proper: boolean;
}

/** `AB1-0`; undefined when the bytes hold what cannot stand in a comment. */
function callSign(c: Cursor, at: number): CallSign | undefined {
  let text = '';
  const station = c.bytes[at + 6];
  let proper = (station & ~0x1e) === 0;
  for (let i = 0; i < 6; i++) {
    const byte = c.bytes[at + i];
    const char = byte >> 1;
    if (char < 32 || char >= 127 || char === 42 || char === 47) return undefined;
    if (byte & 1) proper = false;
    text += String.fromCharCode(char);
  }
  text = text.trimEnd();
  return { text: `${text}-${(station >> 1) & 15}`, proper: proper && /^[A-Z0-9]+$/.test(text) };
}

/** A call sign by name, or its bytes with the name in a comment. */
function printCall(c: Cursor, s: Sink, at: number, style: Style): void {
  const sign = callSign(c, at);
  if (sign?.proper && style.constants === 'abbrev') {
    s.text(sign.text);
    return;
  }
  s.text('{ax25_call=');
  quoteHex(c, s, at, CALL);
  s.byte(125);
  if (sign && (!sign.proper || style.constants === 'verbose')) s.text(` /* ${sign.text} */`);
}

const call = blob(
  constant(CALL),
  CALL,
  ({ style }) =>
    (c, s, at) =>
      printCall(c, s, at, style),
  { size: CALL },
);
const address = struct({ family: padding(2), sax25_call: call, sax25_ndigis: i32 });

const render: Renderer = ({ style, field }) => {
  const printAddress = field('fsa_ax25');
  const limit = elementLimit(style, undefined);
  return (c, s, at, length) => {
    const digipeaters = c.i32(at + 12);
    const inner = length - ADDRESS;
    if (inner <= 0 && digipeaters === 0) {
      s.text('sax25_call=');
      printCall(c, s, at + 2, style);
      s.text(', sax25_ndigis=0');
      return;
    }
    s.text('fsa_ax25=');
    printAddress(c, s, at, length);
    const count = Math.min(digipeaters, DIGIPEATERS);
    const have = Math.min(Math.floor(inner / CALL), DIGIPEATERS);
    if (count > 0) {
      s.text(', fsa_digipeater=[');
      const shown = Math.min(count, have, limit);
      for (let i = 0; i < shown; i++) {
        if (i) s.text(', ');
        printCall(c, s, at + ADDRESS + i * CALL, style);
      }
      if (shown < count) {
        if (shown) s.text(', ');
        ellipsis(s);
      }
      s.byte(93);
    }
    if (inner !== have * CALL) s.text(', ...');
  };
};

/** struct full_sockaddr_ax25, without the name of its family. */
export const ax25: StructNode = struct(
  {
    fsa_ax25: address,
    fsa_digipeater: { node: array(call, room), rest: true },
  },
  { render, minimum: ADDRESS, size: ADDRESS },
);
