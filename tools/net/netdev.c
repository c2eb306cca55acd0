// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - devices of the host that a container has for its time
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "module/running.h"
#include "net/netdev.h"

#define NOTES		"/run/vzctx/netdev."
#define BACK_TRIES	250
#define BACK_PAUSE_MS	20

/* struct note - who has what */
struct note {
	uint32_t ctid;
	char name[IFNAMSIZ], parent[PARENT_SIZE];
};

static bool write_note(const struct note *n)
{
	char file[IFNAMSIZ + 8], text[PARENT_SIZE + 16];
	int fd, len;
	bool good;

	snprintf(file, sizeof(file), "netdev.%s", n->name);
	fd = running_file(file);
	if (fd < 0)
		return false;
	len = snprintf(text, sizeof(text), "%u %s\n", n->ctid, n->parent);
	good = !ftruncate(fd, 0) && write(fd, text, len) == len;
	close(fd);
	return good;
}

static bool read_note(const char *name, struct note *n)
{
	char path[sizeof(NOTES) + IFNAMSIZ];
	bool good;
	FILE *f;

	snprintf(path, sizeof(path), NOTES "%s", name);
	snprintf(n->name, sizeof(n->name), "%s", name);
	f = fopen(path, "re");
	good = f && fscanf(f, "%u %63s", &n->ctid, n->parent) == 2;
	if (f)
		fclose(f);
	return good;
}

static void forget(const char *name)
{
	char path[sizeof(NOTES) + IFNAMSIZ];

	snprintf(path, sizeof(path), NOTES "%s", name);
	unlink(path);
}

struct search {
	const char *parent;
	struct rtnl_link *out;
};

static int see(const struct rtnl_link *l, void *arg)
{
	struct search *s = arg;

	if (*l->kind || strcmp(l->parent, s->parent))
		return 0;
	*s->out = *l;
	return 1;
}

/* Return: 1 and the device that is this piece of hardware's, 0 for none, -errno. */
static int find(struct rtnl *rt, const char *parent, struct rtnl_link *out)
{
	struct search s = { parent, out };

	return rtnl_links(rt, see, &s);
}

static int failed(const struct veth *v, const char *name, int err,
		  const char *sentence)
{
	return report_fail(v->report, OUT_VETH, -err, sentence,
			   "give device %s of the host to CT %u", name, v->ctid);
}

static int move(struct rtnl *rt, const struct rtnl_link *l, int net,
		const char *name)
{
	struct rtnl_change c = RTNL_CHANGE;
	int ret;

	if (net < 0)
		return net;
	c.net = net;
	c.name = name;
	ret = rtnl_link_set(rt, l->index, &c);
	close(net);
	return ret;
}

int netdev_give(const struct veth *v, const char *name)
{
	struct note n = { .ctid = v->ctid };
	struct rtnl_link l;
	struct rtnl *rt;
	int ret = rtnl_open(&rt, -1);

	if (ret)
		return failed(v, name, ret, NULL);
	ret = rtnl_link_named(rt, name, &l);
	if (!ret && (*l.kind || !*l.parent)) {
		ret = failed(v, name, 0, "it is not hardware, and the kernel would remove it with the container's network; --netif_add makes an interface");
	} else if (!ret) {
		snprintf(n.name, sizeof(n.name), "%s", name);
		snprintf(n.parent, sizeof(n.parent), "%s", l.parent);
		ret = write_note(&n) ? move(rt, &l, rtnl_net(v->pidfd), NULL) : -EIO;
		if (ret)
			forget(name);
	}
	rtnl_close(rt);
	return ret < 0 ? failed(v, name, ret, NULL) : ret;
}

int netdev_take(const struct veth *v, const char *name)
{
	struct rtnl_link l;
	struct note n;
	struct rtnl *rt;
	int ret;

	if (!read_note(name, &n) || n.ctid != v->ctid)
		return EXIT_OK;
	ret = rtnl_open(&rt, v->pidfd);
	if (!ret) {
		ret = find(rt, n.parent, &l);
		ret = ret == 1 ? move(rt, &l, rtnl_net(-1), name) :
		      ret ? ret : -ENODEV;
		rtnl_close(rt);
	}
	if (ret)
		return report_fail(v->report, OUT_VETH, -ret, ret == -ENODEV ?
				   "it is in another network in there; it comes back when the container ends" :
				   NULL, "take device %s from CT %u", name,
				   v->ctid);
	forget(name);
	return EXIT_OK;
}

int netdev_give_all(const struct veth *v, const char *list)
{
	char *copy = strdup(list ? list : ""), *save = NULL, *word;
	int ret = copy ? EXIT_OK : OUT_VETH;

	word = copy ? strtok_r(copy, " \t", &save) : NULL;
	for (; word && !ret; word = strtok_r(NULL, " \t", &save))
		ret = netdev_give(v, word);
	free(copy);
	return ret;
}

/* The kernel clears a network away some time after its last task. */
static void await(struct rtnl *rt, const struct note *n, struct report *report)
{
	const struct timespec pause = { 0, BACK_PAUSE_MS * 1000000L };
	struct rtnl_change c = RTNL_CHANGE;
	struct rtnl_link l;
	int there = 0, ret = 0;

	for (int i = 0; i < BACK_TRIES && !there; i++) {
		there = find(rt, n->parent, &l);
		if (!there)
			nanosleep(&pause, NULL);
	}
	c.name = n->name;
	if (there == 1 && strcmp(l.name, n->name))
		ret = rtnl_link_set(rt, l.index, &c);
	if (there != 1)
		report_note(report, "warning: device %s is not back from CT %u yet: something still holds its network",
			    n->name, n->ctid);
	else if (ret)
		report_note(report, "warning: device %s has come back from CT %u as %s: %s",
			    n->name, n->ctid, l.name, strerror(-ret));
	if (there == 1)
		forget(n->name);
}

void netdev_sweep(uint32_t ctid, struct report *report)
{
	struct rtnl *rt = NULL;
	struct note n;
	glob_t g;

	if (glob(NOTES "*", GLOB_NOSORT, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		if (!read_note(g.gl_pathv[i] + strlen(NOTES), &n) ||
		    n.ctid != ctid)
			continue;
		if (rt || !rtnl_open(&rt, -1))
			await(rt, &n, report);
	}
	rtnl_close(rt);
	globfree(&g);
}
