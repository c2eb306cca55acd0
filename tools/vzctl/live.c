// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - settings of a running container: all that are asked for, or none
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "engine/devices.h"
#include "inside/devnode.h"
#include "lib/msg.h"
#include "vzctl/live.h"
#include "vzctl/vzctl.h"

struct part {
	const char *key;
	int bit;
};

/* The bit of each key of @keys that is to be changed. */
static int parts(const struct setlive *l, const struct part *keys)
{
	int bits = 0;

	for (; keys->key; keys++)
		if (setplan_find(l->plan, keys->key))
			bits |= keys->bit;
	return bits;
}

static int cpu_apply(struct setlive *l)
{
	static const struct part keys[] = {
		{ "CPUUNITS", CGCPU_SHARE }, { "CPUWEIGHT", CGCPU_SHARE },
		{ "CPULIMIT", CGCPU_LIMIT }, { "CPUS", CGCPU_LIMIT },
		{ "CPUMASK", CGCPU_MASKS }, { "NODEMASK", CGCPU_MASKS },
		{ 0 }
	};

	cgcpu_read(l->ctid, &l->cpu);
	return cgcpu_apply(l->ctid, l->plan->next, parts(l, keys), &msg_report) ?
	       VZ_CPU : 0;
}

/* What cannot be put back is not as it was, and not as asked for either. */
static void told(const struct setlive *l, const char *what, int ret)
{
	if (ret)
		msg_note("warning: %s of CT %u could not be put back: %s", what,
			 l->ctid, strerror(-ret));
}

static void cpu_undo(struct setlive *l)
{
	told(l, "the share of the processors", cgcpu_put_back(l->ctid, &l->cpu));
}

static int io_apply(struct setlive *l)
{
	static const struct part keys[] = {
		{ "IOLIMIT", CGIO_BYTES }, { "IOPSLIMIT", CGIO_REQUESTS },
		{ "IOPRIO", CGIO_WEIGHT }, { 0 }
	};

	cgio_read(l->ctid, l->plan->next, &l->io);
	return cgio_apply(l->ctid, l->plan->next, parts(l, keys), &msg_report) ? VZ_IO : 0;
}

static void io_undo(struct setlive *l)
{
	told(l, "the share of the disk", cgio_put_back(l->ctid, &l->io));
}

static int quota_apply(struct setlive *l)
{
	life_quota_keep(l->ctid, l->plan->before, &l->quota);
	return outcome_code(life_quota_set(l->ctid, l->plan->next, &msg_report));
}

static void quota_undo(struct setlive *l)
{
	told(l, "the disk quota",
	     life_quota_put_back(l->ctid, l->plan->before, &l->quota));
}

/* The nodes of one configuration inside, and not those of another. */
static int place_nodes(const struct setlive *l, const struct conf *to, const struct conf *from)
{
	struct devices add, gone;
	uint32_t id_base = 0;

	conf_id_base(to, &id_base);
	devices_read(to, l->ctid, &add, NULL);
	devices_read(from, l->ctid, &gone, NULL);
	return devnodes_place(l->ctid, id_base, &add, &gone, &msg_report);
}

static int devices_apply(struct setlive *l)
{
	struct devices d;
	int ret;

	devices_read(l->plan->next, l->ctid, &d, &msg_report);
	l->devices = devices_keep(l->ctid);
	ret = devices_confine(l->ctid, &d);
	if (ret) {
		msg_fail(-ret, NULL, "bound what devices CT %u opens", l->ctid);
		return VZ_DEVICES;
	}
	ret = place_nodes(l, l->plan->next, l->plan->before);
	if (!ret)
		msg_step("Setting devices");
	return ret ? VZ_DEVICES : 0;
}

static void devices_undo(struct setlive *l)
{
	place_nodes(l, l->plan->before, l->plan->next);
	told(l, "what devices it may open", devices_put_back(l->ctid, l->devices));
	l->devices = -1;
}

static int hostname_apply(struct setlive *l)
{
	char name[HOSTNAME_SIZE];
	int ret;

	setup_keep(l->ctid, l->plan->before, "hostname", &l->hostname);
	setup_keep(l->ctid, l->plan->before, "hosts", &l->hosts);
	conf_hostname(l->plan->next, l->ctid, name, sizeof(name));
	ret = setup_live_hostname(l->ctid, name, l->name, &msg_report);
	if (!ret)
		ret = setup_hostname(l->ctid, l->plan->next);
	if (ret) {
		msg_fail(-ret, NULL, "set the host name of CT %u", l->ctid);
		return VZ_HOSTNAME;
	}
	msg_step("Set hostname: %s", conf_get(l->plan->next, "HOSTNAME"));
	return 0;
}

static void hostname_undo(struct setlive *l)
{
	if (*l->name)
		told(l, "the host name",
		     setup_live_hostname(l->ctid, l->name, NULL, &msg_report));
	told(l, "/etc/hostname", setup_put_back(l->ctid, l->plan->before,
						"hostname", &l->hostname));
	told(l, "/etc/hosts", setup_put_back(l->ctid, l->plan->before, "hosts",
					     &l->hosts));
}

static int dns_apply(struct setlive *l)
{
	int ret;

	setup_keep(l->ctid, l->plan->before, "resolv.conf", &l->resolv);
	ret = setup_dns(l->ctid, l->plan->next);
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
	told(l, "/etc/resolv.conf", setup_put_back(l->ctid, l->plan->before,
						   "resolv.conf", &l->resolv));
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
	[WAY_IO] = { io_apply, io_undo },
	[WAY_QUOTA] = { quota_apply, quota_undo },
	[WAY_DEVICES] = { devices_apply, devices_undo },
	[WAY_HOSTNAME] = { hostname_apply, hostname_undo },
	[WAY_DNS] = { dns_apply, dns_undo },
	[WAY_ADDRESS] = { address_apply, address_undo },
	[WAY_NETIF] = { netif_apply, netif_undo },
	[WAY_NAT] = { nat_apply, nat_undo },
	[WAY_NETDEV] = { netdev_apply, netdev_undo },
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

void setlive_forget(struct setlive *l)
{
	if (l->tried[WAY_DEVICES] && l->devices >= 0)
		close(l->devices);
	free(l->hostname.text);
	free(l->hosts.text);
	free(l->resolv.text);
	free(l->ips);
	l->ips = NULL;
	l->hostname.text = l->hosts.text = l->resolv.text = NULL;
}
