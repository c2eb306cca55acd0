// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a program inside a running container
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "inside/join.h"
#include "life/life.h"
#include "life/life_step.h"
#include "module/modload.h"
#include "module/running.h"

/* Which of the limits stood in the way, or what else it was. */
static int failed(struct vznl *nl, const struct vz_ctx *before, int ret,
		  const struct chan_msg *why, int *status,
		  struct report *report)
{
	char text[80];

	if (ret == -EBUSY) {
		snprintf(text, sizeof(text),
			 "it is frozen; `vzctx thaw %u` lets it go on",
			 before->ctid);
		return report_fail(report, EXIT_FAILED, 0, text, "run in CT %u",
				   before->ctid);
	}
	if (ret != -ECHILD)
		return report_fail(report, EXIT_FAILED, -ret,
				   ret == -EINTR ? "it was told to end" :
				   ret == -EPROTO ? "it was stopped meanwhile" :
				   NULL, "run in CT %u", before->ctid);
	if (running_explain(nl, before, why->err, report))
		return EXIT_FAILED;
	report_fail(report, EXIT_FAILED, why->err, NULL, "run in CT %u: %s%s%s",
		    before->ctid, why->what, *why->object ? " " : "",
		    why->object);
	if (!strcmp(why->what, "run"))
		*status = why->err == ENOENT ? 127 : 126;
	return EXIT_FAILED;
}

static int run(struct vznl *nl, struct join *j, enum tty_mode mode,
	       int64_t end, int *status, struct report *report)
{
	struct chan_msg why = { 0 };
	struct vz_ctx c;
	char intent[32];
	struct tty t;
	int lock, ret;
	pid_t pid;

	snprintf(intent, sizeof(intent), "run in CT %u", j->ctid);
	lock = running_lock(j->ctid, LOCK_SH, NULL);
	if (lock < 0)
		return running_busy(lock, j->ctid, intent, report);
	ret = running_get(nl, j->ctid, intent, true, &c, &j->pidfd,
			  report);
	close(lock);
	if (ret)
		return ret;

	ret = tty_init(&t, mode);
	t.end = end;
	if (!ret)
		ret = join(j, &t, &pid, &why);
	close(j->pidfd);
	if (ret)
		ret = failed(nl, &c, ret, &why, status, report);
	else
		*status = tty_relay(&t, pid, true);
	if (!ret && t.lost) {
		report_fail(report, EXIT_FAILED, t.lost, NULL,
			    "write what the command in CT %u printed", j->ctid);
		*status = *status ?: EXIT_FAILED;
	}
	vz_ctx_free(&c);
	return ret;
}

int life_run(uint32_t ctid, char **argv, enum tty_mode mode, int *status,
	     struct report *report)
{
	return life_run_until(ctid, argv, mode, 0, status, report);
}

int life_run_until(uint32_t ctid, char **argv, enum tty_mode mode, int64_t end,
		   int *status, struct report *report)
{
	struct join j = { .ctid = ctid, .argv = argv };
	struct conf *c = conf_load(ctid);
	struct vznl *nl;
	int ret;

	*status = EXIT_FAILED;
	j.no_filter = c && conf_no_filter(c);
	conf_free(c);
	ret = modload_open(vznl_open, &nl, report);
	if (ret)
		return *status = ret;
	ret = run(nl, &j, mode, end, status, report);
	vznl_close(nl);
	return ret;
}
