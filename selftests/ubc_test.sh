#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=600
#
# vzctx - what people look at: ubc, top, why, limit, events, on a terminal too.
#
# Figures are held against /proc/bc, and that against processes that forked.

# What stands in single quotes is for another shell, for awk or for jq.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
second=/vz/private/ubc
work=$(mktemp -d /tmp/ubc.XXXXXX)
unset NO_COLOR

cleanup() {
	local ctid pid
	for ctid in 101 102; do
		vzctx thaw "$ctid"
		vzctx stop "$ctid" --fast
	done
	for pid in $(jobs -p); do
		kill "$pid"
	done
	! mountpoint -q "$second" || umount "$second"
	rmdir "$second" /sys/fs/cgroup/vz/10[12] /sys/fs/cgroup/vz
	rm -rf "$work" /etc/vz/conf/10[12].conf* /run/vzctx/ubc.json
} >/dev/null 2>&1
trap cleanup EXIT

# expect STATUS REGEX COMMAND...: that status, and output of either kind matches.
expect() {
	local want=$1 re=$2 out rc=0
	shift 2
	out=$("$@" 2>&1) || rc=$?
	printf 'status %s, output: %s\n' "$rc" "$out"
	[[ $rc = "$want" && $out =~ $re ]]
}

same() {
	printf '"%s" and "%s"\n' "$1" "$2"
	[[ $1 && $1 = "$2" ]]
}

up() {
	mkdir -p "$second" && mount --bind "$tree" "$second" &&
		vzctx create 101 --private "$tree" &&
		vzctx create 102 --private "$second" &&
		vzctx start 101 -- /bin/sleep infinity &&
		vzctx start 102 -- /bin/sleep infinity &&
		vzctx limit 101 numproc=4:9 numfile=200 &&
		vzctx limit 102 numproc=unlimited numfile=300:400
}

# Asks for more tasks than 101 may have, and is refused once.
overrun() {
	vzctx exec 101 -- /bin/sh -c 'trap "kill \$k" EXIT
		for i in 1 2 3 4 5 6; do sleep 30 & k="$k $!"; done'
	return 0
} >/dev/null 2>&1

init_of() {
	vzctx list --parsable --noheadings -o ctid,state,pid |
		awk -F'\t' -v c="$1" '$1 == c && $2 == "running" { print $3 }'
}

failures() {
	awk -v r="$2" '$1 == r { print $6 }' "/proc/bc/$1/resources"
}

refuse_101() {
	local before
	before=$(failures 101 numproc)
	overrun
	(($(failures 101 numproc) > before))
}

# on_terminal COLUMNS COMMAND: what a terminal of that width gets.
on_terminal() {
	script -qec "stty cols $1 rows 24; $2" /dev/null | tr -d '\r'
}

widest() {
	sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | awk '{ if (length > w) w = length } END { print w + 0 }'
}

# --- ubc ---------------------------------------------------------------------

narrow_terminal() {
	local text width
	text=$(on_terminal 80 'vzctx ubc 101') || return
	width=$(widest <<<"$text")
	printf '%s\nwidest %s\n' "$text" "$width"
	((width <= 80)) && [[ $text = *unlimited* || $text = *numfile* ]] &&
		grep -q $'\033\\[31mnumproc' <<<"$text" &&
		! grep -q $'\033' <<<"$(NO_COLOR=1 on_terminal 80 'vzctx ubc 101')" &&
		! grep -q $'\033\\[31mnumfile' <<<"$text" &&
		grep -Eq '^RESOURCE +HELD +USE +MAXHELD +BARRIER +LIMIT +FAILCNT' <<<"$text"
}

wide_terminal() {
	local text width
	text=$(on_terminal 200 'vzctx ubc') || return
	width=$(widest <<<"$text")
	printf '%s\nwidest %s\n' "$text" "$width"
	((width <= 200 && width > 120)) && grep -q 'ENOMEM' <<<"$text" &&
		grep -Eq '102 +numproc .*unlimited +unlimited' <<<"$text"
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
		# jq reads numbers as doubles: 2^63-1 becomes 2^63.
		json=${json//9223372036854776000/9223372036854775807}
		json=${json//9223372036854775808/9223372036854775807}
		diff <(echo "$json") <(echo "$proc") || return
		json=$(vzctx ubc "$ctid" --all --json)
		grep -q '"limit": *9223372036854775807' <<<"$json" || return
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

watch() {
	local out
	out=$(vzctx ubc 101 -w --interval 1 --count 2)
	same "$(grep -c '^RESOURCE' <<<"$out")" 2
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
	out=$(vzctx exec 101 -- /bin/cat /proc/user_beancounters) || return
	same "$(sed -n 's/^ *\([0-9]*\):.*/\1/p' <<<"$out")" 101 &&
		same "$(wc -l <<<"$out")" 26 &&
		expect 1 '' vzctx exec 101 -- /bin/cat /proc/bc/resources &&
		expect 1 '' vzctx exec 101 -- /bin/cat /proc/vz/version &&
		same "$(vzctx exec 101 -- /bin/cat /proc/vz/veinfo | awk '{ print $1 }')" 101
}

# --- why and limit -------------------------------------------------------------

why_lifts() {
	local command
	vzctx limit 101 numproc=4:9 >/dev/null && refuse_101 || return
	vzctx why 101
	command=$(vzctx why 101 | sed -n 's/^    \(vzctx limit .*\)/\1/p')
	printf 'command: %s\n' "$command"
	[[ $command = 'vzctx limit 101 numproc='* ]] || return
	expect 0 "numproc: 1 more refused to [^ ]+ \(pid [0-9]+\)" vzctx why 101 || return
	vzctx why 101 --json | jq -e --arg c "$command" '.why[0] | .command == $c and .barrier == 4 and .pid > 1 and .lifted == false' || return
	$command >/dev/null &&
		vzctx exec 101 -- /bin/sh -c 'sleep 0 & wait' &&
		expect 0 'lifted since' vzctx why 101
}

profile() {
	expect 0 'not limited: .*kmemsize' vzctx limit 102 --profile light numproc=77 --save || return
	cat /etc/vz/conf/102.conf
	same "$(vzctx ubc 102 --parsable --noheadings -o resource,barrier,limit | grep -E '^num(proc|file)' | tr '\n' ' ')" \
		"numproc	77	77 numfile	512	512 " &&
		grep -qx 'KMEMSIZE="1740800:1847296"' /etc/vz/conf/102.conf &&
		grep -qx 'NUMPROC="77:77"' /etc/vz/conf/102.conf &&
		expect 2 'there are: basic light' vzctx limit 102 --profile heavy
}

dry_run() {
	vzctx limit 102 numproc=5 numfile=6 --dry-run >/dev/null &&
		same "$(vzctx ubc 102 --parsable --noheadings -o resource,barrier | sed -n "s/^numproc[[:space:]]*//p")" 77
}

validate() {
	expect 0 'fit each other' vzctx limit 102 --validate --profile basic || return
	expect 0 'fit each other' vzctx limit 102 --validate --profile light numproc=40 || return
	expect 1 'Error: kmemsize: the barrier is below 40 KiB a process' \
		vzctx limit 102 --validate --profile basic kmemsize=1M:2m || return
	expect 1 'Warning: numproc: barrier 10 and limit differ' \
		vzctx limit 102 --validate --profile basic numproc=10:20 || return
	expect 1 'Error: tcpsndbuf: the limit is less than 921600 above' \
		vzctx limit 102 --validate --profile basic tcpsndbuf=1720320B || return
	expect 1 'Warning: privvmpages: the barrier is below that of vmguarpages' \
		vzctx limit 102 --validate --profile basic privvmpages=4M:1g || return
	expect 1 'Warning: physpages: the limit is above' \
		vzctx limit 102 --validate physpages=0:1T || return
	expect 1 'Warning: dcachesize' vzctx limit 102 --validate --profile basic numfile=100000 || return
	expect 2 'no limit for numproc' vzctx limit 102 --validate numproc=1K
}

overcommit() {
	expect 0 'PROMISED' vzctx limit --overcommit &&
		vzctx limit --overcommit --json | jq -e '.overcommit | length == 3 and (map(.used) | all(type == "number"))'
}

frozen() {
	grep -qx 'frozen 1' "/sys/fs/cgroup/vz/$1/cgroup.events"
}

on_limit_freeze() {
	local job
	vzctx limit 101 numproc=4 --on-limit freeze >/dev/null || return
	same "$(vzctx ubc 101 --parsable --noheadings -o resource,onlimit | grep ^numproc)" "numproc	freeze" || return
	overrun &
	job=$!
	wait_for 60 frozen 101 || return
	vzctx thaw 101 && vzctx limit 101 numproc --on-limit notify >/dev/null &&
		vzctx thaw 101
	wait "$job"
	! frozen 101 && refuse_101 && ! frozen 101 &&
		expect 0 'frozen for it' vzctx why 101
}

# --- events, journal, top -------------------------------------------------------

events() {
	vzctx events --count 1 --timeout 60 --json --ready-fd 3 3>"$work/ready" >"$work/json" &
	vzctx events --count 1 --timeout 60 --ready-fd 3 3>"$work/ready2" >"$work/text" &
	wait_for 60 test -s "$work/ready" && wait_for 60 test -s "$work/ready2" || return
	refuse_101 || return
	wait_for 60 test -s "$work/json" && wait_for 60 test -s "$work/text" || return
	cat "$work/json" "$work/text"
	jq -e '.type == "limit" and .ctid == 101 and .resource == "numproc" and .barrier == 4 and .action == "notify"' "$work/json" &&
		grep -Eq '^[-0-9T:]+ 101 limit numproc held=4 barrier=4 .*action=notify$' "$work/text"
}

journal() {
	local sock=/run/systemd/journal/socket job
	[[ ! -e $sock ]] || return 0
	mkdir -p "${sock%/*}"
	socat -u "UNIX-RECV:$sock" "OPEN:$work/journal,creat,append" &
	job=$!
	wait_for 60 test -S "$sock" || return
	vzctx events --count 1 --timeout 60 --journal --ready-fd 3 3>"$work/ready3" &
	wait_for 60 test -s "$work/ready3" && refuse_101 || return
	wait_for 60 grep -q SYSLOG_IDENTIFIER "$work/journal" || return
	kill "$job"
	rm -f "$sock"
	cat "$work/journal"
	grep -qx 'VZCTX_CTID=101' "$work/journal" &&
		grep -qx 'VZCTX_RESOURCE=numproc' "$work/journal" &&
		grep -qx 'VZCTX_BARRIER=4' "$work/journal" &&
		grep -qx 'MESSAGE_ID=5cf0f0c1c2a94f4e8d1b7d7f2ad9b0e1' "$work/journal" &&
		grep -qx 'VZCTX_ERRNO=ENOMEM' "$work/journal"
}

top_once() {
	vzctx top --json | jq -e '.contexts | length == 2 and .[0].ctid == 101 and .[0].failures > 0 and .[0].fullest != null and (.[0].uptime | type == "number")'
}

# A person at a terminal of 80 columns sorts by cpu, then leaves.
top_live() {
	local job width
	mkfifo "$work/keys"
	script -qfec 'stty cols 80 rows 24; vzctx top --interval 1' /dev/null <"$work/keys" >"$work/screen" &
	job=$!
	exec 7>"$work/keys"
	wait_for 60 grep -q 'by failures' "$work/screen" || return
	printf c >&7
	wait_for 60 grep -q 'by cpu' "$work/screen" || return
	printf q >&7
	exec 7>&-
	wait "$job" || return
	width=$(tr -d '\r' <"$work/screen" | widest)
	printf 'widest %s\n' "$width"
	((width <= 80)) && grep -q $'\033\\[?25h' "$work/screen"
}

# --- the end ----------------------------------------------------------------------

last() {
	local n
	n=$(failures 101 numproc)
	expect 1 'none that has ended' vzctx ubc --last 4711 || return
	vzctx stop 101 --fast || return
	expect 0 'CT 101, ended' vzctx ubc --last 101 || return
	same "$(vzctx ubc --last 101 --parsable --noheadings -o resource,limit,failcnt | grep ^numproc)" "numproc	4	$n" &&
		expect 1 '\-\-last shows' vzctx ubc 101 &&
		expect 0 'vzctx limit 101 numproc=.* --save' vzctx why 101
}

on_limit_kill() {
	vzctx start 101 -- /bin/sleep infinity &&
		vzctx limit 101 numproc=4 --on-limit kill >/dev/null || return
	overrun
	wait_for 60 test -z "$(init_of 101)"
}

plan 25
check "two containers start" up
check "a refusal is counted" refuse_101
check "80 columns: human, failures red" narrow_terminal
check "200 columns: more of them, cut at the edge" wide_terminal
check "no colours in a pipe" no_colours_in_a_pipe
check "every number in JSON is the kernel's" json_is_the_kernels
check "use is in per cent of what refuses" per_cent
check "-q shows failures only" quiet
check "-r counts from the last time on" relative
check "-w shows it again" watch
check "-f reads a copy" from_a_file
check "inside, by pid namespace" inside
check "inside, with a procfs and a root of its own" inside_with_own_proc
check "why names a command that lifts the limit" why_lifts
check "a profile sets, says what it cannot, and saves" profile
check "a dry run changes nothing" dry_run
check "the validator says what is wrong" validate
check "the sums of the host" overcommit
check "a refusal freezes, thaw thaws" on_limit_freeze
check "events tell in words and in JSON" events
check "the journal gets a field for each figure" journal
check "top looks once without a terminal" top_once
check "top is live on a terminal" top_live
check "figures after the end" last
check "a refusal kills" on_limit_kill
done_testing
