/* What /proc tells of a descriptor: its path, and lines in the manner of fdinfo about what it is. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"

/* The text that is grown: `used` bytes of `len`. */
struct text {
	char *out;
	size_t used, len;
};

static void add_line(struct text *text, const char *key, const char *value)
{
	int n = snprintf(text->out + text->used, text->len - text->used, "%s:\t%s\n", key, value);
	if (n > 0 && (size_t)n < text->len - text->used)
		text->used += (size_t)n;
}

/* The number behind `key` in the lines of `text`, or -1. */
static long number_of(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

/* The process that a descriptor of this kind stands for; 0: it is no pidfd, or its process is gone. */
static pid_t pidfd_process(pid_t tid, int fd)
{
	char path[48], info[1024];
	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", procfs_pid(tid), fd);
	size_t n = procfs_slurp(path, info, sizeof info - 1);
	info[n] = 0;
	long pid = number_of(info, "\nPid:");
	return procfs_ours((pid_t)pid);
}

/* `char 1:3` or `block 8:0`; false when the file is no device. */
static bool device_text(const struct stat *st, char *out, size_t len)
{
	if (!S_ISCHR(st->st_mode) && !S_ISBLK(st->st_mode))
		return false;
	snprintf(out, len, "%s %u:%u", S_ISCHR(st->st_mode) ? "char" : "block", major(st->st_rdev), minor(st->st_rdev));
	return true;
}

static void add_info(struct text *text, pid_t tid, int fd, uint32_t mode)
{
	char path[48], comm[64];
	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", procfs_pid(tid), fd);
	size_t begin = text->used, room = text->len - text->used;
	if (room < sizeof comm * 2)
		return;
	size_t n = procfs_slurp(path, text->out + begin, room - sizeof comm);
	text->out[begin + n] = 0;
	text->used += n;
	if (mode & PATH_COMM) {
		long pid = number_of(text->out + begin, "\nPid:");
		if (pid > 0 && (n = procfs_comm(procfs_ours((pid_t)pid), comm, sizeof comm - 1)) > 0) {
			comm[n] = 0;
			add_line(text, "comm", comm);
		}
	}
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* struct statx of linux/stat.h, as far as it is read here: musl has neither it nor statx(2) before 1.2.5. */
struct file_facts {
	uint32_t mask, block_size;
	uint64_t attributes;
	uint32_t links, uid, gid;
	uint16_t mode, spare;
	uint64_t inode, size, blocks, known_attributes, times[8];
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t rest[14];
};
_Static_assert(offsetof(struct file_facts, mode) == 28 && offsetof(struct file_facts, rdev_major) == 128, "struct statx");
_Static_assert(sizeof(struct file_facts) == 256, "struct statx");
#define FACT_TYPE 0x1U    /* STATX_TYPE */
#define FACT_INODE 0x100U /* STATX_INO */

/*
 * What the kernel knows of a file without asking whoever serves it: that may be a tracee, which is stopped, and would never
 * answer (FUSE).
 */
static bool known_stat(int dir, const char *path, int flags, struct stat *st)
{
	struct file_facts facts;
	if (syscall(SYS_statx, dir, path, flags | AT_STATX_DONT_SYNC, FACT_TYPE | FACT_INODE, &facts) != 0)
		return false;
	*st = (struct stat){
		.st_mode = facts.mode,
		.st_ino = facts.inode,
		.st_dev = makedev(facts.dev_major, facts.dev_minor),
		.st_rdev = makedev(facts.rdev_major, facts.rdev_minor),
	};
	return true;
}

/* A task whose descriptors have been looked up so often gets its directory kept open: to find it costs a fifth of a look. */
#define LOOKS 8

void descriptor_forget(struct task *t)
{
	kept_close(KEPT_DESCRIPTORS, &t->fd_dir);
	t->fd_looks = 0;
}

/* Where /proc shows a descriptor: below its task's directory, or, AT_FDCWD, by the whole path. */
struct place {
	int dir;
	char name[48];
};

static void place_path(struct place *at, pid_t tid, int32_t fd)
{
	at->dir = AT_FDCWD;
	snprintf(at->name, sizeof at->name, fd == -100 ? "/proc/%d/cwd" : "/proc/%d/fd/%d", procfs_pid(tid), fd);
}

static void place_below(struct place *at, int dir, uint32_t fd)
{
	char digits[16], *first = digits + sizeof digits;
	*--first = 0;
	do {
		*--first = (char)('0' + fd % 10);
	} while (fd /= 10);
	at->dir = dir;
	memcpy(at->name, first, (size_t)(digits + sizeof digits - first));
}

static void place_find(struct place *at, struct task *t, int32_t fd)
{
	if (t->fd_dir < 0 && fd >= 0 && ++t->fd_looks == LOOKS) {
		snprintf(at->name, sizeof at->name, "/proc/%d/fd", procfs_pid(t->tid));
		t->fd_dir = kept_open(KEPT_DESCRIPTORS, at->name, O_PATH | O_DIRECTORY);
	}
	if (t->fd_dir >= 0 && fd >= 0)
		place_below(at, t->fd_dir, (uint32_t)fd);
	else
		place_path(at, t->tid, fd);
}

/*
 * Looks a file up as strace's -yy does, by its path. To one of /proc/PID/net that is not indifferent: such an entry is never
 * kept, the one that is open counts as deleted once it has been looked up anew, and shows as that from then on.
 */
static void look_up_by_path(const char *path)
{
	struct stat st;
	if (has_prefix(path, "/proc/") && strstr(path, "/net/"))
		known_stat(AT_FDCWD, path, 0, &st);
}

size_t descriptor_path(struct task *t, int32_t fd, uint32_t mode, uint64_t of, struct socket_cache **sockets, char *out, size_t len)
{
	static const char deleted[] = " (deleted)";
	struct place at;
	struct stat st, named;
	pid_t tid = mode & PATH_OF_PID ? (pid_t)of : mode & PATH_OF_PIDFD ? pidfd_process(t->tid, (int)of) : t->tid;
	if (tid <= 0 || (fd < 0 && fd != -100))
		return 0;
	if (tid == t->tid)
		place_find(&at, t, fd);
	else
		place_path(&at, tid, fd);
	ssize_t n = readlinkat(at.dir, at.name, out, len - 1);
	if (n <= 0)
		return 0;
	struct text text = { out, (size_t)n + 1, len };
	out[n] = 0;
	if (fd < 0)
		return (size_t)n;
	bool ends = (size_t)n >= sizeof deleted && strcmp(out + n - (sizeof deleted - 1), deleted) == 0;
	bool file = out[0] == '/';
	if (file && (ends || mode & PATH_DEVICE) && known_stat(at.dir, at.name, 0, &st)) {
		char device[64];
		if (mode & PATH_DEVICE)
			look_up_by_path(out);
		/* A file may have such a name. */
		if (ends && known_stat(AT_FDCWD, out, AT_SYMLINK_NOFOLLOW, &named) && named.st_dev == st.st_dev && named.st_ino == st.st_ino) {
			add_line(&text, "exists", "1");
			ends = false;
		}
		/* O_PATH may be a symbolic link: it is told what that leads to. */
		if (mode & PATH_DEVICE && S_ISLNK(st.st_mode) && known_stat(AT_FDCWD, out, 0, &named))
			st = named;
		if (!ends && mode & PATH_DEVICE && device_text(&st, device, sizeof device)) {
			add_line(&text, "device", device);
			if (mode & PATH_INFO && strcmp(device, "char 5:2") == 0)
				add_info(&text, tid, fd, mode);
		}
	} else if (mode & PATH_VCPU) {
		text.used += vcpu_memory(tid, out, out + text.used, len - text.used);
	} else if (mode & PATH_INFO && (has_prefix(out, "anon_inode:") || has_prefix(out, "pidfd:"))) {
		add_info(&text, tid, fd, mode);
	} else if (sockets && mode & PATH_SOCKET && has_prefix(out, "socket:[")) {
		if (at.dir != AT_FDCWD) /* getxattr(2) has no form for directories */
			place_path(&at, tid, fd);
		text.used += socket_lines(sockets, at.name, strtoull(out + sizeof "socket:[" - 1, NULL, 10), out + text.used, len - text.used);
	}
	return text.used == (size_t)n + 1 ? (size_t)n : text.used;
}

bool descriptor_netlink(pid_t tid, int32_t fd, struct socket_cache **sockets, uint32_t *protocol)
{
	char path[48], link[64];
	if (fd < 0)
		return false;
	snprintf(path, sizeof path, "/proc/%d/fd/%d", procfs_pid(tid), fd);
	ssize_t n = readlink(path, link, sizeof link - 1);
	if (n <= 0)
		return false;
	link[n] = 0;
	return has_prefix(link, "socket:[") && socket_netlink(sockets, path, strtoull(link + sizeof "socket:[" - 1, NULL, 10), protocol);
}
