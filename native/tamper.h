/*
 * Tampering (-e inject=): which invocations of which calls it meets, and what is done to them. The rules come as one block,
 * packed by src/binding/tampering.ts (twin of this file):
 *   struct tamper_head, struct tamper_rule[rules], pokes.
 * head.rule[abi][nr] is 1 + the rule of a call, 0 for none. Pokes lie at offsets from the block's beginning; a list of
 * struct tamper_poke, each followed by its bytes and padded to 4, ends with one whose length is 0.
 */
#ifndef TSTRACE_TAMPER_H
#define TSTRACE_TAMPER_H

#include <stdint.h>

#include "tracer.h"

#define TAMPER_ABIS 3
#define TAMPER_FOREVER 0xffffffffU

enum tamper_what {
	TAMPER_RESULT = 1,  /* the call is not made, or another one in its place, and returns `result` */
	TAMPER_ERROR = 2,   /* with it: `result` is a negative errno */
	TAMPER_REPLACE = 4, /* with it: replacement[abi] is made in place of the call */
	TAMPER_DELAY_ENTER = 8,  /* delay_enter_ns counts, though it be 0 */
	TAMPER_DELAY_EXIT = 16,
};

struct tamper_head {
	uint32_t rules;
	uint32_t reserved;
	uint16_t rule[TAMPER_ABIS][TRACER_MAX_NR];
	uint8_t arguments[TAMPER_ABIS][TRACER_MAX_NR]; /* how many a call has */
};

struct tamper_rule {
	uint32_t what;             /* enum tamper_what */
	uint32_t first, last, step; /* invocations, from 1; last TAMPER_FOREVER: no last one */
	uint32_t replacement[TAMPER_ABIS]; /* numbers as the kernel takes them; 0xffffffff: the personality has none */
	int32_t signal;            /* delivered at the entry; 0 none */
	int64_t result;
	uint64_t delay_enter_ns, delay_exit_ns;
	uint32_t poke_enter, poke_exit; /* offsets; 0 none */
};

_Static_assert(sizeof(struct tamper_rule) == 64, "tamper_rule");

struct tamper_poke {
	uint32_t arg;    /* 0 to 6 */
	uint32_t length; /* of the bytes that follow */
};

#endif
