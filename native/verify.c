/* Proves a capture plan: known operations, registers and handles in range, forward jumps inside the block, loops nested
 * at most PLAN_MAX_NEST deep. What passes here, capture.c runs without further checks. */
#include <errno.h>
#include <stdio.h>

#include "internal.h"

struct check {
	const struct plan_insn *insns;
	bool deciding;
	char *why;
	size_t why_len;
};

static int refuse(struct check *k, uint32_t pc, const char *reason)
{
	snprintf(k->why, k->why_len, "plan instruction %u: %s", pc, reason);
	return -EINVAL;
}

static bool unit_ok(uint32_t c)
{
	return c == 1 || c == 2 || c == 4 || c == 8;
}

static int check_block(struct check *k, uint32_t from, uint32_t to, int depth)
{
	if (depth > PLAN_MAX_NEST)
		return refuse(k, from, "loops nest too deep");
	for (uint32_t pc = from; pc < to; pc++) {
		const struct plan_insn *i = &k->insns[pc];
		uint32_t a = i->ab & 15, b = i->ab >> 4, skip = 0;
		if (i->op >= OP_WANT && !k->deciding)
			return refuse(k, pc, "decides, in a plan that captures");
		bool writes = false, handle_b = false, jumps = false;
		switch (i->op) {
		case OP_END:
			break;
		case OP_MEM:
			handle_b = true;
			break;
		case OP_MEMV:
			handle_b = true;
			if (i->c >= PLAN_REGS)
				return refuse(k, pc, "no such register");
			break;
		case OP_ZMEM:
			handle_b = true;
			if (!unit_ok(i->c))
				return refuse(k, pc, "bad unit");
			if (i->imm == 0 || i->imm > (1U << 24))
				return refuse(k, pc, "bad cap");
			break;
		case OP_LEN:
			writes = true;
			if (b >= PLAN_HANDLES)
				return refuse(k, pc, "no such handle");
			break;
		case OP_LD:
			writes = true;
			if (b >= PLAN_HANDLES)
				return refuse(k, pc, "no such handle");
			if (!unit_ok(i->c))
				return refuse(k, pc, "bad size");
			break;
		case OP_EACH:
		case OP_EACHLIM: {
			uint32_t stride = i->op == OP_EACH ? i->imm : i->imm & 0xffff;
			if (a >= PLAN_HANDLES || b >= PLAN_HANDLES || a == b)
				return refuse(k, pc, "no such handle");
			if (stride == 0 || stride > (1U << 20))
				return refuse(k, pc, "bad stride");
			if (i->c == 0 || i->c >= to - pc)
				return refuse(k, pc, "loop leaves its block");
			int r = check_block(k, pc + 1, pc + 1 + i->c, depth + 1);
			if (r)
				return r;
			pc += i->c;
			continue;
		}
		case OP_CHAIN: {
			uint32_t size = i->imm & 15, align = i->imm >> 4 & 15, header = i->imm >> 8;
			if (a >= PLAN_HANDLES || b >= PLAN_HANDLES || a == b)
				return refuse(k, pc, "no such handle");
			if (!unit_ok(size) || !unit_ok(align) || header < size || header > 4096)
				return refuse(k, pc, "bad record header");
			if (i->c == 0 || i->c >= to - pc)
				return refuse(k, pc, "loop leaves its block");
			int r = check_block(k, pc + 1, pc + 1 + i->c, depth + 1);
			if (r)
				return r;
			pc += i->c;
			continue;
		}
		case OP_WHILE: {
			if (i->imm == 0 || i->imm > 1024)
				return refuse(k, pc, "bad limit");
			if (i->c == 0 || i->c >= to - pc)
				return refuse(k, pc, "loop leaves its block");
			int r = check_block(k, pc + 1, pc + 1 + i->c, depth + 1);
			if (r)
				return r;
			pc += i->c;
			continue;
		}
		case OP_TAIL:
			if (a >= PLAN_HANDLES || b >= PLAN_HANDLES || a == b)
				return refuse(k, pc, "no such handle");
			break;
		case OP_SHRI:
			if (i->imm > 63)
				return refuse(k, pc, "bad shift");
			writes = true;
			break;
		case OP_LDI:
		case OP_MOV:
		case OP_ANDI:
		case OP_MULI:
		case OP_MULR:
		case OP_MINI:
		case OP_MINR:
		case OP_SUBR:
		case OP_SUBI:
		case OP_ADDI:
		case OP_ADDR:
			writes = true;
			break;
		case OP_JMP:
		case OP_JERR:
			jumps = true;
			skip = i->imm;
			break;
		case OP_JNSET:
		case OP_JEQ:
		case OP_JNE:
		case OP_JGE:
			jumps = true;
			skip = i->c;
			break;
		case OP_SWITCH:
			if (i->imm >= to - pc)
				return refuse(k, pc, "table leaves its block");
			for (uint32_t n = 1; n <= i->imm; n++) {
				const struct plan_insn *e = &k->insns[pc + n];
				uint32_t target = (uint32_t)e->ab | (uint32_t)e->c << 8 | (uint32_t)e->site << 16;
				if (target > to - pc - 1 - i->imm)
					return refuse(k, pc + n, "case leaves its block");
				if (n > 1 && k->insns[pc + n - 1].imm >= e->imm)
					return refuse(k, pc + n, "cases are not sorted");
			}
			pc += i->imm;
			continue;
		case OP_DUMP:
			if (i->c >= PLAN_REGS)
				return refuse(k, pc, "no such register");
			if (i->imm > DUMP_VECTOR)
				return refuse(k, pc, "bad kind of dump");
			break;
		case OP_FDSET:
			if (a >= PLAN_HANDLES)
				return refuse(k, pc, "no such handle");
			if (i->c >= PLAN_REGS)
				return refuse(k, pc, "no such register");
			break;
		case OP_FDPATH:
			if (b != 0 && b < 8)
				return refuse(k, pc, "register is read-only");
			if (i->c >= PLAN_REGS)
				return refuse(k, pc, "no such register");
			break;
		case OP_WANT:
			break;
		case OP_TOUCHFD:
			if (i->c >= PLAN_REGS)
				return refuse(k, pc, "no such register");
			break;
		case OP_TOUCHPATH:
			if (a >= PLAN_HANDLES)
				return refuse(k, pc, "no such handle");
			break;
		case OP_TOUCHSET:
			if (a >= PLAN_HANDLES || i->c >= PLAN_REGS)
				return refuse(k, pc, "no such handle or register");
			break;
		case OP_NETLINK:
			if (b < 8)
				return refuse(k, pc, "register is read-only");
			break;
		case OP_COMM:
			if (i->imm > (PID_TRANSLATED | PID_COMM | PID_KIND) && i->imm != PID_NAMESPACES)
				return refuse(k, pc, "bad kind of process");
			break;
		case OP_PAD:
			if (b >= PLAN_HANDLES)
				return refuse(k, pc, "no such handle");
			if (i->imm > (1U << 16))
				return refuse(k, pc, "bad length");
			break;
		default:
			return refuse(k, pc, "unknown operation");
		}
		if (writes && a < 8)
			return refuse(k, pc, "register is read-only");
		if (handle_b && b >= PLAN_HANDLES && b != PLAN_NO_HANDLE)
			return refuse(k, pc, "no such handle");
		if (jumps && skip > to - pc - 1)
			return refuse(k, pc, "jump leaves its block");
	}
	return 0;
}

int plan_check(const struct plan_insn *insns, uint32_t count, bool deciding, char *why, size_t why_len)
{
	struct check k = { insns, deciding, why, why_len };
	if (count > PLAN_MAX_INSNS)
		return refuse(&k, 0, "too long");
	return check_block(&k, 0, count, 0);
}
