# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - makes the tables of hooks out of the lines of hookbench.
#
# Wants: title; operations and conditions, separated by spaces.

$1 == "figure" {
	min[$2, $3, $4] = $5
	mode[$2, $3, $4] = $6
	share[$2, $3, $4] = $7
	median[$2, $3, $4] = $8
}

function signed(n) {
	return n == 0 ? "0" : sprintf("%+d", n)
}

# In a cgroup the kernel charges memory in batches, so there no value is frequent.
function figure(condition, op, part) {
	return condition ~ /^cg/ ? min[condition, op, part] : mode[condition, op, part]
}

# More instructions under a condition than under another.
function more(with, without, op, part) {
	return figure(with, op, part) - figure(without, op, part)
}

function cell(with, without, op,	d) {
	d = more(with, without, op, "all")
	return sprintf(" %s | %.3f |", signed(d), 1 + d / figure(without, op, "all"))
}

# What one call costs, out of three operations that make it once, twice, once.
function file_calls(with, without, part) {
	return signed(more(with, without, "open+close", part)) " / " \
		signed(more(with, without, "pipe+close", part) / 2) " / " \
		signed(more(with, without, "socket+close", part))
}

function function_row(name, floor, part) {
	printf "| %s | %s | %s | %s | %s |\n", name, floor,
		file_calls("host", "none", part),
		file_calls("stray", "none-ns", part),
		file_calls("ct", "none-ns", part)
}

function both(with, without) {
	return signed(more(with, without, "clone3-refused", "all"))
}

END {
	nops = split(operations, op, " ")
	nconds = split(conditions, cond, " ")
	for (c = 1; c <= nconds; c++)
		for (o = 1; o <= nops; o++)
			if (!((cond[c], op[o], "all") in min)) {
				print "no figure for " op[o] ", " cond[c] > "/dev/stderr"
				exit 1
			}

	printf "\n### %s\n\n", title
	print "Instructions per operation, and how many more under each condition: the most frequent"
	print "of several hundred runs; within the cgroup the smallest, and the median for comparison."
	print ""
	print "| operation | no module | loaded, no context | host task | x | unregistered pid namespace | x | in a context | x | cgroup v2 | x | cgroup v2, median | context in that cgroup | x |"
	print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (o = 1; o <= nops; o++) {
		n = op[o]
		printf "| %s | %d | %s |%s%s%s%s %s |%s\n", n, figure("none", n, "all"),
			signed(more("idle", "none", n, "all")),
			cell("host", "none", n), cell("stray", "none-ns", n),
			cell("ct", "none-ns", n), cell("cg", "none", n),
			signed(median["cg", n, "all"] - median["none", n, "all"]),
			cell("cg-ct", "cg-ns", n)
	}
	print ""
	print "Host task and cgroup v2 are compared with a host task without the module, the two"
	print "in pid namespaces with such a task without the module, the last with one in the cgroup."
	print ""
	print "| operation | same in a pid namespace | no module again, after unloading | smallest | most frequent | of 100 | median |"
	print "|---|--:|--:|--:|--:|--:|--:|"
	for (o = 1; o <= nops; o++) {
		n = op[o]
		printf "| %s | %s | %s | %d | %d | %d | %d |\n", n,
			signed(more("none-ns", "none", n, "all")),
			signed(more("gone", "none", n, "all")),
			min["none", n, "all"], mode["none", n, "all"], share["none", n, "all"], median["none", n, "all"]
	}
	print ""
	print "Per call, from open / pipe / socket:"
	print ""
	print "| function | floor, host | host task | unregistered pid namespace | in a context |"
	print "|---|--:|--:|--:|--:|"
	function_row("alloc_empty_file", series == "6.1" ? 41 : 45, "first")
	function_row("security_file_free", series == "6.1" ? 39 : 43, "second")
	printf "| security_task_alloc and _free | %s | %s | %s | %s |\n",
		series == "6.1" ? "40 + 39" : "40 + 43",
		both("host", "none"), both("stray", "none-ns"), both("ct", "none-ns")
	printf "| security_task_alloc (less a security_file_free) | 40 | %s | | |\n",
		signed(more("host", "none", "clone3-refused", "all") - \
			more("host", "none", "open+close", "second"))
}
