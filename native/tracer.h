/*
 * The exported surface of libtstrace. Every function returns int32 (>= 0, or -errno) so that the FFI stays trivial;
 * structured arguments travel in one byte buffer. Twin: src/binding/library.ts.
 */
#ifndef TSTRACE_TRACER_H
#define TSTRACE_TRACER_H

#include <stdint.h>

#pragma GCC visibility push(default)

/* UNDECIDED: it is recorded, but not tampered with. NONE: nobody has been asked; the consumer will decide. */
enum verdict { VERDICT_UNWANTED = 0, VERDICT_WANTED = 1, VERDICT_UNDECIDED = 2, VERDICT_NONE = 3 };

enum config_flag {
	CF_FOLLOW = 1,        /* trace children (PTRACE_O_TRACE{FORK,VFORK,CLONE}) */
	CF_SECCOMP = 2,       /* the spawned command carries a RET_TRACE filter; PTRACE_O_TRACESECCOMP */
	CF_TIMES = 4,         /* fill realtime_ns and monotonic_ns */
	CF_STIME = 8,         /* fill stime_ns */
	CF_SYNC = 16,         /* restart a tracee only when the consumer has released the records so far (a terminal) */
	CF_EXITKILL = 32,     /* PTRACE_O_EXITKILL on all tracees */
	CF_COMM = 64,         /* EV_EXEC with comm; comm in EV_TASK (region site 0) */
	CF_DETACH_ON_EXEC = 256, /* -b execve */
	CF_PIDNS = 4096,      /* with a signal, our own id of its sender where the tracee sees another */
	CF_ASK = 8192,        /* before a call is tampered with the consumer says whether it is wanted (EV_ASK) */
	CF_DECIDE = 16384,    /* calls may have decision plans (tracer_set_decision): what they say no to makes no records */
	CF_IP = 512,          /* the instruction pointer of stops that are no calls, too: one request more at each */
	CF_SHARED = 2048,     /* the trace goes to standard error: before a call that writes to the same file, what was recorded is released */
	CF_OLD_SECCOMP = 1024 /* pre-4.8 kernel order: the seccomp stop precedes the syscall-entry-stop */
};

struct tracer_config {
	uint32_t version;     /* TRACER_CONFIG_VERSION */
	uint32_t flags;       /* enum config_flag */
	uint32_t ring_bytes;  /* power of two, >= 65536 */
	int32_t pin_cpu;      /* tracer thread and spawned tracee are pinned to this CPU; -1: steered (steer.c), -2: neither */
	uint32_t interruptible; /* strace's -I: 1..4 */
	uint32_t signal_paths;  /* SIGIO's descriptor is told in EV_SIGNAL: enum path_mode of plan.h, | TRACER_SIGNAL_PATHS */
	uint32_t reserved[2];
};

#define TRACER_CONFIG_VERSION 1
#define TRACER_SIGNAL_PATHS 0x80000000U
/* Numbers, far behind i386's own, of the calls that its multiplexers socketcall and ipc carry: base plus first argument. */
#define TRACER_SOCKETCALL 0x300
#define TRACER_IPC 0x320
#define TRACER_CARRIED_END 0x340
/* A program's own call by such a number, which i386 does not have, is that much higher. */
#define TRACER_DISPLACED 0x10000000
#define TRACER_MAX_NR 1024    /* numbers above it are always traced, with empty plans */

/* Creates a session (ring mapped, thread not yet started); returns its handle, a small number. */
int32_t tracer_create(const uint8_t *config, int32_t len);
/* Address of the ring's control page; the data area (twice ring_bytes) follows it. */
void *tracer_ring(int32_t handle);
/* traced: 3 x TRACER_MAX_NR bytes, one for each ABI and number: enum traced_bit. */
enum traced_bit {
	TRACED = 1,
	TRACED_WRITES_SHIFT = 4 /* from here: 1 + the argument that is the descriptor to which the call writes, 0 none */
};
int32_t tracer_set_traced(int32_t handle, const uint8_t *traced, int32_t len);
/* Plans of one call: entering then exiting instructions. Verified here; -EINVAL with a text in tracer_error. */
int32_t tracer_set_plan(int32_t handle, int32_t abi, int32_t nr, const uint8_t *insns, int32_t enter_count, int32_t exit_count);
/*
 * Instead of tracer_set_plan, for calls whose arguments differ by the values of one or two of them: the low words of
 * registers `first` (under `mask`) and `second` (-1: none; 6 to 11: the high word of register 0 to 5) are the key. Each key that occurs is then asked for, with
 * REQUEST_KEYED. tracer_set_variant gives the plans of variant number `variant`, which must be the next new one;
 * tracer_choose answers the request: this key means that variant.
 */
int32_t tracer_set_select(int32_t handle, int32_t abi, int32_t nr, int32_t first, int32_t mask, int32_t second);
int32_t tracer_set_variant(int32_t handle, int32_t abi, int32_t nr, int32_t variant, const uint8_t *insns, int32_t enter_count,
			   int32_t exit_count);
int32_t tracer_choose(int32_t handle, int32_t abi, int32_t nr, int32_t variant);
/*
 * With CF_DECIDE, before the plans of the same call are given: a decision plan, by which the tracer thread knows itself whether
 * the call is wanted; without instructions it never is. With CF_ASK, a call that has none is asked about.
 */
int32_t tracer_set_decision(int32_t handle, int32_t abi, int32_t nr, const uint8_t *insns, int32_t count);
/*
 * What decision plans look for, before tracer_start, once: u32 how descriptors are meant (0 none, 1 those listed, 2 all but
 * those), u32 their number, u32 number of paths; the descriptors, each an int32; for each path u32 length and its bytes.
 */
int32_t tracer_set_targets(int32_t handle, const uint8_t *block, int32_t len);
/*
 * Gives the command to start (see spawn.h for the packed layout); it runs when the tracer thread starts.
 * tracer_attach queues a pid (with all its threads if CF_FOLLOW). tracer_start starts the thread, performs both, and
 * returns 0 or the first hard error.
 */
int32_t tracer_spawn(int32_t handle, const uint8_t *spec, int32_t len);
/* -D: in place of tracer_spawn, the process that waits in tracer_become is taken for the command. */
int32_t tracer_adopt(int32_t handle, int32_t pid, int32_t ready);
int32_t tracer_attach(int32_t handle, int32_t pid);
int32_t tracer_start(int32_t handle);
/*
 * Releases `consumed` bytes, then waits until min_bytes are there, or flush_ms have passed since the first byte, or the
 * tracer waits for room, or all has been said. Returns bytes available (> 0); NEXT_DONE; NEXT_REQUEST (tracer_request
 * tells which plan; the tracer waits for it). With a negative flush_ms it waits -flush_ms at most: 0 when nothing came.
 */
int32_t tracer_next(int32_t handle, int32_t consumed, int32_t min_bytes, int32_t flush_ms);
enum next_code { NEXT_DONE = -1000, NEXT_REQUEST = -1001 };
/*
 * The pending plan request: abi << 16 | nr, or -1; with REQUEST_KEYED (1 << 30) the variant of a key is wanted. -1 after
 * NEXT_REQUEST, too: it was taken back, or was for a call that had just been given ahead, and is answered.
 */
int32_t tracer_request(int32_t handle);
/* A word of the request's key: 0 the first, 1 the second. */
int32_t tracer_request_key(int32_t handle, int32_t which);
/* Installs handlers (HUP INT QUIT PIPE TERM, by the -I mode) that end the session: detach, or kill the spawned command. */
int32_t tracer_signals(int32_t handle, int32_t mode, int32_t ignored);
/* The signal that ended the session, or 0. */
int32_t tracer_interrupted(int32_t handle);
/*
 * Ends the session from outside, as the signal would: it is passed to the command, and every task is detached. sig 0:
 * detaches only. Tasks that must not outlive the tracer (CF_EXITKILL; under the filter) are killed in both cases; SIGKILL
 * kills, beside the command, all that it made and that are traced.
 */
int32_t tracer_interrupt(int32_t handle, int32_t sig);
/*
 * Lets a descriptor end the session, once: a byte read from it is taken as tracer_interrupt takes `sig`; its end, as this
 * `sig`. For a host that is blocked in tracer_next, or in writing what it got.
 */
int32_t tracer_control(int32_t handle, int32_t fd, int32_t sig);
/* Wait status of the spawned command (as waitpid gives it), or -1. */
int32_t tracer_status(int32_t handle);
/* Counters: 0 tracees seen so far, 1 tracees now, 2 how often the tracer had to wait because the ring was full. */
int32_t tracer_stat(int32_t handle, int32_t what);
/* Nobody reads any more: what comes is thrown away, the tracer never waits for room. */
int32_t tracer_abandon(int32_t handle);
/* The answer to an EV_ASK, before its record is released: enum verdict. */
int32_t tracer_decide(int32_t handle, int32_t verdict);
/* Joins the thread and frees everything; every tracee is detached or gone by then. */
int32_t tracer_destroy(int32_t handle);
/* Text of the last error of this handle (or of creation, handle -1) into buf; returns its length. */
int32_t tracer_error(int32_t handle, uint8_t *buf, int32_t len);
/* The kernel's order of seccomp and syscall-entry stops: 1 = 4.8 and later, 2 = before; negative: unavailable, see tracer_error(-1). */
int32_t tracer_probe_seccomp(void);
/* Whether the kernel has PTRACE_GET_SYSCALL_INFO: 0, or -errno. Without it, registers tell the same. */
int32_t tracer_probe_info(void);
/*
 * The seccomp filters of a running process, the newest first: { u32 count, struct sock_filter[count] } each. Returns the
 * bytes used, or -errno (EPERM: it has a tracer, EACCES: no CAP_SYS_ADMIN, EINVAL: it has no filter, ENOSPC).
 */
int32_t tracer_seccomp_filters(int32_t pid, uint8_t *out, int32_t len);
/* The families of generic netlink, a line "NUMBER NAME\n" for each, as many as there is room for. Returns the bytes used, or -errno. */
int32_t tracer_generic_families(uint8_t *out, int32_t len);
/* -e inject=: rules as tamper.h lays them out; before tracer_start, once. */
int32_t tracer_set_tampering(int32_t handle, const uint8_t *block, int32_t len);
/*
 * -k: stacks of at most `limit` frames, with files, lines and inlined functions where `source` is not 0; before
 * tracer_start. -ENOENT with the reason in tracer_error where libdw is not installed.
 */
int32_t tracer_set_stacks(int32_t handle, int32_t limit, int32_t source);
/* Ends this process by a signal, as its tracee ended; no core file is left. */
int32_t tracer_die(int32_t sig);
/* Ends this process at once, by _exit(2): nothing of the host's is torn down. Does not return. */
int32_t tracer_exit(int32_t status);
/*
 * -D, in the process that was called: starts the tracer's program (a spec of spawn.h) as a grandchild, mode 2 in a
 * process group, 3 in a session of its own; the variable TSTRACE_DAEMON="PID FD" is added to its environment. Returns a
 * descriptor for tracer_become, which waits until the tracer is there, then turns this process into the command; it
 * returns only when there is no tracer.
 */
int32_t tracer_daemonize(const uint8_t *spec, int32_t len, int32_t mode);
int32_t tracer_become(const uint8_t *spec, int32_t len, int32_t ready);
/*
 * Starts a program (a spec of spawn.h) with a pipe as its standard input; returns the descriptor to write to. One at a
 * time; tracer_pipe_finish closes the descriptor and waits until the program has ended.
 */
int32_t tracer_pipe(const uint8_t *spec, int32_t len);
int32_t tracer_pipe_finish(void);
/* The name of a network interface, without a NUL; bytes. */
int32_t tracer_interface_name(int32_t index, uint8_t *out, int32_t len);
/* Runs a plan over a memory image, for tests: spec holds registers, plan and ranges; the record comes out in out. */
int32_t capture_run_for_test(const uint8_t *spec, int32_t spec_len, uint8_t *out, int32_t out_len);
/* The verifier alone: 0, or -EINVAL with the reason in tracer_error(-1). */
int32_t plan_verify_for_test(const uint8_t *insns, int32_t count);

#pragma GCC visibility pop

#endif
