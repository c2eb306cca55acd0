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

#include "seal.h"

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

	/* Before 6.3 there is no MFD_EXEC, and every memory file may run. */
	mem = memfd_create("vzctx", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (mem < 0 && errno == EINVAL)
		mem = memfd_create("vzctx", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (mem < 0) {
		ret = -errno;
		goto out_self;
	}
	ret = copy(self, mem);
	if (!ret && (fchmod(mem, 0500) || fcntl(mem, F_ADD_SEALS, SEALS)))
		ret = -errno;
	if (!ret) {
		fexecve(mem, argv, environ);
		ret = -errno;
	}
	close(mem);
out_self:
	close(self);
	return ret;
}
