// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx create - the configuration of a new context
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "conf.h"
#include "idrange.h"
#include "msg.h"

static bool good_hostname(const char *s)
{
	size_t len = strlen(s);

	if (!len || len > 64 || *s == '-' || *s == '.')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '-' && *s != '.')
			return false;
	return true;
}

struct same {
	const char *private;
	uint32_t ctid;
};

static int same_private(uint32_t ctid, const struct conf *c, void *arg)
{
	char path[PATH_MAX];
	struct same *s = arg;

	conf_private(c, ctid, path, sizeof(path));
	if (strcmp(path, s->private))
		return 0;
	s->ctid = ctid;
	return 1;
}

static int fill(struct conf *c, const char *private, const char *hostname,
		uint32_t base)
{
	char id[16];
	int ret = conf_set(c, "VE_PRIVATE", private);

	snprintf(id, sizeof(id), "%u", base);
	if (!ret && hostname)
		ret = conf_set(c, "HOSTNAME", hostname);
	if (!ret)
		ret = conf_set(c, "ONBOOT", "no");
	if (!ret)
		ret = conf_set(c, "LOCAL_UID", id);
	if (!ret)
		ret = conf_set(c, "LOCAL_GID", id);
	return ret;
}

/* With the directory locked. */
static int create(uint32_t ctid, const char *private, const char *hostname)
{
	struct same same = { .private = private };
	struct conf *c = conf_load(ctid);
	char path[64];
	uint32_t base;
	int ret;

	conf_path(ctid, path, sizeof(path));
	if (c || errno != ENOENT) {
		ret = c ? EEXIST : errno;
		conf_free(c);
		return msg_fail(ret, path, "create CT %u", ctid);
	}
	ret = conf_each(same_private, &same);
	if (ret == 1) {
		msg_note("cannot create CT %u: %s belongs to CT %u", ctid,
			 private, same.ctid);
		return EXIT_FAILED;
	}
	if (!ret)
		ret = idrange_choose(&base);
	if (ret == -ENOSPC)
		return msg_fail(0, "no free range of 65536 ids is left",
				"create CT %u", ctid);
	c = ret ? NULL : conf_new();
	if (!ret)
		ret = c ? fill(c, private, hostname, base) : -ENOMEM;
	if (ret == -EINVAL) {
		conf_free(c);
		return msg_fail(0, "the path of the private area holds a quote, $, ` or backslash",
				"create CT %u", ctid);
	}
	if (!ret)
		ret = conf_save(c, ctid);
	conf_free(c);
	if (ret)
		return msg_fail(-ret, path, "create CT %u", ctid);
	printf("CT %u created: %s, ids %u..%u, %s\n", ctid, private, base,
	       base + ID_COUNT - 1, path);
	return EXIT_OK;
}

int cmd_create(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "private", required_argument, NULL, 'p' },
		{ "hostname", required_argument, NULL, 'H' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *dir = NULL, *hostname = NULL;
	char def[64], private[PATH_MAX];
	struct stat st;
	uint32_t ctid;
	int opt, ret, lock;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		switch (opt) {
		case 'p':
			dir = optarg;
			break;
		case 'H':
			hostname = optarg;
			break;
		case 'h':
			verb_help(argv[0]);
			printf("  --private DIR    the tree, owned by ids 0..65535 (default " PRIVATE_DIR "/CTID)\n"
			       "  --hostname NAME  its host name\n");
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	if (hostname && !good_hostname(hostname))
		return msg_usage(argv[0], "\"%s\" is no host name", hostname);

	snprintf(def, sizeof(def), PRIVATE_DIR "/%u", ctid);
	if (!realpath(dir ? dir : def, private) || stat(private, &st))
		return msg_fail(errno, dir ? NULL : "unpack a template there, or name a directory with --private",
				"create CT %u: private area %s", ctid,
				dir ? dir : def);
	if (!strcmp(private, "/"))
		return msg_fail(0, "a context with the host's root as its own would own every file of the host",
				"create CT %u: private area /", ctid);
	if (!S_ISDIR(st.st_mode))
		return msg_fail(ENOTDIR, NULL, "create CT %u: private area %s",
				ctid, private);
	lock = conf_lock();
	if (lock < 0)
		return msg_fail(-lock, NULL, "create CT %u: lock " CONF_DIR,
				ctid);
	ret = create(ctid, private, hostname);
	close(lock);
	return ret;
}
