// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how a kernel function is wrapped
 *
 * Promised: an installed hook sees every call of its function; after
 * vzctx_hook_remove() no CPU and no sleeping task is inside module text because
 * of a hook, and none will be. A function that cannot be hooked is named in the
 * kernel log; its resource is then not charged at all, rather than half.
 *
 * Not attempted: functions the compiler inlined; livepatched functions (the
 * kernel allows one owner of the instruction pointer).
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "hook.h"
#include "limits.h"
#include "res.h"

DEFINE_PER_CPU(long, vzctx_hook_active);

static unsigned int installed;

/*
 * Guards the rows and @hooked. Not the control mutex, whose holder waits for
 * wrappers: one of them may be waiting for a module to load, and the loader
 * comes by here. Nobody waits for a wrapper with this one held.
 */
static DEFINE_MUTEX(lock);

/* The tables while their hooks are installed. */
static const struct vzctx_hook_table *const *hooked;

static char *withhold;
module_param(withhold, charp, 0444);
MODULE_PARM_DESC(withhold, "functions not to hook, separated by commas (for tests)");

static bool withheld(const char *symbol)
{
	size_t len = strlen(symbol);
	const char *at = withhold;

	while (at && (at = strstr(at, symbol))) {
		if ((at == withhold || at[-1] == ',') &&
		    (!at[len] || at[len] == ','))
			return true;
		at += len;
	}
	return false;
}

/**
 * vzctx_hook_address() - finds a kernel function
 * @symbol: its name
 *
 * The kernel exports no symbol look-up. A kprobe that is never armed reports
 * the address it would take, which for a function with fentry is that site; it
 * may be called as well as hooked. Sleeps.
 *
 * Return: the address, or 0.
 */
unsigned long vzctx_hook_address(const char *symbol)
{
	struct kprobe kp = {
		.symbol_name = symbol,
		.flags = KPROBE_FLAG_DISABLED,
	};
	unsigned long addr;

	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return addr;
}

static int install(struct vzctx_hook *hook)
{
	unsigned long site;
	int err;

	if (withheld(hook->symbol))
		return -ECANCELED;
	site = vzctx_hook_address(hook->symbol);
	if (!site)
		return -ENOENT;
	__static_call_update(hook->original, hook->tramp,
			     (void *)(site + MCOUNT_INSN_SIZE));

	memset(&hook->ops, 0, sizeof(hook->ops));
	hook->ops.func = hook->callback;
	hook->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	err = ftrace_set_filter_ip(&hook->ops, site, 0, 1);
	if (err)
		return err;
	err = register_ftrace_function(&hook->ops);
	if (err) {
		ftrace_free_filter(&hook->ops);
		return err;
	}
	hook->installed = true;
	installed++;
	return 0;
}

static void unregister(struct vzctx_hook *hook)
{
	int err;

	if (!hook->installed)
		return;
	err = unregister_ftrace_function(&hook->ops);
	WARN_ONCE(err, "%s stays hooked: %d\n", hook->symbol, err);
	ftrace_free_filter(&hook->ops);
	hook->installed = false;
	installed--;
}

static bool wanted(const struct vzctx_hook *hook)
{
	unsigned long of = hook->also;
	unsigned int res;

	if (hook->res == VZCTX_HOOK_CORE)
		return true;
	of |= BIT(hook->res);
	for_each_set_bit(res, &of, UB_RESOURCES)
		if (vzctx_res_active(res))
			return true;
	return false;
}

static void unregister_unwanted(const struct vzctx_hook_table *const *tables)
{
	const struct vzctx_hook_table *const *table;
	unsigned int i;

	for (table = tables; *table; table++)
		for (i = 0; i < (*table)->nr; i++)
			if (!wanted(&(*table)->hook[i]))
				unregister(&(*table)->hook[i]);
}

static void give_up(const struct vzctx_hook_table *const *tables,
		    const struct vzctx_hook *hook, int err)
{
	unsigned long lost = hook->also | BIT(hook->res);
	unsigned int res;

	for_each_set_bit(res, &lost, UB_RESOURCES) {
		if (!vzctx_res_active(res))
			continue;
		pr_warn("cannot hook %s: %pe; %s is not enforced\n",
			hook->symbol, ERR_PTR(err), vzctx_res[res].name);
		vzctx_res_disable(res);
	}
	unregister_unwanted(tables);
}

static bool in_module(const struct vzctx_hook *hook, const char *module)
{
	return hook->module && !strcmp(hook->module, module);
}

/* One missing function says that the module is not there, some that it lacks it. */
static void install_module(const struct vzctx_hook_table *const *tables,
			   const char *module)
{
	const struct vzctx_hook_table *const *table;
	struct vzctx_hook *hook, *missing = NULL;
	bool any = false;
	unsigned int i;
	int err;

	for (table = tables; *table; table++) {
		for (i = 0; i < (*table)->nr; i++) {
			hook = &(*table)->hook[i];
			if (!in_module(hook, module) || hook->installed ||
			    !wanted(hook))
				continue;
			err = install(hook);
			if (!err)
				any = true;
			else if (err == -ENOENT && !hook->optional)
				missing = hook;
			else if (err != -ENOENT)
				give_up(tables, hook, err);
		}
	}
	if (any && missing)
		give_up(tables, missing, -ENOENT);
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
 * 2. a task inside a wrapper, perhaps asleep: counted. Nobody enters any more,
 *    so a sum of zero is final even though it is not taken at one instant;
 * 3. a task preempted between the end of the count and the return: RCU-tasks
 *    again; idle tasks and interrupts on them: RCU-tasks-rude.
 */
static void drain(void)
{
	synchronize_rcu_tasks();
	while (in_flight())
		msleep(VZCTX_DRAIN_POLL_MS);
	synchronize_rcu_tasks();
	synchronize_rcu_tasks_rude();
}

static int install_all(const struct vzctx_hook_table *const *tables)
{
	const struct vzctx_hook_table *const *table;
	struct vzctx_hook *hook;
	unsigned int i;
	int err;

	for (table = tables; *table; table++) {
		for (i = 0; i < (*table)->nr; i++) {
			hook = &(*table)->hook[i];
			if (hook->module) {
				install_module(tables, hook->module);
				continue;
			}
			if (!wanted(hook))
				continue;
			err = install(hook);
			if (!err)
				continue;
			if (hook->res == VZCTX_HOOK_CORE) {
				pr_err("cannot hook %s: %pe; no container can be started\n",
				       hook->symbol, ERR_PTR(err));
				return err;
			}
			give_up(tables, hook, err);
		}
	}
	return 0;
}

/**
 * vzctx_hook_install() - installs every hook
 * @tables: NULL-terminated
 *
 * A resource one of whose hooks fails is marked disabled, and its other hooks
 * are taken back. Functions of a module that is not loaded are hooked when it
 * is. Control mutex held; sleeps long.
 *
 * Return: 0, or the errno of a core hook, nothing being installed then.
 */
int vzctx_hook_install(const struct vzctx_hook_table *const *tables)
{
	int err;

	mutex_lock(&lock);
	vzctx_res_enable_all();
	hooked = tables;
	err = install_all(tables);
	mutex_unlock(&lock);
	if (err)
		vzctx_hook_remove(tables);
	return err;
}

/**
 * vzctx_hook_remove() - removes every installed hook and waits for wrappers
 * @tables: NULL-terminated
 *
 * Control mutex held, or nobody else left; sleeps until the last wrapper has
 * returned, however long that takes.
 */
void vzctx_hook_remove(const struct vzctx_hook_table *const *tables)
{
	const struct vzctx_hook_table *const *table;
	unsigned int i;

	mutex_lock(&lock);
	hooked = NULL;
	for (table = tables; *table; table++)
		for (i = 0; i < (*table)->nr; i++)
			unregister(&(*table)->hook[i]);
	mutex_unlock(&lock);
	drain();
}

static void unregister_module(const struct vzctx_hook_table *const *tables,
			      const char *module)
{
	const struct vzctx_hook_table *const *table;
	unsigned int i;

	for (table = tables; *table; table++)
		for (i = 0; i < (*table)->nr; i++)
			if (in_module(&(*table)->hook[i], module))
				unregister(&(*table)->hook[i]);
}

/*
 * COMING is before the module's own initialisation, so nothing of it goes
 * unseen; GOING is after its end, when nobody runs in its functions nor in a
 * wrapper that stands before one, since whoever calls them holds the module.
 * Where the hooks were taken, tasks preempted in ftrace's trampoline are waited
 * for by unregister_ftrace_function().
 */
static int module_changes(struct notifier_block *nb, unsigned long state,
			  void *data)
{
	const struct module *module = data;

	mutex_lock(&lock);
	if (hooked && state == MODULE_STATE_COMING)
		install_module(hooked, module->name);
	else if (hooked && state == MODULE_STATE_GOING)
		unregister_module(hooked, module->name);
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block module_nb = { .notifier_call = module_changes };

int __init vzctx_hook_init(void)
{
	return register_module_notifier(&module_nb);
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
