// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a stand-in for a fault in what reads archives
 *
 * Preloaded into the tool, it runs in the child that reads a template as a
 * stranger's code would: it tries to reach the host and writes what it could do,
 * a word each, into "jailbreak" in its root directory. The victim is a process of
 * the host, its number in JAILBREAK_VICTIM.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct archive;
struct archive_entry;

static void told(int out, int could, const char *what)
{
	if (could)
		dprintf(out, "%s\n", what);
}

/* Whether a file of the host can be read: from @dir, or any directory above it. */
static int reads_host(int dir)
{
	char up[128] = "";

	for (int i = 0; i < 20; i++) {
		char path[192];
		int fd;

		snprintf(path, sizeof(path), "%setc/shadow", up);
		fd = openat(dir, path, O_RDONLY);
		if (fd >= 0) {
			close(fd);
			return 1;
		}
		strcat(up, "../");
	}
	return 0;
}

static void try_files(int out)
{
	char name[64];

	told(out, reads_host(AT_FDCWD), "read-shadow");
	told(out, !access("/proc/self", F_OK), "proc");
	told(out, mknod("/jailbreak-node", S_IFCHR | 0600, 0x103) == 0, "device");
	for (int fd = 0; fd < 1024; fd++) {
		struct stat st;

		if (fd == out || fstat(fd, &st))
			continue;
		snprintf(name, sizeof(name), "shadow-through-%d", fd);
		told(out, S_ISDIR(st.st_mode) && reads_host(fd), name);
		snprintf(name, sizeof(name), "terminal-%d", fd);
		told(out, isatty(fd), name);
		snprintf(name, sizeof(name), "pipe-or-socket-%d", fd);
		told(out, S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode), name);
	}
}

static void try_tasks(int out)
{
	const char *victim = getenv("JAILBREAK_VICTIM");
	pid_t pid = victim ? atoi(victim) : 0, child;

	told(out, pid && !kill(pid, SIGUSR1), "signal");
	told(out, pid && !ptrace(PTRACE_ATTACH, pid, 0, 0), "ptrace");
	child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!child)
		_exit(0);
	told(out, child > 0, "fork");
	if (child > 0)
		waitpid(child, NULL, 0);
}

static void try_kernel(int out)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_NETLINK, AF_PACKET };
	struct io_uring_params p = { 0 };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		told(out, socket(families[i], SOCK_RAW, 0) >= 0 ||
			  socket(families[i], SOCK_DGRAM, 0) >= 0, "socket");
	told(out, syscall(SYS_io_uring_setup, 1, &p) >= 0, "io_uring");
	told(out, syscall(SYS_keyctl, 0, -3, 0) >= 0, "keyring");
	told(out, !mount("none", "/", "tmpfs", 0, NULL), "mount");
	told(out, !unshare(CLONE_NEWUSER), "user-namespace");
	told(out, !sethostname("jailbreak", 9), "host-name");
}

static void try_once(void)
{
	static int tried;
	int out;

	/* The reading child has no /proc, the tool itself has. */
	if (tried || (!access("/proc/self", F_OK) && getpid() != 1))
		return;
	tried = 1;
	out = open("/jailbreak", O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (out < 0)
		return;
	told(out, 1, "ran");
	try_files(out);
	try_tasks(out);
	try_kernel(out);
	close(out);
}

/* An archive is read. */
int archive_read_next_header(struct archive *a, struct archive_entry **e)
{
	int (*real)(struct archive *, struct archive_entry **) =
		dlsym(RTLD_NEXT, "archive_read_next_header");

	try_once();
	return real(a, e);
}

/* A directory is read. */
DIR *fdopendir(int fd)
{
	DIR *(*real)(int) = dlsym(RTLD_NEXT, "fdopendir");

	try_once();
	return real(fd);
}
