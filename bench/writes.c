/* 200,000 (or argv[1]) writes of 32 bytes to /dev/null; prints its own wall time in nanoseconds on standard error's fd 3 if open. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 200000;
	int fd = open("/dev/null", O_WRONLY);
	struct timespec a, b;
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (long i = 0; i < n; i++)
		if (write(fd, "0123456789abcdef0123456789abcde\n", 32) != 32)
			return 1;
	clock_gettime(CLOCK_MONOTONIC, &b);
	dprintf(1, "%lld\n", (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec);
	return 0;
}
