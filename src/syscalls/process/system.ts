// The kernel as a whole: its names, its log, modules, kexec, reboot.
import * as k from '../../constants/generated/kernel.js';
import {
  address,
  arg,
  argument,
  array,
  bytes,
  call,
  callBy,
  chars,
  choice,
  cstring,
  detail,
  equals,
  fd,
  field,
  fixedArray,
  flags,
  format,
  i32,
  input,
  output,
  ret,
  size,
  struct,
  u32,
  ulong,
} from '../../describe/combinators.js';
import type { ConstantTable } from '../../constants/table.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { choiceName, constantText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

/** Bytes of each name in `struct new_utsname`, and what may be set of it (sched.h: __NEW_UTS_LEN). */
const UTS_BYTES = 65;
const UTS_MAX = 64;
const name = chars(UTS_BYTES);
const utsname = struct({
  sysname: name,
  nodename: name,
  release: detail(name),
  version: detail(name),
  machine: detail(name),
  domainname: detail(name),
});
const setName = () => call({ name: input(bytes(arg('len'), { most: UTS_MAX })), len: u32 });

/** Most segments of one image (linux/kexec.h: KEXEC_SEGMENT_MAX). */
const KEXEC_SEGMENT_MAX = 16;
const segment = struct({ buf: address, bufsz: size, mem: address, memsz: size });
/** A processor architecture in the upper half of the low word, flags below. */
const kexecFlags: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const arch = constantText(k.kexec_archs, style.abi, style.constants, (lo & 0xffff0000) >>> 0, 0, 4);
    const rest = lo & 0xffff;
    return (rest | hi) === 0 ? arch : `${arch}|${constantText(k.kexec_flags, style.abi, style.constants, rest, hi, 8)}`;
  });

/** A decimal number with its name always in a comment behind it. */
const explained =
  (table: ConstantTable): ScalarFormat =>
  (style) =>
    memoised((lo) => `${lo | 0} /* ${choiceName(table.entries(style.abi.name), lo, 0, 4) ?? table.placeholder} */`);

/** struct __sysctl_args, with four words that are not used. */
const sysctlArguments = struct({
  name: address,
  nlen: i32,
  oldval: address,
  oldlenp: address,
  newval: address,
  newlen: size,
  __unused: field(fixedArray(ulong, 4), { hidden: true }),
});

const LINUX_REBOOT_CMD_RESTART2 = 0xa1b2c3d4;

export const system: Family = {
  uname: () => call({ buf: output(utsname) }),
  sethostname: setName,
  setdomainname: setName,
  vhangup: () => call(),
  uretprobe: () => call(),
  _sysctl: () => call({ args: input(sysctlArguments) }),
  syslog: () =>
    callBy(
      { type: format(explained(k.syslog_actions)) },
      arg('type'),
      [
        [[0, 1, 5, 6, 7, 9, 10], {}],
        [[2, 3, 4], { bufp: output(bytes(ret)), len: i32 }],
        [8, { bufp: address, len: format(explained(k.syslog_levels)) }],
      ],
      { bufp: address, len: i32 },
    ),
  reboot: () =>
    call({
      magic: choice(k.reboot_magic1),
      magic2: choice(k.reboot_magic2),
      op: choice(k.reboot_commands),
      arg: argument(input(cstring), { when: equals(arg('op'), LINUX_REBOOT_CMD_RESTART2) }),
    }),
  kexec_load: () =>
    call({
      entry: address,
      nr_segments: size,
      segments: input(array(segment, arg('nr_segments'), { most: KEXEC_SEGMENT_MAX })),
      flags: format(kexecFlags, 'ptr'),
    }),
  kexec_file_load: () =>
    call({
      kernel_fd: fd,
      initrd_fd: fd,
      cmdline_len: size,
      cmdline: input(bytes(arg('cmdline_len'))),
      flags: flags(k.kexec_file_flags, 'ptr'),
    }),
  init_module: () => call({ module_image: address, len: size, param_values: input(cstring) }),
  finit_module: () => call({ fd, param_values: input(cstring), flags: flags(k.finit_module_flags) }),
  delete_module: () => call({ name: input(cstring), flags: flags(k.delete_module_flags) }),
};
