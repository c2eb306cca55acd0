// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - addresses of containers behind one of the host's
 */
#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "module/nl_ip.h"
#include "module/running.h"
#include "net/ip.h"
#include "net/nat.h"
#include "net/tc.h"

#define PORTS	65536

enum { TCP, UDP, PROTOS };

static const char *const proto_names[PROTOS] = { "tcp", "udp" };

/* struct list - elements of a set, as nft reads them */
struct list {
	char *text;
	size_t size;
	FILE *f;
};

struct table {
	struct list masq[2], from[2], to[2];	/* by family: IPv6, IPv4 */
	struct list ports[PROTOS][2];
	struct list chains;
	uint32_t owner[PROTOS][PORTS];		/* of a port of the host's */
	bool nat, rate;				/* whether there is any */
};

/* struct box - one container, and the first of its addresses of each family */
struct box {
	uint32_t ctid;
	const struct in6_addr *first[2];
};

bool nat_wanted(const struct conf *c)
{
	const char *ports = conf_get(c, "PUBLISH");

	return globalconf_yes(c, "MASQUERADE", false) || (ports && *ports) ||
	       conf_rate(c);
}

static void put(struct list *l, const char *what)
{
	fprintf(l->f, "%s%s", ftell(l->f) ? ", " : "", what);
}

/* Calls @fn for each list of the table. Return: whether it always said yes. */
static bool each_list(struct table *t, bool (*fn)(struct list *l))
{
	bool good = fn(&t->chains);

	for (int v4 = 0; v4 < 2; v4++) {
		good &= fn(&t->masq[v4]) & fn(&t->from[v4]) & fn(&t->to[v4]);
		for (int i = 0; i < PROTOS; i++)
			good &= fn(&t->ports[i][v4]);
	}
	return good;
}

static bool open_list(struct list *l)
{
	l->f = open_memstream(&l->text, &l->size);
	return l->f;
}

static bool close_list(struct list *l)
{
	bool good = l->f && !fclose(l->f);

	l->f = NULL;
	return good;
}

static bool free_list(struct list *l)
{
	if (l->f)
		fclose(l->f);
	free(l->text);
	return true;
}

/* "8080/tcp:80". Return: whether it is one. */
static bool parse_port(const char *word, unsigned int *port, int *proto,
		       unsigned int *to)
{
	char name[8];
	int end = 0;

	if (sscanf(word, "%u/%7[a-z]:%u%n", port, name, to, &end) != 3 ||
	    word[end] || *port >= PORTS || *to >= PORTS || !*port || !*to)
		return false;
	for (*proto = 0; *proto < PROTOS; ++*proto)
		if (!strcmp(proto_names[*proto], name))
			return true;
	return false;
}

/* Return: 0, or the container that has the port. */
static uint32_t publish(struct table *t, const struct box *b, int proto,
			unsigned int port, unsigned int to)
{
	char text[IP_TEXT], element[IP_TEXT + 32];
	uint32_t owner = t->owner[proto][port];

	if (owner)
		return owner;
	t->owner[proto][port] = b->ctid;
	for (int v4 = 0; v4 < 2; v4++) {
		if (!b->first[v4])
			continue;
		snprintf(element, sizeof(element), "%u : %s . %u", port,
			 ip_text(b->first[v4], text), to);
		put(&t->ports[proto][v4], element);
		t->nat = true;
	}
	return 0;
}

/* Return: EXIT_OK, or OUT_NAT for a port that another container has. */
static int add_ports(struct table *t, const struct box *b, const char *list,
		     struct report *report)
{
	char *copy = strdup(list), *save = NULL, *word, sentence[80];
	unsigned int port, to;
	int proto, ret = copy ? EXIT_OK : OUT_NAT;
	uint32_t owner;

	word = copy ? strtok_r(copy, " \t", &save) : NULL;
	for (; word && !ret; word = strtok_r(NULL, " \t", &save)) {
		if (!parse_port(word, &port, &proto, &to)) {
			ret = report_fail(report, OUT_NAT, 0,
					  "that is no PORT/PROTOCOL:PORT; edit PUBLISH in its configuration",
					  "publish \"%s\" of CT %u", word, b->ctid);
			break;
		}
		owner = publish(t, b, proto, port, to);
		if (!owner)
			continue;
		snprintf(sentence, sizeof(sentence), "CT %u has it", owner);
		ret = report_fail(report, OUT_NAT, 0, sentence,
				  "publish port %u/%s of CT %u", port,
				  proto_names[proto], b->ctid);
	}
	free(copy);
	return ret;
}

/* One limit for all of its addresses, in each direction. */
static void add_chains(struct table *t, uint32_t ctid, uint32_t kbit)
{
	static const char *const sides[] = { "from", "to" };

	uint64_t rate = kbit * UINT64_C(125);

	/* To the burst that is asked for the kernel adds what a second may have. */
	for (int i = 0; i < 2; i++)
		fprintf(t->chains.f,
			"chain %s%u { limit rate over %" PRIu64 " bytes/second burst %" PRIu64 " bytes drop; }\n",
			sides[i], ctid, rate, tc_burst(kbit) - rate);
}

static void add_limit(struct table *t, uint32_t ctid, const struct in6_addr *ip)
{
	char text[IP_TEXT], element[IP_TEXT + 40];
	bool v4 = ip_is_v4(ip);

	ip_text(ip, text);
	snprintf(element, sizeof(element), "%s : jump from%u", text, ctid);
	put(&t->from[v4], element);
	snprintf(element, sizeof(element), "%s : jump to%u", text, ctid);
	put(&t->to[v4], element);
	t->rate = true;
}

static int add(struct table *t, uint32_t ctid, const struct conf *c,
	       const struct vz_iplist *all, struct report *report)
{
	bool masq = globalconf_yes(c, "MASQUERADE", false);
	const char *list = conf_get(c, "PUBLISH");
	struct box b = { .ctid = ctid };
	uint32_t kbit = conf_rate(c);
	char text[IP_TEXT];

	if (kbit)
		add_chains(t, ctid, kbit);

	for (size_t i = 0; i < all->n; i++) {
		const struct in6_addr *ip = &all->v[i].ip;
		bool v4 = ip_is_v4(ip);

		if (all->v[i].ctid != ctid)
			continue;
		if (!b.first[v4])
			b.first[v4] = ip;
		if (kbit)
			add_limit(t, ctid, ip);
		if (masq) {
			put(&t->masq[v4], ip_text(ip, text));
			t->nat = true;
		}
	}
	return list ? add_ports(t, &b, list, report) : EXIT_OK;
}

/* All but @ctid, of which nothing is left out because another one's file is bad. */
static void add_others(struct table *t, uint32_t ctid,
		       const struct vz_iplist *all)
{
	for (size_t i = 0; i < all->n; i++) {
		uint32_t other = all->v[i].ctid;
		bool done = other == ctid;
		struct conf *c;

		for (size_t k = 0; k < i && !done; k++)
			done = all->v[k].ctid == other;
		c = done ? NULL : conf_load(other);
		if (c && nat_wanted(c))
			add(t, other, c, all, NULL);
		conf_free(c);
	}
}

/* What is looked up: a set, or a map to what @type says behind it. */
static void print_list(FILE *f, const char *name, char family,
		       const char *type, const struct list *l)
{
	fprintf(f, "%s %s%c { type %s; %s%s%s }\n", strchr(type, ':') ? "map" : "set",
		name, family, type, l->size ? "elements = { " : "", l->text,
		l->size ? " };" : "");
}

static void print_lists(FILE *f, const struct table *t, int v4)
{
	char family = v4 ? '4' : '6', type[64];

	snprintf(type, sizeof(type), "ipv%c_addr", family);
	print_list(f, "masq", family, type, &t->masq[v4]);
	snprintf(type, sizeof(type), "ipv%c_addr : verdict", family);
	print_list(f, "from", family, type, &t->from[v4]);
	print_list(f, "to", family, type, &t->to[v4]);
	snprintf(type, sizeof(type), "inet_service : ipv%c_addr . inet_service",
		 family);
	for (int i = 0; i < PROTOS; i++)
		print_list(f, proto_names[i], family, type, &t->ports[i][v4]);
}

/* Rules are few and do not grow in number; what grows is looked up. */
static void print_nat(FILE *f)
{
	fputs("chain publish {\nfib daddr type != local return\n", f);
	for (int i = 0; i < PROTOS; i++)
		fprintf(f, "meta nfproto ipv4 dnat ip to %s dport map @%s4\n"
			"meta nfproto ipv6 dnat ip6 to %s dport map @%s6\n",
			proto_names[i], proto_names[i], proto_names[i],
			proto_names[i]);
	fputs("}\nchain prerouting { type nat hook prerouting priority dstnat; jump publish; }\n"
	      "chain output { type nat hook output priority -100;\n"
	      "ip daddr != 127.0.0.0/8 jump publish\nip6 daddr != ::1 jump publish\n}\n"
	      "chain postrouting { type nat hook postrouting priority srcnat;\n"
	      "oifname != \"venet0\" ip saddr @masq4 masquerade\n"
	      "oifname != \"venet0\" ip6 saddr @masq6 masquerade\n}\n", f);
}

static void print_rate(FILE *f)
{
	fputs("chain rate_from { type filter hook prerouting priority -310;\n"
	      "iifname \"venet0\" ip saddr vmap @from4\niifname \"venet0\" ip6 saddr vmap @from6\n}\n"
	      "chain rate_to { type filter hook postrouting priority 310;\n"
	      "oifname \"venet0\" ip daddr vmap @to4\noifname \"venet0\" ip6 daddr vmap @to6\n}\n", f);
}

/* What was there goes in the same step, so that no packet finds it half done. */
static char *script(struct table *t)
{
	char *text = NULL;
	size_t size;
	FILE *f = each_list(t, close_list) ? open_memstream(&text, &size) : NULL;

	if (!f)
		return NULL;
	fputs("table inet vzctx\ndelete table inet vzctx\n", f);
	if (t->nat || t->rate) {
		fprintf(f, "table inet vzctx {\n%s", t->chains.text);
		for (int v4 = 0; v4 < 2; v4++)
			print_lists(f, t, v4);
		/* A chain of translation has the kernel follow each connection. */
		if (t->nat)
			print_nat(f);
		if (t->rate)
			print_rate(f);
		fputs("}\n", f);
	}
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

/*
 * Having the program nft make all of a script or nothing. Its library would be more
 * than all that a start needs, and few containers want it.
 */

static const char *program(void)
{
	static const char *const places[] = {
		"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft",
		"/usr/local/sbin/nft",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (!access(places[i], X_OK))
			return places[i];
	return NULL;
}

/* Files are neither too small for what is written, nor does anybody wait for the other. */
static int spawn(const char *path, int in, int out, pid_t *pid)
{
	char *const argv[] = { "nft", "-f", "-", NULL };
	char *const env[] = { "LC_ALL=C", NULL };
	posix_spawn_file_actions_t fa;
	int err = posix_spawn_file_actions_init(&fa);

	if (err)
		return -err;
	err = posix_spawn_file_actions_adddup2(&fa, in, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&fa, out, 2);
	if (!err)
		err = posix_spawn(pid, path, &fa, NULL, argv, env);
	posix_spawn_file_actions_destroy(&fa);
	return -err;
}

/* The first line of what it says. */
static void take_words(int out, char *sentence, size_t size)
{
	ssize_t len = pread(out, sentence, size - 1, 0);

	sentence[len > 0 ? len : 0] = '\0';
	sentence[strcspn(sentence, "\n")] = '\0';
}

static int nft_run(const char *script, char *sentence, size_t size)
{
	const char *path = program();
	size_t len = strlen(script);
	int in, out, ret = 0, st;
	pid_t pid;

	*sentence = '\0';
	if (!path) {
		snprintf(sentence, size, "there is no program nft; install nftables");
		return -ENOENT;
	}
	in = memfd_create("nft", MFD_CLOEXEC);
	out = memfd_create("nft", MFD_CLOEXEC);
	if (in < 0 || out < 0 || write(in, script, len) != (ssize_t)len ||
	    lseek(in, 0, SEEK_SET))
		ret = -EIO;
	if (!ret)
		ret = spawn(path, in, out, &pid);
	while (!ret && waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			ret = -errno;
	if (!ret && st) {
		take_words(out, sentence, size);
		ret = -EIO;
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return ret;
}

static int set_locked(struct vznl *nl, uint32_t ctid, const struct conf *c,
		      struct report *report)
{
	struct table *t = calloc(1, sizeof(*t));
	struct vz_iplist all = { 0 };
	char sentence[256] = "", *text = NULL;
	int ret = t && each_list(t, open_list) ? vznl_ips(nl, &all) : -ENOMEM, out = EXIT_OK;

	if (!ret) {
		add_others(t, ctid, &all);
		out = c ? add(t, ctid, c, &all, report) : EXIT_OK;
	}
	if (!ret && !out) {
		text = script(t);
		ret = text ? nft_run(text, sentence, sizeof(sentence)) : -ENOMEM;
	}
	if (ret)
		out = report_fail(report, OUT_NAT, *sentence ? 0 : -ret, sentence,
				  "set address translation of CT %u", ctid);
	free(text);
	free(all.v);
	if (t)
		each_list(t, free_list);
	free(t);
	return out;
}

int nat_set(struct vznl *nl, uint32_t ctid, const struct conf *c,
	    struct report *report)
{
	int lock = running_file_lock("nat", LOCK_EX), ret;

	if (lock < 0)
		return report_fail(report, OUT_NAT, -lock, lock == -EWOULDBLOCK ?
				   "another command is at work on it, and does not end" :
				   NULL, "set address translation of CT %u", ctid);
	ret = set_locked(nl, ctid, c, report);
	close(lock);
	return ret;
}
