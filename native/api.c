/* The exported surface (tracer.h): handles, arguments, errors. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "spawn.h"

static struct session *sessions[MAX_SESSIONS];
static char last_error[ERROR_BYTES];

void global_error(const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(last_error, sizeof last_error, format, ap);
	va_end(ap);
}

void session_error(struct session *s, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(s->error, sizeof s->error, format, ap);
	va_end(ap);
}

struct session *session_of(int32_t handle)
{
	return handle >= 0 && handle < MAX_SESSIONS ? sessions[handle] : NULL;
}

int32_t tracer_create(const uint8_t *config, int32_t len)
{
	struct tracer_config c;
	if (len != (int32_t)sizeof c) {
		global_error("configuration of %d bytes, %zu expected", len, sizeof c);
		return -EINVAL;
	}
	memcpy(&c, config, sizeof c);
	if (c.version != TRACER_CONFIG_VERSION || c.ring_bytes < 65536 || (c.ring_bytes & (c.ring_bytes - 1))) {
		global_error("bad configuration");
		return -EINVAL;
	}
	int32_t handle = 0;
	while (handle < MAX_SESSIONS && sessions[handle])
		handle++;
	struct session *s = handle < MAX_SESSIONS ? calloc(1, sizeof *s) : NULL;
	if (!s) {
		global_error("too many sessions");
		return -EMFILE;
	}
	s->config = c;
	atomic_store(&s->status, -1);
	int err = ring_map(s);
	if (err) {
		global_error("mapping the ring: %s", strerror(-err));
		free(s);
		return err;
	}
	sessions[handle] = s;
	return handle;
}

void *tracer_ring(int32_t handle)
{
	struct session *s = session_of(handle);
	return s ? s->control : NULL;
}

int32_t tracer_set_traced(int32_t handle, const uint8_t *traced, int32_t len)
{
	struct session *s = session_of(handle);
	if (!s || len != (int32_t)sizeof s->traced)
		return -EINVAL;
	memcpy(s->traced, traced, sizeof s->traced);
	return 0;
}

int32_t tracer_set_plan(int32_t handle, int32_t abi, int32_t nr, const uint8_t *insns, int32_t enter_count, int32_t exit_count)
{
	struct session *s = session_of(handle);
	if (!s || abi < 0 || abi >= ABI_COUNT || nr < 0 || nr >= TRACER_MAX_NR || enter_count < 0 || exit_count < 0)
		return -EINVAL;
	struct plan_slot *slot = &s->plans[abi][nr];
	if (slot->known) /* the tracer thread may be running it */
		return -EEXIST;
	const struct plan_insn *code = (const struct plan_insn *)insns;
	size_t bytes = ((size_t)enter_count + (size_t)exit_count) * sizeof *code;
	if (plan_check(code, (uint32_t)enter_count, false, s->error, sizeof s->error) ||
	    plan_check(code + enter_count, (uint32_t)exit_count, true, s->error, sizeof s->error))
		return -EINVAL;
	if (bytes) {
		slot->insns = malloc(bytes);
		if (!slot->insns)
			return -ENOMEM;
		memcpy(slot->insns, insns, bytes);
	}
	slot->enter_count = (uint32_t)enter_count;
	slot->exit_count = (uint32_t)exit_count;
	atomic_thread_fence(memory_order_release);
	slot->known = true;
	uint32_t request = 1 + ((uint32_t)abi << 16 | (uint32_t)nr);
	if (atomic_compare_exchange_strong(&s->control->request, &request, 0))
		ring_futex_wake(&s->control->request);
	return 0;
}

int32_t tracer_request(int32_t handle)
{
	struct session *s = session_of(handle);
	return s ? (int32_t)atomic_load(&s->control->request) - 1 : -1;
}

int32_t tracer_spawn(int32_t handle, const uint8_t *spec, int32_t len)
{
	struct session *s = session_of(handle);
	if (!s || s->spawn_spec || len < (int32_t)sizeof(struct spawn_header))
		return -EINVAL;
	s->spawn_spec = malloc((size_t)len);
	if (!s->spawn_spec)
		return -ENOMEM;
	memcpy(s->spawn_spec, spec, (size_t)len);
	s->spawn_len = len;
	return 0;
}

int32_t tracer_attach(int32_t handle, int32_t pid)
{
	struct session *s = session_of(handle);
	if (!s || pid <= 0 || s->attach_count >= MAX_ATTACH)
		return -EINVAL;
	s->attach[s->attach_count++] = pid;
	return 0;
}

int32_t tracer_start(int32_t handle)
{
	struct session *s = session_of(handle);
	if (!s || s->started)
		return -EINVAL;
	int err = signals_prepare();
	if (err)
		return err;
	/* The thread must not be chosen for signals of the host before it has blocked them. */
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = -pthread_create(&s->thread, NULL, tracer_main, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	s->started = err == 0;
	return err;
}

static void release(struct session *s, int32_t consumed)
{
	if (consumed <= 0)
		return;
	atomic_fetch_add(&s->control->read, (uint64_t)consumed);
	if (atomic_exchange(&s->control->producer_waits, 0)) {
		atomic_fetch_add(&s->control->space_word, 1);
		ring_futex_wake(&s->control->space_word);
	}
}

static int64_t milliseconds(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int32_t tracer_next(int32_t handle, int32_t consumed, int32_t min_bytes, int32_t flush_ms)
{
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	struct ring_control *c = s->control;
	release(s, consumed);
	int64_t deadline = -1;
	for (;;) {
		uint32_t word = atomic_load(&c->data_word);
		bool done = atomic_load(&c->done);
		uint64_t there = atomic_load(&c->written) - atomic_load(&c->read);
		if (atomic_load(&c->request))
			return NEXT_REQUEST;
		if (there > 0) {
			if (done || there >= (uint64_t)min_bytes)
				return (int32_t)there;
			if (deadline < 0)
				deadline = milliseconds() + flush_ms;
		} else if (done)
			return NEXT_DONE;
		int wait = -1;
		if (deadline >= 0) {
			wait = (int)(deadline - milliseconds());
			if (wait <= 0)
				return (int32_t)there;
		}
		/* The tracer may have missed a kick between its check and its wait: kick until it has begun to end. */
		if (atomic_load(&s->interrupt) && !done) {
			signals_kick(s);
			wait = wait < 0 || wait > 5 ? 5 : wait;
		}
		atomic_store(&c->consumer_waits, there > 0 ? (uint32_t)min_bytes : 1);
		if (atomic_load(&c->written) - atomic_load(&c->read) == there && !atomic_load(&c->done) && !atomic_load(&c->request))
			ring_futex_wait(&c->data_word, word, wait);
		atomic_store(&c->consumer_waits, 0);
	}
}

int32_t tracer_interrupted(int32_t handle)
{
	struct session *s = session_of(handle);
	int by = s ? atomic_load(&s->interrupt) : 0;
	return by > 0 ? by - 1 : 0;
}

int32_t tracer_interrupt(int32_t handle, int32_t sig)
{
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	int none = 0;
	atomic_compare_exchange_strong(&s->interrupt, &none, 1 + sig);
	signals_kick(s);
	return 0;
}

/* Nobody reads any more: records are thrown away, tasks detached. */
int32_t tracer_abandon(int32_t handle)
{
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	atomic_store(&s->abandon, 1);
	atomic_fetch_add(&s->control->space_word, 1);
	ring_futex_wake(&s->control->space_word);
	ring_futex_wake(&s->control->request);
	return 0;
}

int32_t tracer_status(int32_t handle)
{
	struct session *s = session_of(handle);
	return s ? atomic_load(&s->status) : -1;
}

int32_t tracer_stat(int32_t handle, int32_t what)
{
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	return what == 0 ? (int32_t)s->seen_count : (int32_t)s->task_count;
}

int32_t tracer_destroy(int32_t handle)
{
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	if (s->started) {
		if (!atomic_load(&s->control->done)) {
			tracer_interrupt(handle, 0);
			tracer_abandon(handle);
			struct timespec pause = { 0, 2000000 };
			while (!atomic_load(&s->control->done)) {
				signals_kick(s);
				nanosleep(&pause, NULL);
			}
		}
		pthread_join(s->thread, NULL);
	}
	sessions[handle] = NULL;
	spawn_free(s);
	for (int abi = 0; abi < ABI_COUNT; abi++)
		for (int nr = 0; nr < TRACER_MAX_NR; nr++)
			free(s->plans[abi][nr].insns);
	ring_unmap(s);
	free(s->spawn_spec);
	free(s);
	return 0;
}

int32_t tracer_error(int32_t handle, uint8_t *buf, int32_t len)
{
	struct session *s = session_of(handle);
	const char *text = s ? s->error : last_error;
	int32_t n = (int32_t)strlen(text);
	if (n > len)
		n = len;
	if (n > 0)
		memcpy(buf, text, (size_t)n);
	return n;
}

/* For tests: a plan over a memory image. spec: u64 args[6], i64 ret, u32 failed, u32 insns, u32 ranges, u32 room,
 * the instructions, then for each range u64 addr, u64 len, bytes padded to 8. */
struct image {
	const uint8_t *ranges;
	uint32_t count;
};

static size_t image_read(void *context, uint64_t addr, void *out, size_t len, int *err)
{
	const struct image *image = context;
	const uint8_t *p = image->ranges;
	size_t got = 0;
	for (uint32_t i = 0; i < image->count; i++) {
		uint64_t head[2];
		memcpy(head, p, sizeof head);
		p += sizeof head;
		if (addr + got >= head[0] && addr + got < head[0] + head[1]) {
			size_t n = (size_t)(head[0] + head[1] - addr - got);
			if (n > len - got)
				n = len - got;
			memcpy((uint8_t *)out + got, p + (addr + got - head[0]), n);
			got += n;
		}
		p += (head[1] + 7) & ~7ULL;
	}
	if (got < len)
		*err = EFAULT;
	return got;
}

static size_t image_path(void *context, int32_t fd, uint32_t mode, char *out, size_t len)
{
	(void)context;
	(void)mode;
	return fd < 0 ? 0 : (size_t)snprintf(out, len, "/fd/%d", fd);
}

static size_t image_comm(void *context, int32_t pid, char *out, size_t len)
{
	(void)context;
	return (size_t)snprintf(out, len, "comm%d", pid);
}

int32_t capture_run_for_test(const uint8_t *spec, int32_t spec_len, uint8_t *out, int32_t out_len)
{
	struct {
		uint64_t args[6];
		int64_t ret;
		uint32_t failed, insns, ranges, room;
	} head;
	if (spec_len < (int32_t)sizeof head)
		return -EINVAL;
	memcpy(&head, spec, sizeof head);
	const uint8_t *p = spec + sizeof head;
	if (head.room > (uint32_t)out_len || head.room < sizeof(struct record))
		return -EINVAL;
	if (plan_check((const struct plan_insn *)p, head.insns, true, last_error, sizeof last_error))
		return -EINVAL;
	struct image image = { p + (size_t)head.insns * sizeof(struct plan_insn), head.ranges };
	struct capture_source source = { image_read, image_path, image_comm, &image };
	struct record *r = (struct record *)out;
	memset(r, 0, sizeof *r);
	capture_run((const struct plan_insn *)p, head.insns, head.args, head.ret, head.failed != 0, &source, r, head.room);
	return (int32_t)r->size;
}

int32_t plan_verify_for_test(const uint8_t *insns, int32_t count)
{
	return plan_check((const struct plan_insn *)insns, (uint32_t)count, true, last_error, sizeof last_error);
}
