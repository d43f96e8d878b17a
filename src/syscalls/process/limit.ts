// Resource limits: getrlimit(2), setrlimit(2), prlimit(2).
import * as g from '../../constants/generated/process.js';
import { byAbi, call, choice, format, input, output, pid, struct } from '../../describe/combinators.js';
import type { FormatNode, Size } from '../../describe/node.js';
import type { Family } from '../index.js';

/** A limit: infinity by name, multiples of 1024 above it as a product. */
const limit = (infinity: string, size: Size): FormatNode =>
  format(
    (style, bytes) => (_c, s, lo, hi) => {
      const infinite = lo === 0xffffffff && (bytes === 4 || hi === 0xffffffff);
      const product = !infinite && (lo & 1023) === 0 && (hi !== 0 || lo > 1024);
      const named = infinite || product;
      if (!named || style.constants !== 'abbrev') s.decimal64(lo, hi);
      if (!named || style.constants === 'raw') return;
      if (style.constants === 'verbose') s.text(' /* ');
      if (infinite) s.text(infinity);
      else {
        s.decimal64(((lo >>> 10) | (hi << 22)) >>> 0, hi >>> 10);
        s.text('*1024');
      }
      if (style.constants === 'verbose') s.text(' */');
    },
    size,
  );
const INFINITY64 = 'RLIM64_INFINITY';
const pair = (of: FormatNode) => struct({ rlim_cur: of, rlim_max: of });
const rlimit64 = pair(limit(INFINITY64, 8));
const rlimit = byAbi(rlimit64, pair(limit('RLIM_INFINITY', 4)), rlimit64);
const resource = choice(g.resources);

export const limits: Family = {
  getrlimit: () => call({ resource, rlim: output(rlimit) }),
  ugetrlimit: () => call({ resource, rlim: output(rlimit) }),
  setrlimit: () => call({ resource, rlim: input(rlimit) }),
  prlimit64: () => call({ pid, resource, new_limit: input(rlimit64), old_limit: output(rlimit64) }),
};
