/* What the parts of the library share: sessions, tasks, and the calls between them. */
#ifndef TSTRACE_INTERNAL_H
#define TSTRACE_INTERNAL_H

#include <linux/netlink.h>
#include <linux/types.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "plan.h"
#include "record.h"
#include "stop.h"
#include "tracer.h"

#define ABI_COUNT 3
#define ERROR_BYTES 512
#define MAX_SESSIONS 64
#define MAX_ATTACH 4096

#define GET_SYSCALL_INFO 0x420e
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

/* Both plans of one call, or of one variant of it; insns holds the entering ones, then the exiting ones. */
struct plan {
	struct plan_insn *insns;
	uint32_t enter_count, exit_count;
	uint32_t enter_limit, exit_limit; /* most regions that each can make (capture_limit) */
};

/* What is captured at a call: one pair of plans, or one for each variant that arguments choose (ioctl, setsockopt). */
struct plan_slot {
	struct plan plain;
	struct plan *variants;
	uint32_t variant_count;
	uint32_t mask;      /* of the first word */
	int8_t first, second; /* registers whose low words are the key; second -1: one word only, from 6 on: high words */
	bool selects;
	/* Says whether the call is wanted; NULL: the consumer is asked. */
	struct decision *decision;
	_Atomic bool known;
};

/* A decision plan; without instructions the call is never wanted. */
struct decision {
	uint32_t count, limit;
	struct plan_insn insns[];
};

/* A key that has occurred, and its variant. `call` is 1 + (abi << 16 | nr), 0 in a free entry. */
struct plan_key {
	uint32_t call, first, second, variant;
};
#define PLAN_KEYS 4096 /* a power of two; when no place is near a key's own, all are forgotten and asked for again */
#define PLAN_PROBES 16

/* What else is known of a task; the low bits are call_flag of stop.h. */
enum task_flag {
	TASK_HIDDEN = 16,       /* the command before its first execve: nothing is shown */
	TASK_STARTING = 32,     /* its first stop has not come yet */
	TASK_SPAWNED = 64,      /* the command */
	TASK_ATTACHED = 128,    /* named by -p, or a thread of such a process */
	TASK_DETACHING = 256,   /* interrupted in order to be detached */
	TASK_ANNOUNCED = 512,   /* its EV_TASK was written */
	TASK_DESCENDANT = 1024, /* the command or born of it: has the filter, if there is one */
	TASK_UNTOLD = 16384,    /* a child whose parent's event has not told of it yet */
	TASK_UNSTEERED = 131072, /* where it runs cannot be chosen */
	TASK_OVER = 262144,     /* gone, but not told of yet */
	TASK_IN_CALL = 65536,   /* its next syscall-stop is the exit of a call, whether its entry was seen or not */
	TASK_STACK_TOLD = 32768, /* its stack was told at the entry of the call under way */
	TASK_HALTED = 8192,     /* ending: stopped, to be detached with the others */
	TASK_SPEAKS = 4096,     /* about to write where the trace goes: restarted once its lines are there */
	TASK_FIRST_EXEC = 2048, /* the command until it has executed: -b execve does not count that */
};

/* One traced thread. */
struct task {
	struct task *next; /* in its hash chain */
	struct task *older, *newer; /* in the order in which they came to be traced */
	pid_t tid;
	pid_t tgid;        /* 0 until it is known */
	uint32_t flags;    /* call_flag | task_flag */
	uint16_t abi;
	uint32_t nr;
	uint32_t last_nr;  /* of the last call, with the x32 bit */
	uint32_t arch;
	uint64_t args[6];
	int mem_fd;        /* /proc/TID/mem, or -1 */
	int fd_dir;        /* /proc/TID/fd, or -1 */
	uint32_t fd_looks; /* at its descriptors, so far */
	uint32_t restart;  /* 1 + number of the call that restart_syscall goes on with; 0 unknown */
	pid_t parent;      /* the task that made it, 0 unknown */
	int status;        /* TASK_OVER: its wait status */
	struct task *over_next; /* and the next such task */
	int pending_sig;   /* the signal that it goes on with: TASK_HALTED, or injected at this stop */
	uint64_t stime_ns;
	ino_t pid_namespace; /* once it has mattered; 0 unknown */
	uint64_t ip;       /* at the stop under way, with CF_IP; 0 unknown */
	/* tampering */
	uint32_t *invocations;          /* of each call, from the first that a rule is about */
	const struct tamper_rule *rule; /* that meets the call under way */
	uint64_t resume_ns;             /* until when the task stays stopped; 0: it is not delayed */
	uint16_t tampered;              /* RF_TAMPERED | RF_DELAYED | RF_POKED, of the call under way */
};

#define X32_BIT 0x40000000U
/*
 * From X32_COMPAT on x32's calls are those of 32-bit programs (arch/x86/entry/syscalls/syscall_64.tbl): arguments are
 * words, but for the offsets of two.
 */
#define X32_COMPAT 512U
#define X32_END 548U
#define X32_PREADV 534U
#define X32_PWRITEV 535U
#define TASK_BUCKETS 1024
/* Children that ended before their parent's event told of them: as many are remembered. */
#define MAX_UNTOLD 1024

/* What is to be dumped of the call under way. */
struct dump {
	uint64_t addr, len;
	uint32_t kind, index;
};

struct dump_list {
	struct dump *dumps;
	uint32_t count, room;
	uint32_t buffers, vectors; /* noted so far: indices of the next ones */
	bool ended;                /* a buffer without bytes was met: the rest of its vector is not dumped */
	uint8_t *block;
};

/* Whether tracees may have netlink sockets: it is not known yet, none has, some may. */
enum netlink_state { NETLINK_UNKNOWN, NETLINK_NONE, NETLINK_SOME };

/* How long tasks are held for a consumer that is held up itself, once the session is to end. */
#define STUCK_NS 500000000ULL

/* Records that the ring had no room for when the session was to end: the consumer takes them when the thread has ended. */
struct spill {
	uint8_t *bytes;
	size_t len, room, taken;
	bool reserved; /* the last room given out lies here */
};

struct session {
	struct tracer_config config;
	/* ring */
	struct ring_control *control;
	uint8_t *data;
	uint64_t mask;
	uint64_t written;      /* the producer's own copy */
	uint64_t published;
	struct spill spill;
	bool stuck;            /* the session is to end, and its consumer was waited for long enough */
	/* capture */
	struct dump_list dumps;
	struct socket_cache *sockets;
	enum netlink_state netlink;
	struct tampering *tampering; /* NULL: nothing is tampered with */
	struct targets *targets;     /* of -P and --trace-fds, for decision plans; NULL: none */
	struct unwinder *unwinder;   /* NULL: no stacks are wanted */
	struct steering *steering;   /* NULL: where tasks run is the scheduler's choice */
	/* start */
	uint8_t *spawn_spec;
	int32_t spawn_len;
	struct spawn_memory *spawn_memory;
	pid_t adopt_pid;       /* -D: the process that will become the command, 0 none */
	int adopt_fd;          /* and where to tell it that it is traced */
	int32_t attach_count;
	/* the thread */
	pthread_t thread;
	_Atomic pid_t thread_tid;
	timer_t kicker;         /* kicks the thread again and again once the session is to end */
	_Atomic bool has_kicker;
	bool started;
	_Atomic int interrupt;      /* 0, or 1 + the signal that asked for the end */
	_Atomic int verdict;        /* enum verdict, of the last EV_ASK */
	_Atomic int abandon;        /* the consumer is gone: records are thrown away */
	_Atomic int status;         /* wait status of the command, -1 */
	/* from outside */
	pthread_t controller;
	bool controlled;        /* there is such a thread */
	int control_fd;
	uint8_t control_default; /* the signal that the descriptor's end stands for */
	/* tasks */
	struct task *oldest, *newest;
	struct task *found; /* the last that was looked for; NULL: none */
	struct task *over, **over_end; /* those with TASK_OVER, in the order of their ends */
	uint32_t untold_next;
	uint32_t task_count;
	uint32_t seen_count;
	uint32_t stalls; /* how often the ring was full */
	pid_t command;
	bool owns_signals;          /* tracer_signals was called: the host ends with the session */
	bool ending;                /* tasks are being detached */
	bool others_first;          /* what other tasks stopped for is being served: nobody gives way */
	uint64_t deadline_ns;       /* while ending: what has not stopped by then is let go */
	dev_t shared_dev;           /* CF_SHARED: what standard error is */
	ino_t shared_ino;
	/* The tables come last: after every switch between tracer and tracee each page that a stop touches is looked up anew, so the
	 * rest lies on as few as it can. */
	struct task *tasks[TASK_BUCKETS];
	uint8_t traced[ABI_COUNT][TRACER_MAX_NR];
	struct plan_slot plans[ABI_COUNT][TRACER_MAX_NR];
	struct plan_key plan_keys[PLAN_KEYS];
	pid_t untold[MAX_UNTOLD]; /* a ring; 0: no entry */
	pid_t attach[MAX_ATTACH];
	char error[ERROR_BYTES];
};

/* control.c */
void control_end(struct session *s);
/* api.c */
void session_error(struct session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void global_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct session *session_of(int32_t handle);

/* ring.c */
int ring_map(struct session *s);
void ring_unmap(struct session *s);
/*
 * Room for a record of at most `bytes`, until the next call; waits for the consumer, but not once the session is to end.
 * NULL when the record must be dropped (consumer gone).
 */
struct record *ring_reserve(struct session *s, uint32_t bytes);
void ring_commit(struct session *s, struct record *r);
/* Makes committed records visible, and wakes the consumer when it wants to know. */
void ring_publish(struct session *s);
void ring_finish(struct session *s);
/* For the consumer, when the thread has said all: puts what lies behind the ring into it, as far as there is room. False: nothing. */
bool ring_refill(struct session *s);
/* Waits until the consumer has taken all; once the session is to end, for a while only. */
void ring_drain(struct session *s);
/* The same, but for some time only: the consumer may be held up by a reader of its own. */
void ring_drain_for(struct session *s, int ms);
void ring_wake_consumer(struct session *s);
int ring_futex_wait(_Atomic uint32_t *word, uint32_t value, int timeout_ms);
void ring_futex_wake(_Atomic uint32_t *word);

/* tamper.c */
void tampering_free(struct session *s);
/* The thread ends: its timer goes with it. */
void tampering_end(struct session *s);
/* Whether a rule is about the call, whatever its invocation. */
bool tamper_is_about(const struct session *s, const struct task *t);
/* At the entry of a traced call, before anything of it is captured; at its exit, before its result is, if a rule meets
 * it (t->rule). */
void tamper_at_entry(struct session *s, struct task *t, const struct syscall_info *info);
void tamper_at_exit(struct session *s, struct task *t, struct syscall_info *info);
/* The task is gone. */
void tamper_forget(struct session *s, struct task *t);
/* Lets tasks go whose delay is over; the wait will end when the next one is. */
void tamper_resume(struct session *s, void (*go)(struct session *, struct task *));

/* stack.c, where stacks are wanted */
/* The stack of a stopped task. */
void stack_write(struct session *s, struct task *t);
/* The stack of a call, once: at the entry of those that leave none behind, else at the exit. */
void stack_write_at_entry(struct session *s, struct task *t);
void stack_write_at_exit(struct session *s, struct task *t);
/* The process is gone, or executes another program. */
void stack_forget(struct session *s, pid_t pid);
void stack_free(struct session *s);

/* memory.c */
/* Writes all bytes, also where the tracee itself may not write; false when they cannot be. */
bool memory_write(struct task *t, uint64_t addr, const void *bytes, size_t len);
size_t memory_read(struct task *t, uint64_t addr, void *out, size_t len, int *err);
void memory_forget(struct task *t);

/* plans.c */
/* The plans for a call with these arguments; waits for the consumer when they are not known yet. NULL: none. */
const struct plan *plan_for(struct session *s, uint16_t abi, uint32_t nr, const uint64_t args[6]);
/* How it is decided whether a call is wanted; waits for the consumer when that is not known yet. NULL: it is to be asked. */
const struct decision *decision_for(struct session *s, uint16_t abi, uint32_t nr);
void plans_free(struct session *s);

/* touch.c */
struct targets;
struct capture_source;
/* Whether a path, `len` bytes long, is one of them. */
bool targets_have_path(const struct targets *t, const void *path, size_t len);
/* Whether a descriptor is one of them, or leads to one of their paths; `mode` and `of` as for descriptor_path. */
bool targets_have_descriptor(const struct targets *t, const struct capture_source *source, int32_t fd, uint32_t mode, uint64_t of);
void targets_free(struct session *s);

/* verify.c */
/* `deciding`: a decision plan, which may have operations that others may not. */
int plan_check(const struct plan_insn *insns, uint32_t count, bool deciding, char *why, size_t why_len);

/* capture.c */
/* Where an interpreter gets its bytes from: a tracee, or an image in a test. */
struct capture_source {
	size_t (*read)(void *context, uint64_t addr, void *out, size_t len, int *err);
	/* As descriptor_path. */
	size_t (*path)(const struct capture_source *source, int32_t fd, uint32_t mode, uint64_t of, char *out, size_t len);
	/* As pidns_describe. */
	size_t (*comm)(void *context, int32_t pid, uint32_t how, char *out, size_t len);
	/* As descriptor_netlink. */
	bool (*netlink)(const struct capture_source *source, int32_t fd, uint32_t *protocol);
	void *context;
	struct dump_list *dumps; /* where OP_DUMP notes what is to be dumped; NULL: nowhere */
	struct socket_cache **sockets; /* what is known of sockets; NULL: they are not looked up */
	struct session *session; /* whose task it is; NULL: there is none */
};
/* The most regions that a plan without loops can make; UINT32_MAX with loops. */
uint32_t capture_limit(const struct plan_insn *insns, uint32_t count);
/* Runs a plan; regions and bytes go behind the record's header. `room`: bytes that the record may take in all. */
void capture_run(const struct plan_insn *insns, uint32_t count, uint32_t limit, const uint64_t args[6], int64_t ret, bool failed,
		 const struct capture_source *source, struct record *r, uint32_t room);
/* Runs a decision plan; what it has to look at goes into a record that nobody gets. True: the call is wanted. */
bool capture_decides(const struct plan_insn *insns, uint32_t count, uint32_t limit, const uint64_t args[6], const struct targets *targets,
		     const struct capture_source *source, struct record *scratch, uint32_t room);
void capture_append(struct record *r, uint16_t site, uint64_t addr, const void *bytes, uint32_t len);

/* dump.c */
void dump_note(struct dump_list *list, uint32_t kind, uint64_t addr, uint64_t len);
void dump_write(struct session *s, struct task *t);
void dump_free(struct dump_list *list);

/* task.c */
struct task *task_find(struct session *s, pid_t tid);
struct task *task_add(struct session *s, pid_t tid, uint32_t flags);
void task_remove(struct session *s, struct task *t);
void task_rename(struct session *s, struct task *t, pid_t tid);
/* Whether this child has come and gone already, now that its parent's event tells of it. */
bool task_was_untold(struct session *s, pid_t tid);

/* events.c */
struct record *event_begin(struct session *s, uint16_t event, const struct task *t, uint32_t extra);
void event_end(struct session *s, struct record *r);
void event_simple(struct session *s, uint16_t event, const struct task *t, uint32_t nr, int64_t ret, uint16_t flags, uint64_t arg0);
void event_message(struct session *s, pid_t tid, uint32_t code, int err, uint64_t arg0, const char *text);

/* pidns.c */
/*
 * What `how` (enum pid_what) asks for about a process, by the id that the task knows it by: its name, and behind a newline our
 * own id of it, nothing where that is the same; or its namespaces. Bytes; 0: nothing is known.
 */
size_t pidns_describe(struct task *t, int32_t id, uint32_t how, char *out, size_t len);

/* vcpu.c */
/* At most `len` bytes of the memory that the virtual processor with this name in /proc shares with a task; 0: it has none. */
size_t vcpu_memory(pid_t tid, const char *name, char *out, size_t len);

/* kept.c */
enum kept_kind { KEPT_MEMORY, KEPT_DESCRIPTORS, KEPT_KINDS };
/* Opens a file that stays open for a task; -1: it cannot be, or there are enough of its kind. */
int kept_open(enum kept_kind kind, const char *path, int flags);
/* Closes it, if there is one, and sets it to -1. */
void kept_close(enum kept_kind kind, int *fd);

/* descriptor.c */
/*
 * The path of a descriptor (-100: of the working directory), as /proc/TID/fd tells it; what `mode` (enum path_mode) asks for
 * follows behind a NUL: lines `key:<tab>value`, those of fdinfo and the own ones `device` (`char 1:3`), `comm` (of a pidfd's
 * process), `exists` (the path ends in ` (deleted)` by its name) and those of socket_lines. `of`: whose descriptor, for some
 * modes. Bytes; 0: not known.
 */
size_t descriptor_path(struct task *t, int32_t fd, uint32_t mode, uint64_t of, struct socket_cache **sockets, char *out, size_t len);

/* The task has another id, or is gone. */
void descriptor_forget(struct task *t);

/* Whether a descriptor is a netlink socket, and of which protocol (UINT32_MAX: it is in a namespace that is not seen). */
bool descriptor_netlink(pid_t tid, int32_t fd, struct socket_cache **sockets, uint32_t *protocol);

/* inquiry.c */
/* Takes a message that the kernel answers with; false: it is enough. */
typedef bool netlink_answer_fn(const struct nlmsghdr *h, void *context);
/*
 * Sends a request, whole with its header, and takes what comes back in messages of its type: one message, or all of a dump.
 * Returns 0, or a negative errno when it could not be asked.
 */
int netlink_ask(int protocol, const struct nlmsghdr *request, netlink_answer_fn *take, void *context);

/* netlink.c */
void netlink_begin(struct session *s);
/* A task enters a call: one that could bring a netlink socket is remembered. */
void netlink_note(struct session *s, struct task *t);
/* Whether any task may have a netlink socket. */
bool netlink_possible(struct session *s);

/* socket.c */
/*
 * The lines about the socket that `path` leads to: `socket` (`TCP:[127.0.0.1:1->127.0.0.1:2`, `UNIX:[7`), for netlink
 * `protocol` and `portid`; and last, for a named one of AF_UNIX, `name` with `@` (abstract) or `=` before the name.
 * Bytes with the NUL at the end; 0: nothing is known. `cache` is made when it is needed.
 */
size_t socket_lines(struct socket_cache **cache, const char *path, uint64_t inode, char *out, size_t len);
/* The same of a socket by its inode; `path` leads to it. */
bool socket_netlink(struct socket_cache **cache, const char *path, uint64_t inode, uint32_t *protocol);
void socket_free(struct socket_cache **cache);

/* spawn.c */
int spawn_command(struct session *s);
int spawn_adopt(struct session *s);
int spawn_exec_error(struct session *s);
void spawn_free(struct session *s);

/* attach.c */
int attach_all(struct session *s, pid_t pid);

/* info.c */
/* What a stopped task is about; at a stop that is no call, `op` is 0 and only `ip` and `sp` count. False: it has died. */
bool info_read(struct task *t, enum stop_kind kind, struct syscall_info *info);
/* Remembers what the next stop of a call will be; `op` of a call's own stop as info_read told it, 0: not yet. */
void info_note(struct task *t, enum stop_kind kind, uint8_t op);

/* call.c */
bool call_stop(struct session *s, struct task *t, enum stop_kind kind);
bool call_is_execve(const struct task *t);
bool call_is_exit_group(const struct task *t);
void call_note_restart(struct task *t);
void call_note_ip(const struct session *s, struct task *t);

/* dispatch.c */
bool dispatch(struct session *s, pid_t tid, int status);
/* Tells of tasks whose ends have waited for another: all, or those that need not wait any more. */
void dispatch_over(struct session *s, bool all);
/* Lets delayed tasks go on whose time has come. */
void dispatch_delayed(struct session *s);
/* A record of a task with its name in region 0, where names are wanted. */
void named_event(struct session *s, uint16_t event, struct task *t, uint64_t arg0, uint64_t arg1, uint64_t arg2);
void task_announce(struct session *s, struct task *t, uint64_t origin, uint64_t detail);
void task_say_detached(struct session *s, const struct task *t, uint64_t reason);

/* steer.c */
/* Allows a task (0: the calling thread) one processor; false: it was not changed. */
bool steer_allow_only(pid_t tid, int cpu);
/* In the tracer thread. */
void steer_begin(struct session *s);
void steer_end(struct session *s);
/* Restarts a task: until its next stop of a call (PTRACE_SYSCALL), or of whatever else there is (PTRACE_CONT). */
void steer_restart(struct session *s, struct task *t, bool until_stop, int sig);

/* tracer.c */
uint64_t monotonic_ns(void);
uint32_t trace_options(const struct session *s);
void *tracer_main(void *session);

/* signals.c */
int signals_prepare(void);
/* In the tracer thread: lets it be kicked. */
void signals_begin(struct session *s);
bool signals_kick_timer(timer_t *timer);
void signals_end(struct session *s);
/* From any thread or handler: the session is to end. */
void signals_interrupt(struct session *s, int sig);
void signals_kick(struct session *s);
/* No handler refers to the session any more. */
void signals_forget(struct session *s);
#define KICK_SIGNAL 40

/* Message codes of EV_MESSAGE. Twin: src/trace/messages.ts. */
enum message_code {
	MSG_ATTACH_FAILED = 1,  /* ret = errno; args[0] = tracer pid when known; tid; region 0 = why, when that is known */
	MSG_EXEC_FAILED = 2,    /* ret = errno */
	MSG_TEXT = 3,           /* region 0 = the text */
	MSG_UNTRACED_CHILD = 4, /* a child made with CLONE_UNTRACED carries the filter: its filtered calls fail */
	MSG_POKE_FAILED = 5,    /* tid's memory could not be tampered with: args[0] = index of the argument | nr << 8 | abi << 32 */
};

#endif
