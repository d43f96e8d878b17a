// eBPF instructions: `{code=BPF_ALU64|BPF_K|BPF_MOV, dst_reg=BPF_REG_0, src_reg=BPF_REG_0, off=0, imm=0x2}`.
import * as g from '../../constants/generated/kernel.js';
import type { ConstantTable } from '../../constants/table.js';
import type { ScalarFormat } from '../../decode/printer.js';
import type { Style } from '../../decode/style.js';
import { constantText, hexText, memoised } from '../../decode/xlat.js';
import { choice, field, format, i16, struct, x32 } from '../../describe/combinators.js';
import type { StructNode } from '../../describe/node.js';

/** Classes of linux/bpf_common.h and linux/bpf.h: the low three bits of a code. */
const enum Class {
  Alu = 4,
  Jump = 5,
  Jump32 = 6,
  Alu64 = 7,
}

const part = (table: ConstantTable, style: Style, value: number): string =>
  constantText(table, style.abi, style.constants, value, 0, 4);

/** Class, then size and mode of a memory access, or source and operation. */
const code: ScalarFormat = (style) =>
  memoised((lo) => {
    const kind = lo & 7;
    const name = part(g.ebpf_classes, style, kind);
    switch (kind) {
      case Class.Alu:
      case Class.Alu64:
        return `${name}|${part(g.bpf_sources, style, lo & 8)}|${part(g.ebpf_alu_ops, style, lo & 0xf0)}`;
      case Class.Jump:
        return `${name}|${part(g.bpf_sources, style, lo & 8)}|${part(g.ebpf_jump_ops, style, lo & 0xf0)}`;
      case Class.Jump32:
        // The operations of this class have no names.
        return lo & 0xf8 ? `${name}|${hexText(lo & 0xf8, 0)} /* ${g.ebpf_jump_ops.placeholder} */` : name;
      default:
        return `${name}|${part(g.bpf_sizes, style, lo & 0x18)}|${part(g.ebpf_modes, style, lo & 0xe0)}`;
    }
  });

const register = choice(g.bpf_registers, 1);

/** struct bpf_insn of linux/bpf.h. */
export const instruction: StructNode = struct({
  code: format(code, 1),
  dst_reg: field(register, { bits: [0, 4] }),
  src_reg: field(register, { bits: [4, 4], overlay: true }),
  off: i16,
  imm: x32,
});
