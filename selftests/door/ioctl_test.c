// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - /dev/vzctl: OpenVZ's numbers, order of checks and errnos
 */
#include <grp.h>
#include <linux/vzcalluser.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include <kselftest_harness.h>
#include "help/world.h"

#define DEVICE "/dev/vzctl"

static int call(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static int env(int fd, uint32_t veid, uint32_t flags)
{
	struct vzctl_env_create a = { .veid = veid, .flags = flags };

	return call(fd, VZCTL_ENV_CREATE, &a);
}

FIXTURE(dev)
{
	struct genl g;
	struct ct ct;
	int fd;
};

FIXTURE_SETUP(dev)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	ASSERT_GE(self->fd, 0);
}

FIXTURE_TEARDOWN(dev)
{
	ct_kill(&self->ct);
	close(self->fd);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define bind_one(ctid_) do {						\
	ASSERT_EQ(0, ct_spawn(&self->ct, ctid_, 0, park_forever, NULL)); \
	ASSERT_EQ(0, vz_create(&self->g, ctid_, self->ct.init));	\
} while (0)

CLAIM(dev, node_is_root_only)
{
	struct stat st;

	ASSERT_EQ(0, stat(DEVICE, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
}

CLAIM(dev, numbers_are_vzctl_4s)
{
	EXPECT_EQ(0x400c2e00, VZCTL_OLD_ENV_CREATE);
	EXPECT_EQ(0x40042e01, VZCTL_MARK_ENV_TO_DOWN);
	EXPECT_EQ(0x40102e02, VZCTL_SETDEVPERMS);
	EXPECT_EQ(0x400c2e05, VZCTL_ENV_CREATE);
	EXPECT_EQ(0x40202e0a, VZCTL_ENV_CREATE_DATA);
	EXPECT_EQ(0x80107801, VZCTL_GET_VEIDS);
	EXPECT_EQ(0x80107802, VZCTL_GET_VEPIDS);
}

CLAIM(dev, own_id_of_the_host_is_0)
{
	EXPECT_EQ(0, env(self->fd, 4711, 0));
}

CLAIM(dev, order_of_checks)
{
	bind_one(101);
	EXPECT_EQ(-EINVAL, env(self->fd, 101, VE_TEST | VE_ENTER));
	EXPECT_EQ(-EINVAL, env(self->fd, 101, VE_TEST | VE_CREATE));
	EXPECT_EQ(-EINVAL, env(self->fd, 555, VE_TEST | VE_CREATE));
	/* It runs. */
	EXPECT_EQ(0, env(self->fd, 101, VE_TEST));
	EXPECT_EQ(0, env(self->fd, 101, VE_TEST | VE_EXCLUSIVE));
	EXPECT_EQ(-EACCES, env(self->fd, 101, VE_CREATE | VE_EXCLUSIVE));
	EXPECT_EQ(-EACCES, env(self->fd, 101, VE_EXCLUSIVE));
	EXPECT_EQ(-EOPNOTSUPP, env(self->fd, 101, VE_ENTER));
	EXPECT_EQ(-EOPNOTSUPP, env(self->fd, 101, VE_CREATE));
	EXPECT_EQ(-EINVAL, env(self->fd, 101, VE_LOCK));
	EXPECT_EQ(-EINVAL, env(self->fd, 101, VE_SKIPLOCK));
	/* It does not. */
	EXPECT_EQ(-ESRCH, env(self->fd, 555, VE_TEST));
	EXPECT_EQ(-ESRCH, env(self->fd, 555, VE_ENTER));
	EXPECT_EQ(-ESRCH, env(self->fd, 555, VE_ENTER | VE_CREATE));
	EXPECT_EQ(-ESRCH, env(self->fd, 555, VE_ENTER | VE_EXCLUSIVE));
	EXPECT_EQ(-EINVAL, env(self->fd, 555, VE_EXCLUSIVE));
	EXPECT_EQ(-EINVAL, env(self->fd, 555, VE_LOCK));
	/* The host always runs. */
	EXPECT_EQ(0, env(self->fd, 0, VE_TEST));
	EXPECT_EQ(-EACCES, env(self->fd, 0, VE_CREATE | VE_EXCLUSIVE));
	EXPECT_EQ(-EOPNOTSUPP, env(self->fd, 0, VE_ENTER));
}

CLAIM(dev, test_says_ESRCH_after_the_end)
{
	bind_one(101);
	EXPECT_EQ(0, env(self->fd, 101, VE_TEST));
	ct_kill(&self->ct);
	EXPECT_EQ(-ESRCH, env(self->fd, 101, VE_TEST));
}

/* What a caller inside found out. */
struct found {
	volatile int done;
	int fd;
	int own, test, mark, ids, create, data;
};

static void look_around(void *arg)
{
	struct found *f = arg;
	struct env_create_param p = {};
	struct vzctl_env_create_data d = {
		.veid = 101, .flags = VE_TEST, .data = &p,
		.datalen = sizeof(p),
	};
	uint32_t veid = 101;

	f->own = env(f->fd, 0, 0);
	f->test = env(f->fd, 101, VE_TEST);
	f->mark = call(f->fd, VZCTL_MARK_ENV_TO_DOWN, &veid);
	f->ids = call(f->fd, VZCTL_GET_VEIDS, NULL);
	f->create = env(f->fd, 103, VE_CREATE);
	f->data = call(f->fd, VZCTL_ENV_CREATE_DATA, &d);
	f->done = 1;
	pause_forever();
}

#define expect_refused(f, own_) do {					\
	EXPECT_EQ(own_, (f)->own);					\
	EXPECT_EQ(-EPERM, (f)->test);					\
	EXPECT_EQ(-EPERM, (f)->mark);					\
	EXPECT_EQ(-EPERM, (f)->ids);					\
	EXPECT_EQ(-EPERM, (f)->create);					\
	EXPECT_EQ(-EPERM, (f)->data);					\
} while (0)

CLAIM(dev, descriptor_handed_into_a_container)
{
	struct found *f = shared(sizeof(*f));

	f->fd = self->fd;
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, look_around, f));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(f->done));
	expect_refused(f, 101);
}

CLAIM(dev, descriptor_handed_to_an_unprivileged_user)
{
	struct found *f = shared(sizeof(*f));
	pid_t pid;

	f->fd = self->fd;
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(99);
		look_around(f);
	}
	ASSERT_TRUE(wait_until(f->done));
	expect_refused(f, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

CLAIM(dev, opener_counts)
{
	int fd;

	ASSERT_EQ(0, chmod(DEVICE, 0666));
	ASSERT_EQ(0, seteuid(65534));
	fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_EQ(0, chmod(DEVICE, 0600));
	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EPERM, env(fd, 0, VE_TEST));
	EXPECT_EQ(0, env(fd, 0, 0));
	close(fd);
}

CLAIM(dev, unprivileged_open_EACCES)
{
	int fd;

	ASSERT_EQ(0, seteuid(65534));
	fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(EACCES, errno);
	ASSERT_EQ(0, seteuid(0));
}

struct creator {
	volatile int done;
	int fd;
	int threads, too_large, create, own, again;
};

static void *idle_thread(void *arg)
{
	pause_forever();
	return NULL;
}

static void create_self(void *arg)
{
	struct creator *c = arg;

	c->too_large = env(c->fd, VZCTX_CTID_MAX + 1, VE_CREATE);
	c->create = env(c->fd, 77, VE_CREATE | VE_EXCLUSIVE);
	c->own = env(c->fd, 0, 0);
	c->again = env(c->fd, 78, VE_CREATE);
	c->done = 1;
	pause_forever();
}

/* A program that made its namespaces turns into the init of a context. */
CLAIM(dev, create_binds_the_callers_namespace)
{
	struct creator *c = shared(sizeof(*c));
	struct bc bc;

	c->fd = self->fd;
	ASSERT_EQ(0, ct_spawn(&self->ct, 77, 0, create_self, c));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(c->done));
	EXPECT_EQ(-EINVAL, c->too_large);
	EXPECT_EQ(77, c->create);
	EXPECT_EQ(77, c->own);
	EXPECT_EQ(-EPERM, c->again);
	ASSERT_EQ(0, vz_bc(&self->g, 77, UB_NUMPROC, &bc));
	EXPECT_EQ(1, bc.held);
	EXPECT_EQ(0, env(self->fd, 77, VE_TEST));
}

static void create_threaded(void *arg)
{
	struct creator *c = arg;
	pthread_t t;

	pthread_create(&t, NULL, idle_thread, NULL);
	c->threads = env(c->fd, 77, VE_CREATE);
	c->done = 1;
	pause_forever();
}

CLAIM(dev, create_with_threads_EINVAL)
{
	struct creator *c = shared(sizeof(*c));

	c->fd = self->fd;
	ASSERT_EQ(0, ct_spawn(&self->ct, 77, 0, create_threaded, c));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(c->done));
	EXPECT_EQ(-EINVAL, c->threads);
}

CLAIM(dev, create_on_the_host_EINVAL)
{
	EXPECT_EQ(-EINVAL, env(self->fd, 77, VE_CREATE));
	EXPECT_EQ(0, vz_count(&self->g));
}

CLAIM(dev, data_lengths)
{
	struct env_create_param3 p = {};
	struct vzctl_env_create_data d = {
		.veid = 555, .flags = VE_TEST, .data = &p,
	};
	int len;

	for (len = -1; len < 40; len++) {
		d.datalen = len;
		EXPECT_EQ(len < 8 || len > 32 ? -EINVAL : -ESRCH,
			  call(self->fd, VZCTL_ENV_CREATE_DATA, &d));
	}
	d.datalen = 8;
	d.data = NULL;
	EXPECT_EQ(-EINVAL, call(self->fd, VZCTL_ENV_CREATE_DATA, &d));
	d.data = (void *)8;
	EXPECT_EQ(-EFAULT, call(self->fd, VZCTL_ENV_CREATE_DATA, &d));
}

CLAIM(dev, ids_are_listed)
{
	struct ct other = {};
	uint32_t id[4] = { 9, 9, 9, 9 };
	struct vzlist_veidctl a = { .num = 4, .id = id };

	EXPECT_EQ(0, call(self->fd, VZCTL_GET_VEIDS, NULL));
	bind_one(101);
	ASSERT_EQ(0, ct_spawn(&other, 102, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 102, other.init));
	EXPECT_EQ(2, call(self->fd, VZCTL_GET_VEIDS, NULL));
	EXPECT_EQ(2, call(self->fd, VZCTL_GET_VEIDS, &a));
	EXPECT_EQ(101, id[0]);
	EXPECT_EQ(102, id[1]);
	EXPECT_EQ(9, id[2]);
	id[0] = id[1] = 9;
	a.num = 1;
	EXPECT_EQ(2, call(self->fd, VZCTL_GET_VEIDS, &a));
	EXPECT_EQ(101, id[0]);
	EXPECT_EQ(9, id[1]);
	a.num = 2;
	a.id = (void *)8;
	EXPECT_EQ(-EFAULT, call(self->fd, VZCTL_GET_VEIDS, &a));
	ct_kill(&other);
	EXPECT_EQ(1, call(self->fd, VZCTL_GET_VEIDS, NULL));
}

static void two_sleepers(void *arg)
{
	fork_sleeper();
	fork_sleeper();
	*(volatile int *)arg = 1;
	pause_forever();
}

CLAIM(dev, pids_are_listed_in_pairs)
{
	volatile int *ready = shared(sizeof(*ready));
	pid_t pair[8][2] = {};
	struct vzlist_vepidctl a = {
		.veid = 101, .num = 8, .pid = &pair[0][0],
	};
	int i, status;
	char path[64];
	FILE *f;

	EXPECT_EQ(-ESRCH, call(self->fd, VZCTL_GET_VEPIDS, &a));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, two_sleepers, (void *)ready));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(*ready));
	ASSERT_EQ(3, call(self->fd, VZCTL_GET_VEPIDS, &a));
	EXPECT_EQ(self->ct.init, pair[0][0]);
	EXPECT_EQ(1, pair[0][1]);
	for (i = 0; i < 3; i++) {
		char line[128], want[64];

		snprintf(path, sizeof(path), "/proc/%d/status", pair[i][0]);
		snprintf(want, sizeof(want), "NSpid:\t%d\t%d\n", pair[i][0],
			 pair[i][1]);
		f = fopen(path, "r");
		ASSERT_NE(NULL, f);
		status = 0;
		while (fgets(line, sizeof(line), f))
			status |= !strcmp(line, want);
		fclose(f);
		EXPECT_TRUE(status);
	}
	a.num = 1;
	memset(pair, 0, sizeof(pair));
	EXPECT_EQ(3, call(self->fd, VZCTL_GET_VEPIDS, &a));
	EXPECT_NE(0, pair[0][0]);
	EXPECT_EQ(0, pair[1][0]);
	a.pid = (void *)8;
	EXPECT_EQ(-EFAULT, call(self->fd, VZCTL_GET_VEPIDS, &a));
}

CLAIM(dev, refusals_are_documented_ones)
{
	static const unsigned long refused[] = {
		VZCTL_OLD_ENV_CREATE, VZCTL_SETDEVPERMS, VZCTL_ENV_CREATE_CID,
		VZCTL_VE_NETDEV, VZCTL_VE_MEMINFO, VZCTL_VE_CONFIGURE,
	};
	char arg[64] = {};
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		EXPECT_EQ(-EOPNOTSUPP, call(self->fd, refused[i], arg));
	EXPECT_EQ(0, call(self->fd, VZCTL_MARK_ENV_TO_DOWN, arg));
}

/* The size is part of the number, so a wrong size is an unknown number. */
CLAIM(dev, unknown_numbers_ENOTTY)
{
	static const int sizes[] = { 0, 1, 11, 13, 31, 33, 4096 };
	char arg[4096] = {};
	size_t i;
	int nr;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (nr = 0; nr < 32; nr++)
			EXPECT_EQ(-ENOTTY, call(self->fd,
				  _IOC(_IOC_WRITE, VZCTLTYPE, nr, sizes[i]),
				  arg));
	EXPECT_EQ(-ENOTTY, call(self->fd, _IO('(', 3), arg));
	EXPECT_EQ(-ENOTTY, call(self->fd, 0, arg));
	EXPECT_EQ(-ENOTTY, call(self->fd, ~0UL, arg));
}

CLAIM(dev, bad_pointers_EFAULT)
{
	static const unsigned long reading[] = {
		VZCTL_ENV_CREATE, VZCTL_ENV_CREATE_DATA, VZCTL_GET_VEPIDS,
	};
	static void *const bad[] = {
		NULL, (void *)8, (void *)-4096L, (void *)0x00007ffffffff000L,
	};
	size_t i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 4; j++)
			EXPECT_EQ(-EFAULT, call(self->fd, reading[i], bad[j]));
	EXPECT_EQ(-EFAULT, call(self->fd, VZCTL_GET_VEIDS, (void *)8));
}

#ifdef __x86_64__
struct data32 {
	uint32_t veid, flags, class_id, data;
	int32_t datalen;
};

struct ids32 {
	uint32_t num, id;
};

struct pids32 {
	uint32_t veid, num, pid;
};

CLAIM(dev, thirty_two_bit_callers)
{
	struct vzctl_env_create *e;
	struct data32 *d;
	struct ids32 *i;
	struct pids32 *p;
	uint32_t *low;

	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	ASSERT_NE(MAP_FAILED, low);
	e = (void *)(low + 64);
	if (call32(self->fd, VZCTL_ENV_CREATE, e) == -ENOSYS)
		SKIP(return, "this kernel serves no 32-bit programs");
	bind_one(101);
	*e = (struct vzctl_env_create) { .veid = 101, .flags = VE_TEST };
	EXPECT_EQ(0, call32(self->fd, VZCTL_ENV_CREATE, e));
	e->veid = 555;
	EXPECT_EQ(-ESRCH, call32(self->fd, VZCTL_ENV_CREATE, e));

	d = (void *)(low + 64);
	*d = (struct data32) {
		.veid = 101, .flags = VE_TEST,
		.data = (uintptr_t)low, .datalen = 8,
	};
	EXPECT_EQ(0, call32(self->fd, _IOW(VZCTLTYPE, 10, struct data32), d));
	d->datalen = 7;
	EXPECT_EQ(-EINVAL,
		  call32(self->fd, _IOW(VZCTLTYPE, 10, struct data32), d));

	i = (void *)(low + 64);
	*i = (struct ids32) { .num = 1, .id = (uintptr_t)low };
	EXPECT_EQ(1, call32(self->fd, _IOR(VZLISTTYPE, 1, struct ids32), i));
	EXPECT_EQ(101, low[0]);

	p = (void *)(low + 64);
	*p = (struct pids32) {
		.veid = 101, .num = 1, .pid = (uintptr_t)low,
	};
	EXPECT_EQ(1, call32(self->fd, _IOR(VZLISTTYPE, 2, struct pids32), p));
	EXPECT_EQ((uint32_t)self->ct.init, low[0]);
	EXPECT_EQ(1, low[1]);
	EXPECT_EQ(-ENOTTY, call32(self->fd, 0, low));
}
#endif

TEST_HARNESS_MAIN
