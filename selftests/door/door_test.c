// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=900 */
/*
 * vzctx selftests - the netlink door: which requests are refused, with which errno
 */
#include "help/door.h"

/* The errno, and a sentence with it. */
#define refused(err, call) do {						\
	EXPECT_EQ(err, call);						\
	EXPECT_STRNE("", self->g.text)					\
		TH_LOG("no sentence for %s", #call);			\
} while (0)

CLAIM(door, create_initial_namespace_EINVAL)
{
	refused(-EINVAL, vz_create(&self->g, 101, getpid()));
	refused(-EINVAL, vz_create(&self->g, 101, 1));
	/* A kernel thread is there too. */
	refused(-EINVAL, vz_create(&self->g, 101, 2));
}

CLAIM(door, create_no_such_task_ESRCH)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	refused(-ESRCH, vz_create(&self->g, 101, pid));
}

CLAIM(door, create_zombie_init_ESRCH)
{
	siginfo_t info;

	spawn(&self->ct, 101);
	kill(self->ct.init, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, self->ct.init, &info, WEXITED | WNOWAIT));
	refused(-ESRCH, vz_create(&self->g, 101, self->ct.init));
}

CLAIM(door, create_ctid_range)
{
	spawn(&self->ct, 101);
	refused(-ERANGE, vz_create(&self->g, 0, self->ct.init));
	refused(-ERANGE, vz_create(&self->g, VZCTX_CTID_MAX + 1,
				   self->ct.init));
	refused(-ERANGE, vz_create(&self->g, UINT32_MAX, self->ct.init));
	EXPECT_EQ(0, vz_create(&self->g, VZCTX_CTID_MAX, self->ct.init));
}

CLAIM(door, create_taken_ctid_EEXIST)
{
	struct ct other = {};

	spawn(&self->ct, 101);
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	spawn(&other, 102);
	refused(-EEXIST, vz_create(&self->g, 101, other.init));
	ct_kill(&other);
}

CLAIM(door, create_bound_namespace_EBUSY)
{
	spawn(&self->ct, 101);
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	refused(-EBUSY, vz_create(&self->g, 102, self->ct.init));
}

struct family {
	volatile pid_t inner;
};

static void have_inner(void *arg)
{
	struct family *f = arg;
	pid_t pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		pause_forever();
	f->inner = pid;
	pause_forever();
}

/* The host's pid of the child of a container's init. */
static pid_t child_of(pid_t pid)
{
	char path[96];
	pid_t child = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &child) != 1)
		child = -1;
	if (f)
		fclose(f);
	return child;
}

CLAIM(door, create_inside_a_bound_namespace_EBUSY)
{
	struct family *f = shared(sizeof(*f));

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, have_inner, f));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(f->inner));
	refused(-EBUSY, vz_create(&self->g, 102, child_of(self->ct.init)));
}

CLAIM(door, create_around_a_bound_namespace_EBUSY)
{
	struct family *f = shared(sizeof(*f));

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, have_inner, f));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(f->inner));
	ASSERT_EQ(0, vz_create(&self->g, 102, child_of(self->ct.init)));
	refused(-EBUSY, vz_create(&self->g, 101, self->ct.init));
}

CLAIM(door, create_populated_namespace_EBUSY)
{
	struct family *f = shared(sizeof(*f));

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, have_inner, f));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(f->inner));
	refused(-EBUSY, vz_create(&self->g, 101, self->ct.init));
}

static void have_child(void *arg)
{
	struct family *f = arg;

	f->inner = fork_sleeper();
	pause_forever();
}

CLAIM(door, create_not_the_init_EINVAL)
{
	struct family *f = shared(sizeof(*f));

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, have_child, f));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(f->inner));
	refused(-EINVAL, vz_create(&self->g, 101, child_of(self->ct.init)));
}

CLAIM(door, missing_attributes_EINVAL)
{
	static const int cmds[] = {
		VZCTX_CMD_CREATE, VZCTX_CMD_DESTROY, VZCTX_CMD_SET,
		VZCTX_CMD_GET,
	};
	struct msg m;
	size_t i;

	for (i = 0; i < sizeof(cmds) / sizeof(*cmds); i++) {
		msg_init(&m, self->g.family, cmds[i], 0);
		refused(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
	}
}

CLAIM(door, no_such_context_ENOENT)
{
	struct bc bc;

	refused(-ENOENT, vz_bc(&self->g, 4711, UB_NUMPROC, &bc));
	refused(-ENOENT, vz_destroy(&self->g, 4711));
	refused(-ENOENT, vz_set(&self->g, 4711, UB_NUMPROC, 1, 1));
}

CLAIM(door, set_rules)
{
	struct nlattr *bcs;
	struct msg m;

	spawn(&self->ct, 101);
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));

	refused(-EINVAL, vz_set(&self->g, 101, UB_NUMPROC, 9, 8));
	refused(-EINVAL, vz_set(&self->g, 101, 4, 1, 1));
	refused(-EINVAL, vz_set(&self->g, 101, UB_RESOURCES, 1, 1));
	refused(-EINVAL, vz_set(&self->g, 101, UINT32_MAX, 1, 1));
	refused(-ERANGE, vz_set(&self->g, 101, UB_NUMPROC, 1,
				VZCTX_UNLIMITED + 1));
	refused(-ERANGE, vz_set(&self->g, 101, UB_NUMPROC, UINT64_MAX,
				UINT64_MAX));

	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, UB_NUMPROC, 5, 5);
	msg_limit(&m, UB_NUMPROC, 6, 6);
	msg_nest_end(&m, bcs);
	refused(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));

	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	msg_u32(&m, VZCTX_A_FLAGS, __VZCTX_F_ALL + 1);
	bcs = msg_nest(&m, VZCTX_A_BCS);
	msg_limit(&m, UB_NUMPROC, 5, 5);
	msg_nest_end(&m, bcs);
	refused(-EOPNOTSUPP, genl_talk(&self->g, &m, NULL, NULL));

	msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	msg_nest_end(&m, msg_nest(&m, VZCTX_A_BCS));
	refused(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
}

/*
 * Every attribute of every request with sizes that are not its own. The core
 * answers, or we do; nothing crashes, nothing is created, nothing changes.
 */
CLAIM(door, wrong_sizes)
{
	static const size_t sizes[] = { 0, 1, 3, 5, 7, 9, 16, 2048 };
	static const struct {
		int cmd, attr;
	} tries[] = {
		{ VZCTX_CMD_CREATE, VZCTX_A_CTID },
		{ VZCTX_CMD_CREATE, VZCTX_A_PID },
		{ VZCTX_CMD_DESTROY, VZCTX_A_CTID },
		{ VZCTX_CMD_GET, VZCTX_A_CTID },
		{ VZCTX_CMD_SET, VZCTX_A_CTID },
		{ VZCTX_CMD_SET, VZCTX_A_FLAGS },
		{ VZCTX_CMD_IP_ADD, VZCTX_A_CTID },
		{ VZCTX_CMD_IP_ADD, VZCTX_A_IP },
		{ VZCTX_CMD_IP_DEL, VZCTX_A_IP },
	};
	char junk[2048];
	struct msg m;
	size_t i, j;

	memset(junk, 0xa5, sizeof(junk));
	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		for (j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			int err;

			msg_init(&m, self->g.family, tries[i].cmd, 0);
			msg_put(&m, tries[i].attr, junk, sizes[j]);
			err = genl_talk(&self->g, &m, NULL, NULL);
			EXPECT_TRUE(err == -EINVAL || err == -ERANGE)
				TH_LOG("cmd %d attr %d size %zu: %d",
				       tries[i].cmd, tries[i].attr, sizes[j],
				       err);
		}
	}
	EXPECT_EQ(0, vz_count(&self->g));
}

CLAIM(door, wrong_sizes_inside_a_limit)
{
	static const size_t sizes[] = { 0, 1, 3, 7, 9, 2048 };
	static const int attrs[] = {
		VZCTX_BC_A_ID, VZCTX_BC_A_BARRIER, VZCTX_BC_A_LIMIT,
	};
	struct nlattr *bcs, *one;
	char junk[2048];
	struct bc bc;
	struct msg m;
	size_t i, j;

	memset(junk, 0, sizeof(junk));
	spawn(&self->ct, 101);
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	for (i = 0; i < 3; i++) {
		for (j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			int err;

			msg_init(&m, self->g.family, VZCTX_CMD_SET, 0);
			msg_u32(&m, VZCTX_A_CTID, 101);
			bcs = msg_nest(&m, VZCTX_A_BCS);
			one = msg_nest(&m, VZCTX_A_BC);
			msg_u32(&m, VZCTX_BC_A_ID, UB_NUMPROC);
			msg_u64(&m, VZCTX_BC_A_BARRIER, 1);
			msg_u64(&m, VZCTX_BC_A_LIMIT, 1);
			msg_put(&m, attrs[i], junk, sizes[j]);
			msg_nest_end(&m, one);
			msg_nest_end(&m, bcs);
			err = genl_talk(&self->g, &m, NULL, NULL);
			EXPECT_TRUE(err == -EINVAL || err == -ERANGE)
				TH_LOG("attr %d size %zu: %d", attrs[i],
				       sizes[j], err);
		}
	}
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ(VZCTX_UNLIMITED, bc.limit);
}

CLAIM(door, unknown_attributes_and_trailing_bytes)
{
	static const int cmds[] = {
		VZCTX_CMD_INFO, VZCTX_CMD_CREATE, VZCTX_CMD_DESTROY,
		VZCTX_CMD_SET, VZCTX_CMD_GET, VZCTX_CMD_IP_ADD,
		VZCTX_CMD_IP_DEL,
	};
	struct msg m;
	size_t i;

	for (i = 0; i < sizeof(cmds) / sizeof(*cmds); i++) {
		msg_init(&m, self->g.family, cmds[i], 0);
		msg_u32(&m, VZCTX_A_MAX + 1, 1);
		refused(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
		msg_init(&m, self->g.family, cmds[i], 0);
		msg_u32(&m, VZCTX_A_STATE, 1);
		refused(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
		msg_init(&m, self->g.family, cmds[i], 0);
		m.nlh.nlmsg_len += 3;
		refused(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
	}
	msg_init(&m, self->g.family, VZCTX_CMD_GET, NLM_F_DUMP);
	msg_u32(&m, VZCTX_A_MAX + 1, 1);
	EXPECT_EQ(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
	msg_init(&m, self->g.family, VZCTX_CMD_MAX + 1, 0);
	EXPECT_EQ(-EOPNOTSUPP, genl_talk(&self->g, &m, NULL, NULL));
	msg_init(&m, self->g.family, VZCTX_CMD_INFO, 0);
	m.gnlh.reserved = 1;
	EXPECT_EQ(-EINVAL, genl_talk(&self->g, &m, NULL, NULL));
}

struct seen {
	uint32_t abi;
	int version;
};

static void keep_info(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *abi = msg_find(nlh, VZCTX_A_ABI);
	const struct nlattr *version = msg_find(nlh, VZCTX_A_VERSION);
	struct seen *s = data;

	s->abi = abi ? attr_u64(abi) : 0;
	s->version = version && attr_len(version) > 1;
}

CLAIM(door, abi_version_is_readable)
{
	struct seen s = {};
	struct msg m;

	msg_init(&m, self->g.family, VZCTX_CMD_INFO, 0);
	ASSERT_EQ(0, genl_talk(&self->g, &m, keep_info, &s));
	EXPECT_EQ(VZCTX_ABI, s.abi);
	EXPECT_TRUE(s.version);
}

TEST_HARNESS_MAIN
