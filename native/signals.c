/* Interruption: handlers in the host set a flag and kick the tracer thread out of its wait. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* A kick may come between the thread's check of the flag and its wait, where it is lost: so it comes again and again. */
#define KICK_NS 4000000L

static _Atomic(struct session *) interrupted_session;

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

/* A timer of the calling thread's: when it comes, a wait of that thread ends. */
bool signals_kick_timer(timer_t *timer)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = KICK_SIGNAL };
	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	return timer_create(CLOCK_MONOTONIC, &event, timer) == 0;
}

void signals_begin(struct session *s)
{
	/* Everything but the kick is blocked: signals of the host are its main thread's business. */
	sigset_t mask;
	sigfillset(&mask);
	sigdelset(&mask, KICK_SIGNAL);
	/*
	 * A tracee's exit raises SIGCHLD for the thread that traces it. The kernel drops it where it is neither handled nor
	 * blocked; a blocked one would be kept, and wake another thread to be dropped there (sig_ignored, kernel/signal.c).
	 */
	struct sigaction host;
	if (sigaction(SIGCHLD, NULL, &host) == 0 && !(host.sa_flags & SA_SIGINFO) &&
	    (host.sa_handler == SIG_DFL || host.sa_handler == SIG_IGN))
		sigdelset(&mask, SIGCHLD);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	/* Without a timer, tracer_next and tracer_destroy kick. */
	if (signals_kick_timer(&s->kicker))
		atomic_store(&s->has_kicker, true);
	atomic_store(&s->thread_tid, (pid_t)syscall(SYS_gettid));
	if (atomic_load(&s->interrupt)) /* asked for before there was a thread to kick */
		signals_kick(s);
}

void signals_end(struct session *s)
{
	atomic_store(&s->thread_tid, 0);
	if (atomic_exchange(&s->has_kicker, false))
		timer_delete(s->kicker);
}

/* Async-signal-safe. */
void signals_kick(struct session *s)
{
	pid_t tid = atomic_load(&s->thread_tid);
	if (!tid)
		return;
	if (atomic_load(&s->has_kicker)) {
		struct itimerspec again = { { 0, KICK_NS }, { 0, 1 } };
		timer_settime(s->kicker, 0, &again, NULL);
	} else
		syscall(SYS_tgkill, getpid(), tid, KICK_SIGNAL);
}

void signals_interrupt(struct session *s, int sig)
{
	int none = 0;
	atomic_compare_exchange_strong(&s->interrupt, &none, 1 + sig);
	signals_kick(s);
}

static void on_interrupt(int sig)
{
	int saved = errno;
	struct session *s = atomic_load(&interrupted_session);
	if (s)
		signals_interrupt(s, sig);
	errno = saved;
}

void signals_forget(struct session *s)
{
	struct session *mine = s;
	atomic_compare_exchange_strong(&interrupted_session, &mine, NULL);
}

static int set_handler(int sig, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };
	sigemptyset(&sa.sa_mask);
	return sigaction(sig, &sa, NULL) == 0 ? 0 : -errno;
}

/* `set`: bit n-1 for signal n, up to 32. */
static bool is_ignored(int32_t set, int sig)
{
	return (uint32_t)set >> (sig - 1) & 1;
}

/*
 * -I: 1 signals end us at once, unless we were started with them ignored; 2 they are taken while waiting (our handlers only
 * set a flag, so they are always taken between two stops); 3 they are ignored; 4 SIGTSTP, too.
 */
int32_t tracer_signals(int32_t handle, int32_t mode, int32_t ignored)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM };
	struct session *s = session_of(handle);
	if (!s)
		return -EBADF;
	atomic_store(&interrupted_session, s);
	s->owns_signals = true;
	for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++) {
		void (*inherited)(int) = is_ignored(ignored, fatal[i]) ? SIG_IGN : SIG_DFL;
		int err = set_handler(fatal[i], mode == 1 ? inherited : mode >= 3 ? SIG_IGN : on_interrupt);
		if (err)
			return err;
	}
	/* Node would open its debugger to whoever asks. */
	set_handler(SIGUSR1, is_ignored(ignored, SIGUSR1) ? SIG_IGN : SIG_DFL);
	/* strace has it for delays, and a stray one does nothing. */
	set_handler(SIGALRM, SIG_IGN);
	set_handler(SIGTTOU, SIG_IGN);
	set_handler(SIGTTIN, SIG_IGN);
	if (mode == 4)
		set_handler(SIGTSTP, SIG_IGN);
	return 0;
}

int32_t tracer_exit(int32_t status)
{
	_exit(status);
}

int32_t tracer_die(int32_t sig)
{
	struct rlimit none = { 0, 0 };
	sigset_t one;
	setrlimit(RLIMIT_CORE, &none);
	set_handler(sig, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, sig);
	pthread_sigmask(SIG_UNBLOCK, &one, NULL);
	raise(sig);
	return 0;
}
