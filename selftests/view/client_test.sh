#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - what programs that know nothing of vzctx say inside, with two containers of
# different limits running at once. Witness: the cgroups, and the same program outside.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

tree=/vz/private/full

beside() { vzctx exec 102 -- "$@"; }

# near WANT GOT SLACK
near() {
	printf 'wanted %s, got %s\n' "$1" "$2"
	[[ $2 =~ ^-?[0-9]+$ ]] && ((($1 - $2 <= $3) && ($2 - $1 <= $3)))
}

current() { echo $(($(<"/sys/fs/cgroup/vz/$1/memory.current") / 1024)); }

mem_of() { awk -v n="$1" '/^Mem:/ { print $n }'; }

free_tells() {
	local host
	host=$(free -k | mem_of 2)
	same $((96 * 1024)) "$(inside free -k | mem_of 2)" &&
		same $((192 * 1024)) "$(beside free -k | mem_of 2)" &&
		same "$host" "$(free -k | mem_of 2)" &&
		near $((96 * 1024 - $(current 101))) "$(inside free -k | mem_of 4)" 2048
}

busybox_tells() {
	same $((96 * 1024)) "$(inside busybox free | mem_of 2)" &&
		same $((192 * 1024)) "$(beside busybox free | mem_of 2)" &&
		[[ $(inside busybox uptime) =~ up\ [01]\ min ]]
}

top_tells() {
	local said
	said=$(inside top -bn1 | head -8)
	echo "$said"
	[[ $said =~ MiB\ Mem\ :\ +96\.0\ total && $said =~ Tasks:\ +3\ total ]]
}

uptime_tells() {
	local in out
	in=$(inside cut -d. -f1 /proc/uptime) out=$(cut -d. -f1 /proc/uptime)
	echo "inside $in, outside $out"
	((in < out)) && [[ $(inside uptime -p) =~ ^up\ [01]\ minute ]] &&
		near "$(($(date +%s) - in))" "$(inside date -d "$(inside uptime -s)" +%s)" 2 &&
		[[ $(inside w -h | wc -l) = 0 ]]
}

# A task that has just begun, and the init, which is as old as the container.
ps_tells() {
	local up age now
	up=$(inside cut -d. -f1 /proc/uptime)
	age=$(inside ps -o etimes= -p 1 | xargs)
	near "$up" "$age" 2 || return
	now=$(inside sh -c 'date -d "$(ps -o lstart= -p $$)" +%s')
	near "$(date +%s)" "$now" 3
}

vmstat_tells() {
	near $((96 * 1024 - $(current 101))) "$(inside vmstat | awk 'END { print $4 }')" 4096
}

processors() {
	local at=/sys/fs/cgroup/vz/101/cpuset.cpus all
	all=$(nproc)
	same "$all" "$(inside nproc)" && same "$all" "$(inside getconf _NPROCESSORS_ONLN)" || return
	echo 1 >"$at"
	same 1 "$(inside nproc)" && same 1 "$(inside getconf _NPROCESSORS_ONLN)" &&
		same 1 "$(inside grep -c ^processor /proc/cpuinfo)" &&
		same 1 "$(inside busybox nproc)" && same "$all" "$(beside nproc)" &&
		same 1 "$(inside lscpu | awk -F: '/^On-line CPU\(s\) list/ { print $2 + 0 }')"
	local rc=$?
	echo >"$at"
	return "$rc"
}

# The lines that htop, atop, vzpid and facter look for.
status_tells() {
	local init
	init=$(init_of 102)
	same "101 1" "$(awk '/^(envID|VPid):/ { printf "%s%s", s, $2; s = " " }' "/proc/$(init_of 101)/status")" &&
		same "102 1" "$(awk '/^(envID|VPid):/ { printf "%s%s", s, $2; s = " " }' "/proc/$init/status")" &&
		same 101 "$(inside awk '/^envID:/ { print $2 }' /proc/self/status)" &&
		refuses grep envID /proc/self/status
}

pid_tells() {
	local init
	init=$(init_of 102)
	same "$init 102 1 vzctx-init" "$(vzctx pid "$init" | awk 'NR > 1' | xargs)" &&
		same "$$ 0 $$ $(<"/proc/$$/comm")" "$(vzctx pid $$ | awk 'NR > 1' | xargs)" &&
		expect 1 'process 0' vzctx pid 0 && expect 2 'pid is missing' vzctx pid
}

# Somebody is killed in 102; a task of 101 has a name that speaks of 102.
dmesg_tells() {
	local said
	log_clean || return
	beside perl -e '$x = "x" x (300 << 20)' && return 1
	inside perl -e '$0 = "memcg=/vz/102"; $x = "x" x (300 << 20)' && return 1
	in_time eval 'vzctx dmesg 102 | grep -q "Killed process [0-9]* (perl)"' || return
	said=$(vzctx dmesg 102)
	echo "$said"
	[[ $said = *"vzctx: CT 102: started"* && $said = *"oom_memcg=/vz/102,"* ]] &&
		refuses grep -E 'CT 101|oom_memcg=/vz/101' <<<"$said"
}

# A /proc that is mounted inside once more.
mounted_again() {
	same $((96 * 1024)) "$(inside unshare -m sh -c 'mount -t proc proc /mnt && awk "/MemTotal/ { print \$2 }" /mnt/meminfo')"
}

plan 14
furnish
cp /bin/busybox "$tree/bin/busybox"
ln -f "$tree/bin/busybox" "$second/bin/busybox"
vzctx stop 101 --fast
for ct in 101:96M 102:192M; do
	vzctx limit "${ct%:*}" --ram "${ct#*:}" --swap 0 --save
	start_idle "${ct%:*}"
done >/dev/null
check "free" free_tells
check "busybox, which asks sysinfo(2)" busybox_tells
check "top" top_tells
check "uptime and w" uptime_tells
check "ps: ages and dates" ps_tells
check "vmstat" vmstat_tells
check "nproc, getconf and lscpu follow the cpuset" processors
check "envID and VPid" status_tells
check "vzctx pid" pid_tells
check "vzctx dmesg" dmesg_tells
dmesg_mark # what somebody was killed for is told above
check "where /proc is mounted once more" mounted_again
check "the host's own memory" same "$(awk '/MemTotal/ { print $2 }' /proc/meminfo)" "$(free -k | mem_of 2)"
rm -f "$tree/bin/busybox"
vacate
