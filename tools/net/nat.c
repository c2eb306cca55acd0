// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - addresses of containers behind one of the host's
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/globalconf.h"
#include "module/nl_ip.h"
#include "module/running.h"
#include "net/ip.h"
#include "net/nat.h"
#include "net/nft.h"

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
	struct list masq[2], ports[PROTOS][2];	/* by family: IPv6, IPv4 */
	uint32_t owner[PROTOS][PORTS];		/* of a port of the host's */
	bool any;
};

/* struct box - one container, and the first of its addresses of each family */
struct box {
	uint32_t ctid;
	const struct in6_addr *first[2];
};

bool nat_wanted(const struct conf *c)
{
	const char *ports = conf_get(c, "PUBLISH");

	return globalconf_yes(c, "MASQUERADE", false) || (ports && *ports);
}

static void put(struct list *l, const char *what)
{
	fprintf(l->f, "%s%s", ftell(l->f) ? ", " : "", what);
}

static bool open_lists(struct table *t)
{
	struct list *l = &t->masq[0];
	bool good = true;

	for (int v4 = 0; v4 < 2; v4++) {
		for (int i = -1; i < PROTOS; i++) {
			l = i < 0 ? &t->masq[v4] : &t->ports[i][v4];
			l->f = open_memstream(&l->text, &l->size);
			good &= !!l->f;
		}
	}
	return good;
}

static bool close_lists(struct table *t)
{
	bool good = true;

	for (int v4 = 0; v4 < 2; v4++) {
		for (int i = -1; i < PROTOS; i++) {
			struct list *l = i < 0 ? &t->masq[v4] : &t->ports[i][v4];

			good &= l->f && !fclose(l->f);
			l->f = NULL;
		}
	}
	return good;
}

static void free_table(struct table *t)
{
	close_lists(t);
	for (int v4 = 0; v4 < 2; v4++) {
		free(t->masq[v4].text);
		for (int i = 0; i < PROTOS; i++)
			free(t->ports[i][v4].text);
	}
	free(t);
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
		t->any = true;
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

static int add(struct table *t, uint32_t ctid, const struct conf *c,
	       const struct vz_iplist *all, struct report *report)
{
	bool masq = globalconf_yes(c, "MASQUERADE", false);
	const char *list = conf_get(c, "PUBLISH");
	struct box b = { .ctid = ctid };
	char text[IP_TEXT];

	for (size_t i = 0; i < all->n; i++) {
		const struct in6_addr *ip = &all->v[i].ip;
		bool v4 = ip_is_v4(ip);

		if (all->v[i].ctid != ctid)
			continue;
		if (!b.first[v4])
			b.first[v4] = ip;
		if (masq) {
			put(&t->masq[v4], ip_text(ip, text));
			t->any = true;
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

static void print_list(FILE *f, const char *head, const struct list *l)
{
	fprintf(f, "%s", head);
	if (l->size)
		fprintf(f, " elements = { %s };", l->text);
	fputs(" }\n", f);
}

/* Rules are few and do not grow in number; what grows is looked up. */
static void print_rules(FILE *f)
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

/* What was there goes in the same step, so that no packet finds it half done. */
static char *script(struct table *t)
{
	char *text = NULL, head[64];
	size_t size;
	FILE *f = close_lists(t) ? open_memstream(&text, &size) : NULL;

	if (!f)
		return NULL;
	fputs("table inet vzctx\ndelete table inet vzctx\n", f);
	for (int v4 = 0; v4 < 2 && t->any; v4++) {
		if (!v4)
			fputs("table inet vzctx {\n", f);
		snprintf(head, sizeof(head), "set masq%c { type ipv%c_addr;",
			 v4 ? '4' : '6', v4 ? '4' : '6');
		print_list(f, head, &t->masq[v4]);
		for (int i = 0; i < PROTOS; i++) {
			snprintf(head, sizeof(head),
				 "map %s%c { type inet_service : ipv%c_addr . inet_service;",
				 proto_names[i], v4 ? '4' : '6', v4 ? '4' : '6');
			print_list(f, head, &t->ports[i][v4]);
		}
	}
	if (t->any) {
		print_rules(f);
		fputs("}\n", f);
	}
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static int set_locked(struct vznl *nl, uint32_t ctid, const struct conf *c,
		      struct report *report)
{
	struct table *t = calloc(1, sizeof(*t));
	struct vz_iplist all = { 0 };
	char sentence[256] = "", *text = NULL;
	int ret = t && open_lists(t) ? vznl_ips(nl, &all) : -ENOMEM, out = EXIT_OK;

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
		free_table(t);
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
