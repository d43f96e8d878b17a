/* The tracer thread: starts and attaches, waits for stops, ends the session when it is asked to. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

/* How long tasks may take to stop when the session ends: one in uninterruptible sleep is let go by our exit. */
#define ENDING_NS 800000000ULL
/* How long we wait for the command to follow the signal that we passed on; it may ignore it. */
#define REAP_NS 2000000000ULL
/* How long tasks that have stopped are held for the others' sake, and for the consumer's. */
#define HOLD_NS 200000000ULL
#define DRAIN_MS 200
/* With several tasks, wait4 would give the first of the kernel's list again and again: after so many stops all that
 * have stopped are taken at once. */
#define FAIR_EVERY 16
#define FAIR_BATCH 64

uint64_t monotonic_ns(void)
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

/* A task that must not outlive us: under the filter its calls would fail; --kill-on-exit, or who ended the session, wants it. */
static bool must_die(const struct session *s, const struct task *t)
{
	if (s->config.flags & CF_EXITKILL)
		return true;
	return t->flags & TASK_DESCENDANT && (s->config.flags & CF_SECCOMP || atomic_load(&s->interrupt) == 1 + SIGKILL);
}

/*
 * The session is to end. The command gets the signal, as under strace; every task is stopped, then detached, but for
 * those that must die.
 */
static void begin_ending(struct session *s)
{
	int sig = atomic_load(&s->interrupt) - 1;
	s->ending = true;
	s->others_first = true;
	dispatch_over(s, true);
	s->deadline_ns = monotonic_ns() + ENDING_NS;
	if (sig > 0 && s->command && task_find(s, s->command)) {
		kill(s->command, SIGCONT);
		kill(s->command, sig);
	}
	for (struct task *t = s->oldest, *newer; t; t = newer) {
		newer = t->newer;
		if (must_die(s, t)) {
			if (t->flags & TASK_ANNOUNCED)
				event_simple(s, EV_DETACHED, t, t->nr, 0, t->flags & CALL_RECORDED ? RF_IN_SYSCALL : 0, DETACH_INTERRUPT);
			kill(t->tid, SIGKILL);
			task_remove(s, t);
			continue;
		}
		t->flags |= TASK_DETACHING;
		/* One that is delayed has stopped already. */
		if (t->resume_ns)
			t->flags |= TASK_HALTED;
		else
			ptrace(PTRACE_INTERRUPT, t->tid, 0, 0);
	}
}

struct status {
	pid_t tid;
	int status;
	uint64_t stime_ns;
};

/* A status of `pid`, -1 for any; of children of the host's other threads none. Its task, 0, or -errno. */
static pid_t take(struct session *s, pid_t pid, struct status *out, int options)
{
	struct rusage usage;
	const bool wants_usage = s->config.flags & CF_STIME;
	*out = (struct status){ 0 };
	out->tid = (pid_t)raw(SYS_wait4, pid, (long)&out->status, (int)__WALL | __WNOTHREAD | options, wants_usage ? (long)&usage : 0);
	if (wants_usage && out->tid > 0)
		out->stime_ns = (uint64_t)usage.ru_stime.tv_sec * 1000000000ULL + (uint64_t)usage.ru_stime.tv_usec * 1000;
	return out->tid;
}

/* False: the task gives way to others, and what it has stopped for is to be handled behind theirs. */
static bool handle(struct session *s, const struct status *st)
{
	if (s->config.flags & CF_STIME) {
		struct task *t = task_find(s, st->tid);
		if (t)
			t->stime_ns = st->stime_ns;
	}
	bool done = dispatch(s, st->tid, st->status);
	if (s->over)
		dispatch_over(s, false);
	return done;
}

static void handle_late(struct session *s, const struct status *late, int n);

/* Takes all stops that have come, so that each task gets its turn. Returns the id that an exec took over, or 0. */
static pid_t handle_all(struct session *s, const struct status *first)
{
	struct status batch[FAIR_BATCH], late[FAIR_BATCH];
	int n = 1, given_way = 0;
	batch[0] = *first;
	/* Exec gives a thread another id, to which older stops of the batch would be taken to belong: it comes last. */
	while (stop_classify(batch[n - 1].status).kind != STOP_EXEC && n < FAIR_BATCH && take(s, -1, &batch[n], WNOHANG) > 0)
		n++;
	const struct status *last = &batch[n - 1];
	bool exec = stop_classify(last->status).kind == STOP_EXEC;
	for (int i = 0; i < n; i++)
		if ((!exec || i == n - 1 || batch[i].tid != last->tid) && !handle(s, &batch[i]))
			late[given_way++] = batch[i];
	if (given_way > 0)
		handle_late(s, late, given_way);
	return exec ? last->tid : 0;
}

/* Tasks that have given way: what others have stopped for by now comes before them. */
static void handle_late(struct session *s, const struct status *late, int n)
{
	struct status other;
	pid_t taken_over = 0;
	s->others_first = true;
	if (take(s, -1, &other, WNOHANG) > 0)
		taken_over = handle_all(s, &other);
	for (int i = 0; i < n; i++)
		if (late[i].tid != taken_over && task_find(s, late[i].tid))
			handle(s, &late[i]);
	s->others_first = false;
}

/* Lets go what has stopped, the oldest first. */
static void release_halted(struct session *s)
{
	struct status st;
	/* A child that its parent's event did not tell of yet. */
	while (take(s, -1, &st, WNOHANG) > 0)
		handle(s, &st);
	/* Once they run, they compete with the consumer for time: all is said before. */
	for (struct task *t = s->oldest; t; t = t->newer)
		if (t->flags & TASK_HALTED)
			task_say_detached(s, t, DETACH_INTERRUPT);
	ring_drain_for(s, DRAIN_MS);
	for (struct task *t = s->oldest, *newer; t; t = newer) {
		newer = t->newer;
		if (t->flags & TASK_HALTED) {
			ptrace(PTRACE_DETACH, t->tid, 0, (void *)(uintptr_t)t->pending_sig);
			task_remove(s, t);
		}
	}
}

/*
 * All tasks have been interrupted: they are waited for in turn, held, and let go together, so that those that run do
 * not delay the rest. One that does not stop (it may be in uninterruptible sleep) is passed by when a kick ends the wait,
 * and asked again; it may also wait for one that is held (vfork), so they are not held for long.
 */
static void detach_all(struct session *s)
{
	begin_ending(s);
	uint64_t patience = monotonic_ns() + HOLD_NS;
	while (s->oldest && monotonic_ns() <= s->deadline_ns) {
		bool waiting = false;
		for (struct task *t = s->oldest, *newer; t; t = newer) {
			pid_t next = t->newer ? t->newer->tid : 0;
			struct status st;
			if (t->flags & TASK_HALTED) {
				newer = t->newer;
				continue;
			}
			waiting = true;
			pid_t taken = take(s, t->tid, &st, 0);
			if (taken > 0)
				handle(s, &st);
			else if (taken == -ECHILD) { /* taken along by an exec */
				if (t->flags & TASK_ANNOUNCED)
					event_simple(s, EV_DETACHED, t, t->nr, 0, 0, DETACH_GONE);
				task_remove(s, t);
			}
			/* An exec may have removed the next one, too. */
			newer = next ? task_find(s, next) : NULL;
		}
		if (!waiting || monotonic_ns() > patience)
			release_halted(s);
	}
}

/* What is left has no status any more (a thread that exec took along), or would not stop in time. */
static void forget_tasks(struct session *s)
{
	for (struct task *t; (t = s->oldest) != NULL;) {
		if (t->flags & TASK_ANNOUNCED)
			event_simple(s, s->ending ? EV_DETACHED : EV_LOST, t, t->nr, 0, t->flags & CALL_RECORDED ? RF_IN_SYSCALL : 0, DETACH_GONE);
		task_remove(s, t);
	}
}

/*
 * The command was told to end; its status is taken, so that no zombie stays with a host that lives on. One whose handlers
 * are ours ends, too. Its end is told when those of its threads have been taken. After SIGKILL all are waited for, and a
 * child that came into being meanwhile is killed, too.
 */
static void reap(struct session *s)
{
	if (!s->ending || s->owns_signals || !s->command || atomic_load(&s->interrupt) <= 1)
		return;
	bool kills = atomic_load(&s->interrupt) == 1 + SIGKILL;
	uint64_t until = monotonic_ns() + REAP_NS;
	while ((kills || atomic_load(&s->status) < 0) && monotonic_ns() <= until) {
		int status;
		pid_t pid = wait4(-1, &status, __WALL | __WNOTHREAD | WNOHANG, NULL);
		if (pid < 0)
			break;
		if (pid == 0)
			usleep(1000);
		else if (WIFSTOPPED(status)) { /* on its way out (PTRACE_EVENT_EXIT), or new */
			if (kills)
				kill(pid, SIGKILL);
			ptrace(PTRACE_CONT, pid, 0, 0);
		} else if (pid == s->command)
			atomic_store(&s->status, status);
	}
}

static void wait_loop(struct session *s)
{
	unsigned since_all = 0;
	while (s->task_count > 0) {
		if (atomic_load_explicit(&s->interrupt, memory_order_relaxed)) {
			detach_all(s);
			break;
		}
		dispatch_delayed(s);
		struct status st;
		pid_t taken = take(s, -1, &st, 0);
		if (taken == -ECHILD)
			break;
		if (taken < 0)
			continue;
		if (s->task_count > 1 && ++since_all >= FAIR_EVERY) {
			since_all = 0;
			handle_all(s, &st);
		} else if (!handle(s, &st))
			handle_late(s, &st, 1);
		ring_publish(s);
	}
	dispatch_over(s, true);
	forget_tasks(s);
	reap(s);
}

static void start_all(struct session *s)
{
	for (int i = 0; i < s->attach_count; i++)
		attach_all(s, s->attach[i]);
	if (s->spawn_spec || s->adopt_pid) {
		int err = s->adopt_pid ? spawn_adopt(s) : spawn_command(s);
		if (err < 0) {
			atomic_store(&s->status, -2);
			event_message(s, 0, MSG_TEXT, -err, 0, s->error);
		}
	}
}

void *tracer_main(void *arg)
{
	struct session *s = arg;
	signals_begin(s);
	if (s->config.pin_cpu >= 0)
		steer_allow_only(0, s->config.pin_cpu);
	struct stat st;
	if (s->config.flags & CF_SHARED && fstat(2, &st) == 0) {
		s->shared_dev = st.st_dev;
		s->shared_ino = st.st_ino;
	}
	netlink_begin(s);
	steer_begin(s);
	start_all(s);
	ring_publish(s);
	wait_loop(s);
	tampering_end(s);
	steer_end(s);
	signals_end(s);
	ring_finish(s);
	return NULL;
}
