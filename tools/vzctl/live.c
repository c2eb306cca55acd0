// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - settings of a running container: all that are asked for, or none
 */
#include "conf/confkey.h"
#include "engine/cpu.h"
#include "inside/files.h"
#include "lib/msg.h"
#include "vzctl/live.h"
#include "vzctl/vzctl.h"

static int cpu_apply(struct setlive *l)
{
	return cgcpu_apply(l->ctid, l->plan->next, true, &msg_report) ?
	       VZ_CPU : 0;
}

static void cpu_undo(struct setlive *l)
{
	bool quiet = msg_quiet;

	/* Its steps are none that were asked for. */
	msg_quiet = true;
	cgcpu_apply(l->ctid, l->plan->before, true, &msg_report);
	msg_quiet = quiet;
}

static int set_hostname(uint32_t ctid, const struct conf *c)
{
	char name[HOSTNAME_SIZE];
	int ret;

	conf_hostname(c, ctid, name, sizeof(name));
	ret = setup_live_hostname(ctid, name, &msg_report);
	return ret ? ret : setup_hostname(ctid, c);
}

static int hostname_apply(struct setlive *l)
{
	int ret = set_hostname(l->ctid, l->plan->next);

	if (ret) {
		msg_fail(-ret, NULL, "set the host name of CT %u", l->ctid);
		return VZ_HOSTNAME;
	}
	msg_step("Set hostname: %s", conf_get(l->plan->next, "HOSTNAME"));
	return 0;
}

static void hostname_undo(struct setlive *l)
{
	set_hostname(l->ctid, l->plan->before);
}

static int dns_apply(struct setlive *l)
{
	int ret = setup_dns(l->ctid, l->plan->next);

	if (ret) {
		msg_fail(-ret, NULL, "write /etc/resolv.conf in CT %u",
			 l->ctid);
		return VZ_DNS;
	}
	msg_step("File resolv.conf was modified");
	return 0;
}

static void dns_undo(struct setlive *l)
{
	setup_dns(l->ctid, l->plan->before);
}

/*
 * Each way's @apply returns as setlive_apply(). What it did before it failed its
 * @undo takes back, which is called for a way that was tried.
 */
static const struct {
	int (*apply)(struct setlive *l);
	void (*undo)(struct setlive *l);
} ways[WAY_END] = {
	[WAY_LIMITS] = { limits_apply, limits_undo },
	[WAY_CPU] = { cpu_apply, cpu_undo },
	[WAY_HOSTNAME] = { hostname_apply, hostname_undo },
	[WAY_DNS] = { dns_apply, dns_undo },
};

int setlive_apply(struct setlive *l)
{
	int ret = 0;

	for (int way = WAY_NONE + 1; !ret && way < WAY_END; way++) {
		if (!setplan_goes(l->plan, way))
			continue;
		l->tried[way] = true;
		ret = ways[way].apply(l);
	}
	if (ret)
		setlive_undo(l);
	return ret;
}

void setlive_undo(struct setlive *l)
{
	for (int way = WAY_NONE + 1; way < WAY_END; way++) {
		if (l->tried[way])
			ways[way].undo(l);
		l->tried[way] = false;
	}
}
