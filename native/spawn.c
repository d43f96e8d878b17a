/*
 * Starts the command: a child that shares our memory (clone(CLONE_VM): a fork of a big process is slow), so it makes
 * raw system calls only; errno and every other thread-local belongs to the parent. It puts back what the launcher
 * inherited, waits until it is seized and stopped, then installs the filter and executes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"
#include "spawn.h"

#define STACK_BYTES 65536

struct child_start {
	_Atomic uint32_t ready, go, exec_error;
	const struct spawn_header *header;
	const int32_t *groups, *keep_fds;
	struct sock_fprog filter;
	const char *path;
	char **argv, **envp;
};

/* struct sigaction as the kernel has it. */
struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* Signals: what a shell would hand on. Node ignores some for itself. */
static void restore_signals(uint64_t ignored)
{
	for (int sig = 1; sig <= 64; sig++) {
		if (sig == SIGKILL || sig == SIGSTOP)
			continue;
		struct kernel_sigaction sa = { .handler = ignored >> (sig - 1) & 1 ? (void *)1 : (void *)0 };
		raw(SYS_rt_sigaction, sig, (long)&sa, 0, 8);
	}
}

static void restore(const struct child_start *start)
{
	const struct spawn_header *h = start->header;
	if (h->nofile_soft != UINT64_MAX) {
		struct { uint64_t soft, hard; } limit;
		if (raw(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit) == 0) {
			limit.soft = h->nofile_soft < limit.hard ? h->nofile_soft : limit.hard;
			raw(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&limit, 0);
		}
	}
	bool standard[3] = { false, false, false };
	for (uint32_t i = 0; i < h->keep_count; i++) {
		raw(SYS_fcntl, start->keep_fds[i], 2 /* F_SETFD */, 0, 0);
		if (start->keep_fds[i] >= 0 && start->keep_fds[i] < 3)
			standard[start->keep_fds[i]] = true;
	}
	for (int fd = 0; fd < 3; fd++) /* Node opens /dev/null where it finds none of the three */
		if (!standard[fd])
			raw(SYS_close, fd, 0, 0, 0);
}

/* Puts back what a shell would have handed on. */
static void put_back(const struct child_start *start)
{
	const struct spawn_header *h = start->header;
	restore_signals(h->flags & SPAWN_RESTORE ? h->sig_ignore : 0);
	if (h->flags & SPAWN_RESTORE)
		restore(start);
	else
		for (int fd = 0; fd < 3; fd++) /* Node marks them close-on-exec */
			raw(SYS_fcntl, fd, 2 /* F_SETFD */, 0, 0);
}

/* The last steps before the program: ids, mask, filter, exec. Returns the error only. */
static long become(const struct child_start *start)
{
	const struct spawn_header *h = start->header;
	uint64_t mask = h->flags & SPAWN_RESTORE ? h->sig_block : 0;
	if (h->flags & SPAWN_SET_IDS) {
		/* The effective ids are those of a set-uid program's file, since exec under ptrace may not grant them. */
		if (raw(SYS_setgroups, h->group_count, (long)start->groups, 0, 0) < 0 ||
		    raw(SYS_setregid, h->gid, h->egid, 0, 0) < 0 || raw(SYS_setreuid, h->uid, h->euid, 0, 0) < 0)
			return -EPERM;
	}
	raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, 8);
	if (start->filter.len) {
		long r = raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&start->filter, 0);
		if (r == -EACCES) { /* not privileged: only with no_new_privs, which set-uid programs feel */
			raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0);
			r = raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&start->filter, 0);
		}
	}
	return raw(SYS_execve, (long)start->path, (long)start->argv, (long)start->envp, 0);
}

static int child_main(void *data)
{
	struct child_start *start = data;
	/* Until we are seized, and our tracer's end ends us, we must not wait for a parent that has died. */
	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	put_back(start);
	atomic_store(&start->ready, 1);
	raw(SYS_futex, (long)&start->ready, FUTEX_WAKE, 1, 0);
	while (atomic_load(&start->go) == 0)
		raw(SYS_futex, (long)&start->go, FUTEX_WAIT, 0, 0);
	raw(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0);
	long r = become(start);
	atomic_store(&start->exec_error, (uint32_t)-r);
	raw(SYS_exit_group, 1, 0, 0, 0);
	return 1;
}

/* Splits the packed strings; false when they do not hold what the header says. */
static bool unpack(const uint8_t *spec, int32_t len, struct child_start *start, char **table)
{
	const struct spawn_header *h = (const struct spawn_header *)spec;
	size_t fixed = sizeof *h + 4ULL * h->group_count + 4ULL * h->keep_count;
	fixed = (fixed + 7) & ~(size_t)7;
	if (fixed + 8ULL * h->filter_count > (size_t)len)
		return false;
	start->header = h;
	start->groups = (const int32_t *)(spec + sizeof *h);
	start->keep_fds = start->groups + h->group_count;
	start->filter.filter = (struct sock_filter *)(uintptr_t)(spec + fixed);
	start->filter.len = (unsigned short)h->filter_count;
	const char *p = (const char *)spec + fixed + 8ULL * h->filter_count;
	const char *end = (const char *)spec + len;
	uint32_t total = 1 + h->argc + h->envc, slot = 0;
	for (uint32_t i = 0; i < total; i++) {
		const char *nul = memchr(p, 0, (size_t)(end - p));
		if (!nul)
			return false;
		if (i == 0)
			start->path = p;
		else {
			table[slot++] = (char *)(uintptr_t)p;
			if (i == h->argc)
				table[slot++] = NULL;
		}
		p = nul + 1;
	}
	if (h->argc == 0)
		table[slot++] = NULL;
	table[slot] = NULL;
	start->argv = table;
	start->envp = table + h->argc + 1;
	return true;
}

/* A spec with room for its tables; NULL when it is broken. */
static struct child_start *unpacked(const uint8_t *spec, int32_t len, uint32_t more)
{
	const struct spawn_header *h = (const struct spawn_header *)spec;
	struct child_start *start = calloc(1, sizeof *start);
	char **table = calloc((size_t)h->argc + h->envc + 4 + more, sizeof *table);
	if (start && table && unpack(spec, len, start, table))
		return start;
	free(start);
	free(table);
	return NULL;
}

/*
 * -D: the tracer becomes a grandchild, so that the process that was called becomes the command and its children stay its
 * own. Both steps are vfork-like: this process waits until the tracer's program runs. `mode` 2: a process group of its
 * own; 3: a session.
 */
struct daemon_start {
	struct child_start *program;
	char *stack;
	int mode, pipe;
	long error;
};

static int daemon_main(void *data)
{
	struct daemon_start *d = data;
	uint64_t none = 0;
	if (d->mode == 2)
		raw(SYS_setpgid, 0, 0, 0, 0);
	else if (d->mode == 3)
		raw(SYS_setsid, 0, 0, 0, 0);
	for (int fd = 0; fd < 3; fd++)
		raw(SYS_fcntl, fd, 2 /* F_SETFD */, 0, 0);
	raw(SYS_fcntl, d->pipe, 2, 0, 0);
	raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, 8);
	d->error = raw(SYS_execve, (long)d->program->path, (long)d->program->argv, (long)d->program->envp, 0);
	raw(SYS_exit_group, 1, 0, 0, 0);
	return 1;
}

static int between_main(void *data)
{
	struct daemon_start *d = data;
	if (clone(daemon_main, d->stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, d) < 0)
		d->error = -EAGAIN;
	raw(SYS_exit_group, 0, 0, 0, 0);
	return 0;
}

/* The variable by which the tracer's process knows whom to trace, and where to say that it does. */
#define DAEMON_VARIABLE "TSTRACE_DAEMON=%d %d"

int32_t tracer_daemonize(const uint8_t *spec, int32_t len, int32_t mode)
{
	char variable[64];
	int fds[2];
	struct daemon_start d = { .program = unpacked(spec, len, 1), .mode = mode };
	if (!d.program)
		return -EINVAL;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	d.pipe = fds[1];
	snprintf(variable, sizeof variable, DAEMON_VARIABLE, getpid(), fds[1]);
	char **end = d.program->envp;
	while (*end)
		end++;
	*end = variable;
	char *stacks = mmap(NULL, 2 * STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	int result = stacks == MAP_FAILED ? -ENOMEM : fds[0];
	if (result >= 0) {
		/* Where Yama lets only ancestors trace, the tracer needs leave; it ends with our exec. */
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		d.stack = stacks;
		sigset_t all, old;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		pid_t pid = clone(between_main, stacks + 2 * STACK_BYTES, CLONE_VM | CLONE_VFORK, &d);
		if (pid < 0)
			result = -errno;
		else if (waitpid(pid, NULL, __WALL) == pid && d.error)
			result = (int)d.error;
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		munmap(stacks, 2 * STACK_BYTES);
	}
	close(fds[1]);
	if (result < 0)
		close(fds[0]);
	free(d.program->argv);
	free(d.program);
	return result;
}

int32_t tracer_become(const uint8_t *spec, int32_t len, int32_t ready)
{
	struct child_start *start = unpacked(spec, len, 0);
	char byte;
	ssize_t n;
	if (!start)
		return -EINVAL;
	do
		n = read(ready, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		return -ECHILD; /* the tracer is gone, and has said why */
	close(ready);
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	put_back(start);
	long r = become(start);
	/* Nothing of the host may run on: its descriptors, signals and ids are the command's by now. */
	char text[128];
	int used = snprintf(text, sizeof text, "%s: exec: %s\n", start->header->flags & SPAWN_STRACE ? "strace" : "tstrace", strerror((int)-r));
	raw(SYS_write, 2, (long)text, used, 0);
	raw(SYS_exit_group, 1, 0, 0, 0);
	return (int32_t)r;
}

/* What the child needs must live until it has executed; a session starts one command. */
struct spawn_memory {
	struct child_start start;
	char *stack;
	char **table;
};

int spawn_exec_error(struct session *s)
{
	struct spawn_memory *m = s->spawn_memory;
	return m ? (int)atomic_load(&m->start.exec_error) : 0;
}

void spawn_free(struct session *s)
{
	struct spawn_memory *m = s->spawn_memory;
	if (!m)
		return;
	if (m->stack)
		munmap(m->stack, STACK_BYTES);
	free(m->table);
	free(m);
	s->spawn_memory = NULL;
}

/* Waits until the child has put everything back, then takes it under trace. */
static int seize_child(struct session *s, struct spawn_memory *m, pid_t pid)
{
	while (atomic_load(&m->start.ready) == 0) {
		syscall(SYS_futex, &m->start.ready, FUTEX_WAIT, 0, &(struct timespec){ 0, 100000000 }, NULL, 0);
		if (kill(pid, 0) != 0)
			break;
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, (void *)(uintptr_t)trace_options(s)) != 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) {
		int err = -errno;
		session_error(s, "ptrace(PTRACE_SEIZE, %d): %s", pid, strerror(errno));
		return err;
	}
	return 0;
}

/* -D: the command waits, in tracer_become, until we have it. */
int spawn_adopt(struct session *s)
{
	pid_t pid = s->adopt_pid;
	if (s->config.pin_cpu >= 0) {
		cpu_set_t cpus;
		CPU_ZERO(&cpus);
		CPU_SET(s->config.pin_cpu, &cpus);
		sched_setaffinity(pid, sizeof cpus, &cpus);
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, (void *)(uintptr_t)trace_options(s)) != 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) {
		int err = -errno;
		session_error(s, "attach: ptrace(PTRACE_SEIZE, %d): %s", pid, strerror(-err));
		close(s->adopt_fd);
		return err;
	}
	struct task *t = task_add(s, pid, TASK_SPAWNED | TASK_DESCENDANT | TASK_FIRST_EXEC | TASK_HIDDEN);
	t->arch = 0xc000003e;
	t->tgid = pid;
	s->command = pid;
	task_announce(s, t, ORIGIN_ADOPTED, 0);
	ssize_t written = write(s->adopt_fd, "", 1);
	close(s->adopt_fd);
	return written == 1 ? 0 : -EPIPE;
}

int spawn_command(struct session *s)
{
	const struct spawn_header *h = (const struct spawn_header *)s->spawn_spec;
	struct spawn_memory *m = calloc(1, sizeof *m);
	if (!m)
		return -ENOMEM;
	s->spawn_memory = m;
	m->table = calloc((size_t)h->argc + h->envc + 4, sizeof *m->table);
	m->stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (!m->table || m->stack == MAP_FAILED) {
		m->stack = NULL;
		return -ENOMEM;
	}
	if (!unpack(s->spawn_spec, s->spawn_len, &m->start, m->table))
		return -EINVAL;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid_t pid = clone(child_main, m->stack + STACK_BYTES, CLONE_VM | SIGCHLD, &m->start);
	int err = pid < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err) {
		session_error(s, "clone: %s", strerror(-err));
		return err;
	}
	err = seize_child(s, m, pid);
	if (err) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
		return err;
	}
	struct task *t = task_add(s, pid, TASK_SPAWNED | TASK_DESCENDANT | TASK_FIRST_EXEC | TASK_HIDDEN);
	t->arch = 0xc000003e;
	t->tgid = pid;
	s->command = pid;
	task_announce(s, t, ORIGIN_SPAWNED, 0);
	/* It has not stopped yet: its EVENT_STOP is handled by the loop, as every other. */
	atomic_store(&m->start.go, 1);
	syscall(SYS_futex, &m->start.go, FUTEX_WAKE, 1, NULL, NULL, 0);
	return 0;
}
