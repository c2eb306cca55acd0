# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - the tables for people, in markdown.

function figure(n, digits) {
	return n == "" ? "" : sprintf("%." digits "f", n)
}

# A row of times, and what they are over those of a peer, if one is named.
function times_row(name, peer) {
	if (wall(name) == "")
		return
	printf "| %s | %s | %s | %s | %s | %s |\n", name, figure(wall(name), 2), figure(cpu(name), 2),
		figure(median(name, 5), 2), figure(ratio(wall(name), peer ? wall(peer) : ""), 2),
		figure(ratio(cpu(name), peer ? cpu(peer) : ""), 2)
}

function times_table(	i, part, peer) {
	if (!nrows)
		return
	print ""
	print "Commands, in millions of instructions: from start to end, of the processor by the command"
	print "and what it waits for, of the processor by everybody. Over crun, or nsenter for exec:"
	print ""
	print "| command | wall | CPU | all CPU | x wall | x CPU |"
	print "|---|--:|--:|--:|--:|--:|"
	for (i = 1; i <= nrows; i++) {
		split(row[i], part, "/")
		peer = part[1] ~ /^(start|detach)$/ ? part[1] "/crun" : part[1] == "exec" ? "exec/nsenter" : ""
		times_row(row[i], peer)
	}
}

function cell(with, name,	r) {
	r = times_dearer(with, "none", name)
	return r == "" ? " | |" : sprintf(" %+.0f | %.3f |", cost["", with, name] - cost["", "none", name], r)
}

function micro_table(	i, c, n, cond, line) {
	if (cost["", "none", "getppid"] == "")
		return
	n = split("host ct product cgroup gone", cond, " ")
	print ""
	print "Operations, in instructions: on the host without the module, and what is added on the host"
	print "while a container runs, for a task in a container that has limits but no cgroup and no"
	print "filter of calls, for one in a container as it is, for one in a cgroup v2 with limits, and"
	print "without the module once more:"
	print ""
	print "| operation | host | host, module | x | in a CT | x | CT as it is | x | cgroup v2 | x | unloaded | x |"
	print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (i = 1; i <= nops; i++) {
		if (cost["", "none", op[i]] == "")
			continue
		line = sprintf("| %s | %.0f |", op[i], cost["", "none", op[i]])
		for (c = 1; c <= n; c++)
			line = line cell(cond[c], op[i])
		print line
	}
	line = "| geometric mean | |"
	for (c = 1; c <= n; c++)
		line = line " | " figure(geomean(cond[c], "none"), 4) " |"
	print line
}

function crowd_cells(where, name,	few) {
	few = cost["", "few-" where, name]
	return sprintf(" %.0f | %.0f | %.4f | %.0f | %.4f |", few,
		cost["", "many-" where, name], crowded_op("many", where, name),
		cost["", "files-" where, name], crowded_op("files", where, name))
}

function contexts_table(	i) {
	if (cost["", "few-in", "open_close_null"] == "" || cost["", "barefew-in", "open_close_null"] == "")
		return
	print ""
	print "Operations in a context and on the host: with 2 contexts, with 1000, with 2 of which the"
	print "other has 100000 open files; each less what as many processes and files cost without the"
	print "module:"
	print ""
	print "| operation | in one of 2 | of 1000 | x | 100000 files | x | host, 2 | 1000 | x | 100000 files | x |"
	print "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
	for (i = 1; i <= nops; i++)
		if (cost["", "few-in", op[i]] != "")
			print "| " op[i] " |" crowd_cells("in", op[i]) crowd_cells("host", op[i])
}

function memory_table() {
	if (each("vzctx", 20, 60) == "" && each("crun", 20, 60) == "")
		return
	print ""
	print "KiB for each idle container with a network of its own, every kind of memory together:"
	printf "vzctx %s, crun %s.\n", figure(each("vzctx", 20, 60), 0), figure(each("crun", 20, 60), 0)
	print ""
	print "Millions of instructions that one more running container adds:"
	printf "start %s, exec %s, list %s, ubc %s, cat /proc/user_beancounters %s.\n",
		figure(slope("start", 4), 3), figure(slope("exec", 4), 3), figure(slope("list", 4), 3),
		figure(slope("ubc", 4), 3), figure(slope("cat", 4), 3)
}

function many_table(	i, n, last, steps, ran, nran) {
	if (!("started" in many))
		return
	print ""
	printf "Containers started in a guest of 4 GiB: %d, and stopped again: %d.\n", many["started"], many["stopped"]
	print ""
	print "| containers | KiB each | start | list | ubc | cat /proc/user_beancounters |"
	print "|--:|--:|--:|--:|--:|--:|"
	last = 0
	for (i = split("100 250 500 1000", steps, " "); i > 0; i--)
		if (steps[i] <= many["started"])
			ran[++nran] = steps[i]
	for (i = nran; i > 0; i--) {
		n = ran[i]
		printf "| %d | %s | %s | %s | %s | %s |\n", n, figure(each("many", last, n), 0),
			figure(cpu("growth-many" n "/start"), 2), figure(wall("growth-many" n "/list"), 2),
			figure(wall("growth-many" n "/ubc"), 2), figure(wall("growth-many" n "/cat"), 2)
		last = n
	}
}

END {
	printf "\n### Linux %s\n", release
	times_table()
	micro_table()
	contexts_table()
	memory_table()
	many_table()
}
