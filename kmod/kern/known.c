// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether the running kernel's functions are those we were compiled for
 *
 * What is known of a function is the name, so it is also looked whether the name is
 * that of one function, and of the whole of it: the compiler may have left a variant
 * that takes other arguments, or a part of it that is called past its beginning.
 */
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "base/res.h"
#include "base/tunables.h"
#include "kern/btf.h"
#include "kern/btf_file.h"
#include "kern/known.h"
#include "kern/ksym.h"
#include "kern/plant.h"
#include "kern/proto.h"
#include "kern/symbols.h"

static bool force_prototypes;
module_param(force_prototypes, bool, 0444);
MODULE_PARM_DESC(force_prototypes, "hook also kernel functions whose prototypes the kernel does not tell, for a kernel without BTF (default N)");

/* Not changed after loading. */
static struct vzctx_btf kernel;

/* Calls that wait for the next look; written while loading. */
static struct {
	struct vzctx_call *calls;
	unsigned int nr;
} expected[VZCTX_EXPECTED];

/* What it is made of, where the kernel has it at no address that could be found. */
static void *copy;

/* The kernel may tell of one function more than once: then each is to fit. */
static enum vzctx_why judge_types(const struct vzctx_btf *btf,
				  const struct vzctx_btf_func *func,
				  const struct vzctx_asked *asked)
{
	struct vzctx_proto wanted = *asked->proto;
	u32 id;

	if (!func->found)
		return force_prototypes ? VZCTX_WHY_NONE : VZCTX_WHY_UNTOLD;
	wanted.callback = asked->callback;
	vzctx_plant(&wanted);
	for (id = func->id; id; id = vzctx_btf_again(btf, func, id))
		if (!vzctx_proto_fits(&wanted, btf, id))
			return VZCTX_WHY_PROTOTYPE;
	return VZCTX_WHY_NONE;
}

static void find(struct vzctx_call *call)
{
	unsigned long addr = call->asked.addr;

	if (call->asked.why || call->found)
		return;
	if (!addr)
		addr = vzctx_ksym(call->asked.proto->symbol);
	if (addr) {
		__static_call_update(call->key, call->tramp, (void *)addr);
		call->found = true;
	} else {
		call->asked.why = VZCTX_WHY_ABSENT;
	}
}

/*
 * The functions that read the list of symbols are compared before they can be
 * looked up in it. So their types are all that is asked.
 */
static void find_symbol_calls(const struct vzctx_btf *btf)
{
	struct vzctx_btf_func funcs[VZCTX_SYMBOL_CALLS] = {};
	unsigned int i;

	for (i = 0; i < VZCTX_SYMBOL_CALLS; i++)
		funcs[i].name = vzctx_symbol_calls[i].asked.proto->symbol;
	vzctx_btf_find(btf, funcs, VZCTX_SYMBOL_CALLS);
	for (i = 0; i < VZCTX_SYMBOL_CALLS; i++) {
		struct vzctx_call *call = &vzctx_symbol_calls[i];

		call->asked.why = funcs[i].found ?
				  judge_types(btf, &funcs[i], &call->asked) :
				  VZCTX_WHY_UNTOLD;
		find(call);
		if (!call->found)
			pr_warn("%s %s\n", funcs[i].name,
				vzctx_why_words[call->asked.why]);
	}
}

/* The same data where the kernel itself has it, which then is not kept twice. */
static const void *in_place(const void *data, size_t len)
{
	unsigned long start = vzctx_symbols_find(NULL, "__start_BTF");
	unsigned long stop = vzctx_symbols_find(NULL, "__stop_BTF");

	if (!start || stop - start != len || memcmp((void *)start, data, len))
		return NULL;
	return (void *)start;
}

/* -ENOMEM, or 0 too where the kernel tells nothing of use, @kernel being empty. */
static int open_kernel(void)
{
	const void *place = NULL;
	void *data = NULL;
	size_t len;
	int err;

	err = vzctx_btf_read("vmlinux", &data, &len) ?:
	      vzctx_btf_open(&kernel, data, len, NULL);
	if (!err) {
		find_symbol_calls(&kernel);
		place = in_place(data, len);
		if (place || !vzctx_symbols_listed(NULL))
			vzctx_btf_close(&kernel);
		if (place && vzctx_symbols_listed(NULL))
			err = vzctx_btf_open(&kernel, place, len, NULL);
	}
	if (kernel.mark && !place)
		copy = data;
	else
		kvfree(data);
	return err == -ENOMEM ? err : 0;
}

/**
 * vzctx_known_init() - looks for the kernel's types; sleeps
 *
 * Return: 0; -EOPNOTSUPP if it tells none, unless that is forced; -ENOMEM.
 */
int vzctx_known_init(void)
{
	int err = open_kernel();

	if (err)
		return err;
	if (force_prototypes)
		pr_warn("force_prototypes=1: kernel functions are hooked without a look at their prototypes%s\n",
			kernel.mark ? " where the kernel does not tell them" : "");
	if (kernel.mark || force_prototypes)
		return 0;
	pr_err("this kernel does not tell the prototypes of its functions, so they cannot be hooked safely: it needs CONFIG_DEBUG_INFO_BTF, CONFIG_KALLSYMS and, before Linux 6.2, CONFIG_LIVEPATCH; for a kernel that you know to fit, force_prototypes=1 loads the module without a look\n");
	return -EOPNOTSUPP;
}

void vzctx_known_uninit(void)
{
	vzctx_btf_close(&kernel);
	kvfree(copy);
}

/* Whether anything is compared. Does not change once the module is loaded. */
bool vzctx_known_tells(void)
{
	return kernel.mark;
}

/* @seen: what the list of symbols has; NULL if it cannot be looked through */
static enum vzctx_why judge(const struct vzctx_btf *btf,
			    const struct vzctx_seen *seen,
			    const struct vzctx_btf_func *func,
			    const struct vzctx_asked *asked)
{
	if (!seen)
		return func->found > 1 ? VZCTX_WHY_TWICE :
					 judge_types(btf, func, asked);
	if (seen->variants)
		return VZCTX_WHY_VARIANT;
	if (!seen->whole)
		return VZCTX_WHY_ABSENT;
	if (seen->whole > 1)
		return VZCTX_WHY_TWICE;
	return judge_types(btf, func, asked);
}

/* Of a name that is planted, the address would be another function's. */
static unsigned long addr_of(const struct vzctx_seen *seen, const char *module,
			     const struct vzctx_btf_func *func,
			     const struct vzctx_asked *asked)
{
	return seen && !module && func->name == asked->proto->symbol ? seen->addr : 0;
}

/* Asks types and symbols of a module; @module NULL: of the kernel itself. */
static int ask(const struct vzctx_btf *btf, const char *module,
	       struct vzctx_asked **asked, unsigned int nr)
{
	struct vzctx_btf_func *funcs = kcalloc(nr, sizeof(*funcs), GFP_KERNEL);
	struct vzctx_seen *seen = kcalloc(nr, sizeof(*seen), GFP_KERNEL);
	bool listed = vzctx_symbols_listed(module);
	int err = -ENOMEM;
	unsigned int i;

	if (!funcs || !seen)
		goto out;
	for (i = 0; i < nr; i++)
		funcs[i].name = vzctx_plant_symbol(asked[i]->proto->symbol);
	vzctx_btf_find(btf, funcs, nr);
	err = listed ? vzctx_symbols_look(module, funcs, seen, nr) : 0;
	for (i = 0; !err && i < nr; i++) {
		const struct vzctx_seen *of = listed ? &seen[i] : NULL;

		asked[i]->why = judge(btf, of, &funcs[i], asked[i]);
		asked[i]->addr = addr_of(of, module, &funcs[i], asked[i]);
	}
out:
	kfree(seen);
	kfree(funcs);
	return err;
}

/* The calls that nobody has looked at; @each: where they are put, or NULL. */
static unsigned int waiting(struct vzctx_asked **each)
{
	unsigned int i, j, nr = 0;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		for (j = 0; j < expected[i].nr; j++) {
			struct vzctx_call *call = &expected[i].calls[j];

			if (call->looked)
				continue;
			if (each)
				each[nr] = &call->asked;
			nr++;
		}
	}
	return nr;
}

/**
 * vzctx_known_ask() - compares functions of the kernel itself
 * @asked: functions; @why and @addr are set
 * @nr: how many
 *
 * One pass over the kernel's types and one over its symbols, which also serve the
 * calls that are expected. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_known_ask(struct vzctx_asked *asked, unsigned int nr)
{
	struct vzctx_asked **each;
	unsigned int i, calls;
	int err;

	for (i = 0; i < nr; i++)
		asked[i].why = VZCTX_WHY_NONE;
	calls = waiting(NULL);
	if (!kernel.mark || !(nr + calls))
		return 0;
	each = kcalloc(nr + calls, sizeof(*each), GFP_KERNEL);
	if (!each)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		each[i] = &asked[i];
	waiting(each + nr);
	err = ask(&kernel, NULL, each, nr + calls);
	for (i = 0; !err && i < calls; i++)
		container_of(each[nr + i], struct vzctx_call, asked)->looked = true;
	kfree(each);
	return err;
}

/*
 * A module without types is not there, or tells none. It may also be about to come:
 * its types are there before the module is announced, and then it is asked again.
 */
static void ask_untold(const char *module, struct vzctx_asked *asked,
		       unsigned int nr)
{
	enum vzctx_why why = force_prototypes ? VZCTX_WHY_NONE : VZCTX_WHY_UNTOLD;
	const char *symbol;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		symbol = vzctx_plant_symbol(asked[i].proto->symbol);
		asked[i].why = vzctx_symbols_find(module, symbol) ?
			       why : VZCTX_WHY_ABSENT;
	}
}

/**
 * vzctx_known_ask_module() - compares functions of a module
 * @module: its name
 * @asked: functions; @why is set
 * @nr: how many
 * @there: set to true if it is seen to be there, by its types or by the symbol that
 *	each module has where the kernel lists data, too (CONFIG_KALLSYMS_ALL)
 *
 * Of a module that is not there all are absent. What is a part of the kernel instead
 * is a matter of vzctx_known_ask(). Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_known_ask_module(const char *module, struct vzctx_asked *asked,
			   unsigned int nr, bool *there)
{
	struct vzctx_asked **each;
	struct vzctx_btf btf;
	void *data = NULL;
	unsigned int i;
	size_t len;
	int err;

	if (!kernel.mark)
		return vzctx_known_ask(asked, nr);
	each = kcalloc(nr, sizeof(*each), GFP_KERNEL);
	if (!each)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		each[i] = &asked[i];
	err = vzctx_btf_read(module, &data, &len);
	/* Planted types are there without their module. */
	*there |= (!err && !vzctx_plant_types()) ||
		  vzctx_symbols_find(module, "__this_module");
	err = err ?: vzctx_btf_open(&btf, data, len, &kernel);
	if (!err) {
		err = ask(&btf, module, each, nr);
		vzctx_btf_close(&btf);
	} else if (err != -ENOMEM) {
		ask_untold(module, asked, nr);
		err = 0;
	}
	kvfree(data);
	kfree(each);
	return err;
}

/**
 * vzctx_calls_expect() - has calls compared with the next look at the kernel
 * @calls: functions; they stay
 * @nr: how many
 *
 * So that vzctx_calls_find() need not go through all types and symbols for them. While
 * the module is loaded.
 */
void __init vzctx_calls_expect(struct vzctx_call *calls, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!expected[i].nr) {
			expected[i].calls = calls;
			expected[i].nr = nr;
			return;
		}
	}
}

/**
 * vzctx_calls_find() - finds functions that are to be called
 * @calls: functions that are expected; @found or @why is set
 * @nr: how many
 *
 * What was found stays so. Sleeps.
 */
void vzctx_calls_find(struct vzctx_call *calls, unsigned int nr)
{
	bool tried = false;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct vzctx_call *call = &calls[i];

		if (call->found)
			continue;
		if (!call->looked && !tried) {
			vzctx_known_ask(NULL, 0);
			tried = true;
		}
		if (!call->looked && kernel.mark)
			call->asked.why = VZCTX_WHY_ABSENT;
		find(call);
	}
}
