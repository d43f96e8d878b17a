/*
 * Reads tracee memory as the tracee itself may read it: process_vm_readv, which stops at pages without the right to read
 * and does not grow a stack. Where the kernel lacks or denies it: pread on a cached /proc/TID/mem, then PTRACE_PEEKDATA;
 * these two read unreadable pages, too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"
#include "raw.h"

/* Before exec, and at the end: the descriptor refers to the old address space. */
void memory_forget(struct task *t)
{
	kept_close(KEPT_MEMORY, &t->mem_fd);
}

static bool memory_open(struct task *t)
{
	char path[32];
	if (t->mem_fd >= 0)
		return true;
	snprintf(path, sizeof path, "/proc/%d/mem", procfs_pid(t->tid));
	t->mem_fd = kept_open(KEPT_MEMORY, path, O_RDONLY);
	return t->mem_fd >= 0;
}

/* Word by word: for a kernel without the faster ways, or one that denies them. */
static size_t memory_peek(struct task *t, uint64_t addr, uint8_t *out, size_t len)
{
	size_t got = 0;
	while (got < len) {
		uint64_t here = addr + got, word = here & ~7ULL;
		errno = 0;
		long value = ptrace(PTRACE_PEEKDATA, t->tid, (void *)(uintptr_t)word, 0);
		if (errno)
			break;
		size_t skip = here - word, n = 8 - skip < len - got ? 8 - skip : len - got;
		memcpy(out + got, (uint8_t *)&value + skip, n);
		got += n;
	}
	return got;
}

/* The kernel would take a huge address for a negative offset; no user memory is there. Calls with 32-bit pointers see
 * none beyond 4 GiB, though 64-bit code may make them (int 0x80) with more in its registers. */
static bool is_user_range(const struct task *t, uint64_t addr, size_t len)
{
	return addr <= (uint64_t)INT64_MAX - len && (t->abi == 0 || addr <= UINT32_MAX);
}

/* Up to `len` bytes; short where memory ends, with *err set. */
size_t memory_read(struct task *t, uint64_t addr, void *out, size_t len, int *err)
{
	if (!is_user_range(t, addr, len)) {
		*err = EFAULT;
		return 0;
	}
	struct iovec local = { out, len }, remote = { (void *)(uintptr_t)addr, len };
	ssize_t n = raw6(SYS_process_vm_readv, t->tid, (long)&local, 1, (long)&remote, 1, 0);
	size_t got = n > 0 ? (size_t)n : 0;
	if (n == -ENOSYS || n == -EPERM) {
		if (memory_open(t)) {
			n = pread64(t->mem_fd, out, len, (off64_t)addr);
			got = n > 0 ? (size_t)n : 0;
			/* Nothing at all: the address space of the descriptor is gone. */
			if (n == 0)
				memory_forget(t);
		} else {
			got = memory_peek(t, addr, out, len);
		}
	}
	if (got < len)
		*err = EFAULT;
	return got;
}

bool memory_write(struct task *t, uint64_t addr, const void *bytes, size_t len)
{
	char path[32];
	if (!is_user_range(t, addr, len))
		return false;
	/* This way, unlike process_vm_writev, goes to pages that the tracee may only read, as PTRACE_POKEDATA does. */
	snprintf(path, sizeof path, "/proc/%d/mem", procfs_pid(t->tid));
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = pwrite64(fd, bytes, len, (off64_t)addr);
	close(fd);
	return n == (ssize_t)len;
}
