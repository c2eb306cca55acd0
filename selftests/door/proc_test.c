// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=600 */
/*
 * vzctx selftests - OpenVZ's /proc files, byte by byte
 *
 * What a file must say is written here a second time, from what OpenVZ's own
 * says and from what the test itself made the containers hold.
 */
#include <dirent.h>
#include <linux/beancounter.h>

#include <kselftest_harness.h>
#include "help/world.h"

#define UBC "/proc/user_beancounters"
#define HEAD_LEN (13 + 130)	/* Version, and a line as long as any row */
#define ROW_LEN 130
#define BIG (256 * 1024)

#define OLD_ROWS 24		/* what OpenVZ's own file has, dummies included */

static const char *const names[UB_RESOURCES] = {
#define NAME(id, name, unit) [UB_##id] = #name,
	UB_RESOURCE_LIST(NAME)
#undef NAME
};

enum {
#define COUNT(id, name, unit) COUNTED_##id,
	UB_RESOURCE_LIST(COUNT)
#undef COUNT
	COUNTED
};

/* What somebody inside read. */
struct inside {
	volatile int go;
	volatile int done;
	int err;
	int err_bc, err_one, err_version;
	char ubc[8192];
	char vestat[2048];
	char veinfo[512];
};

/* Reads all of a file in steps of a size; bytes or -errno. */
static long slurp(const char *path, size_t step, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	while (len + step < size && (n = read(fd, buf + len, step)) > 0)
		len += n;
	if (n < 0)
		len = -errno;
	else
		buf[len] = 0;
	close(fd);
	return len;
}

static void read_inside(void *arg)
{
	char small[64];
	struct inside *in = arg;
	long n;

	while (!in->go)
		usleep(500);
	n = slurp(UBC, 4096, in->ubc, sizeof(in->ubc));
	in->err = n < 0 ? n : 0;
	n = slurp("/proc/vz/vestat", 700, in->vestat, sizeof(in->vestat));
	in->err = in->err ?: n < 0 ? n : 0;
	n = slurp("/proc/vz/veinfo", 70, in->veinfo, sizeof(in->veinfo));
	in->err = in->err ?: n < 0 ? n : 0;
	in->err_bc = slurp("/proc/bc/resources", 8, small, 64);
	in->err_one = slurp("/proc/bc/202/resources", 8, small, 64);
	in->err_version = slurp("/proc/vz/version", 8, small, 64);
	in->done = 1;
	pause_forever();
}

FIXTURE(proc)
{
	struct genl g;
	struct ct a, b;
	struct inside *in;
	char *text, *want;
};

FIXTURE_SETUP(proc)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->in = shared(sizeof(*self->in));
	self->text = malloc(BIG);
	self->want = malloc(BIG);
	ASSERT_EQ(0, ct_spawn(&self->a, 201, 0, read_inside, self->in));
	ASSERT_EQ(0, vz_create(&self->g, 201, self->a.init));
	ASSERT_EQ(0, ct_spawn(&self->b, 202, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 202, self->b.init));
	ASSERT_EQ(0, vz_set(&self->g, 201, UB_NUMPROC, 17, 23));
	ASSERT_EQ(0, vz_set(&self->g, 202, UB_NUMPROC, 40, VZCTX_UNLIMITED));
	ASSERT_EQ(0, vz_set(&self->g, 202, UB_NUMFILE, 1234567890, 1234567891));
}

FIXTURE_TEARDOWN(proc)
{
	ct_kill(&self->a);
	ct_kill(&self->b);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	free(self->text);
	free(self->want);
}

static int put_row(char *to, const char *uid, const char *name,
		   const struct bc *bc)
{
	return sprintf(to, "%10s  %-12s %20lu %20lu %20lu %20lu %20lu\n", uid,
		       name, bc->held, bc->maxheld, bc->barrier, bc->limit,
		       bc->failcnt);
}

static int put_head(char *to)
{
	return sprintf(to, "Version: 2.5\n%10s  %-12s %20s %20s %20s %20s %20s\n",
		       "uid", "resource", "held", "maxheld", "barrier",
		       "limit", "failcnt");
}

/* The rows of a container, or of the host; as in one kind of file. */
static int put_rows(struct genl *g, char *to, uint32_t ctid, const char *uid,
		    bool old)
{
	const struct bc none = { .barrier = INT64_MAX, .limit = INT64_MAX };
	unsigned int id, end = old ? OLD_ROWS : UB_RESOURCES;
	struct bc bc;
	int len = 0;

	for (id = 0; id < end; id++) {
		if (!names[id] && !old)
			continue;
		bc = none;
		if (ctid && names[id] && vz_bc(g, ctid, id, &bc))
			return -1;
		len += put_row(to + len, id ? "" : uid, names[id] ?: "dummy",
			       &bc);
	}
	return len;
}

CLAIM(proc, user_beancounters_byte_by_byte)
{
	const char *literal;
	long n = 0;

	n += put_head(self->want);
	n += put_rows(&self->g, self->want + n, 0, "0:", true);
	n += put_rows(&self->g, self->want + n, 201, "201:", true);
	n += put_rows(&self->g, self->want + n, 202, "202:", true);
	EXPECT_EQ(HEAD_LEN + 3 * OLD_ROWS * ROW_LEN, n);
	EXPECT_EQ(n, slurp(UBC, 4096, self->text, BIG));
	EXPECT_STREQ(self->want, self->text);
	/* What this test holds and set, without asking the module anything. */
	literal = "            numproc                         1                    1                   17                   23                    0\n";
	EXPECT_NE(NULL, strstr(self->text, literal));
	literal = "            numproc                         1                    1                   40  9223372036854775807                    0\n";
	EXPECT_NE(NULL, strstr(self->text, literal));
	EXPECT_NE(NULL, strstr(self->text, "           1234567890           1234567891                    0\n"));
	literal = "Version: 2.5\n       uid  resource                     held              maxheld              barrier                limit              failcnt\n        0:  kmemsize ";
	EXPECT_EQ(0, strncmp(self->text, literal, strlen(literal)));
}

CLAIM(proc, bc_resources_byte_by_byte)
{
	long n = 0;

	n += put_head(self->want);
	n += put_rows(&self->g, self->want + n, 0, "0:", false);
	n += put_rows(&self->g, self->want + n, 201, "201:", false);
	n += put_rows(&self->g, self->want + n, 202, "202:", false);
	EXPECT_EQ(HEAD_LEN + 3 * COUNTED * ROW_LEN, n);
	EXPECT_EQ(n, slurp("/proc/bc/resources", 4096, self->text, BIG));
	EXPECT_STREQ(self->want, self->text);

	n = put_rows(&self->g, self->want, 202, "", false);
	EXPECT_EQ(n, slurp("/proc/bc/202/resources", 4096, self->text, BIG));
	EXPECT_STREQ(self->want, self->text);
	n = put_rows(&self->g, self->want, 0, "", false);
	EXPECT_EQ(n, slurp("/proc/bc/0/resources", 4096, self->text, BIG));
	EXPECT_STREQ(self->want, self->text);
	EXPECT_EQ(-ENOENT, slurp("/proc/bc/203/resources", 1, self->text, BIG));
}

/* Parked, so it has been on a processor and off again. */
static bool asleep(pid_t pid)
{
	char path[32], text[128] = {};
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return strstr(text, ") S ");
}

/* Tasks whose pid in no namespace is another: the host's, as ps sees them. */
static int host_tasks(void)
{
	struct dirent *e, *t;
	DIR *proc = opendir("/proc"), *tasks;
	char path[64], line[128];
	int n = 0;
	FILE *f;

	while ((e = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%.16s/task", e->d_name);
		tasks = atoi(e->d_name) ? opendir(path) : NULL;
		while (tasks && (t = readdir(tasks))) {
			unsigned int outer, inner;

			snprintf(path, sizeof(path), "/proc/%.16s/task/%.16s/status",
				 e->d_name, t->d_name);
			f = *t->d_name == '.' ? NULL : fopen(path, "re");
			while (f && fgets(line, sizeof(line), f))
				n += sscanf(line, "NSpid: %u %u", &outer,
					    &inner) == 1;
			if (f)
				fclose(f);
		}
		if (tasks)
			closedir(tasks);
	}
	closedir(proc);
	return n;
}

static bool veinfo_is(char *text, int host)
{
	char want[128];

	snprintf(want, sizeof(want), "         0     0 %5d\n       201   201     1\n       202   202     1\n",
		 host);
	return slurp("/proc/vz/veinfo", 5, text, BIG) > 0 &&
	       !strcmp(want, text);
}

CLAIM(proc, vestat_and_veinfo)
{
	char *line;
	int i;

	ASSERT_TRUE(wait_until(asleep(self->a.init) && asleep(self->b.init)));
	EXPECT_EQ(3 * 252 + 252, slurp("/proc/vz/vestat", 4096, self->text, BIG));
	i = sprintf(self->want, "%-251s\n", "Version: 2.2");
	sprintf(self->want + i, "%20s %20s %20s %20s %20s %20s %20s %20s %20s %20s %20s %20s\n",
		"VEID", "user", "nice", "system", "uptime", "idle", "strv",
		"uptime", "used", "maxlat", "totlat", "numsched");
	EXPECT_EQ(0, strncmp(self->want, self->text, 2 * 252));
	line = self->text + 2 * 252;
	for (i = 201; i <= 202; i++, line += 252) {
		unsigned long v[12];
		int k, at, off = 0;

		for (k = 0; k < 12; k++, off += at)
			ASSERT_EQ(1, sscanf(line + off, "%lu%n", &v[k], &at));
		EXPECT_EQ('\n', line[off]);
		EXPECT_EQ(251, off);
		EXPECT_EQ(i, v[0]);
		EXPECT_EQ(v[4], v[7] / 10000000);
		EXPECT_EQ(0, v[6]);
		EXPECT_GE(v[8], (v[1] + v[3]) * 10000000);
		EXPECT_LT(0, v[11]);
	}
	/* Threads of the kernel come and go between two looks. */
	EXPECT_TRUE(wait_until(veinfo_is(self->text, host_tasks())));
	i = slurp("/sys/module/vzctx/version", 64, self->want, BIG);
	EXPECT_LT(1, i);
	EXPECT_EQ(i, slurp("/proc/vz/version", 64, self->text, BIG));
	EXPECT_STREQ(self->want, self->text);
}

static bool moves(unsigned int id)
{
	return id == UB_KMEMSIZE || id == UB_PHYSPAGES ||
	       id == UB_OOMGUARPAGES || id == UB_DCACHESIZE ||
	       id == UB_NUMFILE;
}

CLAIM(proc, a_container_sees_itself_only)
{
	unsigned int id;
	long n;

	self->in->go = 1;
	ASSERT_EQ(0, ct_go(&self->a));
	ASSERT_TRUE(wait_until(self->in->done));
	EXPECT_EQ(0, self->in->err);
	n = put_head(self->want);
	n += put_rows(&self->g, self->want + n, 201, "201:", true);
	/* While it read, its own descriptor was held. */
	EXPECT_EQ(n, strlen(self->in->ubc));
	EXPECT_EQ(0, strncmp(self->want, self->in->ubc, HEAD_LEN));
	for (id = 0; id < OLD_ROWS; id++) {
		const char *want = self->want + HEAD_LEN + id * ROW_LEN;
		const char *row = self->in->ubc + HEAD_LEN + id * ROW_LEN;

		/* Its memory changes from one look to the next. */
		EXPECT_EQ(0, strncmp(want, row, moves(id) ? 25 : ROW_LEN)) {
			TH_LOG("%.*s", ROW_LEN, row);
		}
	}
	EXPECT_NE(NULL, strstr(self->in->ubc, "      201:  kmemsize"));
	EXPECT_EQ(NULL, strstr(self->in->ubc, "202:"));
	EXPECT_EQ(NULL, strstr(self->in->ubc, " 0:"));
	EXPECT_STREQ("       201   201     1\n", self->in->veinfo);
	EXPECT_EQ(3 * 252, strlen(self->in->vestat));
	EXPECT_EQ(-ENOENT, self->in->err_bc);
	EXPECT_EQ(-ENOENT, self->in->err_one);
	EXPECT_EQ(-ENOENT, self->in->err_version);
}

static int try_list(const char *path)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (setuid(65534))
			_exit(255);
		_exit(opendir(path) ? 0 : errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int try_open(const char *path)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (setuid(65534))
			_exit(255);
		_exit(open(path, O_RDONLY) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

CLAIM(proc, who_is_not_root_is_refused)
{
	EXPECT_EQ(EACCES, try_open(UBC));
	EXPECT_EQ(EACCES, try_open("/proc/bc/resources"));
	EXPECT_EQ(EACCES, try_open("/proc/vz/vestat"));
	EXPECT_EQ(EACCES, try_open("/proc/vz/veinfo"));
	EXPECT_EQ(0, try_open("/proc/vz/version"));
	EXPECT_EQ(EACCES, try_list("/proc/bc"));
	EXPECT_EQ(0, try_list("/proc/vz"));
}

/* An open file neither keeps a container nor shows the next of its number. */
CLAIM(proc, open_files_outlive_the_container)
{
	int fd = open("/proc/bc/201/resources", O_RDONLY | O_CLOEXEC);
	char byte;

	ASSERT_LE(0, fd);
	ct_kill(&self->a);
	ASSERT_TRUE(wait_until(vz_count(&self->g) == 1));
	EXPECT_GE(0, read(fd, &byte, 1));
	EXPECT_TRUE(wait_until(access("/proc/bc/201", F_OK)));
	close(fd);
}

/* One start and stop after the other, until told to end. */
static void churn(volatile int *end, volatile int *rounds)
{
	struct genl g;

	if (genl_open(&g))
		_exit(1);
	while (!*end) {
		struct ct ct = {};
		uint32_t ctid = 300 + *rounds % 7;

		if (ct_spawn(&ct, ctid, 0, NULL, NULL) ||
		    vz_create(&g, ctid, ct.init))
			_exit(2);
		ct_kill(&ct);
		++*rounds;
	}
	_exit(0);
}

/* How a file is laid out: above the rows, a row, and rows a container. */
static const struct shape {
	const char *path;
	long head, first, row, rows;
} shapes[] = {
	{ UBC, HEAD_LEN, 13, ROW_LEN, OLD_ROWS },
	{ "/proc/bc/resources", HEAD_LEN, 13, ROW_LEN, COUNTED },
	{ "/proc/vz/vestat", 2 * 252, 252, 252, 1 },
	{ "/proc/vz/veinfo", 0, 23, 23, 1 },
};

#define SHAPES (sizeof(shapes) / sizeof(*shapes))

/* NULL if a text is whole: a head, rows that belong together, ours once each. */
static const char *flaw(const struct shape *s, const char *text, long len,
			unsigned int *seen)
{
	int ours = 0, row = 0;
	const char *line;

	if (len < s->head || (len - s->head) % (s->rows * s->row))
		return "length";
	for (line = text + s->head; line < text + len; line += s->row, row++) {
		unsigned long id = strtoul(line, NULL, 10);
		bool first = !(row % s->rows);

		if (line[s->row - 1] != '\n' ||
		    memchr(line, '\n', s->row - 1))
			return "width";
		if (s->rows > 1 && (line[9] == ':') != first)
			return "id";
		ours += first && (id == 201 || id == 202);
		if (first && id >= 300)
			*seen |= 1U << (s - shapes);
	}
	return ours == 2 ? NULL : "ours";
}

/* Whether lines end where lines end in some of a file that begins at @off. */
static bool in_step(const struct shape *s, const char *text, long n, off_t off)
{
	long i;

	for (i = 0; i < n; i++) {
		long at = off + i - s->first;
		bool end = at >= 0 ? at % s->row == s->row - 1 : at == -1;

		if (end != (text[i] == '\n'))
			return false;
	}
	return true;
}

CLAIM(proc, odd_readers_under_churn)
{
	static const size_t steps[] = { 7, 129, 130, 131, 1000, 1, 4095, 9999 };
	volatile int *end = shared(2 * sizeof(int)), *rounds = end + 1;
	const int wanted = 40 / slow() + 3;
	const int turns = SHAPES * sizeof(steps) / sizeof(*steps);
	int status, fd[SHAPES], turn;
	unsigned int seen = 0, i;
	pid_t pid = fork();

	if (!pid)
		churn(end, rounds);
	for (i = 0; i < SHAPES; i++) {
		fd[i] = open(shapes[i].path, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, fd[i]);
	}
	for (turn = 0; turn < turns || *rounds < wanted ||
	     seen != (1 << SHAPES) - 1; turn++) {
		const struct shape *s = &shapes[turn % SHAPES];
		size_t step = steps[turn / SHAPES %
				    (sizeof(steps) / sizeof(*steps))];
		long n = slurp(s->path, step, self->text, BIG);
		off_t off = (turn * 977) % (s->head + 2 * s->rows * s->row);
		const char *what = flaw(s, self->text, n, &seen);

		ASSERT_EQ(NULL, what) {
			TH_LOG("%s of %s with steps of %zu", what, s->path, step);
		}
		n = pread(fd[s - shapes], self->text, 1 + turn % 700, off);
		ASSERT_LT(0, n);
		ASSERT_TRUE(in_step(s, self->text, n, off)) {
			TH_LOG("%ld bytes of %s at %ld", n, s->path, (long)off);
		}
	}
	*end = 1;
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	for (i = 0; i < SHAPES; i++)
		close(fd[i]);
}

TEST_HARNESS_MAIN
