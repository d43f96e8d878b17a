/* What /proc tells of processes (proc(5)). Ids are ours, whatever namespace /proc is of. */
#ifndef TSTRACE_PROCFS_H
#define TSTRACE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCFS_STATUS_BYTES 4096

extern const struct capture_source procfs_source; /* context: NULL, to be set to the task */
bool procfs_is_file(pid_t tid, int fd, dev_t dev, ino_t ino);
size_t procfs_comm(pid_t pid, char *out, size_t len);
/* At most `len` bytes of a file; 0 when it cannot be read. */
size_t procfs_slurp(const char *path, char *out, size_t len);
/* The text of /proc/PID/status, ended by NUL; false when there is no such process. */
bool procfs_read_status(pid_t pid, char *out, size_t len);
/* A number in it; 0 where there is none. */
long procfs_status(pid_t pid, const char *key);

/* pidns.c: one of our ids as /proc has it, and the other way; 0: there is none. The same, but where /proc is of another namespace. */
pid_t procfs_pid(pid_t pid);
pid_t procfs_ours(pid_t pid);

#endif
