// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - sets of limits with a name, with OpenVZ's figures
 */
#include <string.h>

#include <linux/beancounter.h>

#include "conf/profile.h"

static const struct profile_limit basic[] = {
	{ UB_KMEMSIZE, "14372700:14790164" },
	{ UB_LOCKEDPAGES, "2048" },
	{ UB_PRIVVMPAGES, "65536:69632" },
	{ UB_SHMPAGES, "21504" },
	{ UB_NUMPROC, "240" },
	{ UB_PHYSPAGES, "0:unlimited" },
	{ UB_VMGUARPAGES, "33792:unlimited" },
	{ UB_OOMGUARPAGES, "26112:unlimited" },
	{ UB_NUMTCPSOCK, "360" },
	{ UB_NUMFLOCK, "188:206" },
	{ UB_NUMPTY, "16" },
	{ UB_NUMSIGINFO, "256" },
	{ UB_TCPSNDBUF, "1720320:2703360" },
	{ UB_TCPRCVBUF, "1720320:2703360" },
	{ UB_OTHERSOCKBUF, "1126080:2097152" },
	{ UB_DGRAMRCVBUF, "262144" },
	{ UB_NUMOTHERSOCK, "360" },
	{ UB_DCACHESIZE, "3409920:3624960" },
	{ UB_NUMFILE, "9312" },
	{ UB_NUMIPTENT, "128" },
	{ 0, NULL }
};

static const struct profile_limit light[] = {
	{ UB_KMEMSIZE, "1740800:1847296" },
	{ UB_LOCKEDPAGES, "4" },
	{ UB_PRIVVMPAGES, "7680:8448" },
	{ UB_SHMPAGES, "1152" },
	{ UB_NUMPROC, "40" },
	{ UB_PHYSPAGES, "0:unlimited" },
	{ UB_VMGUARPAGES, "1725:unlimited" },
	{ UB_OOMGUARPAGES, "1725:unlimited" },
	{ UB_NUMTCPSOCK, "40" },
	{ UB_NUMFLOCK, "50:60" },
	{ UB_NUMPTY, "4" },
	{ UB_NUMSIGINFO, "256" },
	{ UB_TCPSNDBUF, "159744:262144" },
	{ UB_TCPRCVBUF, "159744:262144" },
	{ UB_OTHERSOCKBUF, "135168:237568" },
	{ UB_DGRAMRCVBUF, "135168:196608" },
	{ UB_NUMOTHERSOCK, "40" },
	{ UB_DCACHESIZE, "196608:202752" },
	{ UB_NUMFILE, "512" },
	{ UB_NUMIPTENT, "16" },
	{ 0, NULL }
};

#define VSWAP(_name, _ram, _swap)					\
static const struct profile_limit vswap_##_name[] = {			\
	{ UB_PHYSPAGES, "0:" _ram },					\
	{ UB_SWAPPAGES, "0:" _swap },					\
	{ 0, NULL }							\
}

VSWAP(256m, "256M", "512M");
VSWAP(512m, "512M", "1G");
VSWAP(1024m, "1G", "2G");
VSWAP(2g, "2G", "4G");
VSWAP(4g, "4G", "8G");

static const struct profile profiles[] = {
	{ "basic", basic, 180 },
	{ "light", light, 15 },
	{ "vswap-256m", vswap_256m, 0 },
	{ "vswap-512m", vswap_512m, 0 },
	{ "vswap-1024m", vswap_1024m, 0 },
	{ "vswap-1g", vswap_1024m, 0 },
	{ "vswap-2g", vswap_2g, 0 },
	{ "vswap-4g", vswap_4g, 0 },
};

#define NPROFILES (sizeof(profiles) / sizeof(profiles[0]))

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; i < NPROFILES; i++)
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

const char *profile_name(size_t i)
{
	return i < NPROFILES ? profiles[i].name : NULL;
}
