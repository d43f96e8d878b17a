/* Tests of the native library without Node, built with the sanitizers: order of stops, ring, verifier, interpreter. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "../../native/internal.h"

static int failures;

#define CHECK(condition)                                                                        \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                  \
			failures++;                                                             \
		}                                                                               \
	} while (0)

static uint64_t seed = 88172645463325252ULL;

static uint32_t random32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static void test_classify(void)
{
	CHECK(stop_classify(3 << 8).kind == STOP_EXITED && stop_classify(3 << 8).sig == 3);
	CHECK(stop_classify(SIGSEGV | 0x80).kind == STOP_KILLED && stop_classify(SIGSEGV | 0x80).core);
	CHECK(!stop_classify(SIGKILL).core && stop_classify(SIGKILL).sig == SIGKILL);
	CHECK(stop_classify((SIGTRAP | 0x80) << 8 | 0x7f).kind == STOP_SYSCALL);
	CHECK(stop_classify(SIGTRAP << 8 | 0x7f).kind == STOP_SIGNAL);
	CHECK(stop_classify(SIGSTOP << 8 | 0x7f).kind == STOP_SIGNAL);
	CHECK(stop_classify(128 << 16 | SIGSTOP << 8 | 0x7f).kind == STOP_GROUP);
	CHECK(stop_classify(128 << 16 | SIGTTIN << 8 | 0x7f).kind == STOP_GROUP);
	CHECK(stop_classify(128 << 16 | SIGTRAP << 8 | 0x7f).kind == STOP_TRAP);
	CHECK(stop_classify(PTRACE_EVENT_SECCOMP << 16 | SIGTRAP << 8 | 0x7f).kind == STOP_SECCOMP);
	CHECK(stop_classify(PTRACE_EVENT_VFORK << 16 | SIGTRAP << 8 | 0x7f).kind == STOP_CHILD);
	CHECK(stop_classify(PTRACE_EVENT_VFORK_DONE << 16 | SIGTRAP << 8 | 0x7f).kind == STOP_OTHER);
}

/*
 * A model of the kernel: a call that the filter traces makes its stops in the kernel's order, one that it does not trace
 * makes syscall-stops only under PTRACE_SYSCALL. Whatever the mix, each recorded call must enter and exit once.
 */
static void simulate(bool old_order, bool seccomp, bool filter_installed, int calls)
{
	uint32_t flags = 0;
	bool run = false; /* how the tracee was restarted: PTRACE_CONT */
	unsigned entered = 0, exited = 0, wanted = 0, stops = 0, floor = 0;
	for (int i = 0; i < calls; i++) {
		bool filtered = seccomp && filter_installed && random32() % 2; /* the filter says RET_TRACE */
		bool recorded = filtered ? random32() % 4 != 0 : !seccomp; /* execve may be filtered, but not recorded */
		unsigned in_call = 0;
		wanted += recorded;
		struct {
			enum stop_kind kind;
			uint8_t op;
		} order[3] = { { STOP_SYSCALL, 1 }, { STOP_SECCOMP, 3 }, { STOP_SYSCALL, 2 } };
		if (old_order) {
			order[0].kind = STOP_SECCOMP;
			order[0].op = 3;
			order[1].kind = STOP_SYSCALL;
			order[1].op = 1;
		}
		bool was_run = run;
		for (int k = 0; k < 3; k++) {
			if (order[k].kind == STOP_SECCOMP ? !filtered : run)
				continue;
			stops++;
			uint8_t op = order[k].op;
			switch (stop_effect(old_order, order[k].kind, op, seccomp, &flags)) {
			case CALL_ENTERS:
				entered += recorded;
				in_call++;
				flags &= ~(uint32_t)CALL_RECORDED;
				if (recorded)
					flags |= CALL_RECORDED;
				break;
			case CALL_EXITS:
				exited += flags & CALL_RECORDED ? 1 : 0;
				flags &= ~(uint32_t)CALL_RECORDED;
				break;
			case CALL_NOTHING:
				break;
			}
			run = stop_may_run(&flags);
		}
		CHECK(in_call <= 1);
		/* Once the filter has been seen, an untraced call costs no stop at all. */
		if (was_run && !filtered)
			floor++;
		CHECK(!(flags & CALL_INSIDE) || !run);
	}
	CHECK(entered == wanted && exited == wanted);
	if (!seccomp)
		CHECK(stops == 2 * (unsigned)calls);
	else if (filter_installed)
		CHECK(floor > 0);
	else
		CHECK(!run);
}

static void test_order(void)
{
	for (int round = 0; round < 50; round++)
		for (int old = 0; old < 2; old++) {
			simulate(old, false, false, 100);
			simulate(old, true, true, 100);
			simulate(old, true, false, 100);
		}
	/* A RET_TRACE of the tracee's own filter must not make us run it with PTRACE_CONT. */
	uint32_t flags = CALL_INSIDE | CALL_RECORDED;
	CHECK(stop_effect(false, STOP_SECCOMP, 3, false, &flags) == CALL_NOTHING && !(flags & CALL_FILTERED) && !stop_may_run(&flags));
	/* The exit of a call whose entry was not seen is nothing. */
	flags = 0;
	CHECK(stop_effect(false, STOP_SYSCALL, 2, false, &flags) == CALL_NOTHING && flags == 0);
}

/* The producer writes records of random sizes; the consumer must see each byte, in order, whole. */
struct ring_test {
	struct session *s;
	uint32_t count;
};

static void *produce(void *arg)
{
	struct ring_test *t = arg;
	for (uint32_t i = 0; i < t->count; i++) {
		uint32_t extra = (i * 2654435761U) >> 20;
		struct record *r = ring_reserve(t->s, (uint32_t)sizeof *r + extra);
		if (!r)
			break;
		memset(r, (int)(i & 255), sizeof *r + extra);
		r->size = (uint32_t)sizeof *r + extra;
		r->nr = i;
		ring_commit(t->s, r);
		if (i % 3 == 0)
			ring_publish(t->s);
	}
	ring_finish(t->s);
	return NULL;
}

static void test_ring(bool leave)
{
	struct tracer_config config = { .version = TRACER_CONFIG_VERSION, .ring_bytes = 65536, .pin_cpu = -1 };
	int32_t handle = tracer_create((const uint8_t *)&config, sizeof config);
	CHECK(handle >= 0);
	struct ring_test t = { session_of(handle), 20000 };
	pthread_t thread;
	pthread_create(&thread, NULL, produce, &t);
	uint64_t position = 0;
	uint32_t seen = 0;
	int32_t consumed = 0;
	for (;;) {
		int32_t there = tracer_next(handle, consumed, 1 + (int32_t)(random32() % 60000), 1);
		consumed = 0;
		if (there < 0)
			break;
		CHECK(there <= 65536);
		while (consumed < there) {
			struct record *r = (struct record *)(t.s->data + (position & t.s->mask));
			uint32_t extra = (seen * 2654435761U) >> 20;
			CHECK(r->nr == seen && r->size == ((sizeof *r + extra + 7) & ~7U));
			if (extra)
				CHECK(((uint8_t *)r)[sizeof *r] == (seen & 255) && ((uint8_t *)r)[sizeof *r + extra - 1] == (seen & 255));
			position += r->size;
			consumed += (int32_t)r->size;
			seen++;
		}
		if (leave && seen > 1000) {
			tracer_abandon(handle);
			break;
		}
	}
	pthread_join(thread, NULL); /* the consumer that went away must not hold the producer */
	CHECK(leave || seen == t.count);
	CHECK(tracer_destroy(handle) == 0);
	CHECK(tracer_next(handle, 0, 1, 1) == -EBADF);
}

/* What the verifier lets through must run to its end, inside its room, and leave a record that can be walked. */
static unsigned test_plans(int rounds)
{
	static uint8_t spec[65536] __attribute__((aligned(8))), out[32768] __attribute__((aligned(8)));
	unsigned passed = 0;
	for (int round = 0; round < rounds; round++) {
		uint32_t count = 1 + random32() % 24, room = (uint32_t)sizeof(struct record) + random32() % 20000;
		uint32_t n = 0;
		for (int i = 0; i < 6; i++, n += 8) {
			uint64_t v = random32() % 3 ? 0x1000 + random32() % 9000 : (uint64_t)random32() << (random32() % 33);
			memcpy(spec + n, &v, 8);
		}
		uint64_t ret = random32() % 64;
		uint32_t head[4] = { random32() % 2, count, 2, room };
		memcpy(spec + n, &ret, 8);
		memcpy(spec + n + 8, head, 16);
		n += 24;
		for (uint32_t i = 0; i < count; i++, n += 8) {
			struct plan_insn insn = { (uint8_t)(random32() % OP_LAST), (uint8_t)random32(), (uint8_t)(random32() % 17), (uint8_t)(random32() % 4),
						  random32() % 5 ? random32() % 40 : random32() };
			memcpy(spec + n, &insn, 8);
		}
		/* Two mapped ranges with a hole between them. */
		for (uint64_t base = 0x1000; base <= 0x3000; base += 0x2000) {
			uint64_t range[2] = { base, 4096 };
			memcpy(spec + n, range, 16);
			n += 16;
			for (int i = 0; i < 4096; i++)
				spec[n + (uint32_t)i] = random32() % 4 ? (uint8_t)random32() : 0;
			n += 4096;
		}
		memset(out + room, 0xa5, 64);
		int32_t size = capture_run_for_test(spec, (int32_t)n, out, (int32_t)sizeof out);
		if (size == -EINVAL)
			continue;
		passed++;
		struct record *r = (struct record *)out;
		CHECK(size >= (int32_t)sizeof *r && (uint32_t)size <= room + 7);
		for (int i = 0; i < 64; i++)
			CHECK(out[room + (uint32_t)i] == 0xa5);
		const struct region *g = (const struct region *)(r + 1);
		for (int i = 0; i < r->nregions; i++) {
			CHECK(g[i].offset % 8 == 0 && g[i].offset >= sizeof *r + r->nregions * sizeof *g);
			CHECK((uint64_t)g[i].offset + g[i].len <= (uint32_t)size);
		}
	}
	return passed;
}

/* Loops three deep over the largest windows end within the fuel. */
static void test_fuel(void)
{
	static uint8_t spec[70000] __attribute__((aligned(8))), out[65536] __attribute__((aligned(8)));
	struct plan_insn plan[] = {
		{ OP_MEM, 0 | 0 << 4, 0, 0, 8192 }, { OP_EACH, 0 | 1 << 4, 6, 0, 1 }, { OP_MEM, 0 | 2 << 4, 0, 0, 8192 },
		{ OP_EACH, 2 | 3 << 4, 4, 0, 1 },   { OP_MEM, 0 | 4 << 4, 0, 0, 8192 }, { OP_EACH, 4 | 5 << 4, 2, 0, 1 },
		{ OP_LD, 8 | 5 << 4, 1, 0, 0 },     { OP_MEM, 0 | 15 << 4, 0, 0, 1 },
	};
	uint64_t args[7] = { 0x1000 };
	uint32_t head[4] = { 0, sizeof plan / sizeof *plan, 1, sizeof out };
	uint64_t range[2] = { 0x1000, 8192 };
	size_t n = 0;
	memcpy(spec + n, args, 56), n += 56;
	memcpy(spec + n, head, 16), n += 16;
	memcpy(spec + n, plan, sizeof plan), n += sizeof plan;
	memcpy(spec + n, range, 16), n += 16 + 8192;
	int32_t size = capture_run_for_test(spec, (int32_t)n, out, sizeof out);
	CHECK(size > 0 && ((struct record *)out)->flags & RF_TRUNCATED);
}

/* A structure of which the caller gave a part is whole in the record; what could not be read is not made up. */
static void test_pad(void)
{
	static uint8_t spec[4096] __attribute__((aligned(8))), out[4096] __attribute__((aligned(8)));
	struct plan_insn plan[] = {
		{ OP_MEM, 0 | 0 << 4, 0, 1, 5 }, { OP_PAD, 0 << 4, 0, 0, 24 },  { OP_MEM, 1 | 15 << 4, 0, 2, 4 },
		{ OP_MEM, 2 | 1 << 4, 0, 3, 8 }, { OP_PAD, 1 << 4, 0, 0, 24 },
	};
	/* The third address is four bytes before the end of what is mapped. */
	uint64_t args[7] = { 0x1000, 0x1008, 0x103c };
	uint32_t head[4] = { 0, sizeof plan / sizeof *plan, 1, sizeof out };
	uint64_t range[2] = { 0x1000, 64 };
	size_t n = 0;
	memcpy(spec + n, args, 56), n += 56;
	memcpy(spec + n, head, 16), n += 16;
	memcpy(spec + n, plan, sizeof plan), n += sizeof plan;
	memcpy(spec + n, range, 16), n += 16;
	memset(spec + n, 7, 64), n += 64;
	CHECK(capture_run_for_test(spec, (int32_t)n, out, sizeof out) > 0);
	const struct record *r = (const struct record *)out;
	const struct region *g = (const struct region *)(r + 1);
	CHECK(r->nregions == 3 && g[0].len == 24 && g[0].err == 0 && g[1].len == 4 && g[2].len == 4 && g[2].err != 0);
	for (uint32_t i = 0; i < 24; i++)
		CHECK(out[g[0].offset + i] == (i < 5 ? 7 : 0));
	CHECK(out[g[1].offset] == 7);
}

/* Records that tell their own length: aligned, cut to the window, ended by a length that is less than a header. */
static void test_chain(void)
{
	static uint8_t spec[4096] __attribute__((aligned(8))), out[4096] __attribute__((aligned(8)));
	/* For each: 1 byte from the address that stands behind its header of 8 bytes, if there is one. */
	struct plan_insn plan[] = {
		{ OP_MEM, 0 | 0 << 4, 0, 1, 60 },
		{ OP_CHAIN, 0 | 1 << 4, 3, 0, 4 | 4 << 4 | 8 << 8 },
		{ OP_TAIL, 1 | 2 << 4, 0, 0, 8 },
		{ OP_LD, 8 | 2 << 4, 4, 0, 0 },
		{ OP_MEM, 8 | 15 << 4, 0, 2, 1 },
	};
	uint64_t args[7] = { 0x1000 };
	uint32_t head[4] = { 0, sizeof plan / sizeof *plan, 1, sizeof out };
	uint64_t range[2] = { 0x1000, 64 };
	uint32_t words[16] = { 13, 0, 0x1030, 9, 8, 0, 200, 0, 0x1031, 12, 0, 0x1032 };
	/* Lengths 13 (16 with the gap), 8 (no address), 200 (all that is left), so that the one behind it is not seen. */
	for (int ended = 0; ended < 2; ended++) {
		size_t n = 0;
		if (ended)
			words[4] = 7;
		memcpy(spec + n, args, 56), n += 56;
		memcpy(spec + n, head, 16), n += 16;
		memcpy(spec + n, plan, sizeof plan), n += sizeof plan;
		memcpy(spec + n, range, 16), n += 16;
		memcpy(spec + n, words, 64), n += 64;
		CHECK(capture_run_for_test(spec, (int32_t)n, out, sizeof out) > 0);
		const struct record *r = (const struct record *)out;
		const struct region *g = (const struct region *)(r + 1);
		CHECK(r->nregions == (ended ? 2 : 3) && g[0].len == 60 && g[1].addr == 0x1030);
		CHECK(ended || g[2].addr == 0x1031);
	}
}

/* For `seconds`, with a seed: what the fuzz run asks for. */
static void fuzz_plans(long seconds, uint64_t start)
{
	seed ^= start * 0x9e3779b97f4a7c15ULL;
	uint64_t end = monotonic_ns() + (uint64_t)seconds * 1000000000ULL, rounds = 0, passed = 0;
	while (!failures && monotonic_ns() < end) {
		passed += test_plans(10000);
		rounds += 10000;
	}
	printf("%llu of %llu random plans passed the verifier\n", (unsigned long long)passed, (unsigned long long)rounds);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "plans") == 0) {
		fuzz_plans(atol(argv[2]), strtoull(argv[3], NULL, 10));
		return failures ? 1 : 0;
	}
	test_classify();
	test_pad();
	test_chain();
	test_order();
	test_ring(false);
	test_ring(true);
	CHECK(test_plans(60000) > 100);
	test_fuel();
	CHECK(tracer_probe_seccomp() == 1 || tracer_probe_seccomp() == 2);
	printf("%d failures\n", failures);
	return failures ? 1 : 0;
}
