/*
 * Descriptors that netlink messages carry: network namespaces (IFLA_NET_NS_FD, NETNSA_FD) and programs (IFLA_XDP). Where paths
 * are shown, they are told as those of delivered signals are.
 */
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "run.h"

/* Where attributes with a descriptor stand: behind the header of these messages, `within` another one or not. */
struct place {
	uint16_t first, last; /* message types */
	uint32_t header;
	uint16_t within; /* 0: nowhere */
	uint16_t attribute;
};

static const struct place places[] = {
	{ RTM_NEWLINK, RTM_SETLINK, sizeof(struct ifinfomsg), 0, IFLA_NET_NS_FD },
	{ RTM_NEWLINK, RTM_SETLINK, sizeof(struct ifinfomsg), IFLA_XDP, IFLA_XDP_FD },
	{ RTM_NEWLINK, RTM_SETLINK, sizeof(struct ifinfomsg), IFLA_XDP, IFLA_XDP_EXPECTED_FD },
	{ RTM_NEWNSID, RTM_GETNSID, NLMSG_ALIGN(sizeof(struct rtgenmsg)), 0, NETNSA_FD },
};

/* The next attribute with a type from `at` on; false when there is none. `at` is then behind it, `body` what it holds. */
static bool find(const struct run *run, uint32_t *at, uint32_t end, uint16_t type, struct window *body)
{
	struct nlattr a;
	while (end >= *at + sizeof a) {
		memcpy(&a, (const uint8_t *)run->r + *at, sizeof a);
		if (a.nla_len < sizeof a)
			return false;
		const uint32_t there = end - *at;
		const uint32_t length = a.nla_len < there ? a.nla_len : there;
		*body = (struct window){ *at + (uint32_t)sizeof a, length - (uint32_t)sizeof a };
		*at += NLA_ALIGN(length) < there ? NLA_ALIGN(length) : there;
		if ((a.nla_type & NLA_TYPE_MASK) == type)
			return true;
	}
	return false;
}

static void tell(struct run *run, uint32_t at, uint32_t end, const struct place *p, uint16_t within, uint32_t mode)
{
	struct window body;
	while (run->carried < MAX_CARRIED && find(run, &at, end, within ? within : p->attribute, &body)) {
		if (within) {
			tell(run, body.offset, body.offset + body.len, p, 0, mode);
			continue;
		}
		int32_t fd;
		if (body.len < sizeof fd)
			continue;
		memcpy(&fd, (const uint8_t *)run->r + body.offset, sizeof fd);
		run->carried++;
		if (fd >= 0)
			run_path(run, SITE_SIGNAL_FD, fd, mode, 0);
	}
}

void run_carried(struct run *run, struct window messages, uint32_t mode)
{
	uint32_t at = messages.offset;
	const uint32_t end = at + messages.len;
	struct nlmsghdr h;
	while (end >= at + sizeof h) {
		memcpy(&h, (const uint8_t *)run->r + at, sizeof h);
		if (h.nlmsg_len < sizeof h)
			return;
		const uint32_t length = h.nlmsg_len < end - at ? h.nlmsg_len : end - at;
		for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
			const struct place *p = &places[i];
			const uint32_t header = (uint32_t)sizeof h + p->header;
			if (h.nlmsg_type >= p->first && h.nlmsg_type <= p->last && length >= header)
				tell(run, at + header, at + length, p, p->within, mode);
		}
		if (NLMSG_ALIGN(length) >= end - at)
			return;
		at += NLMSG_ALIGN(length);
	}
}
