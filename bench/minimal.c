/*
 * The least that a tracer must do: the kernel's calls, and nothing else. For each stop one wait4, one
 * PTRACE_GET_SYSCALL_INFO and one restart; for a call that has something to show one process_vm_readv of it; with -y a
 * readlinkat and a statx for a descriptor. It prints nothing and decides nothing. What it costs is the limit that the kernel
 * sets to any tracer that is built on ptrace; bench/run.ts gives ratios to it.
 *
 * minimal [-f] [-y] [-n NR] PROGRAM [ARGUMENT]...
 *   -f     follows children and threads
 *   -y     asks for the paths of descriptors
 *   -n NR  stops at the call NR only, by a seccomp filter
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is read of a call: which argument points to how many bytes, at the entry or the exit; which one is a descriptor. */
struct look {
	int entry_argument, entry_bytes;
	int exit_argument, exit_bytes;
	int descriptor; /* RESULT: what the call returns */
};
#define NONE (-1)
#define RESULT 6
#define STRING 256
#define SHOWN 33

static const struct look LOOKS[] = {
	[SYS_read] = { NONE, 0, 1, SHOWN, 0 },
	[SYS_write] = { 1, SHOWN, NONE, 0, 0 },
	[SYS_close] = { NONE, 0, NONE, 0, 0 },
	[SYS_fstat] = { NONE, 0, 1, sizeof(struct stat), 0 },
	[SYS_pread64] = { NONE, 0, 1, SHOWN, 0 },
	[SYS_access] = { 0, STRING, NONE, 0, NONE },
	[SYS_execve] = { 0, STRING, NONE, 0, NONE },
	[SYS_openat] = { 1, STRING, NONE, 0, RESULT },
	[SYS_newfstatat] = { 1, STRING, 2, sizeof(struct stat), 0 },
	[SYS_prlimit64] = { NONE, 0, 3, 16, NONE },
	[SYS_getrandom] = { NONE, 0, 0, 8, NONE },
	[SYS_rseq] = { 0, 32, NONE, 0, NONE },
};
#define LOOK_COUNT (sizeof LOOKS / sizeof *LOOKS)

static bool follows, paths;
static long only = -1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void copy(pid_t pid, uint64_t from, int bytes)
{
	char here[STRING];
	struct iovec local = { here, (size_t)bytes }, remote = { (void *)from, (size_t)bytes };
	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0 && errno != EFAULT && errno != ESRCH)
		die("process_vm_readv");
}

/* The path of a descriptor, or of the working directory, and what it leads to. */
static void look_up(pid_t pid, int fd)
{
	char name[64], path[PATH_MAX];
	struct statx about;
	snprintf(name, sizeof name, fd == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d", pid, fd);
	if (readlinkat(AT_FDCWD, name, path, sizeof path) > 0 && fd != AT_FDCWD)
		statx(AT_FDCWD, name, 0, STATX_TYPE, &about);
}

/* The call under way, by the task's number; no two at once that are alike in the last bits. */
#define TASKS 4096
static struct {
	uint64_t nr, args[6];
} calls[TASKS];

static void call(pid_t pid)
{
	struct __ptrace_syscall_info info;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0) {
		if (errno == ESRCH)
			return;
		die("PTRACE_GET_SYSCALL_INFO");
	}
	bool entry = info.op != PTRACE_SYSCALL_INFO_EXIT;
	if (entry) {
		calls[pid % TASKS].nr = info.entry.nr;
		for (int i = 0; i < 6; i++)
			calls[pid % TASKS].args[i] = info.entry.args[i];
	}
	if (calls[pid % TASKS].nr >= LOOK_COUNT)
		return;
	const struct look *look = &LOOKS[calls[pid % TASKS].nr];
	if (look->entry_bytes && entry)
		copy(pid, calls[pid % TASKS].args[look->entry_argument], look->entry_bytes);
	if (calls[pid % TASKS].nr == SYS_execve && entry) { /* the vectors, and the name among the arguments */
		copy(pid, calls[pid % TASKS].args[1], 2 * sizeof(char *));
		copy(pid, calls[pid % TASKS].args[0], SHOWN);
		copy(pid, calls[pid % TASKS].args[2], STRING);
	}
	if (look->exit_bytes && !entry && info.exit.rval >= 0)
		copy(pid, calls[pid % TASKS].args[look->exit_argument], look->exit_bytes);
	if (!paths)
		return;
	if (look->descriptor == RESULT) {
		if (entry)
			look_up(pid, (int)calls[pid % TASKS].args[0]);
		else if (info.exit.rval >= 0)
			look_up(pid, (int)info.exit.rval);
	} else if (entry && look->descriptor == 0)
		look_up(pid, (int)calls[pid % TASKS].args[0]);
}

static void filter(void)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)only, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog all = { sizeof program / sizeof *program, program };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all))
		die("seccomp");
}

int main(int argc, char **argv)
{
	int option;
	while ((option = getopt(argc, argv, "+fyn:")) != -1)
		switch (option) {
		case 'f':
			follows = true;
			break;
		case 'y':
			paths = true;
			break;
		case 'n':
			only = atol(optarg);
			break;
		default:
			return 1;
		}
	if (optind == argc)
		return 1;
	pid_t command = fork();
	if (command < 0)
		die("fork");
	if (command == 0) {
		raise(SIGSTOP);
		if (only >= 0)
			filter();
		execvp(argv[optind], argv + optind);
		_exit(127);
	}
	int status, result = 0;
	if (waitpid(command, &status, WUNTRACED) != command)
		die("waitpid");
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
	if (follows)
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
	if (only >= 0)
		options |= PTRACE_O_TRACESECCOMP;
	if (ptrace(PTRACE_SEIZE, command, NULL, options))
		die("PTRACE_SEIZE");
	kill(command, SIGCONT);
	for (;;) {
		pid_t pid = wait4(-1, &status, __WALL, NULL);
		if (pid < 0) {
			if (errno == ECHILD)
				return result;
			die("wait4");
		}
		if (!WIFSTOPPED(status)) {
			if (pid == command)
				result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			continue;
		}
		int sig = WSTOPSIG(status);
		const int event = status >> 16;
		int restart = only >= 0 ? PTRACE_CONT : PTRACE_SYSCALL;
		if (sig == (SIGTRAP | 0x80) || event == PTRACE_EVENT_SECCOMP) {
			call(pid);
			if (event == PTRACE_EVENT_SECCOMP)
				restart = PTRACE_SYSCALL;
			sig = 0;
		} else if (event || sig == SIGTRAP || sig == SIGCONT || sig == SIGSTOP) {
			unsigned long message;
			if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_EXEC)
				ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message);
			/* Between the entry and the exit of a call that was stopped at. */
			if (event == PTRACE_EVENT_EXEC)
				restart = PTRACE_SYSCALL;
			sig = 0;
		} else {
			siginfo_t about;
			ptrace(PTRACE_GETSIGINFO, pid, NULL, &about);
		}
		if (ptrace(restart, pid, NULL, (long)sig) && errno != ESRCH)
			die("restart");
	}
}
