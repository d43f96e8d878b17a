/* Reads the seccomp filters of a running process (PTRACE_SECCOMP_GET_FILTER; needs CAP_SYS_ADMIN). */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "internal.h"

#define GET_FILTER 0x420c /* PTRACE_SECCOMP_GET_FILTER of linux/ptrace.h */

/* The tracee is stopped. Appends { u32 count, instructions } per filter, the newest first; returns bytes or -errno. */
static int32_t read_filters(pid_t pid, uint8_t *out, int32_t len)
{
	int32_t used = 0;
	for (unsigned long index = 0;; index++) {
		long count = ptrace(GET_FILTER, pid, index, 0);
		if (count < 0)
			/* ENOENT: there are no more. */
			return errno == ENOENT && index > 0 ? used : -errno;
		int32_t bytes = (int32_t)count * (int32_t)sizeof(struct sock_filter);
		if (len - used < 4 + bytes)
			return -ENOSPC;
		uint32_t head = (uint32_t)count;
		memcpy(out + used, &head, sizeof head);
		if (ptrace(GET_FILTER, pid, index, out + used + 4) != count)
			return -errno;
		used += 4 + bytes;
	}
}

int32_t tracer_seccomp_filters(int32_t pid, uint8_t *out, int32_t len)
{
	if (pid <= 0 || len < 4)
		return -EINVAL;
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0)
		return -errno;
	int status = 0;
	int32_t result;
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0 || waitpid(pid, &status, __WALL) != pid)
		result = -errno;
	else if (!WIFSTOPPED(status))
		return -ESRCH;
	else
		result = read_filters(pid, out, len);
	/* A signal that came first is delivered now. */
	int sig = WIFSTOPPED(status) && status >> 16 == 0 ? WSTOPSIG(status) : 0;
	ptrace(PTRACE_DETACH, pid, 0, (void *)(intptr_t)sig);
	return result;
}
