/* Kinds of calls for bench/calls.ts: `calls` lists them, `calls KIND N` makes one N times. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char bytes[65536];
static int directory, file, zero, null, ends[2], watched, pair[2], udp, tcp, local, routes, counter, timer, notes, semaphores;
static void *page;
static struct epoll_event event = { EPOLLOUT, { .u64 = 7 } };
static const struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = 0x0900 };
static const struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = 0x0900, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
static const struct sockaddr_un path = { AF_UNIX, "/nonexistent/socket" };
static struct iovec parts[] = { { "hello ", 6 }, { "world\n", 6 } }, room[] = { { bytes, 8 }, { bytes + 8, 64 } };
static struct ifreq interface = { .ifr_name = "lo" };

static void on_signal(int signal)
{
	(void)signal;
}

static void prepare(void)
{
	directory = open("/usr/bin", O_RDONLY | O_DIRECTORY);
	file = open("/etc/passwd", O_RDONLY);
	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	tcp = socket(AF_INET, SOCK_STREAM, 0);
	local = socket(AF_UNIX, SOCK_STREAM, 0);
	routes = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	watched = epoll_create1(0);
	counter = eventfd(0, 0);
	timer = timerfd_create(CLOCK_MONOTONIC, 0);
	notes = inotify_init1(IN_NONBLOCK);
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	signal(SIGUSR1, on_signal);
	if (pipe(ends) || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) || epoll_ctl(watched, EPOLL_CTL_ADD, ends[1], &event))
		exit(1);
}

static void receive_links(void)
{
	const struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} request = { { sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { AF_UNSPEC } };
	send(routes, &request, sizeof request, 0);
	while (recv(routes, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
}

static void pass_descriptor(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof control };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &null, sizeof null);
	sendmsg(pair[0], &message, 0);
	recv(pair[1], bytes, sizeof bytes, 0);
}

static void fork_and_wait(void)
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	waitpid(child, &status, 0);
}

static void select_two(void)
{
	fd_set in, out;
	struct timeval limit = { 0, 1 };
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(ends[0], &in);
	FD_SET(ends[1], &out);
	select(ends[1] + 1, &in, &out, NULL, &limit);
}

/* Each kind of call, and what makes it. */
#define KINDS(X)                                                                                                     \
	X(access, access("/nonexistent/path", R_OK))                                                                 \
	X(chmod_failing, chmod("/nonexistent", 0644))                                                                \
	X(clock_gettime, struct timespec t; syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t))                         \
	X(connect_ipv6, connect(udp, (const struct sockaddr *)&ipv6, sizeof ipv6))                                   \
	X(connect_local, connect(local, (const struct sockaddr *)&path, sizeof path))                                \
	X(dup_close, close(dup(null)))                                                                               \
	X(epoll_ctl, epoll_ctl(watched, EPOLL_CTL_MOD, ends[1], &event))                                             \
	X(epoll_wait, struct epoll_event found[4]; epoll_wait(watched, found, 4, 0))                                 \
	X(eventfd, uint64_t one = 1; write(counter, &one, 8); read(counter, &one, 8))                                \
	X(execve_failing, char *const args[] = { "a", "b", NULL }; execve("/nonexistent", args, args))               \
	X(fcntl_getfl, fcntl(null, F_GETFL))                                                                         \
	X(fcntl_lock, struct flock lock = { F_RDLCK, SEEK_SET, 0, 1, 0 }; fcntl(file, F_SETLK, &lock))               \
	X(fork_wait, fork_and_wait())                                                                                \
	X(fstat, struct stat s; fstat(file, &s))                                                                     \
	X(futex, int word = 0; syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0))                      \
	X(getcwd, syscall(SYS_getcwd, bytes, sizeof bytes))                                                          \
	X(getdents64, if (syscall(SYS_getdents64, directory, bytes, 2048) == 0) lseek(directory, 0, SEEK_SET))       \
	X(getrandom, syscall(SYS_getrandom, bytes, 16, 1))                                                           \
	X(getrusage, struct rusage u; getrusage(RUSAGE_SELF, &u))                                                    \
	X(getsockname, struct sockaddr_in a; socklen_t n = sizeof a; getsockname(tcp, (struct sockaddr *)&a, &n))    \
	X(getsockopt, int v; socklen_t n = sizeof v; getsockopt(tcp, SOL_SOCKET, SO_ERROR, &v, &n))                  \
	X(getuid, syscall(SYS_getuid))                                                                               \
	X(getxattr, syscall(SYS_getxattr, "/etc/passwd", "user.x", bytes, 100))                                      \
	X(inotify, inotify_add_watch(notes, "/tmp", IN_CREATE | IN_DELETE))                                          \
	X(ioctl_file, long v; ioctl(file, FS_IOC_GETFLAGS, &v))                                                      \
	X(ioctl_interface, ioctl(udp, SIOCGIFADDR, &interface))                                                      \
	X(ioctl_terminal, ioctl(null, TCGETS, bytes))                                                                \
	X(ioctl_unknown, ioctl(null, 0xdeadbeef, 0))                                                                 \
	X(kill, kill(getpid(), SIGUSR1))                                                                             \
	X(lseek, lseek(file, 0, SEEK_SET))                                                                           \
	X(madvise, madvise(page, 4096, MADV_DONTNEED))                                                               \
	X(mmap_munmap, munmap(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096))                \
	X(mprotect, mprotect(page, 4096, PROT_READ))                                                                 \
	X(nanosleep, struct timespec t = { 0, 1 }; nanosleep(&t, NULL))                                              \
	X(netlink, receive_links())                                                                                  \
	X(openat2, const uint64_t how[3] = { O_RDONLY }; close((int)syscall(SYS_openat2, -100, "/etc/passwd", how, 24))) \
	X(openat_failing, open("/nonexistent", O_RDONLY | O_CLOEXEC))                                                \
	X(pass_descriptor, pass_descriptor())                                                                        \
	X(pipe_close, int p[2]; if (pipe2(p, O_CLOEXEC) == 0) close(p[0]), close(p[1]))                              \
	X(poll, struct pollfd f[] = { { ends[0], POLLIN, 0 }, { ends[1], POLLOUT, 0 } }; poll(f, 2, 0))              \
	X(prctl, prctl(PR_SET_NAME, "calls"))                                                                        \
	X(pread64, pread(file, bytes, 512, 0))                                                                       \
	X(prlimit64, struct rlimit l; syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &l))                            \
	X(readlink, readlink("/proc/self/exe", bytes, sizeof bytes))                                                 \
	X(readv, readv(zero, room, 2))                                                                               \
	X(rt_sigaction, struct sigaction a = { .sa_handler = SIG_IGN }; sigaction(SIGUSR2, &a, NULL))                \
	X(rt_sigprocmask, sigset_t m; sigemptyset(&m); sigaddset(&m, SIGUSR2); sigprocmask(SIG_BLOCK, &m, NULL))     \
	X(sched_getparam, char param[4]; syscall(SYS_sched_getparam, 0, param))                                      \
	X(select, select_two())                                                                                      \
	X(semop, struct sembuf b = { 0, 1, 0 }; semop(semaphores, &b, 1))                                            \
	X(sendto, sendto(udp, "hello", 5, 0, (const struct sockaddr *)&ipv4, sizeof ipv4))                           \
	X(setitimer, const struct itimerval t = { .it_value = { 100, 0 } }; setitimer(ITIMER_REAL, &t, NULL))        \
	X(setsockopt, int one = 1; setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))                      \
	X(socket_close, close(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)))                                       \
	X(stat, struct stat s; stat("/etc/passwd", &s))                                                              \
	X(statfs, struct statfs s; statfs("/", &s))                                                                  \
	X(statx, struct statx s; statx(AT_FDCWD, "/etc/passwd", 0, STATX_ALL, &s))                                   \
	X(sysinfo, struct sysinfo s; sysinfo(&s))                                                                    \
	X(timerfd, const struct itimerspec t = { .it_value = { 100, 5 } }; timerfd_settime(timer, 0, &t, NULL))      \
	X(uname, struct utsname u; uname(&u))                                                                        \
	X(unknown, syscall(600, 1, 2, 3, 4, 5, 6))                                                                   \
	X(utimensat, const struct timespec t[2] = { { 1, 2 }, { 0, UTIME_NOW } }; utimensat(-1, "x", t, 0))          \
	X(waitid, siginfo_t i; waitid(P_ALL, 0, &i, WNOHANG | WEXITED))                                              \
	X(writev, writev(null, parts, 2))

#define MAKER(kind, ...)              \
	static void make_##kind(void) \
	{                             \
		__VA_ARGS__;          \
	}
KINDS(MAKER)

static const struct {
	const char *name;
	void (*make)(void);
} kinds[] = {
#define ROW(kind, ...) { #kind, make_##kind },
	KINDS(ROW)
};

int main(int argc, char **argv)
{
	if (argc <= 2) {
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			puts(kinds[i].name);
		return 0;
	}
	prepare();
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			for (long n = atol(argv[2]); n > 0; n--)
				kinds[i].make();
	return semctl(semaphores, 0, IPC_RMID);
}
