// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a child that reads what strangers made
 */
#include <errno.h>
#include <iconv.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail.h"
#include "parse.h"

#define MEMORY	(1ULL << 30)

static const int held_off[] = { SIGINT, SIGTERM, SIGHUP };

#define NSIGNALS (sizeof(held_off) / sizeof(held_off[0]))

/* What parent and child share. */
struct desk {
	struct template_progress p;
	int ret;
	bool done;
};

static volatile pid_t child;
static volatile sig_atomic_t interrupted;

int jail_fail(struct template_progress *p, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->sentence, sizeof(p->sentence), fmt, ap);
	va_end(ap);
	return -err;
}

const char *jail_name(const char *name)
{
	static char bufs[4][256];
	static unsigned int turn;
	char *buf = bufs[turn++ % 4];
	size_t len;

	escape(name, buf, sizeof(bufs[0]) - 3);
	len = strlen(buf);
	/* Shorter than four bytes for each of the name: it did not fit. */
	if (len > sizeof(bufs[0]) - 9)
		strcpy(buf + len, "...");
	return buf;
}

const char *jail_words(const char *words)
{
	static char bufs[2][256];
	static unsigned int turn;
	char *buf = bufs[turn++ % 2];
	size_t n;

	for (n = 0; words && words[n] && n + 1 < sizeof(bufs[0]); n++)
		buf[n] = words[n] < ' ' || words[n] == 0x7f ? '?' : words[n];
	buf[n] = '\0';
	return buf;
}

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
	if (child > 0)
		kill(child, SIGKILL);
}

static int set_capabilities(void)
{
	static const cap_value_t keep[] = {
		CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_SETFCAP,
	};
	cap_t caps = cap_init();
	int n = sizeof(keep) / sizeof(keep[0]), ret = 0;

	if (!caps)
		return -ENOMEM;
	if (cap_set_flag(caps, CAP_PERMITTED, n, keep, CAP_SET) ||
	    cap_set_flag(caps, CAP_EFFECTIVE, n, keep, CAP_SET) ||
	    cap_set_proc(caps))
		ret = -errno;
	cap_free(caps);
	return ret;
}

static int set_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
	return 0;	/* its shadow alone is more */
#else
	struct rlimit rl;

	if (getrlimit(RLIMIT_DATA, &rl))
		return -errno;
	if (rl.rlim_cur > MEMORY)
		rl.rlim_cur = MEMORY;
	if (rl.rlim_max > MEMORY)
		rl.rlim_max = MEMORY;
	return setrlimit(RLIMIT_DATA, &rl) ? -errno : 0;
#endif
}

static int enter(int dirfd, pid_t parent)
{
	const struct rlimit none = { 0, 0 };

	for (size_t i = 0; i < NSIGNALS; i++)
		signal(held_off[i], SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return -ESRCH;
	umask(022);
	if (fchdir(dirfd) || chroot(".") || setrlimit(RLIMIT_CORE, &none) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return set_capabilities() ?: set_memory();
}

static void __attribute__((noreturn)) in_child(struct desk *desk, int dirfd,
					       pid_t parent, jail_fn fn,
					       void *arg)
{
	desk->ret = enter(dirfd, parent);
	if (desk->ret)
		jail_fail(&desk->p, -desk->ret, "the child that reads templates cannot be confined");
	else
		desk->ret = fn(&desk->p, arg);
	desk->done = true;
	_exit(0);
}

static int wait_for_child(struct desk *desk)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return jail_fail(&desk->p, errno, "the child that reads templates is lost");
	if (interrupted)
		return jail_fail(&desk->p, EINTR, "a signal ended it");
	if (WIFSIGNALED(status))
		return jail_fail(&desk->p, EIO, "the child that reads templates was killed by signal %d",
				 WTERMSIG(status));
	if (!desk->done)
		return jail_fail(&desk->p, EIO, "the child that reads templates gave no result");
	return desk->ret;
}

/*
 * The C library reads its tables of character sets once, at the first use: here,
 * not in a stranger's tree.
 */
static void load_tables(void)
{
	/* Refuses the one value that stands for a failure. */
	iconv_close(iconv_open("ANSI_X3.4-1968", "UTF-8"));
}

int jail_run(int dirfd, jail_fn fn, void *arg, struct template_progress *p)
{
	struct sigaction sa = { .sa_handler = on_signal }, old[NSIGNALS];
	pid_t parent = getpid();
	struct desk *desk;
	int ret;

	desk = mmap(NULL, sizeof(*desk), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (desk == MAP_FAILED)
		return jail_fail(p, errno, "no memory");
	desk->p = *p;
	load_tables();
	interrupted = 0;
	child = 0;
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaction(held_off[i], &sa, &old[i]);
	fflush(NULL);
	child = fork();
	if (!child)
		in_child(desk, dirfd, parent, fn, arg);
	if (child < 0) {
		ret = jail_fail(&desk->p, errno, "no child could be started");
	} else {
		/* One that came before there was a child to kill. */
		if (interrupted)
			kill(child, SIGKILL);
		ret = wait_for_child(desk);
	}
	for (size_t i = 0; i < NSIGNALS; i++)
		sigaction(held_off[i], &old[i], NULL);
	*p = desk->p;
	p->sentence[sizeof(p->sentence) - 1] = '\0';
	munmap(desk, sizeof(*desk));
	return ret;
}
