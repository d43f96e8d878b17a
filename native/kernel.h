/*
 * System calls that every stop makes, made here: a tracee waits meanwhile, and after each switch to it and back the pages of the C
 * library's wrappers, which mark points of cancellation and keep errno, would have to be found anew.
 */
#ifndef TSTRACE_KERNEL_H
#define TSTRACE_KERNEL_H

/* The result, or -errno (syscall(2), "Architecture calling conventions"). */
static inline long kernel_call(long nr, long a, long b, long c, long d, long e, long f)
{
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#endif
