/*
 * Whether any tracee may have a netlink socket. Those that have none pay nothing for the question: until one is made, received
 * or found, descriptors are not looked up. Where calls are not seen that could bring one, they always are.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "procfs.h"

/* Numbers of the calls that can bring a descriptor of a socket, by personality. */
static const struct {
	uint16_t socket, recvmsg, recvmmsg, recvmmsg_time64, clone;
} calls[ABI_COUNT] = { { 41, 47, 299, 0xffff, 56 }, { 359, 372, 337, 417, 120 }, { 41, 519, 537, 0xffff, 56 } };
#define NR_SOCKETCALL_I386 102
#define NR_IO_URING_SETUP 425
#define NR_CLONE3 435
#define NR_PIDFD_GETFD 438
/* Of socketcall(2). */
#define SUB_SOCKET 1
#define SUB_RECVMSG 17
#define SUB_RECVMMSG 19

/* A word of the tracee; 0 when it cannot be read. */
static uint64_t word(struct task *t, uint64_t addr, size_t size)
{
	uint64_t value = 0;
	int err = 0;
	return memory_read(t, addr, &value, size, &err) == size ? value : 0;
}

/* Whether descriptors may come with a message: there is room for control messages in struct msghdr. */
static bool has_control(struct task *t, uint64_t header)
{
	return t->abi == 0 ? word(t, header + 40, 8) != 0 : word(t, header + 20, 4) != 0;
}

static bool brings(const struct session *s, struct task *t)
{
	uint32_t nr = t->nr;
	if (nr == calls[t->abi].socket)
		return (int)t->args[0] == AF_NETLINK;
	if (nr == calls[t->abi].recvmsg)
		return has_control(t, t->args[1]);
	/* What a task that is not traced does to descriptors that it shares is not seen. */
	if (nr == calls[t->abi].clone)
		return !(s->config.flags & CF_FOLLOW) && t->args[0] & CLONE_FILES;
	if (nr == NR_CLONE3)
		return !(s->config.flags & CF_FOLLOW);
	if (t->abi == 1 && nr == NR_SOCKETCALL_I386)
		return t->args[0] == SUB_SOCKET ? word(t, t->args[1], 4) == AF_NETLINK
						: t->args[0] == SUB_RECVMSG || t->args[0] == SUB_RECVMMSG;
	return nr == calls[t->abi].recvmmsg || nr == calls[t->abi].recvmmsg_time64 || nr == NR_PIDFD_GETFD || nr == NR_IO_URING_SETUP;
}

void netlink_begin(struct session *s)
{
	/* A filter lets such calls pass unseen; so do threads of an attached process that are not attached to; tampering makes calls. */
	if (s->config.flags & CF_SECCOMP || s->tampering || (s->attach_count > 0 && !(s->config.flags & CF_FOLLOW)))
		s->netlink = NETLINK_SOME;
}

void netlink_note(struct session *s, struct task *t)
{
	if (s->netlink != NETLINK_SOME && brings(s, t))
		s->netlink = NETLINK_SOME;
}

/* Whether a task has one now. */
static bool task_has(struct session *s, const struct task *t)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/fd", procfs_pid(t->tid));
	DIR *dir = opendir(path);
	if (!dir)
		return true;
	bool found = false;
	for (const struct dirent *e; !found && (e = readdir(dir));) {
		uint32_t protocol;
		found = e->d_name[0] != '.' && descriptor_netlink(t->tid, atoi(e->d_name), &s->sockets, &protocol);
	}
	closedir(dir);
	return found;
}

bool netlink_possible(struct session *s)
{
	if (s->netlink == NETLINK_UNKNOWN) {
		s->netlink = NETLINK_NONE;
		for (const struct task *t = s->oldest; t && s->netlink == NETLINK_NONE; t = t->newer)
			if (task_has(s, t))
				s->netlink = NETLINK_SOME;
	}
	return s->netlink == NETLINK_SOME;
}
