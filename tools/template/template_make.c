// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - makes templates, and trees of them
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/dirs.h"
#include "lib/parse.h"
#include "template/template_find.h"
#include "template/template_make.h"
#include "tree/area.h"
#include "tree/rmtree.h"

#define TREE	".import.XXXXXX"	/* only root enters it, whatever modes are inside */

bool template_name_ok(const char *name)
{
	size_t n = strlen(name);

	if (!n || n > 128 || *name == '.' || *name == '-')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._+-", *name))
			return false;
	return true;
}

/* The cache, with no template @name in it. Return: its descriptor or -1. */
static int open_cache(const char *name, char *cache, size_t size,
		      struct report *report)
{
	char path[PATH_MAX];
	int fd = -1, ret = template_cache(cache, size, false);

	if (!ret)
		ret = template_trust(cache, report) ?: template_cache(cache, size, true);
	if (!ret) {
		fd = open(cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ret = fd < 0 ? -errno : 0;
	}
	if (ret) {
		report_fail(report, EXIT_FAILED, -ret, NULL,
			    "make the directory of templates");
		return -1;
	}
	if (template_find(name, path, sizeof(path), report))
		return fd;
	report_fail(report, EXIT_FAILED, EEXIST,
		    "there is one already; remove it, or choose another name",
		    "make template %s: %s", name, path);
	close(fd);
	return -1;
}

/* What stands under a name is whole, also after a crash. */
static int publish(int cache, const char *tmp, const char *file)
{
	int fd = openat(cache, tmp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), ret = 0;

	if (fd < 0 || fsync(fd) || fchmod(fd, 0644) ||
	    renameat2(cache, tmp, cache, file, RENAME_NOREPLACE) || fsync(cache))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int tell_made(int cache, const char *dir, const char *file,
		     struct report *report)
{
	char size[24];
	struct stat st;

	if (fstatat(cache, file, &st, 0))
		st.st_size = 0;
	format_scaled(st.st_size, VZCTX_UNIT_BYTES, size, sizeof(size));
	report_done(report, "template %s/%s made, %s", dir, file, size);
	return EXIT_OK;
}

static bool have_zstd(void)
{
	return !access("/usr/bin/zstd", X_OK) || !access("/bin/zstd", X_OK);
}

int template_build(const struct debstrap *d, const char *suite, const char *name,
		   struct report *report)
{
	const char *suffix = have_zstd() ? ".tar.zst" : ".tar.gz";
	char dir[256], tmp[320], file[160];
	int cache = open_cache(name, dir, sizeof(dir), report), ret, fd;

	if (cache < 0)
		return EXIT_FAILED;
	snprintf(file, sizeof(file), "%s%s", name, suffix);
	snprintf(tmp, sizeof(tmp), "%s/.build.XXXXXX%s", dir, suffix);
	fd = mkostemps(tmp, strlen(suffix), O_CLOEXEC);
	if (fd < 0) {
		ret = report_fail(report, EXIT_FAILED, errno, NULL,
				  "make a file in %s", dir);
		close(cache);
		return ret;
	}
	close(fd);
	ret = debstrap_run(d, suite, tmp, report);
	if (!ret) {
		int err = publish(cache, strrchr(tmp, '/') + 1, file);

		ret = err ? report_fail(report, EXIT_FAILED, -err, NULL,
					"make template %s", name) :
			    tell_made(cache, dir, file, report);
	}
	if (ret)
		unlink(tmp);
	close(cache);
	return ret;
}

static void tell_run(const struct image_run *run, struct report *report)
{
	if (!run->image)
		return;
	if (!*run->command)
		report_done(report, "the image names no program to run");
	else
		report_done(report, "the image runs%s%s%s%s; in a container: %s start CTID -- %s",
			    *run->user ? " as " : "", run->user,
			    *run->directory ? " in " : "", run->directory,
			    prog_name, run->command);
}

static void tell_tree(const char *what, const char *where,
		      const struct tree_job *p, struct report *report)
{
	char bytes[24], left[256];

	format_scaled(p->bytes, VZCTX_UNIT_BYTES, bytes, sizeof(bytes));
	template_left_out(p, left, sizeof(left));
	report_done(report, "%s unpacked%s%s: %" PRIu64 " entries, %s%s", what,
		    *where ? " to " : "", where, p->entries, bytes, left);
	tell_run(&p->run, report);
}

/* Return: 0 with the path, or an exit code. */
static int find(const char *name, char *path, size_t size, struct report *report)
{
	int ret = template_find(name, path, size, report);

	if (!ret)
		return 0;
	/* Not in the cache: in the working directory? */
	if (ret == -ENOENT && !strchr(name, '/') && !access(name, F_OK) &&
	    (size_t)snprintf(path, size, "./%s", name) < size)
		return 0;
	return report_fail(report, EXIT_FAILED, -ret,
			   strchr(name, '/') || ret != -ENOENT ? NULL :
			   "there is none in the cache (`vzctx template list`) and no such file here",
			   "find the template \"%s\"", name);
}

/* Packs the tree @from into a file of the cache. Return: an exit code. */
static int pack(int cache, const char *dir, int from, const char *name,
		struct report *report)
{
	struct tree_job p = { 0 };
	char tmp[320], file[160];
	int fd, ret;

	snprintf(tmp, sizeof(tmp), "%s/.pack.XXXXXX", dir);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return report_fail(report, EXIT_FAILED, errno, NULL,
				   "make a file in %s", dir);
	snprintf(file, sizeof(file), "%s.tar.zst", name);
	ret = template_pack(from, fd, &p);
	close(fd);
	if (ret) {
		ret = report_fail(report, EXIT_FAILED, 0, p.sentence,
				  "make template %s", name);
	} else {
		ret = publish(cache, strrchr(tmp, '/') + 1, file);
		ret = ret ? report_fail(report, EXIT_FAILED, -ret, NULL,
					"make template %s", name) :
			    tell_made(cache, dir, file, report);
	}
	if (ret)
		unlink(tmp);
	return ret;
}

int template_import(const char *image, const char *name,
		    struct tree_job *p, struct report *report)
{
	char path[PATH_MAX], dir[256], tree[320], inner[330];
	int cache, fd = -1, ret = find(image, path, sizeof(path), report);

	if (ret)
		return ret;
	cache = open_cache(name, dir, sizeof(dir), report);
	if (cache < 0)
		return EXIT_FAILED;
	snprintf(tree, sizeof(tree), "%s/" TREE, dir);
	if (mkdtemp(tree)) {
		snprintf(inner, sizeof(inner), "%s/tree", tree);
		if (!mkdir(inner, 0755))
			fd = open(inner, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0) {
		ret = report_fail(report, EXIT_FAILED, errno, NULL,
				  "make a directory in %s", dir);
		rmdir(tree);
		close(cache);
		return ret;
	}
	ret = template_unpack(path, fd, p);
	if (ret) {
		ret = report_fail(report, EXIT_FAILED, 0, p->sentence,
				  "import %s", path);
	} else {
		tell_tree(path, "", p, report);
		ret = pack(cache, dir, fd, name, report);
	}
	close(fd);
	if (tree_remove(cache, strrchr(tree, '/') + 1))
		report_note(report, "%s is left behind; remove it", tree);
	close(cache);
	return ret;
}

int template_remove(const char *name, struct report *report)
{
	char path[PATH_MAX], dir[256];
	int cache, ret;

	if (!template_name_ok(name) || template_find(name, path, sizeof(path), report))
		return report_fail(report, EXIT_FAILED, 0,
				   "there is none of this name; `vzctx template list` names those there are",
				   "remove template %s", name);
	ret = template_cache(dir, sizeof(dir), false) ?: template_trust(dir, report);
	cache = ret ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache < 0)
		return report_fail(report, EXIT_FAILED, ret ? -ret : errno, NULL,
				   "open the directory of templates");
	ret = tree_remove(cache, strrchr(path, '/') + 1);
	close(cache);
	if (ret)
		return report_fail(report, EXIT_FAILED, -ret, NULL,
				   "remove template %s", path);
	report_done(report, "template %s removed", path);
	return EXIT_OK;
}

/* @p becomes the directory called @name, made if missing. Return: 0 or -errno. */
static int open_tree_at(struct place *p, const char *name, bool *made,
			struct report *report)
{
	int fd, ret = area_open_tree(p, name, report);

	if (ret)
		return ret;
	*made = *p->rest;
	ret = place_make(p, true);
	fd = ret ? ret : place_read(p, O_DIRECTORY);
	if (fd >= 0 && *made)
		fchmod(fd, 0755);
	return fd;
}

int template_fill(const char *source, const char *directory,
		  struct tree_job *p, struct report *report)
{
	struct place place = PLACE_NONE;
	char path[PATH_MAX];
	bool made = false;
	struct stat st;
	int fd, ret;

	fd = open_tree_at(&place, directory, &made, report);
	if (fd < 0 || fstat(fd, &st)) {
		ret = report_fail(report, EXIT_FAILED,
				  *place.sentence ? 0 : fd < 0 ? -fd : errno,
				  place.sentence, "unpack to %s", directory);
		if (fd >= 0)
			close(fd);
		place_close(&place);
		return ret;
	}
	if (!dirs_empty(fd)) {
		close(fd);
		place_close(&place);
		return report_fail(report, EXIT_FAILED, ENOTEMPTY,
				   "a template is unpacked to an empty directory, or a new one",
				   "unpack to %s", directory);
	}
	ret = find(source, path, sizeof(path), report);
	if (!ret && template_unpack(path, fd, p)) {
		ret = report_fail(report, EXIT_FAILED, 0, p->sentence,
				  "unpack %s", path);
		if (tree_empty(fd) || fchown(fd, st.st_uid, st.st_gid) ||
		    fchmod(fd, st.st_mode & 07777))
			report_note(report, "%s could not be cleared; do it by hand", directory);
	} else if (!ret) {
		tell_tree(path, directory, p, report);
	}
	close(fd);
	if (ret && made)
		unlinkat(place.parent, strrchr(place.path, '/') + 1, AT_REMOVEDIR);
	place_close(&place);
	return ret;
}
