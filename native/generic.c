/* The families of generic netlink (linux/genetlink.h) that the kernel has, by number and name. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tracer.h"

/* Appends "NUMBER NAME\n" of one message; false when there is no room. */
static bool append_family(const struct nlmsghdr *h, uint8_t *out, size_t len, size_t *used)
{
	const uint8_t *at = (const uint8_t *)h + NLMSG_HDRLEN + GENL_HDRLEN, *end = (const uint8_t *)h + h->nlmsg_len;
	const char *name = NULL;
	size_t name_len = 0;
	uint16_t id = 0;
	struct nlattr a;
	while (end - at >= (ptrdiff_t)sizeof a) {
		memcpy(&a, at, sizeof a);
		if (a.nla_len < sizeof a || a.nla_len > end - at)
			break;
		size_t n = a.nla_len - sizeof a;
		if (a.nla_type == CTRL_ATTR_FAMILY_ID && n >= sizeof id)
			memcpy(&id, at + sizeof a, sizeof id);
		else if (a.nla_type == CTRL_ATTR_FAMILY_NAME) {
			name = (const char *)at + sizeof a;
			name_len = strnlen(name, n);
		}
		if (NLA_ALIGN(a.nla_len) > end - at)
			break;
		at += NLA_ALIGN(a.nla_len);
	}
	if (!name || id == 0)
		return true;
	int n = snprintf((char *)out + *used, len - *used, "%u %.*s\n", (unsigned)id, (int)name_len, name);
	if (n < 0 || (size_t)n >= len - *used)
		return false;
	*used += (size_t)n;
	return true;
}

int32_t tracer_generic_families(uint8_t *out, int32_t len)
{
	if (len <= 0)
		return -EINVAL;
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
	} request = { { sizeof request, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { CTRL_CMD_GETFAMILY, 1, 0 } };
	_Alignas(struct nlmsghdr) uint8_t buffer[16384];
	size_t used = 0;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		return -errno;
	int32_t failure = send(fd, &request, sizeof request, 0) < 0 ? -errno : 0;
	for (bool more = failure == 0; more;) {
		ssize_t n = recv(fd, buffer, sizeof buffer, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size_t left = (size_t)n;
		for (const struct nlmsghdr *h = (const struct nlmsghdr *)buffer; more && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			more = h->nlmsg_type == GENL_ID_CTRL && append_family(h, out, (size_t)len, &used);
	}
	close(fd);
	return failure ? failure : (int32_t)used;
}
