// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether the hooked functions are those the wrappers were made for
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "base/res.h"
#include "base/share.h"
#include "base/view.h"
#include "kern/known.h"
#include "wrap/hook.h"
#include "wrap/hook_fit.h"
#include "wrap/hook_site.h"

static void view_lacks(const struct vzctx_hook *hook, enum vzctx_why why, int err)
{
	const char *symbol = hook->proto->symbol;
	const char *view = vzctx_view_names[hook->proto->view];

	if (!vzctx_view_disable(hook->proto->view, why, symbol))
		return;
	if (why == VZCTX_WHY_HOOK)
		pr_warn("cannot hook %s: %pe; containers see %s of the host\n",
			symbol, ERR_PTR(err), view);
	else
		pr_warn("%s %s; containers see %s of the host\n", symbol,
			vzctx_why_words[why], view);
}

/**
 * vzctx_hook_lacks() - says what is not enforced or not shown, and why
 * @hook: row that is not installed
 * @why: the reason
 * @err: -errno, of VZCTX_WHY_HOOK
 */
void vzctx_hook_lacks(const struct vzctx_hook *hook, enum vzctx_why why, int err)
{
	const char *symbol = hook->proto->symbol;
	unsigned long lost = hook->proto->res;
	unsigned int res;

	if (hook->proto->view)
		view_lacks(hook, why, err);
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

/**
 * vzctx_hook_share_lacks() - says that a share is not charged, and why
 * @share: enum vzctx_share_id
 * @hook: row of its module that is not installed
 * @why: the reason
 * @err: -errno, of VZCTX_WHY_HOOK
 */
void vzctx_hook_share_lacks(unsigned int share, const struct vzctx_hook *hook,
			    enum vzctx_why why, int err)
{
	const char *name = vzctx_res[vzctx_shares[share].res].name;
	const char *symbol = hook->proto->symbol;
	const char *what = vzctx_shares[share].what;

	if (!vzctx_share_disable(share, why, symbol))
		return;
	if (why == VZCTX_WHY_HOOK)
		pr_warn("cannot hook %s: %pe; %s are not charged to %s\n",
			symbol, ERR_PTR(err), what, name);
	else
		pr_warn("%s %s; %s are not charged to %s\n", symbol,
			vzctx_why_words[why], what, name);
}

/* Whether a function is in a module; @module: its name, NULL: in the kernel itself. */
bool vzctx_hook_is_of(const struct vzctx_hook *hook, const char *module)
{
	const char *home = hook->proto->module;

	return module && home ? !strcmp(home, module) : module == home;
}

/* Of the kernel itself all are asked; it may have what is in a module elsewhere. */
static bool is_asked(const struct vzctx_hook *hook, const char *module)
{
	return !module || (vzctx_hook_is_of(hook, module) && !hook->builtin);
}

/* Sets @why of the rows that are asked; @module NULL: of the kernel itself. */
static int fit(const struct vzctx_hook_table *const *tables, const char *module,
	       bool *there)
{
	struct vzctx_hook *hook = NULL;
	struct vzctx_asked *asked;
	unsigned int nr = 0, i = 0;
	int err;

	while ((hook = vzctx_hook_next(tables, hook)))
		nr += is_asked(hook, module);
	if (!nr)
		return 0;
	asked = kcalloc(nr, sizeof(*asked), GFP_KERNEL);
	if (!asked)
		return -ENOMEM;
	while ((hook = vzctx_hook_next(tables, hook)))
		if (is_asked(hook, module))
			asked[i++].proto = hook->proto;
	err = module ? vzctx_known_ask_module(module, asked, nr, there) :
		       vzctx_known_ask(asked, nr);
	for (i = 0; (hook = vzctx_hook_next(tables, hook));) {
		if (!is_asked(hook, module))
			continue;
		hook->why = err ? VZCTX_WHY_HOOK : asked[i].why;
		hook->addr = err ? 0 : asked[i].addr;
		i++;
	}
	kfree(asked);
	return err;
}

/* What the look at the kernel itself says of one row; 0 or -EOPNOTSUPP. */
static int settle(struct vzctx_hook *hook)
{
	const struct vzctx_proto *proto = hook->proto;

	if (proto->module) {
		hook->builtin = vzctx_known_tells() &&
				hook->why != VZCTX_WHY_ABSENT;
		return 0;
	}
	if (hook->why == VZCTX_WHY_NONE ||
	    (hook->why == VZCTX_WHY_ABSENT && proto->optional))
		return 0;
	if (!proto->res && !proto->view) {
		pr_err("%s %s, and without it no container can be started\n",
		       proto->symbol, vzctx_why_words[hook->why]);
		return -EOPNOTSUPP;
	}
	vzctx_hook_lacks(hook, hook->why, 0);
	return 0;
}

/**
 * vzctx_hook_fit_all() - compares the functions of the kernel itself
 * @tables: NULL-terminated
 *
 * Once, before any hook is installed. Resources and views whose functions do not fit
 * are disabled for good. Sleeps.
 *
 * Return: 0; -EOPNOTSUPP if a function does not fit without which nothing works;
 * -ENOMEM.
 */
int vzctx_hook_fit_all(const struct vzctx_hook_table *const *tables)
{
	struct vzctx_hook *hook = NULL;
	int err = fit(tables, NULL, NULL);

	while (!err && (hook = vzctx_hook_next(tables, hook)))
		err = settle(hook);
	return err;
}

/**
 * vzctx_hook_fit_module() - compares the functions of a module
 * @tables: NULL-terminated
 * @module: its name; there, or about to be initialised, or else its functions are
 *	not there either
 * @there: set to true if it turns out to be there
 *
 * Nothing is compared again of a module that is a part of the kernel. Sleeps.
 *
 * Return: 0 or -ENOMEM, nothing being fit to be hooked then.
 */
int vzctx_hook_fit_module(const struct vzctx_hook_table *const *tables,
			  const char *module, bool *there)
{
	return fit(tables, module, there);
}

/**
 * vzctx_hook_unfit() - tells which function of a module is not to be hooked
 * @tables: NULL-terminated
 * @module: its name, after vzctx_hook_fit_module()
 * @there: it is there for sure; otherwise it is there if it has any of the functions
 *
 * Return: a row whose @why says it; NULL if all fit, or the module is not there.
 */
const struct vzctx_hook *
vzctx_hook_unfit(const struct vzctx_hook_table *const *tables, const char *module,
		 bool there)
{
	const struct vzctx_hook *hook = NULL, *lacking = NULL;

	while ((hook = vzctx_hook_next(tables, hook))) {
		if (!vzctx_hook_is_of(hook, module))
			continue;
		if (hook->why == VZCTX_WHY_NONE)
			there = true;
		else if (hook->why != VZCTX_WHY_ABSENT)
			return hook;
		else if (!hook->proto->optional)
			lacking = hook;
	}
	return there ? lacking : NULL;
}
