#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - programs run in a context: exec and enter.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

exit_status() {
	local n
	for n in 0 1 7 255; do
		expect "$n" '' inside sh -c "exit $n" || return
	done
}

by_signal() {
	expect 137 '' inside sh -c 'kill -9 $$' && expect 143 '' inside sh -c 'kill -15 $$'
}

pipes() {
	head -c 300000 /dev/urandom >"$work/data"
	inside cat <"$work/data" >"$work/back" && cmp "$work/data" "$work/back" &&
		same "out" "$(inside sh -c 'echo out; echo err >&2' 2>"$work/err")" &&
		same "err" "$(<"$work/err")"
}

not_runnable() {
	expect 127 'No such file' inside /no/such/program &&
		expect 126 'Permission denied' inside /etc/passwd &&
		expect 1 'not running; start it' vzctx exec 102 -- true &&
		expect 1 'there is no such CT' vzctx exec 999 -- true
}

surroundings() {
	same "HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb container=vzctx" \
		"$(SECRET=1 inside env -u PWD -u _ -u SHLVL | sort | paste -sd' ')" &&
		same "/ 0022 ct101" "$(cd /etc && inside sh -c 'echo $(pwd) $(umask) $(hostname)')"
}

tty_inside() {
	local out
	out=$(vzctx exec 101 -t -- sh -c 'tty; stat -fc %T $(tty); test -t 2 && echo three; echo me >/dev/tty' </dev/null | tr -d '\r' | paste -sd' ')
	[[ $out =~ ^/dev/pts/[0-9]+\ devpts\ three\ me$ ]] || { echo "$out"; return 1; }
	# No terminal of the caller's comes along where none was asked for.
	expect 1 '' script -qec 'vzctx exec 101 -- test -t 0' /dev/null </dev/null
}

signal_forwarded() {
	local tool rc=0
	vzctx exec 101 -- sh -c 'trap "echo caught; exit 21" TERM; touch /tmp/ready; while :; do sleep .1; done' >"$work/out" 2>&1 </dev/null &
	tool=$!
	wait_for 20 test -e "$tree/tmp/ready"
	rm -f "$tree/tmp/ready"
	kill "$tool"
	wait "$tool" || rc=$?
	same "21 caught" "$rc $(tail -n 1 "$work/out")"
}

fork_explained() {
	vzctx limit 101 numproc=2:2 >/dev/null
	expect 1 'CT 101: numproc limit reached \(held 2, barrier 2, limit 2, failcnt [0-9]+\); raise it with `vzctx limit 101 numproc=[0-9]+`' inside true
	local rc=$?
	vzctx limit 101 numproc=unlimited >/dev/null
	return "$rc"
}

file_explained() {
	local held
	held=$(settled cell 101 numfile held)
	vzctx limit 101 numfile="$held" >/dev/null
	expect 1 "CT 101: numfile limit reached .*limit $held, .*vzctx limit 101 numfile=[0-9]+" inside true
	local rc=$?
	vzctx limit 101 numfile=unlimited >/dev/null
	return "$rc" && inside true
}

descriptors() {
	exec 7</etc/shadow 9>"$work/nine" 23</
	same "0 1 2 3" "$(inside ls /proc/self/fd </dev/null | paste -sd' ')"
	local rc=$?
	exec 7<&- 9>&- 23<&-
	return "$rc"
}

closed_stdin() {
	[[ $(inside readlink /proc/self/fd/0 <&-) = pipe:* ]] &&
		expect 0 '' inside true >&- 2>&-
}

enter_works() {
	local out rc=0 terminal
	mkfifo "$work/keys"
	script -qfec 'vzctx enter 101' "$work/screen" <"$work/keys" >/dev/null 2>&1 &
	terminal=$!
	exec 8>"$work/keys"
	wait_for 30 grep -qE '[#$] ' "$work/screen" || rc=1
	printf 'tty; echo in-$((6 * 7)) $(hostname); exit 5\n' >&8
	wait "$terminal" || rc=$?
	exec 8>&-
	out=$(<"$work/screen")
	printf '%s\n' "$rc" "$out"
	[[ $rc = 5 && $out = *"in-42 ct101"* && $out = */dev/pts/* ]]
}

# Without an end of its own: what it reads ends.
enter_ends() {
	timeout -k 5 40 vzctx enter 101 </dev/null &&
		expect 0 'in-42' timeout -k 5 40 bash -c 'echo "echo in-\$((6 * 7))" | vzctx enter 101'
}

# It ends with the command, and the daemon lives on.
daemon_left() {
	local out
	out=$(vzctl exec 101 'sleep 99 & echo hi') && same hi "$out" && pkill -fx 'sleep 99'
}

# Prints what the standard descriptors are inside.
what='for my $f (0 .. 2) { print STDERR readlink("/proc/self/fd/$f") =~ /^pipe:/ ? "pipe " : "other ", -e "/proc/self/fd/$f/etc" ? "open\n" : "shut\n" }'

host_directory() {
	local dir
	inside perl -e "$what" </ 2>"$work/what"
	same "pipe shut pipe shut pipe shut" "$(xargs <"$work/what")" || return
	for dir in / /dev/vda; do
		perl -e 'open my $d, "<", $ARGV[0]; open STDIN, "<&", $d; open STDOUT, ">&", $d; shift; exec @ARGV' \
			"$dir" vzctx exec 101 -- perl -e "$what" 2>"$work/what"
		same "pipe shut pipe shut pipe shut" "$(xargs <"$work/what")" || return
	done
	# O_PATH
	perl -e 'sysopen(my $d, "/", 010000000) or die; open STDIN, "<&=", $d; exec @ARGV' vzctx exec 101 -- perl -e "$what" 2>"$work/what"
	same "pipe shut pipe shut pipe shut" "$(xargs <"$work/what")"
}

nothing_lost() {
	local n
	for n in 1 60000 200000 5000000; do
		same "$n" "$(inside head -c "$n" /dev/zero | wc -c)" &&
			same "$n" "$(inside head -c "$n" /dev/zero | { sleep .5; wc -c; })" || return
	done
	head -c 20000000 /dev/urandom >"$work/big"
	cmp "$work/big" <(inside cat <"$work/big") && inside cat <"$work/big" >"$work/back" && cmp "$work/big" "$work/back" &&
		cmp "$work/big" <(inside cat < <(cat "$work/big"))
	local rc=$?
	rm -f "$work/big" "$work/back"
	return "$rc"
}

terminal_lost_nothing() {
	for _ in 1 2 3; do
		same "$(seq 1 3000 | md5sum)" "$(vzctx exec 101 -t -- seq 1 3000 </dev/null | tr -d '\r\4' | md5sum)" || return
	done
}

ends_early() {
	same y "$(yes | timeout -k 5 40 vzctx exec 101 -- head -n 1)" &&
		same y "$(timeout -k 5 40 vzctx exec 101 -- sh -c 'yes; echo $? >/tmp/status' </dev/null | head -n 1)" &&
		wait_for 20 grep -qx 141 "$tree/tmp/status" || return
	rm -f "$tree/tmp/status"
	same y "$({ timeout -k 5 40 vzctx exec 101 -t -- yes </dev/null; echo $? >"$work/status"; } | head -n 1 | tr -d '\r')" &&
		wait_for 40 grep -qx 129 "$work/status"
}

# What the command did not read of a file is there for the next.
given_back() {
	seq 1 5 >"$work/lines"
	same "1 2 3 4 5" "$(while read -r n; do inside true; echo "$n"; done <"$work/lines" | xargs)" &&
		same "1 then 2 3 4 5" "$({ inside sh -c 'read a; echo $a then'; cat; } <"$work/lines" | xargs)"
}

in_order() {
	inside sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo "out $i"; echo "err $i" >&2; done' >"$work/both" 2>&1 </dev/null
	diff "$work/both" <(for i in 1 2 3 4 5 6 7 8 9; do echo "out $i"; echo "err $i"; done)
}

plan 22
furnish

check "exec passes the exit status on" exit_status
check "exec tells of death by signal as 128+N" by_signal
check "exec carries bytes through pipes" pipes
check "exec tells what cannot be run from what is not there" not_runnable
check "exec gives a clean environment" surroundings
check "exec -t makes a terminal inside" tty_inside
check "exec passes signals on" signal_forwarded
check "a refused fork is explained" fork_explained
check "a refused file is explained" file_explained
check "exec hands over three descriptors and no more" descriptors
check "closed standard descriptors are no way in for others" closed_stdin
check "exec ends with its command, whatever that leaves behind" daemon_left
check "exec hands no directory or device of the host's inside" host_directory
check "exec loses nothing that was written" nothing_lost
check "a terminal loses nothing that was written" terminal_lost_nothing
check "exec ends its writer and its reader as a pipe does" ends_early
check "exec leaves the rest of a file to the next reader" given_back
check "exec keeps what goes to one file in order" in_order
check "enter gives a shell on a terminal" enter_works
check "enter ends where its input does" enter_ends
vacate
