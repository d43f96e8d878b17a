/* Wait status -> kind of stop, and the order of seccomp and syscall stops; pure, tested for both orders. */
#define _GNU_SOURCE
#include "stop.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define EVENT_STOP 128 /* PTRACE_EVENT_STOP; an enumerator of linux/ptrace.h, which clashes with sys/ptrace.h */

struct stop stop_classify(int status)
{
	struct stop stop = { STOP_OTHER, 0, false };
	if (WIFEXITED(status))
		return (struct stop){ STOP_EXITED, WEXITSTATUS(status), false };
	if (WIFSIGNALED(status))
		return (struct stop){ STOP_KILLED, WTERMSIG(status), WCOREDUMP(status) };
	stop.sig = WSTOPSIG(status);
	switch ((unsigned)status >> 16) {
	case 0:
		stop.kind = stop.sig == (SIGTRAP | 0x80) ? STOP_SYSCALL : STOP_SIGNAL;
		break;
	case PTRACE_EVENT_SECCOMP:
		stop.kind = STOP_SECCOMP;
		break;
	case PTRACE_EVENT_EXEC:
		stop.kind = STOP_EXEC;
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		stop.kind = STOP_CHILD;
		break;
	case PTRACE_EVENT_EXIT:
		stop.kind = STOP_EXIT;
		break;
	case EVENT_STOP:
		stop.kind = stop.sig == SIGSTOP || stop.sig == SIGTSTP || stop.sig == SIGTTIN || stop.sig == SIGTTOU ? STOP_GROUP : STOP_TRAP;
		break;
	}
	return stop;
}

enum call_effect stop_effect(bool old_order, enum stop_kind kind, uint8_t op, bool governed, uint32_t *flags)
{
	if (kind == STOP_SECCOMP) {
		/* A RET_TRACE of the tracee's own filter stops it, too: that tells nothing about ours. */
		if (governed)
			*flags |= CALL_FILTERED;
		if (old_order) {
			*flags |= CALL_ENTRY_COMES;
			return CALL_NOTHING;
		}
		/* Under PTRACE_SYSCALL the entry stop of this call has been seen already. */
		if (*flags & CALL_INSIDE)
			return CALL_NOTHING;
		*flags |= CALL_INSIDE;
		return CALL_ENTERS;
	}
	*flags &= ~(uint32_t)CALL_ENTRY_COMES;
	if (op == 1) {
		*flags |= CALL_INSIDE;
		return CALL_ENTERS;
	}
	if (op == 2 && *flags & CALL_INSIDE) {
		*flags &= ~(uint32_t)CALL_INSIDE;
		return CALL_EXITS;
	}
	return CALL_NOTHING; /* the exit of a call whose entry was not seen (attached inside it) */
}

bool stop_may_run(uint32_t *flags)
{
	if (!(*flags & CALL_FILTERED) || *flags & CALL_ENTRY_COMES)
		return false;
	if (*flags & CALL_INSIDE) {
		if (*flags & CALL_RECORDED)
			return false;
		*flags &= ~(uint32_t)CALL_INSIDE;
	}
	return true;
}
