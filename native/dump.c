/*
 * Dumps (-e read=, -e write=): what a call's buffers hold, in records of their own behind the call's exit, so that their
 * size knows no limit. An exiting plan notes what is to be dumped (OP_DUMP); the tracee is still stopped when it is read.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Read as a whole, or not at all and nothing after it: a dump ends before the first block that cannot be read. */
#define BLOCK 65536U
/* Most buffers of one call: 1024 messages with as many buffers each are possible, and of no use to a reader. */
#define MAX_DUMPS 65536U

void dump_note(struct dump_list *list, uint32_t kind, uint64_t addr, uint64_t len)
{
	if (kind == DUMP_VECTOR)
		list->ended = false;
	else if (kind == DUMP_BUFFER && len == 0)
		list->ended = true;
	if (list->count == MAX_DUMPS || (kind == DUMP_BUFFER && list->ended))
		return;
	if (list->count == list->room) {
		uint32_t room = list->room ? 2 * list->room : 16;
		struct dump *more = realloc(list->dumps, room * sizeof *more);
		if (!more)
			return;
		list->dumps = more;
		list->room = room;
	}
	uint32_t index = 0;
	if (kind == DUMP_BUFFER)
		index = list->buffers++;
	else if (kind == DUMP_VECTOR) {
		index = list->vectors++;
		list->buffers = 0;
	}
	list->dumps[list->count++] = (struct dump){ .addr = addr, .len = len, .kind = kind, .index = index };
}

static struct record *begin(struct session *s, const struct task *t, const struct dump *d, uint32_t kind, uint32_t bytes)
{
	struct record *r = event_begin(s, EV_DATA, t, (uint32_t)sizeof(struct region) + bytes + 8);
	if (!r)
		return NULL;
	r->nr = kind;
	r->args[0] = d->len;
	r->args[1] = d->index;
	return r;
}

static void write_head(struct session *s, const struct task *t, const struct dump *d)
{
	struct record *r = begin(s, t, d, d->kind, 0);
	if (r)
		event_end(s, r);
}

static void write_lost(struct session *s, const struct task *t, const struct dump *d, uint32_t bytes, uint64_t addr)
{
	struct record *r = begin(s, t, d, DUMP_LOST, 0);
	if (!r)
		return;
	r->args[1] = bytes;
	r->args[2] = addr;
	event_end(s, r);
}

static void write_bytes(struct session *s, struct task *t, const struct dump *d, uint8_t *block)
{
	/* A record may take a quarter of the ring. */
	uint32_t piece = (uint32_t)((s->mask + 1) / 4) - 4096;
	for (uint64_t done = 0; done < d->len;) {
		uint32_t want = d->len - done < BLOCK ? (uint32_t)(d->len - done) : BLOCK;
		int err;
		if (memory_read(t, d->addr + done, block, want, &err) != want) {
			if (done)
				write_lost(s, t, d, want, d->addr + done);
			return;
		}
		for (uint32_t at = 0; at < want;) {
			uint32_t n = want - at < piece ? want - at : piece;
			struct record *r = begin(s, t, d, DUMP_PLAIN, n);
			if (!r)
				return;
			r->args[2] = done + at;
			capture_append(r, 0, d->addr + done + at, block + at, n);
			event_end(s, r);
			at += n;
		}
		done += want;
	}
}

void dump_write(struct session *s, struct task *t)
{
	struct dump_list *list = &s->dumps;
	if (!list->block && list->count)
		list->block = malloc(BLOCK);
	for (uint32_t i = 0; i < list->count && list->block; i++) {
		const struct dump *d = &list->dumps[i];
		if (d->kind != DUMP_PLAIN)
			write_head(s, t, d);
		if (d->kind != DUMP_VECTOR && d->addr)
			write_bytes(s, t, d, list->block);
	}
	list->count = list->buffers = list->vectors = 0;
	list->ended = false;
}

void dump_free(struct dump_list *list)
{
	free(list->dumps);
	free(list->block);
}
