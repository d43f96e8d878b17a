/*
 * What calls that may be tampered with are selected by (-P, --trace-fds): descriptors and paths, and whether one is among
 * them. Decision plans (plan.h) ask at the entering stop, so that the consumer need not.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum descriptor_set { DESCRIPTORS_NONE = 0, DESCRIPTORS_LISTED = 1, DESCRIPTORS_OTHERS = 2 };

struct target_path {
	uint32_t len;
	const uint8_t *bytes;
};

struct targets {
	uint8_t *block;
	const int32_t *fds;
	uint32_t fd_count, path_count;
	enum descriptor_set set;
	struct target_path paths[];
};

#define HEAD_WORDS 3

/* Finds the paths of a block; false when they are not all inside. */
static bool find_paths(struct targets *t, uint32_t len)
{
	uint64_t at = HEAD_WORDS * 4 + (uint64_t)t->fd_count * 4;
	for (uint32_t i = 0; i < t->path_count; i++) {
		uint32_t bytes;
		if (at + sizeof bytes > len)
			return false;
		memcpy(&bytes, t->block + at, sizeof bytes);
		at += sizeof bytes;
		if (bytes > len - at)
			return false;
		t->paths[i] = (struct target_path){ bytes, t->block + at };
		at += bytes;
	}
	return at == len;
}

int32_t tracer_set_targets(int32_t handle, const uint8_t *block, int32_t len)
{
	struct session *s = session_of(handle);
	uint32_t head[HEAD_WORDS];
	if (!s || s->started || s->targets || len < (int32_t)sizeof head)
		return -EINVAL;
	memcpy(head, block, sizeof head);
	if (head[0] > DESCRIPTORS_OTHERS || head[1] > (uint32_t)len / 4 || head[2] > (uint32_t)len / 4)
		return -EINVAL;
	struct targets *t = calloc(1, sizeof *t + head[2] * sizeof *t->paths);
	uint8_t *copy = malloc((size_t)len);
	if (!t || !copy) {
		free(t);
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, block, (size_t)len);
	t->block = copy;
	t->set = head[0];
	t->fd_count = head[1];
	t->path_count = head[2];
	t->fds = (const int32_t *)(copy + sizeof head);
	if (!find_paths(t, (uint32_t)len)) {
		free(copy);
		free(t);
		return -EINVAL;
	}
	s->targets = t;
	return 0;
}

void targets_free(struct session *s)
{
	if (s->targets)
		free(s->targets->block);
	free(s->targets);
	s->targets = NULL;
}

bool targets_have_path(const struct targets *t, const void *path, size_t len)
{
	for (uint32_t i = 0; i < t->path_count; i++)
		if (t->paths[i].len == len && memcmp(t->paths[i].bytes, path, len) == 0)
			return true;
	return false;
}

static bool has_number(const struct targets *t, int32_t fd)
{
	if (t->set == DESCRIPTORS_NONE)
		return false;
	for (uint32_t i = 0; i < t->fd_count; i++)
		if (t->fds[i] == fd)
			return t->set == DESCRIPTORS_LISTED;
	return t->set == DESCRIPTORS_OTHERS;
}

bool targets_have_descriptor(const struct targets *t, const struct capture_source *source, int32_t fd, uint32_t mode, uint64_t of)
{
	char path[2 * PATH_MAX];
	if (fd < 0)
		return false;
	if (has_number(t, fd))
		return true;
	if (t->path_count == 0)
		return false;
	size_t n = source->path(source, fd, mode, of, path, sizeof path);
	return n > 0 && targets_have_path(t, path, n);
}
