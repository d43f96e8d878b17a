/* The memory that a virtual processor shares with the tracee (struct kvm_run): where the tracee has mapped it, and its bytes. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "internal.h"
#include "procfs.h"

#define PREFIX "anon_inode:kvm-vcpu:"

/* Where a task has mapped a file, by the name that /proc shows for it, from its beginning; 0: nowhere. */
static uint64_t find_mapping(pid_t tid, const char *name)
{
	char path[40], line[512];
	uint64_t from = 0;
	snprintf(path, sizeof path, "/proc/%d/maps", procfs_pid(tid));
	FILE *maps = fopen(path, "re");
	while (!from && maps && fgets(line, sizeof line, maps)) {
		uint64_t start, offset;
		int at = 0;
		line[strcspn(line, "\n")] = 0;
		if (sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64 " %*s %*s %n", &start, &offset, &at) == 2 && at && offset == 0 &&
		    strcmp(line + at, name) == 0)
			from = start;
	}
	if (maps)
		fclose(maps);
	return from;
}

size_t vcpu_memory(pid_t tid, const char *name, char *out, size_t len)
{
	if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
		return 0;
	uint64_t from = find_mapping(tid, name);
	if (!from)
		return 0;
	struct iovec here = { out, len }, there = { (void *)(uintptr_t)from, len };
	ssize_t n = process_vm_readv(tid, &here, 1, &there, 1, 0);
	return n > 0 ? (size_t)n : 0;
}
