// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - wrong prototypes, for tests
 *
 * Of the parameter plant=SYMBOL:INDEX:TYPE each such part, with commas between,
 * puts one type of a prototype in place of another: at 0 what the function returns,
 * from 1 on its parameters; SYMBOL:0:none has the function not be there. With
 * types_in=FOLDER types are read from files there.
 * Only in modules that are built for tests.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "kern/plant.h"
#include "kern/proto.h"

static char *plant;
module_param(plant, charp, 0444);
MODULE_PARM_DESC(plant, "wrong prototypes, as SYMBOL:INDEX:TYPE with commas between (for tests)");

static char *types_in;
module_param(types_in, charp, 0444);
MODULE_PARM_DESC(types_in, "folder to read types from that are in /sys/kernel/btf otherwise (for tests)");

/* What TYPE may be, and "none": this parameter and those behind it are not there. */
static const struct vzctx_type types[] = {
	{ "void", 1, VZCTX_CLASS_VOID, false },
	{ "bool", 1, VZCTX_CLASS_BOOL, false },
	{ "int", 4, VZCTX_CLASS_NUMBER, true },
	{ "unsigned int", 4, VZCTX_CLASS_NUMBER, false },
	{ "long", 8, VZCTX_CLASS_NUMBER, true },
	{ "unsigned long", 8, VZCTX_CLASS_NUMBER, false },
	{ "struct nobody *", 8, VZCTX_CLASS_POINTER, false },
	{ "void *", 8, VZCTX_CLASS_POINTER, false },
};

static bool is(const char *word, size_t len, const char *other)
{
	return !strncmp(word, other, len) && !other[len];
}

static void put(struct vzctx_proto *proto, unsigned int at, const char *type)
{
	size_t len = strcspn(type, ",");
	unsigned int i;

	if (at && is(type, len, "none"))
		proto->params = min(proto->params, at - 1);
	for (i = 0; at <= proto->params && i < ARRAY_SIZE(types); i++)
		if (is(type, len, types[i].text))
			proto->type[at] = types[i];
}

/* What follows the next SYMBOL: of a function, from @at on; NULL: no more. */
static const char *next(const char *symbol, const char *at)
{
	size_t len = strlen(symbol);

	while (at && *at) {
		const char *part = at;

		at += strcspn(at, ",");
		at += *at == ',';
		if (!strncmp(part, symbol, len) && part[len] == ':' &&
		    part[len + 1] >= '0' && part[len + 1] <= '9' &&
		    part[len + 2] == ':')
			return part + len + 1;
	}
	return NULL;
}

/**
 * vzctx_plant() - makes a prototype wrong if a test wants it so
 * @proto: a copy of it
 */
void vzctx_plant(struct vzctx_proto *proto)
{
	const char *at = plant;

	while ((at = next(proto->symbol, at)))
		put(proto, *at - '0', at + 2);
}

/**
 * vzctx_plant_symbol() - takes a function away if a test wants it so
 * @symbol: its name
 *
 * Return: the name, or one that no function has.
 */
const char *vzctx_plant_symbol(const char *symbol)
{
	const char *at = plant;

	while ((at = next(symbol, at)))
		if (at[0] == '0' && is(at + 2, strcspn(at + 2, ","), "none"))
			return "vzctx_no_such_function";
	return symbol;
}

/* The folder that has the types; NULL for that of sysfs. */
const char *vzctx_plant_types(void)
{
	return types_in;
}
