// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether the hooked functions are those the wrappers were made for
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "base/res.h"
#include "kern/known.h"
#include "wrap/hook.h"
#include "wrap/hook_fit.h"
#include "wrap/hook_site.h"

/**
 * vzctx_hook_lacks() - says which resources are not enforced, and why
 * @hook: row that is not installed
 * @why: the reason
 * @err: -errno, of VZCTX_WHY_HOOK
 */
void vzctx_hook_lacks(const struct vzctx_hook *hook, enum vzctx_why why, int err)
{
	const char *symbol = hook->proto->symbol;
	unsigned long lost = hook->proto->res;
	unsigned int res;

	for_each_set_bit(res, &lost, UB_RESOURCES) {
		if (!vzctx_res_active(res))
			continue;
		if (why == VZCTX_WHY_HOOK)
			pr_warn("cannot hook %s: %pe; %s is not enforced\n",
				symbol, ERR_PTR(err), vzctx_res[res].name);
		else
			pr_warn("%s %s; %s is not enforced\n", symbol,
				vzctx_why_words[why], vzctx_res[res].name);
		vzctx_res_disable(res, why, symbol);
	}
}

static bool is_of(const struct vzctx_hook *hook, const char *module)
{
	const char *home = hook->proto->module;

	return module && home ? !strcmp(home, module) : module == home;
}

/* Sets @why of the rows of a module, or of the kernel itself. */
static int fit(const struct vzctx_hook_table *const *tables, const char *module)
{
	struct vzctx_hook *hook = NULL;
	struct vzctx_asked *asked;
	unsigned int nr = 0, i = 0;
	int err;

	while ((hook = vzctx_hook_next(tables, hook)))
		nr += is_of(hook, module);
	if (!nr)
		return 0;
	asked = kcalloc(nr, sizeof(*asked), GFP_KERNEL);
	if (!asked)
		return -ENOMEM;
	while ((hook = vzctx_hook_next(tables, hook)))
		if (is_of(hook, module))
			asked[i++].proto = hook->proto;
	err = module ? vzctx_known_ask_module(module, asked, nr) :
		       vzctx_known_ask(asked, nr);
	for (i = 0; (hook = vzctx_hook_next(tables, hook));)
		if (is_of(hook, module))
			hook->why = asked[i++].why;
	kfree(asked);
	return err;
}

/**
 * vzctx_hook_fit_all() - compares the functions of the kernel itself
 * @tables: NULL-terminated
 *
 * Once, before any hook is installed. Resources whose functions do not fit are
 * disabled for good. Sleeps.
 *
 * Return: 0; -EOPNOTSUPP if a function does not fit without which nothing works;
 * -ENOMEM.
 */
int vzctx_hook_fit_all(const struct vzctx_hook_table *const *tables)
{
	struct vzctx_hook *hook = NULL;
	int err = fit(tables, NULL);

	if (err)
		return err;
	while ((hook = vzctx_hook_next(tables, hook))) {
		const struct vzctx_proto *proto = hook->proto;

		if (hook->why == VZCTX_WHY_NONE)
			continue;
		if (hook->why == VZCTX_WHY_ABSENT && proto->optional)
			continue;
		if (!proto->res) {
			pr_err("%s %s, and without it no container can be started\n",
			       proto->symbol, vzctx_why_words[hook->why]);
			return -EOPNOTSUPP;
		}
		vzctx_hook_lacks(hook, hook->why, 0);
	}
	return 0;
}

/**
 * vzctx_hook_fit_module() - compares the functions of a module
 * @tables: NULL-terminated
 * @module: its name; there, or about to be initialised, or nothing is set
 *
 * Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_hook_fit_module(const struct vzctx_hook_table *const *tables,
			  const char *module)
{
	return fit(tables, module);
}
