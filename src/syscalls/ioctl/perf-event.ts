// Commands of performance events (perf_event_open(2), linux/perf_event.h).
import { perf_event_flags } from '../../constants/generated/descriptors.js';
import {
  array,
  behind,
  cstring,
  equals,
  fd,
  field,
  flags,
  format,
  holds,
  i32,
  inout,
  input,
  output,
  sibling,
  size,
  struct,
  succeeded,
  u32,
  u64,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { eventAttributes } from '../perf.js';
import type { Declaration, IoctlFamily } from './family.js';

const DOTS = '...';

/** The programs of an event: room for so many, and what was answered, if it can be read. */
const programs = (): Node => {
  const answer = struct(
    { prog_cnt: u32, ids: behind(array(u32, sibling('prog_cnt'))) },
    {
      render: ({ named }) => {
        const [count, ids] = [named('prog_cnt'), named('ids')];
        return (c, s, at, length) => {
          count(c, s, at, length);
          s.text(', ');
          ids(c, s, at, length);
        };
      },
    },
  );
  return inout(
    struct(
      {
        ids_len: u32,
        answer: { ...behind(answer, { lost: DOTS, when: succeeded }), fresh: true, bare: true },
        nothing: field(
          format(() => (_c, s) => s.text(DOTS), 1),
          {
            overlay: true,
            bare: true,
            fresh: true,
            when: equals(holds(succeeded), 0),
          },
        ),
      },
      { readable: 4 },
    ),
    { show: 'split' },
  );
};

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const which = flags(perf_event_flags);
    return {
      PERF_EVENT_IOC_ENABLE: which,
      PERF_EVENT_IOC_DISABLE: which,
      PERF_EVENT_IOC_RESET: which,
      PERF_EVENT_IOC_REFRESH: i32,
      PERF_EVENT_IOC_PERIOD: input(u64),
      PERF_EVENT_IOC_ID: output(u64),
      PERF_EVENT_IOC_SET_OUTPUT: fd,
      PERF_EVENT_IOC_SET_BPF: fd,
      PERF_EVENT_IOC_PAUSE_OUTPUT: size,
      PERF_EVENT_IOC_SET_FILTER: input(cstring),
      PERF_EVENT_IOC_QUERY_BPF: programs(),
      PERF_EVENT_IOC_MODIFY_ATTRIBUTES: input(eventAttributes()),
    };
  },
};
