// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single append=preempt=full timeout=900 */
/*
 * vzctx selftests - functions that cannot be hooked
 *
 * Witness: the kernel's list of hooked functions, and what is charged.
 */
#include "kselftest_harness.h"
#include "modload.h"

#define HOLDER "/vzctx/holder.ko"

struct row {
	uint32_t id;
	int enforced;
	int counted;
};

static void keep_row(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *res = msg_find(nlh, VZCTX_A_RES);
	struct row *row = data;
	uint64_t v[VZCTX_RES_A_MAX + 1] = {};

	for_each_attr(a, attr_data(res), attr_len(res))
		if (attr_type(a) <= VZCTX_RES_A_MAX)
			v[attr_type(a)] = attr_u64(a);
	if (v[VZCTX_RES_A_ID] == row->id) {
		row->enforced = v[VZCTX_RES_A_ENFORCED];
		row->counted = v[VZCTX_RES_A_COUNTED];
	}
}

static struct row resource(struct genl *g, uint32_t id)
{
	struct row row = { id, -1, -1 };
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_RES, NLM_F_DUMP);
	genl_talk(g, &m, keep_row, &row);
	return row;
}

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
	.params = "linger=0 withhold=cgroup_release",
	.off = UB_NUMPROC, .on = UB_NUMFILE,
	.needing = 1 << UB_PRIVVMPAGES | 1 << UB_LOCKEDPAGES,
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
	.params = "linger=0", .held = "symbol=__sigqueue_alloc",
	.off = UB_NUMSIGINFO, .on = UB_NUMFILE,
};

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
		EXPECT_EQ(0, syscall(SYS_delete_module, "holder", O_NONBLOCK));
}

CLAIM(withheld, is_not_enforced_and_nothing_else)
{
	static const uint32_t all[] = {
		UB_PRIVVMPAGES, UB_LOCKEDPAGES, UB_SHMPAGES, UB_NUMPROC,
		UB_NUMTCPSOCK, UB_NUMFLOCK, UB_NUMPTY, UB_NUMSIGINFO,
		UB_OTHERSOCKBUF, UB_NUMOTHERSOCK, UB_NUMFILE, UB_NUMIPTENT,
	};
	struct bc bc;
	size_t i;

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
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

TEST_HARNESS_MAIN
