// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=240 */
/*
 * vzctx selftests - numiptent: packet rules of both kinds
 *
 * Witness: what nft and iptables list.
 */
#include <kselftest_harness.h>
#include "help/sockservant.h"

#define LIMIT 20

FIXTURE(ipt)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
};

/* A shell line for the servant, and what it said. */
static char *line;
static char *said;

static long run(long arg)
{
	size_t n = 0;
	FILE *f = popen(line, "r");

	if (!f)
		return -errno;
	n = fread(said, 1, 4095, f);
	said[n] = 0;
	return WEXITSTATUS(pclose(f));
}

FIXTURE_SETUP(ipt)
{
	line = shared(4096);
	said = shared(4096);
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock)) TH_LOG("%s", self->g.text);
	ASSERT_EQ(0, tell(self->s, close_all, 0));
}

FIXTURE_TEARDOWN(ipt)
{
	close(self->sock);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define held() bc_held(&self->g, 101, UB_NUMIPTENT)
#define failcnt() bc_failcnt(&self->g, 101, UB_NUMIPTENT)
#define limit(n) vz_set(&self->g, 101, UB_NUMIPTENT, n, n)

#define inside(...) ({							\
	snprintf(line, 4096, __VA_ARGS__);				\
	tell(self->s, run, 0);						\
})

static long rules(struct servant *s)
{
	strcpy(line, "nft list ruleset | grep -c accept");
	tell(s, run, 0);
	return atol(said);
}

#define CHAIN "nft 'add table t; add chain t c'"

CLAIM(ipt, nft_rules_stop)
{
	int i;

	ASSERT_EQ(0, inside(CHAIN)) TH_LOG("%s", said);
	EXPECT_EQ(0, held());
	ASSERT_EQ(0, limit(3));
	for (i = 1; i <= 3; i++) {
		EXPECT_EQ(0, inside("nft add rule t c accept 2>&1"))
			TH_LOG("%s", said);
		EXPECT_EQ(i, held());
	}
	EXPECT_NE(0, inside("nft add rule t c accept 2>&1"));
	EXPECT_NE(NULL, strstr(said, strerror(ENOMEM))) TH_LOG("%s", said);
	EXPECT_GT(failcnt(), 0);
	EXPECT_EQ(3, held());
	EXPECT_EQ(3, rules(self->s));
	EXPECT_EQ(3, bc_maxheld(&self->g, 101, UB_NUMIPTENT));

	/* A transaction that does not fit is not there in part. */
	ASSERT_EQ(0, limit(5));
	EXPECT_NE(0, inside("nft 'add rule t c accept; add rule t c accept; add rule t c accept' 2>&1"));
	EXPECT_TRUE(wait_until(held() == 3));
	EXPECT_EQ(3, rules(self->s));

	/* The destruction is left to a worker. */
	EXPECT_EQ(0, inside("nft flush ruleset"));
	EXPECT_TRUE(wait_until(held() == 0));
	EXPECT_EQ(0, rules(self->s));
}

CLAIM(ipt, nft_rules_go_with_the_network)
{
	ASSERT_EQ(0, inside(CHAIN));
	ASSERT_EQ(0, inside("nft add rule t c accept; nft add rule t c accept"));
	EXPECT_EQ(2, held());
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

static int host(const char *text)
{
	return WEXITSTATUS(system(text));
}

/* Asked of the host, whose answer the module has no part in. */
static bool has_iptables(void)
{
	return !host("iptables-legacy -S >/dev/null 2>&1");
}

CLAIM(ipt, iptables_entries_stop)
{
	long base;
	int i;

	if (!has_iptables())
		SKIP(return, "no iptables on this kernel");
	ASSERT_EQ(0, inside("iptables-legacy -S 2>&1")) TH_LOG("%s", said);
	EXPECT_EQ(4, held());
	EXPECT_EQ(4, bc_maxheld(&self->g, 101, UB_NUMIPTENT));
	ASSERT_EQ(0, inside("iptables-legacy -A INPUT -j ACCEPT 2>&1"))
		TH_LOG("%s", said);
	/* The rule, three policies and the end of the table. */
	base = held();
	EXPECT_EQ(5, base);
	ASSERT_EQ(0, limit(base + 2));
	for (i = 1; i <= 2; i++) {
		EXPECT_EQ(0, inside("iptables-legacy -A INPUT -j ACCEPT 2>&1"));
		EXPECT_EQ(base + i, held());
	}
	EXPECT_NE(0, inside("iptables-legacy -A INPUT -j ACCEPT 2>&1"));
	EXPECT_NE(NULL, strcasestr(said, "memory")) TH_LOG("%s", said);
	EXPECT_GT(failcnt(), 0);
	EXPECT_EQ(base + 2, held());
	inside("iptables-legacy -S | grep -c ACCEPT");
	/* Three policies among them. */
	EXPECT_EQ(6, atol(said));
	EXPECT_EQ(0, inside("iptables-legacy -F"));
	EXPECT_EQ(base - 1, held());
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* A table that the kernel makes because somebody looks at it. */
CLAIM(ipt, iptables_tables_stop)
{
	if (!has_iptables())
		SKIP(return, "no iptables on this kernel");
	ASSERT_EQ(0, inside("iptables-legacy -S 2>&1")) TH_LOG("%s", said);
	ASSERT_EQ(0, limit(6));
	EXPECT_NE(0, inside("unshare -n iptables-legacy -S 2>&1"));
	EXPECT_NE(NULL, strcasestr(said, "memory")) TH_LOG("%s", said);
	EXPECT_NE(0, inside("iptables-legacy -t nat -S 2>&1"));
	EXPECT_EQ(4, held());
	EXPECT_EQ(4, bc_maxheld(&self->g, 101, UB_NUMIPTENT));
	EXPECT_GE(failcnt(), 2);
	/* And what was refused was not left in the way. */
	ASSERT_EQ(0, limit(8));
	EXPECT_EQ(0, inside("unshare -n sh -c 'iptables-legacy -S && iptables-legacy -S' 2>&1"))
		TH_LOG("%s", said);
	EXPECT_EQ(8, bc_maxheld(&self->g, 101, UB_NUMIPTENT));
	EXPECT_TRUE(wait_until(held() == 4));
}

/* The host's own rules are nobody's; those a container adds are its. */
CLAIM(ipt, the_host_adds_what_it_likes)
{
	char text[256];

	ASSERT_EQ(0, inside(CHAIN));
	ASSERT_EQ(0, limit(0));
	snprintf(text, sizeof(text), "nsenter -t %d -n nft add rule t c accept",
		 self->ct.init);
	EXPECT_EQ(0, host(text));
	EXPECT_EQ(0, held());
	EXPECT_EQ(1, rules(self->s));
	EXPECT_EQ(0, inside("nft flush ruleset"));
	EXPECT_EQ(0, held());
	EXPECT_EQ(0, failcnt());
}

static void in_the_hosts_network(void *arg)
{
	servant(arg);
}

CLAIM(ipt, a_container_in_the_hosts_network)
{
	struct servant *s = shared(sizeof(*s));
	struct ct ct = {};

	s->sock = -1;
	ASSERT_EQ(0, host(CHAIN));
	ASSERT_EQ(0, host("nft add rule t c accept"));
	ASSERT_EQ(0, ct_spawn(&ct, 102, 0, in_the_hosts_network, s));
	ASSERT_EQ(0, vz_create(&self->g, 102, ct.init));
	ASSERT_EQ(0, ct_go(&ct));
	strcpy(line, "nft add rule t c accept");
	EXPECT_EQ(0, tell(s, run, 0));
	EXPECT_EQ(1, bc_held(&self->g, 102, UB_NUMIPTENT));
	/* It may take the host's away, and leave its own behind. */
	ct_kill(&ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 2));
	EXPECT_EQ(0, host("nft flush ruleset"));
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 1));
}

/* Hooks come and go with the modules. */
CLAIM(ipt, modules_come_and_go_under_contexts)
{
	int i;

	ASSERT_EQ(0, host("nft flush ruleset"));
	if (host("grep -q ^nf_tables /proc/modules"))
		SKIP(return, "nf_tables is part of this kernel");
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, inside(CHAIN)) TH_LOG("%s", said);
		ASSERT_EQ(0, inside("nft add rule t c accept"));
		EXPECT_EQ(1, held());
		ASSERT_EQ(0, inside("nft flush ruleset"));
		EXPECT_TRUE(wait_until(held() == 0));
		/* Whatever holds it may take a moment to let go. */
		ASSERT_EQ(0, host("for i in $(seq 50); do for m in $(awk '$1 == \"nf_tables\" { gsub(/,/, \" \", $4); print $4 }' /proc/modules) nf_tables; do rmmod $m 2>/dev/null; done; grep -q ^nf_tables /proc/modules || exit 0; sleep 0.1; done; exit 1"));
		EXPECT_EQ(1, host("mount -t tracefs t /sys/kernel/tracing 2>/dev/null; grep -q nf_tables_newrule /sys/kernel/tracing/enabled_functions"));
	}
	EXPECT_EQ(0, failcnt());
}

TEST_HARNESS_MAIN
