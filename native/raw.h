/*
 * System calls without the C library. For a child that shares our memory: no errno, no thread-local of the parent is touched. And for
 * those that every stop makes: a tracee waits meanwhile, and after each switch to it and back the pages of the library's wrappers,
 * which mark points of cancellation and keep errno, would have to be found anew.
 */
#ifndef TSTRACE_RAW_H
#define TSTRACE_RAW_H

/* The result, or -errno (syscall(2), "Architecture calling conventions"). */
static inline long raw6(long nr, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return result;
}

/* The arguments that are left out are 0: prctl refuses some requests otherwise. */
static inline long raw(long nr, long a, long b, long c, long d)
{
	return raw6(nr, a, b, c, d, 0, 0);
}

#endif
