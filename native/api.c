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

int32_t tracer_adopt(int32_t handle, int32_t pid, int32_t ready)
{
	struct session *s = session_of(handle);
	if (!s || s->spawn_spec || pid <= 0)
		return -EINVAL;
	s->adopt_pid = pid;
	s->adopt_fd = ready;
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
	cpu_set_t allowed;
	if (s->config.pin_cpu >= 0 && sched_getaffinity(0, sizeof allowed, &allowed) == 0 &&
	    (s->config.pin_cpu >= CPU_SETSIZE || !CPU_ISSET(s->config.pin_cpu, &allowed))) {
		session_error(s, "--pin: CPU %d is not among those that may be used", s->config.pin_cpu);
		return -EINVAL;
	}
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
	int64_t deadline = flush_ms < 0 ? milliseconds() - flush_ms : -1;
	for (;;) {
		uint32_t word = atomic_load(&c->data_word);
		bool done = atomic_load(&c->done);
		uint64_t there = atomic_load(&c->written) - atomic_load(&c->read);
		if (atomic_load(&c->request))
			return NEXT_REQUEST;
		if (there > 0) {
			if (done || there >= (uint64_t)min_bytes || atomic_load(&c->producer_waits))
				return (int32_t)there;
			if (deadline < 0)
				deadline = milliseconds() + flush_ms;
		} else if (done) {
			if (!ring_refill(s))
				return NEXT_DONE;
			continue;
		}
		int wait = -1;
		if (deadline >= 0) {
			wait = (int)(deadline - milliseconds());
			if (wait <= 0)
				return (int32_t)there;
		}
		/* Without a timer a kick may be lost between the tracer's check and its wait: it comes again from here. */
		if (atomic_load(&s->interrupt) && !done && !atomic_load(&s->has_kicker)) {
			signals_kick(s);
			wait = wait < 0 || wait > 5 ? 5 : wait;
		}
		atomic_store(&c->consumer_waits, there > 0 ? (uint32_t)min_bytes : 1);
		if (atomic_load(&c->written) - atomic_load(&c->read) == there && !atomic_load(&c->done) && !atomic_load(&c->request) &&
		    (there == 0 || !atomic_load(&c->producer_waits)))
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
	signals_interrupt(s, sig > 0 ? sig : 0);
	return 0;
}

/* Nobody reads any more: records are thrown away, tasks detached. */
int32_t tracer_decide(int32_t handle, int32_t verdict)
{
	struct session *s = session_of(handle);
	if (!s || verdict < VERDICT_UNWANTED || verdict > VERDICT_UNDECIDED)
		return -EINVAL;
	atomic_store(&s->verdict, verdict);
	return 0;
}

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
	return (int32_t)(what == 0 ? s->seen_count : what == 1 ? s->task_count : s->stalls);
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
	control_end(s);
	signals_forget(s);
	sessions[handle] = NULL;
	spawn_free(s);
	tampering_free(s);
	stack_free(s);
	plans_free(s);
	targets_free(s);
	dump_free(&s->dumps);
	socket_free(&s->sockets);
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
