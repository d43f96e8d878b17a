/* The packed description of the command to start. Twin: src/binding/spawn-spec.ts. */
#ifndef TSTRACE_SPAWN_H
#define TSTRACE_SPAWN_H

#include <stdint.h>

enum spawn_flag {
	SPAWN_SET_IDS = 1,      /* uid, gid and groups are to be set */
	SPAWN_RESTORE = 2,      /* signal sets, limit and descriptors below are to be restored */
	SPAWN_STRACE = 4,       /* a failure of tracer_become is told in strace's name */
};

/* Followed by: int32 groups[group_count], int32 keep_fds[keep_count], filter_count x 8 bytes, then NUL-terminated
 * strings: the path, argc arguments, envc environment strings. */
struct spawn_header {
	uint32_t flags;
	uint32_t argc, envc;
	uint32_t filter_count; /* instructions of the seccomp filter, 0 for none */
	uint32_t uid, gid, group_count;
	uint32_t keep_count;   /* descriptors that were inheritable when tstrace started */
	uint64_t sig_ignore;   /* bit n-1: signal n was ignored */
	uint64_t sig_block;
	uint64_t nofile_soft;  /* soft RLIMIT_NOFILE to restore; UINT64_MAX: leave it */
	uint32_t euid, egid;   /* with SPAWN_SET_IDS: effective ids (uid and gid, but for set-uid programs) */
};

_Static_assert(sizeof(struct spawn_header) == 64, "spawn_header");

#endif
