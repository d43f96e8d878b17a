/*
 * Capture plans: the bytecode that says which memory of a tracee goes into a record.
 * Compiled by src/capture/compile.ts, encoded by src/capture/opcode.ts (twin of this file), proven by verify.c,
 * run by capture.c. One plan for the entering and one for the exiting stop of each (ABI, system call).
 *
 * Registers r0-r5 the arguments, r6 the result (exiting only, else 0), r7 zero, r8-r15 scratch; all 64 bits.
 * For i386 and x32 arguments are zero-extended words. Handles h0-h7 are windows on captured regions; a handle
 * that was never filled, or whose capture failed, is empty: OP_LD from it yields 0, OP_EACH does nothing.
 * Capturing at address 0 or with length 0 does nothing and leaves the handle empty.
 * r0-r7 are never written. Jumps go forward only, counted in instructions from the next one.
 */
#ifndef TSTRACE_PLAN_H
#define TSTRACE_PLAN_H

#include <stdint.h>

struct plan_insn {
	uint8_t op;
	uint8_t ab;   /* a = ab & 15, b = ab >> 4 */
	uint8_t c;
	uint8_t site; /* key of the region that this instruction captures */
	uint32_t imm;
};

_Static_assert(sizeof(struct plan_insn) == 8, "plan_insn");

enum plan_op {
	OP_END = 0,
	OP_MEM = 1,    /* h[b] = imm bytes at r[a] */
	OP_MEMV = 2,   /* h[b] = min(r[c], imm) bytes at r[a] */
	OP_ZMEM = 3,   /* h[b] = units of c (1, 2, 4, 8) bytes at r[a] up to and including a zero unit, at most imm units */
	OP_LD = 4,     /* r[a] = c (1, 2, 4, 8) bytes at offset imm of h[b], zero-extended; 0 when not wholly inside */
	OP_EACH = 5,   /* for every complete element of h[a], stride imm: h[b] = the element, run the next c instructions */
	OP_LDI = 6,    /* r[a] = imm */
	OP_MOV = 7,    /* r[a] = r[b] */
	OP_ANDI = 8,   /* r[a] &= imm (zero-extended) */
	OP_MULI = 9,   /* r[a] *= imm, saturating */
	OP_MINI = 10,  /* r[a] = min(r[a], imm) */
	OP_MINR = 11,  /* r[a] = min(r[a], r[b]) */
	OP_SUBR = 12,  /* r[a] -= r[b], not below 0 */
	OP_ADDI = 13,  /* r[a] += imm sign-extended, wrapping */
	OP_ADDR = 14,  /* r[a] += r[b], wrapping */
	OP_SHRI = 15,  /* r[a] >>= imm (imm < 64) */
	OP_JMP = 16,   /* skip imm */
	OP_JERR = 17,  /* skip imm if the call failed (never taken at entry) */
	OP_JNSET = 18, /* skip c if !(r[a] & imm) */
	OP_JEQ = 19,   /* skip c if (uint32_t)r[a] == imm */
	OP_JNE = 20,   /* skip c if (uint32_t)r[a] != imm */
	OP_JGE = 21,   /* skip c if r[a] >= imm (64 bits, imm zero-extended) */
	OP_SWITCH = 22,/* binary search of (uint32_t)r[a] in the table of imm instructions that follows, sorted by key: in each,
	                * imm = key and ab | c << 8 | site << 16 = instructions to skip, counted from the end of the table;
	                * no match: goes on after the table */
	OP_FDPATH = 23,/* region (addr = (int)r[a]) = readlink of /proc/TID/fd/N; -100 (AT_FDCWD) reads /proc/TID/cwd;
	                * imm (enum path_mode): what else is told, whose descriptor it is, with r[c];
	                * b not 0: r[b] = 32-bit FNV-1a of the region's bytes, 0 when there is none */
	OP_SUBI = 24,  /* r[a] -= imm, not below 0 */
	OP_EACHLIM = 25,/* OP_EACH over at most imm >> 16 elements; stride imm & 0xffff */
	OP_COMM = 26,  /* region (addr = (uint32_t)r[a]) = what is known of that pid; imm: enum pid_what */
	OP_PAD = 27,   /* h[b], filled by the instruction before, is imm bytes long at least: zeros behind what was asked for */
	OP_FDSET = 28, /* OP_FDPATH of every descriptor below r[c] whose bit is set in h[a] */
	OP_CHAIN = 29, /* for every record of h[a], each beginning with its length (imm & 15: 2, 4 or 8 bytes; imm >> 4 & 15:
	                * alignment of the next one; imm >> 8: bytes of a header, the least length): h[b] = the record, cut to the
	                * window, run the next c instructions; ends at a length that is less than a header */
	OP_TAIL = 30,  /* h[b] = h[a] without its first imm bytes */
	OP_WHILE = 31, /* run the next c instructions while r[a] is not 0, at most imm times */
	OP_DUMP = 32,  /* exiting only: note r[c] bytes at r[a] to be dumped behind the record; imm = enum dump_kind (record.h) */
	OP_LEN = 33,   /* r[a] = bytes of h[b] */
	OP_MULR = 34,  /* r[a] *= r[b], saturating */
	OP_NETLINK = 35,/* region (addr = (int)r[a]), four bytes: the protocol of that descriptor when it is a netlink socket, UINT32_MAX
	                * when that cannot be found; none when it is something else; r[b] = 1 when there is one, else 0 */
	/* In decision plans only, which say whether a call is wanted; one of these ends the plan when its answer is yes. */
	OP_WANT = 36,  /* yes */
	OP_TOUCHFD = 37,/* (int)r[a] is, or leads to, one of the session's targets; c and imm as of OP_FDPATH */
	OP_TOUCHPATH = 38,/* the string in h[a], with its terminator, is one of their paths */
	OP_TOUCHSET = 39,/* OP_TOUCHFD of every descriptor below r[c] whose bit is set in h[a] */
	OP_LAST = 40
};

/* Of OP_COMM: whose id it is, and what is told: the name, and behind a newline our own id where the tracee sees another. */
enum pid_what {
	PID_OF_TASK = 0,
	PID_OF_GROUP = 1,
	PID_OF_SESSION = 2,
	PID_OF_EITHER = 3, /* of a task or, when it is negative, of a group */
#define PID_KIND 3U
	PID_COMM = 4,
	PID_TRANSLATED = 8,
	PID_NAMESPACES = 16, /* nothing else: its namespaces, as lines `uts:[4026531838]`; of the task itself for 0 */
};

enum path_mode {
	PATH_INFO = 1,      /* fdinfo of anonymous inodes and of multiplexers of terminals */
	PATH_DEVICE = 2,    /* the number of a device */
	PATH_COMM = 4,      /* the name of a pidfd's process */
	PATH_OF_PID = 8,    /* a descriptor of process r[c] */
	PATH_OF_PIDFD = 16, /* a descriptor of the process that r[c] is a pidfd of */
	PATH_SOCKET = 32,   /* protocol and addresses of a socket */
	PATH_VCPU = 64,     /* behind the path of a virtual processor, the memory that it shares with its owner */
};

#define PLAN_MAX_INSNS 4096
#define PLAN_MAX_NEST 3
#define PLAN_REGS 16
#define PLAN_HANDLES 8
#define PLAN_NO_HANDLE 15 /* b of a capture whose bytes nothing looks into */

#endif
