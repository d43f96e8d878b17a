/* Regions of a record under construction: how plans put bytes of a tracee there. */
#include <errno.h>
#include <string.h>

#include "run.h"

struct region *run_begin_region(struct run *run, uint16_t site, uint64_t addr, uint32_t want)
{
	if (run->r->nregions >= run->limit || run->used + 8 > run->room) {
		run->r->flags |= RF_TRUNCATED;
		return NULL;
	}
	struct region *g = run_region(run->r, run->r->nregions);
	*g = (struct region){ .addr = addr, .offset = run->used, .want = want, .site = site };
	return g;
}

void run_end_region(struct run *run, struct region *g, uint32_t len, uint32_t handle)
{
	g->len = len;
	run->r->nregions++;
	/* A printer may read a field that lies partly behind the end: it finds zeros there. */
	if (len & 7)
		memset((uint8_t *)run->r + g->offset + len, 0, 8 - (len & 7));
	run->used += (len + 7) & ~7U;
	if (handle < PLAN_HANDLES)
		run->handles[handle] = (struct window){ g->offset, len };
}

void run_bytes(struct run *run, uint16_t site, uint64_t addr, uint64_t len, uint32_t handle)
{
	if (addr == 0 || len == 0)
		return;
	if (len > run->room)
		len = run->room;
	struct region *g = run_begin_region(run, site, addr, (uint32_t)len);
	if (!g)
		return;
	uint32_t most = run->room - run->used;
	uint32_t want = (uint32_t)len;
	if (want > most) {
		want = most;
		run->r->flags |= RF_TRUNCATED;
	}
	int err = 0;
	size_t got = run->source->read(run->source->context, addr, run_at(run, g->offset), want, &err);
	g->err = got < len ? (uint16_t)(err ? err : EFAULT) : 0;
	run_end_region(run, g, (uint32_t)got, handle);
}

static bool is_zero_unit(const uint8_t *p, uint32_t unit)
{
	for (uint32_t i = 0; i < unit; i++)
		if (p[i])
			return false;
	return true;
}

void run_terminated(struct run *run, uint16_t site, uint64_t addr, uint32_t unit, uint32_t cap, uint32_t handle)
{
	if (addr == 0)
		return;
	struct region *g = run_begin_region(run, site, addr, 0);
	if (!g)
		return;
	uint64_t most = (uint64_t)cap * unit;
	if (most > run->room - run->used) {
		most = run->room - run->used;
		run->r->flags |= RF_TRUNCATED;
	}
	uint32_t got = 0, checked = 0;
	int err = 0;
	bool found = false;
	while (!found && got < most) {
		uint64_t here = addr + got;
		uint64_t step = CHUNK - (here & (CHUNK - 1));
		if (step > most - got)
			step = most - got;
		size_t n = run->source->read(run->source->context, here, run_at(run, g->offset + got), step, &err);
		got += (uint32_t)n;
		if (unit == 1) {
			const uint8_t *p = memchr(run_at(run, g->offset + checked), 0, got - checked);
			if (p) {
				got = (uint32_t)(p - run_at(run, g->offset)) + 1;
				found = true;
			}
			checked = got;
		} else {
			for (; checked + unit <= got && !found; checked += unit)
				if (is_zero_unit(run_at(run, g->offset + checked), unit))
					found = true;
			if (found)
				got = checked;
		}
		if (n < step)
			break;
	}
	g->aux = found;
	g->want = found ? got : cap * unit;
	g->err = found || got == most ? 0 : (uint16_t)(err ? err : EFAULT);
	run_end_region(run, g, got, handle);
}

void run_pad(struct run *run, uint32_t handle, uint32_t len)
{
	struct window *w = &run->handles[handle];
	if (w->len == 0 || w->len >= len || run->r->nregions == 0)
		return;
	struct region *g = run_region(run->r, run->r->nregions - 1);
	if (g->offset != w->offset || g->err)
		return;
	if (len > run->room - g->offset) {
		run->r->flags |= RF_TRUNCATED;
		return;
	}
	memset(run_at(run, g->offset + g->len), 0, len - g->len);
	g->len = w->len = len;
	run->used = g->offset + ((len + 7) & ~7U);
}

const struct region *run_path(struct run *run, uint16_t site, int32_t fd, uint32_t mode, uint64_t of)
{
	/* A descriptor that one node shows twice is read once. */
	for (uint32_t i = 0; i < run->r->nregions; i++)
		if (run_region(run->r, i)->site == site && run_region(run->r, i)->addr == (uint64_t)(int64_t)fd)
			return run_region(run->r, i);
	struct region *g = run_begin_region(run, site, (uint64_t)(int64_t)fd, 0);
	if (!g || run->room - run->used < 2 * CHUNK)
		return NULL;
	size_t n = run->source->path(run->source, fd, mode, of, (char *)run_at(run, g->offset), 2 * CHUNK);
	if (n == 0)
		return NULL;
	run_end_region(run, g, (uint32_t)n, PLAN_NO_HANDLE);
	return g;
}
