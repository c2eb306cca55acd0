// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx bench - what the hooks add to a system call, in instructions
 *
 * Init and only program of a guest without a disk, whose emulator advances the
 * time stamp counter by one with every instruction (-icount shift=0). So two
 * readings differ by the instructions between them, whatever else the host
 * does; clock_counts_instructions() makes sure of that before anything else.
 *
 * One boot goes through all conditions; a fresh worker process measures each:
 *
 *	none, none-ns	no module; a host task, a task in a pid namespace
 *	idle		module loaded, no context, so nothing is hooked
 *	host		a context exists, the task is on the host
 *	stray		likewise, the task is in a pid namespace of its own that
 *			is nobody's context, as in any other container runtime
 *	ct		the task is in the context
 *	gone		module unloaded: must be as none, or the boot drifts
 *	cg, cg-ns	no module, the task is in a cgroup with pids and memory
 *	cg-ct		the task is in a context and in that cgroup
 *
 * The cgroup comes last, because the kernel keeps paying for the first memory
 * cgroup after it is gone. Output, on the second serial port, one line each:
 *
 *	figure CONDITION OPERATION PART MIN MODE SHARE MEDIAN P90 MEAN
 *
 * PART is all, or first and second for operations that are two system calls;
 * SHARE is how many of 100 samples are the mode. The last line is "done", or
 * "failed" with what did.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "help/genl.h"
#include "hookops.h"

#define RESULT_TTY "/dev/ttyS1"
#define MODULE "/vzctx.ko"
#define CGROUP "/cgroup/bench"
#define CTID 101
#define FIRST_PID "400"
#define SETTLE_S 3
#define UNLOAD_TRIES 600

static const struct op ops[] = {
	{ "nothing", do_nothing, 100, 300, false },
	{ "getppid", do_getppid, 200, 1000, false },
	{ "open+close", do_open, 300, 1000, true },
	{ "pipe+close", do_pipe, 300, 1000, true },
	{ "socket+close", do_socket, 300, 1000, true },
	{ "clone3-refused", do_clone_fail, 300, 1000, false },
	{ "fork+exit+wait", do_fork, 100, 400, false },
};

#define NR_OPS (sizeof(ops) / sizeof(ops[0]))

/** struct board - what a worker tells; shared with it */
struct board {
	bool finished;
	const char *failed;
	struct stamps sample[8][MAX_SAMPLES];
};

struct worker {
	pid_t pid;
	int go;
};

static FILE *result;
static struct board *board;
static unsigned int overhead;

static void __attribute__((noreturn)) power_off(void)
{
	if (result) {
		fflush(result);
		fsync(fileno(result));
	}
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void __attribute__((noreturn, format(printf, 1, 2)))
fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (result) {
		fprintf(result, "failed ");
		vfprintf(result, format, ap);
		fprintf(result, "\n");
	}
	va_end(ap);
	power_off();
}

/* The worker. What it writes down is written between operations. */
static void measure(void)
{
	struct stamps s;

	for (unsigned int i = 0; i < NR_OPS; i++) {
		for (unsigned int n = 0; n < ops[i].warmup; n++)
			ops[i].run(&s);
		memset(board->sample[i], 0, sizeof(board->sample[i]));
		for (unsigned int n = 0; n < ops[i].samples; n++) {
			if (!ops[i].run(&s)) {
				board->failed = ops[i].name;
				return;
			}
			board->sample[i][n] = s;
		}
	}
	board->finished = true;
}

/* Arithmetic */

static int by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Most frequent value of a sorted list, the lowest of several. */
static uint32_t mode_of(const uint32_t *v, unsigned int nr, unsigned int *times)
{
	uint32_t mode = v[0];
	unsigned int run = 0;

	*times = 0;
	for (unsigned int i = 0; i < nr; i++) {
		run = i && v[i] == v[i - 1] ? run + 1 : 1;
		if (run > *times) {
			*times = run;
			mode = v[i];
		}
	}
	return mode;
}

static void report(const char *condition, const struct op *op, const char *part,
		   uint32_t *v, unsigned int clocks)
{
	unsigned int nr = op->samples, times;
	double sum = 0;
	uint32_t mode;

	qsort(v, nr, sizeof(*v), by_size);
	mode = mode_of(v, nr, &times);
	for (unsigned int i = 0; i < nr; i++)
		sum += v[i];
	fprintf(result, "figure %s %s %s %u %u %u %u %u %.0f\n", condition,
		op->name, part, v[0] - clocks, mode - clocks, times * 100 / nr,
		v[nr / 2] - clocks, v[nr * 9 / 10] - clocks, sum / nr - clocks);
}

static void report_all(const char *condition)
{
	static uint32_t all[MAX_SAMPLES], first[MAX_SAMPLES], second[MAX_SAMPLES];

	for (unsigned int i = 0; i < NR_OPS; i++) {
		for (unsigned int n = 0; n < ops[i].samples; n++) {
			const struct stamps *s = &board->sample[i][n];

			all[n] = s->end - s->begin;
			first[n] = s->middle - s->begin;
			second[n] = s->end - s->middle;
		}
		/* What reading the counter costs, once between two stamps. */
		if (i == 0) {
			unsigned int times;

			qsort(first, ops[i].samples, sizeof(*first), by_size);
			overhead = mode_of(first, ops[i].samples, &times);
			continue;
		}
		report(condition, &ops[i], "all", all, 2 * overhead);
		if (ops[i].parts) {
			report(condition, &ops[i], "first", first, overhead);
			report(condition, &ops[i], "second", second, overhead);
		}
	}
	fflush(result);
}

#define NOPS(n) asm volatile(".rept " #n "\n nop\n .endr" : : : "memory")

static void clock_counts_instructions(void)
{
	uint64_t few = UINT64_MAX, many = UINT64_MAX;

	for (int i = 0; i < 50; i++) {
		uint64_t a = now(), b;

		NOPS(1000);
		b = now();
		if (b - a < few)
			few = b - a;
		a = now();
		NOPS(5000);
		b = now();
		if (b - a < many)
			many = b - a;
	}
	if (many - few != 4000)
		fail("4000 instructions take %llu ticks of the counter: is the guest run with -icount shift=0?",
		     (unsigned long long)(many - few));
}

/* Worlds */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %m", path);
	close(fd);
}

/* A parked process, with CLONE_NEWPID the init of a pid namespace. */
static struct worker spawn(int flags)
{
	struct worker w;
	int park[2];
	char byte;

	/* The tree of pids has the same shape for everyone. */
	put("/proc/sys/kernel/ns_last_pid", FIRST_PID);
	if (pipe2(park, O_CLOEXEC))
		fail("pipe: %m");
	w.pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (w.pid < 0)
		fail("clone: %m");
	if (!w.pid) {
		close(park[1]);
		if (read(park[0], &byte, 1) == 1) {
			close(park[0]);
			measure();
		}
		_exit(0);
	}
	close(park[0]);
	w.go = park[1];
	return w;
}

static void run(struct worker w, const char *condition)
{
	board->finished = false;
	board->failed = NULL;
	if (write(w.go, "g", 1) != 1)
		fail("%s: the worker is gone", condition);
	close(w.go);
	if (waitpid(w.pid, NULL, 0) != w.pid)
		fail("%s: waitpid: %m", condition);
	if (!board->finished)
		fail("%s: %s did not do what it should", condition,
		     board->failed ?: "the worker");
	report_all(condition);
}

static void enter_cgroup(struct worker w)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", w.pid);
	put(CGROUP "/cgroup.procs", text);
}

static void load(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		fail("%s: %m", MODULE);
	close(fd);
	sleep(SETTLE_S);
}

static void unload(void)
{
	int tries = UNLOAD_TRIES;

	while (syscall(SYS_delete_module, "vzctx", O_NONBLOCK)) {
		if (!tries--)
			fail("cannot unload the module: %m");
		usleep(100000);
	}
	sleep(SETTLE_S);
}

/* In a process of its own: workers inherit every page this one has touched. */
static void bind_context(struct worker w)
{
	pid_t binder = fork();
	int status;

	if (!binder) {
		static struct genl g;
		int err = genl_open(&g) ?: vz_create(&g, CTID, w.pid);

		if (err)
			dprintf(fileno(result), "# %s %s\n", strerror(-err), g.text);
		_exit(err != 0);
	}
	if (binder < 0 || waitpid(binder, &status, 0) != binder || status)
		fail("no context");
	sleep(SETTLE_S);
}

/* The same units are charged as in a context, and some more. */
static void make_cgroup(void)
{
	mkdir("/cgroup", 0755);
	if (mount("cgroup2", "/cgroup", "cgroup2", 0, NULL))
		fail("cgroup2: %m");
	put("/cgroup/cgroup.subtree_control", "+pids +memory");
	if (mkdir(CGROUP, 0755))
		fail("%s: %m", CGROUP);
	put(CGROUP "/pids.max", "1000");
	put(CGROUP "/memory.max", "268435456");
	sleep(SETTLE_S);
}

static void without_cgroup(void)
{
	struct worker ct;

	run(spawn(0), "none");
	run(spawn(CLONE_NEWPID), "none-ns");
	load();
	run(spawn(0), "idle");
	ct = spawn(CLONE_NEWPID);
	bind_context(ct);
	run(spawn(0), "host");
	run(spawn(CLONE_NEWPID), "stray");
	run(ct, "ct");
	unload();
	run(spawn(0), "gone");
}

static void with_cgroup(void)
{
	struct worker w;

	make_cgroup();
	w = spawn(0);
	enter_cgroup(w);
	run(w, "cg");
	w = spawn(CLONE_NEWPID);
	enter_cgroup(w);
	run(w, "cg-ns");
	load();
	w = spawn(CLONE_NEWPID);
	enter_cgroup(w);
	bind_context(w);
	run(w, "cg-ct");
	unload();
}

int main(void)
{
	mkdir("/dev", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mkdir("/proc", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	result = fopen(RESULT_TTY, "we");
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (getpid() != 1 || !result || board == MAP_FAILED)
		fail("this wants to be the init of a guest");
	clock_counts_instructions();
	/* A kernel just booted is still busy with itself, and so is the first worker. */
	sleep(SETTLE_S);
	run(spawn(0), "warm");
	without_cgroup();
	with_cgroup();
	fprintf(result, "done\n");
	power_off();
}
