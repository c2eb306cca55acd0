// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - configuration samples: /etc/vz/conf/ve-NAME.conf-sample
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/confwarn.h"
#include "conf/profile.h"
#include "conf/sample_file.h"
#include "conf/ubcname.h"

#define PREFIX	"ve-"
#define SUFFIX	".conf-sample"

/* Old configurations of OpenVZ say "vps.basic" for the sample "basic". */
static const char *plain(const char *name)
{
	return strncmp(name, "vps.", 4) ? name : name + 4;
}

static int load_file(const char *name, struct conf **sample,
		     struct report *report)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), CONF_DIR "/" PREFIX "%s" SUFFIX, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	*sample = conf_load_path(path);
	if (!*sample)
		return -errno;
	conf_warn(*sample, report);
	return 0;
}

static int put(struct conf *c, const struct profile_limit *p)
{
	char key[UBC_KEY_SIZE], value[48];
	uint64_t bar, lim;

	ubc_key(ubc_name(p->id), key);
	if (!parse_barlim(p->barlim, ubc_unit(p->id), &bar, &lim))
		return -EINVAL;
	ubc_format(bar, lim, value, sizeof(value));
	return conf_set(c, key, value);
}

static int from_profile(const struct profile *p, struct conf **sample)
{
	struct conf *c = conf_new();
	char value[16];
	int ret = c ? 0 : -ENOMEM;

	for (const struct profile_limit *l = p->limit; !ret && l->barlim; l++)
		ret = put(c, l);
	if (!ret && p->avnumproc) {
		snprintf(value, sizeof(value), "%u", p->avnumproc);
		ret = conf_set(c, "AVNUMPROC", value);
	}
	if (ret) {
		conf_free(c);
		return ret;
	}
	*sample = c;
	return 0;
}

int sample_load(const char *name, struct conf **sample, struct report *report)
{
	const struct profile *p;
	int ret;

	if (!*name || strchr(name, '/') || *name == '.')
		return -ENOENT;
	ret = load_file(name, sample, report);
	if (ret == -ENOENT && plain(name) != name && *plain(name))
		ret = load_file(plain(name), sample, report);
	if (ret != -ENOENT)
		return ret;
	p = profile_find(plain(name));
	return p ? from_profile(p, sample) : -ENOENT;
}

struct taking {
	int (*fn)(const char *key, const char *value, void *arg);
	void *arg;
};

static int take(const char *key, const char *value, void *arg)
{
	static const char *const own[] = {
		"HOSTNAME", "IP_ADDRESS", "OSTEMPLATE", "VE_ROOT", "VE_PRIVATE",
		"NAME", "DESCRIPTION", "LOCAL_UID", "LOCAL_GID", SAMPLE_KEY,
	};
	const struct taking *t = arg;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (!strcmp(own[i], key))
			return 0;
	return t->fn(key, value, t->arg);
}

int sample_each(const struct conf *sample, const char *name,
		int (*fn)(const char *key, const char *value, void *arg),
		void *arg)
{
	struct taking t = { fn, arg };
	int ret = conf_each_key(sample, take, &t);

	return ret ? ret : fn(SAMPLE_KEY, name, arg);
}

static int is_sample(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > strlen(PREFIX SUFFIX) &&
	       !strncmp(e->d_name, PREFIX, strlen(PREFIX)) &&
	       !strcmp(e->d_name + len - strlen(SUFFIX), SUFFIX);
}

static void add(char *buf, size_t size, const char *name, int len)
{
	size_t n = strlen(buf);

	snprintf(buf + n, size - n, "%s%.*s", n ? " " : "", len, name);
}

static bool listed(const char *buf, const char *name, size_t len)
{
	for (const char *p = buf; (p = strstr(p, name)); p += len)
		if ((p == buf || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
	return false;
}

void sample_names(char *buf, size_t size)
{
	struct dirent **e;
	int n = scandir(CONF_DIR, &e, is_sample, alphasort);
	const char *p;

	*buf = '\0';
	for (int i = 0; i < n; i++) {
		add(buf, size, e[i]->d_name + strlen(PREFIX),
		    strlen(e[i]->d_name) - strlen(PREFIX SUFFIX));
		free(e[i]);
	}
	if (n >= 0)
		free(e);
	for (size_t i = 0; (p = profile_name(i)); i++)
		if (!listed(buf, p, strlen(p)))
			add(buf, size, p, strlen(p));
}

static int copy(const char *key, const char *value, void *arg)
{
	return conf_set(arg, key, value);
}

int sample_apply(const char *name, struct conf *c, struct report *report)
{
	char names[512], text[600];
	struct conf *sample;
	int ret = sample_load(name, &sample, report);

	if (ret == -ENOENT) {
		sample_names(names, sizeof(names));
		snprintf(text, sizeof(text), "there is none; there are: %s",
			 names);
		return report_fail(report, OUT_NO_SAMPLE, 0, text,
				   "use the sample %s" SUFFIX, name);
	}
	if (ret)
		return report_fail(report, OUT_NO_SAMPLE, -ret, NULL,
				   "read the sample %s", name);
	ret = sample_each(sample, name, copy, c);
	conf_free(sample);
	if (!ret)
		return EXIT_OK;
	return report_fail(report, OUT_BAD_CONF, -ret,
			   ret == -EINVAL ? "it has a value with a quote, $, ` or backslash" : NULL,
			   "apply the sample %s", name);
}
