/*
 * Ids of processes in other pid namespaces than ours: as a tracee sees them, in its own, and as /proc has them, which may show
 * the processes of one that ours lies in (unshare --pid without --mount-proc). Found by the lists of ids in /proc (proc(5)).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"

/* Namespaces nest no deeper (MAX_PID_NS_LEVEL of the kernel). */
#define MAX_LEVELS 33
/* Ids that were found are looked at first the next time. */
#define KNOWN 64

static const char *const lists[] = { "\nNSpid:", "\nNSpgid:", "\nNSsid:" };

/* An id in a namespace, and the process that it led to, as /proc has it. */
struct known {
	ino_t ns;
	uint32_t kind;
	int32_t id;
	pid_t pid;
};

/* Only the tracer thread asks. */
static _Thread_local struct known known[KNOWN];

static ino_t namespace_of(pid_t pid)
{
	char path[40];
	struct stat st;
	if (pid)
		snprintf(path, sizeof path, "/proc/%d/ns/pid", procfs_pid(pid));
	return stat(pid ? path : "/proc/self/ns/pid", &st) == 0 ? st.st_ino : 0;
}

/* The ids of one list, outermost namespace first; how many there are. */
static int ids_of(const char *status, uint32_t kind, int32_t ids[MAX_LEVELS])
{
	const char *at = strstr(status, lists[kind]);
	int n = 0;
	if (!at)
		return 0;
	at += strlen(lists[kind]);
	for (char *end; n < MAX_LEVELS && *at == '\t'; at = end)
		ids[n++] = (int32_t)strtol(at + 1, &end, 10);
	return n;
}

/* Whether the namespace of a process is, `up` levels above its own, this one. */
static bool is_inside(pid_t pid, int up, ino_t ns)
{
	char path[40];
	struct stat st;
	snprintf(path, sizeof path, "/proc/%d/ns/pid", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && up-- > 0) {
		int parent = ioctl(fd, NS_GET_PARENT);
		close(fd);
		fd = parent;
	}
	bool same = fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == ns;
	if (fd >= 0)
		close(fd);
	return same;
}

/* What is looked for: an id at a level of nesting, in a namespace. */
struct wanted {
	ino_t ns;
	uint32_t kind;
	int32_t id;
	int level;
};

/* The id of what is looked for, as /proc has it, if this task is that; else 0. `path`: its directory in /proc. */
static pid_t match(const char *path, pid_t pid, const struct wanted *w)
{
	char file[64], status[PROCFS_STATUS_BYTES];
	int32_t ids[MAX_LEVELS], own[MAX_LEVELS];
	snprintf(file, sizeof file, "%s/status", path);
	size_t n = procfs_slurp(file, status, sizeof status - 1);
	status[n] = 0;
	int depth = ids_of(status, 0, own), count = ids_of(status, w->kind, ids);
	if (count <= w->level || count != depth || ids[w->level] != w->id || !is_inside(pid, depth - 1 - w->level, w->ns))
		return 0;
	return ids[0];
}

/* The same for a process and, where ids of tasks are looked for, its threads. */
static pid_t match_process(pid_t pid, const struct wanted *w)
{
	char path[48];
	snprintf(path, sizeof path, "/proc/%d", pid);
	pid_t found = match(path, pid, w);
	if (found || w->kind != PID_OF_TASK)
		return found;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *tasks = opendir(path);
	for (struct dirent *e; !found && tasks && (e = readdir(tasks));) {
		pid_t tid = (pid_t)atoi(e->d_name);
		if (tid > 0 && tid != pid) {
			snprintf(path, sizeof path, "/proc/%d/task/%d", pid, tid);
			found = match(path, pid, w);
		}
	}
	if (tasks)
		closedir(tasks);
	return found;
}

static pid_t search(const struct wanted *w)
{
	struct known *k = &known[((uint32_t)w->id * 3 + w->kind) % KNOWN];
	pid_t found = 0;
	if (k->ns == w->ns && k->id == w->id && k->kind == w->kind && (found = match_process(k->pid, w)))
		return found;
	DIR *proc = opendir("/proc");
	for (struct dirent *e; !found && proc && (e = readdir(proc));) {
		pid_t pid = (pid_t)atoi(e->d_name);
		if (pid > 0 && (found = match_process(pid, w)))
			*k = (struct known){ w->ns, w->kind, w->id, pid };
	}
	if (proc)
		closedir(proc);
	return found;
}

static ino_t our_namespace(void)
{
	static _Thread_local ino_t ours;
	if (!ours)
		ours = namespace_of(0);
	return ours;
}

/* How deep our namespace lies in that of /proc, mostly 0; -1: /proc does not show us. */
static int our_level(void)
{
	static _Thread_local int level = -2;
	char self[16], status[PROCFS_STATUS_BYTES];
	int32_t ids[MAX_LEVELS];
	if (level != -2)
		return level;
	ssize_t n = readlink("/proc/self", self, sizeof self - 1);
	if (n <= 0)
		return level = -1;
	self[n] = 0;
	if (atoi(self) == getpid())
		return level = 0;
	n = (ssize_t)procfs_slurp("/proc/self/status", status, sizeof status - 1);
	status[n] = 0;
	return level = ids_of(status, PID_OF_TASK, ids) - 1;
}

pid_t procfs_pid(pid_t pid)
{
	int level = our_level();
	if (level == 0 || pid <= 0)
		return pid;
	const struct wanted w = { our_namespace(), PID_OF_TASK, pid, level };
	return level < 0 ? 0 : search(&w);
}

pid_t procfs_ours(pid_t pid)
{
	char path[40], status[PROCFS_STATUS_BYTES];
	int32_t ids[MAX_LEVELS];
	int level = our_level();
	if (level == 0 || pid <= 0)
		return pid;
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	size_t n = procfs_slurp(path, status, sizeof status - 1);
	status[n] = 0;
	return level > 0 && ids_of(status, PID_OF_TASK, ids) > level ? ids[level] : 0;
}

/* An id that a task has written or been told, as ours; 0: there is no such process. */
static pid_t translate(struct task *t, int32_t id, uint32_t kind)
{
	ino_t ours = our_namespace();
	char status[PROCFS_STATUS_BYTES];
	int32_t ids[MAX_LEVELS];
	if (!t->pid_namespace)
		t->pid_namespace = namespace_of(t->tid);
	if (t->pid_namespace == ours || !t->pid_namespace)
		return id;
	if (!procfs_read_status(t->tid, status, sizeof status))
		return 0;
	const struct wanted w = { t->pid_namespace, kind, id, ids_of(status, PID_OF_TASK, ids) - 1 };
	return w.level > 0 ? procfs_ours(search(&w)) : id;
}

/* The namespaces of a process, in the order of their names. */
static size_t namespaces(pid_t pid, char *out, size_t len)
{
	static const char *const names[] = { "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts" };
	size_t used = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[48];
		snprintf(path, sizeof path, "/proc/%d/ns/%s", procfs_pid(pid), names[i]);
		ssize_t n = used < len ? readlink(path, out + used, len - used - 1) : -1;
		if (n <= 0)
			continue;
		used += (size_t)n;
		out[used++] = '\n';
	}
	return used;
}

size_t pidns_describe(struct task *t, int32_t id, uint32_t how, char *out, size_t len)
{
	uint32_t kind = how & PID_KIND;
	if (how & PID_NAMESPACES) {
		pid_t of = id > 0 ? translate(t, id, PID_OF_TASK) : t->tid;
		return of > 0 ? namespaces(of, out, len) : 0;
	}
	/* kill(2): -1 is everybody. */
	if (kind == PID_OF_EITHER) {
		kind = id < -1 ? PID_OF_GROUP : PID_OF_TASK;
		id = id < -1 ? -id : id;
	}
	pid_t pid = id > 0 ? translate(t, id, kind) : 0;
	if (pid <= 0)
		return 0;
	size_t n = how & PID_COMM && kind == PID_OF_TASK ? procfs_comm(pid, out, len) : 0;
	if (how & PID_TRANSLATED) {
		int more = pid == id ? snprintf(out + n, len - n, "\n") : snprintf(out + n, len - n, "\n%d", pid);
		if (more > 0 && (size_t)more < len - n)
			n += (size_t)more;
	}
	return n;
}
