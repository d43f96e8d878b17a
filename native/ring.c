/* The ring: a memfd mapped twice in a row behind a control page; one producer (the tracer thread), one consumer. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

int ring_futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms)
{
	struct timespec ts = { timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000L };
	long r = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout_ms < 0 ? NULL : &ts, NULL, 0);
	return r == 0 ? 0 : -errno;
}

void ring_futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

int ring_map(struct session *s)
{
	size_t bytes = s->config.ring_bytes;
	int fd = memfd_create("tstrace-ring", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	int err = 0;
	uint8_t *base = MAP_FAILED;
	if (ftruncate(fd, (off_t)(RING_CONTROL_BYTES + bytes)) != 0)
		err = -errno;
	else
		base = mmap(NULL, RING_CONTROL_BYTES + 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!err && base == MAP_FAILED)
		err = -errno;
	if (!err && (mmap(base, RING_CONTROL_BYTES + bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED ||
		     mmap(base + RING_CONTROL_BYTES + bytes, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			  RING_CONTROL_BYTES) == MAP_FAILED))
		err = -errno;
	close(fd);
	if (err) {
		if (base != MAP_FAILED)
			munmap(base, RING_CONTROL_BYTES + 2 * bytes);
		return err;
	}
	s->control = (struct ring_control *)base;
	s->data = base + RING_CONTROL_BYTES;
	s->mask = bytes - 1;
	return 0;
}

void ring_unmap(struct session *s)
{
	if (s->control)
		munmap(s->control, RING_CONTROL_BYTES + 2 * (size_t)s->config.ring_bytes);
	s->control = NULL;
	free(s->spill.bytes);
}

void ring_wake_consumer(struct session *s)
{
	atomic_store(&s->control->consumer_waits, 0);
	atomic_fetch_add(&s->control->data_word, 1);
	ring_futex_wake(&s->control->data_word);
}

void ring_publish(struct session *s)
{
	struct ring_control *c = s->control;
	if (s->written == s->published)
		return;
	s->published = s->written;
	atomic_store(&c->written, s->written);
	uint32_t wanted = atomic_load(&c->consumer_waits);
	if (wanted && s->written - atomic_load(&c->read) >= wanted) {
		ring_wake_consumer(s);
	}
}

/*
 * Waits until the consumer has taken everything up to `position`, or until a moment when one is given (not 0), or, with
 * `yields`, until the session is to end.
 */
static void wait_for_room(struct session *s, uint64_t position, uint64_t until_ns, bool yields)
{
	struct ring_control *c = s->control;
	s->published = s->written;
	atomic_store(&c->written, s->written);
	atomic_store(&c->producer_waits, 1); /* the consumer must not wait for more bytes */
	ring_wake_consumer(s);
	while (atomic_load(&c->read) < position && !atomic_load(&s->abandon)) {
		uint32_t word = atomic_load(&c->space_word);
		atomic_store(&c->producer_waits, 1);
		if (atomic_load(&c->read) >= position || atomic_load(&s->abandon) || (yields && atomic_load(&s->interrupt)))
			break;
		ring_futex_wait(&c->space_word, word, until_ns ? 5 : 100);
		if (until_ns && monotonic_ns() > until_ns)
			break;
	}
	atomic_store(&c->producer_waits, 0);
}

static bool is_full(const struct session *s, uint32_t bytes)
{
	return s->written + bytes - atomic_load(&s->control->read) > s->mask + 1;
}

/* Room behind the ring: what comes once something lies there follows it. NULL without memory. */
static struct record *reserve_behind(struct session *s, uint32_t bytes)
{
	struct spill *spill = &s->spill;
	if (spill->len + bytes > spill->room) {
		size_t room = 2 * spill->room + bytes;
		uint8_t *more = realloc(spill->bytes, room);
		if (!more)
			return NULL;
		spill->bytes = more;
		spill->room = room;
	}
	spill->reserved = true;
	return (struct record *)(spill->bytes + spill->len);
}

struct record *ring_reserve(struct session *s, uint32_t bytes)
{
	bytes = (bytes + 7) & ~7U;
	s->spill.reserved = false;
	if (is_full(s, bytes) && !s->spill.len) {
		s->stalls++;
		wait_for_room(s, s->written + bytes - (s->mask + 1), 0, true);
	}
	if (atomic_load(&s->abandon))
		return NULL;
	/* The session is to end: tasks do not wait for the consumer any more, what is to be said of them does. */
	if (s->spill.len || is_full(s, bytes))
		return reserve_behind(s, bytes);
	return (struct record *)(s->data + (s->written & s->mask));
}

void ring_commit(struct session *s, struct record *r)
{
	r->size = (r->size + 7) & ~7U;
	if (s->spill.reserved)
		s->spill.len += r->size;
	else
		s->written += r->size;
}

bool ring_refill(struct session *s)
{
	struct spill *spill = &s->spill;
	const size_t from = spill->taken;
	while (spill->taken < spill->len) {
		const struct record *r = (const struct record *)(spill->bytes + spill->taken);
		if (is_full(s, r->size))
			break;
		memcpy(s->data + (s->written & s->mask), r, r->size);
		s->written += r->size;
		spill->taken += r->size;
	}
	atomic_store(&s->control->written, s->written);
	return spill->taken > from;
}

void ring_drain(struct session *s)
{
	struct ring_control *c = s->control;
	if (s->spill.len || atomic_load(&c->read) >= s->written)
		return;
	wait_for_room(s, s->written, 0, true);
	if (atomic_load(&c->read) < s->written && !s->stuck) {
		wait_for_room(s, s->written, monotonic_ns() + STUCK_NS, false);
		s->stuck = atomic_load(&c->read) < s->written;
	}
}

void ring_drain_for(struct session *s, int ms)
{
	if (atomic_load(&s->control->read) < s->written)
		wait_for_room(s, s->written, monotonic_ns() + (uint64_t)ms * 1000000, false);
}

void ring_finish(struct session *s)
{
	s->published = s->written;
	atomic_store(&s->control->written, s->written);
	atomic_store(&s->control->done, 1);
	ring_wake_consumer(s);
}
