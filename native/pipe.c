/* -o '|COMMAND': a command that reads the trace from a pipe, started as a shell would start it, and waited for. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "program.h"
#include "raw.h"

#define STACK_BYTES 65536

struct pipe_start {
	struct program *program;
	int read_end;
	long error;
};

static pid_t reader;
static int write_end = -1;

static int reader_main(void *data)
{
	struct pipe_start *start = data;
	program_put_back(start->program);
	raw(SYS_dup2, start->read_end, 0, 0, 0);
	start->error = program_execute(start->program);
	raw(SYS_exit_group, 127, 0, 0, 0);
	return 127;
}

int32_t tracer_pipe(const uint8_t *spec, int32_t len)
{
	int fds[2];
	struct pipe_start start = { .program = program_unpack(spec, len, 0) };
	if (!start.program)
		return -EINVAL;
	if (pipe2(fds, O_CLOEXEC) != 0) {
		int err = -errno;
		program_free(start.program);
		return err;
	}
	start.read_end = fds[0];
	char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	int result = stack == MAP_FAILED ? -ENOMEM : fds[1];
	if (result >= 0) {
		sigset_t all, old;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		/* Until it has executed it runs on our memory, while this thread waits. SIGCHLD would tell the host of it. */
		reader = clone(reader_main, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, &start);
		if (reader < 0)
			result = -errno;
		else if (start.error) {
			waitpid(reader, NULL, __WALL);
			result = (int)start.error;
		}
		pthread_sigmask(SIG_SETMASK, &old, NULL);
		munmap(stack, STACK_BYTES);
	}
	close(fds[0]);
	if (result < 0)
		close(fds[1]);
	else
		write_end = fds[1];
	program_free(start.program);
	return result;
}

int32_t tracer_pipe_finish(void)
{
	if (write_end < 0)
		return 0;
	close(write_end);
	write_end = -1;
	while (waitpid(reader, NULL, __WALL) < 0 && errno == EINTR)
		;
	return 0;
}
