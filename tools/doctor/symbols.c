// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the module's file, and the kernel functions that it hooks
 */
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/symbols.h"

/* What is no file would be waited for, or read without end. */
static int usable(const char *path)
{
	struct stat st;

	if (stat(path, &st) || access(path, R_OK))
		return -errno;
	return S_ISREG(st.st_mode) ? 0 : -ENOEXEC;
}

static struct kmod_module *find_module(struct kmod_ctx *kmod, const char *path,
				       int *ret)
{
	struct kmod_module *mod = NULL;
	struct kmod_list *list = NULL;

	if (path) {
		*ret = usable(path) ?: kmod_module_new_from_path(kmod, path, &mod);
		return *ret < 0 ? NULL : mod;
	}
	*ret = kmod_module_new_from_lookup(kmod, "vzctx", &list);
	if (*ret >= 0 && list)
		mod = kmod_module_get_module(list);
	else if (*ret >= 0)
		*ret = -ENOENT;
	kmod_module_unref_list(list);
	return mod;
}

static uint32_t parse_resources(char *words)
{
	uint32_t bits = 0;
	char *save = NULL;

	if (!strcmp(words, "all"))
		return UINT32_MAX;
	for (char *w = strtok_r(words, ", ", &save); w; w = strtok_r(NULL, ", ", &save)) {
		char *end;
		unsigned long id = strtoul(w, &end, 10);

		if (!*end && id < 32)
			bits |= UINT32_C(1) << id;
	}
	return bits;
}

static int add_hooked(struct symbols *s, const char *line)
{
	struct hooked h = { 0 }, *more;
	char *copy = strdup(line), *at = copy, *part[5] = { NULL };
	size_t n = 0;

	for (; at && n < 4; n++)
		part[n] = strsep(&at, ":");
	if (!copy || !at) {
		free(copy);
		return copy ? 0 : -ENOMEM;
	}
	h.must = !strcmp(part[0], "must");
	snprintf(h.module, sizeof(h.module), "%s", part[1]);
	h.resources = parse_resources(part[2]);
	snprintf(h.name, sizeof(h.name), "%s", part[3]);
	snprintf(h.prototype, sizeof(h.prototype), "%s", at);
	free(copy);
	more = reallocarray(s->hooked, s->n + 1, sizeof(h));
	if (!more)
		return -ENOMEM;
	s->hooked = more;
	more[s->n++] = h;
	return 0;
}

/* Its first word is the release. */
static void set_release(struct symbols *s, const char *vermagic)
{
	snprintf(s->release, sizeof(s->release), "%.*s",
		 (int)strcspn(vermagic, " "), vermagic);
}

static void free_hooked(struct symbols *s)
{
	free(s->hooked);
	s->hooked = NULL;
	s->n = 0;
}

int symbols_load(const char *module, struct symbols *s)
{
	struct kmod_list *info = NULL, *it;
	struct kmod_module *mod;
	struct kmod_ctx *kmod;
	int ret = -ENOMEM;

	*s = (struct symbols){ 0 };
	kmod = kmod_new(NULL, NULL);
	if (!kmod)
		return -ENOMEM;
	mod = find_module(kmod, module, &ret);
	if (mod) {
		snprintf(s->path, sizeof(s->path), "%s", kmod_module_get_path(mod) ?: "");
		ret = kmod_module_get_info(mod, &info);
		/* A file that is there, and has no such section. */
		if ((ret == -ENOENT || ret == -ENODATA) && !usable(s->path))
			ret = -ENOEXEC;
	}
	ret = ret > 0 ? 0 : ret;
	kmod_list_foreach(it, info) {
		const char *key = kmod_module_info_get_key(it);
		const char *value = kmod_module_info_get_value(it);

		if (!strcmp(key, "name"))
			snprintf(s->name, sizeof(s->name), "%s", value);
		else if (!strcmp(key, "vermagic"))
			set_release(s, value);
		else if (!strcmp(key, "signer"))
			snprintf(s->signer, sizeof(s->signer), "%s", value);
		else if (!strcmp(key, "sig_id"))
			s->is_signed = true;
		else if (!strcmp(key, "hook") && !ret)
			ret = add_hooked(s, value);
	}
	kmod_module_info_free_list(info);
	kmod_module_unref(mod);
	kmod_unref(kmod);
	if (!ret && strcmp(s->name, "vzctx"))
		ret = -ENOEXEC;
	if (ret)
		free_hooked(s);
	return ret;
}

void symbols_free(struct symbols *s)
{
	free_hooked(s);
	*s = (struct symbols){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct hooked *)a)->name,
		      ((const struct hooked *)b)->name);
}

static struct hooked *find(const struct symbols *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->hooked[i].name, name))
			return &s->hooked[i];
	return NULL;
}

/* What takes other arguments, or is called past the beginning. */
static bool is_variant(const char *suffix)
{
	return strstr(suffix, ".isra") || strstr(suffix, ".constprop") ||
	       strstr(suffix, ".part");
}

/* One line: its name may be that of a function in a module, too. */
static void see(struct symbols *s, const char *line)
{
	char suffix[128] = "", module[56] = "", type;
	struct hooked key, *h;
	size_t len;

	if (sscanf(line, "%*s %c %127s [%55[^]]", &type, key.name, module) < 2 ||
	    (type != 't' && type != 'T'))
		return;
	len = strcspn(key.name, ".");
	snprintf(suffix, sizeof(suffix), "%s", key.name + len);
	key.name[len] = '\0';
	h = bsearch(&key, s->hooked, s->n, sizeof(key), by_name);
	if (!h || strcmp(h->module, module))
		return;
	if (!*suffix)
		h->whole++;
	else
		h->variant |= is_variant(suffix);
}

int symbols_find(struct symbols *s)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512];
	int ret;

	if (!f)
		return -errno;
	if (s->n)
		qsort(s->hooked, s->n, sizeof(*s->hooked), by_name);
	while (fgets(line, sizeof(line), f))
		see(s, line);
	ret = ferror(f) ? -EIO : 0;
	fclose(f);
	return ret;
}

/* A line of enabled_functions: the name, a count, and I where it is replaced. */
static bool is_replaced(const char *line, char *name, size_t size)
{
	const char *flags = strstr(line, ") ");
	size_t len = strcspn(line, " ");

	if (!flags)
		return false;
	for (flags++; *flags && strchr(" RIDOM", *flags); flags++)
		if (*flags == 'I') {
			snprintf(name, size, "%.*s", (int)len, line);
			return true;
		}
	return false;
}

int symbols_replaced(const char *module, char *name, size_t size)
{
	FILE *f = fopen("/sys/kernel/tracing/enabled_functions", "re");
	struct symbols s;
	bool own = false, found = false;
	char line[1024], one[128];

	if (!f)
		f = fopen("/sys/kernel/debug/tracing/enabled_functions", "re");
	if (!f)
		return -errno;
	symbols_load(module, &s);
	while (fgets(line, sizeof(line), f)) {
		/* Where the module's hooks are, nobody else's can be. */
		own |= !!strstr(line, "[vzctx]");
		if (found || !is_replaced(line, one, sizeof(one)) ||
		    (s.n && !find(&s, one)))
			continue;
		snprintf(name, size, "%s", one);
		found = true;
	}
	fclose(f);
	symbols_free(&s);
	return found && !own;
}
