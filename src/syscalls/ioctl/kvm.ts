// Commands of /dev/kvm, virtual machines and their processors (linux/kvm.h).
import * as g from '../../constants/generated/kvm.js';
import type { Renderer } from '../../decode/printer.js';
import {
  array,
  behind,
  choice,
  detail,
  fixedArray,
  flags,
  input,
  output,
  padding,
  returns,
  sibling,
  struct,
  u16,
  u32,
  u64,
  u8,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';
import { plain } from './unknown.js';

/** Registers that abbreviated output leaves out are three points wherever they stand. */
const shortRegisters: Renderer = ({ style, named, plain: full }) => {
  if (!style.abbrev) return full;
  const [rax, rsp, rbp, rip, rflags] = ['rax', 'rsp', 'rbp', 'rip', 'rflags'].map(named);
  const parts = ['{', rax, ', ..., ', rsp, ', ', rbp, ', ..., ', rip, ', ', rflags, '}'];
  return (c, s, at, length) => {
    for (const part of parts)
      if (typeof part === 'string') s.text(part);
      else part(c, s, at, length);
  };
};
const registers = () =>
  struct(
    Object.fromEntries(
      'rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags'.split(' ').map((r) => [r, x64]),
    ),
    { render: shortRegisters },
  );

const specialRegisters = () => {
  const segment = struct({
    base: x64,
    limit: u32,
    selector: u16,
    type: u8,
    present: u8,
    dpl: u8,
    db: u8,
    s: u8,
    l: u8,
    g: u8,
    avl: u8,
    unusable: padding(1),
    rest: padding(1),
  });
  const table = struct({ base: x64, limit: u16, rest: padding(6) });
  return struct({
    cs: segment,
    ...Object.fromEntries(['ds', 'es', 'fs', 'gs', 'ss', 'tr', 'ldt'].map((name) => [name, detail(segment)])),
    gdt: detail(table),
    idt: detail(table),
    ...Object.fromEntries(['cr0', 'cr2', 'cr3', 'cr4', 'cr8', 'efer'].map((name) => [name, detail(u64)])),
    apic_base: detail(x64),
    interrupt_bitmap: detail(fixedArray(x64, 4)),
  });
};

/** Without -v entries are not read. */
const shortEntries: Renderer = ({ style, named, plain: full }) => {
  if (!style.abbrev) return full;
  const count = named('nent');
  return (c, s, at, length) => {
    s.byte(123);
    count(c, s, at, length);
    s.text(c.u32(at) > 0 ? ', entries=[...]}' : ', entries=[]}');
  };
};
const cpuid = () => {
  const entry = struct({
    function: x32,
    index: x32,
    flags: flags(g.kvm_cpuid_flags),
    eax: x32,
    ebx: x32,
    ecx: x32,
    edx: x32,
    rest: padding(12),
  });
  return struct(
    { nent: u32, rest: padding(4), entries: behind(array(entry, sibling('nent'))) },
    { render: shortEntries },
  );
};

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    return {
      KVM_CHECK_EXTENSION: choice(g.kvm_capabilities, 'ptr'),
      KVM_CREATE_VM: { argument: plain, result: returns.fd },
      KVM_RUN: { argument: plain, late: true, result: { base: 'd', vcpu: 'fd' } },
      KVM_CREATE_VCPU: { argument: u32, result: returns.fd },
      KVM_SET_USER_MEMORY_REGION: input(
        struct({
          slot: u32,
          flags: flags(g.kvm_memory_flags),
          guest_phys_addr: x64,
          memory_size: u64,
          userspace_addr: x64,
        }),
      ),
      KVM_GET_REGS: output(registers()),
      KVM_SET_REGS: input(registers()),
      KVM_GET_SREGS: output(specialRegisters()),
      KVM_SET_SREGS: input(specialRegisters()),
      KVM_GET_SUPPORTED_CPUID: output(cpuid()),
      KVM_GET_EMULATED_CPUID: output(cpuid()),
      KVM_SET_CPUID2: input(cpuid()),
    };
  },
};
