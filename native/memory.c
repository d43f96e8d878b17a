/* Reads tracee memory: pread on a cached /proc/TID/mem, or process_vm_readv when descriptors are short. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "internal.h"

/* Descriptors kept open for all tasks together: the host program needs some, too. */
#define MAX_MEM_FDS 200
static _Atomic int open_fds;

void memory_forget(struct task *t)
{
	if (t->mem_fd >= 0) {
		close(t->mem_fd);
		atomic_fetch_sub(&open_fds, 1);
	}
	t->mem_fd = -1;
}

static int memory_open(struct task *t)
{
	char path[32];
	if (atomic_load(&open_fds) >= MAX_MEM_FDS)
		return -1;
	snprintf(path, sizeof path, "/proc/%d/mem", t->tid);
	t->mem_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (t->mem_fd >= 0)
		atomic_fetch_add(&open_fds, 1);
	return t->mem_fd;
}

size_t memory_read(struct task *t, uint64_t addr, void *out, size_t len, int *err)
{
	ssize_t n;
	if (t->mem_fd >= 0 || memory_open(t) >= 0) {
		n = pread64(t->mem_fd, out, len, (off64_t)addr);
		if (n == (ssize_t)len)
			return len;
		if (n > 0) {
			*err = EFAULT;
			return (size_t)n;
		}
		*err = n < 0 ? errno : ESRCH;
		if (*err == EIO)
			*err = EFAULT;
		return 0;
	}
	struct iovec local = { out, len }, remote = { (void *)(uintptr_t)addr, len };
	n = process_vm_readv(t->tid, &local, 1, &remote, 1, 0);
	if (n < 0) {
		*err = errno;
		return 0;
	}
	if ((size_t)n < len)
		*err = EFAULT;
	return (size_t)n;
}
