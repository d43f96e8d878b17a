// Notification: inotify, fanotify.
import * as g from '../../constants/generated/file.js';
import { joinedParts } from '../../decode/leaf/flags.js';
import { arg, call, choice, dirfd, fd, flags, format, i32, match, returns, wide } from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { openFlags, path } from './arguments.js';

const NO_FD = 0xffffffff;
/** A directory descriptor that may be FAN_NOFD. */
const markedDirectory = match(arg('dirfd'), [[NO_FD, choice(g.fanotify_nofd, 4, 'd')]], dirfd);

export const notify: Family = {
  inotify_init: () => call({}, returns.fd),
  inotify_init1: () => call({ flags: flags(g.inotify_init_flags) }, returns.fd),
  inotify_add_watch: () => call({ fd, pathname: path, mask: flags(g.inotify_masks) }),
  inotify_rm_watch: () => call({ fd, wd: i32 }),
  fanotify_init: () =>
    call(
      {
        flags: format(joinedParts(g.fanotify_classes, 0xc, g.fanotify_init_flags)),
        event_f_flags: format(openFlags),
      },
      returns.fd,
    ),
  fanotify_mark: () =>
    call({
      fanotify_fd: fd,
      flags: flags(g.fanotify_mark_flags),
      mask: wide(flags(g.fanotify_masks, 8)),
      dirfd: markedDirectory,
      pathname: path,
    }),
};
