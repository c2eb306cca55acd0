// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx destroy - forget a stopped context
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "cmd.h"
#include "conf.h"
#include "msg.h"
#include "running.h"

/*
 * Removes a tree: no links followed, no file system border crossed, each
 * directory entered by descriptor and compared (fts does that).
 */
static int purge(const char *path)
{
	char real[PATH_MAX], *roots[] = { real, NULL };
	int ret = 0;
	FTSENT *e;
	FTS *fts;

	if (!realpath(path, real))
		return errno == ENOENT ? 0 : -errno;
	if (!strcmp(real, "/"))
		return -EINVAL;
	fts = fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL);
	if (!fts)
		return -errno;
	while (!ret && (errno = 0, e = fts_read(fts))) {
		switch (e->fts_info) {
		case FTS_D:
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			ret = -e->fts_errno;
			break;
		case FTS_DP:
			if (rmdir(e->fts_accpath))
				ret = -errno;
			break;
		default:
			if (unlink(e->fts_accpath))
				ret = -errno;
			break;
		}
	}
	if (!ret && errno)
		ret = -errno;
	fts_close(fts);
	return ret;
}

static int forget(uint32_t ctid)
{
	char from[64], to[80];
	int dir, ret = 0;

	conf_path(ctid, from, sizeof(from));
	snprintf(to, sizeof(to), "%s.destroyed", from);
	if (rename(from, to))
		return -errno;
	dir = open(CONF_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fsync(dir))
		ret = -errno;
	if (dir >= 0)
		close(dir);
	return ret;
}

/* Without the module nothing can be running, and it is not loaded for this. */
static int check_stopped(uint32_t ctid)
{
	struct vz_ctx c;
	struct vznl *nl;
	char text[64];
	int ret = vznl_open(&nl);

	if (ret == -ENOENT)
		return EXIT_OK;
	if (ret)
		return msg_fail(-ret, NULL, "talk to the vzctx module");
	ret = vznl_get(nl, ctid, &c);
	if (!ret) {
		vz_ctx_free(&c);
		snprintf(text, sizeof(text), "it is running; `%s stop %u` first",
			 prog_name, ctid);
		ret = msg_fail(EBUSY, text, "destroy CT %u", ctid);
	} else if (ret == -ENOENT) {
		ret = EXIT_OK;
	} else {
		ret = msg_fail(-ret, vznl_sentence(nl), "destroy CT %u", ctid);
	}
	vznl_close(nl);
	return ret;
}

/* With the directory and the context locked. */
static int remove_all(uint32_t ctid, const char *private, bool do_purge)
{
	int ret = check_stopped(ctid);

	if (ret)
		return ret;
	/* The configuration goes last: a half purged CT can be purged again. */
	if (do_purge) {
		ret = purge(private);
		if (ret)
			return msg_fail(-ret, NULL, "destroy CT %u: remove %s",
					ctid, private);
	}
	ret = forget(ctid);
	if (ret)
		return msg_fail(-ret, NULL, "destroy CT %u: rename its configuration",
				ctid);
	cgroup_remove(ctid);
	if (do_purge)
		printf("CT %u destroyed; %s removed\n", ctid, private);
	else
		printf("CT %u destroyed; private area %s kept (--purge removes it)\n",
		       ctid, private);
	return EXIT_OK;
}

static int destroy(uint32_t ctid, bool do_purge)
{
	struct conf *c = conf_load(ctid);
	char private[PATH_MAX];
	int lock, ret;

	if (!c)
		return msg_fail(errno, errno == ENOENT ? "there is no such CT" :
				NULL, "destroy CT %u", ctid);
	conf_private(c, ctid, private, sizeof(private));
	conf_free(c);
	lock = running_lock(ctid, LOCK_EX);
	if (lock < 0)
		return msg_fail(-lock, running_busy(lock), "destroy CT %u",
				ctid);
	ret = remove_all(ctid, private, do_purge);
	close(lock);
	return ret;
}

int cmd_destroy(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "purge", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool do_purge = false;
	uint32_t ctid;
	int opt, ret, lock;

	while ((opt = getopt_long(argc, argv, ":h", opts, NULL)) >= 0) {
		if (opt == 'p') {
			do_purge = true;
		} else if (opt == 'h') {
			verb_help(argv[0]);
			printf("  --purge  remove the private area too, wherever it lies\n\n"
			       "The configuration is renamed to " CONF_DIR "/CTID.conf.destroyed.\n");
			return EXIT_OK;
		} else {
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	lock = conf_lock();
	if (lock < 0)
		return msg_fail(-lock, NULL, "destroy CT %u: lock " CONF_DIR,
				ctid);
	ret = destroy(ctid, do_purge);
	close(lock);
	return ret;
}
