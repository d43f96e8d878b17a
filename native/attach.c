/* Attaches to running processes: seizes a thread, or all threads of its process, and interrupts them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "internal.h"

/* A number of /proc/PID/status, or 0. */
static long status_number(pid_t pid, const char *key)
{
	char path[40], line[256];
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	FILE *f = fopen(path, "re");
	long value = 0;
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (strncmp(line, key, strlen(key)) == 0) {
			value = strtol(line + strlen(key), NULL, 10);
			break;
		}
	fclose(f);
	return value;
}

static int seize(struct session *s, pid_t tid, pid_t tgid)
{
	if (task_find(s, tid))
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, 0, (void *)(uintptr_t)trace_options(s)) != 0)
		return -errno;
	struct task *t = task_add(s, tid, TASK_ATTACHED | TASK_STARTING | TASK_ANNOUNCED);
	t->tgid = tgid;
	t->arch = 0xc000003e;
	if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) != 0)
		return -errno;
	return 1;
}

int attach_all(struct session *s, pid_t pid)
{
	int first = seize(s, pid, pid);
	uint64_t threads = first > 0;
	if (first < 0) {
		event_message(s, pid, MSG_ATTACH_FAILED, -first, (uint64_t)status_number(pid, "TracerPid:"), NULL);
		return first;
	}
	if (s->config.flags & CF_FOLLOW) {
		/* Threads may appear while we look: again, until a round finds nothing new. */
		bool again = true;
		for (int round = 0; again && round < 100; round++) {
			char path[40];
			snprintf(path, sizeof path, "/proc/%d/task", pid);
			DIR *dir = opendir(path);
			if (!dir)
				break;
			again = false;
			struct dirent *entry;
			while ((entry = readdir(dir)) != NULL) {
				pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
				if (tid > 0 && seize(s, tid, pid) > 0) {
					threads++;
					again = true;
				}
			}
			closedir(dir);
		}
	}
	struct task *t = task_find(s, pid);
	if (t && first > 0) {
		struct record *r = event_begin(s, EV_TASK, t, 0);
		if (r) {
			r->args[0] = ORIGIN_ATTACHED;
			r->args[1] = (uint64_t)pid;
			r->args[2] = threads;
			event_end(s, r);
		}
	}
	for (int b = 0; b < TASK_BUCKETS; b++)
		for (struct task *o = s->tasks[b]; o; o = o->next)
			if (o->tgid == pid && o->tid != pid && first > 0)
				event_simple(s, EV_TASK, o, 0, 0, 0, ORIGIN_THREAD);
	return 0;
}
