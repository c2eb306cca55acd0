// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single append=preempt=full timeout=600 */
/*
 * vzctx selftests - modules of the kernel that come while containers run
 *
 * Witness: the kernel's list of hooked functions, and what is charged.
 */
#include <kselftest_harness.h>
#include <stdarg.h>

#include "help/modload.h"
#include "help/resrow.h"
#include "help/servant.h"

#define HOLDER "/vzctx/holder.ko"

/*
 * A module of the kernel that comes while a container runs, and cannot be hooked:
 * what it makes is not charged, and that is all.
 */
FIXTURE(late)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
};

FIXTURE_VARIANT(late)
{
	const char *params;
	const char *told; /* modules whose types there are; NULL: as they are */
	const char *fake; /* comes in place of the module */
	uint32_t id;
	const char *first; /* makes one more that is charged; NULL: a socket */
	const char *module; /* comes then */
	const char *second; /* makes what is not charged; NULL: not tried */
	const char *what; /* so called */
	const char *symbol; /* lies in it */
	int why;
};

static const char *const words[] = {
	[VZCTX_WHY_HOOK] = "cannot be hooked; see the kernel log",
	[VZCTX_WHY_ABSENT] = "is not in this kernel",
	[VZCTX_WHY_PROTOTYPE] = "has another prototype on this kernel",
	[VZCTX_WHY_UNTOLD] = "has a prototype that this kernel does not tell",
	[VZCTX_WHY_VARIANT] = "is in this kernel only as a variant the compiler made",
};

#define NFT "nft 'add table t; add chain t c; add rule t c accept'"
#define IPTABLES "iptables-legacy -A INPUT -j ACCEPT"

FIXTURE_VARIANT_ADD(late, xtables_after_nft)
{
	.params = "linger=0 withhold=xt_replace_table", .id = UB_NUMIPTENT,
	.first = NFT, .module = "x_tables", .second = IPTABLES,
	.what = "entries of iptables", .symbol = "xt_replace_table",
	.why = VZCTX_WHY_HOOK,
};

FIXTURE_VARIANT_ADD(late, nft_after_xtables)
{
	.params = "linger=0 withhold=nf_tables_newrule", .id = UB_NUMIPTENT,
	.first = IPTABLES, .module = "nf_tables", .second = NFT,
	.what = "nft rules", .symbol = "nf_tables_newrule",
	.why = VZCTX_WHY_HOOK,
};

FIXTURE_VARIANT_ADD(late, xtables_of_another_prototype)
{
	.params = "linger=0 plant=xt_replace_table:2:long", .id = UB_NUMIPTENT,
	.first = NFT, .module = "x_tables", .second = IPTABLES,
	.what = "entries of iptables", .symbol = "xt_replace_table",
	.why = VZCTX_WHY_PROTOTYPE,
};

FIXTURE_VARIANT_ADD(late, vsock_of_another_prototype)
{
	.params = "linger=0 plant=\"vsock_create_connected:1:void *\"",
	.id = UB_NUMOTHERSOCK, .module = "vsock",
	.what = "connections that come in over vsock",
	.symbol = "vsock_create_connected", .why = VZCTX_WHY_PROTOTYPE,
};

/* The one function of each that is hooked. */
FIXTURE_VARIANT_ADD(late, vsock_without_the_function)
{
	.params = "linger=0 plant=vsock_create_connected:0:none",
	.id = UB_NUMOTHERSOCK, .module = "vsock",
	.what = "connections that come in over vsock",
	.symbol = "vsock_create_connected", .why = VZCTX_WHY_ABSENT,
};

FIXTURE_VARIANT_ADD(late, vsock_without_types_nor_the_function)
{
	.params = "linger=0 types_in=/tmp/types plant=vsock_create_connected:0:none",
	.told = "vmlinux", .id = UB_NUMOTHERSOCK, .module = "vsock",
	.what = "connections that come in over vsock",
	.symbol = "vsock_create_connected", .why = VZCTX_WHY_ABSENT,
};

FIXTURE_VARIANT_ADD(late, vsock_without_types)
{
	.params = "linger=0 types_in=/tmp/types", .told = "vmlinux",
	.id = UB_NUMOTHERSOCK, .module = "vsock",
	.what = "connections that come in over vsock",
	.symbol = "vsock_create_connected", .why = VZCTX_WHY_UNTOLD,
};

FIXTURE_VARIANT_ADD(late, vsock_with_a_variant)
{
	.params = "linger=0 types_in=/tmp/types", .told = "vmlinux vsock",
	.fake = "/vzctx/vsock.ko", .id = UB_NUMOTHERSOCK, .module = "vsock",
	.what = "connections that come in over vsock",
	.symbol = "vsock_create_connected", .why = VZCTX_WHY_VARIANT,
};

/* @line: a string both sides have; 0: a socket */
static long run(long line, long unused)
{
	if (!line)
		return socket(AF_UNIX, SOCK_DGRAM, 0) < 0;
	return WEXITSTATUS(system((const char *)line));
}

/* Whatever holds them may take a moment to let go. */
static bool none_there(void)
{
	return !system("for m in nft_compat nft_chain_nat nft_nat nft_ct nf_tables iptable_filter iptable_nat ip_tables ip6table_filter ip6_tables ipt_REJECT xt_tcpudp x_tables vsock_diag vsock_loopback vmw_vsock_virtio_transport vmw_vsock_virtio_transport_common vsock; do rmmod $m 2>/dev/null; done; ! grep -qE '^(nf_tables|x_tables|vsock) ' /proc/modules");
}

static int shell(const char *format, ...)
{
	char line[600];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	return WEXITSTATUS(system(line));
}

FIXTURE_SETUP(late)
{
	ASSERT_TRUE(wait_until(none_there()));
	if (variant->told && !untold()) {
		ASSERT_EQ(0, system("rm -rf /tmp/types && mkdir /tmp/types && modprobe vsock"));
		ASSERT_EQ(0, shell("cd /sys/kernel/btf && cp %s /tmp/types",
				  variant->told));
		ASSERT_TRUE(wait_until(none_there()));
	}
	ASSERT_EQ(0, load(variant->params));
	ASSERT_EQ(0, genl_open(&self->g));
}

FIXTURE_TEARDOWN(late)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(hooked() == 0));
	EXPECT_TRUE(wait_until(!unload(0)));
	system("rm -rf /tmp/types");
	none_there();
}

static bool comes(const char *module, const char *fake)
{
	return !(fake ? load_file(fake, "") : shell("modprobe %s", module));
}

#define held() held_of(&self->g, 101, variant->id)

/* As long as the module is there, and once in the log each time it comes. */
CLAIM(late, costs_what_it_makes_and_no_more)
{
	long first = (long)variant->first, had;
	struct row row;
	char note[256];

	if ((variant->told || strstr(variant->params, "plant=")) && untold())
		SKIP(return, "this kernel does not tell prototypes");
	snprintf(note, sizeof(note), "%s are not charged: %s %s", variant->what,
		 variant->symbol, words[variant->why]);
	ASSERT_EQ(0, shell("echo late %d begins >/dev/kmsg", getpid()));
	self->s = hire(&self->g, &self->ct, 101, CLONE_NEWNET);
	ASSERT_NE(NULL, self->s) TH_LOG("%s", self->g.text);
	had = held();
	if (tell(self->s, run, first, 0)) {
		ASSERT_TRUE(first && shell("unshare -n %s", variant->first))
			TH_LOG("the host can: %s", variant->first);
		SKIP(return, "not on this kernel: %s", variant->first);
	}
	ASSERT_GT(held(), had);
	EXPECT_EQ(VZCTX_WHY_NONE, resource(&self->g, variant->id).why);

	for (int i = 1; i <= 2; i++) {
		had = held();
		ASSERT_TRUE(comes(variant->module, variant->fake));
		EXPECT_EQ(had, held());
		row = resource(&self->g, variant->id);
		EXPECT_EQ(VZCTX_ENFORCED_EXACT, row.enforced);
		EXPECT_EQ(VZCTX_COUNTED_CHARGED, row.counted);
		EXPECT_EQ(variant->why, row.why);
		EXPECT_STREQ(variant->symbol, row.symbol);
		EXPECT_STREQ(note, row.note);
		EXPECT_EQ(0, shell("test $(dmesg | sed '1,/late %d begins/d' | grep -c 'vzctx: .*%s.*; %s are not charged to ') -eq %d",
				   getpid(), variant->symbol, variant->what, i));
		EXPECT_EQ(0, lines_with(ENABLED, variant->symbol));
		if (i == 2)
			break;
		/* With the module its verdict goes. */
		ASSERT_TRUE(wait_until(!shell("rmmod %s", variant->module)));
		row = resource(&self->g, variant->id);
		EXPECT_EQ(VZCTX_WHY_NONE, row.why);
		EXPECT_STRNE(note, row.note);
	}
	EXPECT_EQ(0, shell("vzctx show 101 --all -o why | grep -qF '%s'", note));
	/* The rest of it is charged, and refused. */
	EXPECT_EQ(0, tell(self->s, run, first, 0));
	EXPECT_GT(held(), had);
	had = held();
	ASSERT_EQ(0, vz_set(&self->g, 101, variant->id, had, had));
	EXPECT_NE(0, tell(self->s, run, first, 0));
	if (variant->second)
		EXPECT_EQ(0, tell(self->s, run, (long)variant->second, 0));
	EXPECT_EQ(had, held());
}

/* A function of that name in some other module is another function. */
TEST(a_namesake_in_another_module)
{
	struct genl g;
	struct ct ct = {};

	if (untold())
		SKIP(return, "this kernel does not tell prototypes");
	ASSERT_TRUE(wait_until(none_there()));
	ASSERT_EQ(0, load_file(HOLDER, "symbol=security_file_free"));
	EXPECT_EQ(1, lines_with("/proc/kallsyms", " vsock_create_connected\t[holder]"));
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, ct_spawn(&ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&g, 101, ct.init));
	EXPECT_EQ(VZCTX_ENFORCED_EXACT, resource(&g, UB_NUMOTHERSOCK).enforced);
	EXPECT_EQ(VZCTX_WHY_NONE, resource(&g, UB_NUMOTHERSOCK).why);
	EXPECT_EQ(0, lines_with(ENABLED, "vsock_create_connected"));
	ct_kill(&ct);
	EXPECT_TRUE(wait_until(!unload(0)));
	EXPECT_EQ(0, unload_module("holder", 0));
}

static void *create(void *arg)
{
	struct ct *ct = arg;
	struct genl g;
	long err = genl_open(&g) ?: vz_create(&g, 101, ct->init);

	return (void *)err;
}

/* It is not hooked for having been absent when the others were looked at. */
TEST(a_module_that_comes_between_the_look_and_the_hooking)
{
	struct ct ct = {};
	struct genl g;
	pthread_t thread;
	struct row row;
	void *err;

	if (untold())
		SKIP(return, "this kernel does not tell prototypes");
	ASSERT_TRUE(wait_until(none_there()));
	ASSERT_EQ(0, load("linger=0 plant=\"vsock_create_connected:1:void *\""));
	ASSERT_EQ(0, load_file(HOLDER, "slow=vzctx_hook_unfit"));
	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, ct_spawn(&ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, create, &ct));
	EXPECT_TRUE(wait_until(lines_with("/sys/module/holder/parameters/waits", "Y") == 1));
	EXPECT_EQ(0, shell("modprobe vsock"));
	ASSERT_EQ(0, pthread_join(thread, &err));
	EXPECT_EQ(NULL, err);
	EXPECT_EQ(0, lines_with(ENABLED, "vsock_create_connected"));
	row = resource(&g, UB_NUMOTHERSOCK);
	EXPECT_EQ(VZCTX_ENFORCED_EXACT, row.enforced);
	EXPECT_EQ(VZCTX_WHY_PROTOTYPE, row.why);
	EXPECT_EQ(0, unload_module("holder", 0));
	ct_kill(&ct);
	EXPECT_TRUE(wait_until(!unload(0)));
}

TEST_HARNESS_MAIN
