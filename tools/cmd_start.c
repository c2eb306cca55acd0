// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx start - run a context's init, or one command
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "birth.h"
#include "cgroup.h"
#include "cmd.h"
#include "conf.h"
#include "conflimit.h"
#include "modload.h"
#include "msg.h"
#include "onlimit.h"
#include "running.h"
#include "tty.h"

struct start {
	uint32_t ctid;
	char **argv;
	bool foreground, verbose;
	struct vznl *nl;
	struct conf *conf;
	struct vz_set *set;
	int nset;
};

static int bind_init(pid_t pid, void *arg)
{
	struct start *s = arg;
	const char *what = "";
	int ret = vznl_create(s->nl, s->ctid, pid, s->set, s->nset);

	if (ret == -EEXIST)
		return msg_fail(EEXIST, "it is running already", "start CT %u",
				s->ctid);
	if (!ret) {
		ret = cgroup_limit(s->ctid, s->set, s->nset, &what);
		return ret ? msg_fail(-ret, "a limit of physpages or swappages needs the memory controller of cgroup2",
				      "start CT %u: write %s of its cgroup",
				      s->ctid, what) :
			     onlimit_apply(s->nl, s->ctid, s->conf);
	}
	return ret ? msg_fail(-ret, vznl_sentence(s->nl),
			      "start CT %u: bind its init", s->ctid) : EXIT_OK;
}

/* Return: EXIT_OK with the limits in @s, or an exit code. */
static int read_limits(struct start *s)
{
	struct vz_reslist res = { 0 };
	int ret = vznl_res(s->nl, &res);

	if (ret)
		return msg_fail(-ret, vznl_sentence(s->nl),
				"list the kernel's resources");
	s->set = calloc(res.n + 1, sizeof(*s->set));
	s->nset = s->set ? conflimit_read(s->conf, s->ctid, &res, s->set,
					  s->verbose) : 0;
	vz_reslist_free(&res);
	return s->set && s->nset >= 0 ? EXIT_OK : EXIT_FAILED;
}

/* Return: EXIT_OK, or the exit code after telling the user that it runs. */
static int check_stopped(struct start *s)
{
	struct vz_ctx c;

	if (vznl_get(s->nl, s->ctid, &c))
		return EXIT_OK;
	vz_ctx_free(&c);
	return msg_fail(EEXIST, "it is running already", "start CT %u",
			s->ctid);
}

/* @lock: held for the birth, closed here or by the caller. */
static int start(struct start *s, int *lock)
{
	enum tty_mode mode = !s->foreground ? TTY_NULL :
			     isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ?
			     TTY_PTY : TTY_PASS;
	char private[PATH_MAX], hostname[HOSTNAME_SIZE];
	struct birth b = {
		.ctid = s->ctid,
		.private = private,
		.hostname = hostname,
		.argv = s->argv,
		.verbose = s->verbose,
		.bind = bind_init,
		.arg = s,
	};
	struct tty t;
	pid_t pid;
	int ret, err;

	if (!conf_id_base(s->conf, &b.id_base) || !b.id_base)
		return msg_fail(0, "its configuration needs LOCAL_UID and LOCAL_GID, the same number above 0",
				"start CT %u", s->ctid);
	conf_private(s->conf, s->ctid, private, sizeof(private));
	conf_hostname(s->conf, s->ctid, hostname, sizeof(hostname));
	ret = tty_init(&t, mode);
	if (ret)
		return msg_fail(-ret, NULL, "start CT %u", s->ctid);
	ret = birth(&b, &t, &pid, &err);
	if (ret && (err == ENOMEM || err == ENFILE))
		msg_note("if its %s is too low, raise it in " CONF_DIR "/%u.conf",
			 err == ENOMEM ? "NUMPROC" : "NUMFILE", s->ctid);
	if (ret || !s->foreground)
		return ret;
	close(*lock);
	*lock = -1;
	ret = tty_relay(&t, pid, false);
	if (!running_wait_gone(s->nl, s->ctid, 0))
		running_clean_up(s->nl, s->ctid);
	return ret;
}

static int start_locked(struct start *s)
{
	int lock = running_lock(s->ctid, LOCK_EX), ret;

	if (lock < 0)
		return msg_fail(-lock, running_busy(lock), "start CT %u",
				s->ctid);
	ret = check_stopped(s);
	if (!ret)
		ret = start(s, &lock);
	if (lock >= 0)
		close(lock);
	return ret;
}

static void help(const char *verb)
{
	verb_help(verb);
	printf("  -F, --foreground  wait for its end and return the command's status\n"
	       "  -v, --verbose     say what could not be had\n\n"
	       "Without COMMAND its /sbin/init, /etc/init or /bin/init is run. With -F the\n"
	       "standard descriptors are the caller's, or, on a terminal, a terminal made\n"
	       "inside; without -F they are /dev/null and there is no /dev/console.\n");
}

int cmd_start(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "foreground", no_argument, NULL, 'F' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct start s = { 0 };
	int opt, ret;

	/* Options may stand on either side of the CTID; the rest is COMMAND. */
	for (;;) {
		opt = getopt_long(argc, argv, "+:Fvh", opts, NULL);
		if (opt == 'F') {
			s.foreground = true;
		} else if (opt == 'v') {
			s.verbose = true;
		} else if (opt == 'h') {
			help(argv[0]);
			return EXIT_OK;
		} else if (opt >= 0) {
			return verb_badopt(opt, argv);
		} else if (s.ctid) {
			break;
		} else {
			ret = verb_ctid(argc, argv, false, &s.ctid);
			if (ret)
				return ret;
		}
	}
	if (optind < argc)
		s.argv = argv + optind;

	s.conf = conf_load(s.ctid);
	if (!s.conf)
		return msg_fail(errno, errno == ENOENT ? "there is no such CT; make it with `vzctx create`" : NULL,
				"start CT %u", s.ctid);
	ret = modload_open(vznl_open, &s.nl);
	if (!ret)
		ret = read_limits(&s);
	if (!ret)
		ret = start_locked(&s);
	free(s.set);
	conf_free(s.conf);
	vznl_close(s.nl);
	return ret;
}
