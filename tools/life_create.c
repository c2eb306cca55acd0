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

#include "dirs.h"
#include "idrange.h"
#include "life.h"
#include "life_step.h"
#include "msg.h"
#include "running.h"
#include "sample.h"
#include "setup.h"
#include "template.h"

struct create {
	const struct life_create *want;
	uint32_t ctid;
	bool had_conf;		/* a configuration was there before */
	char source[PATH_MAX];	/* the template */
	char private[PATH_MAX];
	char intent[32];
};

int no_conf(uint32_t ctid, const char *intent)
{
	char path[64];

	if (errno == ENOENT)
		return msg_end(OUT_NO_CONF, 0, "there is no such CT; make it with `vzctx create`",
			       "%s", intent);
	conf_path(ctid, path, sizeof(path));
	return msg_end(OUT_BAD_CONF, errno, NULL, "%s: read %s", intent, path);
}

int check_finished(uint32_t ctid, const struct conf *c, const char *intent)
{
	const char *what = conf_get(c, LIFE_KEY);
	char text[128];

	if (!what)
		return EXIT_OK;
	if (!strcmp(what, "destroy"))
		snprintf(text, sizeof(text),
			 "its destruction was cut short; `%s destroy %u` ends it",
			 prog_name, ctid);
	else
		snprintf(text, sizeof(text),
			 "its creation was cut short; create it again, or `%s destroy %u` removes what is there",
			 prog_name, ctid);
	return msg_end(OUT_UNFINISHED, 0, text, "%s", intent);
}

struct same {
	const char *private;
	uint32_t self, ctid;
};

static int same_private(uint32_t ctid, const struct conf *c, void *arg)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct same *s = arg;

	if (ctid == s->self)
		return 0;
	conf_private(c, ctid, path, sizeof(path));
	if (strcmp(path, s->private) &&
	    (!realpath(path, real) || strcmp(real, s->private)))
		return 0;
	s->ctid = ctid;
	return 1;
}

/* A tree two containers share would be two owners' at once. */
static int check_private(const struct create *cr)
{
	struct same same = { .private = cr->private, .self = cr->ctid };
	int ret = conf_each(same_private, &same);
	char text[PATH_MAX + 64];

	if (ret < 0)
		return msg_fail(-ret, NULL, "%s: read " CONF_DIR, cr->intent);
	if (!ret)
		return EXIT_OK;
	snprintf(text, sizeof(text), "%s belongs to CT %u", cr->private,
		 same.ctid);
	return msg_end(OUT_PRIVATE_THERE, 0, text, "%s", cr->intent);
}

static int fill(const struct create *cr, struct conf *c)
{
	const struct life_create *want = cr->want;
	const char *const *key = want->keys;
	int ret = conf_set(c, "VE_PRIVATE", want->private && want->ostemplate ?
			   want->private : cr->private);

	if (!ret && want->root)
		ret = conf_set(c, "VE_ROOT", want->root);
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
		ret = sample_apply(cr->want->sample, c);
		if (ret)
			return ret;
	}
	ret = fill(cr, c);
	if (ret == -ENOSPC)
		return msg_fail(0, "no free range of 65536 ids is left", "%s",
				cr->intent);
	if (ret == -EINVAL)
		return msg_fail(0, "the path of the private area, or another value, holds a quote, $, ` or backslash",
				"%s", cr->intent);
	if (!ret)
		ret = conf_save(c, cr->ctid);
	if (!ret)
		return EXIT_OK;
	conf_path(cr->ctid, path, sizeof(path));
	return msg_end(OUT_SAVE, -ret, NULL, "%s: write %s", cr->intent, path);
}

/* The directory that holds it, and the last part of its name. */
static int open_parent(char *private, const char **name)
{
	char *slash = strrchr(private, '/');
	int fd;

	if (!slash || !slash[1])
		return -EINVAL;
	*slash = '\0';
	fd = dirs_make(*private ? private : "/", 0700);
	if (!fd) {
		fd = open(*private ? private : "/",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			fd = -errno;
	}
	*slash = '/';
	*name = slash + 1;
	return fd;
}

int private_remove(const char *private)
{
	char path[PATH_MAX];
	const char *name;
	int parent, ret;

	snprintf(path, sizeof(path), "%s", private);
	parent = open_parent(path, &name);
	if (parent < 0)
		return parent;
	ret = template_remove_tree(parent, name);
	if (!ret && fsync(parent))
		ret = -errno;
	close(parent);
	return ret;
}

static int unpack(const struct create *cr, int parent, const char *name)
{
	struct template_progress p = { .quiet = msg_quiet };
	char left[256];
	int dir, ret;

	if (mkdirat(parent, name, 0755))
		return errno == EEXIST ?
		       msg_end(OUT_PRIVATE_THERE, EEXIST, "a private area is there already; without a template it is taken as it is",
			       "%s: make %s", cr->intent, cr->private) :
		       msg_end(OUT_UNPACK, errno, NULL, "%s: make %s",
			       cr->intent, cr->private);
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
				   O_NOFOLLOW);
	ret = dir < 0 ? -errno : template_unpack(cr->source, dir, &p);
	if (!ret && syncfs(dir))
		ret = -errno;
	if (dir >= 0)
		close(dir);
	if (ret)
		return msg_end(OUT_UNPACK, *p.sentence ? 0 : -ret, p.sentence,
			       "%s: unpack %s", cr->intent, cr->source);
	template_left_out(&p, left, sizeof(left));
	if (*left)
		msg_note("%s: unpacked%s", cr->want->ostemplate, left);
	if (p.run.image && *p.run.command)
		msg_note("the image is to be run with: %s start %u -- %s",
			 prog_name, cr->ctid, p.run.command);
	return EXIT_OK;
}

/* Takes back what a failed create has made. */
static void undo(const struct create *cr, struct conf *c, int why)
{
	char path[64];
	int lock;

	if (why != OUT_PRIVATE_THERE && private_remove(cr->private))
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

static int make_private(const struct create *cr)
{
	char path[PATH_MAX];
	const char *name;
	int parent, ret;

	snprintf(path, sizeof(path), "%s", cr->private);
	parent = open_parent(path, &name);
	if (parent < 0)
		return msg_end(OUT_UNPACK, -parent, NULL, "%s: open the directory above %s",
			       cr->intent, cr->private);
	msg_step("Creating container private area (%s)", cr->want->ostemplate);
	ret = unpack(cr, parent, name);
	close(parent);
	if (ret)
		return ret;
	msg_step("Performing postcreate actions");
	ret = setup_new(cr->private);
	if (ret)
		return msg_end(OUT_UNPACK, -ret, NULL, "%s: empty its /etc/machine-id",
			       cr->intent);
	ret = note_done(cr->ctid);
	return ret ? msg_end(OUT_SAVE, -ret, NULL, "%s: write its configuration",
			     cr->intent) : EXIT_OK;
}

static void told(const struct create *cr, const struct conf *c)
{
	char path[64], root[PATH_MAX];
	uint32_t base = 0;

	conf_path(cr->ctid, path, sizeof(path));
	conf_id_base(c, &base);
	conf_root(c, cr->ctid, root, sizeof(root));
	dirs_make(root, 0755);
	msg_step("CT configuration saved to %s", path);
	msg_step("Container private area was created");
	if (msg_style == MSG_VZCTX)
		printf("CT %u created: %s, ids %u..%u, %s\n", cr->ctid,
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
	return msg_end(OUT_PRIVATE_THERE, EEXIST, "a private area is there already; without a template it is taken as it is",
		       "%s: make %s", cr->intent, cr->private);
}

/* With the container locked: its configuration, and the ids, with all locked. */
static int begin(struct create *cr, struct conf **cp)
{
	struct conf *c = conf_load(cr->ctid);
	const char *unfinished;
	char path[64], old[PATH_MAX];
	int ret;

	*cp = c;
	cr->had_conf = c;
	if (!c && errno != ENOENT)
		return no_conf(cr->ctid, cr->intent);
	conf_path(cr->ctid, path, sizeof(path));
	unfinished = c ? conf_get(c, LIFE_KEY) : NULL;
	if (unfinished && !strcmp(unfinished, "create")) {
		conf_private(c, cr->ctid, old, sizeof(old));
		msg_note("removing %s, which an earlier create left unfinished",
			 old);
		ret = private_remove(old);
		if (ret)
			return msg_end(OUT_REMOVE, -ret, NULL, "%s: remove %s",
				       cr->intent, old);
		cr->had_conf = false;
		conf_free(c);
		c = NULL;
	} else if (unfinished) {
		return check_finished(cr->ctid, c, cr->intent);
	} else if (c && (!cr->want->ostemplate || msg_style == MSG_VZCTX)) {
		return msg_end(OUT_PRIVATE_THERE, EEXIST, path, "%s", cr->intent);
	}
	if (!c)
		*cp = c = conf_new();
	if (!c)
		return msg_fail(ENOMEM, NULL, "%s", cr->intent);
	ret = check_private(cr);
	if (!ret)
		ret = check_absent(cr);
	return ret ? ret : write_conf(cr, c);
}

static int find_template(struct create *cr)
{
	const struct life_create *want = cr->want;
	struct conf *c;
	char text[64];
	int ret;

	if (!want->ostemplate)
		return EXIT_OK;
	ret = template_find(want->ostemplate, cr->source, sizeof(cr->source));
	if (ret) {
		snprintf(text, sizeof(text), "`vzctx template list` shows those there are");
		if (msg_style == MSG_OPENVZ)
			msg_note("Cached OS template %s not found",
				 want->ostemplate);
		else
			msg_end(OUT_NO_TEMPLATE, -ret, text, "%s: find template %s",
				cr->intent, want->ostemplate);
		return OUT_NO_TEMPLATE;
	}
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
	return ret ? msg_fail(EINVAL, "the private area needs an absolute path without quote, $, ` or backslash",
			      "%s", cr->intent) : EXIT_OK;
}

static int find_directory(struct create *cr)
{
	const char *dir = cr->want->private;
	char def[64];
	struct stat st;

	if (cr->want->ostemplate)
		return EXIT_OK;
	snprintf(def, sizeof(def), PRIVATE_DIR "/%u", cr->ctid);
	if (!realpath(dir ? dir : def, cr->private) || stat(cr->private, &st))
		return msg_end(OUT_NO_PRIVATE, errno, dir ? NULL :
			       "give a template with --ostemplate, or name a directory with --private",
			       "%s: private area %s", cr->intent,
			       dir ? dir : def);
	if (!strcmp(cr->private, "/"))
		return msg_fail(0, "a context with the host's root as its own would own every file of the host",
				"%s: private area /", cr->intent);
	if (!S_ISDIR(st.st_mode))
		return msg_fail(ENOTDIR, NULL, "%s: private area %s", cr->intent,
				cr->private);
	return EXIT_OK;
}

static int create(struct create *cr)
{
	struct conf *c = NULL;
	int lock = conf_lock(), ret;

	if (lock < 0)
		return msg_fail(-lock, NULL, "%s: lock " CONF_DIR, cr->intent);
	ret = begin(cr, &c);
	if (!ret && cr->want->ostemplate) {
		/* Others need not wait while it is unpacked. */
		close(lock);
		lock = -1;
		ret = make_private(cr);
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

int life_create(const struct life_create *want)
{
	struct create cr = { .want = want, .ctid = want->ctid };
	int lock, ret;

	snprintf(cr.intent, sizeof(cr.intent), "create CT %u", cr.ctid);
	ret = find_template(&cr);
	if (!ret)
		ret = find_directory(&cr);
	if (ret)
		return ret;
	lock = running_lock(cr.ctid, LOCK_EX, "create");
	if (lock < 0)
		return running_busy(lock, cr.ctid, cr.intent);
	ret = is_running(cr.ctid, cr.intent);
	if (ret)
		ret = ret < 0 ? EXIT_FAILED :
		      msg_end(OUT_RUNNING, EEXIST, "it is running", "%s",
			      cr.intent);
	else
		ret = create(&cr);
	close(lock);
	return ret;
}
