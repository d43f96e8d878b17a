// SECCOMP_MODE_STRICT as a filter: read, write, exit and sigreturn, everything else kills (kernel/seccomp.c).
import { archSyscallNumber } from '../abi/architectures.js';
import { findArchitecture, type Architecture } from '../bpf/architecture.js';
import { ProgramBuilder } from '../bpf/builder.js';
import { DATA_ARCH, DATA_NR, Op, RET_ALLOW, RET_KILL_THREAD, type Program } from '../bpf/instruction.js';

/** Calls of the kernel's list; which sigreturn is asm/seccomp.h's choice. */
function allowed({ name, audit }: Architecture): number[] {
  const sigreturn = name === 'i386' || name === 's390x' ? 'sigreturn' : 'rt_sigreturn';
  return ['read', 'write', 'exit', sigreturn].map((call) => archSyscallNumber(audit, call) ?? 0xffffffff);
}

/** The equivalent filter; on amd64 calls of i386 have their own list, as in the kernel. */
export function strictFilter(arch: Architecture): Program {
  const i386 = findArchitecture('i386');
  const lists = arch.name === 'amd64' && i386 ? [arch, i386] : [arch];
  const builder = new ProgramBuilder();
  const allow = builder.label('allow');
  const kill = builder.label('kill');
  const heads = lists.map(({ name }) => builder.label(name));
  builder.statement(Op.LD_W_ABS, DATA_ARCH);
  lists.forEach(({ audit }, i) => builder.branch(Op.JEQ_K, audit, heads[i], i + 1 < lists.length ? undefined : kill));
  lists.forEach((own, i) => {
    builder.place(heads[i]);
    builder.statement(Op.LD_W_ABS, DATA_NR);
    const numbers = allowed(own);
    numbers.forEach((nr, at) => builder.branch(Op.JEQ_K, nr, allow, at + 1 < numbers.length ? undefined : kill));
  });
  builder.place(kill);
  builder.statement(Op.RET_K, RET_KILL_THREAD);
  builder.place(allow);
  builder.statement(Op.RET_K, RET_ALLOW);
  return builder.build();
}
