// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzlist - the table of fields
 */
#include <string.h>

#include <linux/beancounter.h>

#include "vzlist/vzlist_fields.h"

#define UBC(n, h, i)							\
	{ n, h, 10, VZL_UBC, NULL, i, 0 },				\
	{ n ".m", h ".M", 10, VZL_UBC, NULL, i, 1 },			\
	{ n ".b", h ".B", 10, VZL_UBC, NULL, i, 2 },			\
	{ n ".l", h ".L", 10, VZL_UBC, NULL, i, 3 },			\
	{ n ".f", h ".F", 10, VZL_UBC, NULL, i, 4 }

#define DISK(n, h, k)							\
	{ n, h, 10, VZL_DISK, k, 0, 0 },				\
	{ n ".s", h ".S", 10, VZL_DISK, k, 0, 1 },			\
	{ n ".h", h ".H", 10, VZL_DISK, k, 0, 2 }

#define ROW(n, h, w, kind, key) { n, h, w, kind, key, 0, 0 }

const struct vzl_field vzl_fields[] = {
	ROW("ctid", "CTID", 10, VZL_CTID, NULL),
	/* Older names of it. */
	ROW("veid", "CTID", 10, VZL_CTID, NULL),
	ROW("vpsid", "CTID", 10, VZL_CTID, NULL),
	ROW("private", "PRIVATE", -32, VZL_PATH, "VE_PRIVATE"),
	ROW("root", "ROOT", -32, VZL_PATH, "VE_ROOT"),
	ROW("mount_opts", "MOUNT_OPTS", -16, VZL_TEXT, "MOUNT_OPTS"),
	ROW("origin_sample", "ORIGIN_SAMPLE", -32, VZL_TEXT, "ORIGIN_SAMPLE"),
	ROW("hostname", "HOSTNAME", -32, VZL_TEXT, "HOSTNAME"),
	ROW("name", "NAME", -32, VZL_TEXT, "NAME"),
	ROW("smart_name", "SMARTNAME", 10, VZL_SMART, "NAME"),
	ROW("description", "DESCRIPTION", -32, VZL_TEXT, "DESCRIPTION"),
	ROW("ostemplate", "OSTEMPLATE", -32, VZL_TEXT, "OSTEMPLATE"),
	ROW("ip", "IP_ADDR", -15, VZL_LIST, "IP_ADDRESS"),
	ROW("nameserver", "NAMESERVER", -15, VZL_LIST, "NAMESERVER"),
	ROW("searchdomain", "SEARCHDOMAIN", -15, VZL_LIST, "SEARCHDOMAIN"),
	ROW("status", "STATUS", -9, VZL_STATUS, NULL),
	UBC("kmemsize", "KMEMSIZE", UB_KMEMSIZE),
	UBC("lockedpages", "LOCKEDP", UB_LOCKEDPAGES),
	UBC("privvmpages", "PRIVVMP", UB_PRIVVMPAGES),
	UBC("shmpages", "SHMP", UB_SHMPAGES),
	UBC("numproc", "NPROC", UB_NUMPROC),
	UBC("physpages", "PHYSP", UB_PHYSPAGES),
	UBC("vmguarpages", "VMGUARP", UB_VMGUARPAGES),
	UBC("oomguarpages", "OOMGUARP", UB_OOMGUARPAGES),
	UBC("numtcpsock", "NTCPSOCK", UB_NUMTCPSOCK),
	UBC("numflock", "NFLOCK", UB_NUMFLOCK),
	UBC("numpty", "NPTY", UB_NUMPTY),
	UBC("numsiginfo", "NSIGINFO", UB_NUMSIGINFO),
	UBC("tcpsndbuf", "TCPSNDB", UB_TCPSNDBUF),
	UBC("tcprcvbuf", "TCPRCVB", UB_TCPRCVBUF),
	UBC("othersockbuf", "OTHSOCKB", UB_OTHERSOCKBUF),
	UBC("dgramrcvbuf", "DGRAMRB", UB_DGRAMRCVBUF),
	UBC("numothersock", "NOTHSOCK", UB_NUMOTHERSOCK),
	UBC("dcachesize", "DCACHESZ", UB_DCACHESIZE),
	UBC("numfile", "NFILE", UB_NUMFILE),
	UBC("numiptent", "NIPTENT", UB_NUMIPTENT),
	UBC("swappages", "SWAPP", UB_SWAPPAGES),
	DISK("diskspace", "DSPACE", "DISKSPACE"),
	DISK("diskinodes", "DINODES", "DISKINODES"),
	ROW("laverage", "LAVERAGE", 14, VZL_LAVERAGE, NULL),
	ROW("uptime", "UPTIME", 15, VZL_UPTIME, NULL),
	ROW("cpulimit", "CPULIM", 7, VZL_CPU, "CPULIMIT"),
	ROW("cpuunits", "CPUUNI", 7, VZL_CPU, "CPUUNITS"),
	ROW("cpus", "CPUS", 5, VZL_NUMBER, "CPUS"),
	ROW("ioprio", "IOP", 3, VZL_IOPRIO, "IOPRIO"),
	ROW("iolimit", "IOLIMIT", 10, VZL_IOLIMIT, "IOLIMIT"),
	ROW("iopslimit", "IOPS", 4, VZL_NUMBER, "IOPSLIMIT"),
	ROW("onboot", "ONBOOT", 6, VZL_YESNO, "ONBOOT"),
	ROW("bootorder", "BOOTORDER", 10, VZL_ORDER, "BOOTORDER"),
	ROW("layout", "LAYOUT", -6, VZL_LAYOUT, NULL),
	ROW("features", "FEATURES", -15, VZL_SWITCHES, "FEATURES"),
	ROW("vswap", "VSWAP", 5, VZL_VSWAP, NULL),
	ROW("disabled", "DISABL", 6, VZL_YESNO, "DISABLED"),
	ROW("vm_overcommit", "VM_OVC", 6, VZL_FACTOR, "VM_OVERCOMMIT"),
	ROW("netfilter", "NETFILTER", -9, VZL_WORD, "NETFILTER"),
	ROW("capability", "CAPABILITY", -15, VZL_SWITCHES, "CAPABILITY"),
	{ 0 }
};

const struct vzl_field *vzl_field_find(const char *name)
{
	for (const struct vzl_field *f = vzl_fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

const struct vzl_field *vzl_field_next(const struct vzl_field *f)
{
	f = f ? f + 1 : vzl_fields;
	return f->name ? f : NULL;
}

const char *vzl_field_name(const struct vzl_field *f)
{
	return f->name;
}

bool vzl_field_json(const struct vzl_field *f)
{
	return !f->part;
}

void vzl_heading(const struct vzl_field *f, FILE *to)
{
	fprintf(to, "%*s", f->width, f->heading);
}

void vzl_describe(const struct vzl_field *f, FILE *to)
{
	fprintf(to, "%-15s %-15s\n", f->name, f->heading);
}
