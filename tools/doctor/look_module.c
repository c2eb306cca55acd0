// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - looks at the module: whether it is there, can be built, may be loaded
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vzctx/version.h>

#include "doctor/facts.h"
#include "doctor/look_module.h"
#include "doctor/symbols.h"

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

bool module_loaded(void)
{
	return !access("/sys/module/vzctx", F_OK);
}

#define NAME_A_FILE "name the vzctx.ko that `make` has built in the sources of vzctx, below build/$(uname -r)"

/* Whether a module can be loaded, whose file @s is filled from; @err: 0 if it is another kernel's. */
static bool usable(const struct host *h, struct symbols *s, int *err)
{
	*err = symbols_load(h->module, s);
	return !*err && !strcmp(s->release, fact_release());
}

/* What is in the file of --module, if that is no module of ours. */
static void not_ours(const char *file, const struct symbols *s, int err, struct finding *f)
{
	f->way_out = NAME_A_FILE;
	if (*s->name)
		finds(f, HEALTH_BAD, "%s is the module %s", file, s->name);
	else if (err == -ENOEXEC || err == -EINVAL)
		finds(f, HEALTH_BAD, "%s is no module", file);
	else
		finds(f, HEALTH_BAD, "%s cannot be read: %s", file, strerror(-err));
}

static void other_kernel(const struct host *h, const struct symbols *s, struct finding *f)
{
	if (h->module)
		f->way_out = NAME_A_FILE;
	finds(f, HEALTH_BAD, "%s is for kernel %s, this is %s", s->path, s->release,
	      fact_release());
}

static void look_file(const struct host *h, struct finding *f)
{
	struct symbols s = { 0 };
	int err;

	if (usable(h, &s, &err))
		finds(f, HEALTH_GOOD, "%s is for this kernel, and loaded when it is needed",
		      s.path);
	else if (!err)
		other_kernel(h, &s, f);
	else if (h->module)
		not_ours(h->module, &s, err, f);
	else if (err == -ENOENT)
		finds(f, HEALTH_BAD, "there is none for kernel %s", fact_release());
	else
		finds(f, HEALTH_BAD, "vzctx.ko cannot be read: %s", strerror(-err));
	symbols_free(&s);
}

static void look_loaded(struct finding *f)
{
	char version[64];

	fact_line("/sys/module/vzctx/version", version, sizeof(version));
	if (strcmp(version, VZCTX_VERSION))
		finds(f, HEALTH_WEAKER, "version %s is loaded, and this program is %s",
		      *version ? version : "?", VZCTX_VERSION);
	else
		finds(f, HEALTH_GOOD, "version %s is loaded", version);
}

void look_module(const struct host *h, struct finding *f)
{
	bool loaded = module_loaded();

	if (!loaded || h->module)
		look_file(h, f);
	if (loaded && f->health == HEALTH_GOOD)
		look_loaded(f);
}

void look_headers(const struct host *h, struct finding *f)
{
	struct symbols s = { 0 };
	char path[256];
	int err;

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile", fact_release());
	if (!access(path, R_OK))
		finds(f, HEALTH_GOOD, "%.*s", (int)(strlen(path) - strlen("/Makefile")), path);
	else if (module_loaded() || usable(h, &s, &err))
		finds(f, HEALTH_GOOD, "there are none, and the module is built");
	else
		finds(f, HEALTH_BAD, "there is no %s, so the module cannot be built", path);
	symbols_free(&s);
}

/* Attributes come before the value. */
static bool secure_boot(void)
{
	int fd = open(SECURE_BOOT, O_RDONLY | O_CLOEXEC);
	unsigned char v[5] = { 0 };
	bool on;

	if (fd < 0)
		return false;
	on = read(fd, v, sizeof(v)) == sizeof(v) && v[4] == 1;
	close(fd);
	return on;
}

/* Who asks for signatures; NULL: nobody. */
static const char *who_asks(void)
{
	char line[128];

	fact_line("/sys/module/module/parameters/sig_enforce", line, sizeof(line));
	if (!strcmp(line, "Y"))
		return "module.sig_enforce";
	fact_line("/sys/kernel/security/lockdown", line, sizeof(line));
	if (strstr(line, "[integrity]") || strstr(line, "[confidentiality]"))
		return "lockdown";
	/* Its kernel locks itself down, unless it was told not to. */
	return !*line && secure_boot() ? "Secure Boot" : NULL;
}

void look_signature(const struct host *h, struct finding *f)
{
	const char *who = who_asks();
	struct symbols s = { 0 };

	if (!who)
		finds(f, HEALTH_GOOD, "this kernel asks for none%s",
		      secure_boot() ? ", though Secure Boot is on" : "");
	else if (module_loaded())
		finds(f, HEALTH_GOOD, "%s asks for one, and the module is loaded", who);
	else if (symbols_load(h->module, &s))
		finds(f, HEALTH_WEAKER, "%s asks for one, and there is no module yet", who);
	else if (!s.is_signed)
		finds(f, HEALTH_BAD, "%s asks for one, and %s has none", who, s.path);
	else
		finds(f, HEALTH_UNTOLD, "%s asks for one; that of %s is by \"%s\", and whether the kernel knows this key shows when it is loaded",
		      who, s.path, s.signer);
	symbols_free(&s);
}
