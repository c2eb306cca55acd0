// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx netstat - what containers have received and sent
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/msg.h"
#include "module/modload.h"
#include "net/traffic.h"
#include "table/traffic_row.h"
#include "verbs/cmd.h"

#define DEFAULT "ctid,interface,in,inpackets,out,outpackets"

static int netstat(const struct out *out)
{
	struct traffics t = { 0 };
	struct vznl *nl;
	int ret = modload_open(vznl_open, &nl, &msg_report);

	if (ret)
		return ret;
	ret = traffic_read(nl, &t);
	if (!ret)
		ret = print_table(out, "traffic", trafficrow_columns,
				  trafficrow_ncolumns, DEFAULT, t.v, t.n,
				  sizeof(*t.v));
	free(t.v);
	if (ret)
		ret = msg_fail(-ret, vznl_sentence(nl), "read the network's counters");
	vznl_close(nl);
	return ret;
}

int cmd_netstat(const struct verb *verb, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "help", no_argument, NULL, 'h' },
		PRINT_LONG,
		{ 0 },
	};
	struct out out = { 0 };
	int opt;

	while ((opt = getopt_long(argc, argv, ":h" PRINT_SHORT, opts, NULL)) >= 0) {
		if (opt == 'h') {
			verb_help(verb);
			printf(PRINT_HELP "\n");
			print_columns(trafficrow_columns, trafficrow_ncolumns);
			return EXIT_OK;
		} else if (!out_option(&out, opt, optarg)) {
			return verb_badopt(opt, argv);
		}
	}
	if (optind < argc)
		return msg_usage(argv[0], "unexpected word \"%s\"",
				 argv[optind]);
	if (!print_check(&out, trafficrow_columns, trafficrow_ncolumns, argv[0]))
		return EXIT_USAGE;
	return netstat(&out);
}
