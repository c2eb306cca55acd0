// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 timeout=120 module=1 kernels=newest
 *
 * vzctx - the life of a container, for a program that prints nothing.
 *
 * The tool's own rooms, without its commands: what they are to print they hand to a
 * listener, and what fails they leave to the caller.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <kselftest_harness.h>

#include "life/life.h"
#include "program/caller.h"

#define CT	4242
#define CONF	CONF_DIR "/4242.conf"
#define ROOM	"/vz/private/4242"

/* What a listener heard, a line each. */
static char heard[16384];

static void hear(struct report *r, enum said what, const char *line)
{
	size_t n = strlen(heard);

	snprintf(heard + n, sizeof(heard) - n, "%d %s\n", what, line ?: r->fault.intent);
}

FIXTURE(silence) {
	int out, keep[3];
	struct report report;
};

FIXTURE_SETUP(silence)
{
	ASSERT_EQ(0, caller_begin());
	self->out = memfd_create("said", MFD_CLOEXEC);
	ASSERT_LE(0, self->out);
	*heard = '\0';
}

static int put_away(void)
{
	struct report silent = { 0 };

	life_stop(CT, true, 0, &silent);
	life_umount(CT, &silent);
	unlink(CONF);
	rmdir("/sys/fs/cgroup/vz");
	return system("rm -rf " ROOM);
}

FIXTURE_TEARDOWN(silence)
{
	EXPECT_EQ(0, put_away());
	close(self->out);
}

static void hush(FIXTURE_DATA(silence) *self)
{
	fflush(NULL);
	for (int i = 1; i < 3; i++) {
		self->keep[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
		dup2(self->out, i);
	}
}

/* Return: how many bytes were printed meanwhile, by whatever process. */
static long printed(FIXTURE_DATA(silence) *self)
{
	struct stat st;

	fflush(NULL);
	for (int i = 1; i < 3; i++) {
		dup2(self->keep[i], i);
		close(self->keep[i]);
	}
	return fstat(self->out, &st) ? -1 : st.st_size;
}

static int create(struct report *r)
{
	struct life_create c = { .ctid = CT };

	return life_create(&c, r);
}

static int create_from_nothing(struct report *r)
{
	struct life_create c = { .ctid = CT, .ostemplate = "no-such-template" };

	return life_create(&c, r);
}

static int create_as_nothing(struct report *r)
{
	struct life_create c = { .ctid = CT, .private = "/usr", .sample = "none" };

	return life_create(&c, r);
}

static int start(struct report *r)
{
	struct life_start s = { .ctid = CT };
	int status;

	return life_start(&s, &status, r);
}

static int stop(struct report *r)
{
	return life_stop(CT, false, 1, r);
}

static int destroy(struct report *r)
{
	return life_destroy(CT, true, r);
}

static int mount_it(struct report *r)
{
	return life_mount(CT, r);
}

static int umount_it(struct report *r)
{
	return life_umount(CT, r);
}

static int run(struct report *r)
{
	char *argv[] = { "true", NULL };
	int status;

	return life_run(CT, argv, TTY_NULL, &status, r);
}

static const struct step {
	int (*fn)(struct report *r);
	int outcome;
	const char *intent, *sentence;
} steps[] = {
	{ create, OUT_NO_PRIVATE, "create CT 4242: private area " ROOM, "--ostemplate" },
	{ create_from_nothing, OUT_NO_TEMPLATE, "no-such-template", "there is none" },
	{ create_as_nothing, OUT_PLACE, "private area /usr", "host" },
	{ start, OUT_NO_CONF, "start CT 4242", "there is no such CT" },
	{ stop, OUT_NO_CONF, "stop CT 4242", "there is no such CT" },
	{ destroy, OUT_NO_CONF, "destroy CT 4242", "there is no such CT" },
	{ mount_it, OUT_NO_CONF, "mount CT 4242", "there is no such CT" },
	{ umount_it, OUT_NO_CONF, "unmount CT 4242", "there is no such CT" },
	{ run, OUT_NO_CONF, "run in CT 4242", "there is no such CT" },
};

#define NSTEPS (sizeof(steps) / sizeof(steps[0]))

TEST_F(silence, what_fails_is_left_to_the_caller)
{
	for (size_t i = 0; i < NSTEPS; i++) {
		const struct step *s = &steps[i];
		int with, without;
		long said;

		memset(&self->report, 0, sizeof(self->report));
		hush(self);
		with = s->fn(&self->report);
		without = s->fn(NULL);
		said = printed(self);
		EXPECT_EQ(0, said);
		EXPECT_EQ(s->outcome, with);
		EXPECT_EQ(s->outcome, without);
		EXPECT_EQ(s->outcome, self->report.fault.outcome);
		EXPECT_NE(NULL, strstr(self->report.fault.intent, s->intent)) {
			TH_LOG("%zu: %s", i, self->report.fault.intent);
		}
		EXPECT_NE(NULL, strstr(self->report.fault.sentence, s->sentence)) {
			TH_LOG("%zu: %s", i, self->report.fault.sentence);
		}
	}
}

/* Its keeper, a process of its own, finds out. */
TEST_F(silence, a_birth_that_fails)
{
	int made, ret;
	long said;

	ASSERT_EQ(0, mkdir(ROOM, 0755));
	hush(self);
	made = create(&self->report);
	ret = start(&self->report);
	said = printed(self);
	EXPECT_EQ(0, said);
	EXPECT_EQ(EXIT_OK, made);
	EXPECT_EQ(OUT_NO_INIT, ret);
	EXPECT_EQ(OUT_NO_INIT, self->report.fault.outcome);
	EXPECT_STREQ("start CT 4242", self->report.fault.intent);
	EXPECT_NE(NULL, strstr(self->report.fault.sentence, "there is no program /sbin/init")) {
		TH_LOG("%s", self->report.fault.sentence);
	}
}

TEST_F(silence, who_listens_hears_each_step)
{
	struct life_state st;
	int again;
	long said;

	ASSERT_EQ(0, mkdir(ROOM, 0755));
	self->report.hear = hear;
	hush(self);
	create(&self->report);
	life_mount(CT, &self->report);
	again = life_mount(CT, &self->report);
	life_state(CT, &st);
	life_umount(CT, &self->report);
	said = printed(self);
	EXPECT_EQ(0, said);
	EXPECT_EQ(OUT_MOUNTED, again);
	EXPECT_TRUE(st.mounted);
	EXPECT_NE(NULL, strstr(heard, "CT 4242 created")) TH_LOG("%s", heard);
	EXPECT_NE(NULL, strstr(heard, "0 Container is mounted\n3 mount CT 4242\n0 Container is unmounted\n")) {
		TH_LOG("%s", heard);
	}
}

/* A path may be as long as what there is room for. */
TEST(a_long_sentence_has_its_end)
{
	struct report r = { 0 };
	char path[4000];

	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	report_wrong(&r, OUT_PLACE, "the path %s is not good; choose another one", path);
	EXPECT_EQ(0, strncmp(r.fault.sentence, "the path ppp", 12));
	EXPECT_STREQ("ppp is not good; choose another one",
		     r.fault.sentence + strlen(r.fault.sentence) - 35);
	EXPECT_NE(NULL, strstr(r.fault.sentence, "p...p"));
	report_fail(&r, OUT_PLACE, 0, "no", "open %s here", path);
	EXPECT_STREQ("p here", r.fault.intent + strlen(r.fault.intent) - 6);
	EXPECT_GE(4096, (int)sizeof(struct fault));
}

/* An init that is systemd by its name, and never says that it is up. */
static int never_up(void)
{
	return system("set -e; mkdir -p " ROOM "/bin " ROOM "/sbin " ROOM "/usr/bin " ROOM "/etc " ROOM "/proc "
		      ROOM "/sys " ROOM "/dev " ROOM "/run " ROOM "/tmp " ROOM "/root; cd " ROOM "\n"
		      "cp /bin/busybox sbin/systemd\n"
		      "for name in sh sleep readlink; do ln -s ../sbin/systemd bin/$name; done\n"
		      "printf '#!/bin/sh\\nwhile :; do sleep 0.3; done\\n' >sbin/init\n"
		      "printf '#!/bin/sh\\nsleep 1000\\n' >usr/bin/systemctl\n"
		      "printf 'sleep 1000\\n' >" CONF_DIR "/4242.start\n"
		      "chmod 755 sbin/init usr/bin/systemctl; chmod 700 " CONF_DIR "/4242.start");
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

TEST_F_TIMEOUT(silence, who_does_not_answer_is_not_waited_for, 100)
{
	struct life_start s = { .ctid = CT, .script_s = 2 };
	struct report waited = { 0 };
	int made, started, up, status;
	double begin, script, wait;

	ASSERT_EQ(0, never_up());
	hush(self);
	made = create(NULL);
	begin = seconds();
	started = life_start(&s, &status, &self->report);
	script = seconds() - begin;
	begin = seconds();
	up = life_wait(CT, 2, &waited);
	wait = seconds() - begin;
	printed(self);
	unlink(CONF_DIR "/4242.start");
	EXPECT_EQ(EXIT_OK, made);
	EXPECT_EQ(OUT_SCRIPT, started);
	EXPECT_NE(NULL, strstr(self->report.fault.sentence, "not ended after 2 s, and was killed")) {
		TH_LOG("%s: %s", self->report.fault.intent, self->report.fault.sentence);
	}
	EXPECT_EQ(OUT_WAIT, up);
	EXPECT_NE(NULL, strstr(waited.fault.sentence, "did not come up in time")) {
		TH_LOG("%s: %s", waited.fault.intent, waited.fault.sentence);
	}
	EXPECT_GT(60, script);
	EXPECT_GT(60, wait);
}

TEST_HARNESS_MAIN
