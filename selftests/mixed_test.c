// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=900 */
/*
 * vzctx selftests - everything at once, with every counted resource limited
 *
 * Workers in a container do random things, many of which are refused. When they
 * have ended every beancounter is where it was, and no object is charged that
 * was not before. What the module does not count is simply exercised.
 */
#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/un.h>

#include "kselftest_harness.h"
#include "servant.h"

#define WORKERS 4
/* Of all workers together; about a minute under emulation. */
#define OPS (80000L / slow())
#define SLOTS 48

/* What a worker has open and mapped. */
static int fd[SLOTS];
static struct {
	void *at;
	size_t len;
} map[SLOTS];
static timer_t timers[8];
static int nr_timers;
static unsigned int seed;
static volatile long *refused;

static int any(int below)
{
	return rand_r(&seed) % below;
}

static void keep(int new)
{
	int i = any(SLOTS);

	if (new < 0) {
		++*refused;
		return;
	}
	if (fd[i] > 0)
		close(fd[i]);
	fd[i] = new;
}

static int some_fd(void)
{
	return fd[any(SLOTS)];
}

static void op_open(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/tmp/mixed%d", any(6));
	keep(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644));
}

static void op_close(void)
{
	int i = any(SLOTS);

	if (fd[i] > 0)
		close(fd[i]);
	fd[i] = 0;
}

static void op_dup(void)
{
	int from = some_fd();

	if (from > 0)
		keep(dup(from));
}

static void keep_pair(int err, const int *pair)
{
	keep(err ? -1 : pair[0]);
	if (!err)
		keep(pair[1]);
}

static void op_pipe(void)
{
	int pair[2];

	keep_pair(pipe2(pair, O_NONBLOCK | O_CLOEXEC), pair);
}

static void op_socketpair(void)
{
	int pair[2], type = any(2) ? SOCK_DGRAM : SOCK_STREAM;

	keep_pair(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, pair), pair);
}

static void op_socket(void)
{
	static const int kind[][2] = {
		{ AF_INET, SOCK_STREAM }, { AF_INET, SOCK_DGRAM },
		{ AF_UNIX, SOCK_STREAM }, { AF_NETLINK, SOCK_RAW },
		{ AF_INET6, SOCK_DGRAM }, { AF_PACKET, SOCK_RAW },
	};
	int k = any(6);

	keep(socket(kind[k][0], kind[k][1] | SOCK_NONBLOCK, 0));
}

static void op_anon_file(void)
{
	switch (any(3)) {
	case 0:
		keep(memfd_create("m", 0));
		break;
	case 1:
		keep(eventfd(0, EFD_NONBLOCK));
		break;
	default:
		keep(epoll_create1(0));
	}
}

/* A connection over loopback and something on its way through it. */
static void op_connect(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	char buf[512] = {};
	int l, c;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (l < 0) {
		++*refused;
		return;
	}
	c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c >= 0 && !bind(l, (void *)&a, len) && !listen(l, 4) &&
	    !getsockname(l, (void *)&a, &len) &&
	    (!connect(c, (void *)&a, len) || errno == EINPROGRESS)) {
		send(c, buf, sizeof(buf), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (any(2))
			keep(accept(l, NULL, NULL));
	}
	close(l);
	keep(c);
}

static void op_write(void)
{
	int to = some_fd();
	char buf[256] = {};

	if (to > 0)
		send(to, buf, 1 + any(sizeof(buf)),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A descriptor on its way through a socket nobody reads. */
static void op_pass(void)
{
	char buf[CMSG_SPACE(sizeof(int))] = {}, byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = buf, .msg_controllen = sizeof(buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int what = some_fd(), to = some_fd();

	if (what <= 0 || to <= 0)
		return;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(what));
	memcpy(CMSG_DATA(c), &what, sizeof(what));
	sendmsg(to, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void op_posix_lock(void)
{
	static const int type[] = { F_RDLCK, F_WRLCK, F_UNLCK };
	struct flock fl = {
		.l_type = type[any(3)],
		.l_start = any(40),
		.l_len = 1 + any(12),
	};
	int on = some_fd();

	if (on > 0 && fcntl(on, any(2) ? F_SETLK : F_OFD_SETLK, &fl) &&
	    errno == ENOLCK)
		++*refused;
}

static void op_flock(void)
{
	static const int how[] = { LOCK_SH, LOCK_EX, LOCK_UN };
	int on = some_fd();

	if (on > 0 && flock(on, how[any(3)] | LOCK_NB) && errno == ENOLCK)
		++*refused;
}

static void op_lease(void)
{
	static const int type[] = { F_RDLCK, F_UNLCK };
	int on = some_fd();

	if (on > 0)
		fcntl(on, F_SETLEASE, type[any(2)]);
}

static void op_pty(void)
{
	int zero = 0, master = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	keep(master);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &zero))
		return;
	if (any(2))
		keep(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
}

static void op_signal(void)
{
	union sigval v = {};

	if (sigqueue(getpid(), SIGRTMIN + any(5), v))
		++*refused;
}

static void op_take_signal(void)
{
	struct timespec none = {};
	sigset_t all;
	int n = any(10);

	sigfillset(&all);
	while (n-- && sigtimedwait(&all, NULL, &none) > 0)
		;
}

static void op_timer(void)
{
	struct sigevent ev = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 7,
	};
	struct itimerspec soon = { .it_value.tv_nsec = 1000 };

	if (nr_timers == 8 || (nr_timers && any(2))) {
		timer_delete(timers[--nr_timers]);
		return;
	}
	if (timer_create(CLOCK_MONOTONIC, &ev, &timers[nr_timers])) {
		++*refused;
		return;
	}
	timer_settime(timers[nr_timers++], 0, &soon, NULL);
}

static void op_map(void)
{
	size_t len = 4096UL * (1 + any(64));
	int i = any(SLOTS);
	void *at;

	if (map[i].at)
		munmap(map[i].at, map[i].len);
	at = mmap(NULL, len, PROT_READ | PROT_WRITE,
		  MAP_ANONYMOUS | (any(4) ? MAP_PRIVATE : MAP_SHARED), -1, 0);
	map[i].at = at == MAP_FAILED ? NULL : at;
	map[i].len = len;
	if (at == MAP_FAILED)
		++*refused;
	else if (!any(4))
		*(char *)at = 1;
	else if (!any(6))
		mlock(at, len);
}

static void op_shm(void)
{
	int id = shmget(IPC_PRIVATE, 4096 * (1 + any(16)), 0600);
	void *at;

	if (id < 0) {
		++*refused;
		return;
	}
	at = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	if (at != (void *)-1) {
		*(char *)at = 1;
		shmdt(at);
	}
}

/* A child that inherits all and ends, often by a signal. */
static void op_fork(void)
{
	pid_t pid = fork();

	if (!pid) {
		op_signal();
		op_posix_lock();
		op_open();
		_exit(0);
	}
	if (pid < 0) {
		++*refused;
		return;
	}
	if (!any(3))
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void *idle(void *unused)
{
	return NULL;
}

static void op_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, idle, NULL))
		++*refused;
	else
		pthread_join(t, NULL);
}

/* How often each is done, in proportion: forks take the longest. */
static const struct {
	void (*fn)(void);
	int weight;
} ops[] = {
	{ op_open, 12 }, { op_close, 14 }, { op_dup, 6 }, { op_pipe, 4 },
	{ op_socketpair, 5 }, { op_socket, 8 }, { op_anon_file, 6 },
	{ op_connect, 2 }, { op_write, 6 }, { op_pass, 3 },
	{ op_posix_lock, 16 }, { op_flock, 8 }, { op_lease, 3 }, { op_pty, 2 },
	{ op_signal, 12 }, { op_take_signal, 4 }, { op_timer, 5 },
	{ op_map, 10 }, { op_shm, 2 }, { op_fork, 1 }, { op_thread, 1 },
};

static void work(long me, long n)
{
	int sum = 0, at, i;
	sigset_t all;

	seed = me + 1;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		sum += ops[i].weight;
	while (n--) {
		at = any(sum);
		for (i = 0; at >= ops[i].weight; i++)
			at -= ops[i].weight;
		ops[i].fn();
	}
}

/* Order: the whole storm; how many workers could not be started or died. */
static long do_storm(long workers, long each)
{
	long i, bad = 0;
	int status;
	pid_t pid;

	for (i = 0; i < workers; i++) {
		pid = fork();
		if (!pid) {
			work(i, each);
			_exit(0);
		}
		bad += pid < 0;
	}
	while ((pid = wait(&status)) > 0)
		bad += status != 0;
	return bad;
}

/* What the module says about itself */

struct known {
	int counted[UB_RESOURCES];
	int enforced[UB_RESOURCES];
	int unit[UB_RESOURCES];
};

static void learn_res(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *res = msg_find(nlh, VZCTX_A_RES);
	uint64_t v[VZCTX_RES_A_MAX + 1] = {};
	struct known *k = data;

	if (!res)
		return;
	for_each_attr(a, attr_data(res), attr_len(res))
		if (attr_type(a) <= VZCTX_RES_A_MAX)
			v[attr_type(a)] = attr_u64(a);
	if (v[VZCTX_RES_A_ID] < UB_RESOURCES) {
		k->counted[v[VZCTX_RES_A_ID]] = v[VZCTX_RES_A_COUNTED];
		k->enforced[v[VZCTX_RES_A_ID]] = v[VZCTX_RES_A_ENFORCED];
		k->unit[v[VZCTX_RES_A_ID]] = v[VZCTX_RES_A_UNIT];
	}
}

static void learn_objects(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a = msg_find(nlh, VZCTX_A_OBJECTS);

	*(long *)data = a ? (long)attr_u64(a) : -1;
}

static long objects(struct genl *g)
{
	long n = -1;
	struct msg m;

	msg_init(&m, g->family, VZCTX_CMD_GET, 0);
	msg_u32(&m, VZCTX_A_CTID, 101);
	return genl_talk(g, &m, learn_objects, &n) ?: n;
}

FIXTURE(mixed)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	struct known known;
};

FIXTURE_SETUP(mixed)
{
	struct msg m;

	ASSERT_EQ(0, genl_open(&self->g));
	refused = shared(sizeof(*refused));
	ASSERT_NE(NULL, refused);
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s);
	msg_init(&m, self->g.family, VZCTX_CMD_RES, NLM_F_DUMP);
	ASSERT_EQ(0, genl_talk(&self->g, &m, learn_res, &self->known));
}

FIXTURE_TEARDOWN(mixed)
{
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

/* Room above what is held: enough to live, too little for what is asked. */
static uint64_t room(const struct known *known, int id)
{
	switch (id) {
	case UB_NUMPROC:
		return WORKERS + 2;
	case UB_NUMFILE:
		return WORKERS * SLOTS * 3 / 4;
	case UB_NUMPTY:
		return 6;
	}
	switch (known->unit[id]) {
	case VZCTX_UNIT_PAGES:
		return 16384;
	case VZCTX_UNIT_BYTES:
		return 1 << 20;
	}
	return 60;
}

/*
 * Numbers that are the kernel's own, as of memory in use, need not come back:
 * the kernel keeps caches.
 */
static bool comes_back(const struct known *known, int id)
{
	return known->counted[id] == VZCTX_COUNTED_CHARGED ||
	       known->counted[id] == VZCTX_COUNTED_SAMPLED;
}

CLAIM(mixed, everything_comes_back)
{
	long before[UB_RESOURCES], start, now;
	struct bc bc;
	int id, hit = 0;

	/* The first pass makes what stays: a stack grown, a heap. */
	EXPECT_EQ(0, tell(self->s, do_storm, 1, 50));
	start = objects(&self->g);
	for (id = 0; id < UB_RESOURCES; id++) {
		if (!self->known.counted[id])
			continue;
		before[id] = held_of(&self->g, 101, id);
		ASSERT_GE(before[id], 0);
		if (!comes_back(&self->known, id))
			continue;
		now = before[id] + room(&self->known, id);
		ASSERT_EQ(0, vz_set(&self->g, 101, id, now, now))
			TH_LOG("%d: %s", id, self->g.text);
	}

	order(self->s, do_storm, WORKERS, OPS / WORKERS);
	for (now = 0; now < 20 && self->s->fn; now++)
		wait_until(!self->s->fn);
	ASSERT_EQ(NULL, self->s->fn);
	EXPECT_EQ(0, self->s->ret);
	TH_LOG("%ld operations, %ld refused", OPS, *refused);
	EXPECT_GT(*refused, 0);

	for (id = 0; id < UB_RESOURCES; id++) {
		if (!comes_back(&self->known, id))
			continue;
		/* Closing a socket lets the kernel collect what passed itself. */
		EXPECT_TRUE(wait_until(({
			close(socket(AF_UNIX, SOCK_DGRAM, 0));
			now = held_of(&self->g, 101, id);
			now == before[id];
		}))) TH_LOG("%d: %ld, was %ld", id, now, before[id]);
		ASSERT_EQ(0, vz_bc(&self->g, 101, id, &bc));
		hit += bc.failcnt > 0;
		if (self->known.enforced[id] == VZCTX_ENFORCED_EXACT)
			EXPECT_LE(bc.maxheld, bc.limit) TH_LOG("%d", id);
	}
	EXPECT_GE(hit, 3);
	/* Tasks of the first pass may not have been freed yet at the start. */
	EXPECT_TRUE(wait_until(objects(&self->g) <= start));
}

TEST_HARNESS_MAIN
