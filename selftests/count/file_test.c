// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - numfile: what counts as an open file, and for how long
 *
 * Witness: the descriptors in /proc, told apart by kcmp(2).
 */
#include <dirent.h>
#include <linux/kcmp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/un.h>

#include <kselftest_harness.h>
#include "help/orders.h"
#include "help/passfd.h"

enum order {
	NOTHING, OPEN, OPEN_MISSING, PIPE, SOCKET, SOCKETPAIR, ACCEPT, EPOLL,
	MEMFD, EVENTFD, DUP, CLOSE_ALL, FILL, EXEC, SEND, RECEIVE, CYCLES,
};

static int opened[4096];
static int nr_opened;
static int servants_sock;

static void keep(struct servant *s, int fd)
{
	if (fd < 0)
		s->err = errno;
	else
		opened[nr_opened++] = fd;
}

static void accept_one(struct servant *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(a);
	int l, c;

	l = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(l, (void *)&a, sizeof(sa_family_t));
	getsockname(l, (void *)&a, &len);
	listen(l, 1);
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(c, (void *)&a, len))
		s->err = errno;
	keep(s, l);
	keep(s, c);
	keep(s, accept(l, NULL, NULL));
}

static void exec_true(struct servant *s)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	s->err = WEXITSTATUS(status);
}

/* Pairs of sockets each of which is on its way to the other, then let go. */
static void make_cycles(struct servant *s, int n)
{
	int sv[2];

	while (n--) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sv)) {
			s->err = errno;
			return;
		}
		send_fd(sv[0], sv[1]);
		send_fd(sv[1], sv[0]);
		close(sv[0]);
		close(sv[1]);
	}
}

static void serve_one(struct servant *s)
{
	int fds[2], fd;

	switch (s->order) {
	case OPEN:
		keep(s, open(s->path, O_RDWR));
		break;
	case OPEN_MISSING:
		fd = open("/no/such/file", O_RDONLY);
		s->err = fd < 0 ? errno : 0;
		break;
	case PIPE:
		if (pipe(fds)) {
			s->err = errno;
			break;
		}
		keep(s, fds[0]);
		keep(s, fds[1]);
		break;
	case SOCKET:
		keep(s, socket(AF_INET, SOCK_STREAM, 0));
		break;
	case SOCKETPAIR:
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) {
			s->err = errno;
			break;
		}
		keep(s, fds[0]);
		keep(s, fds[1]);
		break;
	case ACCEPT:
		accept_one(s);
		break;
	case EPOLL:
		keep(s, epoll_create1(0));
		break;
	case MEMFD:
		keep(s, memfd_create("x", 0));
		break;
	case EVENTFD:
		keep(s, eventfd(0, 0));
		break;
	case DUP:
		keep(s, dup(0));
		break;
	case CLOSE_ALL:
		while (nr_opened)
			close(opened[--nr_opened]);
		break;
	case FILL:
		while (!s->err)
			keep(s, open("/dev/null", O_RDONLY));
		break;
	case EXEC:
		exec_true(s);
		break;
	case SEND:
		s->err = -send_fd(servants_sock, opened[--nr_opened]);
		close(opened[nr_opened]);
		break;
	case RECEIVE:
		keep(s, receive_fd(servants_sock));
		break;
	case CYCLES:
		make_cycles(s, s->arg);
		break;
	}
}

FIXTURE(file)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
	long base;
};

#define held() ({							\
	struct bc _bc;							\
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFILE, &_bc));		\
	(long)_bc.held;							\
})

/* Files a process has open, each counted once however often it is dup'ed. */
static int distinct_files(pid_t pid)
{
	int fd[4096], n = 0, distinct = 0, i, j;
	char path[64];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	if (!d)
		return -1;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && n < 4096)
			fd[n++] = atoi(e->d_name);
	closedir(d);
	for (i = 0; i < n; i++) {
		for (j = 0; j < i; j++)
			if (!syscall(SYS_kcmp, pid, pid, KCMP_FILE, fd[i],
				     fd[j]))
				break;
		distinct += i == j;
	}
	return distinct;
}

FIXTURE_SETUP(file)
{
	int sv[2];

	ASSERT_EQ(0, genl_open(&self->g));
	self->s = shared(sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	strcpy(self->s->path, "/dev/null");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	servants_sock = sv[0];
	self->sock = sv[1];
	ASSERT_EQ(0, engage(&self->g, &self->ct, self->s));
	self->base = held();
}

FIXTURE_TEARDOWN(file)
{
	ct_kill(&self->ct);
	close(servants_sock);
	close(self->sock);
	close(self->ct.go);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(file, binding_counts_what_is_open)
{
	EXPECT_GT(self->base, 3);
	EXPECT_EQ(distinct_files(self->ct.init), self->base);
}

CLAIM(file, each_way_to_open)
{
	static const struct {
		enum order order;
		int files;
	} ways[] = {
		{ OPEN, 1 }, { PIPE, 2 }, { SOCKET, 1 }, { SOCKETPAIR, 2 },
		{ ACCEPT, 3 }, { EPOLL, 1 }, { MEMFD, 1 }, { EVENTFD, 1 },
		{ DUP, 0 }, { OPEN_MISSING, 0 },
	};
	long want = self->base;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		int err = tell(ways[i].order, 0);

		EXPECT_EQ(ways[i].order == OPEN_MISSING ? ENOENT : 0, err);
		want += ways[i].files;
		EXPECT_EQ(want, held()) TH_LOG("way %d", ways[i].order);
		EXPECT_EQ(want, distinct_files(self->ct.init));
	}
	tell(CLOSE_ALL, 0);
	EXPECT_TRUE(wait_until(held() == self->base));
	EXPECT_EQ(self->base, distinct_files(self->ct.init));
}

CLAIM(file, stops_at_the_barrier_with_ENFILE)
{
	long top = self->base + 37;
	struct bc bc;
	int i;

	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMFILE, top, top));
	EXPECT_EQ(ENFILE, tell(FILL, 0));
	EXPECT_EQ(top, held());
	EXPECT_EQ(top, distinct_files(self->ct.init));
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(ENFILE, tell(OPEN, 0));
		EXPECT_EQ(ENFILE, tell(PIPE, 0));
		EXPECT_EQ(ENFILE, tell(SOCKET, 0));
		EXPECT_EQ(ENFILE, tell(MEMFD, 0));
		EXPECT_EQ(ENFILE, tell(EXEC, 0));
	}
	EXPECT_EQ(top, held());
	ASSERT_EQ(0, vz_bc(&self->g, 101, UB_NUMFILE, &bc));
	EXPECT_EQ(top, (long)bc.maxheld);
	EXPECT_GE(bc.failcnt, 101);
	/* The host opens on. */
	i = open("/dev/null", O_RDONLY);
	EXPECT_GE(i, 0);
	close(i);
	tell(CLOSE_ALL, 0);
	EXPECT_TRUE(wait_until(held() == self->base));
}

/* A pipe needs two: with room for one it fails and keeps none. */
CLAIM(file, half_a_pipe_leaks_nothing)
{
	long top = self->base + 1;
	int i;

	ASSERT_EQ(0, vz_set(&self->g, 101, UB_NUMFILE, top, top));
	for (i = 0; i < 20; i++) {
		EXPECT_EQ(ENFILE, tell(PIPE, 0));
		EXPECT_EQ(ENFILE, tell(SOCKETPAIR, 0));
	}
	EXPECT_EQ(self->base, held());
	EXPECT_EQ(0, tell(OPEN, 0));
}

CLAIM(file, failed_opens_leak_nothing)
{
	int i;

	for (i = 0; i < 50; i++)
		EXPECT_EQ(ENOENT, tell(OPEN_MISSING, 0));
	EXPECT_EQ(self->base, held());
}

CLAIM(file, exec_is_charged_and_given_back)
{
	int i;

	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, tell(EXEC, 0));
	EXPECT_TRUE(wait_until(held() == self->base));
}

CLAIM(file, sent_to_the_host_it_stays_charged)
{
	int fd;

	EXPECT_EQ(0, tell(OPEN, 0));
	EXPECT_EQ(self->base + 1, held());
	EXPECT_EQ(0, tell(SEND, 0));
	EXPECT_EQ(self->base, distinct_files(self->ct.init));
	EXPECT_EQ(self->base + 1, held());
	fd = receive_fd(self->sock);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(self->base + 1, held());
	close(fd);
	EXPECT_TRUE(wait_until(held() == self->base));
}

CLAIM(file, received_from_the_host_it_is_not_charged)
{
	int fd = open("/dev/null", O_RDONLY);

	ASSERT_EQ(0, send_fd(self->sock, fd));
	close(fd);
	EXPECT_EQ(0, tell(RECEIVE, 0));
	EXPECT_EQ(self->base + 1, distinct_files(self->ct.init));
	EXPECT_EQ(self->base, held());
	tell(CLOSE_ALL, 0);
	EXPECT_EQ(self->base, held());
}

/* The kernel's collector frees them in a worker, which is in no context. */
CLAIM(file, cycles_collected_by_the_kernel)
{
	int i;

	EXPECT_EQ(0, tell(CYCLES, 30));
	/* Closing one more socket lets the collector look. */
	EXPECT_TRUE(wait_until(({
		int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

		close(fd);
		i = held();
		i == self->base;
	})));
	EXPECT_EQ(self->base, i);
}

CLAIM(file, outlives_its_container)
{
	int fd;

	EXPECT_EQ(0, tell(OPEN, 0));
	EXPECT_EQ(0, tell(SEND, 0));
	fd = receive_fd(self->sock);
	ASSERT_GE(fd, 0);
	ct_kill(&self->ct);
	/*
	 * Dead, it is listed until the host closes what was opened inside. What
	 * the host had open at the binding does not keep it.
	 */
	usleep(500000);
	EXPECT_EQ(1, vz_count(&self->g));
	close(fd);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

CLAIM(file, overlayfs_is_one_unit)
{
	static const char opts[] =
		"lowerdir=/tmp/ov/l,upperdir=/tmp/ov/u,workdir=/tmp/ov/w";
	int fd;

	mkdir("/tmp/ov", 0755);
	ASSERT_EQ(0, mount("t", "/tmp/ov", "tmpfs", 0, NULL));
	mkdir("/tmp/ov/l", 0755);
	mkdir("/tmp/ov/u", 0755);
	mkdir("/tmp/ov/w", 0755);
	mkdir("/tmp/ov/m", 0755);
	fd = open("/tmp/ov/l/file", O_CREAT | O_WRONLY, 0644);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(1, write(fd, "x", 1));
	close(fd);
	if (mount("o", "/tmp/ov/m", "overlay", 0, opts)) {
		ASSERT_EQ(ENODEV, errno);
		ASSERT_EQ(0, umount("/tmp/ov"));
		SKIP(return, "no overlayfs on this kernel");
	}
	strcpy(self->s->path, "/tmp/ov/m/file");
	EXPECT_EQ(0, tell(OPEN, 0));
	EXPECT_EQ(self->base + 1, held());
	EXPECT_EQ(self->base + 1, distinct_files(self->ct.init));
	tell(CLOSE_ALL, 0);
	EXPECT_TRUE(wait_until(held() == self->base));
	EXPECT_EQ(0, umount("/tmp/ov/m"));
	EXPECT_EQ(0, umount("/tmp/ov"));
}

TEST_HARNESS_MAIN
