// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx start - run a context's init, or one command
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "birth.h"
#include "cgroup.h"
#include "cmd.h"
#include "conf.h"
#include "conflimit.h"
#include "modload.h"
#include "msg.h"
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
	int ret = vznl_create(s->nl, s->ctid, pid, s->set, s->nset);

	if (ret == -EEXIST)
		return msg_fail(EEXIST, "it is running already", "start CT %u",
				s->ctid);
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

/* Held for the time of the birth: two starts of one CT share a cgroup. */
static int lock_ct(uint32_t ctid)
{
	char path[64];
	int fd;

	conf_path(ctid, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int start(struct start *s)
{
	enum tty_mode mode = !s->foreground ? TTY_NULL :
			     isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ?
			     TTY_PTY : TTY_PASS;
	char private[PATH_MAX];
	struct birth b = {
		.ctid = s->ctid,
		.private = private,
		.hostname = conf_get(s->conf, "HOSTNAME"),
		.argv = s->argv,
		.verbose = s->verbose,
		.bind = bind_init,
		.arg = s,
	};
	bool enomem = false;
	struct vz_ctx c;
	struct tty t;
	pid_t pid;
	int ret;

	if (!conf_id_base(s->conf, &b.id_base) || !b.id_base)
		return msg_fail(0, "its configuration needs LOCAL_UID and LOCAL_GID, the same number above 0",
				"start CT %u", s->ctid);
	conf_private(s->conf, s->ctid, private, sizeof(private));
	ret = vznl_get(s->nl, s->ctid, &c);
	if (!ret) {
		vz_ctx_free(&c);
		return msg_fail(EEXIST, "it is running already", "start CT %u",
				s->ctid);
	}
	ret = tty_init(&t, mode);
	if (ret)
		return msg_fail(-ret, NULL, "start CT %u", s->ctid);
	ret = birth(&b, &t, &pid, &enomem);
	if (ret && enomem)
		msg_note("if its NUMPROC is too low, raise it in " CONF_DIR "/%u.conf",
			 s->ctid);
	if (ret || !s->foreground)
		return ret;
	ret = tty_relay(&t, pid, false);
	if (!running_wait_gone(s->nl, s->ctid, 0))
		cgroup_remove(s->ctid);
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
	int opt, ret, lock;

	/* Options may stand on either side of the CTID; the rest is COMMAND. */
	for (;;) {
		opt = getopt_long(argc, argv, "+Fvh", opts, NULL);
		if (opt == 'F') {
			s.foreground = true;
		} else if (opt == 'v') {
			s.verbose = true;
		} else if (opt == 'h') {
			help(argv[0]);
			return EXIT_OK;
		} else if (opt >= 0) {
			return EXIT_USAGE;
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
	if (!ret) {
		lock = lock_ct(s.ctid);
		if (lock < 0) {
			ret = msg_fail(errno, "somebody else is starting it",
				       "start CT %u", s.ctid);
		} else {
			ret = start(&s);
			close(lock);
		}
	}
	free(s.set);
	conf_free(s.conf);
	vznl_close(s.nl);
	return ret;
}
