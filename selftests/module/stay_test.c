// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 thread=single append=preempt=full timeout=600 */
/*
 * vzctx selftests - tasks that sleep for ever where the module has hooked
 *
 * Whoever sleeps in a function that may take for ever must keep nothing waiting
 * but the unloading, and that says so at once.
 *
 * Witness: the stacks of the sleepers, as /proc shows them.
 */
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <kselftest_harness.h>
#include "help/servant.h"
#include "help/modload.h"

#ifndef SO_RESERVE_MEM
#define SO_RESERVE_MEM 73
#endif

#define NOBODY 65534
#define WRITERS 6
#define SETTERS 3
#define SLEEPERS (WRITERS + SETTERS)

/* So that most buckets of the owner table have an entry in a guest of 1 GiB. */
#define FILES 30000

#define MODPROBE "/proc/sys/kernel/modprobe"
#define HELPER "/tmp/stay_helper"
#define GATE "/tmp/stay_gate"

FIXTURE(stay)
{
	struct genl g;
	struct ct ct, other, stranger;
	struct servant *s;
	pid_t sleeper[SLEEPERS];
	char helper[256];
};

/* Runs fn in a child that may be given up; what it returned, or -ETIME. */
static int within(int (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(-fn());
	if (!wait_until(waitpid(pid, &status, WNOHANG) == pid))
		return -ETIME;
	return -WEXITSTATUS(status);
}

static int unload_now(void)
{
	return unload(0);
}

/* Binds a container of its own, limits it and ends it. */
static int use_another(void)
{
	struct ct ct = {};
	struct genl g;
	int err;

	err = genl_open(&g) ?: ct_spawn(&ct, 102, 0, park_forever, NULL);
	if (!err)
		err = vz_create(&g, 102, ct.init);
	if (!err)
		err = vz_set(&g, 102, UB_NUMFILE, 100, 100);
	ct_kill(&ct);
	return err;
}

static bool stack_has(pid_t pid, const char *function)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	return lines_with(path, function) > 0;
}

static bool asleep(const pid_t *pids, int n, const char *function)
{
	while (n--)
		if (!stack_has(pids[n], function))
			return false;
	return true;
}

static bool log_has(const char *function, pid_t pid)
{
	static char log[1 << 20];
	char tail[32];
	char *line;
	int n = klogctl(3, log, sizeof(log) - 1);

	log[n < 0 ? 0 : n] = 0;
	snprintf(tail, sizeof(tail), "pid %d", pid);
	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		if (strstr(line, "vzctx: ") && strstr(line, function) &&
		    strstr(line, tail))
			return true;
	return false;
}

static void fill(int sock)
{
	static char buf[65536];

	while (write(sock, buf, sizeof(buf)) >= 0)
		;
	_exit(1);
}

static pid_t writer(void)
{
	pid_t pid = fork();
	int sv[2];

	if (pid)
		return pid;
	if (setgid(NOBODY) || setuid(NOBODY) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, sv))
		_exit(1);
	fill(sv[0]);
	return 0;
}

/* Memory of which nobody ever says what is in it. */
static void *unknown(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	reg.range.start = (unsigned long)p;
	reg.range.len = 4096;
	if (fd < 0 || p == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg))
		_exit(1);
	return p;
}

static pid_t setter(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setsockopt(socket(AF_INET, SOCK_STREAM, 0), SOL_SOCKET, SO_RESERVE_MEM,
		   unknown(), sizeof(int));
	_exit(1);
}

static long open_many(long n, long unused)
{
	struct rlimit r = { FILES + 100, FILES + 100 };

	setrlimit(RLIMIT_NOFILE, &r);
	while (n-- && open("/dev/null", O_RDONLY) >= 0)
		;
	return n;
}

FIXTURE_SETUP(stay)
{
	ASSERT_EQ(0, load("linger=0"));
	ASSERT_EQ(0, genl_open(&self->g));
}

static void kill_sleepers(pid_t *pids)
{
	int i;

	for (i = 0; i < SLEEPERS; i++) {
		if (pids[i] <= 0)
			continue;
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		pids[i] = 0;
	}
}

/* Lets every helper that waits at the gate go. */
static void open_gate(void)
{
	int fd = open(GATE, O_RDWR | O_NONBLOCK);

	close(fd);
}

FIXTURE_TEARDOWN(stay)
{
	kill_sleepers(self->sleeper);
	if (self->helper[0]) {
		put_file("/proc/sys/kernel", "modprobe", self->helper);
		open_gate();
		unlink(HELPER);
		unlink(GATE);
	}
	ct_kill(&self->stranger);
	ct_kill(&self->ct);
	EXPECT_TRUE(wait_until(!loaded() || !within(unload_now)));
	EXPECT_FALSE(loaded());
	EXPECT_EQ(0, hooked());
}

/*
 * Their sockets share buckets of the owner table with a container's files, and
 * they sleep while it ends.
 */
CLAIM(stay, a_stranger_whose_socket_shares_a_bucket_holds_nobody_up)
{
	pid_t *pid = self->sleeper;
	int i;

	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s) TH_LOG("%s", self->g.text);
	ASSERT_EQ(-1, tell(self->s, open_many, FILES, 0));
	for (i = 0; i < WRITERS; i++)
		pid[i] = writer();
	for (; i < SLEEPERS; i++)
		pid[i] = setter();
	ASSERT_TRUE(wait_until(asleep(pid, WRITERS, "sock_alloc_send_pskb")));
	ASSERT_TRUE(wait_until(asleep(pid + WRITERS, SETTERS,
				      "handle_userfault")));
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(hooked() == 0));
	EXPECT_EQ(0, within(use_another));
	close(self->g.fd);
	EXPECT_TRUE(wait_until(within(unload_now) != -EAGAIN));
	EXPECT_FALSE(loaded());
	EXPECT_TRUE(asleep(pid, WRITERS, "sock_alloc_send_pskb"));
	EXPECT_TRUE(asleep(pid + WRITERS, SETTERS, "handle_userfault"));
}

/* Between the test and the servant. */
static int give[2];

#define PAIR_BYTES CMSG_SPACE(2 * sizeof(int))

/* Makes a pair of sockets and gives both away. */
static long give_pair(long unused, long unused2)
{
	char buf[PAIR_BYTES] = {}, byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = buf, .msg_controllen = sizeof(buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sv))
		return -errno;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(sv));
	memcpy(CMSG_DATA(c), sv, sizeof(sv));
	if (sendmsg(give[1], &m, 0) != 1)
		return -errno;
	close(sv[0]);
	close(sv[1]);
	return 0;
}

static bool take_pair(int *sv)
{
	char buf[PAIR_BYTES] = {}, byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = buf, .msg_controllen = sizeof(buf),
	};

	if (recvmsg(give[0], &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		return false;
	memcpy(sv, CMSG_DATA(CMSG_FIRSTHDR(&m)), 2 * sizeof(*sv));
	return true;
}

/* A container's socket in the hands of the host, which sleeps on it. */
CLAIM(stay, a_sleeper_on_a_containers_socket_is_named_to_who_unloads)
{
	pid_t *pid = self->sleeper;
	int sv[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, give));
	self->s = hire(&self->g, &self->ct, 101, 0);
	ASSERT_NE(NULL, self->s) TH_LOG("%s", self->g.text);
	ASSERT_EQ(0, tell(self->s, give_pair, 0, 0));
	ASSERT_TRUE(take_pair(sv));
	pid[0] = fork();
	if (!pid[0])
		fill(sv[0]);
	ASSERT_TRUE(wait_until(asleep(pid, 1, "sock_alloc_send_pskb")));
	EXPECT_EQ(-EAGAIN, within(unload_now));
	ct_kill(&self->ct);
	close(give[0]);
	close(give[1]);
	EXPECT_EQ(0, within(use_another));
	/* Dying, for the host has its sockets. */
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 1));
	EXPECT_EQ(-EAGAIN, within(unload_now));
	EXPECT_TRUE(loaded());
	EXPECT_TRUE(wait_until(log_has("sock_alloc_send_pskb", pid[0])));
	EXPECT_TRUE(asleep(pid, 1, "sock_alloc_send_pskb"));
	/* One who comes later is not waited for either. */
	EXPECT_EQ(0, within(use_another));
	kill_sleepers(pid);
	close(sv[0]);
	close(sv[1]);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(hooked() == 0));
}

static void ask_for_a_protocol(void *arg)
{
	socket(AF_INET, SOCK_STREAM, 33);
}

/* Makes what loads modules for the kernel wait at a gate. */
static int slow_helper(char *old)
{
	int fd = open(MODPROBE, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, old, 255);

	close(fd);
	if (n <= 0 || mkfifo(GATE, 0600))
		return -errno;
	old[strcspn(old, "\n")] = 0;
	fd = open(HELPER, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	dprintf(fd, "#!/bin/sh\nread x <" GATE "\n");
	close(fd);
	return put_file("/proc/sys/kernel", "modprobe", HELPER);
}

/* A container of another runtime, which is in nobody's context. */
CLAIM(stay, a_stranger_that_waits_for_a_module_holds_nobody_up)
{
	ASSERT_EQ(0, ct_spawn(&self->ct, 101, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 101, self->ct.init));
	ASSERT_EQ(0, slow_helper(self->helper));
	ASSERT_EQ(0, ct_spawn(&self->stranger, 103, 0, ask_for_a_protocol,
			      NULL));
	ASSERT_EQ(0, ct_go(&self->stranger));
	ASSERT_TRUE(wait_until(asleep(&self->stranger.init, 1,
				      "request_module")));
	ct_kill(&self->ct);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 0));
	EXPECT_TRUE(wait_until(hooked() == 0));
	EXPECT_EQ(0, within(use_another));
	close(self->g.fd);
	EXPECT_TRUE(wait_until(within(unload_now) != -EAGAIN));
	EXPECT_FALSE(loaded());
	EXPECT_TRUE(asleep(&self->stranger.init, 1, "request_module"));
}

TEST_HARNESS_MAIN
