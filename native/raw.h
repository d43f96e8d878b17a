/* System calls of a child that shares our memory: no errno, no thread-local of the parent is touched. */
#ifndef TSTRACE_RAW_H
#define TSTRACE_RAW_H

/* The result, or -errno. The arguments that are left out are 0: prctl refuses some requests otherwise. */
static inline long raw(long nr, long a, long b, long c, long d)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = 0;
	register long r9 __asm__("r9") = 0;
	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return result;
}

#endif
