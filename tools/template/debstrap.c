// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a Debian by mmdebstrap
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program/caller.h"
#include "template/debstrap.h"
#include "template/sources.h"

#define PROGRAM "mmdebstrap"
#define PACKAGES "systemd,systemd-sysv,dbus,iproute2,iputils-ping,netbase,procps"

/*
 * What of this host is not to be in there, and what each container is to have as
 * its own; an empty machine-id is what machine-id(5) asks for. mmdebstrap runs it
 * by sh, with the tree as $1.
 */
#define CLEAN							\
	"cd \"$1\" && "						\
	"rm -f etc/resolv.conf etc/hostname etc/ssh/ssh_host_* "	\
	"var/lib/dbus/machine-id var/lib/systemd/random-seed "	\
	"etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap && " \
	": >etc/fstab && : >etc/machine-id && "			\
	"echo localhost >etc/hostname && "			\
	"printf '127.0.0.1 localhost\\n::1 localhost\\n' >etc/hosts"

struct release {
	const char *name, *suite;
};

static const struct release releases[] = {
	{ "debian-11", "bullseye" },
	{ "debian-12", "bookworm" },
	{ "debian-13", "trixie" },
};

static const char *const variants[] = {
	"minbase", "apt", "essential", "buildd", "important", "standard",
};

const char *debstrap_suite(const char *release)
{
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		if (!strcmp(release, releases[i].name))
			return releases[i].suite;
	return NULL;
}

const char *debstrap_releases(void)
{
	static char names[128];
	size_t len = 0;

	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++)
		len += snprintf(names + len, sizeof(names) - len, "%s%s",
				i ? ", " : "", releases[i].name);
	return names;
}

bool debstrap_variant(const char *name)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (!strcmp(name, variants[i]))
			return true;
	return false;
}

bool debstrap_packages(const char *list)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";

	do {
		size_t len = strcspn(list, ",");

		if (len < 2 || !strchr(first, *list) ||
		    strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789+-.") != len)
			return false;
		list += len;
	} while (*list++);
	return true;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin";
	char file[512];

	while (*path) {
		size_t len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, program);
		if (len && !access(file, X_OK))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

struct words {
	char *argv[64];
	size_t n;
	bool full;
};

static void word(struct words *w, const char *prefix, const char *s)
{
	char *text;

	if (w->n + 1 >= sizeof(w->argv) / sizeof(w->argv[0]) ||
	    asprintf(&text, "%s%s", prefix, s) < 0) {
		w->full = true;
		return;
	}
	w->argv[w->n++] = text;
	w->argv[w->n] = NULL;
}

static void command(struct words *w, const struct debstrap *d,
		    const struct sources *s, const char *suite, const char *file)
{
	word(w, "", PROGRAM);
	if (d->quiet)
		word(w, "", "--quiet");
	word(w, "", "--mode=root");
	word(w, "--variant=", d->variant ?: "minbase");
	word(w, "", "--include=" PACKAGES);
	if (d->include)
		word(w, "--include=", d->include);
	/* Written once and packed: a crash leaves nothing that counts. */
	word(w, "", "--dpkgopt=force-unsafe-io");
	word(w, "", "--skip=output/dev");
	for (size_t i = 0; i < s->noption; i++)
		word(w, "--aptopt=", s->option[i]);
	word(w, "", "--customize-hook=" CLEAN);
	word(w, "", suite);
	word(w, "", file);
	for (size_t i = 0; i < s->n; i++)
		word(w, "", s->line[i]);
}

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted = sig;
}

/* It cleans up itself when it is asked to end. */
static int run(char *const argv[], int *status)
{
	static const int held_off[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal }, old[3];
	pid_t pid;
	int ret = 0;

	interrupted = 0;
	for (int i = 0; i < 3; i++)
		sigaction(held_off[i], caller_ignores(held_off[i]) ? NULL : &sa,
			  &old[i]);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 3; i++)
			if (!caller_ignores(held_off[i]))
				signal(held_off[i], SIG_DFL);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0)
		ret = -errno;
	while (!ret && waitpid(pid, status, 0) < 0) {
		if (errno != EINTR)
			ret = -errno;
		else if (interrupted)
			kill(pid, SIGTERM);
	}
	for (int i = 0; i < 3; i++)
		sigaction(held_off[i], &old[i], NULL);
	return ret;
}

int debstrap_run(const struct debstrap *d, const char *suite, const char *file,
		 struct report *report)
{
	struct words w = { .n = 0 };
	struct sources s;
	int ret, status = 0;

	if (!in_path(PROGRAM))
		return report_fail(report, EXIT_FAILED, 0,
				   "it takes " PROGRAM ": apt-get install " PROGRAM,
				   "build a template");
	sources_find(&s, suite, d->mirror);
	if (!s.n)
		return report_fail(report, EXIT_FAILED, 0,
				   "the apt of this host knows no server that has it; --mirror URL names one",
				   "build a template: find Debian %s", suite);
	command(&w, d, &s, suite, file);
	ret = w.full ? -ENOMEM : run(w.argv, &status);
	while (w.n)
		free(w.argv[--w.n]);
	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, NULL, "run " PROGRAM);
	if (interrupted)
		return report_fail(report, EXIT_FAILED, 0, "a signal ended it",
				   "build a template");
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return EXIT_OK;
	return report_fail(report, EXIT_FAILED, 0,
			   "what it said is above; --mirror names another server",
			   WIFEXITED(status) ? "build a template: " PROGRAM " ended with status %d" :
			   "build a template: " PROGRAM " was ended by signal %d",
			   WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
