// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container's networks come and go with it
 */
#include <errno.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "life/life_step.h"
#include "net/nat.h"
#include "net/netdev.h"
#include "net/venet.h"
#include "net/veth.h"

static bool is_set(const char *value)
{
	return value && *value;
}

int life_plug(struct vznl *nl, uint32_t ctid, const struct conf *c, pid_t pid,
	      const char *intent, struct report *report)
{
	const char *list = conf_get(c, "IP_ADDRESS");
	const char *netif = conf_get(c, "NETIF");
	const char *netdev = conf_get(c, "NETDEV");
	struct venet v = { .nl = nl, .ctid = ctid, .report = report };
	struct veth e = { .ctid = ctid, .fresh = true, .kbit = conf_rate(c),
			  .report = report };
	int ret;

	if (!is_set(list) && !is_set(netif) && !is_set(netdev))
		return EXIT_OK;
	v.pidfd = e.pidfd = pidfd_open(pid, 0);
	if (v.pidfd < 0)
		return report_fail(report, OUT_ADDRESS, errno, NULL,
				   "%s: find its network", intent);
	ret = venet_add_all(&v, list);
	if (!ret)
		ret = veth_have_all(&e, netif);
	if (!ret)
		ret = netdev_give_all(&e, netdev);
	close(v.pidfd);
	if (!ret && nat_wanted(c))
		ret = nat_set(nl, ctid, c, report);
	if (!ret)
		venet_hint(list, report);
	return ret;
}

void life_unplug(struct vznl *nl, uint32_t ctid, const struct conf *c,
		 struct report *report)
{
	struct vznl *own = NULL;

	venet_sweep();
	netdev_sweep(ctid, report);
	if (!c)
		return;
	veth_sweep(ctid, conf_get(c, "NETIF"));
	if (nat_wanted(c) && (nl || !vznl_open(&own)))
		nat_set(nl ? nl : own, ctid, NULL, NULL);
	vznl_close(own);
}
