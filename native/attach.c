/* Attaches to running processes: seizes a thread, or all threads of its process, and interrupts them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "internal.h"

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
		snprintf(path, sizeof path, "/proc/%d/task", pid);
		DIR *dir = opendir(path);
		if (!dir)
			break;
		again = false;
		struct dirent *entry;
		while ((entry = readdir(dir)) != NULL) {
			pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
			if (tid > 0 && seize(s, tid, tgid) > 0) {
				threads++;
				again = true;
			}
		}
		closedir(dir);
	}
	return threads;
}

int attach_all(struct session *s, pid_t pid)
{
	pid_t tgid = (pid_t)procfs_status(pid, "Tgid:");
	int first = seize(s, pid, tgid ? tgid : pid);
	if (first < 0) {
		event_message(s, pid, MSG_ATTACH_FAILED, -first, (uint64_t)procfs_status(pid, "TracerPid:"), NULL);
		return first;
	}
	if (first == 0)
		return 0;
	uint64_t threads = 1;
	if (s->config.flags & CF_FOLLOW)
		threads += seize_threads(s, pid, tgid ? tgid : pid);
	task_announce(s, task_find(s, pid), ORIGIN_ATTACHED, threads);
	for (int b = 0; b < TASK_BUCKETS; b++)
		for (struct task *t = s->tasks[b]; t; t = t->next)
			if (!(t->flags & TASK_ANNOUNCED))
				task_announce(s, t, ORIGIN_THREAD, (uint64_t)pid);
	return 0;
}
