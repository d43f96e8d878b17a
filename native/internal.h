/* What the parts of the library share: sessions, tasks, and the calls between them. */
#ifndef TSTRACE_INTERNAL_H
#define TSTRACE_INTERNAL_H

#include <linux/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"
#include "record.h"
#include "tracer.h"

#define ABI_COUNT 3
#define ERROR_BYTES 512
#define MAX_SESSIONS 64
#define MAX_ATTACH 4096

/* Linux 5.3: PTRACE_GET_SYSCALL_INFO; declared here since libc headers differ. */
struct syscall_info {
	uint8_t op; /* 0 none, 1 entry, 2 exit, 3 seccomp */
	uint8_t pad[3];
	uint32_t arch;
	uint64_t ip;
	uint64_t sp;
	union {
		struct {
			uint64_t nr;
			uint64_t args[6];
			uint32_t ret_data;
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
};

/* The plans of one call; insns holds the entering ones, then the exiting ones. */
struct plan_slot {
	struct plan_insn *insns;
	uint32_t enter_count, exit_count;
	bool known;
};

enum task_flag {
	TASK_IN_SYSCALL = 1,    /* between the entering and the exiting stop */
	TASK_RECORDED = 2,      /* its entering record was written */
	TASK_HIDDEN = 4,        /* the command before its first execve: nothing is shown */
	TASK_STARTING = 8,      /* seized, its first stop has not come yet */
	TASK_FILTERED = 16,     /* carries our filter: may run with PTRACE_CONT outside calls */
	TASK_SPAWNED = 32,
	TASK_ATTACHED = 64,     /* named by -p */
	TASK_DETACHING = 128,   /* interrupted in order to be detached */
	TASK_ANNOUNCED = 256,   /* its EV_TASK was written */
	TASK_SKIP_EXIT = 512,   /* inside a call whose entry was not seen */
	TASK_SECCOMP_ENTRY = 1024, /* pre-4.8 order: the entry stop follows the seccomp stop */
};

/* One traced thread. */
struct task {
	struct task *next; /* in its hash chain */
	pid_t tid;
	pid_t tgid;        /* 0 until it is asked for */
	uint32_t flags;
	uint16_t abi;
	uint32_t nr;
	uint32_t arch;
	uint64_t args[6];
	int mem_fd;        /* /proc/TID/mem, or -1 */
	uint64_t stime_ns;
	uint64_t ip;
};

#define TASK_BUCKETS 1024

struct session {
	struct tracer_config config;
	/* ring */
	struct ring_control *control;
	uint8_t *data;
	uint64_t mask;
	uint64_t written;      /* the producer's own copy */
	uint64_t published;
	/* plans */
	uint8_t traced[ABI_COUNT][TRACER_MAX_NR];
	struct plan_slot plans[ABI_COUNT][TRACER_MAX_NR];
	/* start */
	uint8_t *spawn_spec;
	int32_t spawn_len;
	struct spawn_memory *spawn_memory;
	pid_t attach[MAX_ATTACH];
	int32_t attach_count;
	/* the thread */
	pthread_t thread;
	pid_t thread_tid;
	bool started;
	_Atomic int interrupt;      /* 0, or 1 + the signal that asked for the end */
	_Atomic int abandon;        /* the consumer is gone: records are thrown away */
	_Atomic int status;         /* wait status of the command, -1 */
	_Atomic int interrupted_by;
	/* tasks */
	struct task *tasks[TASK_BUCKETS];
	uint32_t task_count;
	uint32_t seen_count;
	pid_t command;
	bool ending;                /* tasks are being detached */
	uint64_t deadline_ns;       /* while ending: what has not stopped by then is let go */
	char error[ERROR_BYTES];
};

/* api.c */
void session_error(struct session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void global_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct session *session_of(int32_t handle);

/* ring.c */
int ring_map(struct session *s);
void ring_unmap(struct session *s);
/* Room for a record of at most `bytes`; waits for the consumer. NULL when the record must be dropped (consumer gone). */
struct record *ring_reserve(struct session *s, uint32_t bytes);
void ring_commit(struct session *s, struct record *r);
/* Makes committed records visible, and wakes the consumer when it wants to know. */
void ring_publish(struct session *s);
void ring_finish(struct session *s);
void ring_drain(struct session *s);
int ring_futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms);
void ring_futex_wake(_Atomic uint32_t *word);

/* memory.c */
size_t memory_read(struct task *t, uint64_t addr, void *out, size_t len, int *err);
void memory_forget(struct task *t);

/* verify.c */
int plan_check(const struct plan_insn *insns, uint32_t count, bool exiting, char *why, size_t why_len);

/* capture.c */
struct capture_source {
	size_t (*read)(void *context, uint64_t addr, void *out, size_t len, int *err);
	size_t (*path)(void *context, int32_t fd, uint32_t mode, char *out, size_t len);
	size_t (*comm)(void *context, int32_t pid, char *out, size_t len);
	void *context;
};
/* Runs a plan; regions and bytes go behind the record's header. `room`: bytes that the record may take in all. */
void capture_run(const struct plan_insn *insns, uint32_t count, const uint64_t args[6], int64_t ret, bool failed,
		 const struct capture_source *source, struct record *r, uint32_t room);
void capture_append(struct record *r, uint16_t site, uint64_t addr, const void *bytes, uint32_t len);

/* task.c */
struct task *task_find(struct session *s, pid_t tid);
struct task *task_add(struct session *s, pid_t tid, uint32_t flags);
void task_remove(struct session *s, struct task *t);
void task_rename(struct session *s, struct task *t, pid_t tid);

/* events.c */
struct record *event_begin(struct session *s, uint16_t event, const struct task *t, uint32_t extra);
void event_end(struct session *s, struct record *r);
void event_simple(struct session *s, uint16_t event, const struct task *t, uint32_t nr, int64_t ret, uint16_t flags, uint64_t arg0);
void event_message(struct session *s, pid_t tid, uint32_t code, int err, uint64_t arg0, const char *text);

/* spawn.c, attach.c, loop.c, seccomp.c */
int spawn_command(struct session *s);
int spawn_exec_error(struct session *s);
void spawn_free(struct session *s);
int attach_all(struct session *s, pid_t pid);
uint32_t trace_options(const struct session *s);
void *tracer_main(void *session);
int syscall_stop(struct session *s, struct task *t, bool seccomp);
const struct plan_slot *plan_for(struct session *s, uint16_t abi, uint32_t nr);

/* signals.c */
void signals_kick(struct session *s);
int signals_prepare(void);
#define KICK_SIGNAL 40

/* Message codes of EV_MESSAGE. Twin: src/trace/messages.ts. */
enum message_code {
	MSG_ATTACH_FAILED = 1,  /* ret = errno; args[0] = tracer pid when known; tid */
	MSG_EXEC_FAILED = 2,    /* ret = errno */
	MSG_TEXT = 3,           /* region 0 = the text */
	MSG_UNTRACED_CHILD = 4, /* a child made with CLONE_UNTRACED carries the filter */
};

#endif
