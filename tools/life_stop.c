// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container is stopped
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "confkey.h"
#include "life.h"
#include "life_step.h"
#include "modload.h"
#include "msg.h"
#include "running.h"
#include "script.h"
#include "stopsig.h"

#define DEFAULT_TIMEOUT_S	120
#define MAX_TIMEOUT_S		86400

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
static int await_birth(uint32_t ctid, const char *intent)
{
	int lock = running_lock(ctid, LOCK_SH, NULL);

	if (lock < 0)
		return running_busy(lock, ctid, intent);
	close(lock);
	return EXIT_OK;
}

static int stop(struct vznl *nl, uint32_t ctid, bool fast, int timeout_s)
{
	struct vz_ctx c;
	struct pollfd pf = { .events = POLLIN };
	struct life_state st;
	char intent[32];
	int ret;

	snprintf(intent, sizeof(intent), "stop CT %u", ctid);
	ret = await_birth(ctid, intent);
	if (ret)
		return ret;
	ret = running_get(nl, ctid, intent, &c, &pf.fd);
	if (ret)
		return ret;
	vz_ctx_free(&c);
	running_mark_stop(ctid, c.pid);
	if (fast)
		msg_step("Killing container ...");
	else
		msg_step("Stopping container ...");
	if (!fast) {
		script_inside(ctid, "stop");
		ret = stop_politely(ctid, pf.fd, c.pid);
		if (!ret && poll(&pf, 1, timeout_s * 1000) <= 0) {
			msg_note("CT %u did not stop within %d s; killing it",
				 ctid, timeout_s);
			fast = true;
		}
	}
	close(pf.fd);

	ret = fast ? vznl_destroy(nl, ctid) : 0;
	if (ret && ret != -ENOENT)
		return msg_end(OUT_NO_STOP, -ret, vznl_sentence(nl), "%s",
			       intent);
	ret = running_wait_gone(nl, ctid, c.since);
	if (ret)
		return msg_end(OUT_NO_STOP, -ret, ret == -ETIMEDOUT ?
			       "its tasks do not end" : vznl_sentence(nl), "%s",
			       intent);
	msg_step("Container was stopped");
	life_ended(ctid);
	/* Its keeper may have been quicker; it is not heard. */
	life_state(ctid, &st);
	if (!st.mounted)
		msg_step("Container is unmounted");
	return EXIT_OK;
}

int life_stop(uint32_t ctid, bool fast, int timeout_s)
{
	struct vznl *nl;
	int ret = modload_open(vznl_open, &nl);

	if (ret)
		return ret;
	ret = stop(nl, ctid, fast, timeout_of(ctid, timeout_s));
	vznl_close(nl);
	return ret;
}
