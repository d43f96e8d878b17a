/* A capture plan under way: what capture.c runs, and regions.c fills. */
#ifndef TSTRACE_RUN_H
#define TSTRACE_RUN_H

#include "internal.h"

#define CHUNK 4096
/* Most descriptors in the netlink messages of a call that are told. */
#define MAX_CARRIED 8

/* A window on captured bytes: offset from the start of the record, and length. */
struct window {
	uint32_t offset, len;
};

struct run {
	struct record *r;
	uint32_t room;   /* bytes that the record may take, the region table included */
	uint32_t limit;  /* most regions */
	uint32_t used;   /* bytes of the record in use, captured bytes counted from `bytes` */
	uint32_t bytes;  /* where captured bytes begin */
	const struct capture_source *source;
	uint64_t regs[PLAN_REGS];
	struct window handles[PLAN_HANDLES];
	uint32_t fuel;
	bool failed;
	const struct targets *targets; /* of a decision plan; NULL: none */
	bool wanted;     /* what a decision plan said */
	uint32_t carried; /* descriptors in netlink messages so far */
	bool is_route;   /* the socket that OP_NETLINK found last has NETLINK_ROUTE */
	bool is_netlink; /* what the last OP_NETLINK found, */
	const struct plan_insn *asked; /* which it was, */
	int32_t asked_fd; /* and of which descriptor */
};

static inline struct region *run_region(struct record *r, uint32_t index)
{
	return (struct region *)((uint8_t *)r + sizeof *r) + index;
}

static inline uint8_t *run_at(struct run *run, uint32_t offset)
{
	return (uint8_t *)run->r + offset;
}

/* Begins a region; NULL when the record is full. */
struct region *run_begin_region(struct run *run, uint16_t site, uint64_t addr, uint32_t want);
void run_end_region(struct run *run, struct region *g, uint32_t len, uint32_t handle);
void run_bytes(struct run *run, uint16_t site, uint64_t addr, uint64_t len, uint32_t handle);
/* Reads page by page up to a zero unit: a string may end just before an unmapped page. */
void run_terminated(struct run *run, uint16_t site, uint64_t addr, uint32_t unit, uint32_t cap, uint32_t handle);
/* The region with a descriptor's path; NULL when it is not known. */
const struct region *run_path(struct run *run, uint16_t site, int32_t fd, uint32_t mode, uint64_t of);
/* carried.c: paths of the descriptors that netlink messages carry. */
void run_carried(struct run *run, struct window messages, uint32_t mode);
/* Lengthens the last region with zeros; a region that could not be read whole stays as it is. */
void run_pad(struct run *run, uint32_t handle, uint32_t len);

#endif
