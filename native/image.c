/* The capture interpreter over a memory image instead of a tracee: what the tests call. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* The image of capture_run_for_test. Its spec: u64 args[6], i64 ret, u32 failed, u32 insns, u32 ranges, u32 room,
 * the instructions, then for each range u64 addr, u64 len, bytes padded to 8. */
struct image {
	const uint8_t *ranges;
	uint32_t count;
};

static size_t image_read(void *context, uint64_t addr, void *out, size_t len, int *err)
{
	const struct image *image = context;
	const uint8_t *p = image->ranges;
	size_t got = 0;
	for (uint32_t i = 0; i < image->count; i++) {
		uint64_t head[2];
		memcpy(head, p, sizeof head);
		p += sizeof head;
		if (addr + got >= head[0] && addr + got < head[0] + head[1]) {
			size_t n = (size_t)(head[0] + head[1] - addr - got);
			if (n > len - got)
				n = len - got;
			memcpy((uint8_t *)out + got, p + (addr + got - head[0]), n);
			got += n;
		}
		p += (head[1] + 7) & ~7ULL;
	}
	if (got < len)
		*err = EFAULT;
	return got;
}

static size_t image_path(const struct capture_source *source, int32_t fd, uint32_t mode, uint64_t of, char *out, size_t len)
{
	(void)source;
	(void)mode;
	(void)of;
	return fd < 0 ? 0 : (size_t)snprintf(out, len, "/fd/%d", fd);
}

static size_t image_comm(void *context, int32_t pid, uint32_t how, char *out, size_t len)
{
	(void)context;
	(void)how;
	return (size_t)snprintf(out, len, "comm%d", pid);
}

/* Descriptors above 1000 are netlink sockets, of the protocol that is left. */
static bool image_netlink(const struct capture_source *source, int32_t fd, uint32_t *protocol)
{
	(void)source;
	*protocol = (uint32_t)fd - 1000;
	return fd >= 1000;
}

int32_t capture_run_for_test(const uint8_t *spec, int32_t spec_len, uint8_t *out, int32_t out_len)
{
	struct {
		uint64_t args[6];
		int64_t ret;
		uint32_t failed, insns, ranges, room;
	} head;
	if (spec_len < (int32_t)sizeof head)
		return -EINVAL;
	memcpy(&head, spec, sizeof head);
	const uint8_t *p = spec + sizeof head;
	if (head.room > (uint32_t)out_len || head.room < sizeof(struct record))
		return -EINVAL;
	if (head.insns > PLAN_MAX_INSNS || (size_t)spec_len < sizeof head + head.insns * sizeof(struct plan_insn))
		return -EINVAL;
	int err = plan_verify_for_test(p, (int32_t)head.insns);
	if (err)
		return err;
	struct image image = { p + (size_t)head.insns * sizeof(struct plan_insn), head.ranges };
	struct capture_source source = { image_read, image_path, image_comm, image_netlink, &image, NULL, NULL, NULL };
	struct record *r = (struct record *)out;
	memset(r, 0, sizeof *r);
	capture_run((const struct plan_insn *)p, head.insns, capture_limit((const struct plan_insn *)p, head.insns), head.args, head.ret, head.failed != 0, &source, r, head.room);
	return (int32_t)r->size;
}

int32_t plan_verify_for_test(const uint8_t *insns, int32_t count)
{
	char why[ERROR_BYTES];
	int err = plan_check((const struct plan_insn *)insns, (uint32_t)count, false, why, sizeof why);
	if (err)
		global_error("%s", why);
	return err;
}
