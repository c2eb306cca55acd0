#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=300 kernels=newest
#
# vzctx - ubc and top: what is held and refused, on a terminal too.
#
# Figures are held against /proc/bc, and that against processes that forked.

# What stands in single quotes is for another shell, for awk or for jq.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/ubc.sh"

# on_terminal COLUMNS COMMAND: what a terminal of that width gets.
on_terminal() {
	script -qec "stty cols $1 rows 24; $2" /dev/null | tr -d '\r'
}

plain() {
	sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
}

widest() {
	plain | awk '{ if (length > w) w = length } END { print w + 0 }'
}

# aligned HEADING...: under the end of each heading every line ends a word.
aligned() {
	plain | awk -v words="$*" '
		{ line = " " $0 " " }
		!n { n = split(words, w, " ")
			for (i = 1; i <= n; i++) {
				end[i] = index(line, " " w[i] " ") + length(w[i])
				if (end[i] == length(w[i])) bad = 1
			}
		}
		{ for (i = 1; i <= n; i++)
			if (substr(line, end[i], 1) == " " || substr(line, end[i] + 1, 1) != " ")
				bad = 1
		}
		END { exit bad || NR < 2 }'
}

# --- ubc ---------------------------------------------------------------------

narrow_terminal() {
	local text width
	text=$(on_terminal 80 'vzctx ubc 101') || return
	width=$(widest <<<"$text")
	printf '%s\nwidest %s\n' "$text" "$width"
	((width <= 80)) && [[ $text = *unlimited* ]] &&
		aligned HELD USE MAXHELD BARRIER LIMIT FAILCNT <<<"$text" &&
		grep -Eq '^kmemsize +[0-9.]+[KM] +- +[0-9.]+[KM] +unlimited +unlimited +0$' <<<"$text" &&
		grep -Eq '^numfile +[0-9]+ +[0-9]+% ' <<<"$text" &&
		same "$(grep -c $'\033' <<<"$text")" 1 &&
		grep -Eq $'^\033\\[31mnumproc *\033\\[0m .* \033\\[31m *1\033\\[0m$' <<<"$text" &&
		! grep -q $'\033' <<<"$(NO_COLOR=1 on_terminal 80 'vzctx ubc 101')" &&
		grep -Eq '^RESOURCE +HELD +USE +MAXHELD +BARRIER +LIMIT +FAILCNT' <<<"$text"
}

wide_terminal() {
	local text width
	text=$(on_terminal 200 'vzctx ubc') || return
	width=$(widest <<<"$text")
	printf '%s\nwidest %s\n' "$text" "$width"
	((width <= 200 && width > 120)) && grep -q 'ENOMEM' <<<"$text" &&
		aligned CTID HELD USE MAXHELD BARRIER LIMIT FAILCNT NEW <<<"$text" &&
		grep -Eq '102 +numproc .*unlimited +unlimited' <<<"$text"
}

# What a person may meet on a terminal of 80 columns.
all_narrow() {
	local text
	text=$(on_terminal 80 'for w in "ubc" "ubc -q" "list" "show 101" "why 101" "limit --overcommit" \
		"limit --overcommit 102" "limit 101 numproc=4:9 --dry-run" "top --count 1" \
		"--help" "limit --help" "ubc --help" "top --help" "events --help"; do
		echo "# $w"; vzctx $w; done')
	plain <<<"$text" | awk 'length > 80 { print "too wide: " $0; bad = 1 } END { exit bad || NR < 150 }'
}

no_colours_in_a_pipe() {
	refuses grep -q $'\033' <(vzctx ubc) && grep -q $'\033' <(VZCTX_COLOR=always vzctx ubc)
}

# Resource, held, maxheld, barrier, limit, failcnt of every row, in JSON and /proc.
# Memory in use may change between the two looks.
json_is_the_kernels() {
	for _ in 1 2 3 4 5; do
		json_is_proc >"$work/differs" && return
	done
	cat "$work/differs"
	return 1
}

json_is_proc() {
	local ctid json proc
	for ctid in 101 102; do
		json=$(vzctx ubc "$ctid" --all --json |
			jq -r '.beancounters[] | [.resource, .held, .maxheld, .barrier, .limit, .failcnt] | map(tostring) | join(" ")' | sort)
		proc=$(awk '{ print $1, $2, $3, $4, $5, $6 }' "/proc/bc/$ctid/resources" | sort)
		json=${json//null/9223372036854775807}
		diff <(echo "$json") <(echo "$proc") || return
		json=$(vzctx ubc "$ctid" --all --json)
		grep -q '"limit": *null' <<<"$json" || return
	done
	same "$(vzctx ubc 101 --parsable --noheadings -o resource,held,maxheld,barrier,limit,failcnt | grep ^numproc)" \
		"$(awk -v OFS='\t' '$1 == "numproc" { print $1, $2, $3, $4, $5, $6 }' /proc/bc/101/resources)"
}

per_cent() {
	vzctx ubc 101 --json | jq -e '.beancounters[] | select(.resource == "numfile") | .use == (.held * 100 / 200 | floor)'
}

quiet() {
	local out
	out=$(vzctx ubc -q --parsable --noheadings -o ctid,resource)
	same "$out" "101	numproc"
}

relative() {
	local n
	n=$(failures 101 numproc)
	same "$(vzctx ubc 101 -r -q --parsable --noheadings -o new)" "$n" || return
	same "none$(vzctx ubc -r -q --parsable --noheadings -o new)" none || return
	refuse_101 || return
	same "$(vzctx ubc -r -q --parsable --noheadings -o ctid,resource,new)" \
		"101	numproc	$(($(failures 101 numproc) - n))"
}

# Twice in a pipe; on a terminal one screen after the other, none taller than that.
watch() {
	local out rows
	out=$(vzctx ubc 101 -w --interval 1 --count 2)
	same "$(grep -c '^RESOURCE' <<<"$out")" 2 || return
	out=$(on_terminal 80 'vzctx ubc -w --count 1')
	printf '%s\n' "$out"
	# A heading, 21 rows, and how many more there are.
	rows=$(vzctx ubc --noheadings | wc -l)
	[[ $out = $'\033[H\033[2J'*RESOURCE* ]] && same "$(wc -l <<<"$out")" 23 &&
		same "${out##*$'\n'}" "($((rows - 21)) more)"
}

from_a_file() {
	same "$(vzctx ubc -f - --parsable -o ctid,resource,barrier,limit --all </proc/user_beancounters | awk '$1 > 0' | sort)" \
		"$(vzctx ubc --parsable -o ctid,resource,barrier,limit --all | grep -v swappages | awk '$1 > 0' | sort)" &&
		expect 1 'not in format 2.5' vzctx ubc -f /etc/passwd
}

inside() {
	local out
	out=$(nsenter -t "$(init_of 101)" -p vzctx ubc --parsable --noheadings -o ctid,resource,barrier,limit,failcnt)
	printf '%s\n' "$out"
	same "$(grep numproc <<<"$out")" "101	numproc	4	9	$(failures 101 numproc)" &&
		same "$(cut -f1 <<<"$out" | sort -u)" 101
}

inside_with_own_proc() {
	local out
	out=$(vzctx exec 101 -- /bin/sh -c 'cat /proc/user_beancounters && ! cat /proc/bc/resources &&
		! cat /proc/vz/version && cat /proc/vz/veinfo' 2>&1) || { printf '%s\n' "$out"; return 1; }
	printf '%s\n' "$out"
	same "$(sed -n 's/^ *\([0-9]*\):.*/\1/p' <<<"$out")" 101 &&
		same "$(sed -n '1,26p' <<<"$out" | tail -n 1 | awk '{ print $1, NF }')" "numiptent 6" &&
		same "$(sed -n '27,28p' <<<"$out")" $'cat: /proc/bc/resources: Permission denied\ncat: /proc/vz/version: No such file or directory' &&
		grep -qE '^ +101 +101 +[0-9]+$' <(sed -n 29p <<<"$out")
}

# --- top ---------------------------------------------------------------------

# sum_of CTID COLUMN: over all resources.
sum_of() {
	awk -v c="$2" '{ n += $c } END { print n }' "/proc/bc/$1/resources"
}

# seconds_of CTID COLUMN: of /proc/vz/vestat, in seconds from nanoseconds.
seconds_of() {
	awk -v c="$1" -v n="$2" '$1 == c { printf "%d", $n / 1000000000 }' /proc/vz/vestat
}

top_once() {
	local t0 t1 u0 u1
	vzctx limit 102 numproc=2 >/dev/null || return
	t0=$(seconds_of 101 9) u0=$(seconds_of 101 8)
	vzctx top --json >"$work/json" || return
	t1=$(seconds_of 101 9) u1=$(seconds_of 101 8)
	cat "$work/json"
	jq -e --argjson f "$(sum_of 101 6)" --argjson t "[$t0, $t1, $u0, $u1]" '.contexts | length == 2 and .[1].ctid == 102 and
		.[1].use == 100 and .[1].fullest == "numproc" and (.[0] | .ctid == 101 and .numproc == 2 and .failures == $f and
		.time >= $t[0] and .time <= $t[1] and .uptime >= $t[2] and .uptime <= $t[3] and .new == 0)' "$work/json" &&
		same "$(vzctx top --sort use --parsable --noheadings -o ctid,use,fullest | head -n 1)" "102	100	numproc" &&
		vzctx top --sort cpu --json | jq -e '[.contexts[].cpu] | . == (sort | reverse)' &&
		expect 2 'out of range' vzctx top --sort height
}

press() {
	printf '%s' "$1" >&7
	wait_for 60 grep -q "by $2;" "$work/screen"
}

# A person at a terminal of 80 columns sorts this way and that, then leaves.
top_live() {
	local job width
	mkfifo "$work/keys"
	script -qfec 'stty cols 80 rows 24; vzctx top --interval 1' /dev/null <"$work/keys" >"$work/screen" &
	job=$!
	exec 7>"$work/keys"
	wait_for 60 grep -q 'by failures' "$work/screen" && press c cpu && press u use || return
	: >"$work/screen"
	press f failures || return
	printf q >&7
	exec 7>&-
	wait "$job" || return
	width=$(tr -d '\r\0' <"$work/screen" | widest)
	cat -v "$work/screen"
	printf 'widest %s\n' "$width"
	((width <= 80)) && grep -q $'\033\\[?25h' "$work/screen" &&
		tr -d '\r\0' <"$work/screen" | plain | sed -n '/by failures/,$p' | sed -n 3,5p | aligned CTID NUMPROC CPU LOAD USE FAILURES NEW TIME UPTIME
}

plan 16
check "two containers start" up
check "a refusal is counted" refuse_101
check "80 columns: human, aligned, failures red" narrow_terminal
check "200 columns: more of them, cut at the edge" wide_terminal
check "nothing is wider than 80 columns there" all_narrow
check "no colours in a pipe" no_colours_in_a_pipe
check "every number in JSON is the kernel's" json_is_the_kernels
check "use is in per cent of what refuses" per_cent
check "-q shows failures only" quiet
check "-r counts from the last time on" relative
check "-w shows it again" watch
check "-f reads a copy" from_a_file
check "inside, by pid namespace" inside
check "inside, with a procfs and a root of its own" inside_with_own_proc
check "top looks once without a terminal" top_once
check "top is live on a terminal" top_live
done_testing
