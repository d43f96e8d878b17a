/*
 * A session that is ended from outside while its host is blocked: a thread reads one byte from a descriptor. The byte is
 * the signal to end with, as tracer_interrupt takes it; the end of the file, when whoever holds the other end has gone,
 * stands for a byte that was agreed on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "internal.h"

static void *control_main(void *arg)
{
	struct session *s = arg;
	uint8_t sig = s->control_default;
	ssize_t n;
	do
		n = read(s->control_fd, &sig, 1);
	while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n <= 0)
		sig = s->control_default;
	/* Cancelled from here on, the session would be half told. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	signals_interrupt(s, sig);
	return NULL;
}

int32_t tracer_control(int32_t handle, int32_t fd, int32_t sig)
{
	struct session *s = session_of(handle);
	if (!s || s->controlled || fd < 0 || sig < 0 || sig > 64)
		return -EINVAL;
	s->control_fd = fd;
	s->control_default = (uint8_t)sig;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int err = -pthread_create(&s->controller, NULL, control_main, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	s->controlled = err == 0;
	return err;
}

void control_end(struct session *s)
{
	if (!s->controlled)
		return;
	pthread_cancel(s->controller);
	pthread_join(s->controller, NULL);
	s->controlled = false;
}
