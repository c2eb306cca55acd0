# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - names what is more than 3 % dearer in the second list of figures than in
# the first; both are as report_keys.awk writes them.

/^#/ || $3 == "null" {
	next
}

FILENAME == ARGV[1] {
	old[$1, $2] = $3
	known[$1]
	next
}

!($1 in known) {
	print "nothing is committed to compare " $1 " with"
	known[$1]
}

($1, $2) in old && $3 > old[$1, $2] * 1.03 {
	printf "worse: %s %s: %s, committed %s (%+.1f %%)\n", $1, $2, $3, old[$1, $2],
		($3 / old[$1, $2] - 1) * 100
}
