/* Wait statuses and the order of stops, as pure functions: what happened, what it means for the call, how to go on. */
#ifndef TSTRACE_STOP_H
#define TSTRACE_STOP_H

#include <stdbool.h>
#include <stdint.h>

enum stop_kind {
	STOP_EXITED = 1,  /* gone: sig = exit code */
	STOP_KILLED = 2,  /* gone: sig = signal, core tells of a dump */
	STOP_SYSCALL = 3, /* syscall-stop (TRACESYSGOOD) */
	STOP_SECCOMP = 4, /* PTRACE_EVENT_SECCOMP */
	STOP_EXEC = 5,
	STOP_CHILD = 6,   /* fork, vfork or clone: the event message is the child */
	STOP_EXIT = 7,    /* PTRACE_EVENT_EXIT: about to die */
	STOP_GROUP = 8,   /* group-stop (seized tracees): sig = the stopping signal */
	STOP_TRAP = 9,    /* PTRACE_EVENT_STOP otherwise: PTRACE_INTERRUPT, a new child's first stop, end of a group-stop */
	STOP_SIGNAL = 10, /* signal-delivery-stop: sig must be injected on restart */
	STOP_OTHER = 11   /* an event that was not asked for (vfork-done …) */
};

struct stop {
	enum stop_kind kind;
	int sig;
	bool core;
};

/* A wait status of a seized tracee with PTRACE_O_TRACESYSGOOD. */
struct stop stop_classify(int status);

/* What a task's call looks like between stops; kept in task.flags under the same names. */
enum call_flag {
	CALL_INSIDE = 1,       /* between the entering and the exiting stop */
	CALL_RECORDED = 2,     /* its entering record was written */
	CALL_FILTERED = 4,     /* the task carries our filter: outside calls it may run with PTRACE_CONT */
	CALL_ENTRY_COMES = 8,  /* before 4.8: the seccomp stop was seen, the entry stop follows */
};

enum call_effect { CALL_NOTHING = 0, CALL_ENTERS = 1, CALL_EXITS = 2 };

/*
 * A syscall-stop or seccomp stop: op is what PTRACE_GET_SYSCALL_INFO says (0 none, 1 entry, 2 exit, 3 seccomp), governed
 * whether the task can carry our filter at all. Changes *flags; says what the stop means.
 */
enum call_effect stop_effect(bool old_order, enum stop_kind kind, uint8_t op, bool governed, uint32_t *flags);

/*
 * After the stop was handled: true when the task may run with PTRACE_CONT until the filter stops it, false when it must
 * be stopped at the next syscall-stop. A call without a record needs no exiting stop under the filter.
 */
bool stop_may_run(uint32_t *flags);

#endif
