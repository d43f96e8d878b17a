/* Attaches to running processes: seizes a thread, or all threads of its process, and interrupts them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"

/* 1 when the thread is new to us, 0 when it is ours already, -errno. */
static int seize(struct session *s, pid_t tid, pid_t tgid)
{
	if (task_find(s, tid))
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, 0, (void *)(uintptr_t)trace_options(s)) != 0)
		return -errno;
	struct task *t = task_add(s, tid, TASK_ATTACHED | TASK_STARTING);
	t->tgid = tgid;
	t->arch = 0xc000003e;
	/* When it dies before this, its status will come all the same. */
	ptrace(PTRACE_INTERRUPT, tid, 0, 0);
	return 1;
}

/* Threads may appear while we look: again, until a round finds nothing new. */
static uint64_t seize_threads(struct session *s, pid_t pid, pid_t tgid)
{
	uint64_t threads = 0;
	bool again = true;
	for (int round = 0; again && round < 1000; round++) {
		char path[40];
		snprintf(path, sizeof path, "/proc/%d/task", procfs_pid(pid));
		DIR *dir = opendir(path);
		if (!dir)
			break;
		again = false;
		struct dirent *entry;
		while ((entry = readdir(dir)) != NULL) {
			pid_t tid = procfs_ours((pid_t)strtol(entry->d_name, NULL, 10));
			if (tid > 0 && seize(s, tid, tgid) > 0) {
				threads++;
				again = true;
			}
		}
		closedir(dir);
	}
	return threads;
}

/* The first number of a file, or -1. */
static long file_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;
	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = -1;
		fclose(f);
	}
	return n;
}

#define CAP_SYS_PTRACE_BIT 19 /* linux/capability.h */

/* Why the kernel does not let us trace a process that nobody traces, as far as /proc tells; "" when it does not. */
static void refusal(pid_t pid, char *out, size_t len)
{
	char text[PROCFS_STATUS_BYTES];
	*out = 0;
	if (!procfs_read_status(pid, text, sizeof text))
		return;
	const char *state = strstr(text, "\nState:\t");
	if (state && state[8] == 'Z') {
		snprintf(out, len, "Process %d has exited, and waits for its parent", pid);
		return;
	}
	if (!strstr(text, "\nVmSize:")) { /* kernel threads have no memory of their own */
		snprintf(out, len, "Process %d is a kernel thread", pid);
		return;
	}
	unsigned long long caps = 0;
	char own[PROCFS_STATUS_BYTES];
	if (!procfs_read_status(getpid(), own, sizeof own))
		return;
	const char *at = strstr(own, "\nCapEff:");
	if (at)
		caps = strtoull(at + 8, NULL, 16);
	long scope = file_number("/proc/sys/kernel/yama/ptrace_scope");
	if (scope == 3)
		snprintf(out, len, "/proc/sys/kernel/yama/ptrace_scope is 3: no process may be traced");
	else if (caps >> CAP_SYS_PTRACE_BIT & 1)
		return;
	else if (procfs_status(pid, "Uid:") != (long)getuid())
		snprintf(out, len, "Process %d runs as user %ld: tracing it takes CAP_SYS_PTRACE", pid, procfs_status(pid, "Uid:"));
	else if (scope > 0)
		snprintf(out, len, "/proc/sys/kernel/yama/ptrace_scope is %ld: tracing a process that is no descendant takes CAP_SYS_PTRACE", scope);
	else
		snprintf(out, len, "Process %d has privileges or secrets: tracing it takes CAP_SYS_PTRACE", pid);
}

static void report(struct session *s, pid_t pid, int err)
{
	char why[160] = "";
	long by = procfs_ours((pid_t)procfs_status(pid, "TracerPid:"));
	if (err == EPERM && !by)
		refusal(pid, why, sizeof why);
	event_message(s, pid, MSG_ATTACH_FAILED, err, (uint64_t)by, *why ? why : NULL);
}

int attach_all(struct session *s, pid_t pid)
{
	pid_t tgid = procfs_ours((pid_t)procfs_status(pid, "Tgid:"));
	int first = seize(s, pid, tgid ? tgid : pid);
	if (first < 0) {
		report(s, pid, -first);
		return first;
	}
	if (first == 0) { /* named twice: the kernel refuses, too */
		event_message(s, pid, MSG_ATTACH_FAILED, EPERM, (uint64_t)getpid(), NULL);
		return -EPERM;
	}
	uint64_t threads = 1;
	if (s->config.flags & CF_FOLLOW)
		threads += seize_threads(s, pid, tgid ? tgid : pid);
	task_announce(s, task_find(s, pid), ORIGIN_ATTACHED, threads);
	for (struct task *t = s->oldest; t; t = t->newer)
		if (!(t->flags & TASK_ANNOUNCED))
			task_announce(s, t, ORIGIN_THREAD, (uint64_t)pid);
	return 0;
}
