/*
 * Probes of the kernel, each with a child that is always reaped. Does it stop a filtered tracee as we need it, and in which
 * order? The child installs a filter that traces gettid, stops, calls gettid and exits; every step is checked. And does it
 * have PTRACE_GET_SYSCALL_INFO? Nothing depends on that but what -d tells (info.c).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

#define SYSCALL_STOP (SIGTRAP | 0x80)
#define SECCOMP_STOP (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8))
#define PROBE_STACK 16384

static int seccomp_child(void *unused)
{
	(void)unused;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_gettid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, code };
	if (raw(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) < 0)
		raw(SYS_exit, 2, 0, 0, 0);
	if (raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0) < 0 || raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program, 0) < 0)
		raw(SYS_exit, 3, 0, 0, 0);
	raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0), SIGSTOP, 0, 0);
	raw(SYS_gettid, 0, 0, 0, 0);
	raw(SYS_exit_group, 0, 0, 0, 0);
	return 0;
}

/* Restarts the child and waits for its next stop; the wait status shifted as status >> 8 for stops. */
static int step(pid_t pid, int request)
{
	int status;
	if (ptrace(request, pid, 0, 0) != 0 || waitpid(pid, &status, __WALL) != pid)
		return -errno;
	return status;
}

static bool stopped_by(int status, int what)
{
	return status >= 0 && WIFSTOPPED(status) && status >> 8 == what;
}

/* Whether a child that has stopped for a call is about to enter it: neither of ours returns -ENOSYS. */
static bool is_entry(pid_t pid, long nr)
{
	errno = 0;
	return ptrace(PTRACE_PEEKUSER, pid, (void *)offsetof(struct user_regs_struct, rax), 0) == -ENOSYS &&
	       ptrace(PTRACE_PEEKUSER, pid, (void *)offsetof(struct user_regs_struct, orig_rax), 0) == nr && errno == 0;
}

static int probe_seccomp(pid_t pid)
{
	int status;
	if (waitpid(pid, &status, __WALL) != pid)
		return -errno;
	if (!stopped_by(status, SIGSTOP)) {
		global_error(WIFEXITED(status) && WEXITSTATUS(status) == 3 ? "the kernel refuses a seccomp filter"
									  : "the probe's child did not stop");
		return -ENOSYS;
	}
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)) != 0) {
		global_error("PTRACE_O_TRACESECCOMP: %s", strerror(errno));
		return -ENOSYS;
	}
	status = step(pid, PTRACE_CONT);
	if (!stopped_by(status, SECCOMP_STOP)) {
		global_error("no seccomp stop at gettid");
		return -ENOSYS;
	}
	/* 4.8 and later: the seccomp stop was the entry, so the next syscall-stop is the exit. Before: it is the entry. */
	int order = 1;
	status = step(pid, PTRACE_SYSCALL);
	if (!stopped_by(status, SYSCALL_STOP)) {
		global_error("no syscall stop after the seccomp stop");
		return -ENOSYS;
	}
	if (is_entry(pid, SYS_gettid)) {
		order = 2;
		status = step(pid, PTRACE_SYSCALL);
		if (!stopped_by(status, SYSCALL_STOP))
			return -ENOSYS;
	}
	if (is_entry(pid, SYS_gettid)) {
		global_error("the stop after gettid is no exit");
		return -ENOSYS;
	}
	status = step(pid, PTRACE_SYSCALL);
	if (!stopped_by(status, SYSCALL_STOP) || !is_entry(pid, SYS_exit_group)) {
		global_error("no entry stop at exit_group");
		return -ENOSYS;
	}
	status = step(pid, PTRACE_CONT);
	if (status < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		global_error("the probe's child did not exit");
		return -ENOSYS;
	}
	return order + 256; /* reaped */
}

static int stopping_child(void *unused)
{
	(void)unused;
	if (raw(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) < 0)
		raw(SYS_exit, 2, 0, 0, 0);
	raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0), SIGSTOP, 0, 0);
	raw(SYS_exit, 0, 0, 0, 0);
	return 0;
}

static int probe_info(pid_t pid)
{
	int status;
	struct syscall_info info;
	if (waitpid(pid, &status, __WALL) != pid)
		return -errno;
	if (!WIFSTOPPED(status))
		return 256 - EPERM;
	return ptrace(GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 ? 0 : -errno;
}

/* Runs a probe on a child; its answer, 256 added where it has reaped the child itself. */
static int32_t with_child(int (*child)(void *), int (*probe)(pid_t))
{
	char *stack = mmap(NULL, PROBE_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack == MAP_FAILED)
		return -errno;
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	/* SIGCHLD is not asked for: the host must not see this child. */
	pid_t pid = clone(child, stack + PROBE_STACK, CLONE_VM, NULL);
	int result = -errno;
	if (pid < 0)
		global_error("clone: %s", strerror(errno));
	else {
		result = probe(pid);
		if (result < 256) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, __WALL);
		} else
			result -= 256;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	munmap(stack, PROBE_STACK);
	return result;
}

int32_t tracer_probe_seccomp(void)
{
	return with_child(seccomp_child, probe_seccomp);
}

int32_t tracer_probe_info(void)
{
	return with_child(stopping_child, probe_info);
}
