// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the list of changes that vzctl set and create are to make
 *
 * Below the options, which add to it; see plan.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vzctl/plan.h"

const struct change *setplan_find(const struct setplan *p, const char *key)
{
	for (const struct change *c = p->changes; c; c = c->next)
		if (!strcmp(c->key, key))
			return c;
	return NULL;
}

bool setplan_goes(const struct setplan *p, enum setway way)
{
	for (const struct change *c = p->changes; c; c = c->next)
		if (c->way == way)
			return true;
	return false;
}

bool setplan_vswap(const struct setplan *p)
{
	return setplan_find(p, "PHYSPAGES") || setplan_find(p, "SWAPPAGES") ||
	       setplan_find(p, "VM_OVERCOMMIT");
}

/* The place of @key's change, which is made where there is none. */
static struct change *change_of(struct setplan *p, const char *key)
{
	struct change **at = &p->changes, *c;

	for (; (c = *at); at = &c->next)
		if (!strcmp(c->key, key))
			return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->key = strdup(key);
	if (!c->key) {
		free(c);
		return NULL;
	}
	c->old = p->before ? conf_get(p->before, key) : NULL;
	*at = c;
	return c;
}

int setplan_change(struct setplan *p, const char *key, const char *value)
{
	struct change *c = change_of(p, key);
	char *copy = value ? strdup(value) : NULL;

	if (!c || (value && !copy)) {
		free(copy);
		return -ENOMEM;
	}
	free(c->value);
	c->value = copy;
	if (copy)
		return conf_set(p->next, key, copy);
	conf_unset(p->next, key);
	return 0;
}

void setplan_forget(struct setplan *p)
{
	struct change *c;

	while ((c = p->changes)) {
		p->changes = c->next;
		free(c->key);
		free(c->value);
		free(c);
	}
	p->ifname = NULL;
}
