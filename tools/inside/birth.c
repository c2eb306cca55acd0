// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how a context is born
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/conf.h"
#include "engine/cgroup.h"
#include "engine/mount.h"
#include "inside/birth.h"
#include "inside/channel.h"
#include "inside/confine.h"
#include "inside/init.h"
#include "inside/rootfs.h"
#include "lib/report.h"

#define SPACES	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC | \
		 CLONE_NEWUTS | CLONE_NEWNET)

#define FIND_INIT	"find an init"	/* the step that fails without one */

static void loopback_up(int chan)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr))
		chan_die(chan, errno, "bring up", "lo");
	close(s);
}

static noreturn void exec_init(int chan)
{
	static const char *const inits[] = {
		"/sbin/init", "/etc/init", "/bin/init",
	};

	for (size_t i = 0; i < sizeof(inits) / sizeof(inits[0]); i++)
		if (!faccessat(AT_FDCWD, inits[i], X_OK, AT_EACCESS))
			init_exec((char *[]){ (char *)inits[i], NULL }, chan);
	chan_die(chan, ENOENT, FIND_INIT, "");
}

static noreturn void child(const struct birth *b, struct tty *t, int chan,
			   int tree, int program)
{
	bool pty = t->mode == TTY_PTY;
	int ptmx;

	if (!chan_wait_go(chan))
		_exit(1);

	confine_ids(chan);
	umask(0);
	/*
	 * The cgroup namespace is split off only here: clone3() would root it
	 * at the parent's cgroup. The working directory follows into the new
	 * mount namespace, and no path has to be looked up there.
	 */
	if (fchdir(tree))
		chan_die(chan, errno, "enter", b->private);
	if (unshare(CLONE_NEWNS | CLONE_NEWCGROUP))
		chan_die(chan, errno, "make", "mount and cgroup namespaces");
	close(tree);

	loopback_up(chan);
	if (sethostname(b->hostname, strlen(b->hostname)))
		chan_die(chan, errno, "set host name", b->hostname);
	ptmx = rootfs_enter(chan, pty, !b->argv, b->nesting);
	umask(022);

	setsid();
	tty_inside(t, chan, ptmx, false);
	confine(chan, !b->no_filter);
	if (!b->argv)
		exec_init(chan);
	init_run(b->argv, chan, pty, program);
}

static int write_map(pid_t pid, const char *name, uint32_t base)
{
	char path[64], map[64];
	int fd, len, ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	len = snprintf(map, sizeof(map), "0 %u %u\n", base, ID_COUNT);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, map, len) != len)
		ret = -errno;
	close(fd);
	return ret;
}

static int mount_private(const struct birth *b, int tree, pid_t pid)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NODEV,
	};
	struct mount_attr suid = { .attr_clr = MOUNT_ATTR_NOSUID };
	char path[64], type[64], text[512];
	int at = -1, ret = EXIT_OK;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	attr.userns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if ((int)attr.userns_fd < 0)
		return report_fail(b->report, EXIT_FAILED, errno, NULL,
				   "start CT %u: open %s", b->ctid, path);
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr,
			  sizeof(attr))) {
		int why = errno;

		mnt_fstype(b->private, type, sizeof(type));
		snprintf(text, sizeof(text),
			 "file system %s of %s, or one mounted below %s, does not support idmapped mounts on this kernel; put it on ext4, xfs or btrfs",
			 type, b->private, b->root);
		ret = report_fail(b->report, EXIT_FAILED, why,
				  why == EINVAL ? text : NULL,
				  "start CT %u: idmap %s", b->ctid, b->private);
		goto out;
	}
	/* On the host nobody is to run what a container made setuid. */
	if (mount_setattr(tree, "", AT_EMPTY_PATH, &suid, sizeof(suid))) {
		ret = report_fail(b->report, EXIT_FAILED, errno, NULL,
				  "start CT %u: allow setuid in %s", b->ctid,
				  b->private);
		goto out;
	}
	at = open(b->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0 || move_mount(tree, "", at, "", MOVE_MOUNT_F_EMPTY_PATH |
						   MOVE_MOUNT_T_EMPTY_PATH))
		ret = report_fail(b->report, EXIT_FAILED, errno, NULL,
				  "start CT %u: mount %s", b->ctid, b->root);
out:
	if (at >= 0)
		close(at);
	close(attr.userns_fd);
	return ret;
}

static int fail_child(const struct birth *b, const struct chan_msg *m)
{
	char text[160];

	if (!b->argv && !strcmp(m->what, FIND_INIT)) {
		snprintf(text, sizeof(text),
			 "there is no program /sbin/init, /etc/init or /bin/init; `vzctx start %u -- COMMAND` runs one command without",
			 b->ctid);
		return report_fail(b->report, OUT_NO_INIT, 0, text,
				   "start CT %u", b->ctid);
	}
	if (!b->argv && !strcmp(m->what, "run"))
		return report_fail(b->report, OUT_NO_INIT, m->err, NULL,
				   "start CT %u: run %s", b->ctid, m->object);
	return report_fail(b->report, EXIT_FAILED, m->err, NULL,
			   "start CT %u: %s%s%s", b->ctid, m->what,
			   *m->object ? " " : "", m->object);
}

/* Everything between clone3() and the child's exec. Return: exit code. */
static int raise_child(const struct birth *b, struct tty *t, int chan,
		       int tree, pid_t pid, int *err)
{
	struct chan_msg m = { 0 };
	bool ready = false;
	int ret = write_map(pid, "uid_map", b->id_base);

	if (!ret)
		ret = write_map(pid, "gid_map", b->id_base);
	if (ret)
		return report_fail(b->report, EXIT_FAILED, -ret, NULL,
				   "start CT %u: map ids %u..%u", b->ctid,
				   b->id_base, b->id_base + ID_COUNT - 1);
	ret = mount_private(b, tree, pid);
	if (ret)
		return ret;
	ret = b->bind(pid, b->arg);
	if (ret)
		return ret;
	ret = chan_go(chan);
	if (ret)
		return report_fail(b->report, EXIT_FAILED, -ret, NULL,
				   "start CT %u: release its init", b->ctid);
	for (;;) {
		ret = chan_recv(chan, &m);
		if (ret)
			return report_fail(b->report, EXIT_FAILED, -ret, NULL,
					   "start CT %u: hear from its init",
					   b->ctid);
		if (m.kind == CHAN_END)
			return ready ? EXIT_OK :
			       report_fail(b->report, EXIT_FAILED, 0,
					   "its init was killed before it ran",
					   "start CT %u", b->ctid);
		if (m.kind == CHAN_READY) {
			ready = true;
			continue;
		}
		if (m.kind == CHAN_PTY) {
			t->master = m.fd;
			continue;
		}
		*err = m.err;
		return fail_child(b, &m);
	}
}

/* Ends what was begun; a parked or half-born init has no one else. */
static void kill_child(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int become(uid_t id)
{
	cap_t caps = cap_get_proc();
	int ret = caps && !seteuid(id) && !cap_set_proc(caps) ? 0 : -errno;

	cap_free(caps);
	return ret;
}

/*
 * How many watches of files, queues and namespaces there are the kernel sums up
 * by the user who made the namespace: its own root, so that no context takes
 * what is another's. With the capabilities of the host's for this one call.
 */
static long clone_as_its_root(struct clone_args *ca, uid_t id)
{
	long got = become(id);
	int err;

	if (!got)
		got = syscall(SYS_clone3, ca, sizeof(*ca));
	else
		errno = -got, got = -1;
	if (!got)
		return 0;
	err = errno;
	if (become(0) && got > 0) {
		err = errno;
		kill_child(got);
		got = -1;
	}
	errno = err;
	return got;
}

static int run(const struct birth *b, struct tty *t, int cg, int tree,
	       pid_t *pid, int *err)
{
	struct clone_args ca = { .flags = SPACES, .exit_signal = SIGCHLD };
	int program = b->argv ? init_open() : -1, chan[2], ret;
	long got;

	if (b->argv && program < 0)
		return report_fail(b->report, EXIT_FAILED, -program, NULL,
				   "start CT %u: make the program of its init",
				   b->ctid);
	ret = chan_pair(chan);
	if (ret) {
		close(program);
		return report_fail(b->report, EXIT_FAILED, -ret, NULL,
				   "start CT %u: make a socket pair", b->ctid);
	}
	if (cg >= 0) {
		ca.flags |= CLONE_INTO_CGROUP;
		ca.cgroup = cg;
	}
	got = clone_as_its_root(&ca, b->id_base);
	if (!got) {
		close(chan[0]);
		child(b, t, chan[1], tree, program);
	}
	close(chan[1]);
	close(program);
	tty_close_inner(t);
	if (got < 0) {
		ret = report_fail(b->report, EXIT_FAILED, errno, NULL,
				  "start CT %u: make its namespaces", b->ctid);
	} else {
		ret = raise_child(b, t, chan[0], tree, got, err);
		*pid = got;
		if (ret)
			kill_child(got);
	}
	close(chan[0]);
	return ret;
}

int birth(const struct birth *b, struct tty *t, pid_t *pid, int *err)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };
	int host, tree = -1, cg, ret;
	struct stat st;

	*err = 0;
	/*
	 * The idmapped mount must not show on the host, and mounts the host
	 * undoes must go here too: hence a slave, left again afterwards.
	 */
	host = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (host < 0 || unshare(CLONE_NEWNS) ||
	    mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &slave, sizeof(slave))) {
		ret = report_fail(b->report, EXIT_FAILED, errno, NULL,
				  "start CT %u: make a mount namespace",
				  b->ctid);
		goto out;
	}
	tree = open_tree(AT_FDCWD, b->root, AT_RECURSIVE | OPEN_TREE_CLONE |
					    OPEN_TREE_CLOEXEC);
	if (tree < 0 || fstat(tree, &st)) {
		ret = report_fail(b->report, EXIT_FAILED, errno, NULL,
				  "start CT %u: open %s", b->ctid, b->root);
		goto out;
	}
	if (st.st_dev != b->dev || st.st_ino != b->ino) {
		ret = report_fail(b->report, EXIT_FAILED, 0,
				  "something else than the private area is mounted there",
				  "start CT %u on %s", b->ctid, b->root);
		goto out;
	}
	cg = cgroup_make(b->ctid, b->id_base, b->verbose, b->report);
	ret = run(b, t, cg, tree, pid, err);
	if (cg >= 0)
		close(cg);
	if (ret)
		cgroup_remove(b->ctid, b->report);
out:
	if (tree >= 0)
		close(tree);
	if (host >= 0) {
		if (setns(host, CLONE_NEWNS) && !ret)
			report_note(b->report, "warning: cannot return to the host's mount namespace: %s",
				    strerror(errno));
		close(host);
	}
	return ret;
}
