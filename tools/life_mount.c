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

#include "cgroup.h"
#include "consock.h"
#include "dirs.h"
#include "globalconf.h"
#include "life.h"
#include "life_step.h"
#include "mnt.h"
#include "msg.h"
#include "nl.h"
#include "running.h"
#include "script.h"

static int bind_tree(const char *private, const char *root)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		/* What scripts mount below is not to show in VE_PRIVATE. */
		.propagation = MS_PRIVATE,
	};
	int tree = open_tree(AT_FDCWD, private,
			     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int ret = 0;

	if (tree < 0)
		return -errno;
	if (mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) ||
	    move_mount(tree, "", AT_FDCWD, root, MOVE_MOUNT_F_EMPTY_PATH))
		ret = -errno;
	close(tree);
	return ret;
}

bool is_mounted(uint32_t ctid, const struct conf *c)
{
	char root[PATH_MAX];

	conf_root(c, ctid, root, sizeof(root));
	return mnt_is_mounted(root);
}

static void unmount(const char *root)
{
	/* As often as something lies there, what is below it included. */
	for (int i = 0; i < 64 && mnt_is_mounted(root); i++)
		if (umount2(root, MNT_DETACH | UMOUNT_NOFOLLOW))
			break;
}

int mount_step(uint32_t ctid, const struct conf *c)
{
	char private[PATH_MAX], root[PATH_MAX];
	struct stat st;
	int ret;

	conf_private(c, ctid, private, sizeof(private));
	conf_root(c, ctid, root, sizeof(root));
	if (stat(private, &st) || !S_ISDIR(st.st_mode)) {
		if (msg_style == MSG_OPENVZ)
			msg_note("Container private area %s does not exist",
				 private);
		else
			msg_end(OUT_NO_PRIVATE, ENOENT, NULL,
				"start CT %u: open private area %s", ctid,
				private);
		return OUT_NO_PRIVATE;
	}
	if (!strcmp(private, root))
		return msg_end(OUT_MOUNT, 0, "VE_PRIVATE and VE_ROOT are the same directory",
			       "mount CT %u", ctid);
	ret = dirs_make(root, 0755);
	if (ret)
		return msg_end(OUT_MOUNT, -ret, NULL, "mount CT %u: make %s",
			       ctid, root);
	ret = script_host(ctid, "premount");
	if (ret)
		return ret;
	ret = bind_tree(private, root);
	if (ret)
		return msg_end(OUT_MOUNT, -ret, NULL, "mount CT %u: bind %s to %s",
			       ctid, private, root);
	ret = script_host(ctid, "mount");
	if (ret) {
		unmount(root);
		return ret;
	}
	msg_step("Container is mounted");
	return EXIT_OK;
}

int umount_step(uint32_t ctid, const struct conf *c)
{
	char root[PATH_MAX];
	int ret, post;

	conf_root(c, ctid, root, sizeof(root));
	ret = script_host(ctid, "umount");
	unmount(root);
	if (mnt_is_mounted(root))
		return msg_end(OUT_UMOUNT, errno, NULL, "unmount %s of CT %u",
			       root, ctid);
	post = script_host(ctid, "postumount");
	return ret ? ret : post;
}

int is_running(uint32_t ctid, const char *intent)
{
	struct vz_ctx c;
	struct vznl *nl;
	int ret = vznl_open(&nl);

	/* Without the module nothing runs, and it is not loaded for this. */
	if (ret == -ENOENT)
		return 0;
	if (ret) {
		msg_fail(-ret, NULL, "talk to the vzctx module");
		return -1;
	}
	ret = vznl_get(nl, ctid, &c);
	if (!ret) {
		vz_ctx_free(&c);
		ret = 1;
	} else if (ret == -ENOENT) {
		ret = 0;
	} else {
		msg_fail(-ret, vznl_sentence(nl), "%s", intent);
		ret = -1;
	}
	vznl_close(nl);
	return ret;
}

static int mount_finished(uint32_t ctid, const struct conf *c,
			  const char *intent)
{
	int ret = check_finished(ctid, c, intent);

	return ret ? ret : mount_step(ctid, c);
}

static int with_lock(uint32_t ctid, bool mount)
{
	char intent[32];
	struct conf *c;
	int lock, ret;

	snprintf(intent, sizeof(intent), "%s CT %u", mount ? "mount" : "unmount",
		 ctid);
	lock = running_lock(ctid, LOCK_EX, mount ? "mount" : "umount");
	if (lock < 0)
		return running_busy(lock, ctid, intent);
	c = conf_load(ctid);
	ret = c ? is_running(ctid, intent) : no_conf(ctid, intent);
	if (!c)
		;
	else if (ret == 1)
		ret = msg_end(OUT_RUNNING, 0, "it is running", "%s", intent);
	else if (ret)
		ret = EXIT_FAILED;
	else if (mount && is_mounted(ctid, c))
		ret = msg_end(OUT_MOUNTED, 0, "it is mounted already", "%s",
			      intent);
	else if (!mount && !is_mounted(ctid, c))
		ret = msg_end(OUT_NOT_MOUNTED, 0, "it is not mounted", "%s",
			      intent);
	else
		ret = mount ? mount_finished(ctid, c, intent) :
			      umount_step(ctid, c);
	/* What a killed start had made. */
	if (!ret && !mount)
		cgroup_remove(ctid);
	conf_free(c);
	close(lock);
	return ret;
}

int life_mount(uint32_t ctid)
{
	return with_lock(ctid, true);
}

int life_umount(uint32_t ctid)
{
	int ret = with_lock(ctid, false);

	if (!ret)
		msg_step("Container is unmounted");
	return ret;
}

void life_ended(uint32_t ctid)
{
	int lock = running_lock(ctid, LOCK_EX, "clean-up");
	struct conf *c;

	if (lock < 0)
		return;
	if (!is_running(ctid, "clean up")) {
		c = conf_load(ctid);
		if (c && is_mounted(ctid, c))
			umount_step(ctid, c);
		conf_free(c);
		cgroup_remove(ctid);
		consock_forget(ctid);
	}
	close(lock);
}

void life_unfinished(uint32_t ctid, const struct life_state *st)
{
	if (st->unfinished)
		msg_note("a %s of CT %u was cut short; do it again, or `%s destroy %u`",
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
