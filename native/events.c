/* Writes the records that are not system calls. */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>

#include "internal.h"

static void take_time(clockid_t clock, uint32_t out[2])
{
	struct timespec ts;
	clock_gettime(clock, &ts);
	out[0] = (uint32_t)ts.tv_sec;
	out[1] = (uint32_t)ts.tv_nsec;
}

struct record *event_begin(struct session *s, uint16_t event, const struct task *t, uint32_t extra)
{
	struct record *r = ring_reserve(s, (uint32_t)sizeof *r + extra);
	if (!r)
		return NULL;
	memset(r, 0, sizeof *r);
	r->size = sizeof *r;
	r->event = event;
	r->tid = (uint32_t)t->tid;
	r->abi = t->abi;
	r->arch = t->arch;
	if (s->config.flags & CF_TIMES) {
		take_time(CLOCK_REALTIME, r->realtime);
		take_time(CLOCK_MONOTONIC, r->monotonic);
	}
	if (t->flags & TASK_SPAWNED)
		r->flags |= RF_SPAWNED;
	r->args[5] = t->last_nr;
	r->ip = t->ip;
	return r;
}

void event_end(struct session *s, struct record *r)
{
	ring_commit(s, r);
}

void event_simple(struct session *s, uint16_t event, const struct task *t, uint32_t nr, int64_t ret, uint16_t flags, uint64_t arg0)
{
	struct record *r = event_begin(s, event, t, 0);
	if (!r)
		return;
	r->nr = nr;
	r->ret = ret;
	r->flags |= flags;
	r->args[0] = arg0;
	event_end(s, r);
}

void event_message(struct session *s, pid_t tid, uint32_t code, int err, uint64_t arg0, const char *text)
{
	struct task none = { .tid = tid };
	size_t len = text ? strlen(text) : 0;
	struct record *r = event_begin(s, EV_MESSAGE, &none, (uint32_t)(sizeof(struct region) + len + 16));
	if (!r)
		return;
	r->nr = code;
	r->ret = err;
	r->args[0] = arg0;
	if (len)
		capture_append(r, 0, 0, text, (uint32_t)len);
	event_end(s, r);
}
