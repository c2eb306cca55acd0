// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - makes templates and trees of them, and tells the user
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
#include "lib/msg.h"
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

/* The cache, with no template @name in it. Return: its descriptor or -1, told. */
static int open_cache(const char *name, char *cache, size_t size)
{
	char path[PATH_MAX];
	int fd = -1, ret = template_cache(cache, size, false);

	if (!ret)
		ret = template_trust(cache, &msg_report) ?: template_cache(cache, size, true);
	if (!ret) {
		fd = open(cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ret = fd < 0 ? -errno : 0;
	}
	if (ret) {
		msg_fail(-ret, NULL, "make the directory of templates");
		return -1;
	}
	if (template_find(name, path, sizeof(path), &msg_report))
		return fd;
	msg_fail(EEXIST, "there is one already; remove it, or choose another name",
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

static int told(int cache, const char *dir, const char *file)
{
	char size[24];
	struct stat st;

	if (fstatat(cache, file, &st, 0))
		st.st_size = 0;
	format_scaled(st.st_size, VZCTX_UNIT_BYTES, size, sizeof(size));
	printf("template %s/%s made, %s\n", dir, file, size);
	return EXIT_OK;
}

static bool have_zstd(void)
{
	return !access("/usr/bin/zstd", X_OK) || !access("/bin/zstd", X_OK);
}

int template_build(const struct debstrap *d, const char *suite, const char *name)
{
	const char *suffix = have_zstd() ? ".tar.zst" : ".tar.gz";
	char dir[256], tmp[320], file[160];
	int cache = open_cache(name, dir, sizeof(dir)), ret, fd;

	if (cache < 0)
		return EXIT_FAILED;
	snprintf(file, sizeof(file), "%s%s", name, suffix);
	snprintf(tmp, sizeof(tmp), "%s/.build.XXXXXX%s", dir, suffix);
	fd = mkostemps(tmp, strlen(suffix), O_CLOEXEC);
	if (fd < 0) {
		ret = msg_fail(errno, NULL, "make a file in %s", dir);
		close(cache);
		return ret;
	}
	close(fd);
	ret = debstrap_run(d, suite, tmp);
	if (!ret) {
		int err = publish(cache, strrchr(tmp, '/') + 1, file);

		ret = err ? msg_fail(-err, NULL, "make template %s", name) :
			    told(cache, dir, file);
	}
	if (ret)
		unlink(tmp);
	close(cache);
	return ret;
}

static void tell_run(const struct image_run *run)
{
	if (!run->image)
		return;
	if (!*run->command)
		printf("the image names no program to run\n");
	else
		printf("the image runs%s%s%s%s; in a container: %s start CTID -- %s\n",
		       *run->user ? " as " : "", run->user,
		       *run->directory ? " in " : "", run->directory, prog_name,
		       run->command);
}

static void tell_tree(const char *what, const char *where,
		      const struct tree_job *p)
{
	char bytes[24], left[256];

	format_scaled(p->bytes, VZCTX_UNIT_BYTES, bytes, sizeof(bytes));
	template_left_out(p, left, sizeof(left));
	printf("%s unpacked%s%s: %" PRIu64 " entries, %s%s\n", what,
	       *where ? " to " : "", where, p->entries, bytes, left);
	tell_run(&p->run);
}

/* Return: 0 with the path, or an exit code. */
static int find(const char *name, char *path, size_t size)
{
	int ret = template_find(name, path, size, &msg_report);

	if (!ret)
		return 0;
	/* Not in the cache: in the working directory? */
	if (ret == -ENOENT && !strchr(name, '/') && !access(name, F_OK) &&
	    (size_t)snprintf(path, size, "./%s", name) < size)
		return 0;
	return msg_fail(-ret, strchr(name, '/') || ret != -ENOENT ? NULL : "there is none in the cache (`vzctx template list`) and no such file here",
			"find the template \"%s\"", name);
}

/* Packs the tree @from into a file of the cache. Return: an exit code. */
static int pack(int cache, const char *dir, int from, const char *name)
{
	struct tree_job p = { 0 };
	char tmp[320], file[160];
	int fd, ret;

	snprintf(tmp, sizeof(tmp), "%s/.pack.XXXXXX", dir);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return msg_fail(errno, NULL, "make a file in %s", dir);
	snprintf(file, sizeof(file), "%s.tar.zst", name);
	ret = template_pack(from, fd, &p);
	close(fd);
	if (ret) {
		ret = msg_fail(0, p.sentence, "make template %s", name);
	} else {
		ret = publish(cache, strrchr(tmp, '/') + 1, file);
		ret = ret ? msg_fail(-ret, NULL, "make template %s", name) :
			    told(cache, dir, file);
	}
	if (ret)
		unlink(tmp);
	return ret;
}

int template_import(const char *image, const char *name,
		    struct tree_job *p)
{
	char path[PATH_MAX], dir[256], tree[320], inner[330];
	int cache, fd = -1, ret = find(image, path, sizeof(path));

	if (ret)
		return ret;
	cache = open_cache(name, dir, sizeof(dir));
	if (cache < 0)
		return EXIT_FAILED;
	snprintf(tree, sizeof(tree), "%s/" TREE, dir);
	if (mkdtemp(tree)) {
		snprintf(inner, sizeof(inner), "%s/tree", tree);
		if (!mkdir(inner, 0755))
			fd = open(inner, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0) {
		ret = msg_fail(errno, NULL, "make a directory in %s", dir);
		rmdir(tree);
		close(cache);
		return ret;
	}
	ret = template_unpack(path, fd, p);
	if (ret) {
		ret = msg_fail(0, p->sentence, "import %s", path);
	} else {
		tell_tree(path, "", p);
		ret = pack(cache, dir, fd, name);
	}
	close(fd);
	if (tree_remove(cache, strrchr(tree, '/') + 1))
		msg_note("%s is left behind; remove it", tree);
	close(cache);
	return ret;
}

int template_remove(const char *name)
{
	char path[PATH_MAX], dir[256];
	int cache, ret;

	if (!template_name_ok(name) || template_find(name, path, sizeof(path), &msg_report))
		return msg_fail(0, "there is none of this name; `vzctx template list` names those there are",
				"remove template %s", name);
	ret = template_cache(dir, sizeof(dir), false) ?: template_trust(dir, &msg_report);
	cache = ret ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache < 0)
		return msg_fail(ret ? -ret : errno, NULL, "open the directory of templates");
	ret = tree_remove(cache, strrchr(path, '/') + 1);
	close(cache);
	if (ret)
		return msg_fail(-ret, NULL, "remove template %s", path);
	printf("template %s removed\n", path);
	return EXIT_OK;
}

/* @p becomes the directory called @name, made if missing. Return: 0 or -errno. */
static int open_tree_at(struct place *p, const char *name, bool *made)
{
	int fd, ret = area_open_tree(p, name, &msg_report);

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
		  struct tree_job *p)
{
	struct place place = PLACE_NONE;
	char path[PATH_MAX];
	bool made = false;
	struct stat st;
	int fd, ret;

	fd = open_tree_at(&place, directory, &made);
	if (fd < 0 || fstat(fd, &st)) {
		ret = msg_fail(*place.sentence ? 0 : fd < 0 ? -fd : errno,
			       place.sentence, "unpack to %s", directory);
		if (fd >= 0)
			close(fd);
		place_close(&place);
		return ret;
	}
	if (!dirs_empty(fd)) {
		close(fd);
		place_close(&place);
		return msg_fail(ENOTEMPTY, "a template is unpacked to an empty directory, or a new one",
				"unpack to %s", directory);
	}
	ret = find(source, path, sizeof(path));
	if (!ret && template_unpack(path, fd, p)) {
		ret = msg_fail(0, p->sentence, "unpack %s", path);
		if (tree_empty(fd) || fchown(fd, st.st_uid, st.st_gid) ||
		    fchmod(fd, st.st_mode & 07777))
			msg_note("%s could not be cleared; do it by hand", directory);
	} else if (!ret) {
		tell_tree(path, directory, p);
	}
	close(fd);
	if (ret && made)
		unlinkat(place.parent, strrchr(place.path, '/') + 1, AT_REMOVEDIR);
	place_close(&place);
	return ret;
}
