// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzlist - the table of fields
 */
#include <string.h>

#include <linux/beancounter.h>

#include "vzlist/vzlist_fields.h"

/* Resources, as OpenVZ's vzlist abbreviates them. */
#define H_KMEMSIZE	"KMEMSIZE"
#define H_LOCKEDPAGES	"LOCKEDP"
#define H_PRIVVMPAGES	"PRIVVMP"
#define H_SHMPAGES	"SHMP"
#define H_NUMPROC	"NPROC"
#define H_PHYSPAGES	"PHYSP"
#define H_VMGUARPAGES	"VMGUARP"
#define H_OOMGUARPAGES	"OOMGUARP"
#define H_NUMTCPSOCK	"NTCPSOCK"
#define H_NUMFLOCK	"NFLOCK"
#define H_NUMPTY	"NPTY"
#define H_NUMSIGINFO	"NSIGINFO"
#define H_TCPSNDBUF	"TCPSNDB"
#define H_TCPRCVBUF	"TCPRCVB"
#define H_OTHERSOCKBUF	"OTHSOCKB"
#define H_DGRAMRCVBUF	"DGRAMRB"
#define H_NUMOTHERSOCK	"NOTHSOCK"
#define H_DCACHESIZE	"DCACHESZ"
#define H_NUMFILE	"NFILE"
#define H_NUMIPTENT	"NIPTENT"
#define H_SWAPPAGES	"SWAPP"

#define UBC(ID, name, UNIT)						\
	{ #name, H_##ID, 10, VZL_UBC, NULL, UB_##ID, 0 },		\
	{ #name ".m", H_##ID ".M", 10, VZL_UBC, NULL, UB_##ID, 1 },	\
	{ #name ".b", H_##ID ".B", 10, VZL_UBC, NULL, UB_##ID, 2 },	\
	{ #name ".l", H_##ID ".L", 10, VZL_UBC, NULL, UB_##ID, 3 },	\
	{ #name ".f", H_##ID ".F", 10, VZL_UBC, NULL, UB_##ID, 4 },

#define DISK(n, h, k)							\
	{ n, h, 10, VZL_DISK, k, 0, 0 },				\
	{ n ".s", h ".S", 10, VZL_DISK, k, 0, 1 },			\
	{ n ".h", h ".H", 10, VZL_DISK, k, 0, 2 }

#define ROW(n, h, w, kind, key) { n, h, w, kind, key, 0, 0 }

static const struct vzl_field fields[] = {
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
	UB_RESOURCE_LIST(UBC)
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
	for (const struct vzl_field *f = fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

const struct vzl_field *vzl_field_next(const struct vzl_field *f)
{
	f = f ? f + 1 : fields;
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
