# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - what is to be reached, beside what was measured.

# A row; a figure that was not taken has none.
function goal(what, most, n, digits) {
	if (n != "")
		printf "| %s | %s | %.*f | %s |\n", what, most, digits, n, n <= most + 0 ? "yes" : "no"
}

END {
	print "\n| what | at most | measured | reached |"
	print "|---|--:|--:|---|"
	goal("`vzctx --version`, wall", 2, wall("tool/version"), 2)
	goal("`vzctx list`, wall", 3, wall("tool/list"), 2)
	goal("`vzctx start -F ID -- /bin/true`, wall", 7, wall("start/vzctx"), 2)
	goal("the same, CPU", 5.5, cpu("start/vzctx"), 2)
	goal("the first start after insmod, wall", 60, wall("life/first-start"), 0)
	goal("a start after the linger, wall", 60, wall("life/start-after-linger"), 0)
	goal("`vzctx exec ID -- /bin/true`, wall", 4, wall("exec/vzctx"), 2)
	goal("the same, CPU", 3.6, cpu("exec/vzctx"), 2)
	goal("start and `stop --fast`, wall", 15, wall("detach/vzctx"), 2)
	goal("the same, CPU", 12, cpu("detach/vzctx"), 2)
	goal("KiB of an idle container", 450, each("vzctx", 20, 60), 0)
	goal("rmmod with hooks, wall", 300, wall("life/rmmod-hooked"), 0)
	goal("task in a container with limits only, geometric mean", 1.06, geomean("ct", "none"), 4)
	goal("task in a container as it is", 1.13, geomean("product", "none"), 4)
	goal("task on the host while a container runs", 1.005, geomean("host", "none"), 4)
	goal("100000 entries of others, host task, worst operation", 1.002, crowded("files", "host", 1), 4)
	goal("1000 contexts, task in one of them, geometric mean", 1.01, crowded("many", "in"), 4)
}
