// Arguments that many calls on files share.
import * as g from '../../constants/generated/file.js';
import { choiceAndFlags, userId } from '../../decode/leaf/flags.js';
import { anyBit, arg, argument, bytes, format, input, pathname, permissions } from '../../describe/combinators.js';
import type { Ref } from '../../describe/node.js';

/** A path, never shortened. */
export const path = input(pathname);

const O_CREAT = 0o100;
/** The bit of O_TMPFILE that is not O_DIRECTORY. */
const TMPFILE = 0x400000;
/** Open flags that make the mode argument count. */
export const CREATING = O_CREAT | TMPFILE;

/** Open flags with the access mode inside. */
export const openFlags = choiceAndFlags(g.open_modes, 3, g.open_flags);
/** The mode of a file that is created. */
export const mode = permissions;
/** open's and openat's third argument: there only when a file may be created. */
export const optionalMode = argument(mode, { when: anyBit(arg('flags'), CREATING) });

/** A user or group id: unsigned, but -1 is -1. */
export const uid = format(userId);
/** The 16-bit ids of the oldest calls of i386. */
export const uid16 = format(userId, 2);

/** Most bytes of an extended attribute's value (XATTR_SIZE_MAX): with more the kernel refuses before it reads. */
const XATTR_SIZE_MAX = 65536;
/** The value of an extended attribute; the NUL that ends a string is not shown. */
export const xattrBytes = (length: Ref) => bytes(length, { trimmed: true, most: XATTR_SIZE_MAX });
