// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what the values of OpenVZ's options look like: lists of words
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "conf/check_list.h"
#include "lib/parse.h"

/*
 * Puts the words of a list, separated by commas or blanks, into @out with
 * blanks between. @good may change a word in place.
 */
static bool list(const char *word, bool (*good)(char *item), char *out)
{
	size_t n = 0;
	char *copy = strdup(word), *save = NULL, *item;
	bool ok = copy && strlen(word) < SETVAL_SIZE;

	out[0] = '\0';
	item = ok ? strtok_r(copy, ", \t", &save) : NULL;
	ok = item;
	for (; ok && item; item = strtok_r(NULL, ", \t", &save)) {
		ok = good(item);
		if (ok)
			n += snprintf(out + n, SETVAL_SIZE - n, "%s%s",
				      n ? " " : "", item);
	}
	free(copy);
	return ok;
}

/* Cuts ":on" or ":off" off, which stays behind the zero. */
static char *cut_onoff(char *item)
{
	char *colon = strchr(item, ':');

	if (!colon || (strcmp(colon, ":on") && strcmp(colon, ":off")))
		return NULL;
	*colon = '\0';
	return colon;
}

static bool good_capability(char *item)
{
	char *colon = cut_onoff(item), name[64];
	cap_value_t v;
	bool ok;

	if (!colon)
		return false;
	for (char *p = item; *p; p++)
		*p = tolower((unsigned char)*p);
	snprintf(name, sizeof(name), "cap_%s", item);
	/* The last two are OpenVZ's own. */
	ok = !cap_from_name(name, &v) || !strcmp(item, "setveid") ||
	     !strcmp(item, "ve_admin");
	for (char *p = item; *p; p++)
		*p = toupper((unsigned char)*p);
	*colon = ':';
	return ok && !isdigit((unsigned char)*item);
}

enum reading val_capability(const char *word, char *out)
{
	return list(word, good_capability, out);
}

static bool good_feature(char *item)
{
	static const char *const known[] = {
		"sysfs", "nfs", "sit", "ipip", "ppp", "ipgre", "bridge", "nfsd",
		"nesting",	/* ours */
	};
	char *colon = cut_onoff(item);
	bool ok = false;

	for (size_t i = 0; colon && i < sizeof(known) / sizeof(known[0]); i++)
		ok |= !strcmp(known[i], item);
	if (colon)
		*colon = ':';
	return ok;
}

enum reading val_features(const char *word, char *out)
{
	return list(word, good_feature, out);
}

static bool good_mode(const char *mode)
{
	return !strcmp(mode, "none") ||
	       (*mode && strspn(mode, "rwq") == strlen(mode));
}

/* b|c:MAJOR:MINOR|all:MODE, MODE r, w, q or none. */
static bool good_device(char *item)
{
	unsigned int major, minor;
	char type, *mode = strrchr(item, ':');
	int end = 0;

	if (!mode || !good_mode(mode + 1))
		return false;
	if (sscanf(item, "%c:%u:%u%n", &type, &major, &minor, &end) != 3 ||
	    item + end != mode) {
		end = 0;
		if (sscanf(item, "%c:%u:all%n", &type, &major, &end) != 2 ||
		    item + end != mode)
			return false;
	}
	return type == 'b' || type == 'c';
}

enum reading val_devices(const char *word, char *out)
{
	return list(word, good_device, out);
}

static bool good_devnode(char *item)
{
	char *mode = strrchr(item, ':');

	return mode && mode > item && *item != '/' && *item != '.' &&
	       !strstr(item, "..") && !strpbrk(item, "\"$`\\") &&
	       good_mode(mode + 1);
}

enum reading val_devnodes(const char *word, char *out)
{
	return list(word, good_devnode, out);
}

static bool good_pci(char *item)
{
	unsigned int domain, bus, slot, fn;
	int end = 0;

	if (sscanf(item, "%x:%x:%x.%u%n", &domain, &bus, &slot, &fn, &end) == 4 &&
	    !item[end])
		return true;
	end = 0;
	return sscanf(item, "%x:%x.%u%n", &bus, &slot, &fn, &end) == 3 &&
	       !item[end];
}

enum reading val_pci(const char *word, char *out)
{
	return list(word, good_pci, out);
}

static bool good_word(char *item)
{
	for (; *item; item++)
		if (!isalnum((unsigned char)*item) && !strchr("_-.", *item))
			return false;
	return true;
}

enum reading val_words(const char *word, char *out)
{
	return list(word, good_word, out);
}

static bool good_interface(char *item)
{
	char value[SETVAL_SIZE];

	return val_interface(item, value);
}

enum reading val_interfaces(const char *word, char *out)
{
	return list(word, good_interface, out);
}

static bool good_port(const char **p)
{
	char *end;
	unsigned long v = strtoul(*p, &end, 10);

	if (!isdigit((unsigned char)**p) || !v || v > UINT16_MAX)
		return false;
	*p = end;
	return true;
}

/* The protocol behind a port; without one it is tcp. */
static const char *take_proto(const char **p)
{
	static const char *const known[] = { "tcp", "udp" };

	for (size_t i = 0; i < 2; i++) {
		if (strncmp(*p, "/", 1) || strncmp(*p + 1, known[i], 3))
			continue;
		*p += 4;
		return known[i];
	}
	return known[0];
}

enum reading val_publish(const char *word, char *out)
{
	const char *p = word, *to, *proto;
	int port;

	if (!good_port(&p) || *p != ':')
		return READ_NOT;
	port = p++ - word;
	to = p;
	if (!good_port(&p))
		return READ_NOT;
	proto = take_proto(&p);
	if (*p)
		return READ_NOT;
	return snprintf(out, SETVAL_SIZE, "%.*s/%s:%.*s", port, word, proto,
			(int)strspn(to, "0123456789"), to) > 0;
}

enum reading val_unpublish(const char *word, char *out)
{
	const char *p = word, *proto;

	if (!strcmp(word, "all"))
		return snprintf(out, SETVAL_SIZE, "%s", word) > 0;
	if (!good_port(&p))
		return READ_NOT;
	proto = take_proto(&p);
	if (*p)
		return READ_NOT;
	/* What it is published as does not count. */
	return snprintf(out, SETVAL_SIZE, "%.*s/%s:0",
			(int)strspn(word, "0123456789"), word, proto) > 0;
}

static bool good_published(char *item)
{
	const char *p = item;

	if (!good_port(&p) || *p != '/')
		return false;
	take_proto(&p);
	return *p++ == ':' && good_port(&p) && !*p;
}

enum reading val_published(const char *word, char *out)
{
	return list(word, good_published, out);
}

enum reading val_rate(const char *word, char *out)
{
	const char *last = strrchr(word, ':'), *class;
	uint64_t kbit;

	if (!parse_u64(last ? last + 1 : word, UINT32_MAX, &kbit))
		return READ_NOT;
	if (!last)
		return snprintf(out, SETVAL_SIZE, "*:1:%s", word) > 0;
	class = strchr(word, ':');
	if (class == word || class - word > 15 || class == last || class + 1 == last ||
	    strspn(class + 1, "0123456789") != (size_t)(last - class - 1) ||
	    strpbrk(word, "\"$`\\ \t"))
		return READ_NOT;
	return snprintf(out, SETVAL_SIZE, "%s", word) > 0;
}

enum reading val_netfilter(const char *word, char *out)
{
	static const char *const known[] = {
		"disabled", "stateless", "stateful", "full",
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i], word))
			return snprintf(out, SETVAL_SIZE, "%s", word) > 0;
	return READ_NOT;
}

enum reading val_meminfo(const char *word, char *out)
{
	const char *colon = strchr(word, ':');
	uint64_t v;

	if (strcmp(word, "none") &&
	    (!colon || (strncmp(word, "pages:", 6) &&
			strncmp(word, "privvmpages:", 12)) ||
	     !parse_u64(colon + 1, INT64_MAX, &v) || !v))
		return READ_NOT;
	return snprintf(out, SETVAL_SIZE, "%s", word) > 0;
}
