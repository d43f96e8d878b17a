/* The tracer thread: waits for stops, says what happened, restarts the tracee. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define EVENT_STOP 128 /* PTRACE_EVENT_STOP; glibc 2.36 has it as an enumerator only */
#define SYSCALL_STOP (SIGTRAP | 0x80)
/* How long tasks may take to stop when the session ends: one in uninterruptible sleep is let go by our exit. */
#define ENDING_NS 800000000ULL

static uint64_t monotonic(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

uint32_t trace_options(const struct session *s)
{
	uint32_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
	if (s->config.flags & CF_FOLLOW)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	if (s->config.flags & CF_SECCOMP)
		options |= PTRACE_O_TRACESECCOMP;
	if (s->config.flags & CF_EXITKILL)
		options |= PTRACE_O_EXITKILL;
	return options;
}

/* A request on a tracee that may have died meanwhile: ESRCH is no error, its status will come. */
static void restart(struct session *s, struct task *t, int sig)
{
	/* Outside a call, a task under our filter runs until the filter stops it. */
	bool run = (t->flags & TASK_FILTERED) && !(t->flags & (TASK_IN_SYSCALL | TASK_SECCOMP_ENTRY));
	(void)s;
	ptrace(run ? PTRACE_CONT : PTRACE_SYSCALL, t->tid, 0, (void *)(uintptr_t)sig);
}

static void detach(struct session *s, struct task *t, int sig, uint64_t reason)
{
	ptrace(PTRACE_DETACH, t->tid, 0, (void *)(uintptr_t)sig);
	if (t->flags & TASK_ANNOUNCED)
		event_simple(s, EV_DETACHED, t, 0, 0,
			     (uint16_t)((t->flags & TASK_RECORDED ? RF_IN_SYSCALL : 0) | (t->flags & TASK_ATTACHED ? RF_ENTRY_UNKNOWN : 0)), reason);
	task_remove(s, t);
}

/* While the tracee is stopped: paths and names that a plan asks for. */
static size_t source_read(void *context, uint64_t addr, void *out, size_t len, int *err)
{
	return memory_read(context, addr, out, len, err);
}

static size_t source_path(void *context, int32_t fd, uint32_t mode, char *out, size_t len)
{
	struct task *t = context;
	char path[48];
	(void)mode;
	if (fd == -100)
		snprintf(path, sizeof path, "/proc/%d/cwd", t->tid);
	else if (fd >= 0)
		snprintf(path, sizeof path, "/proc/%d/fd/%d", t->tid, fd);
	else
		return 0;
	ssize_t n = readlink(path, out, len);
	return n > 0 ? (size_t)n : 0;
}

static size_t source_comm(void *context, int32_t pid, char *out, size_t len)
{
	(void)context;
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	ssize_t n = read(fd, out, len);
	close(fd);
	if (n > 0 && out[n - 1] == '\n')
		n--;
	return n > 0 ? (size_t)n : 0;
}

const struct plan_slot *plan_for(struct session *s, uint16_t abi, uint32_t nr)
{
	if (nr >= TRACER_MAX_NR)
		return NULL;
	struct plan_slot *slot = &s->plans[abi][nr];
	if (slot->known)
		return slot;
	struct ring_control *c = s->control;
	uint32_t request = 1 + ((uint32_t)abi << 16 | nr);
	atomic_store(&c->request, request);
	ring_publish(s);
	atomic_store(&c->consumer_waits, 0);
	atomic_fetch_add(&c->data_word, 1);
	ring_futex_wake(&c->data_word);
	while (atomic_load(&c->request) == request && !atomic_load(&s->abandon))
		ring_futex_wait(&c->request, request, 1000);
	return slot->known ? slot : NULL;
}

static bool is_traced(const struct session *s, const struct task *t)
{
	return t->nr >= TRACER_MAX_NR || s->traced[t->abi][t->nr];
}

/* An execve of this personality: the command is shown from its first one on. */
static bool is_execve(const struct task *t)
{
	static const uint16_t execve_nr[ABI_COUNT][2] = { { 59, 322 }, { 11, 358 }, { 520, 545 } };
	return t->nr == execve_nr[t->abi][0] || t->nr == execve_nr[t->abi][1];
}

static void write_call(struct session *s, struct task *t, const struct syscall_info *info, bool entering)
{
	const struct plan_slot *plan = plan_for(s, t->abi, t->nr);
	uint32_t count = plan ? (entering ? plan->enter_count : plan->exit_count) : 0;
	/* A record may take a quarter of the ring, so that the producer seldom has to wait for one big call. */
	uint32_t room = count ? (uint32_t)((s->mask + 1) / 4) : (uint32_t)sizeof(struct record);
	struct record *r = event_begin(s, entering ? EV_ENTER : EV_EXIT, t, room - (uint32_t)sizeof *r);
	if (!r)
		return;
	r->nr = t->nr;
	r->ip = info->ip;
	r->stime_ns = t->stime_ns;
	memcpy(r->args, t->args, sizeof r->args);
	if (!entering) {
		r->ret = info->exit.rval;
		if (info->exit.is_error)
			r->flags |= RF_ERROR;
	}
	if (count) {
		struct capture_source source = { source_read, source_path, source_comm, t };
		const struct plan_insn *insns = entering ? plan->insns : plan->insns + plan->enter_count;
		capture_run(insns, count, t->args, r->ret, r->flags & RF_ERROR, &source, r, room);
	}
	event_end(s, r);
}

/* The call begins. */
static void entering(struct session *s, struct task *t, const struct syscall_info *info, bool seccomp)
{
	uint32_t nr = (uint32_t)info->entry.nr;
	t->arch = info->arch;
	t->abi = 0;
	if (info->arch == 0x40000003)
		t->abi = 1;
	else if ((nr & 0x40000000) && nr < 0x80000000) {
		t->abi = 2;
		nr &= ~0x40000000U;
	}
	t->nr = nr;
	memcpy(t->args, info->entry.args, sizeof t->args);
	t->flags |= TASK_IN_SYSCALL;
	t->flags &= ~(uint32_t)TASK_RECORDED;
	if (t->flags & TASK_HIDDEN) {
		if (!is_execve(t))
			return;
		t->flags &= ~(uint32_t)TASK_HIDDEN;
	}
	(void)seccomp;
	if (is_traced(s, t)) {
		write_call(s, t, info, true);
		t->flags |= TASK_RECORDED;
	}
}

static void exiting(struct session *s, struct task *t, const struct syscall_info *info)
{
	if (t->flags & TASK_RECORDED)
		write_call(s, t, info, false);
	t->flags &= ~(uint32_t)(TASK_IN_SYSCALL | TASK_RECORDED);
}

/* A syscall-stop or a seccomp stop. Returns 0, or -errno when the task has gone. */
int syscall_stop(struct session *s, struct task *t, bool seccomp)
{
	struct syscall_info info;
	if (ptrace(0x420e /* PTRACE_GET_SYSCALL_INFO */, t->tid, (void *)sizeof info, &info) <= 0)
		return -errno;
	if (seccomp) {
		t->flags |= TASK_FILTERED;
		if (s->config.flags & CF_OLD_SECCOMP) {
			t->flags |= TASK_SECCOMP_ENTRY; /* the entry stop comes next */
			return 0;
		}
		/* Under PTRACE_SYSCALL the entry stop of this call was seen already. */
		if (!(t->flags & TASK_IN_SYSCALL))
			entering(s, t, &info, true);
		return 0;
	}
	t->flags &= ~(uint32_t)TASK_SECCOMP_ENTRY;
	if (info.op == 1)
		entering(s, t, &info, false);
	else if (info.op == 2)
		exiting(s, t, &info);
	return 0;
}

static void announce(struct session *s, struct task *t)
{
	if (t->flags & TASK_ANNOUNCED)
		return;
	t->flags |= TASK_ANNOUNCED;
	event_simple(s, EV_TASK, t, 0, 0, 0, ORIGIN_CHILD);
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
	pid_t tid = t->tid;
	uint32_t spawned = t->flags & (TASK_SPAWNED | TASK_ATTACHED);
	event_simple(s, EV_SUPERSEDED, t, 0, 0, 0, old);
	task_remove(s, t);
	task_rename(s, former, tid);
	former->flags = (former->flags & ~(uint32_t)(TASK_SPAWNED | TASK_ATTACHED)) | spawned;
	return former;
}

/* A child that the kernel attached for us: it inherits the parent's filter. */
static void expect_child(struct session *s, struct task *t)
{
	unsigned long child = 0;
	if (ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &child) != 0)
		return;
	struct task *c = task_find(s, (pid_t)child);
	if (!c)
		c = task_add(s, (pid_t)child, TASK_STARTING);
	c->flags |= t->flags & TASK_FILTERED;
	c->arch = t->arch;
	c->abi = t->abi;
}

static bool stops_group(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

static void signal_stop(struct session *s, struct task *t, int sig)
{
	siginfo_t info;
	if (t->flags & TASK_HIDDEN) {
		restart(s, t, sig);
		return;
	}
	bool known = ptrace(PTRACE_GETSIGINFO, t->tid, 0, &info) == 0;
	struct record *r = event_begin(s, EV_SIGNAL, t, sizeof(struct region) + sizeof info + 16);
	if (r) {
		r->nr = (uint32_t)sig;
		if (known) {
			r->flags |= RF_HAS_INFO;
			capture_append(r, 0, 0, &info, sizeof info);
		}
		event_end(s, r);
	}
	restart(s, t, sig);
}

static void gone(struct session *s, struct task *t, int status)
{
	if (t->tid == s->command) {
		atomic_store(&s->status, status);
		int err = spawn_exec_error(s);
		if (err)
			event_message(s, t->tid, MSG_EXEC_FAILED, err, 0, NULL);
	}
	if (WIFEXITED(status))
		event_simple(s, EV_EXITED, t, 0, WEXITSTATUS(status), t->flags & TASK_RECORDED ? RF_IN_SYSCALL : 0, 0);
	else
		event_simple(s, EV_KILLED, t, (uint32_t)WTERMSIG(status), 0,
			     (uint16_t)((WCOREDUMP(status) ? RF_CORE : 0) | (t->flags & TASK_RECORDED ? RF_IN_SYSCALL : 0)), 0);
	task_remove(s, t);
}

static void detach_stopped(struct session *s, struct task *t, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;
	/* Only a signal-delivery-stop holds a signal that must go on to the task. */
	detach(s, t, event == 0 && sig != SYSCALL_STOP ? sig : 0, DETACH_INTERRUPT);
}

static void dispatch(struct session *s, pid_t tid, int status, const struct rusage *usage)
{
	struct task *t = task_find(s, tid);
	if (!WIFSTOPPED(status)) {
		if (t)
			gone(s, t, status);
		return;
	}
	int sig = WSTOPSIG(status), event = status >> 16;
	if (!t)
		t = task_add(s, tid, TASK_STARTING);
	if (s->config.flags & CF_STIME)
		t->stime_ns = (uint64_t)usage->ru_stime.tv_sec * 1000000000ULL + (uint64_t)usage->ru_stime.tv_usec * 1000;
	if (t->flags & TASK_DETACHING) {
		detach_stopped(s, t, status);
		return;
	}
	switch (event) {
	case 0:
		if (sig == SYSCALL_STOP) {
			syscall_stop(s, t, false);
			if ((s->config.flags & CF_DETACH_ON_EXEC) && (t->flags & TASK_IN_SYSCALL) && is_execve(t) && !(t->flags & TASK_SPAWNED)) {
				detach(s, t, 0, DETACH_EXECVE);
				return;
			}
			break;
		}
		signal_stop(s, t, sig);
		return;
	case PTRACE_EVENT_SECCOMP:
		syscall_stop(s, t, true);
		break;
	case EVENT_STOP:
		if (t->flags & TASK_STARTING) {
			t->flags &= ~(uint32_t)TASK_STARTING;
			announce(s, t);
			if (!stops_group(sig))
				break;
		}
		if (stops_group(sig)) {
			event_simple(s, EV_STOPPED, t, (uint32_t)sig, 0, 0, 0);
			ptrace(PTRACE_LISTEN, t->tid, 0, 0);
			return;
		}
		break;
	case PTRACE_EVENT_EXEC:
		t = superseded(s, t);
		memory_forget(t);
		if (s->config.flags & CF_COMM) {
			struct record *r = event_begin(s, EV_EXEC, t, sizeof(struct region) + 80);
			if (r) {
				char comm[64];
				size_t n = source_comm(t, t->tid, comm, sizeof comm);
				if (n)
					capture_append(r, 0, 0, comm, (uint32_t)n);
				event_end(s, r);
			}
		}
		break;
	case PTRACE_EVENT_EXIT: /* the call that the task is in will not return */
		if (t->flags & TASK_RECORDED) {
			event_simple(s, EV_EXIT, t, t->nr, 0, RF_NO_RET, 0);
			t->flags &= ~(uint32_t)TASK_RECORDED;
		}
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		expect_child(s, t);
		break;
	}
	if (s->config.flags & CF_SYNC)
		ring_drain(s);
	restart(s, t, 0);
}

/* The session is to end: every task is stopped, then detached; the command gets the signal, as under strace. */
static void begin_ending(struct session *s)
{
	int sig = atomic_load(&s->interrupt) - 1;
	s->ending = true;
	s->deadline_ns = monotonic() + ENDING_NS;
	atomic_store(&s->interrupted_by, sig);
	if (s->command && task_find(s, s->command)) {
		kill(s->command, SIGCONT);
		kill(s->command, sig > 0 ? sig : SIGTERM);
	}
	for (int b = 0; b < TASK_BUCKETS; b++)
		for (struct task *t = s->tasks[b]; t; t = t->next) {
			t->flags |= TASK_DETACHING;
			ptrace(PTRACE_INTERRUPT, t->tid, 0, 0);
		}
}

static void wait_loop(struct session *s)
{
	struct rusage usage;
	struct rusage *usage_of = s->config.flags & CF_STIME ? &usage : NULL;
	while (s->task_count > 0) {
		if (atomic_load_explicit(&s->interrupt, memory_order_relaxed) && !s->ending)
			begin_ending(s);
		int status;
		pid_t tid = wait4(-1, &status, __WALL | __WNOTHREAD | (s->ending ? WNOHANG : 0), usage_of);
		if (tid > 0) {
			dispatch(s, tid, status, &usage);
			ring_publish(s);
			continue;
		}
		if (tid < 0 && errno == ECHILD)
			break;
		if (s->ending) {
			if (monotonic() > s->deadline_ns)
				break;
			usleep(500);
		}
	}
	/* What is left has no status any more (a thread that exec took along), or would not stop in time. */
	for (int b = 0; b < TASK_BUCKETS; b++)
		while (s->tasks[b]) {
			struct task *t = s->tasks[b];
			if (t->flags & TASK_ANNOUNCED)
				event_simple(s, s->ending ? EV_DETACHED : EV_LOST, t, 0, 0, t->flags & TASK_RECORDED ? RF_IN_SYSCALL : 0, DETACH_GONE);
			task_remove(s, t);
		}
}

void *tracer_main(void *arg)
{
	struct session *s = arg;
	s->thread_tid = (pid_t)syscall(SYS_gettid);
	/* Everything but the kick is blocked: signals of the host are its main thread's business. */
	sigset_t mask;
	sigfillset(&mask);
	sigdelset(&mask, KICK_SIGNAL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	if (s->config.pin_cpu >= 0) {
		cpu_set_t cpus;
		CPU_ZERO(&cpus);
		CPU_SET(s->config.pin_cpu, &cpus);
		sched_setaffinity(0, sizeof cpus, &cpus);
	}
	for (int i = 0; i < s->attach_count; i++)
		attach_all(s, s->attach[i]);
	if (s->spawn_spec) {
		int err = spawn_command(s);
		if (err < 0) {
			atomic_store(&s->status, -2);
			event_message(s, 0, MSG_TEXT, -err, 0, s->error);
		}
	}
	ring_publish(s);
	wait_loop(s);
	ring_finish(s);
	return NULL;
}
