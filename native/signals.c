/* Interruption: handlers in the host set a flag and kick the tracer thread out of its wait. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

static struct session *interrupted_session;
static _Atomic int pending;

static void on_kick(int sig)
{
	(void)sig; /* its only work is to end a wait4 with EINTR */
}

int signals_prepare(void)
{
	struct sigaction sa = { .sa_handler = on_kick };
	sigemptyset(&sa.sa_mask);
	if (sigaction(KICK_SIGNAL, &sa, NULL) != 0)
		return -errno;
	/*
	 * Every stop of a tracee raises SIGCHLD in us. With SA_NOCLDSTOP it does not, which saves waking the main thread;
	 * a host that has a handler of its own keeps it.
	 */
	struct sigaction old;
	if (sigaction(SIGCHLD, NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
		old.sa_flags |= SA_NOCLDSTOP;
		sigaction(SIGCHLD, &old, NULL);
	}
	return 0;
}

void signals_kick(struct session *s)
{
	if (s->thread_tid)
		syscall(SYS_tgkill, getpid(), s->thread_tid, KICK_SIGNAL);
}

static void on_interrupt(int sig)
{
	int saved = errno;
	struct session *s = interrupted_session;
	atomic_store(&pending, sig);
	if (s) {
		int none = 0;
		atomic_compare_exchange_strong(&s->interrupt, &none, 1 + sig);
		signals_kick(s);
	}
	errno = saved;
}

/*
 * -I: 1 any time, 2 while waiting (the same for us: handlers only set a flag), 3 fatal signals are ignored,
 * 4 those and SIGTSTP.
 */
int32_t tracer_signals(int32_t handle, int32_t mode)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	interrupted_session = s;
	struct sigaction sa;
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = mode >= 3 ? SIG_IGN : on_interrupt;
	for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++) {
		/* A broken pipe is an error of the write that met it, never a signal. */
		if (fatal[i] == SIGPIPE)
			continue;
		if (sigaction(fatal[i], &sa, NULL) != 0)
			return -errno;
	}
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGTTOU, &ignore, NULL);
	sigaction(SIGTTIN, &ignore, NULL);
	if (mode == 4)
		sigaction(SIGTSTP, &ignore, NULL);
	return 0;
}

int32_t tracer_die(int32_t sig)
{
	struct rlimit none = { 0, 0 };
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t one;
	setrlimit(RLIMIT_CORE, &none);
	sigaction(sig, &sa, NULL);
	sigemptyset(&one);
	sigaddset(&one, sig);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	raise(sig);
	return 0;
}
