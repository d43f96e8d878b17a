/* Runs capture plans (plan.h). Bounded by construction: jumps go forward, loops run over bytes already captured. */
#include <string.h>

#include "run.h"

#define MAX_REGIONS 4096

static uint64_t load(struct run *run, const struct window *w, uint32_t offset, uint32_t size)
{
	if (offset > w->len || size > w->len - offset)
		return 0;
	const uint8_t *p = run_at(run, w->offset + offset);
	uint64_t v = 0;
	memcpy(&v, p, size); /* little endian */
	return v;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
	uint64_t r;
	return __builtin_mul_overflow(a, b, &r) ? UINT64_MAX : r;
}

/* Twin: src/describe/link.ts. */
static uint32_t fnv1a(const uint8_t *bytes, uint32_t n)
{
	uint32_t hash = 0x811c9dc5U;
	for (uint32_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 0x01000193U;
	return hash;
}

/* The protocol of a netlink socket; false when it is none. Each buffer of a vector asks: the descriptor is looked up once. */
static bool capture_netlink(struct run *run, const struct plan_insn *i, int32_t fd)
{
	uint32_t protocol;
	if (run->asked == i && run->asked_fd == fd)
		return run->is_netlink;
	run->asked = i;
	run->asked_fd = fd;
	run->is_netlink = run->is_route = false;
	struct region *g = run_begin_region(run, i->site, (uint64_t)(int64_t)fd, sizeof protocol);
	if (!g || run->room - run->used < sizeof protocol || !run->source->netlink(run->source, fd, &protocol))
		return false;
	memcpy(run_at(run, g->offset), &protocol, sizeof protocol);
	run_end_region(run, g, sizeof protocol, PLAN_NO_HANDLE);
	run->is_route = protocol == NETLINK_ROUTE;
	return run->is_netlink = true;
}

/* Where paths are shown, those of the descriptors in what has just been captured, which may be netlink messages. */
static void capture_carried(struct run *run)
{
	const struct session *s = run->source->session;
	if (!s || !s->config.signal_paths || run->r->nregions == 0)
		return;
	const struct region *g = run_region(run->r, run->r->nregions - 1);
	run_carried(run, (struct window){ g->offset, g->len }, s->config.signal_paths & ~TRACER_SIGNAL_PATHS);
}

static void capture_comm(struct run *run, uint16_t site, int32_t pid, uint32_t how)
{
	struct region *g = run_begin_region(run, site, (uint32_t)pid, 0);
	if (!g || run->room - run->used < 256)
		return;
	size_t n = run->source->comm(run->source->context, pid, how, (char *)run_at(run, g->offset), 256);
	if (n > 0)
		run_end_region(run, g, (uint32_t)n, PLAN_NO_HANDLE);
}

static void capture_fd_set(struct run *run, const struct plan_insn *i, const struct window *w, uint64_t limit)
{
	for (uint32_t n = 0; n < w->len; n++) {
		uint8_t bits = *run_at(run, w->offset + n);
		for (uint32_t bit = 0; bits >> bit; bit++)
			if (bits >> bit & 1 && 8 * n + bit < limit)
				run_path(run, i->site, (int32_t)(8 * n + bit), i->imm, 0);
	}
}

/* A decision plan has come to its answer: `run_block` ends, and the loops around it. */
static void want(struct run *run)
{
	run->wanted = true;
	run->fuel = 0;
}

static bool touches(struct run *run, const struct plan_insn *i, int32_t fd)
{
	return run->targets && targets_have_descriptor(run->targets, run->source, fd, i->imm, run->regs[i->c]);
}

static bool touches_any(struct run *run, const struct plan_insn *i, const struct window *w, uint64_t limit)
{
	for (uint32_t n = 0; n < w->len; n++) {
		uint8_t bits = *run_at(run, w->offset + n);
		for (uint32_t bit = 0; bits >> bit; bit++)
			if (bits >> bit & 1 && 8 * n + bit < limit && targets_have_descriptor(run->targets, run->source, (int32_t)(8 * n + bit), i->imm, 0))
				return true;
	}
	return false;
}

static bool is_target(struct run *run, const struct window *w)
{
	return run->targets && w->len > 0 && *run_at(run, w->offset + w->len - 1) == 0 &&
	       targets_have_path(run->targets, run_at(run, w->offset), w->len - 1);
}

static uint32_t find_case(const struct plan_insn *table, uint32_t n, uint32_t key)
{
	uint32_t lo = 0, hi = n;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;
		if (table[mid].imm == key)
			return (uint32_t)table[mid].ab | (uint32_t)table[mid].c << 8 | (uint32_t)table[mid].site << 16;
		if (table[mid].imm < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

static void run_block(struct run *run, const struct plan_insn *insns, uint32_t from, uint32_t to, int depth)
{
	uint64_t *reg = run->regs;
	for (uint32_t pc = from; pc < to; pc++) {
		const struct plan_insn *i = &insns[pc];
		uint32_t a = i->ab & 15, b = i->ab >> 4;
		if (run->fuel-- == 0) {
			run->r->flags |= RF_TRUNCATED;
			return;
		}
		switch (i->op) {
		case OP_END:
			return;
		case OP_MEM:
			if (b < PLAN_HANDLES)
				run->handles[b].len = 0;
			run_bytes(run, i->site, reg[a], i->imm, b);
			break;
		case OP_MEMV:
			if (b < PLAN_HANDLES)
				run->handles[b].len = 0;
			run_bytes(run, i->site, reg[a], reg[i->c] < i->imm ? reg[i->c] : i->imm, b);
			if (run->is_route)
				capture_carried(run);
			break;
		case OP_ZMEM:
			if (b < PLAN_HANDLES)
				run->handles[b].len = 0;
			run_terminated(run, i->site, reg[a], i->c, i->imm, b);
			break;
		case OP_LEN:
			reg[a] = run->handles[b].len;
			break;
		case OP_LD:
			reg[a] = load(run, &run->handles[b], i->imm, i->c);
			break;
		case OP_EACH:
		case OP_EACHLIM: {
			uint32_t stride = i->op == OP_EACH ? i->imm : i->imm & 0xffff;
			uint32_t limit = i->op == OP_EACH ? UINT32_MAX : i->imm >> 16;
			struct window w = run->handles[a];
			uint32_t end = pc + 1 + i->c;
			for (uint32_t n = 0; n < limit && (n + 1) * (uint64_t)stride <= w.len; n++) {
				run->handles[b] = (struct window){ w.offset + n * stride, stride };
				run_block(run, insns, pc + 1, end, depth + 1);
				if (run->fuel == 0 || run->fuel == UINT32_MAX)
					return;
			}
			pc = end - 1;
			break;
		}
		case OP_CHAIN: {
			uint32_t size = i->imm & 15, align = i->imm >> 4 & 15, header = i->imm >> 8;
			struct window w = run->handles[a];
			uint32_t end = pc + 1 + i->c;
			while (w.len >= header) {
				uint64_t len = load(run, &w, 0, size);
				if (len < header)
					break;
				if (len > w.len)
					len = w.len;
				run->handles[b] = (struct window){ w.offset, (uint32_t)len };
				run_block(run, insns, pc + 1, end, depth + 1);
				if (run->fuel == 0 || run->fuel == UINT32_MAX)
					return;
				uint32_t step = ((uint32_t)len + align - 1) & ~(align - 1);
				if (step > w.len)
					step = w.len;
				w = (struct window){ w.offset + step, w.len - step };
			}
			pc = end - 1;
			break;
		}
		case OP_WHILE: {
			uint32_t end = pc + 1 + i->c;
			for (uint32_t n = 0; n < i->imm && reg[a]; n++) {
				run_block(run, insns, pc + 1, end, depth + 1);
				if (run->fuel == 0 || run->fuel == UINT32_MAX)
					return;
			}
			pc = end - 1;
			break;
		}
		case OP_TAIL: {
			struct window w = run->handles[a];
			uint32_t cut = i->imm < w.len ? i->imm : w.len;
			run->handles[b] = (struct window){ w.offset + cut, w.len - cut };
			break;
		}
		case OP_LDI:
			reg[a] = i->imm;
			break;
		case OP_MOV:
			reg[a] = reg[b];
			break;
		case OP_ANDI:
			reg[a] &= i->imm;
			break;
		case OP_MULI:
			reg[a] = multiply(reg[a], i->imm);
			break;
		case OP_MULR:
			reg[a] = multiply(reg[a], reg[b]);
			break;
		case OP_MINI:
			if (reg[a] > i->imm)
				reg[a] = i->imm;
			break;
		case OP_MINR:
			if (reg[a] > reg[b])
				reg[a] = reg[b];
			break;
		case OP_SUBR:
			reg[a] = reg[a] > reg[b] ? reg[a] - reg[b] : 0;
			break;
		case OP_SUBI:
			reg[a] = reg[a] > i->imm ? reg[a] - i->imm : 0;
			break;
		case OP_ADDI:
			reg[a] += (uint64_t)(int64_t)(int32_t)i->imm;
			break;
		case OP_ADDR:
			reg[a] += reg[b];
			break;
		case OP_SHRI:
			reg[a] >>= i->imm;
			break;
		case OP_JMP:
			pc += i->imm;
			break;
		case OP_JERR:
			if (run->failed)
				pc += i->imm;
			break;
		case OP_JNSET:
			if (!(reg[a] & i->imm))
				pc += i->c;
			break;
		case OP_JEQ:
			if ((uint32_t)reg[a] == i->imm)
				pc += i->c;
			break;
		case OP_JNE:
			if ((uint32_t)reg[a] != i->imm)
				pc += i->c;
			break;
		case OP_JGE:
			if (reg[a] >= i->imm)
				pc += i->c;
			break;
		case OP_SWITCH:
			pc += i->imm + find_case(&insns[pc + 1], i->imm, (uint32_t)reg[a]);
			break;
		case OP_FDPATH: {
			const struct region *g = run_path(run, i->site, (int32_t)reg[a], i->imm, reg[i->c]);
			if (b)
				reg[b] = g ? fnv1a(run_at(run, g->offset), g->len) : 0;
			break;
		}
		case OP_DUMP:
			if (run->source->dumps)
				dump_note(run->source->dumps, i->imm, reg[a], reg[i->c]);
			break;
		case OP_FDSET: {
			struct window w = run->handles[a];
			capture_fd_set(run, i, &w, reg[i->c]);
			break;
		}
		case OP_NETLINK:
			reg[b] = capture_netlink(run, i, (int32_t)reg[a]);
			break;
		case OP_COMM:
			capture_comm(run, i->site, (int32_t)reg[a], i->imm);
			break;
		case OP_PAD:
			run_pad(run, b, i->imm);
			break;
		case OP_WANT:
			want(run);
			return;
		case OP_TOUCHFD:
			if (!touches(run, i, (int32_t)reg[a]))
				break;
			want(run);
			return;
		case OP_TOUCHPATH:
			if (!is_target(run, &run->handles[a]))
				break;
			want(run);
			return;
		case OP_TOUCHSET:
			if (!run->targets || !touches_any(run, i, &run->handles[a], reg[i->c]))
				break;
			want(run);
			return;
		default:
			return;
		}
	}
}

uint32_t capture_limit(const struct plan_insn *insns, uint32_t count)
{
	uint32_t captures = 0;
	for (uint32_t i = 0; i < count; i++)
		switch (insns[i].op) {
		case OP_SWITCH:
			i += insns[i].imm;
			break;
		case OP_EACH:
		case OP_EACHLIM:
		case OP_WHILE:
		case OP_FDSET:
		case OP_CHAIN:
			return UINT32_MAX;
		case OP_MEM:
		case OP_MEMV:
		case OP_ZMEM:
		case OP_FDPATH:
		case OP_COMM:
			captures++;
			break;
		case OP_NETLINK:
			captures += 1 + MAX_CARRIED;
			break;
		}
	return captures;
}

/* What is captured of a call goes behind the record's region table. */
static void begin(struct run *run, uint32_t limit, const uint64_t args[6])
{
	/*
	 * The region table grows while bytes are captured behind it, so its size must be known first. A plan without loops
	 * has a limit of its own; with loops the table gets a share of the room, and the gap is closed at the end.
	 */
	uint32_t share = (run->room - (uint32_t)sizeof *run->r) / 4 / (uint32_t)sizeof(struct region);
	run->limit = limit < share ? limit : share;
	if (run->limit > MAX_REGIONS)
		run->limit = MAX_REGIONS;
	run->bytes = (uint32_t)(sizeof *run->r + run->limit * sizeof(struct region));
	run->used = run->bytes;
	memcpy(run->regs, args, 6 * sizeof *args);
}

bool capture_decides(const struct plan_insn *insns, uint32_t count, uint32_t limit, const uint64_t args[6], const struct targets *targets,
		     const struct capture_source *source, struct record *scratch, uint32_t room)
{
	struct run run = { .r = scratch, .room = room & ~7U, .source = source, .fuel = 1U << 20, .targets = targets };
	begin(&run, limit, args);
	run_block(&run, insns, 0, count, 0);
	return run.wanted;
}

void capture_run(const struct plan_insn *insns, uint32_t count, uint32_t limit, const uint64_t args[6], int64_t ret, bool failed,
		 const struct capture_source *source, struct record *r, uint32_t room)
{
	struct run run = { .r = r, .room = room & ~7U, .source = source, .fuel = 1U << 20, .failed = failed };
	begin(&run, limit, args);
	run.regs[6] = (uint64_t)ret;
	run_block(&run, insns, 0, count, 0);
	/* Close the gap that unused table entries left. */
	uint32_t table = (uint32_t)(sizeof *r + r->nregions * sizeof(struct region));
	uint32_t gap = run.bytes - table;
	if (gap) {
		memmove((uint8_t *)r + table, (uint8_t *)r + run.bytes, run.used - run.bytes);
		for (uint32_t i = 0; i < r->nregions; i++)
			run_region(r, i)->offset -= gap;
	}
	r->size = run.used - gap;
}

void capture_append(struct record *r, uint16_t site, uint64_t addr, const void *bytes, uint32_t len)
{
	/* The table grows by one entry: what stands behind it moves up. */
	const uint32_t entry = sizeof(struct region);
	uint8_t *table_end = (uint8_t *)r + sizeof *r + r->nregions * entry;
	memmove(table_end + entry, table_end, (size_t)((uint8_t *)r + r->size - table_end));
	for (uint32_t i = 0; i < r->nregions; i++)
		run_region(r, i)->offset += entry;
	struct region *g = run_region(r, r->nregions++);
	*g = (struct region){ .addr = addr, .offset = r->size + entry, .len = len, .want = len, .site = site };
	memcpy((uint8_t *)r + g->offset, bytes, len);
	r->size = (g->offset + len + 7) & ~7U;
}
