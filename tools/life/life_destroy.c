// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container is forgotten
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "conf/names.h"
#include "engine/cgroup.h"
#include "life/life.h"
#include "life/life_step.h"
#include "module/running.h"
#include "tree/area.h"

/* The configuration and the action scripts stay, under a name of no use. */
static int forget(uint32_t ctid)
{
	static const char *const actions[] = {
		"premount", "mount", "umount", "postumount", "start", "stop",
	};
	char from[80], to[96];
	int lock = conf_lock(), ret;
	struct conf *c;

	if (lock < 0)
		return lock;
	names_forget(ctid);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		snprintf(from, sizeof(from), CONF_DIR "/%u.%s", ctid,
			 actions[i]);
		snprintf(to, sizeof(to), "%s.destroyed", from);
		rename(from, to);
	}
	/* Until the file has gone it says that a destroy is under way. */
	c = conf_load(ctid);
	ret = c ? 0 : -errno;
	if (c) {
		conf_unset(c, LIFE_KEY);
		ret = conf_retire(c, ctid);
	}
	conf_free(c);
	close(lock);
	return ret;
}

/* What is begun is written down, so that nobody starts half a tree. */
static int note_begun(uint32_t ctid)
{
	int lock = conf_lock(), ret;
	struct conf *c;

	if (lock < 0)
		return lock;
	c = conf_load(ctid);
	ret = c ? conf_set(c, LIFE_KEY, "destroy") : -errno;
	if (!ret)
		ret = conf_save(c, ctid);
	conf_free(c);
	close(lock);
	return ret;
}

/* Before it is written down that a destroy is under way. */
static int check_removable(uint32_t ctid, const struct conf *c,
			   const char *private, const char *intent,
			   struct report *report)
{
	struct place place = PLACE_NONE;
	struct areas a;
	int ret = areas_load(&a, ctid, c, report);

	if (ret) {
		ret = report_fail(report, EXIT_FAILED, -ret, NULL,
				  "%s: read " CONF_DIR, intent);
	} else if (area_check(&place, &a, AREA_PRIVATE, AREA_REMOVE)) {
		ret = report_fail(report, OUT_REMOVE, 0, place.sentence,
				  "%s: remove its private area %s", intent,
				  private);
		report_note(report, "`vzctx destroy %u` forgets the container and leaves that directory alone",
			    ctid);
	}
	areas_free(&a);
	return ret;
}

static int remove_private(uint32_t ctid, const struct conf *c,
			  const char *private, const char *intent,
			   struct report *report)
{
	struct place place;
	int ret = check_removable(ctid, c, private, intent, report);

	if (ret)
		return ret;
	ret = note_begun(ctid);
	if (ret)
		return report_fail(report, OUT_SAVE, -ret, NULL,
				   "%s: note that it has begun", intent);
	report_step(report, "Destroying container private area: %s", private);
	ret = private_remove(ctid, c, &place);
	return ret ? report_fail(report, OUT_REMOVE, *place.sentence ? 0 : -ret,
				 *place.sentence ? place.sentence : ret ==
				 -EXDEV ?
				 "something is mounted below it; unmount that first"
				 : NULL, "%s: remove %s", intent, private) : EXIT_OK;
}

static int destroy(uint32_t ctid, struct conf *c, bool purge,
		   const char *intent, struct report *report)
{
	char private[PATH_MAX], text[64];
	int ret = is_running(NULL, ctid, intent, report);

	if (ret < 0)
		return EXIT_FAILED;
	if (ret) {
		snprintf(text, sizeof(text), "it is running; `%s stop %u` first",
			 prog_name, ctid);
		return report_fail(report, OUT_RUNNING, EBUSY, text, "%s",
				   intent);
	}
	if (is_mounted(ctid, c)) {
		snprintf(text, sizeof(text),
			 "it is mounted; `%s umount %u` first", prog_name,
			 ctid);
		return report_fail(report, OUT_MOUNTED, EBUSY, text, "%s",
				   intent);
	}
	conf_private(c, ctid, private, sizeof(private));
	if (conf_get(c, LIFE_KEY))
		purge = true;
	if (purge) {
		ret = remove_private(ctid, c, private, intent, report);
		if (ret)
			return ret;
	}
	ret = forget(ctid);
	if (ret)
		return report_fail(report, OUT_SAVE, -ret, NULL,
				   "%s: rename its configuration", intent);
	cgroup_remove(ctid, report);
	report_step(report, "Container private area was destroyed");
	report_done(report, purge ? "CT %u destroyed; %s removed" :
		    "CT %u destroyed; private area %s kept (--purge removes it)",
		    ctid, private);
	return EXIT_OK;
}

int life_destroy(uint32_t ctid, bool purge, struct report *report)
{
	char intent[32];
	struct conf *c;
	int lock, ret;

	snprintf(intent, sizeof(intent), "destroy CT %u", ctid);
	lock = running_lock(ctid, LOCK_EX, "destroy");
	if (lock < 0)
		return running_busy(lock, ctid, intent, report);
	c = conf_load(ctid);
	ret = c ? destroy(ctid, c, purge, intent, report) :
		  no_conf(ctid, intent, report);
	conf_free(c);
	close(lock);
	return ret;
}
