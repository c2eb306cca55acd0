// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - looks at the kernel
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "doctor/facts.h"
#include "doctor/look_kernel.h"
#include "doctor/look_module.h"
#include "doctor/symbols.h"

#define OLDEST_MAJOR	6
#define OLDEST_MINOR	1

void look_kernel(const struct host *h, struct finding *f)
{
	const char *release = fact_release();
	unsigned int major = 0, minor = 0;
	struct utsname un = { 0 };

	(void)h;
	uname(&un);
	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		finds(f, HEALTH_UNTOLD, "\"%s\" is no version", release);
	else if (strcmp(un.machine, "x86_64"))
		finds(f, HEALTH_BAD, "%s runs on %s", release, un.machine);
	else if (major < OLDEST_MAJOR ||
		 (major == OLDEST_MAJOR && minor < OLDEST_MINOR))
		finds(f, HEALTH_BAD, "%s is older than %u.%u", release,
		      OLDEST_MAJOR, OLDEST_MINOR);
	else
		finds(f, HEALTH_GOOD, "%s", release);
}

/* When an option is needed: for all there is, or so that the module compares prototypes. */
enum need { NEED_NONE, NEED_BETTER, NEED_TYPES, NEED_TYPES_OLD, NEED_ALL };

struct option {
	const char *name;
	enum need need;
	bool seen;
};

/* Opens the options the kernel was built with, packed or not. */
static gzFile open_config(void)
{
	static const char *const places[] = {
		"/proc/config.gz", "/boot/config-%s", "/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	gzFile file = NULL;
	char path[256];

	for (size_t i = 0; !file && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), places[i], fact_release());
		file = gzopen(path, "re");
	}
	return file;
}

static void read_options(gzFile file, struct option *options)
{
	char line[256];

	while (gzgets(file, line, sizeof(line))) {
		size_t len = strcspn(line, "=");

		if (strncmp(line, "CONFIG_", 7) || !line[len] ||
		    (line[len + 1] != 'y' && line[len + 1] != 'm'))
			continue;
		line[len] = '\0';
		for (struct option *o = options; o->name; o++)
			o->seen |= !strcmp(line + 7, o->name);
	}
}

/* How bad it is that such an option is not there. */
static enum health without(enum need need)
{
	unsigned int major, minor;

	switch (need) {
	case NEED_TYPES_OLD:
		if (sscanf(fact_release(), "%u.%u", &major, &minor) != 2 ||
		    major > 6 || (major == 6 && minor >= 2))
			return HEALTH_GOOD;
		/* fallthrough */
	case NEED_TYPES:
		return module_loaded() ? HEALTH_WEAKER : HEALTH_BAD;
	case NEED_ALL:
		return HEALTH_BAD;
	case NEED_BETTER:
		return HEALTH_WEAKER;
	case NEED_NONE:
		break;
	}
	return HEALTH_GOOD;
}

void look_options(const struct host *h, struct finding *f)
{
	struct option options[] = {
		{ "CGROUPS", NEED_ALL, false },
		{ "DYNAMIC_FTRACE", NEED_ALL, false },
		{ "DYNAMIC_FTRACE_WITH_ARGS", NEED_ALL, false },
		{ "FUNCTION_TRACER", NEED_ALL, false },
		{ "HAVE_STATIC_CALL", NEED_ALL, false },
		{ "KALLSYMS", NEED_ALL, false },
		{ "KPROBES", NEED_ALL, false },
		{ "MEMCG", NEED_ALL, false },
		{ "MODULES", NEED_ALL, false },
		{ "MODULE_UNLOAD", NEED_ALL, false },
		{ "NET", NEED_ALL, false },
		{ "NET_NS", NEED_ALL, false },
		{ "PID_NS", NEED_ALL, false },
		{ "PROC_FS", NEED_ALL, false },
		{ "SCHED_INFO", NEED_ALL, false },
		{ "TASKS_RCU", NEED_ALL, false },
		{ "USER_NS", NEED_ALL, false },
		{ "UTS_NS", NEED_ALL, false },
		{ "IPC_NS", NEED_ALL, false },
		{ "SECCOMP_FILTER", NEED_ALL, false },
		{ "DEBUG_INFO_BTF", NEED_TYPES, false },
		{ "LIVEPATCH", NEED_TYPES_OLD, false },
		{ "CGROUP_SCHED", NEED_BETTER, false },
		{ "CFS_BANDWIDTH", NEED_BETTER, false },
		{ "CGROUP_PIDS", NEED_BETTER, false },
		{ NULL, NEED_NONE, false },
	};
	enum health worst = HEALTH_GOOD;
	gzFile file = open_config();
	char lacks[256] = "";
	size_t len = 0;

	(void)h;
	if (!file) {
		finds(f, HEALTH_UNTOLD, "there is no /boot/config-%s that says it",
		      fact_release());
		return;
	}
	read_options(file, options);
	gzclose(file);
	for (const struct option *o = options; o->name; o++) {
		enum health health = without(o->need);

		if (o->seen || !health)
			continue;
		if (len < sizeof(lacks))
			len += snprintf(lacks + len, sizeof(lacks) - len,
					" CONFIG_%s", o->name);
		if (health > worst)
			worst = health;
	}
	if (worst)
		finds(f, worst, "it lacks%s", lacks);
	else
		finds(f, HEALTH_GOOD, "the options it takes are there");
}

void look_realtime(const struct host *h, struct finding *f)
{
	char version[256];
	uint64_t is = 0;

	(void)h;
	fact_line("/proc/sys/kernel/version", version, sizeof(version));
	fact_number("/sys/kernel/realtime", &is);
	if (is || fact_word(version, "PREEMPT_RT"))
		finds(f, HEALTH_BAD, "this kernel has PREEMPT_RT, and the module refuses it");
	else
		finds(f, HEALTH_GOOD, "no PREEMPT_RT");
}

/* Whether functions were hooked that nobody has compared. */
static bool forced(void)
{
	char line[8];

	fact_line("/sys/module/vzctx/parameters/force_prototypes", line, sizeof(line));
	return !strcmp(line, "Y");
}

void look_btf(const struct host *h, struct finding *f)
{
	struct stat st;

	(void)h;
	if (stat("/sys/kernel/btf/vmlinux", &st) || !st.st_size) {
		finds(f, module_loaded() ? HEALTH_WEAKER : HEALTH_BAD,
		      "there is no /sys/kernel/btf/vmlinux, so nobody can tell whether this kernel's functions are those that the module was built for%s",
		      module_loaded() ? "; it was loaded all the same" : ", and it refuses to be loaded");
	} else if (!module_loaded()) {
		finds(f, HEALTH_GOOD, "/sys/kernel/btf/vmlinux is there; this program does not compare functions with it, the module does when it is loaded");
	} else if (forced()) {
		finds(f, HEALTH_WEAKER, "the module was loaded with force_prototypes=1, and hooks functions that it has not compared with /sys/kernel/btf/vmlinux");
		f->way_out = "rmmod vzctx and load it without, once no container runs";
	} else {
		finds(f, HEALTH_GOOD, "/sys/kernel/btf/vmlinux is there; the module has compared its functions with it");
	}
}

void look_ftrace(const struct host *h, struct finding *f)
{
	uint64_t on = 0;

	(void)h;
	if (fact_number("/proc/sys/kernel/ftrace_enabled", &on))
		finds(f, HEALTH_BAD, "this kernel was built without ftrace");
	else if (!on)
		finds(f, HEALTH_BAD, "kernel.ftrace_enabled is 0: no container can start");
	else
		finds(f, HEALTH_GOOD, "on");
}

/* The first livepatch that is on. */
static bool livepatch(char *name, size_t size)
{
	DIR *d = opendir("/sys/kernel/livepatch");
	bool found = false;
	struct dirent *e;
	char path[512];
	uint64_t on;

	while (d && !found && (e = readdir(d))) {
		snprintf(path, sizeof(path), "/sys/kernel/livepatch/%s/enabled",
			 e->d_name);
		found = *e->d_name != '.' && !fact_number(path, &on) && on;
		if (found)
			snprintf(name, size, "%s", e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

void look_livepatch(const struct host *h, struct finding *f)
{
	char name[256], function[128];
	int ret = symbols_replaced(h->module, function, sizeof(function));

	if (ret > 0)
		finds(f, HEALTH_WEAKER, "%s is replaced by somebody else, and cannot be hooked besides",
		      function);
	else if (livepatch(name, sizeof(name)))
		finds(f, HEALTH_WEAKER, "the livepatch %s is on; what it replaces cannot be hooked",
		      name);
	else if (ret < 0)
		finds(f, HEALTH_UNTOLD, "no livepatch is on; who else replaces functions stands in /sys/kernel/tracing/enabled_functions, which could not be read: %s",
		      ret == -EACCES || ret == -EPERM ? "only root can" : strerror(-ret));
	else
		finds(f, HEALTH_GOOD, "nobody replaces a function that the module hooks");
}
