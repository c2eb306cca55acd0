#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=600
#
# vzctx - a fork bomb in a context, and what events tell of it.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

# How long what is to come may take on this kernel.
long=$((60 * ${VZCTX_SLOW:-1}))

# listen NAME OPTION...: events go to $work/NAME; returns once they are followed.
listen() {
	local name=$1
	shift
	rm -f "$work/fifo"
	mkfifo "$work/fifo"
	vzctx events "$@" --ready-fd 5 >"$work/$name" 2>&1 5>"$work/fifo" &
	listener=$!
	head -c 1 "$work/fifo" >"$work/ready"
	[[ $(<"$work/ready") = r ]]
}

# Those that ended before may still be dying: files they wrote on a tmpfs are theirs.
listed() { vzctx list --parsable --noheadings -o ctid | grep -cx "$1"; }
fewer() { (($(listed "$1") < $2)); }

bomb_held() {
	local child=0 ok=0 before
	before=$(listed 101)
	listen bomb.json --json --count 1 --timeout "$long" || return
	vzctx exec 101 -- sh -c 'b() { b & b & wait; }; b' >"$work/bomb" 2>&1 </dev/null &
	child=$!
	wait_for 60 eval '[[ $(cell 101 numproc failcnt) -gt 5 ]]' || { echo "the bomb was not refused"; return 1; }
	for _ in {1..30}; do
		/bin/true && ok=$((ok + 1))
	done
	echo "the host forked $ok times, the bomb refused $(cell 101 numproc failcnt) times"
	[[ $ok = 30 && $(cell 101 numproc maxheld) -le 40 ]] || return
	expect 0 '^20 ' vzctx exec 102 -- perl -e "${forker/300/20}" || return
	vzctx stop 101 --fast
	wait "$child" "$listener"
	rm -f "$work/bomb"
	wait_for 60 fewer 101 "$before"
}

# At rest both count the same: sleepers up to the limit.
held_is_counted() {
	local child rc
	vzctx limit 101 numproc=40:40 >/dev/null
	vzctx exec 101 -- perl -e 'while (defined(my $p = fork)) { $p or sleep 100 } sleep 100' >/dev/null 2>&1 </dev/null &
	child=$!
	wait_for 30 eval '[[ $(cell 101 numproc failcnt) -gt 0 ]]'
	in_time eval 'same "40 40" "$(cell 101 numproc held) $(</sys/fs/cgroup/vz/101/pids.current)"'
	rc=$?
	vzctx stop 101 --fast
	wait "$child"
	return "$rc"
}

bomb_told() {
	cat "$work/bomb.json"
	jq -e '.type == "limit" and .ctid == 101 and .resource == "numproc" and
		.held == 40 and .limit == 40 and .wanted == 1 and .failcnt >= 1 and
		(.pid | type) == "number" and .comm == "sh" and .time_ns > 1600000000000000000' "$work/bomb.json" &&
		same 1 "$(wc -l <"$work/bomb.json")"
}

comm_escaped() {
	local name=$'\e[31m"\\ \xff'
	listen text --count 1 --timeout "$long" || return
	local text=$listener
	listen json --json --count 1 --timeout "$long" || return
	vzctx limit 101 numproc=3:3 >/dev/null
	inside perl -e 'syscall(157, 15, my $n = $ARGV[0] . "\0"); fork' "$name" </dev/null
	wait "$text" "$listener"
	vzctx limit 101 numproc=unlimited >/dev/null
	cat "$work/text" "$work/json"
	# shellcheck disable=SC1003
	grep -qF 'comm=\x1b[31m\x22\x5c\x20\xff ' "$work/text" &&
		same '\x1b[31m\x22\x5c\x20\xff' "$(jq -r .comm "$work/json")" &&
		grep -qE '^20[0-9-]+T[0-9:]+ 101 limit numproc held=3 barrier=3 limit=3 failcnt=[0-9]+ wanted=1 pid=[0-9]+ comm=' "$work/text" &&
		refuses grep -qP '[\x00-\x09\x0b-\x1f\x7f-\xff]' "$work/text"
}

start_and_stop_told() {
	vzctx stop 102 --fast
	listen lives --count 2 --timeout "$long" || return
	start_idle 102 && vzctx stop 102 --fast && wait "$listener" &&
		same "102 start 102 stop" "$(cut -d' ' -f2,3 "$work/lives" | paste -sd' ')"
}

events_time_out() {
	local at=$SECONDS
	expect 1 '' vzctx events --timeout 1 && ((SECONDS - at < long)) &&
		expect 2 'out of range' vzctx events --count 0
}

plan 8
furnish
fresh 102

vzctx limit 101 numproc=40:40 >/dev/null
check "a fork bomb stays inside" bomb_held
check "the bomb's first refusal is told in JSON" bomb_told
fresh 101
check "held is what the cgroup counts, at the limit" held_is_counted
fresh 101
check "a task's name cannot play with the reader's terminal" comm_escaped
check "start and stop are told" start_and_stop_told
check "events ends in time" events_time_out
vacate
