// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx console - use a context's console
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "console/consock.h"
#include "console/console.h"
#include "lib/msg.h"
#include "module/nl.h"
#include "verbs/cmd.h"

#define KEPT_TRIES	100
#define KEPT_PAUSE_MS	20

/* Return: true when there is somebody to talk to. */
static bool is_kept(uint32_t ctid)
{
	int fd = consock_connect(ctid);

	if (fd >= 0)
		close(fd);
	return fd != -ENOENT;
}

static bool runs(uint32_t ctid)
{
	struct vz_ctx c;
	struct vznl *nl;
	bool found;

	/* A module that is not loaded runs nothing. */
	if (vznl_open(&nl))
		return false;
	found = !vznl_get(nl, ctid, &c);
	if (found)
		vz_ctx_free(&c);
	vznl_close(nl);
	return found;
}

/* Its keeper listens soon after the birth, and until its end is known. */
static bool unkept(uint32_t ctid)
{
	const struct timespec pause = { 0, KEPT_PAUSE_MS * 1000000L };

	for (int i = 0; i < KEPT_TRIES; i++) {
		if (is_kept(ctid) || !runs(ctid))
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

static void help(const struct verb *verb)
{
	verb_help(verb);
	printf("  -f, --force    take it from whoever is attached\n"
	       "  -n, --no-wait  fail if the container is not running\n\n"
	       "At the beginning of a line, Esc . detaches and Esc ! kills what runs on the\n"
	       "console. What was written last while nobody was attached is shown first. One\n"
	       "can be attached at a time. A container that does not run is waited for.\n");
}

int cmd_console(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "force", no_argument, NULL, 'f' },
		{ "no-wait", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned int how = CONSOLE_WAIT;
	struct conf *c;
	uint32_t ctid;
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":fnh", opts, NULL)) >= 0) {
		switch (opt) {
		case 'f':
			how |= CONSOLE_FORCE;
			break;
		case 'n':
			how &= ~CONSOLE_WAIT;
			break;
		case 'h':
			help(verb);
			return EXIT_OK;
		default:
			return verb_badopt(opt, argv);
		}
	}
	ret = verb_ctid(argc, argv, true, &ctid);
	if (ret)
		return ret;
	c = conf_load(ctid);
	if (!c)
		return outcome_code(msg_end(OUT_NO_CONF, errno,
					    errno == ENOENT ? "there is no such CT; make it with `vzctx create`" : NULL,
					    "attach to the console of CT %u", ctid));
	conf_free(c);
	if (unkept(ctid))
		return msg_fail(0, "it runs without a keeper (started with -F, or the keeper was killed); its next start brings the console back",
				"attach to the console of CT %u", ctid);
	return outcome_code(console_attach(ctid, how));
}
