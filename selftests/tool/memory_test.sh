#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 mem=1536 module=1 timeout=600
#
# vzctx - memory limits of a Debian that works: nothing is refused wrongly, and
# what goes over is stopped inside.

# What stands in single quotes is for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/full
cg=/sys/fs/cgroup/vz/101
# Not on a tmpfs: what the container writes there would count for it.
work=$(mktemp -d /var/tmp/memory.XXXXXX)
swapfile=/var/tmp/memory_test.swap

cleanup() {
	vzctx stop 101 --fast
	rmdir /sys/fs/cgroup/vz
	swapoff "$swapfile"
	rm -f "$swapfile"
	rm -rf "$work" /etc/vz/conf/101.conf*
} >/dev/null 2>&1
trap cleanup EXIT

inside() {
	vzctx exec 101 -- "$@"
}

no_failures() {
	vzctx show 101 --json | jq -e '[.resources[] | select(.failcnt > 0)] == []' ||
		{ vzctx show 101 --all; return 1; }
}

# Pages that statm of every process in the cgroup tree says, as its data.
data_pages() {
	find "$cg" -name cgroup.procs -exec cat {} + |
		while read -r pid; do awk '{ print $6 }' "/proc/$pid/statm"; done |
		awk '{ n += $1 } END { print n + 0 }'
}

starts_limited() {
	vzctx create 101 --private "$tree" &&
		printf '%s\n' 'PHYSPAGES="0:65536"' 'SWAPPAGES="0:0"' \
			'PRIVVMPAGES="98304:102400"' 'SHMPAGES="4096"' \
			'LOCKEDPAGES="256"' 'KMEMSIZE="67108864:83886080"' \
			'NUMPROC="32"' 'NUMFILE="512"' 'NUMTCPSOCK="33"' \
			'NUMOTHERSOCK="40"' 'TCPSNDBUF="2097152"' 'TCPRCVBUF="2097152"' \
			'OTHERSOCKBUF="262144"' 'DGRAMRCVBUF="262144"' \
			'NUMFLOCK="20"' 'NUMPTY="4"' 'NUMSIGINFO="64"' \
			>>/etc/vz/conf/101.conf &&
		vzctx start 101 -- /bin/sleep infinity &&
		same $((65536 * 4096)) "$(<"$cg"/memory.max)" &&
		same 0 "$(<"$cg"/memory.swap.max)" &&
		same 102400 "$(cell 101 privvmpages limit)"
}

held_is_data() {
	[[ $(cell 101 privvmpages held) = "$(data_pages)" ]]
}

statm_agrees() {
	wait_for 20 held_is_data || { cell 101 privvmpages held; data_pages; return 1; }
}

compiles() {
	inside sh -c 'cd /tmp && cat >a.c && gcc -O2 -o a a.c && ./a' <<-C |
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		int main(void) { char *p = malloc(1 << 20); memset(p, 65, 9); p[9] = 0; return puts(p) < 0; }
	C
		grep -qx AAAAAAAAA && no_failures
}

sqlite_works() {
	inside sh -c 'rm -f /tmp/db; sqlite3 /tmp/db' <<-SQL |
		create table t (a integer primary key, b text);
		with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
			insert into t select i, hex(randomblob(20)) from n;
		create index x on t (b);
		select count(*) from (select b from t order by b);
	SQL
		grep -qx 20000 && no_failures
}

# As Debian configures it, with the load beside it.
nginx_works() {
	inside sh -c 'nginx && ab -n 500 -c 8 http://127.0.0.1/ >/tmp/ab; nginx -s quit; cat /tmp/ab' |
		grep -q '^Failed requests: *0$' &&
		no_failures &&
		wait_for 30 no_tcp_sockets
}

no_tcp_sockets() {
	[[ $(cell 101 numtcpsock held) = 0 ]]
}

ram_and_swap() {
	vzctx limit 101 --ram 64M --swap 16M --vm_overcommit 2 &&
		same $((64 << 20)) "$(<"$cg"/memory.max)" &&
		same $(((64 + 16) << 20 >> 12 << 1)) "$(cell 101 privvmpages limit)" &&
		same 16384 "$(cell 101 physpages limit)" &&
		same 4096 "$(cell 101 swappages limit)"
}

too_much_is_refused() {
	vzctx limit 101 privvmpages=20000 &&
		! inside perl -e 'my $x = "a" x (200 << 20); print "got it\n"' &&
		[[ $(cell 101 privvmpages failcnt) -gt 0 ]]
}

# The event comes, names the victim, and the host's own tasks stay.
hog_is_killed() {
	local kill
	vzctx limit 101 privvmpages=unlimited --ram 64M --swap 0 || return
	mkfifo "$work/fifo"
	exec 5<>"$work/fifo"
	vzctx events --json --timeout 300 --ready-fd 5 >"$work/events" &
	events=$!
	read -rn 1 -t 60 -u 5
	exec 5>&-
	! inside perl -e 'my $x; $x .= "a" x (1 << 20) for 1 .. 200' || return
	wait_for 60 grep -q '"type":"kill"' "$work/events"
	kill "$events"
	kill=$(grep -m 1 '"type":"kill"' "$work/events") || return
	printf '%s\n' "$kill"
	jq -e '.ctid == 101 and .resource == "oomguarpages" and .comm == "perl"' <<<"$kill" &&
		same "$(awk '$1 == "oom_kill" { print $2 }' "$cg/memory.events")" "$(cell 101 oomguarpages failcnt)"
}

swap_on() {
	dd if=/dev/zero of="$swapfile" bs=1M count=48 status=none && chmod 600 "$swapfile" &&
		mkswap "$swapfile" >/dev/null && swapon "$swapfile"
}

# What the module, the cgroup and the host say of swap is the same.
swap_agrees() {
	local n=$(($(<"$cg"/memory.swap.current) / 4096))
	((n > 4096)) && same "$n" "$(cell 101 swappages held)"
}

swap_back() {
	(($(cell 101 swappages held) < 512 && $(<"$cg"/memory.swap.current) < (512 << 12)))
}

swap_says() {
	printf 'program: %s; swap: cgroup %s, module %s, at most %s, failures %s; host: %s; kills %s\n' \
		"$(cat "$work/there")" "$(<"$cg"/memory.swap.current)" "$(cell 101 swappages held)" \
		"$(cell 101 swappages maxheld)" "$(cell 101 swappages failcnt)" \
		"$(grep -F "$swapfile" /proc/swaps)" "$(cell 101 oomguarpages failcnt)"
	return 1
}

# Twice the memory there is: half of it is in swap while the program is there.
swap_is_counted() {
	swap_on && vzctx limit 101 privvmpages=unlimited --ram 32M --swap 40M >/dev/null || return
	mkfifo "$work/hold"
	inside perl -e '$| = 1; my $x = "a" x (24 << 20); print "there\n"; <STDIN>' \
		<"$work/hold" >"$work/there" &
	exec 5>"$work/hold"
	wait_for 60 grep -qx there "$work/there" && wait_for 30 swap_agrees || swap_says || return
	(($(awk -v f="$swapfile" '$1 == f { print $4 }' /proc/swaps) > 16384)) &&
		same 0 "$(cell 101 swappages failcnt)" || swap_says || return
	exec 5>&-
	wait "$!" && wait_for 30 swap_back && (($(cell 101 swappages maxheld) > 4096)) && return
	swap_says
}

swap_events() { awk '$1 == "max" { print $2 }' "$cg/memory.swap.events"; }

# Too little swap: what does not fit is killed. 6.12 mostly stops swapping before it
# is refused, and counts nothing then; whatever it counts is shown.
swap_stops() {
	local kills
	kills=$(cell 101 oomguarpages failcnt)
	vzctx limit 101 --ram 32M --swap 4M >/dev/null || return
	! inside perl -e 'my $x; $x .= "a" x (1 << 20) for 1 .. 60' || return
	(($(cell 101 oomguarpages failcnt) > kills)) &&
		same "$(swap_events)" "$(cell 101 swappages failcnt)" || return
	swapoff "$swapfile" && same 0 "$(cell 101 swappages held)"
}

changed_under_load() {
	local i load
	vzctx limit 101 --ram 256M --swap 0 privvmpages=unlimited >/dev/null
	inside sh -c 'for i in 1 2 3; do gcc -O2 -o /tmp/a /tmp/a.c || true; done; exit 0' &
	load=$!
	for i in 20000 40000 20000 60000; do
		vzctx limit 101 "privvmpages=$i" >/dev/null || return
		same "$i" "$(cell 101 privvmpages limit)" || return
	done
	vzctx limit 101 privvmpages=unlimited >/dev/null
	wait "$load" && compiles_again
}

compiles_again() {
	inside gcc -O2 -o /tmp/a /tmp/a.c
}

# A dying container is listed for as long as something is charged to it.
gone() {
	! vzctx list --parsable --noheadings -o ctid | grep -qx 101
}

ends_empty() {
	vzctx stop 101 --fast && wait_for 30 gone
}

plan 12
check "limits in the configuration reach module and cgroup" starts_limited
check "privvmpages is what statm says" statm_agrees
check "a compiler works, nothing is refused" compiles
check "a database works, nothing is refused" sqlite_works
check "a web server and its load work, nothing is refused" nginx_works
check "ram, swap and vm_overcommit as in OpenVZ" ram_and_swap
check "above privvmpages a program gets ENOMEM" too_much_is_refused
check "a hog is killed, and the event says so" hog_is_killed
check "swappages is what the cgroup has in swap" swap_is_counted
check "at the limit of swap a hog is killed, refusals are the cgroup's" swap_stops
check "limits change while a compiler runs" changed_under_load
check "it ends and leaves nothing" ends_empty
done_testing
