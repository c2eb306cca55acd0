/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx selftests - loading and unloading by hand
 *
 * Witness: the kernel's own lists, /proc/modules and enabled_functions.
 */
#ifndef _SELFTESTS_MODLOAD_H
#define _SELFTESTS_MODLOAD_H

#include "world.h"

#define MODULE "/vzctx/vzctx.ko"

static inline int load_file(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0 || syscall(SYS_finit_module, fd, params, 0))
		err = -errno;
	close(fd);
	return err;
}

#define UNCOMPARED " force_prototypes=1"

/* A kernel without types of its own, see qemu/insmod. */
static inline bool untold(void)
{
	return access("/sys/kernel/btf/vmlinux", F_OK);
}

static inline int load(const char *params)
{
	char text[512];

	snprintf(text, sizeof(text), "%s%s", params, untold() ? UNCOMPARED : "");
	return load_file(MODULE, text);
}

static inline int unload_module(const char *name, int flags)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK | flags) ? -errno :
								      0;
}

static inline int unload(int flags)
{
	return unload_module("vzctx", flags);
}

/* Lines of a kernel list that contain a word; -1 if it cannot be read. */
static inline int lines_with(const char *path, const char *word)
{
	char line[1024];
	FILE *f = fopen(path, "r");
	int n = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		n += !!strstr(line, word);
	fclose(f);
	return n;
}

#define ENABLED "/sys/kernel/tracing/enabled_functions"

static inline int hooked(void)
{
	return lines_with(ENABLED, "[vzctx]");
}

static inline bool loaded(void)
{
	return lines_with("/proc/modules", "vzctx ") == 1;
}

#endif /* _SELFTESTS_MODLOAD_H */
