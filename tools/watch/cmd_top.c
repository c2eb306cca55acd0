// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx top - all contexts, live
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/parse.h"
#include "module/modload.h"
#include "table/top_row.h"
#include "verbs/cmd.h"

#define DEFAULT "ctid,numproc,cpu,load,use,fullest,failures,new,time,uptime,io,waitcpu,waitmem,waitio"

struct top {
	struct vznl *nl;
	struct vz_reslist res;
	struct toprows rows;
	struct out out;
	enum top_sort sort;
	uint64_t interval, count;	/* count 0: no end */
	bool live;
};

static struct termios cooked;

static void cook(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
	fputs("\033[?25h", stdout);
	fflush(stdout);
}

static void on_signal(int sig)
{
	static const char show[] = "\033[?25h";

	tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
	if (write(STDOUT_FILENO, show, sizeof(show) - 1) < 0)
		_exit(128 + sig);
	_exit(128 + sig);
}

/* Keys come one by one and are not shown. */
static void go_live(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &cooked))
		return;
	atexit(cook);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	raw = cooked;
	raw.c_lflag &= ~(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs("\033[?25l", stdout);
}

static int look(struct top *t)
{
	struct toprows rows;
	int ret = toprows_read(t->nl, &t->res, &t->rows, &rows);

	if (ret)
		return msg_fail(-ret, vznl_sentence(t->nl), "list containers");
	toprows_free(&t->rows);
	t->rows = rows;
	return EXIT_OK;
}

static int draw(struct top *t)
{
	int ret;

	toprows_sort(&t->rows, t->sort);
	if (t->live) {
		unsigned int height = print_height();

		t->out.screen = height > 4 ? height - 3 : height;
		printf("\033[H\033[2J%zu container%s by %s; keys: f failures, u use, c cpu, q quit\n\n",
		       t->rows.n, t->rows.n == 1 ? "" : "s",
		       top_sort_word(t->sort));
	}
	ret = print_table(&t->out, "contexts", toprow_columns, toprow_ncolumns,
			  DEFAULT, t->rows.v, t->rows.n, sizeof(*t->rows.v));
	if (!ret && fflush(stdout))
		ret = -errno;
	return ret ? msg_fail(-ret, NULL, "print the table") : EXIT_OK;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Until the next look is due. Return: false to leave. */
static bool keys(struct top *t)
{
	struct pollfd pf = { STDIN_FILENO, POLLIN, 0 };
	int64_t end = now_ms() + (int64_t)t->interval * 1000, left;

	if (!t->live) {
		sleep(t->interval);
		return true;
	}
	while ((left = end - now_ms()) > 0) {
		char key;

		if (poll(&pf, 1, (int)left) <= 0)
			continue;
		if (read(STDIN_FILENO, &key, 1) != 1)
			return false;
		switch (key) {
		case 'f': t->sort = TOP_FAILURES; break;
		case 'u': t->sort = TOP_USE; break;
		case 'c': t->sort = TOP_CPU; break;
		case 'q': return false;
		default: continue;
		}
		if (draw(t))
			return false;
	}
	return true;
}

static int run(struct top *t)
{
	int ret = vznl_res(t->nl, &t->res);

	if (ret)
		return msg_fail(-ret, vznl_sentence(t->nl),
				"list the kernel's resources");
	if (t->live)
		go_live();
	for (uint64_t i = 0; !t->count || i < t->count; i++) {
		if (i && !keys(t))
			break;
		ret = look(t);
		if (!ret)
			ret = draw(t);
		if (ret)
			break;
	}
	return ret;
}

static bool parse_sort(const char *word, enum top_sort *sort)
{
	for (*sort = TOP_FAILURES; *sort <= TOP_CPU; ++*sort)
		if (!strcmp(word, top_sort_word(*sort)))
			return true;
	return false;
}

int cmd_top(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "sort", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		PRINT_LONG,
		{ 0 },
	};
	struct top t = { .interval = 2 };
	int opt, ret;

	while ((opt = getopt_long(argc, argv, ":h" PRINT_SHORT, opts, NULL)) >= 0) {
		bool good = true;

		if (opt == 'i') {
			good = parse_u64(optarg, 86400, &t.interval) && t.interval;
		} else if (opt == 'c') {
			good = parse_u64(optarg, INT64_MAX, &t.count) && t.count;
		} else if (opt == 's') {
			good = parse_sort(optarg, &t.sort);
		} else if (opt == 'h') {
			verb_help(verb);
			printf("      --interval S      look every S seconds (2)\n"
			       "      --count N         N times\n"
			       "      --sort WORD       failures (default), use or cpu\n"
			       PRINT_HELP
			       "\nOn a terminal the keys f, u and c sort, q quits; elsewhere it looks once\n"
			       "unless --count says more.\n\n");
			print_columns(toprow_columns, toprow_ncolumns);
			return EXIT_OK;
		} else if (!out_option(&t.out, opt, optarg)) {
			return verb_badopt(opt, argv);
		}
		if (!good)
			return msg_usage(argv[0], "\"%s\" is out of range",
					 optarg);
	}
	if (optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"",
				 argv[optind]);
	if (!print_check(&t.out, toprow_columns, toprow_ncolumns, argv[0]))
		return EXIT_USAGE;
	t.live = t.out.mode == PRINT_TEXT && isatty(STDOUT_FILENO) &&
		 isatty(STDIN_FILENO);
	if (!t.live && !t.count)
		t.count = 1;
	ret = modload_open(vznl_open, &t.nl, &msg_report);
	if (ret)
		return ret;
	ret = run(&t);
	toprows_free(&t.rows);
	vz_reslist_free(&t.res);
	vznl_close(t.nl);
	return ret;
}
