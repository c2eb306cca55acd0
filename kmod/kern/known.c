// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - whether the running kernel's functions are those we were compiled for
 *
 * The kernel's own types lie between two symbols of its image, those of a module
 * are read from sysfs, kernel/btf. What is known of a function is the name, so it is
 * also looked whether the name is that of one function, and of the whole of it:
 * the compiler may have left a variant that takes other arguments, or a part of it
 * that is called past its beginning.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/slab.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "base/tunables.h"
#include "kern/btf.h"
#include "kern/known.h"
#include "kern/ksym.h"
#include "kern/plant.h"
#include "kern/proto.h"

static bool force_prototypes;
module_param(force_prototypes, bool, 0444);
MODULE_PARM_DESC(force_prototypes, "do not compare the prototypes of kernel functions before they are hooked, for a kernel without BTF (default N)");

typedef unsigned long lookup_fn(const char *name);

DEFINE_STATIC_CALL_RET0(vzctx_lookup_name, *(lookup_fn *)NULL);
DEFINE_STATIC_CALL_RET0(vzctx_each_symbol, kallsyms_on_each_symbol);

/* Not changed after loading. */
static struct vzctx_btf kernel;

/* -errno, 0 too where the kernel has no types. */
static int open_kernel(void)
{
	unsigned long lookup = vzctx_ksym("kallsyms_lookup_name");
	unsigned long each = vzctx_ksym("kallsyms_on_each_symbol");
	unsigned long start, stop;

	if (!lookup || !each)
		return 0;
	static_call_update(vzctx_lookup_name, (lookup_fn *)lookup);
	static_call_update(vzctx_each_symbol,
			   (typeof(kallsyms_on_each_symbol) *)each);
	start = static_call(vzctx_lookup_name)("__start_BTF");
	stop = static_call(vzctx_lookup_name)("__stop_BTF");
	if (!start || stop <= start)
		return 0;
	return vzctx_btf_open(&kernel, (void *)start, stop - start, NULL);
}

/**
 * vzctx_known_init() - looks for the kernel's types; sleeps
 *
 * Return: 0; -EOPNOTSUPP if it tells none, unless that is forced; -ENOMEM.
 */
int vzctx_known_init(void)
{
	int err;

	if (force_prototypes) {
		pr_warn("force_prototypes=1: kernel functions are hooked without a look at their prototypes\n");
		return 0;
	}
	err = open_kernel();
	if (err == -ENOMEM)
		return err;
	if (err || !kernel.mark) {
		pr_err("this kernel does not tell the prototypes of its functions, so they cannot be hooked safely: it needs CONFIG_DEBUG_INFO_BTF, CONFIG_KALLSYMS_ALL and, before Linux 6.2, CONFIG_LIVEPATCH; for a kernel that you know to fit, force_prototypes=1 loads the module without a look\n");
		return -EOPNOTSUPP;
	}
	return 0;
}

void vzctx_known_uninit(void)
{
	vzctx_btf_close(&kernel);
}

/**
 * struct seen - the functions of a name in the kernel's list of symbols
 * @whole: under the name itself
 * @variants: under the name and what the compiler appends
 */
struct seen {
	u16 whole;
	u16 variants;
};

/**
 * struct look - one look through the kernel's list of symbols
 * @names: what is looked for
 * @seen: by function of @names
 */
struct look {
	struct vzctx_btf_names names;
	struct seen *seen;
};

static bool is_variant(const char *suffix)
{
	return strstr(suffix, ".isra") || strstr(suffix, ".constprop") ||
	       strstr(suffix, ".part");
}

static int look_at(void *data, const char *name, VZCTX_EACH_SYMBOL_PARAM
		   unsigned long addr)
{
	size_t len = strcspn(name, ".");
	struct look *look = data;
	struct vzctx_btf_func *func = vzctx_btf_named(&look->names, name, len);

	if (!func)
		return 0;
	if (!name[len])
		look->seen[func - look->names.funcs].whole++;
	else if (is_variant(name + len))
		look->seen[func - look->names.funcs].variants++;
	return 0;
}

/* The kernel may tell of one function more than once: then each is to fit. */
static enum vzctx_why judge_types(const struct vzctx_btf *btf,
				  const struct vzctx_btf_func *func,
				  const struct vzctx_proto *proto)
{
	struct vzctx_proto wanted = *proto;
	u32 id;

	if (!func->found)
		return VZCTX_WHY_UNTOLD;
	vzctx_plant(&wanted);
	for (id = func->id; id; id = vzctx_btf_again(btf, func, id))
		if (!vzctx_proto_fits(&wanted, btf, id))
			return VZCTX_WHY_PROTOTYPE;
	return VZCTX_WHY_NONE;
}

static enum vzctx_why judge(const struct vzctx_btf *btf, const struct seen *seen,
			    const struct vzctx_btf_func *func,
			    const struct vzctx_proto *proto)
{
	if (!seen)
		return func->found > 1 ? VZCTX_WHY_TWICE :
					 judge_types(btf, func, proto);
	if (seen->variants)
		return VZCTX_WHY_VARIANT;
	if (!seen->whole)
		return VZCTX_WHY_ABSENT;
	if (seen->whole > 1)
		return VZCTX_WHY_TWICE;
	return judge_types(btf, func, proto);
}

/* Asks one set of types. @look: asked too, unless it is NULL. */
static int ask(const struct vzctx_btf *btf, struct look *look,
	       struct vzctx_asked *asked, unsigned int nr)
{
	struct vzctx_btf_func *funcs = kcalloc(nr, sizeof(*funcs), GFP_KERNEL);
	unsigned int i;

	if (!funcs)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		funcs[i].name = asked[i].proto->symbol;
	vzctx_btf_find(btf, funcs, nr);
	if (look) {
		vzctx_btf_names(&look->names, funcs, nr);
		static_call(vzctx_each_symbol)(look_at, look);
	}
	for (i = 0; i < nr; i++)
		asked[i].why = judge(btf, look ? &look->seen[i] : NULL,
				     &funcs[i], asked[i].proto);
	kfree(funcs);
	return 0;
}

/**
 * vzctx_known_ask() - compares functions of the kernel itself
 * @asked: functions; @why is set
 * @nr: how many
 *
 * One pass over the kernel's types and one over its symbols. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_known_ask(struct vzctx_asked *asked, unsigned int nr)
{
	struct look *look;
	unsigned int i;
	int err = -ENOMEM;

	for (i = 0; i < nr; i++)
		asked[i].why = VZCTX_WHY_NONE;
	if (!kernel.mark || !nr)
		return 0;
	look = kzalloc(sizeof(*look), GFP_KERNEL);
	if (look)
		look->seen = kcalloc(nr, sizeof(*look->seen), GFP_KERNEL);
	if (look && look->seen)
		err = ask(&kernel, look, asked, nr);
	if (look)
		kfree(look->seen);
	kfree(look);
	return err;
}

/* A module without types: it is not there, or a part of the kernel, or tells none. */
static int ask_builtin(struct vzctx_asked *asked, unsigned int nr)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		const char *symbol = asked[i].proto->symbol;

		asked[i].why = VZCTX_WHY_NONE;
		if (static_call(vzctx_lookup_name)(symbol))
			break;
	}
	if (i == nr)
		return 0;
	err = vzctx_known_ask(asked, nr);
	for (i = 0; i < nr; i++)
		if (asked[i].why == VZCTX_WHY_ABSENT)
			asked[i].why = VZCTX_WHY_UNTOLD;
	return err;
}

static int read_whole(struct file *file, void **data, size_t *len)
{
	loff_t size = i_size_read(file_inode(file)), pos = 0;
	ssize_t got;

	if (size <= 0 || size > VZCTX_BTF_MODULE_MAX)
		return -EINVAL;
	*data = kvmalloc(size, GFP_KERNEL);
	if (!*data)
		return -ENOMEM;
	while (pos < size) {
		got = kernel_read(file, *data + pos, size - pos, &pos);
		if (got <= 0)
			return got ?: -EINVAL;
	}
	*len = size;
	return 0;
}

/*
 * The types of a module that is there, from sysfs as the kernel has it, whatever
 * the calling task sees as /sys. @data is the caller's also after an error.
 */
static int read_types(const char *module, void **data, size_t *len)
{
	struct file_system_type *sysfs = get_fs_type("sysfs");
	char name[VZCTX_BTF_PATH];
	struct vfsmount *mnt;
	struct file *file;
	struct path root;
	int err;

	if (!sysfs)
		return -ENODEV;
	mnt = kern_mount(sysfs);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	snprintf(name, sizeof(name), "kernel/btf/%s", module);
	root.mnt = mnt;
	root.dentry = mnt->mnt_root;
	file = file_open_root(&root, name, O_RDONLY, 0);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
	} else {
		err = read_whole(file, data, len);
		fput(file);
	}
	kern_unmount(mnt);
	return err;
}

/**
 * vzctx_known_ask_module() - compares functions of a module
 * @module: its name; it is there, or about to be initialised
 * @asked: functions; @why is set
 * @nr: how many
 *
 * What may be a module may be a part of the kernel instead. Sleeps.
 *
 * Return: 0 or -ENOMEM.
 */
int vzctx_known_ask_module(const char *module, struct vzctx_asked *asked,
			   unsigned int nr)
{
	struct vzctx_btf btf;
	void *data = NULL;
	unsigned int i;
	size_t len;
	int err;

	if (!kernel.mark)
		return vzctx_known_ask(asked, nr);
	err = read_types(module, &data, &len);
	if (err == -ENOENT)
		return ask_builtin(asked, nr);
	err = err ?: vzctx_btf_open(&btf, data, len, &kernel);
	if (!err) {
		err = ask(&btf, NULL, asked, nr);
		vzctx_btf_close(&btf);
	} else if (err != -ENOMEM) {
		for (i = 0; i < nr; i++)
			asked[i].why = VZCTX_WHY_UNTOLD;
		err = 0;
	}
	kvfree(data);
	return err;
}

static void find(struct vzctx_call *call)
{
	unsigned long addr;

	if (call->asked.why || call->found)
		return;
	addr = vzctx_ksym(call->asked.proto->symbol);
	if (addr) {
		__static_call_update(call->key, call->tramp, (void *)addr);
		call->found = true;
	} else {
		call->asked.why = VZCTX_WHY_ABSENT;
	}
}

/**
 * vzctx_calls_find() - finds functions that are to be called
 * @calls: functions; @found or @why is set
 * @nr: how many
 *
 * What was found stays so. Sleeps.
 */
void vzctx_calls_find(struct vzctx_call *calls, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct vzctx_call *call = &calls[i];

		if (call->found)
			continue;
		if (vzctx_known_ask(&call->asked, 1))
			call->asked.why = VZCTX_WHY_ABSENT;
		find(call);
	}
}
