// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - running from a copy nobody can write
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside/sealed_copy.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static int copy(int from, int to)
{
	struct stat st;
	off_t done = 0;

	if (fstat(from, &st))
		return -errno;
	while (done < st.st_size) {
		ssize_t n = sendfile(to, from, &done, st.st_size - done);

		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
	}
	return 0;
}

static int make_memory(const char *name)
{
	/* Before 6.3 there is no MFD_EXEC, and every memory file may run. */
	int mem = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (mem < 0 && errno == EINVAL)
		mem = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return mem < 0 ? -errno : mem;
}

static int seal(int mem, mode_t mode)
{
	return fchmod(mem, mode) || fcntl(mem, F_ADD_SEALS, SEALS) ? -errno : 0;
}

int seal_program(const char *name, const void *program, size_t size)
{
	int mem = make_memory(name), ret = 0;

	if (mem < 0)
		return mem;
	if (write(mem, program, size) != (ssize_t)size)
		ret = errno ? -errno : -EIO;
	if (!ret)
		ret = seal(mem, 0555);
	if (!ret)
		return mem;
	close(mem);
	return ret;
}

int seal_self(char **argv)
{
	int self, mem, seals, ret;

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (self < 0)
		return -errno;
	seals = fcntl(self, F_GET_SEALS);
	if (seals >= 0 && (seals & SEALS) == SEALS) {
		close(self);
		/* Executed by descriptor, the task is named after its number. */
		prctl(PR_SET_NAME, "vzctx", 0, 0, 0);
		return 0;
	}

	mem = make_memory("vzctx");
	if (mem < 0) {
		ret = mem;
		goto out_self;
	}
	ret = copy(self, mem);
	if (!ret)
		ret = seal(mem, 0500);
	if (!ret) {
		fexecve(mem, argv, environ);
		ret = -errno;
	}
	close(mem);
out_self:
	close(self);
	return ret;
}
