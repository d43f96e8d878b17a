/* The command (or the tracer's own program under -D) as a process becomes it. Only raw system calls: see spawn.c. */
#ifndef TSTRACE_PROGRAM_H
#define TSTRACE_PROGRAM_H

#include <linux/filter.h>
#include <stdatomic.h>
#include <stdint.h>

#include "spawn.h"

/* A spec of spawn.h, taken apart; it refers to the spec's bytes. */
struct program {
	size_t bytes; /* of the whole object */
	const struct spawn_header *header;
	const int32_t *groups, *keep_fds;
	struct sock_fprog filter;
	const char *path;
	char **argv, **envp;
	char *table[]; /* argv and envp, each with its NULL */
};

/* Room for `more` strings behind the environment's; NULL when the spec is broken, or without memory. program_free gives it back. */
struct program *program_unpack(const uint8_t *spec, int32_t len, uint32_t more);
void program_free(struct program *program);
/* Signals, limits and descriptors as a shell would have handed them on: Node changed them for itself. */
void program_put_back(const struct program *program);
/* The last steps: ids, signal mask, filter, exec. Returns only with an error, -errno. */
long program_execute(const struct program *program);

#endif
