// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a container is started
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/confwarn.h"
#include "conf/globalconf.h"
#include "conf/idrange.h"
#include "console/keeper.h"
#include "engine/cgroup.h"
#include "engine/cpu.h"
#include "engine/devices.h"
#include "engine/io.h"
#include "inside/birth.h"
#include "inside/devnode.h"
#include "inside/files.h"
#include "life/idcheck.h"
#include "life/life.h"
#include "life/life_step.h"
#include "life/script.h"
#include "limit/conflimit.h"
#include "limit/deflimit.h"
#include "limit/onlimit.h"
#include "module/again.h"
#include "module/ended.h"
#include "module/modload.h"
#include "module/running.h"
#include "net/netdev.h"
#include "tree/area.h"

/* A container that reboots at once is not to keep the host busy. */
#define REBOOT_PAUSE_S	2

struct start {
	const struct life_start *want;
	uint32_t ctid;
	struct vznl *nl;
	struct conf *conf;
	struct vz_set *set;
	int nset;
	int nsaid;		/* of these, by the configuration */
	struct report *report;
	char intent[32];
};

static int bind_init(pid_t pid, void *arg)
{
	struct start *s = arg;
	const char *what = "";
	int ret = vznl_create(s->nl, s->ctid, pid, s->set, s->nset);

	if (ret == -EEXIST)
		return report_fail(s->report, OUT_RUNNING, EEXIST,
				   "it is running already", "%s", s->intent);
	if (ret)
		return report_fail(s->report, OUT_ENV, -ret,
				   vznl_sentence(s->nl), "%s: bind its init",
				   s->intent);
	ret = cgroup_limit(s->ctid, s->set, s->nset, &what);
	if (ret)
		return report_fail(s->report, OUT_LIMITS, -ret,
				   "a limit of physpages or swappages needs the memory controller of cgroup2",
				   "%s: write %s of its cgroup", s->intent,
				   what);
	if (s->nsaid)
		report_step(s->report, "UB limits were set successfully");
	/* A share of processors and disk is told when it cannot be had, no more. */
	cgcpu_apply(s->ctid, s->conf, 0, s->report);
	cgio_apply(s->ctid, s->conf, 0, s->report);
	ret = onlimit_apply(s->nl, s->ctid, s->conf, s->report);
	return ret ? ret : life_plug(s->nl, s->ctid, s->conf, pid, s->intent,
				     s->report);
}

/* Return: EXIT_OK with the limits in @s, or an outcome. */
static int read_limits(struct start *s)
{
	struct vz_reslist res = { 0 };
	int ret = vznl_res(s->nl, &res);

	if (ret)
		return report_fail(s->report, EXIT_FAILED, -ret,
				   vznl_sentence(s->nl),
				   "list the kernel's resources");
	s->set = calloc(res.n + 1, sizeof(*s->set));
	s->nset = !s->set ? 0 :
		  conflimit_read(s->conf, s->ctid, &res, s->set,
				 s->want->verbose ? s->report : NULL);
	s->nsaid = s->nset;
	if (s->nset >= 0 && s->set)
		s->nset = deflimit_add(s->conf, &res, s->set, s->nset);
	vz_reslist_free(&res);
	return s->set ? EXIT_OK : report_fail(s->report, EXIT_FAILED, ENOMEM,
					      NULL, "%s", s->intent);
}

static int reload(struct start *s)
{
	conf_free(s->conf);
	s->conf = conf_load(s->ctid);
	return s->conf ? 0 : -errno;
}

/* A configuration made by `set` alone, or by OpenVZ, names no ids. */
static int ensure_ids(struct start *s)
{
	int lock, ret;

	if (conf_get(s->conf, "LOCAL_UID") || conf_get(s->conf, "LOCAL_GID"))
		return EXIT_OK;
	lock = conf_lock();
	ret = lock < 0 ? lock : reload(s);
	if (!ret)
		ret = idrange_give(s->conf);
	if (!ret)
		ret = conf_save(s->conf, s->ctid);
	if (lock >= 0)
		close(lock);
	return ret ? report_fail(s->report, OUT_SAVE, -ret, NULL,
				 "%s: give it a range of ids", s->intent) : EXIT_OK;
}

/* A moment after its init runs: until then it has no /dev. */
static void give_devices(struct start *s, uint32_t id_base)
{
	struct devices d;
	int ret;

	if (!devices_read(s->conf, s->ctid, &d, s->report))
		return;
	report_step(s->report, "Setting devices");
	ret = devices_confine(s->ctid, &d);
	if (ret)
		report_note(s->report, "warning: cannot bound what devices CT %u opens, so it gets none: %s",
			    s->ctid, strerror(-ret));
	else
		devnodes_place(s->ctid, id_base, &d, NULL, s->report);
}

static int raise_it(struct start *s, struct tty *t, pid_t *pid)
{
	char private[PATH_MAX], hostname[HOSTNAME_SIZE];
	struct place root = PLACE_NONE;
	struct birth b = {
		.ctid = s->ctid,
		.private = private,
		.root = root.path,
		.hostname = hostname,
		.argv = s->want->argv,
		.verbose = s->want->verbose,
		.no_filter = conf_no_filter(s->conf),
		.nesting = conf_feature(s->conf, "nesting"),
		.bind = bind_init,
		.arg = s,
		.report = s->report,
	};
	enum area_mount what;
	struct stat st = { 0 };
	int ret, err = 0, held;

	if (!conf_id_base(s->conf, &b.id_base) || !b.id_base)
		return report_fail(s->report, OUT_BAD_CONF, 0,
				   "its configuration needs LOCAL_UID and LOCAL_GID, the same number, 65536 or more",
				   "%s", s->intent);
	conf_private(s->conf, s->ctid, private, sizeof(private));
	what = area_mounted(s->ctid, s->conf, &root);
	if ((what != AREA_OURS && what != AREA_BOUND) || fstat(root.fd, &st)) {
		place_close(&root);
		return report_fail(s->report, OUT_MOUNT, 0, *root.sentence ?
				   root.sentence :
				   "its private area is not what is mounted on VE_ROOT; what do its mount scripts do?",
				   "%s", s->intent);
	}
	b.dev = st.st_dev;
	b.ino = st.st_ino;
	place_close(&root);
	conf_hostname(s->conf, s->ctid, hostname, sizeof(hostname));
	held = idcheck_hold(b.id_base, s->intent, s->report);
	if (held < 0)
		return OUT_LOCKED;
	ret = idcheck(s->nl, s->ctid, b.id_base, s->intent, s->report);
	if (!ret)
		ret = birth(&b, t, pid, &err);
	idcheck_let_go(held);
	if (!ret)
		give_devices(s, b.id_base);
	if (ret && (err == ENOMEM || err == ENFILE))
		report_note(s->report, "if its %s is too low, raise it in " CONF_DIR "/%u.conf",
			    err == ENOMEM ? "NUMPROC" : "NUMFILE", s->ctid);
	return ret;
}

/* The tool itself stays with the init. */
static int foreground(struct start *s, int *lock, int *status)
{
	enum tty_mode mode = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ?
			     TTY_PTY : TTY_PASS;
	struct tty t;
	pid_t pid;
	int ret = tty_init(&t, mode);

	if (ret)
		return report_fail(s->report, EXIT_FAILED, -ret, NULL, "%s",
				   s->intent);
	ret = raise_it(s, &t, &pid);
	if (ret)
		return ret;
	close(*lock);
	*lock = -1;
	*status = tty_relay(&t, pid, false);
	if (!running_wait_gone(s->nl, s->ctid, 0))
		life_ended(s->nl, s->ctid, s->report);
	report_step(s->report, "Container is unmounted");
	return EXIT_OK;
}

static void start_again(uint32_t ctid, char **argv, struct report *report)
{
	struct life_start again = {
		.ctid = ctid, .argv = argv, .again = true,
		.script_s = LIFE_WAIT_S,
	};
	int status;

	life_start(&again, &status, report);
}

static void stand_back(int *master)
{
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (*master >= 0 && *master != 3) {
		dup2(*master, 3);
		*master = 3;
	}
	syscall(SYS_close_range, *master >= 0 ? 4U : 3U, ~0U, 0U);
	if (*master >= 0)
		fcntl(*master, F_SETFD, FD_CLOEXEC);
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static noreturn void keeper(struct start *s, int fd)
{
	uint32_t ctid = s->ctid;
	struct tty t;
	time_t since = now();
	bool stopped;
	pid_t pid;
	int ret, st;

	setsid();
	/* Who will look at its console, and on what, is not known. */
	setenv("TERM", "linux", 1);
	ret = tty_init(&t, s->want->argv ? TTY_NULL : TTY_PTY);
	if (ret)
		ret = report_fail(s->report, EXIT_FAILED, -ret, NULL, "%s",
				  s->intent);
	else
		ret = raise_it(s, &t, &pid);
	if (!ret)
		again_promise(ctid);
	if (!report_send(s->report, ret, fd) || ret)
		_exit(1);

	stand_back(&t.master);
	report_away(s->report);
	st = keep(ctid, t.master, pid);
	stopped = running_take_stop(ctid, pid);
	if (s->want->argv && !stopped)
		ended_note(ctid, st);
	life_ended(NULL, ctid, NULL);
	if (stopped || !WIFSIGNALED(st) || WTERMSIG(st) != SIGHUP) {
		again_take(ctid, getpid());
		_exit(0);
	}
	if (now() - since < REBOOT_PAUSE_S)
		sleep(REBOOT_PAUSE_S);
	start_again(ctid, s->want->argv, s->report);
	_exit(0);
}

/*
 * The keeper was killed while it raised the init. If that was let go already, it
 * runs with nobody to say so. The socket of the keeper's may hold answers of its
 * requests, hence another one.
 */
static void abandoned(uint32_t ctid, struct report *report)
{
	struct vznl *nl;

	if (vznl_open(&nl))
		return;
	if (!vznl_destroy(nl, ctid))
		running_wait_gone(nl, ctid, 0);
	vznl_close(nl);
	cgroup_remove(ctid, report);
}

/* A keeper stays with it; its birth is over when the keeper says so. */
static int background(struct start *s)
{
	int fds[2], ret = OUT_ENV;
	bool told = false;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return report_fail(s->report, EXIT_FAILED, errno, NULL,
				   "%s: make a pipe", s->intent);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(fds[0]);
		keeper(s, fds[1]);
	}
	close(fds[1]);
	if (pid < 0)
		ret = report_fail(s->report, EXIT_FAILED, errno, NULL,
				  "%s: fork", s->intent);
	else if (!report_receive(s->report, &ret, fds[0]))
		ret = report_fail(s->report, OUT_ENV, 0,
				  "the process that was to stay with it was killed",
				  "%s", s->intent);
	else
		told = true;
	close(fds[0]);
	if (ret && pid > 0)
		waitpid(pid, NULL, 0);
	if (!told && pid > 0)
		abandoned(s->ctid, s->report);
	return ret;
}

/* What an earlier life could not put away, its tool being killed. */
static void leftovers(struct start *s)
{
	if (is_mounted(s->ctid, s->conf))
		umount_step(s->ctid, s->conf, s->report);
	running_take_stop(s->ctid, 0);
	again_take(s->ctid, 0);
	ended_forget(s->ctid);
	netdev_sweep(s->ctid, s->report);
}

static int start_locked(struct start *s, int *lock, int *status)
{
	struct report beside;
	int ret = is_running(s->nl, s->ctid, s->intent, s->report);

	if (ret)
		return ret < 0 ? EXIT_FAILED :
		       report_fail(s->report, OUT_RUNNING, EEXIST,
				   "it is running already", "%s", s->intent);
	report_step(s->report, "Starting container...");
	leftovers(s);
	ret = mount_step(s->ctid, s->conf, s->report);
	if (ret)
		return ret;
	setup_inside(s->ctid, s->conf, s->report);
	ret = s->want->foreground ? foreground(s, lock, status) : background(s);
	if (ret)
		life_unplug(s->nl, s->ctid, s->conf, s->report);
	if (ret && is_mounted(s->ctid, s->conf)) {
		report_beside(&beside, s->report);
		umount_step(s->ctid, s->conf, &beside);
		report_step(s->report, "Container is unmounted");
	}
	return ret;
}

static int check(struct start *s)
{
	int ret = check_finished(s->ctid, s->conf, s->intent, s->report);

	if (!ret)
		conf_warn(s->conf, s->report);
	if (!ret && globalconf_yes(s->conf, "DISABLED", false) && !s->want->force)
		ret = report_fail(s->report, OUT_DISABLED, 0,
				  "its configuration says DISABLED; --force starts it all the same",
				  "%s", s->intent);
	if (!ret)
		ret = read_limits(s);
	return ret ? ret : ensure_ids(s);
}

static int start(struct start *s, int *status)
{
	int lock, ret = modload_open(vznl_open, &s->nl, s->report);

	if (ret)
		return ret;
	lock = running_lock(s->ctid, LOCK_EX, "start");
	if (lock < 0)
		return running_busy(lock, s->ctid, s->intent, s->report);
	if (s->want->again && !again_take(s->ctid, getpid())) {
		close(lock);
		return OUT_NOT_RUNNING;
	}
	/* Whoever held it may have made another container of it, or none. */
	ret = reload(s) ? no_conf(s->ctid, s->intent, s->report) : check(s);
	if (!ret)
		ret = start_locked(s, &lock, status);
	if (lock >= 0)
		close(lock);
	if (ret || s->want->foreground)
		return ret;
	ret = script_inside(s->ctid, "start", s->want->script_s, s->report);
	if (!ret && s->want->wait_s)
		ret = life_wait(s->ctid, s->want->wait_s, s->report);
	if (!ret)
		report_step(s->report, s->want->wait_s ?
			    "Container started successfully" :
			    "Container start in progress...");
	if (!ret && s->want->argv)
		report_done(s->report,
			    "CT %u runs %s; `%s status %u` tells how it ended",
			    s->ctid, s->want->argv[0], prog_name, s->ctid);
	else if (!ret)
		report_done(s->report, "CT %u %s", s->ctid,
			    s->want->wait_s ? "is up" : "is starting");
	return ret;
}

int life_start(const struct life_start *want, int *status, struct report *report)
{
	struct start s = {
		.want = want, .ctid = want->ctid, .report = report,
	};
	int ret;

	*status = EXIT_FAILED;
	snprintf(s.intent, sizeof(s.intent), "start CT %u", s.ctid);
	s.conf = conf_load(s.ctid);
	if (!s.conf)
		return no_conf(s.ctid, s.intent, report);
	ret = start(&s, status);
	free(s.set);
	conf_free(s.conf);
	vznl_close(s.nl);
	return ret;
}
