// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzlist - what a field of a container holds
 */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <linux/beancounter.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "conf/ubcname.h"
#include "engine/quota.h"
#include "limit/conflimit.h"
#include "limit/deflimit.h"
#include "vzlist/vzlist_fields.h"

const char *vzl_text(const struct vzl_ct *ct, const char *key)
{
	const char *value = conf_get(ct->conf, key);

	if (!strcmp(key, "NAME") && !ct->named)
		return NULL;
	return value && *value ? value : NULL;
}

static void text(struct vzl_value *v, const char *s)
{
	v->text = true;
	v->known = s;
	snprintf(v->s, sizeof(v->s), "%s", s ? s : "");
}

static void number(struct vzl_value *v, uint64_t n)
{
	v->known = true;
	v->u = n;
	v->n = n;
	snprintf(v->s, sizeof(v->s), "%" PRIu64, n);
}

/* As in OpenVZ the host's default is none of a container's. */
static void number_of(struct vzl_value *v, const struct vzl_ct *ct,
		      const char *key, uint64_t least)
{
	uint64_t n;

	if (confkey_own_number(ct->conf, key, &n) && n >= least)
		number(v, n);
}

/* What runs has the host's share where its own file is silent. */
static void cpu(struct vzl_value *v, const struct vzl_ct *ct, const char *key)
{
	bool (*get)(const struct conf *c, const char *key, uint64_t *out) =
		ct->status == VZL_RUNNING ? confkey_number : confkey_own_number;
	uint64_t n;

	/* OpenVZ keeps the two in one place. */
	if (get(ct->conf, key, &n))
		number(v, n);
	else if (get(ct->conf, "CPULIMIT", &n) || get(ct->conf, "CPUUNITS", &n))
		number(v, 0);
}

static void ubc(struct vzl_value *v, const struct vzl_ct *ct, uint32_t id,
		unsigned int part)
{
	const struct vz_bc *bc = vz_ctx_bc(&ct->ctx, id);
	uint64_t bar, lim;

	if (bc) {
		const uint64_t parts[] = {
			bc->held, bc->maxheld, bc->barrier, bc->limit,
			bc->failcnt,
		};

		number(v, parts[part]);
	} else if ((part == 2 || part == 3) && ubc_get(ct->conf, id, &bar, &lim)) {
		number(v, part == 2 ? bar : lim);
	}
}

static void disk(struct vzl_value *v, const struct vzl_ct *ct,
		 const struct vzl_field *f)
{
	const char *word = conf_get(ct->conf, f->key);
	char barlim[SETVAL_SIZE];
	char private[PATH_MAX];
	struct quota q;
	uint64_t soft, hard;

	if (!f->part) {
		conf_private(ct->conf, ct->ctid, private, sizeof(private));
		if (!quota_usage(private, ct->ctid, &q))
			number(v, strcmp(f->key, "DISKSPACE") ? q.inodes.used :
				  q.space.used / 1024);
		return;
	}
	if (word && confkey_read(f->key, word, barlim) &&
	    parse_barlim(barlim, VZCTX_UNIT_ITEMS, &soft, &hard))
		number(v, f->part == 1 ? soft : hard);
}

static void uptime(struct vzl_value *v, const struct vz_cpu *cpu)
{
	uint64_t s = cpu->uptime / 1000000000;

	v->known = true;
	v->n = cpu->uptime / 1e9;
	snprintf(v->s, sizeof(v->s),
		 "%.3" PRIu64 "d%.2" PRIu64 "h:%.2" PRIu64 "m:%.2" PRIu64 "s",
		 s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

static void laverage(struct vzl_value *v, const struct vz_cpu *cpu)
{
	v->known = true;
	v->n = cpu->load[0] * 1e12 + cpu->load[1] * 1e6 + cpu->load[2];
	snprintf(v->s, sizeof(v->s), "%1.2f/%1.2f/%1.2f", cpu->load[0] / 100.0,
		 cpu->load[1] / 100.0, cpu->load[2] / 100.0);
}

static bool is_vswap(const struct vzl_ct *ct)
{
	const struct vz_bc *bc = vz_ctx_bc(&ct->ctx, UB_PHYSPAGES);

	/* What a start adds by itself is nobody's choice of vswap. */
	if (bc && !conflimit_vswap(ct->conf) && bc->limit == deflimit_memory())
		return false;
	return bc ? bc->limit != VZCTX_UNLIMITED && bc->limit != INT_MAX :
		    conflimit_vswap(ct->conf);
}

static const char *status(enum vzl_status s)
{
	static const char *const words[] = {
		"running", "stopped", "mounted", "suspended",
	};

	return words[s];
}

/* "NET_ADMIN:on SYS_TIME:off" becomes "net_admin:on,sys_time:off". */
static void switches(struct vzl_value *v, const char *word)
{
	text(v, word);
	for (char *p = v->s; *p; p++)
		*p = *p == ' ' ? ',' : tolower((unsigned char)*p);
}

static void factor(struct vzl_value *v, const char *word)
{
	char good[SETVAL_SIZE];

	v->n = word && val_factor(word, good) ? strtod(good, NULL) : 0;
	v->known = v->n > 0;
	snprintf(v->s, sizeof(v->s), "%g", v->n);
}

static void path(struct vzl_value *v, const struct vzl_ct *ct, const char *key)
{
	text(v, "");
	if (strcmp(key, "VE_PRIVATE"))
		conf_root(ct->conf, ct->ctid, v->s, sizeof(v->s));
	else
		conf_private(ct->conf, ct->ctid, v->s, sizeof(v->s));
}

void vzl_value(const struct vzl_field *f, const struct vzl_ct *ct,
	       struct vzl_value *v)
{
	bool running = ct->status == VZL_RUNNING;
	const char *word = f->key ? conf_get(ct->conf, f->key) : NULL;
	uint64_t n;

	v->known = v->text = false;
	v->n = v->u = 0;
	v->s[0] = '\0';
	word = word && *word ? word : NULL;
	switch (f->kind) {
	case VZL_CTID: number(v, ct->ctid); break;
	case VZL_SMART:
		if (vzl_text(ct, "NAME"))
			text(v, vzl_text(ct, "NAME"));
		else
			number(v, ct->ctid);
		break;
	case VZL_TEXT: text(v, vzl_text(ct, f->key)); break;
	case VZL_PATH: path(v, ct, f->key); break;
	case VZL_LIST:
	case VZL_WORD: text(v, word); break;
	case VZL_STATUS:
		text(v, status(ct->status));
		break;
	case VZL_UBC: ubc(v, ct, f->id, f->part); break;
	case VZL_DISK: disk(v, ct, f); break;
	case VZL_LAVERAGE:
		if (running)
			laverage(v, &ct->ctx.cpu);
		break;
	case VZL_UPTIME:
		if (running)
			uptime(v, &ct->ctx.cpu);
		break;
	case VZL_CPU: cpu(v, ct, f->key); break;
	case VZL_NUMBER: number_of(v, ct, f->key, 1); break;
	case VZL_IOPRIO:
	case VZL_ORDER: number_of(v, ct, f->key, 0); break;
	case VZL_IOLIMIT:
		if (word && iolimit_parse(word, VZCTX_UNIT_BYTES, &n) && n)
			number(v, n);
		break;
	case VZL_YESNO:
		text(v, word && !strcasecmp(word, "yes") ? "yes" : "no");
		break;
	case VZL_VSWAP: text(v, is_vswap(ct) ? "yes" : "no"); break;
	case VZL_LAYOUT: text(v, "simfs"); break;
	case VZL_FACTOR: factor(v, word); break;
	case VZL_SWITCHES: switches(v, word); break;
	}
}
