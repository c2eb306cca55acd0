# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - what the lines of rows.sh come to; read before the other report_*.awk.
#
# Wants: release. Every time is in millions of instructions.

$1 == "sample" {
	key = second SUBSEP $2
	n = ++times[key]
	for (i = 3; i <= 5; i++)
		sample[key, i, n] = $i / 1e6
	if (!second && n == 1)
		row[++nrows] = $2
}

$1 == "micro" {
	# Several that ran at once are one figure.
	key = second SUBSEP $2 SUBSEP $3
	total[key] += $4
	cost[key] = total[key] / ++number[key]
	if (!second && !($3 in seen)) {
		seen[$3]
		op[++nops] = $3
	}
}

$1 == "memory" {
	kib[second, $2, $3] = $4
}

$1 == "many" {
	many[$2] = $3
}

# The middle one of the samples of a row; "" if there is none. WHAT is 3 for wall, 4 for
# the command's processor time, 5 for everybody's.
function median(name, what,	key, n, i, j, v, x) {
	key = second SUBSEP name
	n = times[key]
	if (!n)
		return ""
	for (i = 1; i <= n; i++) {
		x = sample[key, what, i]
		for (j = i - 1; j > 0 && v[j] > x; j--)
			v[j + 1] = v[j]
		v[j + 1] = x
	}
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

function wall(name) {
	return median(name, 3)
}

function cpu(name) {
	return median(name, 4)
}

# a / b, nothing if one of them is not known.
function ratio(a, b) {
	return a == "" || b == "" ? "" : a / b
}

# What an operation costs under a condition, over what it costs under another.
function times_dearer(with, without, name) {
	return ratio(cost[second, with, name], cost[second, without, name])
}

# The geometric mean over all operations.
function geomean(with, without,	i, sum) {
	for (i = 1; i <= nops; i++) {
		if (times_dearer(with, without, op[i]) == "")
			return ""
		sum += log(times_dearer(with, without, op[i]))
	}
	return nops ? exp(sum / nops) : ""
}

# The dearest; worst_op says which.
function worst(with, without,	i, r, most) {
	most = ""
	for (i = 1; i <= nops; i++) {
		r = times_dearer(with, without, op[i])
		if (r != "" && (most == "" || r > most)) {
			most = r
			worst_op = op[i]
		}
	}
	return most
}

# What an operation costs with MANY of something over FEW, both on WHERE, less what as
# much costs without the module.
function crowded_op(many, where, name) {
	return ratio(times_dearer(many "-" where, "few-" where, name),
		     times_dearer("bare" many "-" where, "barefew-" where, name))
}

# The geometric mean of that, or the dearest with most=1.
function crowded(many, where, most,	i, r, n, sum, max) {
	max = ""
	for (i = 1; i <= nops; i++) {
		r = crowded_op(many, where, op[i])
		if (r == "")
			continue
		n++
		sum += log(r)
		if (max == "" || r > max)
			max = r
	}
	return most ? max : n ? exp(sum / n) : ""
}

# KiB for each of the WHATs between so many and so many.
function each(what, few, lots,	a, b) {
	a = kib[second, what, few]
	b = kib[second, what, lots]
	return a == "" || b == "" ? "" : (b - a) / (lots - few)
}

# How much one more running container adds to a row.
function slope(name, what,	a, b) {
	a = median("growth20/" name, what)
	b = median("growth60/" name, what)
	return a == "" || b == "" ? "" : (b - a) / 40
}
