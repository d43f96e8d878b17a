/*
 * Starts tstrace. Node changes signals, limits and descriptors before any of our code runs: what we inherited goes on in one
 * variable (src/binding/inherited.ts), so that the traced program gets it back. tstrace.sh does the same where this program
 * cannot be compiled, and takes 10 ms more for it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VARIABLE "TSTRACE_INHERITED="
/* The kernel takes no string of an environment that is longer than 131,072 bytes (MAX_ARG_STRLEN). */
#define ENVIRONMENT_MOST 120000
#define SIGNALS 64

extern char **environ;

static _Noreturn void die(const char *text)
{
	fprintf(stderr, "tstrace: %s\n", text);
	exit(1);
}

/* The kernel's sigaction (asm/signal.h): the C library keeps some signals to itself. */
struct kernel_sigaction {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

/* As SigIgn in /proc/PID/status: the bit n-1 stands for the signal n. */
static unsigned long ignored_signals(void)
{
	unsigned long set = 0;
	for (int n = 1; n <= SIGNALS; n++) {
		struct kernel_sigaction action;
		if (syscall(SYS_rt_sigaction, n, NULL, &action, sizeof action.mask) == 0 && action.handler == SIG_IGN)
			set |= 1UL << (n - 1);
	}
	return set;
}

static unsigned long blocked_signals(void)
{
	unsigned long set = 0;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, sizeof set);
	return set;
}

/* Open descriptors, with commas between them. */
static void write_descriptors(FILE *out)
{
	DIR *dir = opendir("/proc/self/fd");
	if (!dir)
		return;
	const char *comma = "";
	for (const struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] == '.' || atoi(e->d_name) == dirfd(dir))
			continue;
		fprintf(out, "%s%s", comma, e->d_name);
		comma = ",";
	}
	closedir(dir);
}

/*
 * The environment in its own order: strings end with a newline; in them a newline is \001n, and \001 itself \001a. False where
 * there is too much of it.
 */
static bool write_environment(FILE *out)
{
	size_t length = 0;
	for (char **s = environ; *s; s++) {
		for (const char *c = *s; *c; c++)
			length += *c == '\n' || *c == 1 ? 2 : 1;
		length++;
	}
	if (length >= ENVIRONMENT_MOST)
		return false;
	for (char **s = environ; *s; s++) {
		for (const char *c = *s; *c; c++) {
			if (*c == '\n' || *c == 1)
				putc(1, out);
			putc(*c == '\n' ? 'n' : *c == 1 ? 'a' : *c, out);
		}
		putc('\n', out);
	}
	return true;
}

/* The variable with all of it; `whole`: whether the environment is in it. */
static char *inheritance(const char *name, bool *whole)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	if (!out)
		die(strerror(errno));
	struct rlimit files = { 0, 0 };
	getrlimit(RLIMIT_NOFILE, &files);
	fprintf(out, VARIABLE "2 %016lx %016lx ", ignored_signals(), blocked_signals());
	if (files.rlim_cur == RLIM_INFINITY)
		fputs("unlimited ", out);
	else
		fprintf(out, "%lu ", (unsigned long)files.rlim_cur);
	write_descriptors(out);
	fprintf(out, " %s\n", name);
	*whole = write_environment(out);
	if (fclose(out) != 0)
		die(strerror(errno));
	return text;
}

/* Whether node would read it before it runs us; certificates alone can cost twice its start. */
static bool disturbs_node(const char *string)
{
	static const char *const names[] = { "NODE_OPTIONS=", "NODE_EXTRA_CA_CERTS=", "OPENSSL_CONF=", "SSL_CERT_FILE=", "SSL_CERT_DIR=" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(string, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* The environment of node: what disturbs it is left out where the tracee gets it otherwise. */
static char **environment(char *inherited, bool whole)
{
	size_t count = 0;
	while (environ[count])
		count++;
	char **all = calloc(count + 2, sizeof *all), **next = all;
	if (!all)
		die(strerror(errno));
	for (char **s = environ; *s; s++)
		if (strncmp(*s, VARIABLE, sizeof VARIABLE - 1) != 0 && !(whole && disturbs_node(*s)))
			*next++ = *s;
	*next = inherited;
	return all;
}

static const char *const usual[] = { "/usr/local/bin/node", "/usr/bin/node" };

int main(int argc, char **argv)
{
	const char *name = (const char *)getauxval(AT_EXECFN);
	char here[PATH_MAX], program[PATH_MAX + 32];
	if (!name || !realpath(name, here))
		die("cannot find where it is installed");
	*strrchr(here, '/') = '\0';
	snprintf(program, sizeof program, "%s/../dist/tstrace.cjs", here);
	if (access(program, R_OK) != 0)
		die("dist/tstrace.cjs is missing: run 'npm run build'");
	const char **command = calloc((size_t)argc + 3, sizeof *command);
	if (!command)
		die(strerror(errno));
	command[0] = "node";
	command[1] = "--no-warnings";
	command[2] = program;
	for (int i = 1; i < argc; i++)
		command[i + 2] = argv[i];
	bool whole;
	char *inherited = inheritance(name, &whole);
	char **env = environment(inherited, whole);
	execvpe("node", (char **)command, env);
	/* A program may be traced under a PATH of its own, where node is not. */
	for (size_t i = 0; errno == ENOENT && i < sizeof usual / sizeof *usual; i++)
		execve(usual[i], (char **)command, env);
	die(errno == ENOENT ? "needs Node.js 20 or later: there is no node in PATH" : strerror(errno));
}
