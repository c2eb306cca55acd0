# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - the table of operations that all processors do at once.
#
# Wants: release, processors.

function cell(condition, name,	one, all) {
	one = cost["", condition "-1", name]
	all = cost["", condition "-" processors, name]
	return sprintf(" %.0f | %.0f | %.2f |", one, all, one ? all / one : 0)
}

END {
	n = split("none cgroup host ct cts", cond, " ")
	printf "\n### Linux %s, %d processors\n\n", release, processors
	print "Cycles of an operation, of one task alone, of one on each processor, and their ratio: on the"
	print "host without the module, in one cgroup v2, on the host with the module, all in one CT, each in"
	print "a CT of its own."
	print ""
	print "| operation | host | all | x | cgroup v2 | all | x | host, module | all | x | one CT | all | x | CT each | all | x |"
	print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (i = 1; i <= nops; i++) {
		line = "| " op[i] " |"
		for (c = 1; c <= n; c++)
			line = line cell(cond[c], op[i])
		print line
	}
}
