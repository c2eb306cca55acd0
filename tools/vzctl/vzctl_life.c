// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctl destroy, start, stop, restart, mount, umount, status
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/cgroup.h"
#include "lib/msg.h"
#include "life/life.h"
#include "vzctl/vzctl.h"

struct options {
	bool wait, force, fast;
};

/* The options of start, of stop, or of both; others are OpenVZ's too. */
static int parse(struct vzctl *v, bool start, bool stop, struct options *o)
{
	static const struct option all[] = {
		{ "wait", no_argument, NULL, 'w' },
		{ "force", no_argument, NULL, 'f' },
		{ "skip-fsck", no_argument, NULL, 's' },
		{ "skip-remount", no_argument, NULL, 's' },
		{ "fast", no_argument, NULL, 'F' },
		{ "skip-umount", no_argument, NULL, 'S' },
		{ 0 },
	};
	int opt;

	optind = 1;
	while ((opt = getopt_long(v->argc, v->argv, "", all, NULL)) >= 0) {
		if ((!start && strchr("wfs", opt)) ||
		    (!stop && strchr("FS", opt))) {
			msg_note("Option %s is not applicable to %s command",
				 v->argv[optind - 1], v->command);
			return VZ_BAD_OPTION;
		}
		switch (opt) {
		case 'w': o->wait = true; break;
		case 'f': o->force = true; break;
		case 'F': o->fast = true; break;
		case 's': break;
		case 'S':
			msg_note("--skip-umount has no effect: what a stopped container has mounted goes with it");
			break;
		default: return VZ_BAD_OPTION;
		}
	}
	return vzctl_extra(v, -1);
}

static int start(struct vzctl *v, const struct options *o)
{
	struct life_start s = {
		.ctid = v->ctid,
		.force = o->force,
		.wait_s = o->wait ? LIFE_WAIT_S : 0,
	};
	int status;

	return outcome_code(life_start(&s, &status, &msg_report));
}

int vzctl_start(struct vzctl *v)
{
	struct options o = { 0 };
	int ret = parse(v, true, false, &o);

	return ret ? ret : start(v, &o);
}

int vzctl_stop(struct vzctl *v)
{
	struct options o = { 0 };
	int ret = parse(v, false, true, &o);

	return ret ? ret : outcome_code(life_stop(v->ctid, o.fast, 0, &msg_report));
}

int vzctl_restart(struct vzctl *v)
{
	struct options o = { 0 };
	struct life_state st = { 0 };
	int ret = parse(v, true, true, &o);

	if (ret)
		return ret;
	msg_step("Restarting container");
	life_state(v->ctid, &st);
	if (st.running)
		ret = outcome_code(life_stop(v->ctid, o.fast, 0, &msg_report));
	return ret ? ret : start(v, &o);
}

/* Holds the tasks where they are, or lets them go on. */
static int freeze(struct vzctl *v, bool on)
{
	struct life_state st = { 0 };
	int fd, ret = 0;

	life_state(v->ctid, &st);
	if (!st.running) {
		msg_note("Container is not running");
		return VZ_NOT_RUNNING;
	}
	fd = cgroup_freezer(v->ctid);
	if (fd < 0 || write(fd, on ? "1" : "0", 1) != 1)
		ret = msg_fail(fd < 0 ? -fd : errno, NULL, "%s CT %u", on ? "suspend" : "resume", v->ctid);
	if (fd >= 0)
		close(fd);
	if (ret)
		return on ? VZ_NO_CHECKPOINT : VZ_NO_RESTORE;
	msg_step(on ? "Container suspended" : "Container resumed");
	return 0;
}

int vzctl_no_checkpoint(struct vzctl *v)
{
	msg_note("Unable to %s CT %u: containers are not checkpointed yet; stop and start it",
		 v->command, v->ctid);
	return !strcmp(v->command, "suspend") || !strcmp(v->command, "chkpnt") ?
	       VZ_NO_CHECKPOINT : VZ_NO_RESTORE;
}

int vzctl_chkpnt(struct vzctl *v)
{
	if (v->argc == 2 && !strcmp(v->argv[1], "--suspend"))
		return freeze(v, true);
	if (v->argc == 2 && !strcmp(v->argv[1], "--resume"))
		return freeze(v, false);
	return vzctl_no_checkpoint(v);
}

int vzctl_mount(struct vzctl *v)
{
	int ret = vzctl_extra(v, 1);

	return ret ? ret : outcome_code(life_mount(v->ctid, &msg_report));
}

int vzctl_umount(struct vzctl *v)
{
	int ret = vzctl_extra(v, 1);

	return ret ? ret : outcome_code(life_umount(v->ctid, &msg_report));
}

int vzctl_destroy(struct vzctl *v)
{
	int ret = vzctl_extra(v, 1);

	return ret ? ret : outcome_code(life_destroy(v->ctid, true, &msg_report));
}

int vzctl_status(struct vzctl *v)
{
	struct life_state st = { 0 };
	int ret = vzctl_extra(v, 1);

	if (ret)
		return ret;
	life_state(v->ctid, &st);
	printf("CTID %u %s %s %s%s\n", v->ctid,
	       st.exists ? "exist" : "deleted",
	       st.mounted ? "mounted" : "unmounted",
	       st.running ? "running" : "down",
	       st.exists && !st.running && st.suspended ? " suspended" : "");
	life_unfinished(v->ctid, &st, &msg_report);
	return 0;
}
