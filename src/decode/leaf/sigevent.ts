// struct sigevent: how a timer or a message queue tells that something happened (sigevent(7)).
import { sigev_values } from '../../constants/generated/time.js';
import {
  address,
  choice,
  field,
  format,
  i32,
  inline,
  match,
  pid,
  sibling,
  struct,
  u32,
} from '../../describe/combinators.js';
import type { StructNode } from '../../describe/node.js';
import { signalNumber } from './flags.js';

const SIGEV_SIGNAL = 0;
const SIGEV_THREAD = 2;
const SIGEV_THREAD_ID = 4;

const signal = format(signalNumber);
const value = struct({ sival_int: i32, sival_ptr: field(address, { overlay: true }) });
const nothing = struct({});

/** sigev_value is shown when it is set; the signal by name where the kernel will send one. */
export const sigevent: StructNode = struct({
  sigev_value: field(value, { ifSet: true }),
  sigev_signo: match(
    sibling('sigev_notify'),
    { [SIGEV_SIGNAL]: signal, [SIGEV_THREAD]: signal, [SIGEV_THREAD_ID]: signal },
    u32,
  ),
  sigev_notify: choice(sigev_values),
  how: inline(
    match(
      sibling('sigev_notify'),
      {
        [SIGEV_THREAD]: struct({ sigev_notify_function: address, sigev_notify_attributes: address }),
        [SIGEV_THREAD_ID]: struct({ sigev_notify_thread_id: pid }),
      },
      nothing,
    ),
  ),
});
