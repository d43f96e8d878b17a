/* Names of network interfaces, in the tracer's own network namespace. */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tracer.h"

int32_t tracer_interface_name(int32_t index, uint8_t *out, int32_t len)
{
	/* One for all questions: they may be many. */
	static int fd = -1;
	struct ifreq r = { .ifr_ifindex = index };
	if (fd < 0 && (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return -errno;
	if (ioctl(fd, SIOCGIFNAME, &r) != 0)
		return -errno;
	size_t n = strnlen(r.ifr_name, sizeof r.ifr_name);
	if (n > (size_t)len)
		return -EINVAL;
	memcpy(out, r.ifr_name, n);
	return (int32_t)n;
}
