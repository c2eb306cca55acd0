#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - what would be lost without a word: output, parts of figures and of paths,
# and a container by a limit below what it holds.

. "$(dirname -- "$0")/cli.sh"

odd='/vz/private/a blank and more'

# full COMMAND...: with a full disk for its output.
full() { expect 1 'No space left' sh -c '"$@" >/dev/full' sh "$@"; }

# closed STATUS COMMAND...: with no standard output at all.
closed() {
	local want=$1
	shift
	expect "$want" 'write the output|write what the command' sh -c '"$@" 2>&1 >&-' sh "$@"
}

output() {
	full vzctx list -a --json && full vzctx list && full vzctx help && full vzlist -a &&
		full vzctx exec 101 -- echo hi && full vzctx show 101 && full vzctx ubc 101 &&
		expect 7 'No space left' sh -c '"$@" >/dev/full' sh vzctl status 101 &&
		expect 7 '' sh -c 'vzctx exec 101 -- sh -c "echo hi; exit 7" >/dev/full' &&
		expect 0 '' sh -c 'vzctx exec 101 -- echo hi | true' &&
		closed 1 vzctx list && closed 1 vzctx show 101 --json && closed 1 vzctx help && closed 1 vzlist -a &&
		closed 7 vzctl status 101 && closed 1 vzctx exec 101 -- echo hi &&
		expect 0 '' sh -c 'vzctx exec 101 -- true >&-' && expect 0 '' sh -c 'vzctx exec 101 -- cat <&-'
}

unlived() {
	expect 2 '512 bytes.*say the unit, as in --ram 512M' vzctx limit 101 --ram 512 &&
		expect 1 'it holds [0-9.]+[KM] that it cannot give up' vzctx limit 101 --ram 8K &&
		expect 1 'cannot give up' vzctx limit 101 physpages=0:0 --save &&
		refuses grep PHYSPAGES /etc/vz/conf/101.conf &&
		inside true && expect 0 '' vzctx limit 101 --ram 256M &&
		same 268435456 "$(</sys/fs/cgroup/vz/101/memory.max)"
}

halves() {
	local before
	before=$(</etc/vz/conf/101.conf)
	expect 2 'a number or unlimited' vzctx limit 101 numproc=1.5 --save &&
		expect 21 '' vzctl set 101 --cpulimit 1.5 --save && expect 21 '' vzctl set 101 --numproc 10.5 --save &&
		same "$before" "$(</etc/vz/conf/101.conf)"
}

paths() {
	local rc
	mkdir -p "$odd/sbin" && vzctx create 103 --private "$odd" >/dev/null &&
		same "$odd" "$(vzctx list -a --json -o ctid,private | jq -r '.contexts[] | select(.ctid == 103) | .private')"
	rc=$?
	printf '%b\n' "$(vzctx list -a --parsable --noheadings -o ctid,private | sed -n 's/^103\t//p')"
	same "$odd" "$(printf '%b' "$(vzctx list -a --parsable --noheadings -o ctid,private | sed -n 's/^103\t//p')")" || rc=1
	rm -rf /vz/private/a*
	return "$rc"
}

plan 6
furnish
check "output that is lost is a failure" output
check "a limit no container could live under is refused" unlived
check "no item is cut in half" halves
check "a path is escaped once" paths
vacate
