// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the private area, mounted on VE_ROOT
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "console/consock.h"
#include "engine/cgroup.h"
#include "lib/dirs.h"
#include "life/life.h"
#include "life/life_step.h"
#include "life/script.h"
#include "module/nl.h"
#include "module/running.h"
#include "tree/area.h"

static int bind_tree(int private, int root)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		/* What scripts mount below is not to show in VE_PRIVATE. */
		.propagation = MS_PRIVATE,
	};
	int tree = open_tree(private, "", AT_EMPTY_PATH | OPEN_TREE_CLONE |
					  OPEN_TREE_CLOEXEC);
	int ret = 0;

	if (tree < 0)
		return -errno;
	if (mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ||
	    move_mount(tree, "", root, "", MOVE_MOUNT_F_EMPTY_PATH |
					   MOVE_MOUNT_T_EMPTY_PATH))
		ret = -errno;
	close(tree);
	return ret;
}

static enum area_mount mounted(uint32_t ctid, const struct conf *c)
{
	struct place p = PLACE_NONE;
	enum area_mount what = area_mounted(ctid, c, &p);

	place_close(&p);
	return what;
}

bool is_mounted(uint32_t ctid, const struct conf *c)
{
	enum area_mount what = mounted(ctid, c);

	return what == AREA_OURS || what == AREA_BOUND;
}

/* What is mounted below goes along; what lies over it, or instead of it, stays. */
static int unmount(uint32_t ctid, const struct conf *c)
{
	int ret = 0;

	for (int i = 0; !ret && i < 64; i++) {
		struct place p = PLACE_NONE;
		enum area_mount what = area_mounted(ctid, c, &p);
		char path[64];

		/* By descriptor: what was proved is what goes. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d", p.fd);
		if (what == AREA_OURS && umount2(path, MNT_DETACH))
			ret = -errno;
		place_close(&p);
		if (what != AREA_OURS)
			break;
	}
	return ret;
}

static int no_private(uint32_t ctid, const char *path, struct report *report)
{
	return report_lack(report, OUT_NO_PRIVATE, path, ENOENT, NULL,
			   "start CT %u: open private area %s", ctid, path);
}

/* Both directories, proved and held; then mounts have to go to these. */
struct ends {
	struct areas areas;
	struct place private, root;
};

static void close_ends(struct ends *e)
{
	place_close(&e->private);
	place_close(&e->root);
}

static int open_private(struct ends *e, uint32_t ctid, struct report *report)
{
	int ret = area_open(&e->private, &e->areas, AREA_PRIVATE, AREA_USE);
	struct stat st;

	if (ret)
		return report_fail(report, OUT_PLACE, 0, e->private.sentence,
				   "mount CT %u: use its private area", ctid);
	if (*e->private.rest || fstat(e->private.fd, &st) ||
	    !S_ISDIR(st.st_mode))
		return no_private(ctid, e->private.path, report);
	return EXIT_OK;
}

static int check_bare(struct ends *e, uint32_t ctid, struct report *report)
{
	char text[PATH_MAX + 160];
	int fd;
	bool empty;

	if (mounted(ctid, e->areas.conf) != AREA_BARE) {
		snprintf(text, sizeof(text),
			 "something is mounted there that %s did not mount; unmount it, or choose another directory (VE_ROOT)",
			 prog_name);
		return report_fail(report, OUT_MOUNT, EBUSY, text,
				   "mount CT %u on %s", ctid, e->root.path);
	}
	fd = place_read(&e->root, O_DIRECTORY);
	empty = fd >= 0 && dirs_empty(fd);
	if (fd >= 0)
		close(fd);
	return empty ? EXIT_OK :
	       report_fail(report, OUT_MOUNT, fd < 0 ? -fd : ENOTEMPTY, fd < 0 ?
			   NULL :
			   "what is there would be hidden; empty it, or choose another directory (VE_ROOT)",
			   "mount CT %u on %s", ctid, e->root.path);
}

static int open_root(struct ends *e, uint32_t ctid, struct report *report)
{
	int ret = area_open(&e->root, &e->areas, AREA_ROOT, AREA_USE);

	if (!ret && *e->root.rest)
		ret = place_make(&e->root, true);
	if (ret)
		return report_fail(report, OUT_PLACE, 0, e->root.sentence,
				   "mount CT %u: use its VE_ROOT", ctid);
	return check_bare(e, ctid, report);
}

static int open_ends(struct ends *e, uint32_t ctid, struct report *report)
{
	int ret = open_private(e, ctid, report);

	return ret ? ret : open_root(e, ctid, report);
}

static int mount_ends(struct ends *e, uint32_t ctid, const struct conf *c,
		      struct report *report)
{
	int ret = areas_load(&e->areas, ctid, c, report);
	bool ran = false;

	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, NULL,
				   "mount CT %u: read " CONF_DIR, ctid);
	ret = open_ends(e, ctid, report);
	if (!ret)
		ret = script_host(ctid, "premount", &ran, report);
	/* A script may have mounted what one of them lies on. */
	if (!ret && ran) {
		close_ends(e);
		areas_refresh(&e->areas);
		ret = open_ends(e, ctid, report);
	}
	if (ret)
		return ret;
	quota_step(&e->private, ctid, c, report);
	ret = bind_tree(e->private.fd, e->root.fd);
	return ret ? report_fail(report, OUT_MOUNT, -ret, NULL,
				 "mount CT %u: bind %s to %s", ctid,
				 e->private.path, e->root.path) : EXIT_OK;
}

int mount_step(uint32_t ctid, const struct conf *c, struct report *report)
{
	struct ends e = { .private = PLACE_NONE, .root = PLACE_NONE };
	int ret = mount_ends(&e, ctid, c, report);

	close_ends(&e);
	areas_free(&e.areas);
	if (ret)
		return ret;
	ret = script_host(ctid, "mount", NULL, report);
	if (ret) {
		unmount(ctid, c);
		return ret;
	}
	report_step(report, "Container is mounted");
	return EXIT_OK;
}

/* Not there, or not the tool's to take away. */
static int no_umount(uint32_t ctid, const struct conf *c, const char *intent,
		     struct report *report)
{
	struct place p = PLACE_NONE;
	enum area_mount what = area_mounted(ctid, c, &p);
	char text[PATH_MAX + 96];

	place_close(&p);
	if (what == AREA_BARE)
		return report_fail(report, OUT_NOT_MOUNTED, 0,
				   "it is not mounted", "%s", intent);
	snprintf(text, sizeof(text),
		 "what lies on %s was not mounted by %s, so it stays", p.path,
		 prog_name);
	return report_fail(report, OUT_UMOUNT, 0,
			   *p.sentence ? p.sentence : text, "%s", intent);
}

int umount_step(uint32_t ctid, const struct conf *c, struct report *report)
{
	struct report beside;
	char intent[32];
	int ret, post;

	snprintf(intent, sizeof(intent), "unmount CT %u", ctid);
	if (mounted(ctid, c) != AREA_OURS)
		return no_umount(ctid, c, intent, report);
	ret = script_host(ctid, "umount", NULL, report);
	report_beside(&beside, report);
	post = unmount(ctid, c);
	if (post)
		return report_fail(report, OUT_UMOUNT, -post, NULL, "%s",
				   intent);
	post = script_host(ctid, "postumount", NULL, ret ? &beside : report);
	return ret ? ret : post;
}

static int mount_finished(uint32_t ctid, const struct conf *c,
			  const char *intent, struct report *report)
{
	int ret = check_finished(ctid, c, intent, report);

	return ret ? ret : mount_step(ctid, c, report);
}

static int with_lock(uint32_t ctid, bool mount, struct report *report)
{
	char intent[32];
	struct conf *c;
	int lock, ret;

	snprintf(intent, sizeof(intent), "%s CT %u", mount ? "mount" : "unmount",
		 ctid);
	lock = running_lock(ctid, LOCK_EX, mount ? "mount" : "umount");
	if (lock < 0)
		return running_busy(lock, ctid, intent, report);
	c = conf_load(ctid);
	ret = c ? is_running(NULL, ctid, intent, report) :
		  no_conf(ctid, intent, report);
	if (!c)
		;
	else if (ret == 1)
		ret = report_fail(report, OUT_RUNNING, 0, "it is running", "%s",
				  intent);
	else if (ret)
		ret = EXIT_FAILED;
	else if (mount && is_mounted(ctid, c))
		ret = report_fail(report, OUT_MOUNTED, 0,
				  "it is mounted already", "%s", intent);
	else
		ret = mount ? mount_finished(ctid, c, intent, report) :
			      umount_step(ctid, c, report);
	/* What a killed start had made. */
	if (!ret && !mount)
		cgroup_remove(ctid, report);
	conf_free(c);
	close(lock);
	return ret;
}

int life_mount(uint32_t ctid, struct report *report)
{
	return with_lock(ctid, true, report);
}

int life_umount(uint32_t ctid, struct report *report)
{
	int ret = with_lock(ctid, false, report);

	if (!ret)
		report_step(report, "Container is unmounted");
	return ret;
}

void life_ended(struct vznl *nl, uint32_t ctid, struct report *report)
{
	int lock = running_lock(ctid, LOCK_EX, "clean-up");
	struct conf *c;

	if (lock < 0)
		return;
	if (!is_running(nl, ctid, "clean up", report)) {
		c = conf_load(ctid);
		if (c && is_mounted(ctid, c))
			umount_step(ctid, c, report);
		life_unplug(nl, ctid, c, report);
		conf_free(c);
		cgroup_remove(ctid, report);
		consock_forget(ctid);
	}
	close(lock);
}

void life_unfinished(uint32_t ctid, const struct life_state *st,
		     struct report *report)
{
	if (st->unfinished)
		report_note(report, "a %s of CT %u was cut short; do it again, or `%s destroy %u`",
			    st->unfinished, ctid, prog_name, ctid);
}

void life_state(uint32_t ctid, struct life_state *st)
{
	struct conf *c = conf_load(ctid);
	struct vz_ctx ctx;
	struct vznl *nl;
	char path[PATH_MAX];
	const char *key;

	*st = (struct life_state){ .exists = c };
	if (c) {
		st->mounted = is_mounted(ctid, c);
		key = conf_get(c, LIFE_KEY);
		st->unfinished = !key ? NULL :
				 strcmp(key, "destroy") ? "create" : "destroy";
	}
	snprintf(path, sizeof(path), "%s/Dump.%u",
		 globalconf(NULL, "DUMPDIR"), ctid);
	st->suspended = !access(path, F_OK);
	conf_free(c);
	if (vznl_open(&nl))
		return;
	if (!vznl_get(nl, ctid, &ctx)) {
		st->running = true;
		vz_ctx_free(&ctx);
	}
	vznl_close(nl);
}
