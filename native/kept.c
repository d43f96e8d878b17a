/* Files of /proc that are kept open for tasks: so many of each kind for all together, since the host program needs descriptors, too. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <unistd.h>

#include "internal.h"

#define MAX_KEPT 200
static _Atomic int kept[KEPT_KINDS];

int kept_open(enum kept_kind kind, const char *path, int flags)
{
	if (atomic_load(&kept[kind]) >= MAX_KEPT)
		return -1;
	int fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0)
		atomic_fetch_add(&kept[kind], 1);
	return fd;
}

void kept_close(enum kept_kind kind, int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		atomic_fetch_sub(&kept[kind], 1);
	}
	*fd = -1;
}
