/* The work of the benchmarks: work KIND N. Prints its own wall time in nanoseconds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void writes(long n, long between)
{
	int fd = open("/dev/null", O_WRONLY);
	for (long i = 0; i < n; i++) {
		if (write(fd, "0123456789abcdef0123456789abcde\n", 32) != 32)
			exit(1);
		for (long j = 0; j < between; j++)
			syscall(SYS_getppid);
	}
}

static void files(long n)
{
	char buf[64];
	for (long i = 0; i < n; i++) {
		int fd = open("/etc/hostname", O_RDONLY);
		if (read(fd, buf, sizeof buf) < 0)
			exit(1);
		close(fd);
	}
}

/* A hundred writes to one descriptor for each to another. */
static void two_descriptors(long n)
{
	int out = dup(1), null = open("/dev/null", O_WRONLY);
	dup2(null, 1);
	dup2(null, 2);
	for (long i = 0; i < n; i++) {
		for (int j = 0; j < 100; j++)
			(void)!write(1, "0123456789abcdef0123456789abcdef", 32);
		(void)!write(2, "0123456789abcdef0123456789abcdef", 32);
	}
	dup2(out, 1);
}

static void *share(void *n)
{
	writes((long)n, 0);
	return NULL;
}

static void threads(long n)
{
	pthread_t thread[4];
	for (int i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, share, (void *)(n / 4)))
			exit(1);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

static void execs(long n)
{
	for (long i = 0; i < n; i++) {
		pid_t pid = vfork();
		if (pid == 0) {
			execl("/bin/true", "true", NULL);
			_exit(127);
		}
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	struct timespec a, b;
	if (argc < 3)
		return 2;
	long n = atol(argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (strcmp(argv[1], "writes") == 0)
		writes(n, 0);
	else if (strcmp(argv[1], "sparse") == 0)
		writes(n, 100);
	else if (strcmp(argv[1], "files") == 0)
		files(n);
	else if (strcmp(argv[1], "descriptors") == 0)
		two_descriptors(n);
	else if (strcmp(argv[1], "threads") == 0)
		threads(n);
	else if (strcmp(argv[1], "execs") == 0)
		execs(n);
	else
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%lld\n", (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec);
	return 0;
}
