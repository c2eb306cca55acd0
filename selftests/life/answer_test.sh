#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - programs inside that do not end when they are told to.

# What stands in single quotes is for another shell or for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

# A signal that asks for an end reaches what is stopped as well.
stopped_ends() {
	expect 124 '' timeout -k 8 3 vzctx exec 101 -- sh -c 'kill -STOP $$'
}

ended() { [[ ! -e /proc/$1 || $(awk '{ print $3 }' "/proc/$1/stat") = Z ]]; }

nagged() { kill -TERM "$1"; ended "$1"; }

# deaf COMMAND...: exec of what ignores SIGTERM, until the tool has ended.
deaf() {
	local tool rc=0
	rm -f "$tree/tmp/deaf"
	vzctx exec 101 -- sh -c 'trap "" TERM; touch /tmp/deaf; while :; do sleep 0.2; done' </dev/null &
	tool=$!
	wait_for 20 test -e "$tree/tmp/deaf" && "$@" "$tool" || rc=1
	kill -KILL "$tool"
	wait "$tool"
	same "0 137" "$rc $?"
}

told_once() { kill -TERM "$1" && wait_for 15 ended "$1"; }
told_twice() { wait_for 5 nagged "$1"; }

# What stops all that comes keeps nobody waiting, and nothing of the tool's.
stopper() {
	local loop rc
	vzctx exec 101 -- perl -e 'open my $f, ">", "/tmp/loop"; while (1) { kill STOP => -1; select undef, undef, undef, 0.001 }' </dev/null &
	loop=$!
	wait_for 20 test -e "$tree/tmp/loop" || return
	expect 124 '' timeout -k 8 4 vzctx exec 101 -- sleep 2
	rc=$?
	same 0 "$(pgrep -cf 'vzctx exec 101 -- sleep')" || rc=1
	vzctx stop 101 --fast
	wait "$loop"
	fresh 101
	return "$rc"
}

plan 6
furnish
check "a stopped program ends when exec is told to" stopped_ends
check "one that ignores the signal is killed after a while" deaf told_once
check "or at the second one" deaf told_twice
check "who stops all inside keeps no exec" stopper
vacate
