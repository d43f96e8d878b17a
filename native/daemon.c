/* -D: the process that was called becomes the command, and a grandchild the tracer. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "program.h"
#include "raw.h"

#define STACK_BYTES 65536

/*
 * -D: the tracer becomes a grandchild, so that the process that was called becomes the command and its children stay its
 * own. Both steps are vfork-like: this process waits until the tracer's program runs. `mode` 2: a process group of its
 * own; 3: a session.
 */
struct daemon_start {
	struct program *program;
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
	struct daemon_start d = { .program = program_unpack(spec, len, 1), .mode = mode };
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
	program_free(d.program);
	return result;
}

int32_t tracer_become(const uint8_t *spec, int32_t len, int32_t ready)
{
	struct program *program = program_unpack(spec, len, 0);
	char byte;
	ssize_t n;
	if (!program)
		return -EINVAL;
	do
		n = read(ready, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		return -ECHILD; /* the tracer is gone, and has said why */
	close(ready);
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	program_put_back(program);
	long r = program_execute(program);
	/* Nothing of the host may run on: its descriptors, signals and ids are the command's by now. */
	char text[128];
	int used = snprintf(text, sizeof text, "%s: exec: %s\n", program->header->flags & SPAWN_STRACE ? "strace" : "tstrace", strerror((int)-r));
	raw(SYS_write, 2, (long)text, used, 0);
	raw(SYS_exit_group, 1, 0, 0, 0);
	return (int32_t)r;
}
