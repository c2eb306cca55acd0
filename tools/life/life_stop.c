// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container is stopped
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "console/keeper.h"
#include "engine/cgroup.h"
#include "lib/until.h"
#include "life/life.h"
#include "life/life_step.h"
#include "life/script.h"
#include "life/stopsig.h"
#include "module/again.h"
#include "module/modload.h"
#include "module/running.h"

#define DEFAULT_TIMEOUT_S	120
#define MAX_TIMEOUT_S		86400
/* Longer than its farewell to whoever uses the console takes. */
#define KEEPER_MS		5000

static int timeout_of(uint32_t ctid, int asked)
{
	struct conf *c = asked ? NULL : conf_load(ctid);
	uint64_t s;

	if (!confkey_number(c, "STOP_TIMEOUT", &s) ||
	    s > MAX_TIMEOUT_S)
		s = 0;
	conf_free(c);
	return asked ? asked : s ? (int)s : DEFAULT_TIMEOUT_S;
}

/*
 * It may be on its way, or being created or destroyed. The kernel knows it before
 * its start is over, hence whether it runs already does not matter.
 */
static int await_birth(uint32_t ctid, const char *intent,
		       struct report *report)
{
	int lock = running_lock(ctid, LOCK_SH, NULL);

	if (lock < 0)
		return running_busy(lock, ctid, intent, report);
	close(lock);
	return EXIT_OK;
}

/*
 * One that has rebooted and is to start again is known to its keeper alone. *@kept:
 * it is down, and stays down. What runs may be entered, by a command that the
 * container holds up, so the lock is for what does not run.
 */
static int keep_down(struct vznl *nl, uint32_t ctid, const char *intent,
		     bool *kept, struct report *report)
{
	int lock;

	if (is_running(nl, ctid, intent, NULL) == 1)
		return EXIT_OK;
	lock = running_lock(ctid, LOCK_EX, "stop");
	if (lock < 0)
		return running_busy(lock, ctid, intent, report);
	*kept = is_running(nl, ctid, intent, NULL) != 1 && again_take(ctid, 0);
	close(lock);
	return EXIT_OK;
}

/*
 * A process of its own, which runs on when its time is over: what it waits for is
 * inside, and is killed with all that is there.
 */
static void stop_script(uint32_t ctid, int64_t end, struct report *report)
{
	int pidfd;
	pid_t pid;

	if (!script_there(ctid, "stop"))
		return;
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(script_inside(ctid, "stop", 0, report));
	pidfd = pid < 0 ? -1 : pidfd_open(pid, 0);
	if (pidfd < 0)
		return;
	if (until_ended(pidfd, end))
		waitpid(pid, NULL, 0);
	close(pidfd);
}

/* Return: whether it is to be killed, having been asked in vain. */
static bool ask(uint32_t ctid, int pidfd, pid_t init, int timeout_s,
		struct report *report)
{
	const int64_t end = until_now() + timeout_s * 1000LL;

	if (cgroup_thaw(ctid, init))
		report_note(report, "CT %u is frozen; it goes on now, so that it can stop",
			    ctid);
	stop_script(ctid, end, report);
	if (stop_politely(ctid, pidfd, init) || until_ended(pidfd, end))
		return false;
	report_note(report, "CT %u did not stop within %d s; killing it", ctid,
		    timeout_s);
	return true;
}

/*
 * Its keeper puts it away, too. To leave it behind would be to have it unmount what
 * the next command mounts. Return: a pidfd, or -1: it has none, or none any more.
 */
static int open_keeper(pid_t init)
{
	char path[32], line[64], comm[32] = "";
	int keeper = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", init);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "PPid: %d", &keeper) == 1)
			break;
	if (f)
		fclose(f);
	snprintf(path, sizeof(path), "/proc/%d/comm", keeper);
	f = keeper > 1 ? fopen(path, "re") : NULL;
	if (f) {
		if (!fgets(comm, sizeof(comm), f))
			*comm = '\0';
		fclose(f);
	}
	return strcmp(comm, KEEPER_COMM "\n") ? -1 : pidfd_open(keeper, 0);
}

static int stop(struct vznl *nl, uint32_t ctid, bool fast, int timeout_s,
		struct report *report)
{
	struct vz_ctx c;
	struct conf *conf;
	bool kept = false;
	char intent[32];
	int ret, pidfd, keeper;

	snprintf(intent, sizeof(intent), "stop CT %u", ctid);
	ret = await_birth(ctid, intent, report);
	if (!ret)
		ret = keep_down(nl, ctid, intent, &kept, report);
	if (ret)
		return ret;
	if (kept) {
		report_step(report, "Container was stopped");
		report_done(report, "CT %u is stopped; it had rebooted and does not start again",
			    ctid);
		return EXIT_OK;
	}
	ret = running_get(nl, ctid, intent, false, &c, &pidfd, report);
	if (ret)
		return ret;
	vz_ctx_free(&c);
	keeper = open_keeper(c.pid);
	running_mark_stop(ctid, c.pid);
	if (fast)
		report_step(report, "Killing container ...");
	else
		report_step(report, "Stopping container ...");
	fast = fast || ask(ctid, pidfd, c.pid, timeout_s, report);
	if (fast && !pidfd_send_signal(pidfd, 0, NULL, 0))
		cgroup_kill(ctid);
	close(pidfd);

	ret = fast ? vznl_destroy(nl, ctid) : 0;
	if (!ret || ret == -ENOENT)
		ret = running_wait_gone(nl, ctid, c.since);
	if (!ret && keeper >= 0)
		until_ended(keeper, until_now() + KEEPER_MS);
	if (keeper >= 0)
		close(keeper);
	if (ret)
		return report_fail(report, OUT_NO_STOP, -ret, ret == -ETIMEDOUT ?
				   "its tasks do not end" : vznl_sentence(nl),
				   "%s", intent);
	report_step(report, "Container was stopped");
	again_take(ctid, 0);
	life_ended(nl, ctid, report);
	/* Its keeper may have been quicker; it is not heard. */
	conf = conf_load(ctid);
	if (!conf || !is_mounted(ctid, conf))
		report_step(report, "Container is unmounted");
	conf_free(conf);
	report_done(report, "CT %u is stopped%s", ctid,
		    fast ? ", it was killed" : "");
	return EXIT_OK;
}

int life_stop(uint32_t ctid, bool fast, int timeout_s, struct report *report)
{
	struct vznl *nl;
	int ret = modload_open(vznl_open, &nl, report);

	if (ret)
		return ret;
	ret = stop(nl, ctid, fast, timeout_of(ctid, timeout_s), report);
	vznl_close(nl);
	return ret;
}
