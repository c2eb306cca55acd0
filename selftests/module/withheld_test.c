// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single append=preempt=full timeout=900 */
/*
 * vzctx selftests - functions that cannot be hooked
 *
 * Witness: the kernel's list of hooked functions, and what is charged.
 */
#include <kselftest_harness.h>
#include <sys/utsname.h>

#include "help/modload.h"
#include "help/resrow.h"

#define HOLDER "/vzctx/holder.ko"

/* A resource one of whose hooks is missing is not charged, and says so. */
FIXTURE(withheld)
{
	struct genl g;
	struct ct ct;
};

FIXTURE_VARIANT(withheld)
{
	const char *params;
	const char *held; /* what another module holds */
	const char *idle; /* what is not hooked then, being of no use */
	const char *other; /* what has another prototype than it seems to have */
	int since; /* and only on kernels of this series and newer */
	uint32_t off, on;
	uint32_t needing; /* bits of those that need what is off */
};

FIXTURE_VARIANT_ADD(withheld, charge_of_numfile)
{
	.params = "linger=0 withhold=alloc_empty_file",
	.idle = "security_file_free ",
	.off = UB_NUMFILE, .on = UB_NUMPROC,
};

FIXTURE_VARIANT_ADD(withheld, uncharge_of_numfile)
{
	.params = "linger=0 withhold=security_file_free",
	.idle = "alloc_empty_file ",
	.off = UB_NUMFILE, .on = UB_NUMPROC,
};

FIXTURE_VARIANT_ADD(withheld, uncharge_of_numproc)
{
	.params = "linger=0 withhold=security_task_free",
	.off = UB_NUMPROC, .on = UB_NUMFILE,
	.needing = 1 << UB_PRIVVMPAGES | 1 << UB_LOCKEDPAGES,
};

FIXTURE_VARIANT_ADD(withheld, errno_of_numtcpsock)
{
	.params = "linger=0 withhold=inet_create",
	.off = UB_NUMTCPSOCK, .on = UB_NUMFILE,
	.needing = 1 << UB_TCPSNDBUF | 1 << UB_TCPRCVBUF,
};

FIXTURE_VARIANT_ADD(withheld, somebody_holds_the_uncharge)
{
	.params = "linger=0", .held = "symbol=security_file_free",
	.idle = "alloc_empty_file ",
	.off = UB_NUMFILE, .on = UB_NUMPROC,
};

FIXTURE_VARIANT_ADD(withheld, somebody_holds_the_charge)
{
	.params = "linger=0", .held = "symbol=alloc_empty_file",
	.idle = "security_file_free ",
	.off = UB_NUMFILE, .on = UB_NUMPROC,
};

FIXTURE_VARIANT_ADD(withheld, somebody_holds_one_with_its_own_callback)
{
	.params = "linger=0", .held = "symbol=security_task_alloc",
	.off = UB_NUMPROC, .on = UB_NUMFILE,
	.needing = 1 << UB_PRIVVMPAGES | 1 << UB_LOCKEDPAGES,
};

/* Of each, one type is taken for another. */
FIXTURE_VARIANT_ADD(withheld, type_of_an_argument)
{
	.params = "linger=0 plant=\"may_expand_vm:1:struct nobody *\"",
	.other = "may_expand_vm", .idle = "may_expand_vm ",
	.off = UB_PRIVVMPAGES, .on = UB_NUMFILE,
	.needing = 1 << UB_LOCKEDPAGES,
};

FIXTURE_VARIANT_ADD(withheld, number_of_arguments)
{
	.params = "linger=0 plant=alloc_empty_file:2:none",
	.other = "alloc_empty_file", .idle = "alloc_empty_file ",
	.off = UB_NUMFILE, .on = UB_NUMPROC,
};

FIXTURE_VARIANT_ADD(withheld, type_that_is_returned)
{
	.params = "linger=0 plant=shmem_recalc_inode:0:int",
	.other = "shmem_recalc_inode", .idle = "shmem_recalc_inode ",
	.off = UB_SHMPAGES, .on = UB_NUMFILE,
};

FIXTURE_VARIANT_ADD(withheld, size_of_a_number)
{
	.params = "linger=0 plant=devpts_kill_index:2:long",
	.other = "devpts_kill_index", .idle = "devpts_new_index ",
	.off = UB_NUMPTY, .on = UB_NUMFILE,
};

FIXTURE_VARIANT_ADD(withheld, number_for_an_enum)
{
	.params = "linger=0 plant=\"dec_rlimit_put_ucounts:2:unsigned int\"",
	.other = "dec_rlimit_put_ucounts", .idle = "dec_rlimit_put_ucounts ",
	.off = UB_NUMSIGINFO, .on = UB_NUMFILE,
};

FIXTURE_VARIANT_ADD(withheld, difference_that_is_known_and_forced)
{
	.params = "linger=0 plant=\"may_expand_vm:1:struct nobody *\" force_prototypes=1",
	.other = "may_expand_vm", .idle = "may_expand_vm ",
	.off = UB_PRIVVMPAGES, .on = UB_NUMFILE,
	.needing = 1 << UB_LOCKEDPAGES,
};

FIXTURE_VARIANT_ADD(withheld, sign_of_a_number)
{
	.params = "linger=0 plant=\"generic_setlease:2:unsigned int\"",
	.other = "generic_setlease", .idle = "generic_setlease ",
	.off = UB_NUMFLOCK, .on = UB_NUMFILE,
};

/* What these two were before, for which the module might have been compiled. */
FIXTURE_VARIANT_ADD(withheld, flags_by_value_as_on_6_12)
{
	.params = "linger=0 plant=\"may_expand_vm:2:unsigned long\"",
	.other = "may_expand_vm", .idle = "may_expand_vm ", .since = 7,
	.off = UB_PRIVVMPAGES, .on = UB_NUMFILE,
	.needing = 1 << UB_LOCKEDPAGES,
};

FIXTURE_VARIANT_ADD(withheld, nothing_returned_as_on_6_12)
{
	.params = "linger=0 plant=shmem_recalc_inode:0:void",
	.other = "shmem_recalc_inode", .idle = "shmem_recalc_inode ", .since = 7,
	.off = UB_SHMPAGES, .on = UB_NUMFILE,
};

static int series(void)
{
	struct utsname un;

	return uname(&un) ? 0 : atoi(un.release);
}

/* In netlink, in the kernel log, and in what the tool shows. */
static bool says_why(struct genl *g, uint32_t id, const char *symbol, bool running)
{
	struct row row = resource(g, id);
	char line[400], sentence[128];

	snprintf(sentence, sizeof(sentence),
		 "%s has another prototype on this kernel", symbol);
	snprintf(line, sizeof(line),
		 "dmesg | grep -qF 'vzctx: %s; ' && { %s || vzctx show 101 --all -o why | grep -qF '%s'; }",
		 sentence, running ? "false" : "true", sentence);
	return row.why == VZCTX_WHY_PROTOTYPE && !strcmp(row.symbol, symbol) &&
	       !strcmp(row.note, sentence) && !system(line);
}

FIXTURE_SETUP(withheld)
{
	if (variant->held)
		ASSERT_EQ(0, load_file(HOLDER, variant->held));
	ASSERT_EQ(0, load(variant->params));
	ASSERT_EQ(0, genl_open(&self->g));
}

FIXTURE_TEARDOWN(withheld)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(!unload(0)));
	EXPECT_EQ(0, hooked());
	if (variant->held)
		EXPECT_EQ(0, unload_module("holder", 0));
}

CLAIM(withheld, is_not_enforced_and_nothing_else)
{
	static const uint32_t all[] = {
		UB_PRIVVMPAGES, UB_LOCKEDPAGES, UB_SHMPAGES, UB_NUMPROC,
		UB_NUMTCPSOCK, UB_NUMFLOCK, UB_NUMPTY, UB_NUMSIGINFO,
		UB_OTHERSOCKBUF, UB_NUMOTHERSOCK, UB_NUMFILE, UB_NUMIPTENT,
		UB_TCPSNDBUF, UB_TCPRCVBUF, UB_DGRAMRCVBUF,
	};
	struct bc bc;
	size_t i;

	if (variant->other && untold())
		SKIP(return, "this kernel does not tell prototypes");
	if (variant->since > series())
		SKIP(return, "before Linux %d that is the right prototype",
		     variant->since);
	/* Loading has looked already. */
	EXPECT_TRUE(!variant->other ||
		    says_why(&self->g, variant->off, variant->other, false));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	if (variant->other) {
		EXPECT_TRUE(says_why(&self->g, variant->off, variant->other, true));
	} else {
		EXPECT_EQ(VZCTX_WHY_HOOK,
			  resource(&self->g, variant->off).why);
	}
	if (variant->idle)
		EXPECT_EQ(0, lines_with(ENABLED, variant->idle));
	if (variant->off != UB_NUMPROC)
		EXPECT_EQ(1, lines_with(ENABLED, "security_task_free "));
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool off = resource(&self->g, all[i]).enforced ==
			   VZCTX_ENFORCED_NO;
		bool wanted = (variant->needing | 1 << variant->off) >>
			      all[i] & 1;

		if (off != wanted)
			TH_LOG("resource %u is %s", all[i], off ? "off" : "on");
		EXPECT_EQ(wanted, off);
	}
	EXPECT_EQ(VZCTX_COUNTED_NO, resource(&self->g, variant->off).counted);
	EXPECT_EQ(VZCTX_ENFORCED_EXACT,
		  resource(&self->g, variant->on).enforced);
	ASSERT_EQ(0, vz_bc(&self->g, 101, variant->off, &bc));
	EXPECT_EQ(0, bc.held);
	ASSERT_EQ(0, vz_bc(&self->g, 101, variant->on, &bc));
	EXPECT_GT(bc.held, 0);
	EXPECT_EQ(-EOPNOTSUPP, vz_set(&self->g, 101, variant->off, 9, 9));
	EXPECT_STRNE("", self->g.text);
	EXPECT_EQ(0, vz_set(&self->g, 101, variant->on, 99, 99));
}

/* It is refused for that, and loaded once somebody says so. */
TEST(a_kernel_that_tells_no_prototypes)
{
	if (!untold())
		SKIP(return, "this kernel tells them");
	EXPECT_EQ(-EOPNOTSUPP, load_file(MODULE, ""));
	EXPECT_EQ(0, system("dmesg | grep -q 'vzctx: .*force_prototypes=1'"));
	EXPECT_EQ(0, load(""));
	EXPECT_EQ(0, unload(0));
}

/* Without the end of a context nothing works: it is not loaded then. */
TEST(a_function_that_everything_needs)
{
	if (untold())
		SKIP(return, "this kernel does not tell prototypes");
	EXPECT_EQ(-EOPNOTSUPP, load("plant=\"zap_pid_ns_processes:1:void *\""));
	EXPECT_FALSE(loaded());
	EXPECT_EQ(0, system("dmesg | grep -q 'vzctx: zap_pid_ns_processes has another prototype on this kernel'"));
	/* A difference that is known is one for whoever forces it, too. */
	EXPECT_EQ(-EOPNOTSUPP, load("plant=\"zap_pid_ns_processes:1:void *\" force_prototypes=1"));
	EXPECT_FALSE(loaded());
}

/* Nor is it called to find out about others. */
TEST(a_function_that_reads_the_list_of_symbols)
{
	if (untold())
		SKIP(return, "this kernel does not tell prototypes");
	EXPECT_EQ(-EOPNOTSUPP, load("plant=kallsyms_lookup_name:1:long"));
	EXPECT_EQ(0, system("dmesg | grep -q 'vzctx: kallsyms_lookup_name has another prototype on this kernel'"));
	EXPECT_EQ(-EOPNOTSUPP, load("plant=kallsyms_on_each_symbol:0:void"));
	EXPECT_EQ(0, load("plant=module_kallsyms_on_each_symbol:0:void"));
	EXPECT_EQ(0, unload(0));
}

TEST_HARNESS_MAIN
