// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the options of vzctl set say about each other
 */
#include <string.h>

#include "lib/msg.h"
#include "vzctl/plan.h"
#include "vzctl/setopt.h"
#include "vzctl/vzctl.h"

int setplan_error(int code, const char *text)
{
	msg_note("Error: %s", text);
	return code;
}

int setplan_check(const struct setplan *p)
{
	if (p->reset_ub && p->n > 1)
		return setplan_error(VZ_BAD_OPTION, "option --reset_ub is exclusive");
	if (setplan_has(p, "offline-resize") && !setplan_has(p, "diskspace"))
		return setplan_error(VZ_BAD_OPTION, "option --offline-resize can only be used with --diskspace");
	if (setplan_has(p, "nodemask") && !setplan_has(p, "cpumask"))
		return setplan_error(VZ_BAD_OPTION, "option --nodemask requires --cpumask");
	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].opt->name, "cpumask") &&
		    !strcmp(p->v[i].value, "auto") && !setplan_has(p, "nodemask"))
			return setplan_error(VZ_BAD_OPTION, "--cpumask auto requires --nodemask");
	if (p->save)
		return 0;
	if (setplan_has(p, "name"))
		return setplan_error(VZ_NAME, "unable to use --name option without --save");
	for (size_t i = 0; i < p->n; i++) {
		if (!p->v[i].opt->must_save)
			continue;
		msg_note("Error: unable to use --%s option without --save",
			 p->v[i].opt->name);
		return VZ_BAD_OPTION;
	}
	if (p->force)
		return setplan_error(VZ_BAD_OPTION, "--force is useless without --save");
	if (p->setmode == SETMODE_RESTART)
		return setplan_error(VZ_BAD_OPTION, "--setmode restart doesn't make sense without --save flag");
	return 0;
}

bool setplan_restart(const struct setplan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].opt->restart)
			return true;
	return false;
}

int setplan_check_running(const struct setplan *p)
{
	if (setplan_has(p, "private") || setplan_has(p, "root")) {
		msg_note("Unable to change %s on a running container",
			 setplan_has(p, "private") ? "VE_PRIVATE" : "VE_ROOT");
		return VZ_RUNNING;
	}
	if (!setplan_restart(p) || p->setmode != SETMODE_NONE)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].opt->restart)
			msg_note("Unable to set %s on a running container",
				 p->v[i].opt->name);
	msg_note("WARNING: Some of the parameters could not be applied to a running container. Please consider using --setmode option");
	return VZ_RUNNING;
}

void setplan_tell_idle(const struct setplan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct setopt *o = p->v[i].opt;

		for (size_t before = 0; o && before < i; before++)
			if (p->v[before].opt == o)
				o = NULL;
		/* What is not wanted needs no effect. */
		if (!strncmp(p->v[i].value, "nesting:", 8) ||
		    !strcmp(p->v[i].value, "disabled"))
			continue;
		if (o && o->idle && strcmp(p->v[i].value, "no") &&
		    strcmp(p->v[i].value, "all"))
			msg_note("--%s has no effect yet%s: %s", o->name,
				 p->save ? ", it is only saved" : "", o->idle);
	}
}
