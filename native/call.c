/* System calls of a tracee: reads what the kernel says at the stop, runs the plan, writes the record. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "internal.h"
#include "procfs.h"

#define ARCH_I386 0x40000003U
#define RESTART_BLOCK 516 /* -ERESTART_RESTARTBLOCK: restart_syscall will go on with the call */

static bool is_traced(const struct session *s, const struct task *t)
{
	return t->nr >= TRACER_MAX_NR || s->traced[t->abi][t->nr] & TRACED;
}

/* execve or execveat of the task's personality. */
bool call_is_execve(const struct task *t)
{
	static const uint16_t execve_nr[ABI_COUNT][2] = { { 59, 322 }, { 11, 358 }, { 520, 545 } };
	return t->nr == execve_nr[t->abi][0] || t->nr == execve_nr[t->abi][1];
}

bool call_is_exit_group(const struct task *t)
{
	return t->nr == (t->abi == 1 ? 252U : 231U);
}

/* Numbers of restart_syscall. What has them on the other personality (read, madvise) is never gone on with by it. */
enum { NR_RESTART = 219, NR_RESTART_I386 = 0 };

static bool is_restart(const struct task *t)
{
	return t->nr == (t->abi == 1 ? NR_RESTART_I386 : NR_RESTART);
}

/* At a stop before the task goes on: was it inside a call that restart_syscall will go on with? A chain keeps the first. */
void call_note_restart(struct task *t)
{
	errno = 0;
	long nr = ptrace(PTRACE_PEEKUSER, t->tid, (void *)offsetof(struct user_regs_struct, orig_rax), 0);
	long ret = ptrace(PTRACE_PEEKUSER, t->tid, (void *)offsetof(struct user_regs_struct, rax), 0);
	bool chained = t->restart && (nr == NR_RESTART || nr == NR_RESTART_I386);
	if (errno == 0 && nr >= 0 && (int32_t)ret == -RESTART_BLOCK && !chained)
		t->restart = 1 + ((uint32_t)nr & ~X32_BIT);
}

/* A child that asks not to be traced keeps the filter all the same, and nobody will answer its stops. */
static void warn_untraced(struct session *s, struct task *t)
{
	static const uint16_t clone_nr[ABI_COUNT] = { 56, 120, 56 };
	uint64_t flags = 0;
	int err = 0;
	if (t->nr == clone_nr[t->abi])
		flags = t->args[0];
	else if (t->nr == 435 && memory_read(t, t->args[0], &flags, sizeof flags, &err) != sizeof flags)
		return;
	if (flags & CLONE_UNTRACED)
		event_message(s, t->tid, MSG_UNTRACED_CHILD, 0, 0, NULL);
}

/* prctl(PR_SET_NAME): the task has another name from here on. */
static void note_name(struct session *s, struct task *t, const struct syscall_info *info)
{
	static const uint16_t prctl_nr[ABI_COUNT] = { 157, 172, 157 };
	if (s->config.flags & CF_COMM && t->nr == prctl_nr[t->abi] && (uint32_t)t->args[0] == PR_SET_NAME && !info->exit.is_error)
		named_event(s, EV_RENAMED, t, 0, 0, 0);
}

/* Where plans get the bytes of a task from. */
static struct capture_source call_source(struct session *s, struct task *t)
{
	struct capture_source source = procfs_source;
	source.context = t;
	source.sockets = &s->sockets;
	source.session = s;
	return source;
}

static void write_call(struct session *s, struct task *t, const struct syscall_info *info, uint16_t event, uint16_t flags)
{
	const bool entering = event != EV_EXIT;
	if (!entering)
		note_name(s, t, info);
	if (s->unwinder && !entering)
		stack_write_at_exit(s, t);
	const struct plan *plan = plan_for(s, t->abi, t->nr, t->args);
	uint32_t count = plan ? (entering ? plan->enter_count : plan->exit_count) : 0;
	/* A record may take a quarter of the ring, so that the producer seldom has to wait for one big call. */
	uint32_t room = count ? (uint32_t)((s->mask + 1) / 4) : (uint32_t)sizeof(struct record);
	struct record *r = event_begin(s, event, t, room - (uint32_t)sizeof *r);
	if (!r)
		return;
	r->nr = t->nr;
	r->flags |= flags;
	r->ip = info->ip;
	r->stime_ns = t->stime_ns;
	memcpy(r->args, t->args, sizeof r->args);
	if (!entering) {
		r->ret = info->exit.rval;
		if (info->exit.is_error)
			r->flags |= RF_ERROR;
		r->flags |= t->tampered;
	} else if (info->op == 3) {
		r->flags |= RF_SECCOMP;
		r->ret = info->entry.ret_data & 0xffff;
	}
	if (count) {
		struct capture_source source = call_source(s, t);
		source.dumps = entering ? NULL : &s->dumps;
		capture_run(entering ? plan->insns : plan->insns + plan->enter_count, count,
			    entering ? plan->enter_limit : plan->exit_limit, t->args, entering ? 0 : r->ret, r->flags & RF_ERROR,
			    &source, r, room);
	}
	event_end(s, r);
	if (!entering)
		dump_write(s, t);
	else if (s->unwinder)
		stack_write_at_entry(s, t);
}

/*
 * i386 makes some calls through a multiplexer; they get numbers of their own (tracer.h). The arguments of a call that
 * socketcall(2) carries are in memory; what cannot be read, or is unknown, stays socketcall.
 */
static void unwrap_socketcall(struct task *t)
{
	static const uint8_t counts[] = { 0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4, 6, 6, 2, 5, 5, 3, 3, 4, 5, 4 };
	uint32_t words[6] = { 0 };
	uint64_t sub = t->args[0];
	int err = 0;
	if (sub == 0 || sub >= sizeof counts)
		return;
	size_t want = counts[sub] * sizeof *words;
	if (memory_read(t, t->args[1], words, want, &err) != want)
		return;
	for (int i = 0; i < 6; i++)
		t->args[i] = words[i];
	t->nr = TRACER_SOCKETCALL + (uint32_t)sub;
}

/* ipc(2) has the arguments in registers behind its own first one: they move up, its version (the upper half) comes last. */
static void unwrap_ipc(struct task *t)
{
	const uint32_t known = 0x1e0781e; /* 1-4, 11-14, 21-24 of linux/ipc.h */
	uint64_t sub = t->args[0] & 0xffff, version = t->args[0] >> 16;
	if (sub > 24 || !(known >> sub & 1))
		return;
	memmove(t->args, t->args + 1, 5 * sizeof *t->args);
	t->args[5] = version;
	t->nr = TRACER_IPC + (uint32_t)sub;
}

/* rt_sigreturn, and i386's sigreturn, take no argument but the frame on the stack. */
static bool is_sigreturn(const struct task *t)
{
	static const uint16_t sigreturn_nr[ABI_COUNT] = { 15, 173, 513 };
	return t->nr == sigreturn_nr[t->abi] || (t->abi == 1 && t->nr == 119);
}

/* Whether the call writes where the trace goes. */
static bool speaks(const struct session *s, const struct task *t)
{
	if (!(s->config.flags & CF_SHARED) || t->nr >= TRACER_MAX_NR)
		return false;
	uint32_t argument = s->traced[t->abi][t->nr] >> TRACED_WRITES_SHIFT;
	return argument && procfs_is_file(t->tid, (int)t->args[argument - 1], s->shared_dev, s->shared_ino);
}

/* Asks the consumer about a call that may be tampered with: enum verdict. Nobody else is served meanwhile. */
static int ask(struct session *s, struct task *t, const struct syscall_info *info)
{
	atomic_store(&s->verdict, VERDICT_UNWANTED);
	write_call(s, t, info, EV_ASK, 0);
	ring_drain(s);
	return atomic_load(&s->verdict);
}

/* Whether a call is wanted: enum verdict. What a decision plan looks at is not recorded. */
static int judge(struct session *s, struct task *t, const struct syscall_info *info)
{
	const struct decision *d = s->config.flags & CF_DECIDE ? decision_for(s, t->abi, t->nr) : NULL;
	if (!d)
		return s->config.flags & CF_ASK && tamper_is_about(s, t) ? ask(s, t, info) : VERDICT_NONE;
	if (d->count == 0)
		return VERDICT_UNWANTED;
	const uint32_t room = (uint32_t)((s->mask + 1) / 4);
	struct record *scratch = ring_reserve(s, room);
	if (!scratch)
		return VERDICT_UNWANTED;
	*scratch = (struct record){ 0 };
	struct capture_source source = call_source(s, t);
	return capture_decides(d->insns, d->count, d->limit, t->args, s->targets, &source, scratch, room) ? VERDICT_WANTED : VERDICT_UNWANTED;
}

static void entering(struct session *s, struct task *t, const struct syscall_info *info)
{
	const uint32_t full = (uint32_t)info->entry.nr;
	uint32_t nr = full;
	uint16_t abi = 0;
	t->arch = info->arch;
	if (info->arch == ARCH_I386)
		abi = 1;
	else if ((nr & X32_BIT) && nr < 0x80000000U) {
		abi = 2;
		nr &= ~X32_BIT;
	}
	if (abi != t->abi) {
		t->abi = abi;
		t->ip = info->ip;
		event_simple(s, EV_PERSONALITY, t, 0, 0, 0, 0);
		t->ip = 0;
	}
	t->nr = abi == 1 && nr >= TRACER_SOCKETCALL && nr < TRACER_CARRIED_END ? nr + TRACER_DISPLACED : nr;
	t->last_nr = full;
	memcpy(t->args, info->entry.args, sizeof t->args);
	if (abi == 2 && nr >= X32_COMPAT && nr < X32_END && nr != X32_PREADV && nr != X32_PWRITEV)
		for (int i = 0; i < 6; i++)
			t->args[i] = (uint32_t)t->args[i];
	t->flags &= ~(uint32_t)(CALL_RECORDED | TASK_STACK_TOLD);
	if (is_sigreturn(t))
		t->args[0] = info->sp;
	if (is_restart(t))
		t->args[0] = t->restart;
	if (t->flags & TASK_HIDDEN) {
		if (!call_is_execve(t)) {
			/* Under -D it says itself that the program could not be executed. */
			if (speaks(s, t))
				t->flags |= TASK_SPEAKS;
			return;
		}
		t->flags &= ~(uint32_t)TASK_HIDDEN;
	}
	if (s->config.flags & CF_SECCOMP && t->flags & TASK_DESCENDANT)
		warn_untraced(s, t);
	netlink_note(s, t);
	if (is_traced(s, t)) {
		if (t->abi == 1 && t->nr == 102)
			unwrap_socketcall(t);
		else if (t->abi == 1 && t->nr == 117)
			unwrap_ipc(t);
		int verdict = s->config.flags & (CF_DECIDE | CF_ASK) ? judge(s, t, info) : VERDICT_NONE;
		t->rule = NULL;
		t->tampered = 0;
		if (s->tampering && (verdict == VERDICT_WANTED || verdict == VERDICT_NONE))
			tamper_at_entry(s, t, info);
		if (verdict != VERDICT_UNWANTED) {
			write_call(s, t, info, EV_ENTER, verdict == VERDICT_WANTED ? RF_DECIDED : 0);
			t->flags |= CALL_RECORDED;
		}
	}
	if (speaks(s, t))
		t->flags |= TASK_SPEAKS;
}

static void exiting(struct session *s, struct task *t, struct syscall_info *info)
{
	/* A chain of restarts goes on with the same call; a program that asks for one itself is told of the last call that was traced. */
	if (!is_restart(t) && (t->flags & CALL_RECORDED || info->exit.rval == -RESTART_BLOCK))
		t->restart = 1 + t->nr;
	if (t->flags & CALL_RECORDED) {
		if (t->rule)
			tamper_at_exit(s, t, info);
		write_call(s, t, info, EV_EXIT, 0);
	}
	t->flags &= ~(uint32_t)CALL_RECORDED;
	/* The program could not be executed: what is left is our own child's end. */
	if (t->flags & TASK_FIRST_EXEC && info->exit.is_error && call_is_execve(t))
		t->flags |= TASK_HIDDEN;
}

/* For -i: where the task is at a stop that is no call. */
void call_note_ip(const struct session *s, struct task *t)
{
	struct syscall_info info = { 0 };
	if (s->config.flags & CF_IP && info_read(t, STOP_OTHER, &info))
		t->ip = info.ip;
}

/*
 * Whether a call that begins sends SIGKILL. exit_group and execve end threads, too, but these run until then: one that makes
 * calls has always stopped for another.
 */
static bool sends_kill(const struct syscall_info *info)
{
	static const struct {
		uint16_t x86_64, x32, i386;
		uint8_t signal; /* which argument is the signal */
	} calls[] = {
		{ 62, 62, 37, 1 },    /* kill */
		{ 200, 200, 238, 1 }, /* tkill */
		{ 234, 234, 270, 2 }, /* tgkill */
		{ 129, 524, 178, 1 }, /* rt_sigqueueinfo */
		{ 297, 536, 335, 2 }, /* rt_tgsigqueueinfo */
		{ 424, 424, 424, 1 }, /* pidfd_send_signal */
	};
	const uint32_t full = (uint32_t)info->entry.nr, nr = full & ~X32_BIT;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (nr == (info->arch == ARCH_I386 ? calls[i].i386 : full & X32_BIT ? calls[i].x32 : calls[i].x86_64))
			return (uint32_t)info->entry.args[calls[i].signal] == SIGKILL;
	return false;
}

/* wait4, waitid or i386's waitpid. */
static bool is_wait(const struct task *t)
{
	if (t->abi == 1)
		return t->nr == 7 || t->nr == 114 || t->nr == 284;
	return t->nr == 61 || t->nr == (t->abi == 2 ? 529U : 247U);
}

/*
 * SIGKILL takes a task out of a stop (ptrace(2)), and with it what it has stopped for. A task that sends it, or that has just
 * been told of another, which it may kill unseen, comes after what others have stopped for by then.
 */
static bool gives_way(const struct task *t, const struct syscall_info *info)
{
	return info->op == 2 ? is_wait(t) && !info->exit.is_error : sends_kill(info);
}

/*
 * A syscall-stop or a seccomp stop. When the task has died meanwhile nothing is recorded: its status will come. False: others
 * come first, and nothing has been done.
 */
bool call_stop(struct session *s, struct task *t, enum stop_kind kind)
{
	struct syscall_info info = { 0 };
	if (!info_read(t, kind, &info))
		return true;
	if (s->task_count > 1 && !s->others_first && gives_way(t, &info))
		return false;
	/* Before 4.8 the entering stop is still to come. */
	bool early = kind == STOP_SECCOMP && s->config.flags & CF_OLD_SECCOMP;
	info_note(t, kind, early ? 0 : info.op);
	bool governed = s->config.flags & CF_SECCOMP && t->flags & TASK_DESCENDANT;
	switch (stop_effect(s->config.flags & CF_OLD_SECCOMP, kind, info.op, governed, &t->flags)) {
	case CALL_ENTERS:
		entering(s, t, &info);
		break;
	case CALL_EXITS:
		exiting(s, t, &info);
		break;
	case CALL_NOTHING:
		break;
	}
	return true;
}
