/* What a process does to become the program of a spec: restores what was inherited, sets ids and filter, executes. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "program.h"
#include "raw.h"

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

static void restore(const struct program *program)
{
	const struct spawn_header *h = program->header;
	if (h->nofile_soft != UINT64_MAX) {
		struct { uint64_t soft, hard; } limit;
		if (raw(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit) == 0) {
			limit.soft = h->nofile_soft < limit.hard ? h->nofile_soft : limit.hard;
			raw(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&limit, 0);
		}
	}
	bool standard[3] = { false, false, false };
	for (uint32_t i = 0; i < h->keep_count; i++) {
		raw(SYS_fcntl, program->keep_fds[i], 2 /* F_SETFD */, 0, 0);
		if (program->keep_fds[i] >= 0 && program->keep_fds[i] < 3)
			standard[program->keep_fds[i]] = true;
	}
	for (int fd = 0; fd < 3; fd++) /* Node opens /dev/null where it finds none of the three */
		if (!standard[fd])
			raw(SYS_close, fd, 0, 0, 0);
}

void program_put_back(const struct program *program)
{
	const struct spawn_header *h = program->header;
	restore_signals(h->flags & SPAWN_RESTORE ? h->sig_ignore : 0);
	if (h->flags & SPAWN_RESTORE)
		restore(program);
	else
		for (int fd = 0; fd < 3; fd++) /* Node marks them close-on-exec */
			raw(SYS_fcntl, fd, 2 /* F_SETFD */, 0, 0);
}

long program_execute(const struct program *program)
{
	const struct spawn_header *h = program->header;
	uint64_t mask = h->flags & SPAWN_RESTORE ? h->sig_block : 0;
	if (h->flags & SPAWN_SET_IDS) {
		/* The effective ids are those of a set-uid program's file, since exec under ptrace may not grant them. */
		if (raw(SYS_setgroups, h->group_count, (long)program->groups, 0, 0) < 0 ||
		    raw(SYS_setregid, h->gid, h->egid, 0, 0) < 0 || raw(SYS_setreuid, h->uid, h->euid, 0, 0) < 0)
			return -EPERM;
	}
	raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, 8);
	if (program->filter.len) {
		long r = raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program->filter, 0);
		if (r == -EACCES) { /* not privileged: only with no_new_privs, which set-uid programs feel */
			raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0);
			r = raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program->filter, 0);
		}
	}
	return raw(SYS_execve, (long)program->path, (long)program->argv, (long)program->envp, 0);
}

/* Splits the packed strings; false when they do not hold what the header says. The table has so many slots; behind it is room for the path. */
static bool unpack(const uint8_t *spec, int32_t len, struct program *program, size_t slots)
{
	const struct spawn_header *h = (const struct spawn_header *)spec;
	size_t fixed = sizeof *h + 4ULL * h->group_count + 4ULL * h->keep_count;
	fixed = (fixed + 7) & ~(size_t)7;
	if (fixed + 8ULL * h->filter_count > (size_t)len)
		return false;
	program->header = h;
	program->groups = (const int32_t *)(spec + sizeof *h);
	program->keep_fds = program->groups + h->group_count;
	program->filter.filter = (struct sock_filter *)(uintptr_t)(spec + fixed);
	program->filter.len = (unsigned short)h->filter_count;
	const char *p = (const char *)spec + fixed + 8ULL * h->filter_count;
	const char *end = (const char *)spec + len;
	uint32_t total = 1 + h->argc + h->envc, slot = 0;
	for (uint32_t i = 0; i < total; i++) {
		const char *nul = memchr(p, 0, (size_t)(end - p));
		if (!nul)
			return false;
		if (i == 0)
			program->path = memcpy(program->table + slots, p, (size_t)(nul - p) + 1);
		else {
			program->table[slot++] = (char *)(uintptr_t)p;
			if (i == h->argc)
				program->table[slot++] = NULL;
		}
		p = nul + 1;
	}
	if (h->argc == 0)
		program->table[slot++] = NULL;
	program->table[slot] = NULL;
	program->argv = program->table;
	program->envp = program->table + h->argc + 1;
	return true;
}

struct program *program_unpack(const uint8_t *spec, int32_t len, uint32_t more)
{
	const struct spawn_header *h = (const struct spawn_header *)spec;
	if (len < (int32_t)sizeof *h || h->argc > (uint32_t)len || h->envc > (uint32_t)len)
		return NULL;
	size_t strings = (size_t)h->argc + h->envc + 4 + more;
	size_t bytes = sizeof(struct program) + strings * sizeof(char *) + (size_t)len;
	/* Not from the heap: addresses of the path and of the environment are shown, and a heap of Node's is where no stack could be. */
	struct program *program = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (program == MAP_FAILED)
		return NULL;
	program->bytes = bytes;
	if (!unpack(spec, len, program, strings)) {
		program_free(program);
		return NULL;
	}
	return program;
}

void program_free(struct program *program)
{
	if (program)
		munmap(program, program->bytes);
}
