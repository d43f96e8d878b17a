/* Runs a command; prints wall, user and system time (ns) context switches and peak memory (KiB, of the biggest process) of it and all its children, as JSON. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long ns(struct timeval t)
{
	return t.tv_sec * 1000000000LL + t.tv_usec * 1000LL;
}

int main(int argc, char **argv)
{
	struct timespec a, b;
	struct rusage u;
	int status;
	if (argc < 2)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &a);
	pid_t pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait4(pid, &status, 0, &u);
	clock_gettime(CLOCK_MONOTONIC, &b);
	fprintf(stderr, "\n{\"wall\":%lld,\"user\":%lld,\"system\":%lld,\"switches\":%ld,\"rss\":%ld,\"status\":%d}\n",
		(b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec, ns(u.ru_utime), ns(u.ru_stime), u.ru_nvcsw + u.ru_nivcsw,
		u.ru_maxrss, status);
	return 0;
}
