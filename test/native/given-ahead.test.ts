// Plans that are given ahead, and asked for at the same moment. The tracer thread looks whether a call is known, and then asks:
// between the two the consumer may give it. No test can hit the moment, so that the request is a fake here: its word is written.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigFlag, Tracer } from '../../src/binding/tracer.js';
import { RING_CONTROL_BYTES } from '../../src/record/layout.js';

/** `request` of struct ring_control in native/record.h. */
const REQUEST = 144;
const NR = 12;
const NONE = new Uint8Array(0);

let tracer: Tracer;
let request: Uint32Array;
beforeEach(() => {
  tracer = new Tracer({ flags: ConfigFlag.Decide, ringBytes: 65536, pinCpu: -1 });
  request = new Uint32Array(tracer.data.buffer, tracer.data.byteOffset - RING_CONTROL_BYTES + REQUEST, 1);
});
afterEach(() => {
  tracer.destroy();
});

/** What the tracer thread writes when it asks for a call of x86_64. */
const ask = (nr: number): void => {
  request[0] = 1 + nr;
};

const twice: readonly (readonly [what: string, give: () => void])[] = [
  ['a plan', () => tracer.setPlan(0, NR, NONE, NONE)],
  ['a selection', () => tracer.setSelection(0, NR, 1, 0xff, -1)],
  [
    'a decision and a plan',
    () => {
      tracer.setDecision(0, NR, NONE);
      tracer.setPlan(0, NR, NONE, NONE);
    },
  ],
];

test.each(twice)('a request for %s that is there is answered', (_what, give) => {
  ask(NR);
  expect(tracer.request()).toBe(NR);
  give();
  expect(request[0]).toBe(0);
  ask(NR);
  expect(tracer.request()).toBe(-1);
  expect(request[0]).toBe(0);
});

test.each(twice)('%s is not taken twice', (_what, give) => {
  give();
  expect(give).toThrow(/errno 17/);
  ask(NR);
  expect(give).toThrow(/errno 17/);
  ask(NR + 1);
  expect(give).toThrow(/errno 17/);
  expect(tracer.request()).toBe(NR + 1);
});
