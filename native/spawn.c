/*
 * Starts the command: a child that shares our memory (clone(CLONE_VM): a fork of a big process is slow), so it makes
 * raw system calls only; errno and every other thread-local belongs to the parent. It puts back what the launcher
 * inherited, waits until it is seized and stopped, then installs the filter and executes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
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
#include "program.h"
#include "raw.h"

#define STACK_BYTES 65536

struct child_start {
	_Atomic uint32_t ready, go, exec_error;
	struct program *program;
};

static int child_main(void *data)
{
	struct child_start *start = data;
	/* Until we are seized, and our tracer's end ends us, we must not wait for a parent that has died. */
	raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	program_put_back(start->program);
	atomic_store(&start->ready, 1);
	raw(SYS_futex, (long)&start->ready, FUTEX_WAKE, 1, 0);
	while (atomic_load(&start->go) == 0)
		raw(SYS_futex, (long)&start->go, FUTEX_WAIT, 0, 0);
	raw(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0);
	long r = program_execute(start->program);
	atomic_store(&start->exec_error, (uint32_t)-r);
	raw(SYS_exit_group, 1, 0, 0, 0);
	return 1;
}

/* What the child needs must live until it has executed; a session starts one command. */
struct spawn_memory {
	struct child_start start;
	char *stack;
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
	program_free(m->start.program);
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
	if (s->config.pin_cpu >= 0)
		steer_allow_only(pid, s->config.pin_cpu);
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
	struct spawn_memory *m = calloc(1, sizeof *m);
	if (!m)
		return -ENOMEM;
	s->spawn_memory = m;
	m->start.program = program_unpack(s->spawn_spec, s->spawn_len, 0);
	m->stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (!m->start.program || m->stack == MAP_FAILED) {
		m->stack = m->stack == MAP_FAILED ? NULL : m->stack;
		return m->start.program ? -ENOMEM : -EINVAL;
	}
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
