#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - a container and its cgroup: what it can do to be neither entered nor ended.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

cg=/sys/fs/cgroup/vz/102
polite='trap "echo bye >/tmp/bye; exit" TERM; touch /tmp/up; while :; do sleep .1; done'

# up TEXT: 102 runs that shell program, which says that it is up.
up() {
	running 102 && vzctx stop 102 --fast
	rm -f "$second"/tmp/{up,bye,got}
	vzctx start 102 -- sh -c "$1" && wait_for 20 test -e "$second/tmp/up"
}

# within SECONDS COMMAND...: it takes no longer, and its status is kept.
within() {
	local limit=$(($1 * ${VZCTX_SLOW:-1})) at=$SECONDS rc=0
	shift
	timeout "$((limit + 1))" "$@" </dev/null || rc=$?
	echo "$* took $((SECONDS - at)) s, status $rc"
	((SECONDS - at <= limit)) && return "$rc"
}

enters() { same in "$(timeout "$((15 * ${VZCTX_SLOW:-1}))" vzctx exec 102 -- echo in </dev/null)"; }
frozen() { grep -qx 'frozen 1' "$1/cgroup.events"; }
gone_too() { [[ ! -e "$cg" ]] && is_stopped 102; }

freezes_itself() {
	up 'mkdir /sys/fs/cgroup/ice; echo 1 >/sys/fs/cgroup/ice/cgroup.procs; touch /tmp/up
		echo 1 >/sys/fs/cgroup/ice/cgroup.freeze; sleep 1000' &&
		wait_for 10 frozen "$cg/ice" && enters && frozen "$cg/ice" || return
	expect 0 'CT 102 is frozen; it goes on now' within 20 vzctx stop 102 --timeout 60 && gone_too
}

host_freezes() {
	up "$polite" && echo 1 >"$cg"/cgroup.freeze && wait_for 10 frozen "$cg" || return
	expect 1 'run in CT 102: it is frozen; .vzctx thaw 102. lets it go on' within 10 vzctx exec 102 -- true &&
		expect 0 'CT 102 is frozen; it goes on now' within 20 vzctx stop 102 --timeout 60 &&
		same bye "$(<"$second/tmp/bye")" && gone_too
}

# Frozen between the look and the step inside: the tool is held up before it.
freezes_late() {
	local tool rc=0
	up "$polite" || return
	strace -f -qq -o "$work/trace" -e trace=setns -e inject=setns:delay_enter=2000000 \
		timeout 30 vzctx exec 102 -- touch /tmp/got >"$work/said" 2>&1 </dev/null &
	tool=$!
	wait_for 10 eval '[[ $(<$cg/.vzctx/cgroup.procs) ]]' || rc=1
	echo 1 >"$cg"/cgroup.freeze
	wait "$tool" || rc=$((rc + $?))
	cat "$work/said"
	vzctx thaw 102
	[[ $rc = 1 && ! -e $second/tmp/got ]] && grep -q 'it is frozen' "$work/said" && enters
}

# What it takes from the host as its way in may be there already, and be a trap.
trapped() {
	up 'd=/sys/fs/cgroup/.vzctx; mkdir $d; echo 1 >$d/cgroup.freeze; mkdir $d/x; touch /tmp/up; sleep 1000' &&
		enters && enters || return
	# Threads cannot be spread over cgroups together with processes.
	up 'd=/sys/fs/cgroup/t; mkdir $d; echo threaded >$d/cgroup.type; touch /tmp/up; sleep 1000' &&
		same 'domain threaded' "$(<"$cg/cgroup.type")" && enters
}

# makes HOW: how many cgroups it can make, and the errno of the next.
makes='my ($n, $how) = (0, $ARGV[0]);
chdir "/sys/fs/cgroup";
$n++, $how eq "deep" && chdir "deep$n" while $n < 1400 && mkdir $how . ($n + 1);
print "$n ", $! + 0, "\n"'

bounded() {
	up "$polite" || return
	same "32 11" "$(vzctx exec 102 -- perl -e "$makes" deep)" &&
		same "991 11" "$(vzctx exec 102 -- perl -e "$makes" wide)" || return
	# Not even with every one of them made, and the way in removed.
	rmdir "$cg"/.vzctx && mkdir "$cg"/last && refuses mkdir "$cg"/next && enters &&
		refuses mkdir "$cg"/next || return
	within 10 vzctx stop 102 --fast && gone_too && up "$polite" && enters
}

# A tree deeper than a process may have files open, its tasks frozen, as an earlier life
# or another tool could have left it.
deep='chdir "/sys/fs/cgroup/vz/102";
for (1 .. 1300) { mkdir "d" or die "mkdir: $!"; chdir "d" }
open my $f, ">", "cgroup.procs" or die "open: $!"; syswrite $f, "0"; close $f;
exec "sleep", "1000"'

leftovers() {
	local left
	running 102 && vzctx stop 102 --fast
	mkdir -p "$cg/wide"/{1..9} && echo '+pids' >"$cg/cgroup.subtree_control" || return
	perl -e "$deep" </dev/null >/dev/null 2>&1 &
	left=$!
	wait_for 60 eval '[[ $(<"/proc/$left/comm") = sleep ]]' && echo 1 >"$cg"/cgroup.freeze || return
	within 20 vzctx start 102 -- /bin/sleep infinity && enters && [[ ! -e "$cg"/wide && ! -e "$cg"/d ]] &&
		! kill -0 "$left" 2>/dev/null && within 10 vzctx stop 102 --fast && gone_too
}

script_bounded() {
	local rc
	up "$polite" || return
	echo 'sleep 1000' >/etc/vz/conf/102.stop
	expect 0 'did not stop within 3 s; killing' within 20 vzctx stop 102 --timeout 3 && gone_too
	rc=$?
	rm -f /etc/vz/conf/102.stop
	return "$rc"
}

# The command has no handler for any of them but USR1.
stray_signals() {
	local init s
	up 'trap "echo usr1 >>/tmp/got" USR1; touch /tmp/up; while :; do sleep .1; done' || return
	init=$(init_of 102)
	for s in ALRM USR2 VTALRM PROF IO PWR PIPE TSTP TTIN XCPU ABRT SEGV RTMIN RTMAX; do
		kill -s "$s" "$init" && vzctx exec 102 -- bash -c "kill -s $s 1" || return
	done
	kill -USR1 "$init" && wait_for 10 grep -q usr1 "$second/tmp/got" &&
		same "$init" "$(init_of 102)" && enters || return
	kill -INT "$init" && wait_for 20 refuses running 102
}

full() {
	local rc=0
	up 'touch /tmp/up; exec sleep 1000' && echo 1 >"$cg/pids.max" || return
	expect 1 'its cgroup, where pids.max lets no task in' vzctx exec 102 -- true || rc=1
	echo max >"$cg/pids.max"
	enters && vzctx stop 102 --fast && return "$rc"
}

plan 12
furnish
check "a container that freezes itself is entered and stopped" freezes_itself
check "what the host froze says so, and stops" host_freezes
check "who is frozen on the way in gives up, and runs nothing later" freezes_late
check "a container cannot stand in the way in" trapped
check "a container makes so many cgroups, so deep, and no more" bounded
check "no leftover cgroup is in the way of a start" leftovers
check "an action script has no more time than the stop" script_bounded
check "a stray signal does not end a command, and a handled one arrives" stray_signals
check "who finds its cgroup full says so" full
check "nobody is left in the cgroup of the contexts" wait_for 20 test ! -e "$cg"
vacate
