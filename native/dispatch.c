/* What a stop of a task means: new tasks, exec, signals, group-stops, the end; and how the task goes on. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"

/* A request on a task that may have died meanwhile: ESRCH is no error, its status will come. */
static void restart(struct session *s, struct task *t, int sig)
{
	if (s->config.flags & CF_SYNC || t->flags & TASK_SPEAKS) {
		ring_drain(s);
		t->flags &= ~(uint32_t)TASK_SPEAKS;
	}
	steer_restart(s, t, !stop_may_run(&t->flags), sig);
}

/* After a stop of a call; a signal may have been injected there. */
static void go_on(struct session *s, struct task *t)
{
	int sig = t->pending_sig;
	t->pending_sig = 0;
	restart(s, t, sig);
}

void dispatch_delayed(struct session *s)
{
	tamper_resume(s, go_on);
}

/* `reason`: enum detach_reason. */
void task_say_detached(struct session *s, const struct task *t, uint64_t reason)
{
	if (t->flags & TASK_ANNOUNCED)
		event_simple(s, EV_DETACHED, t, t->nr, 0,
			     (uint16_t)((t->flags & CALL_RECORDED ? RF_IN_SYSCALL : 0) | (t->flags & TASK_ATTACHED ? RF_ENTRY_UNKNOWN : 0)), reason);
}

/* Lets a stopped task go. */
static void task_detach(struct session *s, struct task *t, uint64_t reason)
{
	ptrace(PTRACE_DETACH, t->tid, 0, 0);
	task_say_detached(s, t, reason);
	task_remove(s, t);
}

/* A record of a task with its name in region 0, where names are wanted. */
void named_event(struct session *s, uint16_t event, struct task *t, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	char comm[64];
	size_t n = s->config.flags & CF_COMM ? procfs_comm(t->tid, comm, sizeof comm) : 0;
	struct record *r = event_begin(s, event, t, (uint32_t)(sizeof(struct region) + sizeof comm));
	if (!r)
		return;
	r->args[0] = arg0;
	r->args[1] = arg1;
	r->args[2] = arg2;
	if (n)
		capture_append(r, 0, 0, comm, (uint32_t)n);
	event_end(s, r);
}

/* Who made a task: known once its maker has stopped for it, which may come after its own first stop. */
static pid_t maker_of(struct session *s, const struct task *t)
{
	if (t->parent)
		return t->parent;
	if (t->tgid != t->tid)
		return t->tgid;
	pid_t parent = procfs_ours((pid_t)procfs_status(t->tid, "PPid:"));
	return parent > 0 && task_find(s, parent) ? parent : 0;
}

static bool is_in_group(pid_t tgid, pid_t tid)
{
	return syscall(SYS_tgkill, tgid, tid, 0) == 0;
}

/* The thread group of a task; /proc is asked only when a signal that is none does not tell (tgkill(2)). */
static pid_t group_of(struct session *s, const struct task *t)
{
	if (is_in_group(t->tid, t->tid))
		return t->tid;
	const struct task *maker = t->parent ? task_find(s, t->parent) : NULL;
	if (maker && maker->tgid && is_in_group(maker->tgid, t->tid))
		return maker->tgid;
	return procfs_ours((pid_t)procfs_status(t->tid, "Tgid:"));
}

void task_announce(struct session *s, struct task *t, uint64_t origin, uint64_t detail)
{
	if (!t->tgid)
		t->tgid = group_of(s, t);
	t->flags |= TASK_ANNOUNCED;
	if (origin == ORIGIN_CHILD)
		detail = (uint64_t)maker_of(s, t);
	named_event(s, EV_TASK, t, origin, (uint64_t)t->tgid, detail);
}

/* Exec in a thread that is not the leader: the kernel gives it the leader's id, and the leader is gone. */
static struct task *superseded(struct session *s, struct task *t)
{
	unsigned long old = 0;
	if (ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &old) != 0 || (pid_t)old == t->tid)
		return t;
	struct task *former = task_find(s, (pid_t)old);
	if (!former)
		return t;
	const uint32_t kept = TASK_SPAWNED | TASK_ATTACHED | TASK_FIRST_EXEC;
	pid_t tid = t->tid;
	uint32_t flags = t->flags & kept;
	t->last_nr = former->last_nr;
	t->abi = former->abi;
	call_note_ip(s, t);
	event_simple(s, EV_SUPERSEDED, t, 0, 0, 0, old);
	task_remove(s, t);
	task_rename(s, former, tid);
	former->flags = (former->flags & ~kept) | flags;
	return former;
}

/* A child that the kernel attached for us: it inherits the parent's filter. It may have stopped already. */
static struct task *expect_child(struct session *s, struct task *t)
{
	unsigned long child = 0;
	if (ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &child) != 0 || child == 0)
		return NULL;
	struct task *c = task_find(s, (pid_t)child);
	if (!c) {
		if (task_was_untold(s, (pid_t)child))
			return NULL;
		c = task_add(s, (pid_t)child, TASK_STARTING);
		c->arch = t->arch;
		c->abi = t->abi;
	}
	c->flags &= ~(uint32_t)TASK_UNTOLD;
	c->parent = t->tid;
	/* Its own seccomp stops would say the same, only later. */
	c->flags |= t->flags & (CALL_FILTERED | TASK_DESCENDANT);
	return c;
}

/* The descriptor that a signal is about: F_SETOWN's signals, of their own number or of another by F_SETSIG (fcntl(2)). */
static bool about_descriptor(const siginfo_t *info)
{
	return info->si_code == SI_SIGIO || (info->si_signo == SIGIO && info->si_code >= POLL_IN && info->si_code <= POLL_HUP);
}

static void record_signal(struct session *s, struct task *t, int sig)
{
	siginfo_t info;
	bool known = ptrace(PTRACE_GETSIGINFO, t->tid, 0, &info) == 0;
	char comm[64];
	uint32_t how = (s->config.flags & CF_COMM ? PID_COMM : 0) | (s->config.flags & CF_PIDNS ? PID_TRANSLATED : 0);
	size_t n = known && how ? pidns_describe(t, info.si_pid, how, comm, sizeof comm) : 0;
	char path[2 * PATH_MAX];
	uint32_t mode = s->config.signal_paths;
	size_t m = 0;
	if (known && mode && about_descriptor(&info))
		m = descriptor_path(t, info.si_fd, mode & ~TRACER_SIGNAL_PATHS, 0, &s->sockets, path, sizeof path);
	struct record *r = event_begin(s, EV_SIGNAL, t, 3 * sizeof(struct region) + sizeof info + sizeof comm + m + 24);
	if (!r)
		return;
	r->nr = (uint32_t)sig;
	if (known) {
		r->flags |= RF_HAS_INFO;
		capture_append(r, 0, 0, &info, sizeof info);
		if (n)
			capture_append(r, SITE_SENDER, (uint32_t)info.si_pid, comm, (uint32_t)n);
		if (m)
			capture_append(r, SITE_SIGNAL_FD, (uint64_t)info.si_fd, path, (uint32_t)m);
	}
	event_end(s, r);
}

static void gone(struct session *s, struct task *t, struct stop stop, int status)
{
	if (t->tid == s->command) {
		atomic_store(&s->status, status);
		int err = spawn_exec_error(s);
		if (err)
			event_message(s, t->tid, MSG_EXEC_FAILED, err, 0, NULL);
	}
	uint16_t flags = t->flags & CALL_RECORDED ? RF_IN_SYSCALL : 0;
	if (t->flags & TASK_ANNOUNCED) {
		if (stop.kind == STOP_EXITED)
			event_simple(s, EV_EXITED, t, 0, stop.sig, flags, 0);
		else
			event_simple(s, EV_KILLED, t, (uint32_t)stop.sig, 0, (uint16_t)(flags | (stop.core ? RF_CORE : 0)), 0);
	}
	if (s->unwinder)
		stack_forget(s, t->tid);
	task_remove(s, t);
}

/*
 * Threads that exit_group(2) ends may be gone before its caller has stopped on its way out, which is a matter of processors:
 * their ends are told after it, so that its line is not cut.
 */
static bool waits_for_another(const struct session *s, const struct task *t)
{
	if (s->ending || !t->tgid)
		return false;
	for (const struct task *c = s->oldest; c; c = c->newer)
		if (c != t && c->tgid == t->tgid && c->flags & CALL_RECORDED && !(c->flags & TASK_OVER) && call_is_exit_group(c))
			return true;
	return false;
}

static void put_off(struct session *s, struct task *t, int status)
{
	t->flags |= TASK_OVER;
	t->status = status;
	*(s->over ? s->over_end : &s->over) = t;
	s->over_end = &t->over_next;
}

void dispatch_over(struct session *s, bool all)
{
	struct task **p = &s->over;
	while (*p) {
		struct task *t = *p;
		if (!all && waits_for_another(s, t)) {
			p = &t->over_next;
			continue;
		}
		*p = t->over_next;
		gone(s, t, stop_classify(t->status), t->status);
	}
	s->over_end = p;
}

static void detach_stopped(struct session *s, struct task *t, struct stop stop)
{
	if (stop.kind == STOP_CHILD) {
		struct task *c = expect_child(s, t);
		if (c)
			c->flags |= TASK_DETACHING;
	}
	/* Only a signal-delivery-stop holds a signal that must go on to the task. */
	t->pending_sig = stop.kind == STOP_SIGNAL ? stop.sig : 0;
	t->flags |= TASK_HALTED;
}

/* One status of wait4. False: the task has given way, its status is to be dispatched again. */
bool dispatch(struct session *s, pid_t tid, int status)
{
	struct task *t = task_find(s, tid);
	struct stop stop = stop_classify(status);
	if (t && t->flags & TASK_OVER) { /* its id serves another */
		dispatch_over(s, true);
		t = NULL;
	}
	if (stop.kind == STOP_EXITED || stop.kind == STOP_KILLED) {
		if (t && waits_for_another(s, t))
			put_off(s, t, status);
		else if (t)
			gone(s, t, stop, status);
		else if (tid == s->command)
			atomic_store(&s->status, status);
		return true;
	}
	if (!t) {
		t = task_add(s, tid, TASK_STARTING | TASK_UNTOLD | (s->ending ? TASK_DETACHING : 0));
		t->arch = 0xc000003e;
	}
	if (t->flags & TASK_DETACHING) {
		detach_stopped(s, t, stop);
		return true;
	}
	if (t->flags & TASK_STARTING) {
		t->flags &= ~(uint32_t)TASK_STARTING;
		if (!(t->flags & TASK_ANNOUNCED))
			task_announce(s, t, ORIGIN_CHILD, 0);
		else if (t->flags & TASK_ATTACHED)
			call_note_restart(t);
	}
	info_note(t, stop.kind, 0);
	/* Under the filter the call that was interrupted may not have been seen; restart_syscall, which may, tells its name. */
	if (t->flags & CALL_FILTERED && (stop.kind == STOP_SIGNAL || stop.kind == STOP_GROUP || stop.kind == STOP_TRAP))
		call_note_restart(t);
	switch (stop.kind) {
	case STOP_SYSCALL:
	case STOP_SECCOMP:
		if (!call_stop(s, t, stop.kind))
			return false;
		if (!t->resume_ns)
			go_on(s, t);
		return true;
	case STOP_SIGNAL:
		if (!(t->flags & TASK_HIDDEN)) {
			call_note_ip(s, t);
			if (s->unwinder)
				stack_write(s, t);
			record_signal(s, t, stop.sig);
			t->ip = 0;
		}
		restart(s, t, stop.sig);
		return true;
	case STOP_GROUP:
		call_note_ip(s, t);
		if (s->unwinder)
			stack_write(s, t);
		event_simple(s, EV_STOPPED, t, (uint32_t)stop.sig, 0, 0, 0);
		t->ip = 0;
		if (s->config.flags & CF_SYNC)
			ring_drain(s);
		ptrace(PTRACE_LISTEN, t->tid, 0, 0);
		return true;
	case STOP_EXEC: {
		t = superseded(s, t);
		info_note(t, stop.kind, 0);
		memory_forget(t);
		if (s->unwinder)
			stack_forget(s, t->tid);
		bool first = t->flags & TASK_FIRST_EXEC;
		t->flags &= ~(uint32_t)TASK_FIRST_EXEC;
		if (s->config.flags & CF_COMM)
			named_event(s, EV_EXEC, t, 0, 0, 0);
		if ((s->config.flags & CF_DETACH_ON_EXEC) && !first) {
			task_detach(s, t, DETACH_EXECVE);
			return true;
		}
		break;
	}
	case STOP_EXIT: /* the call that the task is in will not return */
		if (t->flags & CALL_RECORDED) {
			event_simple(s, EV_EXIT, t, t->nr, 0, RF_NO_RET, 0);
			t->flags &= ~(uint32_t)CALL_RECORDED;
		}
		break;
	case STOP_CHILD:
		expect_child(s, t);
		break;
	case STOP_TRAP:
	case STOP_OTHER:
	case STOP_EXITED:
	case STOP_KILLED:
		break;
	}
	restart(s, t, 0);
	return true;
}
