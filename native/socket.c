/* What is known of a socket beside its inode: addresses by sock_diag(7), in the network namespace of the tracer. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "internal.h"

#define CACHED 1024 /* a power of two */
#define TEXT_BYTES 256

/* What was found once is said for the rest of the session, even where a socket has got a peer since: as strace does. */
struct socket_cache {
	struct {
		uint64_t inode;
		uint32_t len;
		char *text;
	} entries[CACHED];
	/* Whether sockets are of netlink, and their protocols. */
	struct {
		uint64_t inode;
		bool netlink;
		uint32_t protocol;
	} protocols[CACHED];
};

/* What is asked. */
struct question {
	const char *name;
	uint64_t inode;
	char *out;
	size_t len;
};

/* Reads a message; true when it is about the socket, and the text was written. */
typedef bool answer_fn(const struct nlmsghdr *h, const struct question *q);

/* A question, how answers to it are read, and whether one was found. */
struct inquiry {
	const struct question *question;
	answer_fn *answer;
	bool found;
};

static bool inet_answer(const struct nlmsghdr *h, const struct question *q)
{
	struct inet_diag_msg m;
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof m))
		return false;
	memcpy(&m, NLMSG_DATA(h), sizeof m);
	if (m.idiag_inode != q->inode || (m.idiag_family != AF_INET && m.idiag_family != AF_INET6))
		return false;
	static const uint32_t none[4];
	char source[INET6_ADDRSTRLEN], peer[INET6_ADDRSTRLEN];
	bool v6 = m.idiag_family == AF_INET6;
	if (!inet_ntop(m.idiag_family, m.id.idiag_src, source, sizeof source) ||
	    !inet_ntop(m.idiag_family, m.id.idiag_dst, peer, sizeof peer))
		return false;
	const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";
	if (m.id.idiag_dport != 0 || memcmp(m.id.idiag_dst, none, v6 ? 16 : 4) != 0)
		snprintf(q->out, q->len, "socket:\t%s:[%s%s%s:%u->%s%s%s:%u\n", q->name, open, source, close,
			 ntohs(m.id.idiag_sport), open, peer, close, ntohs(m.id.idiag_dport));
	else
		snprintf(q->out, q->len, "socket:\t%s:[%s%s%s:%u\n", q->name, open, source, close, ntohs(m.id.idiag_sport));
	return true;
}

static bool unix_answer(const struct nlmsghdr *h, const struct question *q)
{
	struct unix_diag_msg m;
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof m))
		return false;
	memcpy(&m, NLMSG_DATA(h), sizeof m);
	if (m.udiag_ino != q->inode || m.udiag_family != AF_UNIX)
		return false;
	const uint8_t *at = (const uint8_t *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof m), *end = (const uint8_t *)h + h->nlmsg_len;
	const uint8_t *name = NULL;
	uint32_t name_len = 0, peer = 0;
	struct nlattr a;
	while (end - at >= (ptrdiff_t)sizeof a) {
		memcpy(&a, at, sizeof a);
		if (a.nla_len < sizeof a || a.nla_len > end - at)
			break;
		uint32_t n = a.nla_len - (uint32_t)sizeof a;
		if (a.nla_type == UNIX_DIAG_NAME) {
			name = at + sizeof a;
			name_len = n;
		} else if (a.nla_type == UNIX_DIAG_PEER && n >= sizeof peer)
			memcpy(&peer, at + sizeof a, sizeof peer);
		if (NLA_ALIGN(a.nla_len) > end - at)
			break;
		at += NLA_ALIGN(a.nla_len);
	}
	if (peer == 0 && name_len == 0)
		return false;
	int n = peer ? snprintf(q->out, q->len, "socket:\t%s:[%llu->%u\n", q->name, (unsigned long long)q->inode, peer)
		     : snprintf(q->out, q->len, "socket:\t%s:[%llu\n", q->name, (unsigned long long)q->inode);
	if (name_len > 0) {
		bool abstract = name[0] == 0;
		snprintf(q->out + n, q->len - (size_t)n, "name:\t%c%.*s", abstract ? '@' : '=', (int)(name_len - abstract), name + abstract);
	}
	return true;
}

static bool netlink_answer(const struct nlmsghdr *h, const struct question *q)
{
	struct netlink_diag_msg m;
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof m))
		return false;
	memcpy(&m, NLMSG_DATA(h), sizeof m);
	if (m.ndiag_ino != q->inode || m.ndiag_family != AF_NETLINK)
		return false;
	snprintf(q->out, q->len, "socket:\t%s:[\nprotocol:\t%u\nportid:\t%u\n", q->name, m.ndiag_protocol, m.ndiag_portid);
	return true;
}

static bool take(const struct nlmsghdr *h, void *context)
{
	struct inquiry *inquiry = context;
	inquiry->found = inquiry->answer(h, inquiry->question);
	return !inquiry->found;
}

/* Sends a request, and looks through what comes back until one message answers. */
static bool ask(const void *request, size_t size, uint16_t flags, answer_fn *answer, const struct question *q)
{
	struct {
		struct nlmsghdr h;
		uint8_t body[128];
	} message = { .h = { (uint32_t)(sizeof message.h + size), SOCK_DIAG_BY_FAMILY, (uint16_t)(NLM_F_REQUEST | flags), 1, 0 } };
	struct inquiry inquiry = { q, answer, false };
	memcpy(message.body, request, size);
	netlink_ask(NETLINK_SOCK_DIAG, &message.h, take, &inquiry);
	return inquiry.found;
}

static bool ask_inet(uint8_t family, uint8_t protocol, const struct question *q)
{
	struct inet_diag_req_v2 request = { .sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = ~0U };
	return ask(&request, sizeof request, NLM_F_DUMP, inet_answer, q);
}

static bool ask_unix(const struct question *q)
{
	struct unix_diag_req request = { .sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_ino = (uint32_t)q->inode,
					 .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER, .udiag_cookie = { ~0U, ~0U } };
	return ask(&request, sizeof request, 0, unix_answer, q);
}

static bool ask_netlink(const struct question *q)
{
	struct netlink_diag_req request = { .sdiag_family = AF_NETLINK, .sdiag_protocol = NDIAG_PROTO_ALL };
	return ask(&request, sizeof request, NLM_F_DUMP, netlink_answer, q);
}

/* Protocols by the kernel's name (system.sockprotoname); those without a family have nothing but an inode to be shown. */
static const struct protocol {
	const char *name;
	uint8_t family, number;
	bool tried; /* for a socket of a protocol with another name: MPTCP is found among TCP */
} protocols[] = {
	{ "TCP", AF_INET, IPPROTO_TCP, true },
	{ "TCPv6", AF_INET6, IPPROTO_TCP, true },
	{ "UDP", AF_INET, IPPROTO_UDP, true },
	{ "UDPv6", AF_INET6, IPPROTO_UDP, true },
	{ "UDPLITE", AF_INET, IPPROTO_UDPLITE, true },
	{ "UDPLITEv6", AF_INET6, IPPROTO_UDPLITE, true },
	{ "UNIX", AF_UNIX, 0, true },
	{ "UNIX-STREAM", AF_UNIX, 0, false },
	{ "NETLINK", AF_NETLINK, 0, true },
	{ "DCCP", AF_INET, IPPROTO_DCCP, false },
	{ "DCCPv6", AF_INET6, IPPROTO_DCCP, false },
	{ "SCTP", AF_INET, IPPROTO_SCTP, false },
	{ "SCTPv6", AF_INET6, IPPROTO_SCTP, false },
	{ "L2TP/IP", 0, 0, false },
	{ "L2TP/IPv6", 0, 0, false },
	{ "PING", 0, 0, false },
	{ "PINGv6", 0, 0, false },
	{ "RAW", 0, 0, false },
	{ "RAWv6", 0, 0, false },
};

static bool ask_protocol(const struct protocol *p, uint64_t inode, char *out, size_t len)
{
	struct question q = { p->name, inode, out, len };
	switch (p->family) {
	case AF_INET:
	case AF_INET6:
		return ask_inet(p->family, p->number, &q);
	case AF_UNIX:
		return ask_unix(&q);
	case AF_NETLINK:
		return ask_netlink(&q);
	default:
		return false;
	}
}

static bool make_cache(struct socket_cache **cache)
{
	return *cache || (*cache = calloc(1, sizeof **cache));
}

/* The kernel's name of a socket's protocol. */
static void protocol_name(const char *path, char *name, size_t len)
{
	ssize_t n = getxattr(path, "system.sockprotoname", name, len - 1);
	name[n > 0 ? n : 0] = 0;
}

bool socket_netlink(struct socket_cache **cache, const char *path, uint64_t inode, uint32_t *protocol)
{
	if (!make_cache(cache))
		return false;
	size_t slot = inode & (CACHED - 1);
	if ((*cache)->protocols[slot].inode != inode) {
		char name[64], text[TEXT_BYTES];
		struct question q = { "NETLINK", inode, text, sizeof text };
		protocol_name(path, name, sizeof name);
		bool netlink = strcmp(name, q.name) == 0;
		uint32_t found = UINT32_MAX;
		if (netlink && ask_netlink(&q))
			found = (uint32_t)strtoul(strstr(text, "protocol:") + sizeof "protocol:", NULL, 10);
		/* A socket that has no port yet is not found: it is looked for again when something else is done with it. */
		(*cache)->protocols[slot].inode = netlink && found == UINT32_MAX ? 0 : inode;
		(*cache)->protocols[slot].netlink = netlink;
		(*cache)->protocols[slot].protocol = found;
	}
	*protocol = (*cache)->protocols[slot].protocol;
	return (*cache)->protocols[slot].netlink;
}

size_t socket_lines(struct socket_cache **cache, const char *path, uint64_t inode, char *out, size_t len)
{
	if (len < TEXT_BYTES)
		return 0;
	if (!make_cache(cache))
		return 0;
	size_t slot = inode & (CACHED - 1);
	if ((*cache)->entries[slot].inode == inode && (*cache)->entries[slot].text) {
		memcpy(out, (*cache)->entries[slot].text, (*cache)->entries[slot].len);
		return (*cache)->entries[slot].len;
	}
	char name[64];
	protocol_name(path, name, sizeof name);
	const struct protocol *own = NULL;
	const size_t count = sizeof protocols / sizeof *protocols;
	bool found = false;
	for (size_t i = 0; i < count && !own; i++)
		if (strcmp(protocols[i].name, name) == 0)
			own = &protocols[i];
	if (own)
		found = ask_protocol(own, inode, out, TEXT_BYTES);
	for (size_t i = 0; i < count && !own && !found; i++)
		found = protocols[i].tried && ask_protocol(&protocols[i], inode, out, TEXT_BYTES);
	if (!found) {
		if (!own)
			return 0;
		snprintf(out, TEXT_BYTES, "socket:\t%s:[%llu\n", own->name, (unsigned long long)inode);
	}
	size_t used = strlen(out) + 1;
	if (found) {
		char *copy = malloc(used);
		if (copy) {
			memcpy(copy, out, used);
			free((*cache)->entries[slot].text);
			(*cache)->entries[slot].text = copy;
			(*cache)->entries[slot].inode = inode;
			(*cache)->entries[slot].len = (uint32_t)used;
		}
	}
	return used;
}

void socket_free(struct socket_cache **cache)
{
	for (size_t i = 0; *cache && i < CACHED; i++)
		free((*cache)->entries[i].text);
	free(*cache);
	*cache = NULL;
}
