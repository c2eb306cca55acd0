// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how a kernel function is wrapped
 *
 * Promised: an installed hook sees every call of its function. After
 * vzctx_hook_remove() no wrapper is entered; after vzctx_hook_drain() no CPU and
 * no sleeping task is inside module text because of a hook. A function that
 * cannot be hooked is named in the kernel log; its resource is then not charged
 * at all, rather than half, and of its view containers see the host's own. One in
 * a module that may come while contexts run costs only what that module makes, see
 * base/share.h.
 *
 * Not attempted: functions the compiler inlined; livepatched functions (the
 * kernel allows one owner of the instruction pointer).
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "base/res.h"
#include "base/share.h"
#include "base/tunables.h"
#include "base/view.h"
#include "kern/known.h"
#include "wrap/hook.h"
#include "wrap/hook_fit.h"
#include "wrap/hook_group.h"
#include "wrap/hook_site.h"
#include "wrap/inside.h"
#include "wrap/stay.h"

DEFINE_PER_CPU(long, vzctx_hook_active);

static unsigned int installed;

/* Whether a wrapper may ever have been entered. */
static bool used;

/*
 * Guards the rows and @hooked. Not the control mutex, which must not be taken
 * where a module is loaded. A wrapper is never waited for with either held.
 */
static DEFINE_MUTEX(lock);

/* The tables while their hooks are installed. */
static const struct vzctx_hook_table *const *hooked;

/* Finds the function, and has the wrapper's call reach it past its fentry. */
static int prepare(struct vzctx_hook *hook)
{
	void *past;
	int err;

	if (hook->why)
		return hook->why == VZCTX_WHY_ABSENT ? -ENOENT : -ENOEXEC;
	err = vzctx_hook_locate(hook);
	past = (void *)(hook->site + MCOUNT_INSN_SIZE);
	if (!err && hook->original && hook->original->func != past)
		__static_call_update(hook->original, hook->tramp, past);
	return err;
}

static void mark_installed(struct vzctx_hook *hook, bool yes)
{
	hook->installed = yes;
	installed += yes ? 1 : -1;
}

static int install(struct vzctx_hook *hook)
{
	int err = prepare(hook);

	if (err)
		return err;
	memset(&hook->ops, 0, sizeof(hook->ops));
	hook->ops.func = hook->callback;
	hook->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(&hook->ops, hook->site, 0, 1);
	if (err)
		return err;
	err = register_ftrace_function(&hook->ops);
	if (err) {
		ftrace_free_filter(&hook->ops);
		return err;
	}
	mark_installed(hook, true);
	return 0;
}

static void unregister(struct vzctx_hook *hook)
{
	int err = 0;

	if (!hook->installed)
		return;
	if (!hook->group) {
		err = unregister_ftrace_function(&hook->ops);
		WARN_ONCE(err, "%s stays hooked: %d\n",
			  hook->proto->symbol, err);
		ftrace_free_filter(&hook->ops);
	} else if (hook->group->nr > 1) {
		err = vzctx_group_drop(hook->group, hook->site);
		if (err) {
			pr_warn("%s stays hooked: %pe\n",
				hook->proto->symbol, ERR_PTR(err));
			return;
		}
	} else {
		vzctx_group_unregister(hook->group);
	}
	mark_installed(hook, false);
}

static bool wanted(const struct vzctx_hook *hook)
{
	unsigned long of = hook->proto->res;
	unsigned int res;

	if (!of)
		return !hook->proto->view || vzctx_view_active(hook->proto->view);
	for_each_set_bit(res, &of, UB_RESOURCES)
		if (vzctx_res_active(res))
			return true;
	return false;
}

static void unregister_unwanted(const struct vzctx_hook_table *const *tables)
{
	struct vzctx_hook *hook = NULL;

	while ((hook = vzctx_hook_next(tables, hook)))
		if (!wanted(hook))
			unregister(hook);
}

/*
 * Nothing is charged as long as this goes on: there is no context yet. Returns @err
 * if nothing works without the function.
 */
static int give_up(const struct vzctx_hook_table *const *tables,
		   const struct vzctx_hook *hook, int err)
{
	if (!hook->proto->res && !hook->proto->view) {
		pr_err("cannot hook %s: %pe; no container can be started\n",
		       hook->proto->symbol, ERR_PTR(err));
		return err;
	}
	if (err == -ENOENT)
		vzctx_hook_lacks(hook, VZCTX_WHY_ABSENT, err);
	else
		vzctx_hook_lacks(hook, hook->why ?: VZCTX_WHY_HOOK, err);
	unregister_unwanted(tables);
	return 0;
}

static void unregister_module(const struct vzctx_hook_table *const *tables,
			      const char *module)
{
	struct vzctx_hook *hook = NULL;

	while ((hook = vzctx_hook_next(tables, hook)))
		if (vzctx_hook_is_of(hook, module))
			unregister(hook);
}

/*
 * Where all functions are missing, the module may not be there; @there: it is.
 * @culprit is set to the row that an error is of.
 */
static int install_rows(const struct vzctx_hook_table *const *tables,
			const char *module, bool there,
			const struct vzctx_hook **culprit)
{
	struct vzctx_hook *hook = NULL, *missing = NULL;
	int err;

	while ((hook = vzctx_hook_next(tables, hook))) {
		if (!vzctx_hook_is_of(hook, module) || !wanted(hook))
			continue;
		err = install(hook);
		if (!err) {
			there = true;
		} else if (err != -ENOENT) {
			*culprit = hook;
			return err;
		} else if (!hook->proto->optional) {
			missing = hook;
		}
	}
	*culprit = missing;
	return there && missing ? -ENOENT : 0;
}

/* Whether the functions of a module fit; if not, its share is not charged. */
static bool fits(const struct vzctx_hook_table *const *tables, unsigned int share,
		 bool there)
{
	const char *module = vzctx_shares[share].module;
	const struct vzctx_hook *hook;
	int err;

	err = vzctx_hook_fit_module(tables, module, &there);
	hook = vzctx_hook_unfit(tables, module, there);
	if (hook)
		vzctx_hook_share_lacks(share, hook, hook->why, err);
	return !hook;
}

/*
 * All hooks of a module, or none: then its share is not charged. As none of its
 * functions runs yet, or no context, nothing is charged that would have to be given
 * back. What was hooked of an earlier module of the name is not there any more.
 * @there: the module is; otherwise that is to be found out.
 */
static void install_share(const struct vzctx_hook_table *const *tables,
			  unsigned int share, bool there)
{
	const char *module = vzctx_shares[share].module;
	const struct vzctx_hook *culprit;
	int err;

	unregister_module(tables, module);
	if (!fits(tables, share, there))
		return;
	err = install_rows(tables, module, there, &culprit);
	if (!err) {
		vzctx_share_enable(share);
		return;
	}
	unregister_module(tables, module);
	vzctx_hook_share_lacks(share, culprit, err == -ENOENT ?
			       VZCTX_WHY_ABSENT : VZCTX_WHY_HOOK, err);
}

static bool pending(const struct vzctx_hook *hook)
{
	return hook->group && hook->site && !hook->installed && wanted(hook);
}

/* Some function of a group cannot be hooked: finds it, gives up what needs it. */
static int sort_out(const struct vzctx_hook_table *const *tables,
		    struct vzctx_hook_group *group, int err)
{
	struct vzctx_hook *hook = NULL, *last = NULL;
	bool found = false;
	int alone;

	while ((hook = vzctx_hook_next(tables, hook))) {
		if (hook->group != group || !pending(hook))
			continue;
		last = hook;
		vzctx_group_clear(group);
		alone = vzctx_group_add(group, hook);
		alone = alone ?: vzctx_group_register(group);
		if (!alone) {
			vzctx_group_unregister(group);
			continue;
		}
		found = true;
		alone = give_up(tables, hook, alone);
		if (alone)
			return alone;
	}
	return !found && last ? give_up(tables, last, err) : 0;
}

static int install_group(const struct vzctx_hook_table *const *tables,
			 struct vzctx_hook_group *group)
{
	struct vzctx_hook *hook = NULL;
	int err = 0;

	vzctx_group_clear(group);
	while ((hook = vzctx_hook_next(tables, hook)))
		if (!err && hook->group == group && pending(hook))
			err = vzctx_group_add(group, hook);
	err = err ?: vzctx_group_register(group);
	if (err)
		return sort_out(tables, group, err);
	while ((hook = vzctx_hook_next(tables, hook)))
		if (hook->group == group && pending(hook))
			mark_installed(hook, true);
	return 0;
}

/* A group that fails has fewer functions wanted when its turn comes again. */
static int install_groups(const struct vzctx_hook_table *const *tables)
{
	struct vzctx_hook *hook = NULL;
	int err = 0;

	while (!err && (hook = vzctx_hook_next(tables, hook)))
		while (!err && pending(hook))
			err = install_group(tables, hook->group);
	return err;
}

static int install_all(const struct vzctx_hook_table *const *tables)
{
	struct vzctx_hook *hook = NULL;
	unsigned int share;
	int err;

	vzctx_hook_locate_all(tables);
	while ((hook = vzctx_hook_next(tables, hook))) {
		if (hook->proto->module || !wanted(hook))
			continue;
		err = hook->group ? prepare(hook) : install(hook);
		if (!err || (err == -ENOENT && hook->proto->optional))
			continue;
		err = give_up(tables, hook, err);
		if (err)
			return err;
	}
	err = install_groups(tables);
	if (err)
		return err;
	for (share = 0; share < VZCTX_SHARES; share++)
		install_share(tables, share, false);
	return 0;
}

/**
 * vzctx_hook_install() - installs every hook
 * @tables: NULL-terminated
 *
 * A resource one of whose hooks fails is marked disabled, and its other hooks
 * are taken back; likewise a view, and the share of a module. Functions of a module that is
 * not loaded are hooked when it is. Control mutex held; sleeps long.
 *
 * Return: 0, or the errno of a core hook, nothing being installed then.
 */
int vzctx_hook_install(const struct vzctx_hook_table *const *tables)
{
	int err;

	mutex_lock(&lock);
	used = true;
	vzctx_res_enable_all();
	vzctx_view_enable_all();
	hooked = tables;
	err = install_all(tables);
	mutex_unlock(&lock);
	if (err)
		vzctx_hook_remove(tables);
	return err;
}

/**
 * vzctx_hook_remove() - removes every installed hook
 * @tables: NULL-terminated
 *
 * The control mutex is held, or no other task can get here. Afterwards no wrapper
 * is entered any more; tasks that are in one are not waited for. Sleeps for grace
 * periods.
 */
void vzctx_hook_remove(const struct vzctx_hook_table *const *tables)
{
	struct vzctx_hook *hook = NULL;

	mutex_lock(&lock);
	hooked = NULL;
	while ((hook = vzctx_hook_next(tables, hook))) {
		if (!hook->group)
			unregister(hook);
		else if (hook->group->registered)
			vzctx_group_unregister(hook->group);
		if (hook->installed)
			mark_installed(hook, false);
	}
	mutex_unlock(&lock);
}

static long in_flight(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(vzctx_hook_active, cpu));
	return sum;
}

/*
 * Who may still be in module text after unregister_ftrace_function():
 *
 * 1. a task preempted between ftrace's trampoline and the first instruction of
 *    a wrapper: such a task has not scheduled voluntarily, so RCU-tasks waits;
 * 2. a task inside a wrapper, perhaps asleep: counted. No task enters any more,
 *    so a sum of zero is final even though it is not taken at one instant;
 * 3. a task preempted between the end of the count and the return: RCU-tasks
 *    again; idle tasks and interrupts on them: RCU-tasks-rude.
 *
 * The second kind ends by itself, but for tasks that stay (stay.h). Those hold
 * the module, so they are met here only when it is forced out.
 *
 * While the module stays loaded no task needs to be waited for. Hooks are removed
 * when no context is left. So a task that is in a wrapper then has found neither a
 * context nor an entry of the owner table, each of which keeps its context. After
 * the function it wraps it looks for one again, which is right whether hooks have
 * been removed or installed anew meanwhile: it acts on what is there. A static
 * call to a function that is there does not change under it, and in a function of
 * a kernel module that has gone there was no task.
 */

/**
 * vzctx_hook_drain() - waits until no task is in module text because of a hook
 *
 * Hooks are removed for good. Not under any lock. Sleeps; after a while the kernel
 * log names the tasks that are waited for.
 */
void vzctx_hook_drain(void)
{
	unsigned int looks = 0;

	if (!used)
		return;
	synchronize_rcu_tasks();
	while (in_flight() || vzctx_stay_count()) {
		if (++looks == VZCTX_DRAIN_LOOKS)
			vzctx_inside_tell();
		msleep(VZCTX_DRAIN_POLL_MS);
	}
	/* As for the tables of owners: rude alone waits for nothing on some kernels. */
	synchronize_rcu_tasks();
	synchronize_rcu();
	synchronize_rcu_tasks_rude();
}

/*
 * COMING is before the module's own initialisation, so nothing of it goes
 * unseen; GOING is after its end, when no task runs in its functions nor in a
 * wrapper of one, since every caller of them holds the module.
 * Where the hooks were taken, tasks preempted in ftrace's trampoline are waited
 * for by unregister_ftrace_function().
 */
static int module_changes(struct notifier_block *nb, unsigned long state,
			  void *data)
{
	const struct module *module = data;
	int share = vzctx_share_find(module->name);

	if (share < 0)
		return NOTIFY_DONE;
	mutex_lock(&lock);
	if (hooked && state == MODULE_STATE_COMING)
		install_share(hooked, share, true);
	if (hooked && state == MODULE_STATE_GOING)
		unregister_module(hooked, module->name);
	if (state == MODULE_STATE_GOING)
		vzctx_share_forget(share);
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = module_changes };

/**
 * vzctx_hook_init() - looks at the functions, and from now on for modules
 * @tables: NULL-terminated
 *
 * Return: 0 or -errno, see vzctx_hook_fit_all().
 */
int __init vzctx_hook_init(const struct vzctx_hook_table *const *tables)
{
	const struct vzctx_hook_table *const *table;
	unsigned int share;
	int err;

	vzctx_inside_init();
	for (table = tables; *table; table++)
		if ((*table)->calls)
			vzctx_calls_expect((*table)->calls, (*table)->nr_calls);
	err = vzctx_hook_fit_all(tables) ?: register_module_notifier(&module_nb);
	if (err)
		return err;
	mutex_lock(&lock);
	for (share = 0; share < VZCTX_SHARES; share++)
		fits(tables, share, false);
	mutex_unlock(&lock);
	return 0;
}

void vzctx_hook_uninit(void)
{
	unregister_module_notifier(&module_nb);
}

/* How many kernel functions are hooked. May be stale without the mutex. */
unsigned int vzctx_hook_count(void)
{
	return READ_ONCE(installed);
}
