// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx bench - runs a command while there are many contexts
 *
 * usage: contexts [--bare] NUMBER FILES COMMAND [ARGUMENT...]
 *
 * Each context is a parked process in a pid namespace of its own, without cgroup,
 * limits or file system. The first one holds FILES open files. The command finds the
 * pid of the last one in INSIDE, all of them in MEMBERS, and they end with it. CTs are
 * numbered from 10001. With --bare everything is the same, but none is a context and no
 * module is needed.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "help/genl.h"

#define FIRST_CTID 10001
#define MOST 20000

static pid_t member[MOST];
static char pids[MOST * 12];

/* Opens the files once it is in its context; tells when it has. */
static void park(int go, int ready, int files)
{
	char byte;

	if (read(go, &byte, 1) != 1)
		_exit(1);
	for (int i = 0; i < files; i++)
		if (open("/dev/null", O_RDONLY) < 0)
			err(1, "file %d", i);
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static pid_t make(struct genl *g, unsigned int ctid, int files)
{
	int go[2], ready[2], ret;
	char byte;
	pid_t pid;

	if (pipe(go) || pipe(ready))
		err(1, "pipe");
	pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		err(1, "clone");
	if (!pid) {
		close(go[1]);
		close(ready[0]);
		park(go[0], ready[1], files);
	}
	close(go[0]);
	close(ready[1]);
	ret = g ? vz_create(g, ctid, pid) : 0;
	if (ret)
		errx(1, "CT %u: %s %s", ctid, strerror(-ret), g->text);
	if (write(go[1], "g", 1) != 1 || read(ready[0], &byte, 1) != 1)
		errx(1, "CT %u: its process is gone", ctid);
	close(go[1]);
	close(ready[0]);
	return pid;
}

static void may_open(int files)
{
	struct rlimit most = { files + 64, files + 64 };

	if (files && setrlimit(RLIMIT_NOFILE, &most))
		err(1, "RLIMIT_NOFILE");
}

int main(int argc, char **argv)
{
	int number, files, status = -1, len = 0;
	bool bare = argc > 1 && !strcmp(argv[1], "--bare");
	struct genl g;
	char last[16];
	pid_t pid;

	argc -= bare;
	argv += bare;
	if (argc < 4)
		errx(2, "usage: contexts [--bare] NUMBER FILES COMMAND [ARGUMENT...]");
	number = atoi(argv[1]);
	files = atoi(argv[2]);
	if (number < 1 || number > MOST || files < 0)
		errx(2, "%d contexts with %d files", number, files);
	if (!bare && genl_open(&g))
		errx(1, "the module is not loaded");
	may_open(files);
	for (int i = 0; i < number; i++) {
		member[i] = make(bare ? NULL : &g, FIRST_CTID + i, i ? 0 : files);
		len += snprintf(pids + len, sizeof(pids) - len, "%d ", member[i]);
	}
	snprintf(last, sizeof(last), "%d", member[number - 1]);
	setenv("INSIDE", last, 1);
	setenv("MEMBERS", pids, 1);
	pid = fork();
	if (!pid) {
		execvp(argv[3], argv + 3);
		err(127, "%s", argv[3]);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	for (int i = 0; i < number; i++)
		kill(member[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return status ? 1 : 0;
}
