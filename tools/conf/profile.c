// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - sets of limits with a name, with OpenVZ's figures
 */
#include <string.h>

#include "conf/profile.h"

static const struct profile_limit basic[] = {
	{ "kmemsize", "14372700:14790164" },
	{ "lockedpages", "2048" },
	{ "privvmpages", "65536:69632" },
	{ "shmpages", "21504" },
	{ "numproc", "240" },
	{ "physpages", "0:unlimited" },
	{ "vmguarpages", "33792:unlimited" },
	{ "oomguarpages", "26112:unlimited" },
	{ "numtcpsock", "360" },
	{ "numflock", "188:206" },
	{ "numpty", "16" },
	{ "numsiginfo", "256" },
	{ "tcpsndbuf", "1720320:2703360" },
	{ "tcprcvbuf", "1720320:2703360" },
	{ "othersockbuf", "1126080:2097152" },
	{ "dgramrcvbuf", "262144" },
	{ "numothersock", "360" },
	{ "dcachesize", "3409920:3624960" },
	{ "numfile", "9312" },
	{ "numiptent", "128" },
	{ NULL, NULL }
};

static const struct profile_limit light[] = {
	{ "kmemsize", "1740800:1847296" },
	{ "lockedpages", "4" },
	{ "privvmpages", "7680:8448" },
	{ "shmpages", "1152" },
	{ "numproc", "40" },
	{ "physpages", "0:unlimited" },
	{ "vmguarpages", "1725:unlimited" },
	{ "oomguarpages", "1725:unlimited" },
	{ "numtcpsock", "40" },
	{ "numflock", "50:60" },
	{ "numpty", "4" },
	{ "numsiginfo", "256" },
	{ "tcpsndbuf", "159744:262144" },
	{ "tcprcvbuf", "159744:262144" },
	{ "othersockbuf", "135168:237568" },
	{ "dgramrcvbuf", "135168:196608" },
	{ "numothersock", "40" },
	{ "dcachesize", "196608:202752" },
	{ "numfile", "512" },
	{ "numiptent", "16" },
	{ NULL, NULL }
};

#define VSWAP(_name, _ram, _swap)					\
static const struct profile_limit vswap_##_name[] = {			\
	{ "physpages", "0:" _ram },					\
	{ "swappages", "0:" _swap },					\
	{ NULL, NULL }							\
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

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

const char *profile_names(void)
{
	return "basic light vswap-256m vswap-512m vswap-1024m vswap-1g vswap-2g vswap-4g";
}
