#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - stop and destroy, and starts that come to grief.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

polite='trap "echo bye >/tmp/bye; exit" TERM; touch /tmp/up; while :; do sleep .1; done'

start_polite() {
	rm -f "$second"/tmp/{up,bye}
	vzctx start 102 -- sh -c "$1" && wait_for 20 test -e "$second/tmp/up"
}

stop_polite() {
	start_polite "$polite" && vzctx stop 102 && same bye "$(<"$second/tmp/bye")" &&
		[[ ! -e /sys/fs/cgroup/vz/102 ]] && is_stopped 102
}

stop_fast() {
	start_polite "$polite" && vzctx stop 102 --fast && [[ ! -e $second/tmp/bye ]] &&
		is_stopped 102
}

stop_late() {
	local pid
	start_polite 'trap "" TERM; touch /tmp/up; while :; do sleep .1; done' || return
	pid=$(init_of 102)
	expect 0 'did not stop within 1 s; killing' vzctx stop 102 --timeout 1 &&
		[[ ! -e /proc/$pid ]] && is_stopped 102 &&
		expect 1 'it is not running' vzctx stop 102
}

foreground() {
	expect 9 '^hello' vzctx start 102 -F -- sh -c 'cat; exit 9' <<<hello &&
		expect 130 '' vzctx start 102 -F -- sh -c 'kill -2 $$' &&
		[[ ! -e /sys/fs/cgroup/vz/102 ]]
}

low_limit_explained() {
	echo 'NUMPROC="1:1"' >>/etc/vz/conf/102.conf
	expect 1 'fork.*NUMPROC is too low' start_idle 102
	local rc=$?
	sed -i '/^NUMPROC=/d' /etc/vz/conf/102.conf
	return "$rc"
}

destroy_running() {
	expect 1 'it is running; `vzctx stop 101` first' vzctx destroy 101 --purge &&
		[[ -e $tree/etc/passwd && -e /etc/vz/conf/101.conf ]] && inside true
}

# However far it came, the next start finds it running or makes it run.
killed_start() {
	local pause tool rc
	for pause in 0.05 0.15 0.25 0.35 0.45 0.6; do
		vzctx start 102 -- /bin/sleep infinity >/dev/null 2>&1 &
		tool=$!
		sleep "$pause"
		kill -KILL "$tool" 2>/dev/null
		wait "$tool" 2>/dev/null
		rc=0
		start_idle 102 >"$work/again" 2>&1 || rc=$?
		cat "$work/again"
		[[ $rc = 0 ]] || grep -q 'running already' "$work/again" || return
		vzctx exec 102 -- true && in_time eval 'same 2 "$(</sys/fs/cgroup/vz/102/pids.current)"' &&
			vzctx stop 102 --fast || return
	done
}

# slow_start: start, with the last step of its birth held up for four seconds.
slow_start() {
	strace -f -qq -o "$work/trace" -e trace=pivot_root -e inject=pivot_root:delay_enter=4000000 \
		vzctx start 102 -- /bin/sleep infinity >"$work/traced" 2>&1 </dev/null &
	tracer=$!
	wait_for 20 running 102
}

# Before its birth is over a context still has the host's mounts in sight.
half_born() {
	local tracer said
	slow_start || return
	said=$(vzctx exec 102 -- sh -c 'echo in; ls -d /vzctx' 2>&1 </dev/null)
	vzctx stop 102 --fast
	wait "$tracer"
	printf '%s\n' "$said"
	cat "$work/trace" "$work/traced"
	grep -q 'pivot_root.*DELAYED' "$work/trace" && [[ $said = in*"No such file"* ]]
}

stillborn() {
	local tracer rc=0
	slow_start || return
	kill -KILL "$(init_of 102)"
	wait "$tracer" || rc=$?
	cat "$work/traced"
	same "1 vzctx: cannot start CT 102: its init was killed before it ran" "$rc $(tail -n 1 "$work/traced")"
}

two_starts() {
	local a b ra=0 rb=0
	start_idle 102 >"$work/a" 2>&1 &
	a=$!
	start_idle 102 >"$work/b" 2>&1 &
	b=$!
	wait "$a" || ra=$?
	wait "$b" || rb=$?
	cat "$work/a" "$work/b"
	same 1 $((ra + rb)) && grep -qE 'running already|is at work on it' "$work/a" "$work/b" &&
		vzctx exec 102 -- true && in_time eval 'same 2 "$(</sys/fs/cgroup/vz/102/pids.current)"'
}

# Whoever made a dead init and does not reap it keeps one object alive.
dying_shown() {
	local tool row shown rc=0
	running 102 && vzctx stop 102 --fast
	vzctx start 102 -F -- /bin/sleep infinity </dev/null >"$work/fg" 2>&1 &
	tool=$!
	# Inside is let in when the start is over; until then a stop waits for it.
	wait_for 20 vzctx exec 102 -- true || return
	kill -STOP "$tool"
	vzctx stop 102 --fast
	row=$(vzctx list --json | jq -c '.contexts[] | select(.ctid == 102) | [.state, .pid, .numproc, .objects]')
	shown=$(expect 0 'CT 102: dying, .*still holds' vzctx show 102) || rc=1
	[[ $(vzctx show 102 --parsable --noheadings -o resource,held) = numproc$'\t'1 ]] || rc=1
	kill -CONT "$tool"
	wait "$tool"
	echo "$shown"
	same '["dying",null,1,1]' "$row" && wait_for 10 gone 102 && ((rc == 0)) &&
		expect 1 'it is not running' vzctx show 102
}

destroy_keeps_tree() {
	vzctx stop 101 --fast
	expect 0 'private area .* kept' vzctx destroy 101 &&
		[[ ! -e /etc/vz/conf/101.conf && -e /etc/vz/conf/101.conf.destroyed && -e $tree/etc/passwd ]] &&
		expect 1 'no such CT' vzctx destroy 101
}

plan 14
furnish

check "stop asks first" stop_polite
check "stop --fast does not ask" stop_fast
check "stop kills after its time" stop_late
check "start -F has the command's status and descriptors" foreground
check "a limit too low to start with is explained" low_limit_explained
check "destroy refuses a running context" destroy_running
check "of two starts one wins" two_starts
vzctx stop 102 --fast
check "nobody enters a context that is not finished" half_born
check "a context whose init is killed while it starts has not started" stillborn
check "a start killed half way leaves nothing in the way" killed_start
check "a dying context is listed with what is left" dying_shown
check "destroy forgets the configuration only" destroy_keeps_tree
vacate
