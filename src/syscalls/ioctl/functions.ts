// Commands whose number holds a parameter: a length, an axis, a channel. The names that their macros have
// (linux/input.h, linux/hidraw.h, linux/hiddev.h, linux/soundcard.h, linux/uinput.h, linux/joystick.h, linux/spi/spidev.h). In
// the bundle the constants wait for the first that needs them (scripts/lazy-calls.mjs).
import type { AbiName } from '../../abi/abi.js';
import type { ConstantTable } from '../../constants/table.js';
import * as input from '../../constants/generated/input.js';
import { hexText } from '../../decode/xlat.js';
import { direction, sizeOf, typeOf } from './commands.js';

/** Directions of a command, as `direction` gives them. */
const WRITE = 1;
const READ = 2;
const BOTH = 3;

interface Function {
  readonly directions: readonly number[];
  /** Type byte, as a character. */
  readonly type: string;
  /** First and last number. */
  readonly numbers: readonly [number, number];
  /** The text in front of the parenthesis, and what stands in it. */
  readonly name: string;
  readonly parameter: (op: number, offset: number, abi: AbiName, comment: boolean) => string;
}

const length = (op: number): string => String(sizeOf(op));
const offset = (_op: number, n: number): string => String(n);

const named =
  (tableOf: () => ConstantTable) =>
  (_op: number, n: number, abi: AbiName, comment: boolean): string => {
    const table = tableOf();
    const found = table.entries(abi).find((e) => e.lo === n);
    return found?.name ?? (comment ? `${hexText(n, 0)} /* ${table.placeholder} */` : hexText(n, 0));
  };
const axis = named(() => input.input_axes);
const event = named(() => input.input_events);

const sized = (type: string, directions: readonly number[], n: number, name: string): Function => ({
  directions,
  type,
  numbers: [n, n],
  name,
  parameter: length,
});

const functions: readonly Function[] = [
  ...(
    [
      [6, 'EVIOCGNAME'],
      [7, 'EVIOCGPHYS'],
      [8, 'EVIOCGUNIQ'],
      [9, 'EVIOCGPROP'],
      [10, 'EVIOCGMTSLOTS'],
      [24, 'EVIOCGKEY'],
      [25, 'EVIOCGLED'],
      [26, 'EVIOCGSND'],
      [27, 'EVIOCGSW'],
    ] as const
  ).map(([n, name]) => sized('E', [READ], n, name)),
  {
    directions: [READ],
    type: 'E',
    numbers: [32, 63],
    name: 'EVIOCGBIT',
    // No event type 0 is asked for: there it lists the types themselves.
    parameter: (op, n, abi, comment) => `${n === 0 ? '0' : event(op, n, abi, comment)}, ${sizeOf(op)}`,
  },
  { directions: [READ], type: 'E', numbers: [64, 127], name: 'EVIOCGABS', parameter: axis },
  { directions: [WRITE], type: 'E', numbers: [192, 255], name: 'EVIOCSABS', parameter: axis },
  sized('H', [READ], 4, 'HIDIOCGRAWNAME'),
  sized('H', [READ], 5, 'HIDIOCGRAWPHYS'),
  sized('H', [READ, BOTH], 6, 'HIDIOCSFEATURE'),
  sized('H', [BOTH], 7, 'HIDIOCGFEATURE'),
  sized('H', [READ], 8, 'HIDIOCGRAWUNIQ'),
  sized('H', [READ], 18, 'HIDIOCGPHYS'),
  { directions: [READ], type: 'M', numbers: [0, 255], name: 'MIXER_READ', parameter: offset },
  { directions: [WRITE], type: 'M', numbers: [0, 255], name: 'MIXER_WRITE', parameter: offset },
  sized('U', [READ], 44, 'UI_GET_SYSNAME'),
  sized('j', [READ], 19, 'JSIOCGNAME'),
  sized('k', [WRITE], 0, 'SPI_IOC_MESSAGE'),
];

/**
 * The macro and its parameters as they print; undefined for a command without one. `comment`: unknown parameters have a
 * comment, as long as no other is around them.
 */
export function functionName(
  op: number,
  abi: AbiName,
  comment: boolean,
): { readonly macro: string; readonly text: string } | undefined {
  const type = String.fromCharCode(typeOf(op));
  const nr = op & 0xff;
  for (const f of functions)
    if (f.type === type && f.directions.includes(direction(op)) && nr >= f.numbers[0] && nr <= f.numbers[1])
      return { macro: f.name, text: `${f.name}(${f.parameter(op, nr - f.numbers[0], abi, comment)})` };
  return undefined;
}
