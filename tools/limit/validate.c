// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether limits fit each other
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <linux/beancounter.h>

#include "lib/parse.h"
#include "limit/onlimit.h"
#include "limit/validate.h"

struct limit {
	uint64_t bar, lim;
	bool given;
};

struct check {
	struct limit l[UB_RESOURCES];
	const char *name[UB_RESOURCES];
	uint64_t avnumproc;
	found_fn found;
	int bad;
};

#define NONE VZCTX_UNLIMITED

static void __attribute__((format(printf, 3, 4)))
say(struct check *c, enum finding f, const char *fmt, ...)
{
	char *sentence;
	va_list ap;
	int len;

	c->bad += f != FINDING_RECOMMENDATION;
	va_start(ap, fmt);
	len = vasprintf(&sentence, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	c->found(f, sentence);
	free(sentence);
}

static uint64_t mul(uint64_t a, uint64_t b)
{
	uint64_t v;

	return a == NONE || __builtin_mul_overflow(a, b, &v) || v > NONE ?
	       NONE : v;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > NONE - b ? NONE : a + b;
}

static void order(struct check *c)
{
	for (unsigned int i = 0; i < UB_RESOURCES; i++)
		if (c->name[i] && c->l[i].bar > c->l[i].lim)
			say(c, FINDING_ERROR, "%s: the barrier is above the limit, which holds for both",
			    c->name[i]);
}

static void equal(struct check *c)
{
	static const unsigned char ids[] = {
		UB_NUMPROC, UB_NUMTCPSOCK, UB_NUMOTHERSOCK, UB_SHMPAGES,
		UB_NUMFILE, UB_NUMPTY, UB_NUMSIGINFO, UB_NUMIPTENT,
	};

	for (size_t i = 0; i < sizeof(ids); i++) {
		const struct limit *l = &c->l[ids[i]];

		if (l->bar < l->lim)
			say(c, FINDING_WARNING, "%s: barrier %" PRIu64 " and limit differ; requests stop at the barrier, so the limit means nothing",
			    c->name[ids[i]], l->bar);
	}
}

static void guarantees(struct check *c, bool vswap)
{
	const struct limit *l = c->l;

	if (l[UB_VMGUARPAGES].lim != NONE)
		say(c, FINDING_WARNING, "vmguarpages: the limit is not unlimited; only the barrier of a guarantee means something");
	if (l[UB_OOMGUARPAGES].lim != NONE)
		say(c, FINDING_WARNING, "oomguarpages: the limit is not unlimited; only the barrier of a guarantee means something");
	if (l[UB_VMGUARPAGES].given &&
	    l[UB_PRIVVMPAGES].bar < l[UB_VMGUARPAGES].bar)
		say(c, FINDING_WARNING, "privvmpages: the barrier is below that of vmguarpages; memory that is guaranteed is refused");
	if (!vswap && l[UB_PHYSPAGES].given && l[UB_PHYSPAGES].bar)
		say(c, FINDING_WARNING, "physpages: the barrier is not 0; it means nothing");
}

static void kernel_memory(struct check *c)
{
	const struct limit *l = c->l;
	uint64_t need;

	if (c->avnumproc != NONE) {
		need = mul(40 * 1024, c->avnumproc);
		if (l[UB_DCACHESIZE].given)
			need = sum(need, l[UB_DCACHESIZE].lim);
		if (l[UB_KMEMSIZE].bar < need)
			say(c, FINDING_ERROR, "kmemsize: the barrier is below 40 KiB a process and the limit of dcachesize, %" PRIu64 "; with %" PRIu64 " processes fork and open fail",
			    need, c->avnumproc);
	}
	if (l[UB_NUMFILE].lim != NONE &&
	    l[UB_DCACHESIZE].lim < mul(384, l[UB_NUMFILE].lim))
		say(c, FINDING_WARNING, "dcachesize: the limit is below 384 bytes a file, %" PRIu64 "; open fails before numfile is reached",
		    mul(384, l[UB_NUMFILE].lim));
	if (c->avnumproc != NONE) {
		need = sum(sum(l[UB_NUMTCPSOCK].lim, l[UB_NUMOTHERSOCK].lim),
			   l[UB_NUMPTY].lim);
		if (need == NONE || need < mul(32, c->avnumproc))
			need = mul(32, c->avnumproc);
		if (l[UB_NUMFILE].bar < need)
			say(c, FINDING_WARNING, "numfile: the barrier is below %" PRIu64 ", 32 a process or one a socket and terminal; programs cannot open files or sockets they may have",
			    need);
	}
}

/* The room between barrier and limit is what each socket is sure to get. */
static void room(struct check *c, int buf, int socks)
{
	const struct limit *l = c->l;
	uint64_t need = mul(2560, l[socks].lim);

	if (l[buf].lim == NONE)
		return;
	if (need == NONE)
		say(c, FINDING_ERROR, "%s: it is limited and %s is not; some sockets get no buffer and their connections hang",
		    c->name[buf], c->name[socks]);
	else if (l[buf].lim - l[buf].bar < need && l[buf].lim >= l[buf].bar)
		say(c, FINDING_ERROR, "%s: the limit is less than %" PRIu64 " above the barrier, 2.5 KiB a socket of %s; connections hang",
		    c->name[buf], need, c->name[socks]);
}

static void sockets(struct check *c)
{
	static const unsigned char small[] = { UB_DGRAMRCVBUF, UB_OTHERSOCKBUF };
	const struct limit *l = c->l;

	room(c, UB_TCPSNDBUF, UB_NUMTCPSOCK);
	room(c, UB_TCPRCVBUF, UB_NUMTCPSOCK);
	room(c, UB_OTHERSOCKBUF, UB_NUMOTHERSOCK);
	if (l[UB_TCPSNDBUF].bar < 64 * 1024)
		say(c, FINDING_ERROR, "tcpsndbuf: the barrier is below 64 KiB; sending stalls");
	if (l[UB_TCPRCVBUF].bar < 64 * 1024)
		say(c, FINDING_ERROR, "tcprcvbuf: the barrier is below 64 KiB; receiving stalls");
	for (size_t i = 0; i < sizeof(small); i++) {
		if (l[small[i]].bar < 32 * 1024)
			say(c, FINDING_WARNING, "%s: the barrier is below 32 KiB; datagrams are lost or cannot be sent",
			    c->name[small[i]]);
		else if (l[small[i]].bar < 129 * 1024)
			say(c, FINDING_RECOMMENDATION, "%s: the barrier is below 129 KiB; large datagrams do not fit",
			    c->name[small[i]]);
	}
}

static void vswap(struct check *c)
{
	static const unsigned char ids[] = { UB_PHYSPAGES, UB_SWAPPAGES };
	uint64_t page = sysconf(_SC_PAGESIZE), have[2];
	struct sysinfo si;

	if (sysinfo(&si))
		return;
	have[0] = si.totalram * (uint64_t)si.mem_unit / page;
	have[1] = si.totalswap * (uint64_t)si.mem_unit / page;
	for (size_t i = 0; i < 2; i++) {
		const struct limit *l = &c->l[ids[i]];

		if (l->given && l->bar)
			say(c, FINDING_WARNING, "%s: the barrier is not 0; it means nothing",
			    c->name[ids[i]]);
		if (l->given && l->lim > have[i])
			say(c, FINDING_WARNING, "%s: the limit is above the %" PRIu64 " pages the host has; it is never reached",
			    c->name[ids[i]], have[i]);
	}
}

static void read_conf(struct check *c, const struct vz_reslist *res,
		      const struct conf *conf)
{
	const char *value = conf ? conf_get(conf, "AVNUMPROC") : NULL;
	uint64_t lim;

	c->avnumproc = NONE;
	if (value)
		parse_barlim(value, VZCTX_UNIT_ITEMS, &c->avnumproc, &lim);
	for (size_t i = 0; i < res->n; i++) {
		const struct vz_res *r = &res->v[i];
		char key[32];
		size_t k;

		if (r->id >= UB_RESOURCES)
			continue;
		c->name[r->id] = r->name;
		c->l[r->id] = (struct limit){ NONE, NONE, false };
		for (k = 0; r->name[k] && k + 1 < sizeof(key); k++)
			key[k] = toupper((unsigned char)r->name[k]);
		key[k] = '\0';
		value = conf ? conf_get(conf, key) : NULL;
		if (value && !parse_barlim(value, r->unit, &c->l[r->id].bar,
					   &c->l[r->id].lim))
			say(c, FINDING_ERROR, "%s: \"%s\" is no BARRIER:LIMIT; nothing is limited by it",
			    r->name, value);
		else
			c->l[r->id].given = value;
	}
}

int validate(const struct vz_reslist *res, const struct conf *conf,
	     uint32_t ctid, const struct vz_set *set, size_t n,
	     uint64_t avnumproc, found_fn found, struct report *report)
{
	struct vz_set *acts = calloc(res->n + 1, sizeof(*acts));
	struct check c = { .found = found };
	bool has_vswap;

	if (!acts)
		return -ENOMEM;
	read_conf(&c, res, conf);
	if (conf && onlimit_read(conf, ctid, res, acts, report) < 0)
		say(&c, FINDING_ERROR, "ON_LIMIT cannot be read; the container does not start");
	free(acts);
	for (size_t i = 0; i < n; i++)
		if (set[i].id < UB_RESOURCES && !set[i].keep)
			c.l[set[i].id] = (struct limit){ set[i].barrier,
							 set[i].limit, true };
	for (unsigned int i = 0; i < UB_RESOURCES; i++)
		if (!c.name[i])
			c.l[i] = (struct limit){ NONE, NONE, false };
	if (c.avnumproc == NONE && avnumproc)
		c.avnumproc = avnumproc;
	if (c.avnumproc == NONE)
		c.avnumproc = c.l[UB_NUMPROC].lim == NONE ? NONE :
			      c.l[UB_NUMPROC].lim / 2;
	has_vswap = c.l[UB_PHYSPAGES].given && c.l[UB_PHYSPAGES].lim != NONE;
	order(&c);
	equal(&c);
	guarantees(&c, has_vswap);
	kernel_memory(&c);
	sockets(&c);
	if (has_vswap)
		vswap(&c);
	return c.bad;
}
