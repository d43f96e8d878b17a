/*
 * What a seccomp filter costs a call that it lets through. Reads programs from standard input, each as u32 instructions and
 * struct sock_filter[]; an empty one stands for no filter. Every round runs each of them in a child of its own, one after
 * the other, so that what disturbs a round disturbs all. Prints the least time of a call in nanoseconds, a line for each.
 *
 * usage: filter ROUNDS CALLS getppid|write|getppid32|getppidx32
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILTERS 64
#define GETPPID_I386 64
/* The allow bitmap has no place for x32: the filter runs for each call, even where the kernel then knows no x32. */
#define GETPPID_X32 (0x40000000 + SYS_getppid)

struct shared {
	volatile int done;
	double ns;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void one_call(char what)
{
	long ret;
	switch (what) {
	case 'w':
		syscall(SYS_write, -1, NULL, 0);
		break;
	case '3':
		__asm__ volatile("int $0x80" : "=a"(ret) : "a"(GETPPID_I386) : "memory", "r8", "r9", "r10", "r11");
		break;
	case 'x':
		syscall(GETPPID_X32);
		break;
	default:
		syscall(SYS_getppid);
	}
}

/* The filter may forbid every other call, the end of this process too: the parent ends it. */
static void child(struct shared *out, const struct sock_fprog *filter, long calls, char what)
{
	if (filter->len && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter))) {
		perror("PR_SET_SECCOMP");
		_exit(1);
	}
	for (long i = 0; i < calls / 10; i++)
		one_call(what);
	double start = now();
	for (long i = 0; i < calls; i++)
		one_call(what);
	out->ns = (now() - start) / (double)calls;
	out->done = 1;
	for (;;)
		__asm__ volatile("pause");
}

int main(int argc, char **argv)
{
	static struct sock_fprog filters[MAX_FILTERS];
	static double best[MAX_FILTERS];
	uint32_t len;
	int n = 0;
	if (argc != 4) {
		fprintf(stderr, "usage: filter ROUNDS CALLS getppid|write|getppid32|getppidx32\n");
		return 2;
	}
	while (n < MAX_FILTERS && fread(&len, sizeof len, 1, stdin) == 1) {
		struct sock_filter *program = calloc(len + 1, sizeof *program);
		if (!program || fread(program, sizeof *program, len, stdin) != len)
			return 2;
		filters[n++] = (struct sock_fprog){ (unsigned short)len, program };
	}
	char what = 'g';
	if (strcmp(argv[3], "write") == 0)
		what = 'w';
	else if (strcmp(argv[3], "getppid32") == 0)
		what = '3';
	else if (strcmp(argv[3], "getppidx32") == 0)
		what = 'x';
	struct shared *out = mmap(NULL, sizeof *out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (out == MAP_FAILED)
		return 2;
	for (long round = 0; round < atol(argv[1]); round++)
		for (int i = 0; i < n; i++) {
			out->done = 0;
			pid_t pid = fork();
			if (pid == 0)
				child(out, &filters[i], atol(argv[2]), what);
			int status = 0;
			while (!out->done && waitpid(pid, &status, WNOHANG) == 0)
				usleep(1000);
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			if (!out->done)
				return 1;
			if (round == 0 || out->ns < best[i])
				best[i] = out->ns;
		}
	for (int i = 0; i < n; i++)
		printf("%.1f\n", best[i]);
	return 0;
}
