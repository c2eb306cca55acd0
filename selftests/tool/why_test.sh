#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=300 kernels=newest
#
# vzctx - what tells of a refusal and what follows one: why, --on-limit, events,
# the journal, and the figures after the end.

# What stands in single quotes is for another shell, for awk or for jq.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/ubc.sh"

# Asks for 20 MiB of private memory.
grow() {
	vzctx exec 101 -- dd if=/dev/zero of=/dev/null bs=20M count=1
}

overgrow() {
	grow
	return 0
} >/dev/null 2>&1

why_lifts() {
	local n
	vzctx limit 101 numproc=4:9 privvmpages=3000:3999 >/dev/null && overgrow && refuse_101 || return
	n=$(failures 101 numproc)
	vzctx why 101 >"$work/why" || return
	cat "$work/why"
	same "$(grep -E '^[a-z]+: [0-9]+ requests? refused, barrier' "$work/why" | cut -d: -f1 | paste -sd' ')" "numproc privvmpages" &&
		grep -Eq "^numproc: $n requests? refused, barrier 4, limit 9$" "$work/why" &&
		grep -Eq '^  [-0-9]+T[:0-9]+  sh \(pid [0-9]+\) wanted 1 more, 4 held$' "$work/why" &&
		grep -Eq '^  [-0-9]+T[:0-9]+  dd \(pid [0-9]+\) wanted 20M more, [0-9.]+[KM] held$' "$work/why" || return
	sed -n 's/^    \(vzctx limit 101 [a-z]*=[0-9]*:[0-9]*\)$/\1/p' "$work/why" >"$work/lift"
	same "$(wc -l <"$work/lift")" 2 || return
	vzctx why 101 --json >"$work/json" || return
	jq -e --arg c "$(head -n 1 "$work/lift")" --argjson n "$n" '.why[0] | .command == $c and .resource == "numproc" and
		.held == 4 and .wanted == 1 and .barrier == 4 and .limit == 9 and .failcnt == $n and .pid > 1 and
		.comm == "sh" and .lifted == false' "$work/json" || return
	cat "$work/lift"
	bash -e "$work/lift" >/dev/null || return
	vzctx exec 101 -- /bin/sh -c 'sleep 0 & wait' &&
		grow &&
		same "$(vzctx why 101 | grep -c '^  lifted since: ')" 2 &&
		vzctx limit 101 privvmpages=unlimited >/dev/null
}

frozen() {
	grep -qx 'frozen 1' "/sys/fs/cgroup/vz/$1/cgroup.events"
}

on_limit_freeze() {
	local job
	vzctx limit 101 numproc=4:9 --on-limit freeze >/dev/null || return
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

actions_of() {
	vzctx ubc "$1" --parsable --noheadings -o resource,onlimit | awk '$2 != "notify" { print $1 ":" $2 }' | sort | paste -sd' '
}

# Kept, changed one by one, and there again before the first program runs.
on_limit_saved() {
	local conf=/etc/vz/conf/102.conf
	vzctx limit 102 numproc=4 numfile --on-limit freeze --save >/dev/null &&
		vzctx limit 102 numfile numpty --on-limit kill --save >/dev/null &&
		same "$(grep ON_LIMIT "$conf")" 'ON_LIMIT="numproc:freeze numfile:kill numpty:kill"' &&
		vzctx limit 102 numpty --on-limit notify --save >/dev/null &&
		same "$(grep ON_LIMIT "$conf")" 'ON_LIMIT="numproc:freeze numfile:kill"' || return
	vzctx stop 102 --fast && vzctx limit 102 numiptent --on-limit kill --save || return
	vzctx start 102 -- /usr/bin/perl -e 'for (1 .. 6) { my $p = fork; sleep 1000 if defined $p && !$p } sleep 1000' &&
		wait_for 60 frozen 102 &&
		same "$(actions_of 102)" "numfile:kill numiptent:kill numproc:freeze" &&
		vzctx stop 102 --fast || return
	sed -i 's/numproc:freeze/numproc:boil/' "$conf"
	expect 1 '102.conf: ON_LIMIT has "numproc:boil"' vzctx start 102 -- /bin/sleep infinity || return
	sed -i '/ON_LIMIT/d; /VMGUAR/d' "$conf"
	vzctx start 102 -- /bin/sleep infinity && same "none$(actions_of 102)" none &&
		expect 2 'on-limit needs RES' vzctx limit 102 --profile light --on-limit kill
}

# listen NAME OPTION...: events go to $work/NAME; returns once they are followed.
listen() {
	local name=$1
	shift
	vzctx events --follow --timeout 60 --ready-fd 3 "$@" 3>"$work/ready.$name" >"$work/$name" &
	wait_for 60 test -s "$work/ready.$name"
}

events() {
	local n
	listen events.json --count 1 --json && listen events.text --count 1 && refuse_101 || return
	n=$(failures 101 numproc)
	wait_for 60 test -s "$work/events.json" && wait_for 60 test -s "$work/events.text" || return
	cat "$work/events.json" "$work/events.text"
	jq -e --argjson n "$n" '.type == "limit" and .ctid == 101 and .resource == "numproc" and .held == 4 and .wanted == 1 and
		.barrier == 4 and .limit == 9 and .failcnt == $n and .dropped == 0 and .comm == "sh" and .pid > 1 and
		.action == "notify" and .time_ns / 1000000000 <= now' "$work/events.json" &&
		grep -Eq "^[-0-9T:]+ 101 limit numproc held=4 barrier=4 limit=9 failcnt=$n wanted=1 pid=[0-9]+ comm=sh dropped=0 action=notify$" "$work/events.text"
}

# field NAME: its value in the entries of 101, one a line.
field() {
	journalctl --no-pager -o cat --output-fields="$1" VZCTX_CTID=101
}

# The system's own journal, with the catalog the tool installs: a limit and a kill.
journal() {
	local journald rc=0
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	mkdir -p "$work/root/usr/lib/systemd/catalog" "${catalog%/*}"
	cp /vzctx/vzctx.catalog "$work/root/usr/lib/systemd/catalog/" &&
		journalctl --root="$work/root" --update-catalog &&
		cp "$work/root$catalog" "$catalog" || return
	/lib/systemd/systemd-journald &
	journald=$!
	wait_for 60 test -S /run/systemd/journal/socket && journal_gets || rc=$?
	kill "$journald"
	wait "$journald"
	return "$rc"
}

journal_gets() {
	local n
	listen journal --count 2 --journal && refuse_101 || return
	n=$(failures 101 numproc)
	vzctx limit 101 --ram 12M --swap 0 >/dev/null && overgrow &&
		vzctx limit 101 physpages=unlimited swappages=unlimited >/dev/null || return
	wait_for 60 eval 'same "$(field VZCTX_RESOURCE | paste -sd" ")" "numproc oomguarpages"' || return
	journalctl --no-pager -x VZCTX_CTID=101 >"$work/entries"
	cat "$work/entries"
	same "$(field VZCTX_BARRIER) $(field VZCTX_LIMIT) $(field VZCTX_FAILCNT)" \
		"4"$'\n'"9223372036854775807 9"$'\n'"9223372036854775807 $n"$'\n1' &&
		same "$(field VZCTX_HELD | head -n 1) $(field VZCTX_WANTED | head -n 1)" "4 1" &&
		same "$(field VZCTX_COMM | paste -sd' ')" "sh dd" &&
		same "$(field VZCTX_ERRNO | paste -sd' ')" "ENOMEM none" &&
		same "$(field VZCTX_ACTION | paste -sd' ')" "notify notify" &&
		same "$(field SYSLOG_IDENTIFIER | sort -u)" vzctx || return
	grep -q 'CT 101: numproc limit reached: held 4, 1 more refused to sh (pid ' "$work/entries" &&
		grep -q 'CT 101: out of memory, dd (pid [0-9]*) is killed' "$work/entries" &&
		grep -q 'Subject: Container 101 has reached its limit of numproc' "$work/entries" &&
		grep -q "It was failure number $n\." "$work/entries" &&
		grep -q 'vzctx why 101' "$work/entries" &&
		grep -q 'Subject: A process of container 101 was killed for lack of memory' "$work/entries" &&
		expect 0 'oomguarpages: 1 task killed.*dd \(pid [0-9]+\) was killed, .* held' vzctx why 101
}

last() {
	local n
	n=$(failures 101 numproc)
	expect 1 'none that has ended' vzctx ubc --last 4711 || return
	vzctx stop 101 --fast || return
	expect 0 'CT 101, ended' vzctx ubc --last 101 || return
	same "$(vzctx ubc --last 101 --parsable --noheadings -o resource,limit,failcnt | grep ^numproc)" "numproc	9	$n" &&
		expect 1 '\-\-last shows' vzctx ubc 101 &&
		expect 0 'vzctx limit 101 numproc=.* --save' vzctx why 101
}

on_limit_kill() {
	vzctx start 101 -- /bin/sleep infinity &&
		vzctx limit 101 numproc=4 --on-limit kill >/dev/null || return
	overrun
	wait_for 60 ended 101
}

plan 8
check "two containers start" up
check "why names commands that lift each limit" why_lifts
check "a refusal freezes, thaw thaws" on_limit_freeze
check "what follows a refusal is saved" on_limit_saved
check "events tell in words and in JSON" events
check "the journal gets fields, its catalog a text" journal
check "figures after the end" last
check "a refusal kills" on_limit_kill
done_testing
