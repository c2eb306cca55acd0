// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - the netlink door: who is refused
 */
#include <grp.h>

#include "help/door.h"
#include "help/net.h"

#define REQUESTS 10

/* What one request of each kind is answered. */
struct answers {
	volatile int done;
	int err[REQUESTS];
	int join;
};

static void ask_everything(struct genl *g, struct answers *a)
{
	struct msg m;
	struct bc bc;

	a->err[0] = vz_bc(g, 101, UB_NUMPROC, &bc);
	a->err[1] = vz_set(g, 101, UB_NUMPROC, 1, 1);
	a->err[2] = vz_destroy(g, 101);
	a->err[3] = vz_create(g, 102, getpid());
	msg_init(&m, g->family, VZCTX_CMD_INFO, 0);
	a->err[4] = genl_talk(g, &m, NULL, NULL);
	msg_init(&m, g->family, VZCTX_CMD_RES, NLM_F_DUMP);
	a->err[5] = genl_talk(g, &m, NULL, NULL);
	a->err[6] = vz_count(g);
	a->err[7] = vz_ip(g, VZCTX_CMD_IP_ADD, 101, "10.0.0.101");
	a->err[8] = vz_ip(g, VZCTX_CMD_IP_DEL, 101, "10.0.0.101");
	msg_init(&m, g->family, VZCTX_CMD_IP, NLM_F_DUMP);
	a->err[9] = genl_talk(g, &m, NULL, NULL);
	a->join = genl_join(g);
	a->done = 1;
}

static void ask_with_own_socket(void *arg)
{
	struct answers *a = arg;
	struct genl g;
	int i, err = genl_open(&g);

	if (err) {
		for (i = 0; i < REQUESTS; i++)
			a->err[i] = err;
		a->join = err;
		a->done = 1;
	} else {
		ask_everything(&g, a);
	}
	pause_forever();
}

#define expect_all(a, want) do {					\
	int _i;								\
	for (_i = 0; _i < REQUESTS; _i++)					\
		EXPECT_EQ(want, (a)->err[_i]) TH_LOG("request %d", _i);	\
} while (0)

/* Root of a container that was given the host's network: the family is seen. */
CLAIM(door, root_of_a_container_EPERM)
{
	struct answers *a = shared(sizeof(*a));
	struct bc bc;

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, ask_with_own_socket, a));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(a->done));
	expect_all(a, -EPERM);
	/* Nothing happened. */
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMPROC, &bc));
	EXPECT_EQ(VZCTX_UNLIMITED, bc.limit);
	EXPECT_EQ(1, vz_count(&self->g));
}

CLAIM(door, root_of_a_user_namespace_EPERM)
{
	struct answers *a = shared(sizeof(*a));

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, CLONE_NEWUSER,
			      ask_with_own_socket, a));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(a->done));
	expect_all(a, -EPERM);
	EXPECT_EQ(-EPERM, a->join);
}

/* With a network of its own, as every container normally has: not even seen. */
CLAIM(door, own_network_namespace_ENOENT)
{
	struct answers *a = shared(sizeof(*a));

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, CLONE_NEWUSER | CLONE_NEWNET,
			      ask_with_own_socket, a));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(a->done));
	expect_all(a, -ENOENT);
}

struct handed {
	struct genl *g;
	struct answers *a;
};

static void ask_with_handed_socket(void *arg)
{
	struct handed *h = arg;

	ask_everything(h->g, h->a);
	pause_forever();
}

/* A socket the host opened, handed into a container. */
CLAIM(door, socket_handed_into_a_container_EPERM)
{
	struct handed h = { &self->g, shared(sizeof(struct answers)) };

	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, ask_with_handed_socket, &h));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(h.a->done));
	expect_all(h.a, -EPERM);
}

static void drop_root(void)
{
	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		_exit(99);
}

CLAIM(door, unprivileged_user_EPERM)
{
	struct answers *a = shared(sizeof(*a));
	pid_t pid;

	spawn(&self->ct, 101);
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	pid = fork();
	if (!pid) {
		drop_root();
		ask_with_own_socket(a);
	}
	ASSERT_TRUE(wait_until(a->done));
	expect_all(a, -EPERM);
	EXPECT_EQ(-EPERM, a->join);
	kill(pid, SIGKILL);
}

/* A socket opened by nobody does not become root's by root using it. */
CLAIM(door, opener_counts_EPERM)
{
	struct answers *a = shared(sizeof(*a));
	pid_t pid;

	pid = fork();
	if (!pid) {
		struct genl mine;

		if (seteuid(65534) || genl_open(&mine) || seteuid(0))
			_exit(98);
		ask_everything(&mine, a);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	ASSERT_EQ(1, a->done);
	EXPECT_EQ(-EPERM, a->err[4]);
	EXPECT_EQ(-EPERM, a->err[6]);
}

struct relay {
	struct genl *g;
	volatile int err;
	volatile int done;
};

static void continue_dump(void *arg)
{
	struct relay *r = arg;
	struct nlmsghdr *nlh;

	for (;;) {
		int err = recv_one(r->g);

		if (err) {
			r->err = err;
			break;
		}
		for (nlh = (void *)r->g->buf; NLMSG_OK(nlh, r->g->len);
		     nlh = NLMSG_NEXT(nlh, r->g->len)) {
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				r->err = read_error(r->g, nlh);
				goto out;
			}
			if (nlh->nlmsg_type == NLMSG_DONE) {
				memcpy((void *)&r->err, NLMSG_DATA(nlh), 4);
				goto out;
			}
		}
	}
out:
	r->done = 1;
	pause_forever();
}

/* A dump that the host began and a container goes on reading. */
CLAIM(door, dump_continued_by_a_container_EPERM)
{
	enum { MANY = 40 };
	struct relay *r = shared(sizeof(*r));
	struct ct many[MANY] = {};
	struct msg m;
	int i;

	r->g = shared(sizeof(struct genl));
	ASSERT_EQ(0, genl_open(r->g));
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, continue_dump, r));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	for (i = 0; i < MANY; i++) {
		spawn(&many[i], 200 + i);
		ASSERT_EQ(0, vz_create(&self->g, 200 + i, many[i].init));
	}
	ASSERT_EQ(MANY + 1, vz_count(&self->g));

	msg_init(&m, r->g->family, VZCTX_CMD_GET, NLM_F_DUMP);
	ASSERT_GT(send(r->g->fd, &m, m.nlh.nlmsg_len, 0), 0);
	ASSERT_EQ(0, recv_one(r->g));
	ASSERT_EQ(0, ct_go(&self->ct));
	ASSERT_TRUE(wait_until(r->done));
	EXPECT_EQ(-EPERM, r->err);
	for (i = 0; i < MANY; i++)
		ct_kill(&many[i]);
}

TEST_HARNESS_MAIN
