// Extended attributes, by path, by descriptor and by directory descriptor.
import * as g from '../../constants/generated/file.js';
import {
  address,
  address64,
  arg,
  bytes,
  call,
  cstring,
  differs,
  dirfd,
  fd,
  flags,
  input,
  output,
  ret,
  sibling,
  size,
  struct,
  u32,
  when,
} from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { path, xattrBytes } from './arguments.js';

const name = input(cstring);
/** A buffer of `size` bytes; with size 0 only the room that would be needed is asked for. */
const sized = (node: Node): Node => when(differs(arg('size'), 0), node, address);

const get = (file: ArgumentSpec) => (): Call => call({ ...file, name, value: sized(output(xattrBytes(ret))), size });
const set = (file: ArgumentSpec) => (): Call =>
  call({ ...file, name, value: input(xattrBytes(arg('size'))), size, flags: flags(g.xattr_flags) });
const list = (file: ArgumentSpec) => (): Call => call({ ...file, list: sized(output(bytes(ret))), size });
const remove = (file: ArgumentSpec) => (): Call => call({ ...file, name });

/** struct xattr_args (linux/xattr.h), the same on every personality. */
const xattrArgs = (value: Node) =>
  struct({ value, size: u32, flags: flags(g.xattr_flags) }, { length: arg('size'), minimum: 16, excess: true });
const valueIn = input(xattrBytes(sibling('size')), { wide: true });
const valueOut = when(differs(sibling('size'), 0), output(xattrBytes(ret), { wide: true }), address64);
const atFlags = flags(g.xattrat_flags);

export const xattr: Family = {
  getxattr: get({ pathname: path }),
  lgetxattr: get({ pathname: path }),
  fgetxattr: get({ fd }),
  setxattr: set({ pathname: path }),
  lsetxattr: set({ pathname: path }),
  fsetxattr: set({ fd }),
  listxattr: list({ pathname: path }),
  llistxattr: list({ pathname: path }),
  flistxattr: list({ fd }),
  removexattr: remove({ pathname: path }),
  lremovexattr: remove({ pathname: path }),
  fremovexattr: remove({ fd }),
  setxattrat: () => call({ dirfd, pathname: path, flags: atFlags, name, args: input(xattrArgs(valueIn)), size }),
  getxattrat: () =>
    call({
      dirfd,
      pathname: path,
      flags: atFlags,
      name,
      args: input(xattrArgs(valueOut), { evenOnError: true }),
      size,
    }),
  listxattrat: () => call({ dirfd, pathname: path, flags: atFlags, list: sized(output(bytes(ret))), size }),
  removexattrat: () => call({ dirfd, pathname: path, flags: atFlags, name }),
};
