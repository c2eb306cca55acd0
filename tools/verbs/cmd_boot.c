// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx boot, vzctx shutdown - all containers of a host, side by side
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "lib/msg.h"
#include "lib/parse.h"
#include "life/life.h"
#include "module/again.h"
#include "module/modload.h"
#include "verbs/cmd.h"

#define MAX_JOBS	64

struct one {
	uint32_t ctid;
	uint64_t order;		/* BOOTORDER: the higher, the earlier */
};

struct all {
	struct one *v;
	size_t n;
	bool boot;
};

static int add(struct all *a, uint32_t ctid, const struct conf *c)
{
	struct one *v = realloc(a->v, (a->n + 1) * sizeof(*v)), *one;

	if (!v)
		return -ENOMEM;
	a->v = v;
	one = &v[a->n++];
	*one = (struct one){ .ctid = ctid };
	if (!c || !confkey_number(c, "BOOTORDER", &one->order))
		one->order = 0;
	return 0;
}

static int to_boot(uint32_t ctid, const struct conf *c, void *arg)
{
	return c && globalconf_yes(c, "ONBOOT", false) &&
	       !globalconf_yes(c, "DISABLED", false) ? add(arg, ctid, c) : 0;
}

static int by_order(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	if (x->order != y->order)
		return x->order > y->order ? -1 : 1;
	return x->ctid < y->ctid ? -1 : x->ctid > y->ctid;
}

/* It is down between a reboot and its next start, or runs and is there already. */
static int add_again(uint32_t ctid, void *arg)
{
	struct all *a = arg;
	struct conf *c;
	int ret = 0;

	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].ctid == ctid)
			return 0;
	c = conf_load(ctid);
	if (c)
		ret = add(a, ctid, c);
	conf_free(c);
	return ret;
}

/* Those that run, whatever started them; first up is last down. */
static int running(struct all *a)
{
	struct vz_ctxlist list = { 0 };
	struct vznl *nl;
	int ret = vznl_open(&nl);

	/* Without the module nothing runs. */
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	ret = vznl_list(nl, &list);
	for (size_t i = 0; !ret && i < list.n; i++) {
		struct conf *c;

		if (list.v[i].state != VZCTX_STATE_RUNNING)
			continue;
		c = conf_load(list.v[i].ctid);
		/* One that another program bound is that program's to end. */
		if (c)
			ret = add(a, list.v[i].ctid, c);
		conf_free(c);
	}
	vz_ctxlist_free(&list);
	vznl_close(nl);
	return ret ? ret : again_each(add_again, a);
}

static noreturn void job(const struct all *a, uint32_t ctid)
{
	struct life_start s = { .ctid = ctid, .script_s = LIFE_WAIT_S };
	struct life_state st;
	int status, ret = EXIT_OK;

	life_state(ctid, &st);
	if (!a->boot)
		ret = life_stop(ctid, false, 0, &msg_report);
	else if (!st.running)
		ret = life_start(&s, &status, &msg_report);
	fflush(stdout);
	_exit(outcome_code(ret) ? EXIT_FAILED : EXIT_OK);
}

/* Return: how many failed. */
static int work(const struct all *a, int jobs)
{
	int left = 0, bad = 0, st;
	size_t i = 0;

	while (i < a->n || left) {
		pid_t pid;

		if (i < a->n && left < jobs) {
			uint32_t ctid = a->v[a->boot ? i : a->n - 1 - i].ctid;

			pid = fork();
			if (!pid)
				job(a, ctid);
			i++;
			if (pid < 0)
				bad++;
			else
				left++;
			continue;
		}
		pid = wait(&st);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		left--;
		bad += st != 0;
	}
	return bad;
}

static int jobs_default(void)
{
	uint64_t n;

	if (confkey_number(NULL, "VE_PARALLEL", &n) && n &&
	    n <= MAX_JOBS)
		return n;
	n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : n;
}

static int run(const struct verb *verb, int argc, char **argv, bool boot)
{
	static const struct option opts[] = {
		{ "jobs", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *what = boot ? "start" : "stop";
	struct all a = { .boot = boot };
	uint64_t jobs = 0;
	int opt, ret, bad;

	while ((opt = getopt_long(argc, argv, ":j:h", opts, NULL)) >= 0) {
		if (opt == 'j') {
			if (!parse_u64(optarg, MAX_JOBS, &jobs) || !jobs)
				return msg_usage(argv[0], "\"%s\" is no number from 1 to %d",
						 optarg, MAX_JOBS);
		} else if (opt == 'h') {
			verb_help(verb);
			printf("  -j, --jobs N  so many at a time (default: VE_PARALLEL of vz.conf, or the\n"
			       "                number of processors)\n\n%s",
			       boot ? "Starts those with ONBOOT=\"yes\" that do not run, the higher their BOOTORDER the\nearlier.\n" :
			       "Stops all that run, in the opposite order.\n");
			return EXIT_OK;
		} else {
			return verb_badopt(opt, argv);
		}
	}
	if (optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"",
				 argv[optind]);
	ret = boot ? conf_each(to_boot, &a) : running(&a);
	if (ret) {
		free(a.v);
		return msg_fail(-ret, NULL, "find the containers to %s", what);
	}
	qsort(a.v, a.n, sizeof(*a.v), by_order);
	bad = work(&a, jobs ? (int)jobs : jobs_default());
	free(a.v);
	if (bad)
		msg_note("%d of %zu containers did not %s", bad, a.n, what);
	return bad ? EXIT_FAILED : EXIT_OK;
}

int cmd_boot(const struct verb *verb, int argc, char **argv)
{
	return run(verb, argc, argv, true);
}

int cmd_shutdown(const struct verb *verb, int argc, char **argv)
{
	return run(verb, argc, argv, false);
}
