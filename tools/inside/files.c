// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the configuration says about files inside
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/check.h"
#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "inside/files.h"
#include "inside/hosts.h"
#include "module/running.h"
#include "tree/area.h"

#define RESOLV		"/etc/resolv.conf"
#define FILE_MAX	65536	/* of a file inside that is read */

/* The directory etc of the tree, for use as a place only. */
static int open_etc(struct place *private)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	int etc = *private->rest ? -1 :
		  syscall(SYS_openat2, private->fd, "etc", &how, sizeof(how));

	etc = etc < 0 ? *private->rest ? -ENOENT : -errno : etc;
	place_close(private);
	return etc;
}

static int etc_of(uint32_t ctid, const struct conf *c)
{
	struct place private = PLACE_NONE;
	struct areas a;
	int ret = areas_load(&a, ctid, c, NULL);

	if (!ret)
		ret = area_open(&private, &a, AREA_PRIVATE, AREA_REMOVE);
	areas_free(&a);
	return ret ? ret : open_etc(&private);
}

/* Whoever owns the tree may put anything there, but never gets it followed. */
static int replace(int etc, const char *name, const char *text)
{
	size_t len = strlen(text);
	char tmp[32];
	int fd, ret = 0;

	snprintf(tmp, sizeof(tmp), ".vzctx.%d", getpid());
	unlinkat(etc, tmp, 0);
	fd = openat(etc, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0644);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, 0644))
		ret = -errno;
	for (size_t n = 0; !ret && n < len;) {
		ssize_t put = write(fd, text + n, len - n);

		if (put < 0)
			ret = -errno;
		else
			n += put;
	}
	if (!ret && fsync(fd))
		ret = -errno;
	close(fd);
	if (!ret && renameat(etc, tmp, etc, name))
		ret = -errno;
	if (ret)
		unlinkat(etc, tmp, 0);
	return ret;
}

/* What is in a file there; "" for what is no plain file. To be freed. */
static char *content(int etc, const char *name)
{
	char *text = calloc(1, FILE_MAX);
	int fd = openat(etc, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (text && fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    read(fd, text, FILE_MAX - 1) < 0)
		*text = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static bool is_kind(const char *line, bool servers)
{
	return servers ? !strncmp(line, "nameserver", 10) :
			 !strncmp(line, "search", 6) ||
			 !strncmp(line, "domain", 6);
}

static void add_line(FILE *f, const char *line)
{
	fprintf(f, "%.*s\n", (int)strcspn(line, "\n"), line);
}

/* The host's lines of one kind. */
static void inherit(FILE *f, bool servers)
{
	char line[512];
	FILE *host = fopen(RESOLV, "re");

	while (host && fgets(line, sizeof(line), host))
		if (is_kind(line, servers))
			add_line(f, line);
	if (host)
		fclose(host);
}

static void put_kind(FILE *f, const char *list, bool servers)
{
	char *copy = strdup(list), *save = NULL, *word;

	if (strstr(list, "inherit")) {
		inherit(f, servers);
	} else if (!servers) {
		fprintf(f, "search %s\n", list);
	} else {
		word = copy ? strtok_r(copy, " ", &save) : NULL;
		for (; word; word = strtok_r(NULL, " ", &save))
			fprintf(f, "nameserver %s\n", word);
	}
	free(copy);
}

int setup_dns(uint32_t ctid, const struct conf *c)
{
	const char *servers = globalconf(c, "NAMESERVER");
	const char *search = globalconf(c, "SEARCHDOMAIN");
	char *old, *text = NULL;
	size_t size = 0;
	int etc, ret;
	FILE *f;

	servers = servers && *servers ? servers : NULL;
	search = search && *search ? search : NULL;
	if (!servers && !search)
		return 0;
	etc = etc_of(ctid, c);
	if (etc < 0)
		return etc;
	old = content(etc, "resolv.conf");
	f = old ? open_memstream(&text, &size) : NULL;
	if (f) {
		for (char *p = old; *p; p += strcspn(p, "\n") + !!strchr(p, '\n'))
			if (!(servers && is_kind(p, true)) &&
			    !(search && is_kind(p, false)))
				add_line(f, p);
		if (search)
			put_kind(f, search, false);
		if (servers)
			put_kind(f, servers, true);
	}
	ret = f && !fclose(f) ? 0 : -ENOMEM;
	if (!ret && strcmp(text, old))
		ret = replace(etc, "resolv.conf", text);
	free(text);
	free(old);
	close(etc);
	return ret;
}

/* A link, or more than is read, is the owner's affair. */
static int put_hosts(int etc, const char *name)
{
	struct stat st = { .st_size = 0 };
	char *old, *text = NULL;
	int ret = 0;

	if (fstatat(etc, "hosts", &st, AT_SYMLINK_NOFOLLOW) ?
	    errno != ENOENT : !S_ISREG(st.st_mode))
		return 0;
	old = content(etc, "hosts");
	if (old && strlen(old) == (size_t)st.st_size)
		text = hosts_text(old, name);
	if (text && strcmp(text, old))
		ret = replace(etc, "hosts", text);
	free(text);
	free(old);
	return ret;
}

int setup_hostname(uint32_t ctid, const struct conf *c)
{
	const char *name = conf_get(c, "HOSTNAME");
	char line[HOSTNAME_SIZE + 1], host[HOSTNAME_SIZE], *old;
	char good[SETVAL_SIZE];
	int etc = etc_of(ctid, c), ret = 0;

	conf_hostname(c, ctid, host, sizeof(host));
	/* A tree without one has nobody who would look into it. */
	if (etc < 0)
		return name && *name ? etc : 0;
	if (name && *name) {
		snprintf(line, sizeof(line), "%s\n", host);
		old = content(etc, "hostname");
		if (!old || strcmp(old, line))
			ret = replace(etc, "hostname", line);
		free(old);
	}
	if (!ret && val_hostname(host, good))
		ret = put_hosts(etc, host);
	close(etc);
	return ret;
}

void setup_keep(uint32_t ctid, const struct conf *c, const char *name,
		struct file_was *was)
{
	char link[PATH_MAX];
	int etc = etc_of(ctid, c);
	struct stat st;
	ssize_t len;

	*was = (struct file_was){ .kind = FILE_UNKNOWN };
	if (etc < 0)
		return;
	if (fstatat(etc, name, &st, AT_SYMLINK_NOFOLLOW)) {
		was->kind = errno == ENOENT ? FILE_NONE : FILE_UNKNOWN;
	} else if (S_ISREG(st.st_mode) && st.st_size < FILE_MAX) {
		was->text = content(etc, name);
		was->kind = was->text ? FILE_TEXT : FILE_UNKNOWN;
	} else if (S_ISLNK(st.st_mode)) {
		len = readlinkat(etc, name, link, sizeof(link) - 1);
		was->text = len > 0 ? strndup(link, len) : NULL;
		was->kind = was->text ? FILE_LINK : FILE_UNKNOWN;
	}
	close(etc);
}

static int put_link(int etc, const char *name, const char *to)
{
	char tmp[32];
	int ret;

	snprintf(tmp, sizeof(tmp), ".vzctx.%d", getpid());
	unlinkat(etc, tmp, 0);
	if (symlinkat(to, etc, tmp))
		return -errno;
	if (!renameat(etc, tmp, etc, name))
		return 0;
	ret = -errno;
	unlinkat(etc, tmp, 0);
	return ret;
}

int setup_put_back(uint32_t ctid, const struct conf *c, const char *name,
		   struct file_was *was)
{
	struct file_was now;
	int etc, ret = 0;

	setup_keep(ctid, c, name, &now);
	etc = etc_of(ctid, c);
	if (etc < 0)
		ret = was->kind == FILE_UNKNOWN ? 0 : etc;
	else if (was->kind == FILE_NONE && now.kind != FILE_NONE)
		ret = unlinkat(etc, name, 0) ? -errno : 0;
	else if (was->kind == FILE_LINK && (now.kind != FILE_LINK || strcmp(now.text, was->text)))
		ret = put_link(etc, name, was->text);
	else if (was->kind == FILE_TEXT && (now.kind != FILE_TEXT || strcmp(now.text, was->text)))
		ret = replace(etc, name, was->text);
	if (etc >= 0)
		close(etc);
	free(now.text);
	free(was->text);
	*was = (struct file_was){ .kind = FILE_UNKNOWN };
	return ret;
}

/* Only the namespace of names is entered, and no program of the tree is run. */
static int rename_in(int pidfd, const char *name, int fd)
{
	char had[HOSTNAME_SIZE] = "";

	if (setns(pidfd, CLONE_NEWUTS))
		return errno;
	if (fd >= 0 && (gethostname(had, sizeof(had) - 1) ||
			write(fd, had, sizeof(had)) != sizeof(had)))
		return errno;
	return sethostname(name, strlen(name)) ? errno : 0;
}

int setup_live_hostname(uint32_t ctid, const char *name,
			char was[HOSTNAME_SIZE], struct report *report)
{
	struct vz_ctx ctx;
	struct vznl *nl;
	int fds[2] = { -1, -1 }, pidfd, status, ret = vznl_open(&nl);
	pid_t pid;

	if (was)
		*was = '\0';

	if (ret)
		return ret;
	if (running_get(nl, ctid, "name it", true, &ctx, &pidfd, report)) {
		vznl_close(nl);
		return -ESRCH;
	}
	fflush(NULL);
	/* It is as large as what goes through it, so nobody waits for the other. */
	ret = was && pipe2(fds, O_CLOEXEC) ? -errno : 0;
	pid = ret ? -1 : fork();
	if (!pid)
		_exit(rename_in(pidfd, name, fds[1]));
	if (!ret && pid < 0)
		ret = -errno;
	while (!ret && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			ret = -errno;
	if (!ret)
		ret = WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
	for (int i = 1; i >= 0 && fds[0] >= 0; i--) {
		if (!i && read(fds[0], was, HOSTNAME_SIZE) != HOSTNAME_SIZE)
			*was = '\0';
		close(fds[i]);
	}
	close(pidfd);
	vz_ctx_free(&ctx);
	vznl_close(nl);
	return ret;
}

int setup_new(const char *private)
{
	struct place place = PLACE_NONE;
	int etc, ret = place_open(&place, private, NULL);
	char *id;

	if (ret)
		return ret;
	etc = open_etc(&place);
	if (etc < 0)
		return etc == -ENOENT ? 0 : etc;
	id = content(etc, "machine-id");
	if (!id)
		ret = -ENOMEM;
	else if (*id)
		ret = replace(etc, "machine-id", "");
	free(id);
	close(etc);
	return ret;
}

/*
 * What manages the network inside may have been told to manage every device. A file
 * for venet0 alone, which comes first, says what has been set up from outside.
 */
static const struct {
	const char *dir, *name, *text;
} managers[] = {
	{ "systemd/network", "00-venet0.network",
	  "# vzctx: the host has set it up\n[Match]\nName=venet0\n[Network]\nKeepConfiguration=yes\nDHCP=no\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n" },
	{ "NetworkManager/conf.d", "00-venet0.conf",
	  "# vzctx: the host has set it up\n[keyfile]\nunmanaged-devices+=interface-name:venet0\n" },
};

/* Only where there is such a manager: its directory is there. */
static int put_manager(int etc, size_t i)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	int dir = syscall(SYS_openat2, etc, managers[i].dir, &how, sizeof(how));
	int ret = 0;
	char *old;

	if (dir < 0)
		return 0;
	old = content(dir, managers[i].name);
	if (!old || strcmp(old, managers[i].text))
		ret = replace(dir, managers[i].name, managers[i].text);
	free(old);
	close(dir);
	return ret;
}

int setup_managers(uint32_t ctid, const struct conf *c)
{
	const char *list = conf_get(c, "IP_ADDRESS");
	int etc = list && *list ? etc_of(ctid, c) : -ENOENT, ret = 0;

	if (etc < 0)
		return 0;
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers) && !ret; i++)
		ret = put_manager(etc, i);
	close(etc);
	return ret;
}

void setup_inside(uint32_t ctid, const struct conf *c, struct report *report)
{
	int ret = setup_hostname(ctid, c);

	if (ret)
		report_note(report, "warning: cannot write /etc/hostname and /etc/hosts in CT %u: %s",
			    ctid, strerror(-ret));
	ret = setup_dns(ctid, c);
	if (ret)
		report_note(report,
			    "warning: cannot write " RESOLV " in CT %u: %s",
			    ctid, strerror(-ret));
	ret = setup_managers(ctid, c);
	if (ret)
		report_note(report,
			    "warning: cannot keep the network manager in CT %u off venet0: %s",
			    ctid, strerror(-ret));
}
