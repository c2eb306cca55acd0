# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - whether two runs agree: names what differs by more than 0.5 %.
#
# Reads the figures of the first run, then with second=1 those of the other.

function compare(name, a, b,	d) {
	if (a == "" || b == "" || a == 0)
		return
	compared++
	d = (b / a - 1) * 100
	if (d > 0.5 || d < -0.5) {
		printf "differs: %s %.6g %.6g (%+.2f %%)\n", name, a, b, d
		apart++
	}
}

function of_run(run, name, what,	m) {
	second = run
	m = median(name, what)
	second = ""
	return m
}

END {
	second = ""
	for (i = 1; i <= nrows; i++) {
		compare(row[i] " wall", of_run("", row[i], 3), of_run(1, row[i], 3))
		compare(row[i] " CPU", of_run("", row[i], 4), of_run(1, row[i], 4))
	}
	for (k in cost) {
		split(k, part, SUBSEP)
		if (part[1] == "")
			compare(part[2] " " part[3], cost[k], cost[1, part[2], part[3]])
	}
	compare("KiB of a container", each("vzctx", 20, 60), (kib[1, "vzctx", 60] - kib[1, "vzctx", 20]) / 40)
	printf "two runs: %d of %d figures differ by more than 0.5 %%\n", apart, compared
}
