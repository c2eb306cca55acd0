// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx show - one container and its beancounters
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "conf/confkey.h"
#include "engine/usage.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "module/modload.h"
#include "module/running.h"
#include "table/bc_row.h"
#include "verbs/cmd.h"

static bool is_counted(const struct vz_res *r, void *arg)
{
	(void)arg;
	return r->counted != VZCTX_COUNTED_NO;
}

/* What keeps a dying context are its own charges, not those of its cgroup. */
static bool is_held(const struct vz_res *r, void *arg)
{
	const struct vz_bc *bc = vz_ctx_bc(arg, r->id);

	return r->counted == VZCTX_COUNTED_CHARGED && bc && bc->held;
}

static void since_when(const struct vz_ctx *c, const char *how, char *buf,
		       size_t size)
{
	time_t since = c->since / 1000000000;
	struct tm tm;

	if (!localtime_r(&since, &tm) || !strftime(buf, size, how, &tm))
		snprintf(buf, size, "?");
}

/* Escaped; "" where there is no configuration to have it from. */
static void hostname(const struct vz_ctx *c, char *buf, size_t size)
{
	struct conf *conf = conf_load(c->ctid);
	char name[HOSTNAME_SIZE] = "";

	if (conf)
		conf_hostname(conf, c->ctid, name, sizeof(name));
	escape(name, buf, size);
	conf_free(conf);
}

static void usage_of(const struct vz_ctx *c, struct usage *u)
{
	struct conf *conf = conf_load(c->ctid);
	char path[PATH_MAX];

	if (conf)
		conf_private(conf, c->ctid, path, sizeof(path));
	usage_read(c->ctid, conf ? path : NULL, u);
	conf_free(conf);
}

static json_t *number_if(bool known, uint64_t v)
{
	return known ? json_integer(v) : json_null();
}

static json_t *pressure_of(const struct usage *u, enum pressure what)
{
	return u->has_pressure[what] ? json_real(u->pressure[what] / 100.0) : json_null();
}

static void json_usage(json_t *o, const struct vz_ctx *c)
{
	struct usage u;

	usage_of(c, &u);
	json_object_set_new(o, "disk", number_if(u.has_disk, u.disk.space.used));
	json_object_set_new(o, "maxdisk", number_if(u.has_disk && u.disk.space.hard,
						    u.disk.space.hard));
	json_object_set_new(o, "inodes", number_if(u.has_disk, u.disk.inodes.used));
	json_object_set_new(o, "maxinodes", number_if(u.has_disk && u.disk.inodes.hard,
						      u.disk.inodes.hard));
	json_object_set_new(o, "read", number_if(u.has_io, u.read));
	json_object_set_new(o, "written", number_if(u.has_io, u.written));
	json_object_set_new(o, "waitcpu", pressure_of(&u, PRESSURE_CPU));
	json_object_set_new(o, "waitmem", pressure_of(&u, PRESSURE_MEMORY));
	json_object_set_new(o, "waitio", pressure_of(&u, PRESSURE_IO));
}

static void print_usage(const struct vz_ctx *c)
{
	static const char *const names[PRESSURES] = { "processors", "memory", "disks" };
	char used[32], most[32], nodes[32];
	struct usage u;
	bool any = false;

	usage_of(c, &u);
	if (u.has_disk) {
		format_scaled(u.disk.space.used, VZCTX_UNIT_BYTES, used, sizeof(used));
		format_scaled(u.disk.space.hard ?: VZCTX_UNLIMITED, VZCTX_UNIT_BYTES, most,
			      sizeof(most));
		format_scaled(u.disk.inodes.hard ?: VZCTX_UNLIMITED, VZCTX_UNIT_ITEMS, nodes,
			      sizeof(nodes));
		printf("disk %s of %s, inodes %" PRIu64 " of %s\n", used, most,
		       u.disk.inodes.used, nodes);
	}
	if (u.has_io) {
		format_scaled(u.read, VZCTX_UNIT_BYTES, used, sizeof(used));
		format_scaled(u.written, VZCTX_UNIT_BYTES, most, sizeof(most));
		printf("read from disks %s, written %s\n", used, most);
	}
	for (int i = 0; i < PRESSURES; i++) {
		if (!u.has_pressure[i])
			continue;
		printf("%s %s %u.%02u%%", any ? "," : "waits of the last 10 s: for", names[i],
		       u.pressure[i] / 100, u.pressure[i] % 100);
		any = true;
	}
	if (any)
		putchar('\n');
}

/* The same as header() has, for print_table(). Return: NULL without memory. */
static char *json_head(const struct vz_ctx *c)
{
	bool runs = c->state == VZCTX_STATE_RUNNING;
	char name[4 * HOSTNAME_SIZE], when[32], *text, *brace;
	json_t *o;

	hostname(c, name, sizeof(name));
	since_when(c, "%Y-%m-%dT%H:%M:%S%z", when, sizeof(when));
	o = json_pack("{s:I, s:s, s:o, s:s?, s:s, s:I, s:I}", "ctid", (json_int_t)c->ctid,
		      "state", runs ? "running" : "dying", "init",
		      runs ? json_integer(c->pid) : json_null(), "hostname",
		      *name ? name : NULL, "start", when, "objects",
		      (json_int_t)c->objects, "dropped", (json_int_t)c->dropped);
	if (o && runs)
		json_usage(o, c);
	text = o ? json_dumps(o, 0) : NULL;
	json_decref(o);
	brace = text ? strrchr(text, '}') : NULL;
	if (brace)
		*brace = '\0';
	return text;
}

/* Lines for people. */
static void header(const struct vz_ctx *c)
{
	char buf[4 * HOSTNAME_SIZE], when[32];

	since_when(c, "%Y-%m-%dT%H:%M:%S", when, sizeof(when));
	hostname(c, buf, sizeof(buf));
	if (c->state == VZCTX_STATE_RUNNING)
		printf("CT %u: running, init %u, since %s\n", c->ctid, c->pid,
		       when);
	else
		printf("CT %u: dying, it ran since %s; gone when what it still holds is freed\n",
		       c->ctid, when);
	printf("hostname %s, objects %" PRIu64 ", events dropped %" PRIu64 "\n",
	       *buf ? buf : "-", c->objects, c->dropped);
	if (c->state == VZCTX_STATE_RUNNING)
		print_usage(c);
	putchar('\n');
}

/* The last life of those that have ended and are not gone. */
static bool get_dying(struct vznl *nl, uint32_t ctid, struct vz_ctx *out)
{
	struct vz_ctxlist list = { 0 };
	struct vz_ctx *found = NULL;

	if (vznl_list(nl, &list))
		return false;
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].ctid == ctid &&
		    list.v[i].state == VZCTX_STATE_DYING)
			found = &list.v[i];
	if (found) {
		*out = *found;
		*found = (struct vz_ctx){ 0 };
	}
	vz_ctxlist_free(&list);
	return found;
}

static int show(struct vznl *nl, uint32_t ctid, bool all, struct out *out)
{
	struct vz_reslist res = { 0 };
	struct vz_ctx c = { 0 };
	struct bcrow *rows;
	char intent[24], *head = NULL;
	int ret = vznl_res(nl, &res);
	bool dying;
	size_t n;

	if (!ret)
		ret = vznl_get(nl, ctid, &c);
	if (ret == -ENOENT && get_dying(nl, ctid, &c))
		ret = 0;
	if (ret) {
		vz_reslist_free(&res);
		snprintf(intent, sizeof(intent), "show CT %u", ctid);
		return running_not(nl, ctid, intent, true, ret, &msg_report);
	}
	dying = c.state == VZCTX_STATE_DYING;
	rows = bcrow_make(&c, &res, all ? NULL : dying ? is_held : is_counted,
			  &c, &n);
	ret = rows ? 0 : -ENOMEM;
	if (!ret && out->mode == PRINT_TEXT && !out->noheadings)
		header(&c);
	if (!ret && out->mode == PRINT_JSON) {
		head = json_head(&c);
		out->head = head ? head + strspn(head, "{") : NULL;
		ret = head ? 0 : -ENOMEM;
	}
	if (!ret)
		ret = print_table(out, "resources", bcrow_columns,
				  bcrow_ncolumns,
				  all ? BCROW_DEFAULT ",why" : BCROW_DEFAULT,
				  rows, n, sizeof(*rows));
	free(head);
	free(rows);
	vz_ctx_free(&c);
	vz_reslist_free(&res);
	return ret ? msg_fail(-ret, NULL, "print CT %u", ctid) : EXIT_OK;
}

int cmd_show(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		PRINT_LONG,
		{ 0 },
	};
	struct out out = { 0 };
	bool all = false;
	struct vznl *nl;
	uint32_t ctid;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":ah" PRINT_SHORT, opts, NULL)) >= 0) {
		if (opt == 'a') {
			all = true;
		} else if (opt == 'h') {
			verb_help(verb);
			printf("  -a, --all             uncounted resources too\n"
			       PRINT_HELP "\n");
			print_columns(bcrow_columns, bcrow_ncolumns);
			return EXIT_OK;
		} else if (!out_option(&out, opt, optarg)) {
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	if (!print_check(&out, bcrow_columns, bcrow_ncolumns, argv[0]))
		return EXIT_USAGE;
	ret = modload_open(vznl_open, &nl, &msg_report);
	if (ret)
		return ret;
	ret = show(nl, ctid, all, &out);
	vznl_close(nl);
	return ret;
}
