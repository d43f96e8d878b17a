/* Asks the kernel by netlink(7) what it knows, in the network namespace of the tracer. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

int netlink_ask(int protocol, const struct nlmsghdr *request, netlink_answer_fn *take, void *context)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[16384];
	bool more = true, dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -errno;
	int failure = send(fd, request, request->nlmsg_len, 0) < 0 ? -errno : 0;
	while (more && failure == 0) {
		ssize_t n = recv(fd, buffer, sizeof buffer, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size_t left = (size_t)n;
		for (const struct nlmsghdr *h = (const struct nlmsghdr *)buffer; more && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			more = h->nlmsg_type == request->nlmsg_type && take(h, context);
		more = more && dump;
	}
	close(fd);
	return failure;
}
