// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container is forgotten
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "life.h"
#include "life_step.h"
#include "msg.h"
#include "names.h"
#include "running.h"

static int set_aside(const char *from)
{
	char to[96];

	snprintf(to, sizeof(to), "%s.destroyed", from);
	return rename(from, to) && errno != ENOENT ? -errno : 0;
}

/* The configuration and the action scripts stay, under a name of no use. */
static int forget(uint32_t ctid)
{
	static const char *const actions[] = {
		"premount", "mount", "umount", "postumount", "start", "stop",
	};
	char path[80];
	int dir, ret = 0;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		snprintf(path, sizeof(path), CONF_DIR "/%u.%s", ctid,
			 actions[i]);
		set_aside(path);
	}
	conf_path(ctid, path, sizeof(path));
	ret = set_aside(path);
	dir = open(CONF_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!ret && (dir < 0 || fsync(dir)))
		ret = -errno;
	if (dir >= 0)
		close(dir);
	return ret;
}

/* What is begun is written down, so that nobody starts half a tree. */
static int remove_private(struct conf *c, uint32_t ctid, const char *private,
			  const char *intent)
{
	int ret = conf_set(c, LIFE_KEY, "destroy");

	if (!ret)
		ret = conf_save(c, ctid);
	if (ret)
		return msg_end(OUT_SAVE, -ret, NULL, "%s: note that it has begun",
			       intent);
	msg_step("Destroying container private area: %s", private);
	ret = private_remove(private);
	if (ret)
		return msg_end(OUT_REMOVE, -ret, ret == -EXDEV ?
			       "something is mounted below it; unmount that first" :
			       NULL, "%s: remove %s", intent, private);
	conf_unset(c, LIFE_KEY);
	ret = conf_save(c, ctid);
	return ret ? msg_end(OUT_SAVE, -ret, NULL, "%s: write its configuration",
			     intent) : EXIT_OK;
}

static int destroy(uint32_t ctid, struct conf *c, bool purge,
		   const char *intent)
{
	char private[PATH_MAX], text[64];
	int ret = is_running(ctid, intent);

	if (ret < 0)
		return EXIT_FAILED;
	if (ret) {
		snprintf(text, sizeof(text), "it is running; `%s stop %u` first",
			 prog_name, ctid);
		return msg_end(OUT_RUNNING, EBUSY, text, "%s", intent);
	}
	if (is_mounted(ctid, c)) {
		snprintf(text, sizeof(text),
			 "it is mounted; `%s umount %u` first", prog_name,
			 ctid);
		return msg_end(OUT_MOUNTED, EBUSY, text, "%s", intent);
	}
	conf_private(c, ctid, private, sizeof(private));
	if (conf_get(c, LIFE_KEY))
		purge = true;
	if (purge) {
		ret = remove_private(c, ctid, private, intent);
		if (ret)
			return ret;
	}
	names_forget(ctid);
	ret = forget(ctid);
	if (ret)
		return msg_end(OUT_SAVE, -ret, NULL, "%s: rename its configuration",
			       intent);
	cgroup_remove(ctid);
	msg_step("Container private area was destroyed");
	if (msg_style == MSG_VZCTX && purge)
		printf("CT %u destroyed; %s removed\n", ctid, private);
	else if (msg_style == MSG_VZCTX)
		printf("CT %u destroyed; private area %s kept (--purge removes it)\n",
		       ctid, private);
	return EXIT_OK;
}

int life_destroy(uint32_t ctid, bool purge)
{
	char intent[32];
	struct conf *c;
	int lock, ret;

	snprintf(intent, sizeof(intent), "destroy CT %u", ctid);
	lock = running_lock(ctid, LOCK_EX, "destroy");
	if (lock < 0)
		return running_busy(lock, ctid, intent);
	c = conf_load(ctid);
	ret = c ? destroy(ctid, c, purge, intent) : no_conf(ctid, intent);
	conf_free(c);
	close(lock);
	return ret;
}
