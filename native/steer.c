/*
 * Keeps the tracer thread and the task that it serves on one processor. Woken elsewhere, each waits for a processor that
 * sleeps, twice a call: where others are idle that costs many times what the stop itself does, and the scheduler picks an idle
 * one whenever there is one. So the tracer thread holds itself to one processor, and a task is allowed no other in the
 * moment in which it is woken (the kernel chooses the place then), and what it was allowed before right after.
 */
#define _GNU_SOURCE
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "internal.h"
#include "procfs.h"
#include "raw.h"

/* After so many restarts the scheduler may say anew where we are: the processor may have got other work. */
#define CHOOSE_EVERY 1024
/* A task that has so many stops in turn is taken to be the only one that matters now. */
#define STREAK 4
/* So many stops without and with steering tell, twice, which is faster (on a busy machine it may not be); that holds for so
 * many, longer where the answer is plain. */
#define TRIAL_STOPS 64
#define TRIAL_PHASES 4
#define TRIAL_HOLDS 8192
#define TRIAL_HOLDS_PLAINLY 65536
/* The first stops of a single task are not tried: most programs have no more. */
#define FIRST_HOLDS 2048
/* Stops that take longer than this on average say nothing of us: tasks sleep, or compute. */
#define TRIAL_SLOW_NS 2000000ULL

struct trial {
	bool pays;        /* what the last one said */
	uint32_t doubt;   /* one part in so many by which it may be slower all the same: the consumer, too, keeps a processor busy at times */
	uint32_t holds;   /* for so many stops yet */
	uint32_t phase;   /* odd ones without steering; 0: none is under way */
	uint32_t left;    /* stops of the phase yet to come */
	uint64_t since_ns;
	uint64_t spent_ns[2]; /* without, with */
};

struct steering {
	cpu_set_t own;   /* what the tracer thread is allowed */
	int cpu;         /* to which it holds itself; -1: none */
	uint32_t served; /* restarts since that was chosen */
	pid_t last;
	uint32_t streak; /* stops of `last` in turn */
	struct trial single, several; /* one task that stops again and again; tasks by turns */
	uint8_t kinds[ABI_COUNT][TRACER_MAX_NR]; /* enum steer_kind of each call */
};

/*
 * A task may run before its processors are given back, and must not notice. At the exit of a call it cannot: its next call
 * stops. At the entry of these calls it is gone on with as the scheduler likes: they would tell of its processors, or give
 * them to what they make (a child, a thread of the kernel's), need all of them (SCHED_DEADLINE), or change whether they may be given back.
 * Numbers as in arch/x86/entry/syscalls of the kernel.
 */
static const uint16_t calls_apart[ABI_COUNT][32] = {
	/* clone fork vfork clone3 execve execveat sched_{setscheduler,setaffinity,getaffinity,setattr} set{u,reu,resu,fsu}id capset
	 * unshare setns io_uring_{setup,enter,register} io_submit sendfile splice copy_file_range */
	{ 56, 57, 58, 435, 59, 322, 144, 203, 204, 314, 105, 113, 117, 122, 126, 272, 308, 425, 426, 427, 209, 40, 275, 326 },
	{ 120, 2, 190, 435, 11, 358, 156, 241, 242, 351, 23, 70, 164, 138, 185, 310, 346, 425, 426, 427, 248, 187, 313, 377,
	  213, 203, 208, 215, 239 },
	{ 56, 57, 58, 435, 520, 545, 144, 203, 204, 314, 105, 113, 117, 122, 126, 272, 308, 425, 426, 427, 544, 40, 275, 326 },
};
/* read pread64 readv preadv preadv2: of a file of /proc they may tell of its processors, too. */
static const uint16_t calls_reading[ABI_COUNT][5] = { { 0, 17, 19, 295, 327 }, { 3, 180, 145, 333, 378 }, { 0, 17, 515, 534, 546 } };
/* ioctl: KVM and vhost make threads. */
static const uint16_t calls_control[ABI_COUNT] = { 16, 54, 514 };
#define TYPE_KVM 0xae   /* linux/kvm.h */
#define TYPE_VHOST 0xaf /* linux/vhost.h */

enum steer_kind { KIND_ANY, KIND_APART, KIND_READING, KIND_CONTROL };

void steer_begin(struct session *s)
{
	struct steering *st;
	if (s->config.pin_cpu != -1 || !(st = calloc(1, sizeof *st)))
		return;
	/* EINVAL: more processors than a cpu_set_t has. */
	if (sched_getaffinity(0, sizeof st->own, &st->own) != 0 || CPU_COUNT(&st->own) < 2) {
		free(st);
		return;
	}
	st->cpu = -1;
	st->single = (struct trial){ .pays = true, .holds = FIRST_HOLDS, .doubt = 4 };
	st->several.doubt = 16;
	for (int abi = 0; abi < ABI_COUNT; abi++) {
		for (const uint16_t *nr = calls_apart[abi]; *nr; nr++)
			st->kinds[abi][*nr] = KIND_APART;
		for (size_t i = 0; i < sizeof calls_reading[abi] / sizeof *calls_reading[abi]; i++)
			st->kinds[abi][calls_reading[abi][i]] = KIND_READING;
		st->kinds[abi][calls_control[abi]] = KIND_CONTROL;
	}
	s->steering = st;
}

void steer_end(struct session *s)
{
	free(s->steering);
	s->steering = NULL;
}

bool steer_allow_only(pid_t tid, int cpu)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(tid, sizeof one, &one) == 0;
}

static bool hold_self(struct steering *st, int cpu)
{
	if (!steer_allow_only(0, cpu))
		return false;
	st->cpu = cpu;
	st->served = 0;
	return true;
}

static void let_self_go(struct steering *st)
{
	if (st->cpu >= 0)
		sched_setaffinity(0, sizeof st->own, &st->own);
	st->cpu = -1;
}

static void decide(struct trial *t)
{
	uint64_t without = t->spent_ns[0], with = t->spent_ns[1];
	t->pays = with - with / t->doubt < without;
	t->holds = with < without / 2 ? TRIAL_HOLDS_PLAINLY : TRIAL_HOLDS;
}

/* Whether this stop is to be steered. */
static bool trial_says(struct trial *t)
{
	if (t->holds > 0) {
		t->holds--;
		return t->pays;
	}
	if (t->left == 0) {
		uint64_t now = monotonic_ns(), spent = t->phase ? now - t->since_ns : 0;
		bool slow = spent > TRIAL_STOPS * TRIAL_SLOW_NS, over = t->phase == TRIAL_PHASES;
		t->spent_ns[t->phase % 2 == 0] += spent;
		if (slow)
			t->holds = TRIAL_STOPS;
		else if (over)
			decide(t);
		if (slow || over) {
			t->phase = 0;
			memset(t->spent_ns, 0, sizeof t->spent_ns);
			return t->pays;
		}
		t->phase++;
		t->left = TRIAL_STOPS;
		t->since_ns = now;
	}
	t->left--;
	return t->phase % 2 == 0;
}

/* Allows the task, which has stopped, our processor only; `kept`: what it was allowed. False: it was not changed. */
static bool hold_task(struct steering *st, struct task *t, cpu_set_t *kept)
{
	if (sched_getaffinity(t->tid, sizeof *kept, kept) != 0)
		return false;
	if (st->cpu >= 0 && ++st->served >= CHOOSE_EVERY) {
		let_self_go(st);
		return false;
	}
	int cpu = st->cpu >= 0 ? st->cpu : sched_getcpu();
	if (cpu < 0)
		return false;
	if (!CPU_ISSET(cpu, kept)) {
		for (cpu = 0; cpu < CPU_SETSIZE && !(CPU_ISSET(cpu, kept) && CPU_ISSET(cpu, &st->own)); cpu++)
			;
		if (cpu == CPU_SETSIZE) {
			t->flags |= TASK_UNSTEERED;
			return false;
		}
	}
	if (cpu != st->cpu && !hold_self(st, cpu))
		return false;
	if (CPU_COUNT(kept) == 1)
		return false;
	/* It has other rights than we, or a policy that needs all processors. */
	if (!steer_allow_only(t->tid, cpu)) {
		t->flags |= TASK_UNSTEERED;
		return false;
	}
	return true;
}

/* Whether the call that the task has entered neither shows its processors nor hands them on. */
static bool is_blind(const struct steering *st, const struct task *t)
{
	switch (t->nr < TRACER_MAX_NR ? st->kinds[t->abi][t->nr] : KIND_ANY) {
	case KIND_APART:
		return false;
	case KIND_READING: {
		char path[64];
		struct statfs fs;
		snprintf(path, sizeof path, "/proc/%d/fd/%d", procfs_pid(t->tid), (int)t->args[0]);
		return statfs(path, &fs) == 0 && fs.f_type != PROC_SUPER_MAGIC;
	}
	case KIND_CONTROL: {
		uint8_t type = (uint8_t)(t->args[1] >> 8);
		return type != TYPE_KVM && type != TYPE_VHOST;
	}
	default:
		return true;
	}
}

/* Whether a task may be steered at this restart. One that we only attached to is not: were we killed in that moment, it would
 * be left with one processor. */
static bool may_hold(const struct steering *st, const struct task *t, bool until_stop)
{
	return until_stop && (t->flags & (TASK_DESCENDANT | TASK_UNSTEERED)) == TASK_DESCENDANT && (!(t->flags & CALL_INSIDE) || is_blind(st, t));
}

/* Gives a task back what it was allowed, unless somebody has chosen anew meanwhile. */
static void let_task_go(const struct steering *st, const struct task *t, const cpu_set_t *kept)
{
	cpu_set_t now;
	if (sched_getaffinity(t->tid, sizeof now, &now) == 0 && CPU_COUNT(&now) == 1 && CPU_ISSET(st->cpu, &now))
		sched_setaffinity(t->tid, sizeof *kept, kept);
}

void steer_restart(struct session *s, struct task *t, bool until_stop, int sig)
{
	struct steering *st = s->steering;
	cpu_set_t kept;
	bool held = false;
	if (st) {
		st->streak = t->tid == st->last ? st->streak + 1 : 0;
		st->last = t->tid;
		if (trial_says(s->task_count == 1 || st->streak >= STREAK ? &st->single : &st->several))
			held = may_hold(st, t, until_stop) && hold_task(st, t, &kept);
		else
			let_self_go(st);
	}
	raw(SYS_ptrace, until_stop ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, 0, sig);
	if (held)
		let_task_go(st, t, &kept);
}
