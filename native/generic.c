/* The families of generic netlink (linux/genetlink.h) that the kernel has, by number and name. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "tracer.h"

/* Where lines are written. */
struct lines {
	uint8_t *out;
	size_t len, used;
};

/* Appends "NUMBER NAME\n" of one message; false when there is no room. */
static bool append_family(const struct nlmsghdr *h, void *context)
{
	struct lines *lines = context;
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
	size_t room = lines->len - lines->used;
	int n = snprintf((char *)lines->out + lines->used, room, "%u %.*s\n", (unsigned)id, (int)name_len, name);
	if (n < 0 || (size_t)n >= room)
		return false;
	lines->used += (size_t)n;
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
	struct lines lines = { out, (size_t)len, 0 };
	int failure = netlink_ask(NETLINK_GENERIC, &request.h, append_family, &lines);
	return failure ? failure : (int32_t)lines.used;
}
