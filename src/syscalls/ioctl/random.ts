// Commands of the random number generator (random(4), linux/random.h).
import { behind, bytes, i32, input, output, sibling, struct } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => ({
    RNDGETENTCNT: output(i32),
    RNDADDTOENTCNT: input(i32),
    RNDADDENTROPY: input(struct({ entropy_count: i32, buf_size: i32, buf: behind(bytes(sibling('buf_size'))) })),
    RNDZAPENTCNT: null,
    RNDCLEARPOOL: null,
    RNDRESEEDCRNG: null,
  }),
};
