// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the options of vzctl set and create, one table
 */
#include <stdio.h>

#include <linux/beancounter.h>

#include "conf/check_list.h"
#include "vzctl/setopt.h"

#define SET	SETOPT_SET
#define BOTH	(SETOPT_SET | SETOPT_CREATE)
#define CREATE	SETOPT_CREATE

#define NO_UGIDS	"the file system counts users of all containers together"
#define NO_DEVICES	"no device of the bus is handed over yet"
#define NO_CAPS		"a container has a fixed set of capabilities yet"

#define UBC(ID, name, UNIT) \
	{ #name, SET, "BAR[:LIM]", #ID, .put = put_ubc, .way = WAY_LIMITS },

const struct setopt setopts[] = {
	{ "save", SET, .put = put_nothing },
	{ "force", SET, .put = put_nothing },
	{ "reset_ub", SET, .put = put_nothing },
	{ "setmode", SET, "restart|ignore", .put = put_nothing },

	{ "onboot", SET, "yes|no", "ONBOOT", .put = put_key },
	{ "bootorder", SET, "N", "BOOTORDER", .put = put_key },
	{ "root", BOTH, "PATH", "VE_ROOT", .put = put_path },
	{ "private", BOTH, "PATH", "VE_PRIVATE", .put = put_path },
	{ "mount_opts", SET, "OPT,...", "MOUNT_OPTS", .put = put_key,
	  .restart = true, .idle = "it is ploop's" },
	{ "userpasswd", SET, "USER:PASSWORD", NULL, val_userpw,
	  .put = put_nothing },
	{ "disabled", SET, "yes|no", "DISABLED", .put = put_key },
	{ "name", BOTH, "NAME", "NAME", .put = put_name },
	{ "description", BOTH, "TEXT", "DESCRIPTION", .put = put_key },
	{ "ostemplate", BOTH, "NAME", "OSTEMPLATE", .put = put_key,
	  .must_save = true },
	{ "stop-timeout", SET, "SECONDS", "STOP_TIMEOUT", .put = put_key,
	  .must_save = true },
	{ "applyconfig", SET, "NAME", .check = val_text, .put = put_nothing },
	{ "applyconfig_map", SET, "name", .put = put_nothing },

	{ "ipadd", BOTH, "ADDRESS[/MASK]", "IP_ADDRESS", val_address,
	  put_address, .way = WAY_ADDRESS },
	{ "ip", SET, "ADDRESS[/MASK]", "IP_ADDRESS", val_address, put_address,
	  .way = WAY_ADDRESS },
	{ "ipdel", SET, "ADDRESS|all", "IP_ADDRESS", val_address_or_all,
	  put_no_address, .way = WAY_ADDRESS },
	{ "skip_arpdetect", SET, .put = put_nothing },
	{ "hostname", BOTH, "NAME", "HOSTNAME", .put = put_key, .way = WAY_HOSTNAME },
	{ "nameserver", SET, "ADDRESS|inherit", "NAMESERVER", val_server,
	  .put = put_dns, .way = WAY_DNS },
	{ "searchdomain", SET, "DOMAIN|inherit", "SEARCHDOMAIN", val_domain,
	  .put = put_dns, .way = WAY_DNS },
	{ "netif_add", SET, "IF[,MAC,HOST_IF,HOST_MAC,BRIDGE]", "NETIF", NULL,
	  put_netif, .way = WAY_NETIF },
	{ "netif_del", SET, "IF|all", "NETIF", val_interface, put_no_netif,
	  .way = WAY_NETIF },
	{ "ifname", SET, "IF", NULL, val_interface, .put = put_ifname },
	{ "mac", SET, "MAC", "mac", val_mac, put_netif_part, .way = WAY_NETIF },
	{ "host_ifname", SET, "IF", "host_ifname", val_interface,
	  put_netif_part, .way = WAY_NETIF },
	{ "host_mac", SET, "MAC", "host_mac", val_mac, put_netif_part,
	  .way = WAY_NETIF },
	{ "bridge", SET, "IF", "bridge", val_interface, put_netif_part,
	  .way = WAY_NETIF },
	{ "mac_filter", SET, "on|off", "mac_filter", val_onoff, put_netif_part,
	  .way = WAY_NETIF },
	{ "masquerade", SET, "yes|no", "MASQUERADE", .put = put_key,
	  .must_save = true, .way = WAY_NAT },
	{ "publish", SET, "PORT:PORT[/udp]", "PUBLISH", val_publish, put_add,
	  .must_save = true, .way = WAY_NAT },
	{ "unpublish", SET, "PORT[/udp]|all", "PUBLISH", val_unpublish,
	  put_no_publish, .must_save = true, .way = WAY_NAT },
	{ "rate", SET, "[DEVICE:CLASS:]KBIT", "RATE", .put = put_key,
	  .must_save = true, .way = WAY_NAT },
	{ "ratebound", SET, "yes|no", "RATEBOUND", .put = put_key,
	  .must_save = true, .way = WAY_NAT },
	{ "netdev_add", SET, "DEVICE", "NETDEV", .put = put_add,
	  .way = WAY_NETDEV },
	{ "netdev_del", SET, "DEVICE", "NETDEV", .put = put_remove,
	  .way = WAY_NETDEV },

	{ "ram", SET, "BYTES", "PHYSPAGES", .put = put_size, .way = WAY_LIMITS },
	{ "swap", SET, "BYTES", "SWAPPAGES", .put = put_size, .way = WAY_LIMITS },
	{ "vm_overcommit", SET, "FACTOR", "VM_OVERCOMMIT", .put = put_key,
	  .way = WAY_LIMITS },
	UB_RESOURCE_LIST(UBC)
	{ "avnumproc", SET, "N[:N]", "AVNUMPROC", .put = put_key },

	{ "cpuunits", SET, "N", "CPUUNITS", .put = put_weight, .way = WAY_CPU },
	{ "cpuweight", SET, "N", "CPUWEIGHT", .put = put_weight, .way = WAY_CPU },
	{ "cpulimit", SET, "N[%]", "CPULIMIT", .put = put_key, .way = WAY_CPU },
	{ "cpus", SET, "N", "CPUS", .put = put_key, .way = WAY_CPU },
	{ "cpumask", SET, "LIST|auto|all", "CPUMASK", .put = put_key,
	  .way = WAY_CPU },
	{ "nodemask", SET, "LIST|all", "NODEMASK", .put = put_key,
	  .way = WAY_CPU },

	{ "diskquota", SET, "yes|no", "DISK_QUOTA", .put = put_key,
	  .way = WAY_QUOTA },
	{ "diskspace", BOTH, "SOFT[:HARD]", "DISKSPACE",
	  .put = put_key, .way = WAY_QUOTA },
	{ "diskinodes", BOTH, "SOFT[:HARD]", "DISKINODES",
	  .put = put_key, .way = WAY_QUOTA },
	{ "quotatime", SET, "SECONDS", "QUOTATIME", .put = put_key,
	  .way = WAY_QUOTA },
	{ "quotaugidlimit", SET, "N", "QUOTAUGIDLIMIT", .put = put_key,
	  .restart = true, .idle = NO_UGIDS },
	{ "offline-resize", SET, .put = put_nothing },
	{ "ioprio", SET, "0..7", "IOPRIO", .put = put_key, .way = WAY_IO },
	{ "iolimit", SET, "N[B|K|M|G]", "IOLIMIT", val_iolimit, put_key, .way = WAY_IO },
	{ "iopslimit", SET, "N", "IOPSLIMIT", .put = put_key, .way = WAY_IO },

	{ "capability", SET, "NAME:on|off,...", "CAPABILITY",
	  .put = put_add, .restart = true, .idle = NO_CAPS },
	{ "devices", SET, "b|c:MAJOR:MINOR|all:MODE", "DEVICES",
	  .put = put_add, .way = WAY_DEVICES },
	{ "devnodes", SET, "DEVICE:MODE", "DEVNODES", .put = put_add,
	  .way = WAY_DEVICES },
	{ "pci_add", SET, "[DOMAIN:]BUS:SLOT.FN", "PCI", .put = put_add,
	  .idle = NO_DEVICES },
	{ "pci_del", SET, "[DOMAIN:]BUS:SLOT.FN", "PCI", .put = put_remove,
	  .idle = NO_DEVICES },
	{ "features", SET, "NAME:on|off,...", "FEATURES",
	  .put = put_add, .restart = true, .idle = "of the features only nesting can be switched" },
	{ "netfilter", SET, "disabled|stateless|stateful|full", "NETFILTER",
	  .put = put_key, .restart = true,
	  .idle = "only disabled has, every table is there otherwise" },
	{ "iptables", SET, "MODULE,...", "IPTABLES", .put = put_key,
	  .restart = true, .idle = "every table is there" },
	{ "meminfo", SET, "none|pages:N|privvmpages:N", "MEMINFO",
	  .put = put_key, .idle = "/proc/meminfo inside is the host's yet" },

	{ "config", CREATE, "SAMPLE", .check = val_text, .put = put_nothing },
	{ "layout", CREATE, "simfs", .put = put_nothing },
	{ "local_uid", CREATE, "ID", "LOCAL_UID", .put = put_key },
	{ "local_gid", CREATE, "ID", "LOCAL_GID", .put = put_key },
	{ 0 }
};

void setopt_help(int command)
{
	char word[80];
	int column = 0;

	for (const struct setopt *o = setopts; o->name; o++) {
		int len;

		if (!(o->commands & command))
			continue;
		len = snprintf(word, sizeof(word), "--%s%s%s", o->name,
			       o->value ? " " : "", o->value ? o->value : "");
		if (column && column + 2 + len > 78) {
			putchar('\n');
			column = 0;
		}
		column += printf(column ? "  %s" : "    %s", word);
	}
	putchar('\n');
}
