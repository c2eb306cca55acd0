// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container is made
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "conf/idrange.h"
#include "conf/sample_file.h"
#include "inside/files.h"
#include "life/life.h"
#include "life/life_step.h"
#include "module/running.h"
#include "template/template.h"
#include "template/template_find.h"
#include "tree/area.h"

#define BAD_PATH	"the private area and VE_ROOT need absolute paths without quote, $, ` or backslash"

struct create {
	const struct life_create *want;
	uint32_t ctid;
	bool had_conf;		/* a configuration was there before */
	char source[PATH_MAX];	/* the template */
	char private[PATH_MAX];
	struct place place;	/* where that is */
	struct report *report;
	char intent[32];
};

static int refused(const struct create *cr, int ret, const char *what,
		   const struct place *p)
{
	return report_fail(cr->report,
			   ret == -EEXIST ? OUT_PRIVATE_THERE : OUT_PLACE, 0,
			   p->sentence, "%s: %s", cr->intent, what);
}

/* What is asked for, over what the configuration has. */
static int ask(const struct create *cr, struct conf *c)
{
	const struct life_create *want = cr->want;
	int ret = conf_set(c, "VE_PRIVATE", want->private && want->ostemplate ?
			   want->private : cr->private);

	if (!ret && want->root)
		ret = conf_set(c, "VE_ROOT", want->root);
	return ret;
}

/* With the configurations locked: nobody else can be given the same. */
static int check_places(struct create *cr)
{
	struct conf *c = cr->had_conf ? conf_load(cr->ctid) : conf_new();
	struct place root = PLACE_NONE;
	char what[PATH_MAX + 16];
	struct areas a = { 0 };
	int ret = c ? ask(cr, c) : -ENOMEM;

	if (ret) {
		ret = report_fail(cr->report, EXIT_FAILED, -ret,
				  ret == -EINVAL ? BAD_PATH : NULL, "%s",
				  cr->intent);
		goto out;
	}
	ret = areas_load(&a, cr->ctid, c, cr->report);
	if (ret) {
		ret = report_fail(cr->report, EXIT_FAILED, -ret, NULL,
				  "%s: read " CONF_DIR, cr->intent);
		goto out;
	}
	ret = area_open(&cr->place, &a, AREA_PRIVATE, AREA_NEW);
	if (ret) {
		snprintf(what, sizeof(what), "private area %s", cr->private);
		ret = refused(cr, ret, what, &cr->place);
		goto out;
	}
	if (!cr->want->ostemplate)
		strcpy(cr->private, cr->place.path);
	ret = area_check(&root, &a, AREA_ROOT, AREA_SAVE);
	if (ret)
		ret = refused(cr, ret, "VE_ROOT", &root);
out:
	areas_free(&a);
	conf_free(c);
	return ret;
}

static int fill(const struct create *cr, struct conf *c)
{
	const struct life_create *want = cr->want;
	const char *const *key = want->keys;
	int ret = ask(cr, c);

	for (; !ret && key && *key; key += 2)
		ret = conf_set(c, key[0], key[1]);
	if (!ret && want->ostemplate && *want->ostemplate != '/')
		ret = conf_set(c, "OSTEMPLATE", want->ostemplate);
	if (!ret && want->ostemplate)
		ret = conf_set(c, LIFE_KEY, "create");
	if (!ret && !conf_get(c, "ONBOOT"))
		ret = conf_set(c, "ONBOOT", "no");
	if (!ret && !conf_get(c, "LOCAL_UID"))
		ret = idrange_give(c);
	return ret;
}

/* Return: an outcome; the configuration on disk says that it is being made. */
static int write_conf(const struct create *cr, struct conf *c)
{
	char path[64];
	int ret;

	if (cr->want->sample) {
		ret = sample_apply(cr->want->sample, c, cr->report);
		if (ret)
			return ret;
	}
	ret = fill(cr, c);
	if (ret == -ENOSPC)
		return report_fail(cr->report, EXIT_FAILED, 0,
				   "no free range of 65536 ids is left", "%s",
				   cr->intent);
	if (ret == -EINVAL)
		return report_fail(cr->report, EXIT_FAILED, 0,
				   "a value holds a quote, $, ` or backslash",
				   "%s", cr->intent);
	if (!ret)
		ret = conf_save(c, cr->ctid);
	if (!ret)
		return EXIT_OK;
	conf_path(cr->ctid, path, sizeof(path));
	return report_fail(cr->report, OUT_SAVE, -ret, NULL, "%s: write %s",
			   cr->intent, path);
}

static int unpack(const struct create *cr, const struct conf *c, int parent,
		  const char *name)
{
	struct tree_job p = { .quiet = !cr->want->progress };
	char left[256];
	int dir, ret;

	if (mkdirat(parent, name, 0755))
		return errno == EEXIST ?
		       report_fail(cr->report, OUT_PRIVATE_THERE, EEXIST,
				   "a private area is there already; without a template it is taken as it is",
				   "%s: make %s", cr->intent, cr->private) :
		       report_fail(cr->report, OUT_UNPACK, errno, NULL,
				   "%s: make %s", cr->intent, cr->private);
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
				   O_NOFOLLOW);
	ret = dir < 0 ? -errno : 0;
	if (!ret)
		quota_new(dir, cr->ctid, c);
	if (!ret)
		ret = template_unpack(cr->source, dir, &p);
	if (!ret && syncfs(dir))
		ret = -errno;
	if (dir >= 0)
		close(dir);
	if (ret)
		return report_fail(cr->report, OUT_UNPACK,
				   *p.sentence ? 0 : -ret, p.sentence,
				   "%s: unpack %s", cr->intent, cr->source);
	template_left_out(&p, left, sizeof(left));
	if (*left)
		report_note(cr->report, "%s: unpacked%s", cr->want->ostemplate,
			    left);
	if (p.run.image && *p.run.command)
		report_note(cr->report,
			    "the image is to be run with: %s start %u -- %s",
			    prog_name, cr->ctid, p.run.command);
	return EXIT_OK;
}

/* Takes back what a failed create has made. */
static void undo(const struct create *cr, struct conf *c, int why)
{
	struct place place;
	char path[64];
	int lock;

	if (why != OUT_PRIVATE_THERE && private_remove(cr->ctid, c, &place))
		return;
	lock = conf_lock();
	conf_unset(c, LIFE_KEY);
	conf_path(cr->ctid, path, sizeof(path));
	if (cr->had_conf)
		conf_save(c, cr->ctid);
	else
		unlink(path);
	if (lock >= 0)
		close(lock);
}

/* Read again: meanwhile `set` may have written into it. */
static int note_done(uint32_t ctid)
{
	int lock = conf_lock(), ret;
	struct conf *c;

	if (lock < 0)
		return lock;
	c = conf_load(ctid);
	ret = c ? 0 : -errno;
	if (c) {
		conf_unset(c, LIFE_KEY);
		ret = conf_save(c, ctid);
	}
	conf_free(c);
	close(lock);
	return ret;
}

static int make_private(struct create *cr, const struct conf *c)
{
	int ret = place_make(&cr->place, false);

	if (ret)
		return report_fail(cr->report, OUT_UNPACK, 0,
				   cr->place.sentence,
				   "%s: open the directory above %s",
				   cr->intent, cr->private);
	report_step(cr->report, "Creating container private area (%s)",
		    cr->want->ostemplate);
	ret = unpack(cr, c, cr->place.fd, cr->place.rest);
	if (ret)
		return ret;
	report_step(cr->report, "Performing postcreate actions");
	ret = setup_new(cr->private);
	if (ret)
		return report_fail(cr->report, OUT_UNPACK, -ret, NULL,
				   "%s: empty its /etc/machine-id", cr->intent);
	ret = note_done(cr->ctid);
	return ret ? report_fail(cr->report, OUT_SAVE, -ret, NULL,
				 "%s: write its configuration", cr->intent) : EXIT_OK;
}

static void told(const struct create *cr, const struct conf *c)
{
	uint32_t base = 0;
	char path[64];

	conf_path(cr->ctid, path, sizeof(path));
	conf_id_base(c, &base);
	report_step(cr->report, "CT configuration saved to %s", path);
	report_step(cr->report, "Container private area was created");
	report_done(cr->report, "CT %u created: %s, ids %u..%u, %s", cr->ctid,
		    cr->private, base, base + ID_COUNT - 1, path);
}

/*
 * Before anything is written down: a create that says it is under way has what
 * lies there removed, so it has to be its own.
 */
static int check_absent(const struct create *cr)
{
	struct stat st;

	if (!cr->want->ostemplate || lstat(cr->private, &st))
		return EXIT_OK;
	return report_fail(cr->report, OUT_PRIVATE_THERE, EEXIST,
			   "a private area is there already; without a template it is taken as it is",
			   "%s: make %s", cr->intent, cr->private);
}

/* With the container locked: its configuration, and the ids, with all locked. */
static int begin(struct create *cr, struct conf **cp)
{
	struct conf *c = conf_load(cr->ctid);
	const char *unfinished;
	struct place place;
	char path[64], old[PATH_MAX];
	int ret;

	*cp = c;
	cr->had_conf = c;
	if (!c && errno != ENOENT)
		return no_conf(cr->ctid, cr->intent, cr->report);
	conf_path(cr->ctid, path, sizeof(path));
	unfinished = c ? conf_get(c, LIFE_KEY) : NULL;
	if (unfinished && !strcmp(unfinished, "create")) {
		conf_private(c, cr->ctid, old, sizeof(old));
		report_note(cr->report, "removing %s, which an earlier create left unfinished",
			    old);
		ret = private_remove(cr->ctid, c, &place);
		if (ret)
			return report_fail(cr->report, OUT_REMOVE,
					   *place.sentence ? 0 : -ret,
					   place.sentence, "%s: remove %s",
					   cr->intent, old);
		cr->had_conf = false;
		conf_free(c);
		c = NULL;
	} else if (unfinished) {
		return check_finished(cr->ctid, c, cr->intent, cr->report);
	} else if (c && (!cr->want->ostemplate || !cr->want->reuse_conf)) {
		return report_fail(cr->report, OUT_PRIVATE_THERE, 0,
				   "there is such a CT already", "%s: %s",
				   cr->intent, path);
	}
	if (!c)
		*cp = c = conf_new();
	if (!c)
		return report_fail(cr->report, EXIT_FAILED, ENOMEM, NULL, "%s",
				   cr->intent);
	ret = check_absent(cr);
	if (!ret)
		ret = check_places(cr);
	return ret ? ret : write_conf(cr, c);
}

static int find_template(struct create *cr)
{
	const struct life_create *want = cr->want;
	struct conf *c;
	int ret;

	if (!want->ostemplate)
		return EXIT_OK;
	ret = template_find(want->ostemplate, cr->source, sizeof(cr->source),
			    cr->report);
	if (ret)
		return report_lack(cr->report, OUT_NO_TEMPLATE,
				   want->ostemplate, 0,
				   "there is none; `vzctx template list` shows those there are",
				   "%s: find template %s", cr->intent,
				   want->ostemplate);
	/* The path of what is to be made, from what is asked or was saved. */
	c = conf_load(cr->ctid);
	if (!c)
		c = conf_new();
	if (!c || (want->private && conf_set(c, "VE_PRIVATE", want->private)))
		ret = -EINVAL;
	else
		conf_private(c, cr->ctid, cr->private, sizeof(cr->private));
	conf_free(c);
	if (!ret && *cr->private != '/')
		ret = -EINVAL;
	return ret ? report_fail(cr->report, EXIT_FAILED, EINVAL, BAD_PATH,
				 "%s", cr->intent) : EXIT_OK;
}

static int find_directory(struct create *cr)
{
	const char *dir = cr->want->private;
	char def[64], *here;
	struct stat st;

	if (cr->want->ostemplate)
		return EXIT_OK;
	snprintf(def, sizeof(def), PRIVATE_DIR "/%u", cr->ctid);
	if (stat(dir ? dir : def, &st))
		return report_fail(cr->report, OUT_NO_PRIVATE, errno,
				   dir ? NULL : "give a template with --ostemplate, or name a directory with --private",
				   "%s: private area %s", cr->intent,
				   dir ? dir : def);
	if (!S_ISDIR(st.st_mode))
		return report_fail(cr->report, EXIT_FAILED, ENOTDIR, NULL,
				   "%s: private area %s", cr->intent,
				   dir ? dir : def);
	here = dir && *dir != '/' ? getcwd(NULL, 0) : NULL;
	snprintf(cr->private, sizeof(cr->private), "%s%s%s", here ? here : "",
		 here ? "/" : "", dir ? dir : def);
	free(here);
	return EXIT_OK;
}

static int create(struct create *cr)
{
	struct conf *c = NULL;
	int lock = conf_lock(), ret;

	if (lock < 0)
		return report_fail(cr->report, EXIT_FAILED, -lock, NULL,
				   "%s: lock " CONF_DIR, cr->intent);
	ret = begin(cr, &c);
	if (!ret && cr->want->ostemplate) {
		/* Others need not wait while it is unpacked. */
		close(lock);
		lock = -1;
		ret = make_private(cr, c);
		if (ret)
			undo(cr, c, ret);
	}
	if (lock >= 0)
		close(lock);
	if (!ret)
		told(cr, c);
	conf_free(c);
	return ret;
}

int life_create(const struct life_create *want, struct report *report)
{
	struct create cr = {
		.want = want, .ctid = want->ctid, .place = PLACE_NONE,
		.report = report,
	};
	int lock, ret;

	snprintf(cr.intent, sizeof(cr.intent), "create CT %u", cr.ctid);
	ret = find_template(&cr);
	if (!ret)
		ret = find_directory(&cr);
	if (ret)
		return ret;
	lock = running_lock(cr.ctid, LOCK_EX, "create");
	if (lock < 0)
		return running_busy(lock, cr.ctid, cr.intent, report);
	ret = is_running(NULL, cr.ctid, cr.intent, report);
	if (ret)
		ret = ret < 0 ? EXIT_FAILED :
		      report_fail(report, OUT_RUNNING, EEXIST,
				  "it is running", "%s", cr.intent);
	else
		ret = create(&cr);
	place_close(&cr.place);
	close(lock);
	return ret;
}
