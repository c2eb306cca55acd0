// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a context has of the host's memory
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "lib/parse.h"
#include "limit/commitment.h"

#define NONE VZCTX_UNLIMITED

static const struct vz_bc no_bc = { .barrier = NONE, .limit = NONE };

static const struct vz_bc *bc_of(const struct vz_ctx *c, uint32_t id)
{
	const struct vz_bc *bc = vz_ctx_bc(c, id);

	return bc ? bc : &no_bc;
}

static uint64_t bytes(uint64_t pages)
{
	uint64_t page = sysconf(_SC_PAGESIZE);

	return pages > NONE / page ? NONE : pages * page;
}

/* A guarantee is a barrier; nobody's is none. */
static uint64_t guarantee(const struct vz_ctx *c, uint32_t id,
			  const struct conf *conf, const char *key)
{
	uint64_t barrier = bc_of(c, id)->barrier, limit;
	const char *value = conf ? conf_get(conf, key) : NULL;

	if (barrier == NONE && value)
		parse_barlim(value, VZCTX_UNIT_PAGES, &barrier, &limit);
	return barrier == NONE ? 0 : bytes(barrier);
}

int share_host(uint64_t of[SHARE_KINDS])
{
	uint64_t ram, swap, threads = 0;
	struct sysinfo si;
	FILE *f;

	if (sysinfo(&si))
		return -errno;
	f = fopen("/proc/sys/kernel/threads-max", "re");
	if (f && fscanf(f, "%" SCNu64, &threads) != 1)
		threads = 0;
	if (f)
		fclose(f);
	ram = si.totalram * (uint64_t)si.mem_unit;
	swap = si.totalswap * (uint64_t)si.mem_unit;
	of[SHARE_KERNEL] = ram;
	of[SHARE_RAM] = ram;
	of[SHARE_SWAP] = ram + swap;
	of[SHARE_ALLOC] = ram + swap;
	of[SHARE_PROC] = threads;
	return 0;
}

void share_take(const struct vz_ctx *c, const struct conf *conf,
		struct share s[SHARE_KINDS])
{
	static const unsigned char low[] = {
		UB_KMEMSIZE, UB_TCPSNDBUF, UB_TCPRCVBUF, UB_OTHERSOCKBUF,
		UB_DGRAMRCVBUF,
	};
	const struct vz_bc *proc = bc_of(c, UB_NUMPROC);
	uint64_t held = 0, promised = 0, max = 0, v;

	for (size_t i = 0; i < sizeof(low); i++) {
		const struct vz_bc *bc = bc_of(c, low[i]);

		held = share_sum(held, bc->held);
		max = share_sum(max, bc->limit);
		promised = share_sum(promised, bc->limit == NONE ? 0 : bc->limit);
	}
	s[SHARE_KERNEL] = (struct share){ held, promised, max };

	v = bytes(bc_of(c, UB_PHYSPAGES)->held);
	s[SHARE_RAM] = (struct share){
		v > held ? v : held, SHARE_NONE,
		bytes(bc_of(c, UB_PHYSPAGES)->limit),
	};

	v = s[SHARE_RAM].max;
	s[SHARE_SWAP] = (struct share){
		share_sum(held, bytes(bc_of(c, UB_OOMGUARPAGES)->held)),
		share_sum(promised, guarantee(c, UB_OOMGUARPAGES, conf,
					      "OOMGUARPAGES")),
		v == NONE ? NONE :
		share_sum(v, bytes(bc_of(c, UB_SWAPPAGES)->limit)),
	};

	s[SHARE_ALLOC] = (struct share){
		share_sum(held, bytes(bc_of(c, UB_PRIVVMPAGES)->held)),
		share_sum(promised, guarantee(c, UB_VMGUARPAGES, conf,
					      "VMGUARPAGES")),
		share_sum(max, bytes(bc_of(c, UB_PRIVVMPAGES)->limit)),
	};

	s[SHARE_PROC] = (struct share){
		proc->held, SHARE_NONE,
		proc->barrier < proc->limit ? proc->barrier : proc->limit,
	};
}
