// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - switches and state of the host's network devices
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sysctl.h"

bool sysctl_is_on(const char *path)
{
	char full[128], text[8] = "";
	int fd;

	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, text, sizeof(text) - 1) < 0)
		*text = '\0';
	close(fd);
	return *text && *text != '0';
}

int sysctl_device(uint32_t link, const char *family, const char *name)
{
	char device[IF_NAMESIZE], path[128], full[144];
	int fd, ret = 0;

	if (!if_indextoname(link, device))
		return -errno;
	snprintf(path, sizeof(path), "net/%s/conf/%s/%s", family, device, name);
	if (sysctl_is_on(path))
		return 0;
	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, "1", 1) != 1)
		ret = -errno;
	close(fd);
	return ret;
}

bool device_is_up(uint32_t link)
{
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && if_indextoname(link, ifr.ifr_name) &&
		  !ioctl(fd, SIOCGIFFLAGS, &ifr) && (ifr.ifr_flags & IFF_UP);

	if (fd >= 0)
		close(fd);
	return up;
}
