/* What /proc tells of a stopped task: names, numbers of its status; and the source of what plans capture. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"

size_t procfs_slurp(const char *path, char *out, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	size_t got = 0;
	ssize_t n = 0;
	while (got < len && (n = read(fd, out + got, len - got)) > 0)
		got += (size_t)n;
	close(fd);
	return got;
}

static size_t source_read(void *context, uint64_t addr, void *out, size_t len, int *err)
{
	return memory_read(context, addr, out, len, err);
}

static size_t source_path(const struct capture_source *source, int32_t fd, uint32_t mode, uint64_t of, char *out, size_t len)
{
	return descriptor_path(source->context, fd, mode, of, source->sockets, out, len);
}

bool procfs_is_file(pid_t tid, int fd, dev_t dev, ino_t ino)
{
	char path[48];
	struct stat st;
	snprintf(path, sizeof path, "/proc/%d/fd/%d", procfs_pid(tid), fd);
	return stat(path, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

size_t procfs_comm(pid_t pid, char *out, size_t len)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/comm", procfs_pid(pid));
	size_t n = procfs_slurp(path, out, len);
	return n > 0 && out[n - 1] == '\n' ? n - 1 : n;
}

static size_t source_comm(void *context, int32_t pid, uint32_t how, char *out, size_t len)
{
	return pidns_describe(context, pid, how, out, len);
}

static bool source_netlink(const struct capture_source *source, int32_t fd, uint32_t *protocol)
{
	const struct task *t = source->context;
	return source->session && netlink_possible(source->session) && descriptor_netlink(t->tid, fd, source->sockets, protocol);
}

const struct capture_source procfs_source = { source_read, source_path, source_comm, source_netlink, NULL, NULL, NULL, NULL };

bool procfs_read_status(pid_t pid, char *out, size_t len)
{
	char path[40];
	snprintf(path, sizeof path, "/proc/%d/status", procfs_pid(pid));
	size_t n = procfs_slurp(path, out, len - 1);
	out[n] = 0;
	return n > 0;
}

/* A number of /proc/PID/status, or 0. `key` with its colon. */
long procfs_status(pid_t pid, const char *key)
{
	char text[PROCFS_STATUS_BYTES];
	if (!procfs_read_status(pid, text, sizeof text))
		return 0;
	char *at = strstr(text, key);
	return at ? strtol(at + strlen(key), NULL, 10) : 0;
}
