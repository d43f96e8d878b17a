/*
 * The record: what the tracer thread says about one event, and the ring that carries records.
 * Little endian, 8-aligned, self-contained. Twin: src/record/layout.ts (a test compares the two).
 */
#ifndef TSTRACE_RECORD_H
#define TSTRACE_RECORD_H

#include <stddef.h>
#include <stdint.h>

enum record_event {
	EV_ENTER = 1,      /* a system call begins: nr, args; regions of the entering plan. restart_syscall: args[0] = 1 + number
	                    * of the call that goes on, 0 when that is not known; rt_sigreturn: args[0] = the stack pointer */
	EV_EXIT = 2,       /* it ends: ret (raw, -errno on error with RF_ERROR), args of the entry repeated; exiting plan */
	EV_SIGNAL = 3,     /* signal-delivery-stop: nr = signal, region site 0 = the siginfo (128 bytes) if it could be had;
	                    * CF_COMM: region SITE_SENDER at address si_pid = the comm of that process, if there is one;
	                    * signal_paths: region SITE_SIGNAL_FD at address si_fd = what OP_FDPATH tells of it */
	EV_STOPPED = 4,    /* group-stop: nr = the stopping signal */
	EV_EXITED = 5,     /* the task is gone: ret = exit code */
	EV_KILLED = 6,     /* the task is gone: nr = signal, RF_CORE if it dumped core */
	EV_TASK = 7,       /* a task is traced from here on: args[0] = enum task_origin, args[1] = its thread group,
	                    * args[2] = number of threads (ATTACHED), task that made it or 0 (CHILD); CF_COMM: region 0 = comm */
	EV_DETACHED = 8,   /* the task is no longer traced: args[0] = enum detach_reason, RF_IN_SYSCALL if inside a call */
	EV_SUPERSEDED = 9, /* exec in another thread took this tid over: args[0] = the old tid of that thread */
	EV_MESSAGE = 10,   /* a line of the tracer: nr = enum message_code, ret = errno, args by code, region site 0 = text */
	EV_LOST = 11,      /* the task vanished without a status (a thread that died in exec): args[0] = detach_reason */
	EV_EXEC = 12,      /* a successful exec, before its EV_EXIT: region site 0 = the new comm; only with CF_COMM */
	EV_PERSONALITY = 13,/* the task's calls are of another personality from here on, traced or not: abi */
	EV_RENAMED = 15,   /* a successful PR_SET_NAME, before its EV_EXIT: region site 0 = the new comm; only with CF_COMM */
	EV_STACK = 16,     /* frames of the task's stack, in front of the EV_EXIT, EV_SIGNAL or EV_STOPPED that they belong to; behind the
	                    * EV_ENTER of calls that end or replace the program: args[0] = number of frames, args[1] = 1 when there
	                    * are more, args[2] = 1 with sources; region site 0 = texts that end with a NUL, for each frame: file ("" for
	                    * code in no file), symbol or "", offset in it and address in the file, in hexadecimal; with sources:
	                    * "FILE:LINE" or "", then name and "FILE:LINE" of the call for each function inlined there, then "" */
	EV_ASK = 17,       /* EV_ENTER before its time: is the call wanted? The task waits for tracer_decide; only with CF_ASK */
	EV_DATA = 14       /* behind an EV_EXIT, a piece of a dump: nr = enum dump_kind, args[0] = bytes of the whole buffer, or
	                    * number of buffers, args[1] = index, args[2] = offset of the piece in the buffer; region site 0 = bytes */
};

enum record_flag {
	RF_ERROR = 1,          /* EV_EXIT: the kernel says the call failed (is_error) */
	RF_TAMPERED = 2,       /* EV_EXIT: the result was injected */
	RF_DELAYED = 4,        /* the call was delayed by a rule */
	RF_TRUNCATED = 8,      /* capture ended early: the record budget was used up */
	RF_ENTRY_UNKNOWN = 16, /* EV_EXIT without an EV_ENTER (attached inside the call) */
	RF_CORE = 32,
	RF_IN_SYSCALL = 64,
	RF_SECCOMP = 128,      /* EV_ENTER: came from a seccomp stop; ret = the 16 data bits of RET_TRACE */
	RF_NO_RET = 256,       /* EV_EXIT: the call has no result (exit seen as death of the task) */
	RF_HAS_INFO = 512,     /* EV_SIGNAL: the siginfo region is there */
	RF_SPAWNED = 1024,     /* the task is the command that tstrace started */
	RF_POKED = 2048,       /* EV_EXIT: memory of its arguments was injected */
	RF_DECIDED = 4096      /* EV_ENTER: that the call is wanted has been decided (EV_ASK, or a decision plan) */
};

enum dump_kind {
	DUMP_PLAIN = 0,  /* bytes */
	DUMP_BUFFER = 1, /* a buffer of a vector begins; its bytes follow in records of their own */
	DUMP_VECTOR = 2, /* a vector of buffers begins (sendmmsg, recvmmsg) */
	DUMP_LOST = 3    /* args[1] bytes at address args[2] cannot be read, though those before them could */
};

enum task_origin { ORIGIN_SPAWNED = 0, ORIGIN_ATTACHED = 1, ORIGIN_CHILD = 2, ORIGIN_THREAD = 3, ORIGIN_ADOPTED = 4 /* the command, under -D */ };
enum detach_reason { DETACH_INTERRUPT = 0, DETACH_EXECVE = 1, DETACH_LIMIT = 2, DETACH_GONE = 3 };

struct record {
	uint32_t size;         /* of the whole record, a multiple of 8 */
	uint16_t event;        /* enum record_event */
	uint16_t flags;        /* enum record_flag */
	uint32_t tid;
	uint16_t abi;          /* 0 x86_64, 1 i386, 2 x32 */
	uint16_t nregions;
	uint32_t realtime[2];  /* CLOCK_REALTIME, seconds and nanoseconds, taken at the stop; 0 unless CF_TIMES */
	uint32_t monotonic[2]; /* CLOCK_MONOTONIC, likewise */
	uint32_t nr;           /* number of the call without the x32 bit; or a signal, or a message code */
	uint32_t arch;         /* AUDIT_ARCH_* */
	uint64_t ip;           /* 0 where it is not known; with CF_IP also that of signals, group-stops and exec */
	int64_t ret;
	uint64_t stime_ns;     /* EV_ENTER, EV_EXIT: system CPU time of the task so far; 0 unless CF_STIME */
	uint64_t args[6];      /* in events that are no calls, args[5] is the number of the task's last call, with the x32 bit */
	/* struct region regions[nregions]; then the captured bytes */
};

/* One captured range. (site, addr) is the key under which a decoder finds it. */
struct region {
	uint64_t addr;   /* address in the tracee; the descriptor for OP_FDPATH */
	uint32_t offset; /* of the bytes, from the start of the record, a multiple of 8 */
	uint32_t len;    /* bytes captured */
	uint32_t want;   /* bytes asked for (OP_ZMEM: len when the terminator was found, else the cap) */
	uint16_t site;   /* number of the describing node, given by the plan */
	uint16_t err;    /* 0, or the errno that ended the read early */
	uint64_t aux;    /* OP_ZMEM: 1 when the terminator was found; else 0 */
};

_Static_assert(sizeof(struct record) == 112, "record header");
_Static_assert(offsetof(struct record, nr) == 32, "record.nr");
_Static_assert(offsetof(struct record, ret) == 48, "record.ret");
_Static_assert(offsetof(struct record, args) == 64, "record.args");
_Static_assert(sizeof(struct region) == 32, "region");
_Static_assert(offsetof(struct region, site) == 20, "region.site");

/*
 * The ring: one control page, then the data area mapped twice in a row (a memfd), so that a record is always
 * contiguous. Positions count bytes for ever; an offset is position & (ring_bytes - 1).
 */
struct ring_control {
	_Atomic uint64_t written; /* producer */
	char pad0[56];
	_Atomic uint64_t read;    /* consumer */
	char pad1[56];
	_Atomic uint32_t data_word;  /* futex: bumped by the producer when the consumer must wake */
	_Atomic uint32_t space_word; /* futex: bumped by the consumer when the producer waits for room */
	_Atomic uint32_t consumer_waits;  /* bytes wanted by a sleeping consumer, 0 when it is awake */
	_Atomic uint32_t producer_waits;
	_Atomic uint32_t request;    /* plan request: 0, or 1 + (abi << 16 | nr); | REQUEST_KEYED: which variant? */
	_Atomic uint32_t done;       /* 1 after the last record */
	uint32_t request_key[2];     /* with REQUEST_KEYED: the words of the arguments that choose the variant */
};

/* Site of the name of the process that sent a signal (EV_SIGNAL): no plan has so many sites. */
#define SITE_SENDER 255
/* Site of the path of the descriptor that a signal is about. */
#define SITE_SIGNAL_FD 254
#define REQUEST_KEYED 0x40000000U
#define RING_CONTROL_BYTES 4096

#endif
