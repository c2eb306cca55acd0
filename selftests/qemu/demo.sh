#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx - the guest's part of the demonstration: a fork bomb in a container.

set -u
# shellcheck source=../help/lib.sh
. /vzctx/tests/lib.sh
ctid=101
limit=64

fail() {
	printf 'demo: %s\n' "$*"
	dmesg | tail -n 20
	exit 1
}

# Prints a command as typed, then runs it.
run() {
	printf '\n# %s\n' "$*"
	"$@" || fail "status $? of: $*"
}

# column NAME: that column of the container's row numproc.
column() {
	vzctx show "$ctid" | awk -v name="$1" '
		!at { for (i = 1; i <= NF; i++) if (tolower($i) == name) at = i; next }
		$1 == "numproc" { print $at }'
}

hit() {
	[[ $(column failcnt) -gt 0 ]]
}

told() {
	grep -q numproc /tmp/events
}

run insmod "$VZCTX_KO"
run vzctx create "$ctid" --private /vz/private/debian
run vzctx start "$ctid" -- /bin/sleep infinity
run vzctx limit "$ctid" numproc="$limit:$limit"

printf '\n# vzctx events &\n'
vzctx events >/tmp/events 2>&1 &
listener=$!

# Each level starts two of the next; 256 sleepers would be the end of it.
# shellcheck disable=SC2016
bomb='bomb() {
	[ "$1" -gt 0 ] || exec sleep 5
	bomb $(($1 - 1)) &
	bomb $(($1 - 1)) &
	wait
}
bomb 8'
printf '\n# vzctx exec %s -- /bin/sh -c "%s" &\n' "$ctid" "$bomb"
vzctx exec "$ctid" -- /bin/sh -c "$bomb" >/tmp/bomb 2>&1 </dev/null &
bomber=$!

wait_for 60 hit || { cat /tmp/bomb; fail "the container never met its limit"; }
forks=0
for _ in {1..50}; do
	/bin/true && forks=$((forks + 1))
done
printf '\nWith the container at its limit the host started %d of 50 processes.\n' "$forks"
((forks == 50)) || fail "the host could not fork"

wait "$bomber"
printf 'The bomb is over; what it said, last lines:\n'
tail -n 3 /tmp/bomb
run vzctx show "$ctid"
maxheld=$(column maxheld)
((maxheld <= limit)) || fail "the container held $maxheld processes, more than $limit"

wait_for 30 told || fail "no event told of the limit"
printf '\nThe listener got:\n'
head -n 5 /tmp/events
kill "$listener"

run vzctx stop "$ctid"
run rmmod vzctx
