// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - runs a command and kills it at its K-th step.
 *
 * usage: killer K COMMAND...     steps are printed on descriptor 9 if it is open
 *        killer -e SCRIPT COMMAND...   runs "SCRIPT K" at each step, kills nothing
 *
 * A step is the entry of a system call that changes something another process
 * can see; between two of them there is but one state to be killed in. Processes
 * the command makes count and die with it, save those in another pid namespace:
 * a container's. With K = 0 nothing is killed. Exit status: 137 if killed, else
 * the command's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX	256
#define SYSTRAP	(SIGTRAP | 0x80)
#define OPTIONS	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | \
		 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | \
		 PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

static struct {
	pid_t pid;
	bool inside;	/* a system call */
} task[MAX];
static int ntasks;

static const struct {
	long nr;
	const char *name;
} changes[] = {
#define C(n) { SYS_##n, #n }
	C(mkdir), C(mkdirat), C(rename), C(renameat), C(renameat2), C(unlink),
	C(unlinkat), C(rmdir), C(link), C(linkat), C(symlink), C(symlinkat),
	C(mknodat), C(ftruncate), C(write), C(pwrite64), C(fsync), C(syncfs),
	C(fchmod), C(fchmodat), C(fchown), C(fchownat), C(mount), C(umount2),
	C(move_mount), C(unshare), C(clone), C(clone3), C(fork), C(vfork), C(setns), C(sendto),
	C(sendmsg), C(kill), C(pidfd_send_signal), C(flock), C(finit_module),
#undef C
};

static int find(pid_t pid)
{
	for (int i = 0; i < ntasks; i++)
		if (task[i].pid == pid)
			return i;
	if (ntasks == MAX) {
		fprintf(stderr, "killer: too many tasks\n");
		exit(125);
	}
	task[ntasks].pid = pid;
	task[ntasks].inside = false;
	return ntasks++;
}

static void forget(pid_t pid)
{
	int i = find(pid);

	task[i] = task[--ntasks];
}

static bool is_foreign(pid_t pid)
{
	struct stat mine, its;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return !stat("/proc/self/ns/pid", &mine) && !stat(path, &its) &&
	       mine.st_ino != its.st_ino;
}

/* What changes nothing but the caller itself has no name. */
static const char *step_name(pid_t pid)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, pid, 0, &r))
		return NULL;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (changes[i].nr == (long)r.orig_rax)
			return changes[i].name;
	if (r.orig_rax == SYS_openat && (r.rdx & O_CREAT))
		return "openat";
	return NULL;
}

static void kill_all(void)
{
	for (int i = 0; i < ntasks; i++)
		kill(task[i].pid, SIGKILL);
}

int main(int argc, char **argv)
{
	bool each = argc > 3 && !strcmp(argv[1], "-e");
	long at = each ? 0 : argc > 2 ? atol(argv[1]) : -1, seen = 0;
	char **command = argv + 2 + each, line[256];
	bool killed = false;
	int status, result = 125;
	pid_t first, pid;

	if (at < 0)
		return 125;
	first = fork();
	if (!first) {
		fcntl(9, F_SETFD, FD_CLOEXEC);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(command[0], command);
		_exit(127);
	}
	waitpid(first, &status, 0);
	ptrace(PTRACE_SETOPTIONS, first, 0, OPTIONS);
	find(first);
	ptrace(PTRACE_SYSCALL, first, 0, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int sig, i;

		if (!WIFSTOPPED(status)) {
			forget(pid);
			if (pid == first)
				result = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
							       WEXITSTATUS(status);
			/* A keeper stays; the tool has ended. */
			if (pid == first && !killed)
				break;
			continue;
		}
		if (killed)
			continue;
		i = find(pid);
		sig = WSTOPSIG(status);
		if (is_foreign(pid)) {
			forget(pid);
			ptrace(PTRACE_DETACH, pid, 0, 0);
			continue;
		}
		if (sig == SYSTRAP) {
			const char *name;

			task[i].inside = !task[i].inside;
			name = task[i].inside ? step_name(pid) : NULL;
			if (name) {
				seen++;
				dprintf(9, "%ld %s %s\n", seen, name,
					pid == first ? "tool" : "other");
			}
			if (name && each) {
				snprintf(line, sizeof(line), "%s %ld", argv[2],
					 seen);
				if (system(line))
					fprintf(stderr, "killer: %s failed\n", line);
			}
			if (name && seen == at) {
				killed = true;
				kill_all();
				continue;
			}
			sig = 0;
		} else if (sig == SIGTRAP || sig == SIGSTOP) {
			sig = 0;
		}
		ptrace(PTRACE_SYSCALL, pid, 0, sig);
	}
	/* Those that live on do so untraced. */
	for (int i = 0; i < ntasks; i++) {
		kill(task[i].pid, SIGSTOP);
		if (waitpid(task[i].pid, &status, __WALL) > 0)
			ptrace(PTRACE_DETACH, task[i].pid, 0, 0);
	}
	for (int i = 0; i < ntasks; i++)
		kill(task[i].pid, SIGCONT);
	return killed ? 137 : result;
}
