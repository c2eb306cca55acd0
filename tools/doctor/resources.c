// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what this kernel can do of each resource
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/beancounter.h>

#include "doctor/facts.h"
#include "doctor/look_cgroup.h"
#include "doctor/look_module.h"
#include "doctor/resources.h"
#include "doctor/symbols.h"
#include "lib/parse.h"
#include "module/nl.h"

#define ROW(id, called, measure) { UB_##id, #called },

static const struct {
	uint32_t id;
	const char *name;
} names[] = { UB_RESOURCE_LIST(ROW) };

#define NNAMES (sizeof(names) / sizeof(names[0]))

const char *hold_word(enum hold h)
{
	static const char *const words[] = {
		[HOLD_ENFORCED] = "enforced", [HOLD_SAMPLED] = "sampled",
		[HOLD_NOT] = "not enforced",
		[HOLD_UNTOLD] = "untold",
	};

	return words[h];
}

enum health resource_health(const struct resource *r)
{
	if (r->hold == HOLD_UNTOLD)
		return HEALTH_UNTOLD;
	return r->hold == HOLD_NOT || (r->hold == HOLD_ENFORCED && *r->why) ?
	       HEALTH_WEAKER : HEALTH_GOOD;
}

static void set(struct resource *r, enum hold hold, const char *why)
{
	r->hold = hold;
	escape_bytes(why, r->why, sizeof(r->why));
}

/* What the module says it does, and whether cgroups give it the figures. */
static void from_module(struct resource *r, const struct vz_res *said)
{
	const char *why = "";

	if (said->counted == VZCTX_COUNTED_NO)
		set(r, HOLD_NOT, said->note);
	else if (said->counted == VZCTX_COUNTED_KERNEL &&
		 !controller_works("memory", &why))
		set(r, HOLD_NOT, why);
	else
		set(r, said->enforced == VZCTX_ENFORCED_NO ? HOLD_SAMPLED :
		    HOLD_ENFORCED, said->why ? said->note : "");
}

static int ask_module(struct resource *r)
{
	struct vz_reslist list = { 0 };
	struct vznl *nl;
	int ret = vznl_open(&nl);

	if (ret)
		return ret;
	ret = vznl_res(nl, &list);
	for (size_t i = 0; !ret && i < NNAMES; i++) {
		set(&r[i], HOLD_UNTOLD, "the module does not know it");
		for (size_t k = 0; k < list.n; k++)
			if (list.v[k].id == names[i].id)
				from_module(&r[i], &list.v[k]);
	}
	vz_reslist_free(&list);
	vznl_close(nl);
	return ret;
}

/* Why it cannot be hooked, as the module would say it; NULL: it can. */
static const char *lack(const struct hooked *h)
{
	if (h->variant)
		return "is in this kernel only as a variant the compiler made";
	/* One in a module that is not loaded may come with it. */
	if (!h->whole)
		return h->must && !*h->module ? "is not in this kernel" : NULL;
	return h->whole > 1 ? "is the name of two functions of this kernel" : NULL;
}

/* The first function without which nothing, or this, is enforced. */
static void from_symbols(struct resource *r, uint32_t id, const struct symbols *s)
{
	char text[256], share[400] = "";
	const char *why = "";

	for (size_t i = 0; i < s->n; i++) {
		const struct hooked *h = &s->hooked[i];
		const char *lacks = lack(h);

		if (!lacks || !(h->resources & UINT32_C(1) << id))
			continue;
		snprintf(text, sizeof(text), "%s %s", h->name, lacks);
		if (!*h->module) {
			set(r, HOLD_NOT, text);
			return;
		}
		snprintf(share, sizeof(share), "but for what %s makes: %s",
			 h->module, text);
	}
	if ((id == UB_KMEMSIZE || id == UB_VMGUARPAGES || id == UB_PHYSPAGES || id == UB_SWAPPAGES ||
		  id == UB_OOMGUARPAGES || id == UB_DCACHESIZE) &&
		 !controller_works("memory", &why))
		set(r, HOLD_NOT, why);
	else
		set(r, id == UB_OOMGUARPAGES || id == UB_DCACHESIZE ?
		    HOLD_SAMPLED : HOLD_ENFORCED, share);
}

static void ask_file(const struct host *h, struct resource *r)
{
	const char *why = NULL;
	struct symbols s;
	int ret = symbols_load(h->module, &s);

	if (ret)
		why = h->module ? "the file that --module names is not this module" :
				  "the module is neither loaded nor built";
	else if (strcmp(s.release, fact_release()))
		why = "the module's file is for another kernel, which has other functions";
	else if (!s.n)
		why = "the module's file does not say what it hooks; load it";
	else if (symbols_find(&s))
		why = "/proc/kallsyms cannot be read; load the module";
	for (size_t i = 0; i < NNAMES; i++) {
		if (why)
			set(&r[i], HOLD_UNTOLD, why);
		else
			from_symbols(&r[i], names[i].id, &s);
	}
	symbols_free(&s);
}

size_t resources_look(const struct host *h, struct resource *r, size_t max)
{
	int ret;

	if (max < NNAMES)
		return 0;
	for (size_t i = 0; i < NNAMES; i++)
		r[i].name = names[i].name;
	if (!module_loaded()) {
		ask_file(h, r);
		return NNAMES;
	}
	ret = ask_module(r);
	for (size_t i = 0; ret && i < NNAMES; i++)
		set(&r[i], HOLD_UNTOLD, ret == -EPERM ? "only root can ask the module" :
		    ret == -ENOENT ? "the module does not answer in this network namespace" :
		    strerror(-ret));
	return NNAMES;
}
