// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx bench - how long commands take, one after the other, and what they cost
 *
 * usage: lat NAME TIMES COMMAND [ARGUMENT...] [, COMMAND [ARGUMENT...]]...
 *
 * Prints for each time a line
 *
 *	sample NAME WALL CPU ALL
 *
 * in nanoseconds: from the first command's fork to the last one's end; of the
 * processor by the commands and all they waited for; of the processor by every task
 * there is, until some time after, when what was left to be cleaned up is. A status
 * other than 0 ends it, with what the command said.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SETTLE_MS 400
#define SAID "/tmp/lat.said"

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static uint64_t in_ns(struct timeval tv)
{
	return tv.tv_sec * 1000000000ull + tv.tv_usec * 1000ull;
}

/* What all tasks have run; ours is counted in it once it has slept. */
static uint64_t all_ran(void)
{
	struct timespec nap = { .tv_nsec = SETTLE_MS * 1000000l };
	unsigned long long ran, sum = 0;
	char line[512];
	FILE *f;

	nanosleep(&nap, NULL);
	f = fopen("/proc/schedstat", "re");
	if (!f)
		err(1, "/proc/schedstat");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu", &ran) == 1)
			sum += ran;
	fclose(f);
	return sum;
}

static void say(void)
{
	char text[4096];
	int fd = open(SAID, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text));

	if (n > 0)
		fprintf(stderr, "%.*s", (int)n, text);
	close(fd);
}

static void run(char **argv)
{
	pid_t pid = vfork();
	int status;

	if (!pid) {
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(1, "%s", argv[0]);
	if (status) {
		say();
		errx(1, "%s %s: status %#x", argv[0], argv[1] ?: "", status);
	}
}

/* Everything the commands say goes into a file in memory. */
static void redirect(void)
{
	int null = open("/dev/null", O_RDONLY);
	int said = open(SAID, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int out = fcntl(1, F_DUPFD_CLOEXEC, 3);
	int errs = fcntl(2, F_DUPFD_CLOEXEC, 3);

	if (null < 0 || said < 0 || out < 0 || errs < 0)
		err(1, "cannot redirect");
	dup2(null, 0);
	stdout = fdopen(out, "w");
	stderr = fdopen(errs, "w");
	setvbuf(stdout, NULL, _IOLBF, 0);
	dup2(said, 1);
	dup2(said, 2);
	close(null);
	close(said);
}

int main(int argc, char **argv)
{
	struct rusage before, after;
	uint64_t begin, end, ran;
	bool first = true;
	char **list;
	int times;

	if (argc < 4)
		errx(2, "usage: lat NAME TIMES COMMAND [ARGUMENT...] [, COMMAND...]...");
	times = atoi(argv[2]);
	list = argv + 3;
	for (char **a = list; *a; a++)
		if (!strcmp(*a, ","))
			*a = NULL;
	redirect();
	while (times--) {
		ftruncate(1, 0);
		lseek(1, 0, SEEK_SET);
		ran = all_ran();
		getrusage(RUSAGE_CHILDREN, &before);
		begin = now();
		first = true;
		for (int i = 0; i < argc - 3; i++) {
			if (first)
				run(list + i);
			first = !list[i];
		}
		end = now();
		getrusage(RUSAGE_CHILDREN, &after);
		fprintf(stdout, "sample %s %llu %llu %llu\n", argv[1],
			(unsigned long long)(end - begin),
			(unsigned long long)(in_ns(after.ru_utime) + in_ns(after.ru_stime) -
					     in_ns(before.ru_utime) - in_ns(before.ru_stime)),
			(unsigned long long)(all_ran() - ran));
	}
	return 0;
}
