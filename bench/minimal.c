/*
 * The least that a tracer of every system call must do: for each stop one wait4, one PTRACE_GET_SYSCALL_INFO and one
 * PTRACE_SYSCALL, and for a write one process_vm_readv of its bytes. It prints nothing, follows nothing and handles one
 * tracee. What it costs is the limit that the kernel sets to any ptrace-based tracer; bench/run.ts gives ratios to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITE_NR 1
#define BYTES 33

static void die(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: minimal PROGRAM [ARGUMENT]...\n");
		return 1;
	}
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	int status;
	if (waitpid(pid, &status, WUNTRACED) != pid)
		die("waitpid");
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		die("PTRACE_SEIZE");
	kill(pid, SIGCONT);
	for (;;) {
		if (wait4(-1, &status, __WALL, NULL) < 0)
			die("wait4");
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 128 + WTERMSIG(status);
		int sig = WSTOPSIG(status);
		if (sig == (SIGTRAP | 0x80)) {
			struct __ptrace_syscall_info info;
			if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0)
				die("PTRACE_GET_SYSCALL_INFO");
			if (info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == WRITE_NR) {
				char bytes[BYTES];
				struct iovec here = { bytes, sizeof bytes }, there = { (void *)info.entry.args[1], sizeof bytes };
				if (process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 && errno != EFAULT)
					die("process_vm_readv");
			}
			sig = 0;
		} else if (status >> 16 || sig == SIGTRAP || sig == SIGCONT || sig == SIGSTOP) {
			sig = 0;
		}
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)sig) && errno != ESRCH)
			die("PTRACE_SYSCALL");
	}
}
