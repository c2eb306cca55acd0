#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=200 kernels=newest
#
# vzctl set - processors, disk and a stand-still of a container that runs. Witnesses are the
# kernel's figures of the cgroups, what the clock says, and what is seen inside.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

conf=/etc/vz/conf
disk=/vz/disk
cg=/sys/fs/cgroup/vz
small='sh sleep cat dd nproc mkdir'

cleanup() {
	local ct
	for ct in 203 204; do
		vzctx stop "$ct" --fast
		rm -rf /vz/private/"$ct" "$conf/$ct".*
	done
	umount "$disk"
	rm -f /var/lib/vz/share-{disk,hog}
	rmdir "$disk" /vz/root/20[34] "$cg"
} >/dev/null 2>&1
trap cleanup EXIT

# made CTID PRIVATE: a root of busybox alone; it runs.
made() {
	local d
	mkdir -p "$2"/{bin,sbin,etc,dev,proc,sys,tmp,root} && cp /bin/busybox "$2/bin/" || return
	for d in $small; do
		ln -s busybox "$2/bin/$d"
	done
	printf '%s\n' "VE_PRIVATE=\"$2\"" "LOCAL_UID=\"$((1879048192 + 65536 * ($1 - 203)))\"" \
		"LOCAL_GID=\"$((1879048192 + 65536 * ($1 - 203)))\"" 'ONBOOT="no"' "${@:3}" >"$conf/$1.conf"
	vzctx start "$1" -- /bin/sleep 100000
}

two() {
	modprobe loop && truncate -s 200M /var/lib/vz/share-disk && mkfs.ext4 -q /var/lib/vz/share-disk &&
		mkdir -p "$disk" && mount -o loop /var/lib/vz/share-disk "$disk" && chmod 700 "$disk" &&
		made 203 /vz/private/203 'CPUWEIGHT="50"' 'CPUMASK="0"' &&
		made 204 "$disk"/204 'IOLIMIT="2M"' 'IOPSLIMIT="90"' &&
		same "50 0" "$(<"$cg"/203/cpu.weight) $(<"$cg"/203/cpuset.cpus)" &&
		same "rbps=2097152 wbps=2097152 riops=90 wiops=90" "$(cut -d' ' -f2- "$cg"/204/io.max)"
}

# busy CTID: it wants all of a processor until it is idle again.
busy() {
	local tree
	tree=$(sed -n 's/^VE_PRIVATE="\(.*\)"/\1/p' "$conf/$1.conf")
	touch "$tree/busy" && { vzctx exec "$1" -- /bin/sh -c 'while [ -e /busy ]; do :; done' & }
}
idle() { rm -f /vz/private/203/busy "$disk"/204/busy; wait; }

inside() { vzctx exec "$1" -- "${@:2}"; }

masks() {
	same 1 "$(inside 203 nproc)" && same 2 "$(inside 204 nproc)" &&
		vzctl set 203 --cpumask 1 --nodemask 0 --save >/dev/null &&
		same "1 1 0" "$(inside 203 nproc) $(<"$cg"/203/cpuset.cpus.effective) $(<"$cg"/203/cpuset.mems)" &&
		grep -qx 'CPUMASK="1"' "$conf"/203.conf || return
	expect 2 'write cpuset.cpus.*none of that number' vzctl set 203 --cpumask 7 --cpuunits 4000 --save
	same "1 50" "$(<"$cg"/203/cpuset.cpus) $(<"$cg"/203/cpu.weight)" && grep -qx 'CPUMASK="1"' "$conf"/203.conf &&
		vzctl set 203 --cpumask auto --nodemask 0 >/dev/null && same 0-1 "$(<"$cg"/203/cpuset.cpus)" &&
		vzctl set 203 --cpumask all >/dev/null && same 2 "$(inside 203 nproc)"
}

usage() { sed -n 's/^usage_usec //p' "$cg/$1/cpu.stat"; }

# Two that share one processor wait for it; what is told of that is the kernel's figure.
waits() {
	local said
	wait_for 20 eval '[[ $(vzctx list --parsable --noheadings -o ctid,waitcpu | sed -n "s/^203\t//p") > 1.00 ]]' || return
	said=$(vzctx show 203 --json | jq .waitcpu)
	echo "said $said, $(head -n 1 "$cg"/203/cpu.pressure)"
	jq -en --argjson s "$said" --argjson k "$(sed -n 's/^some avg10=\([0-9.]*\).*/\1/p' "$cg"/203/cpu.pressure)" \
		'$s > 1 and ($s - $k) < 25 and ($k - $s) < 25' && vzctx top --parsable --noheadings -o ctid,waitcpu,io | grep -q ^203
}

# Both want all of one processor for a while: who has three times the weight gets about that.
shares() {
	local a b rc=0
	vzctl set 203 --cpumask 0 --cpuunits 1000 >/dev/null && vzctl set 204 --cpumask 0 --cpuunits 3000 >/dev/null || return
	vzctl set 203 --cpuweight 100 >/dev/null
	busy 203
	busy 204
	a=$(usage 203) b=$(usage 204)
	wait_for 30 eval '(($(usage 203) > a + 200000 && $(usage 204) > b + 200000))' || rc=1
	a=$(usage 203) b=$(usage 204)
	wait_for 30 eval '(($(usage 203) + $(usage 204) > a + b + 8000000))' || rc=1
	waits || rc=1
	a=$(($(usage 203) - a)) b=$(($(usage 204) - b))
	echo "the one used $a us, the other $b us"
	idle
	same "0 0" "$(<"$cg"/203/cpuset.cpus) $(<"$cg"/204/cpuset.cpus)" || rc=1
	vzctl set 203 --cpumask all >/dev/null
	vzctl set 204 --cpumask all --cpuunits 1000 >/dev/null
	((rc == 0 && b * 10 > a * 22 && b * 10 < a * 42))
}

now() { date +%s%N; }
written() { sed -n 's/.*wbytes=\([0-9]*\).*/\1/p' "$cg/204/io.stat" | sort -n | tail -n 1; }

# Past the cache, so that each byte is the disk's: 6 MiB at 2 MiB a second.
throttled() {
	local before at t
	before=$(written)
	at=$(now)
	inside 204 dd if=/dev/zero of=/data bs=256k count=24 oflag=direct 2>/dev/null || return
	t=$((($(now) - at) / 1000000))
	echo "took $t ms, wrote $(($(written) - ${before:-0})) bytes"
	((t >= 2000 && $(written) - ${before:-0} >= 6291456)) || return
	same "$(sed 's/ /\n/g' "$cg"/204/io.stat | awk -F= '$1 == "wbytes" { s += $2 } END { print s }')" \
		"$(vzctx list --parsable --noheadings -o ctid,written | sed -n 's/^204\t//p')" || return
	vzctl set 204 --iolimit 0 --iopslimit 0 --save >/dev/null && [[ ! $(<"$cg"/204/io.max) ]] || return
	at=$(now)
	inside 204 dd if=/dev/zero of=/data bs=256k count=24 oflag=direct 2>/dev/null && ((($(now) - at) / 1000000 < t))
}

# A weight counts where somebody looks at it, or it is said who would.
priorities() {
	modprobe bfq 2>/dev/null
	expect 0 'ioprio of CT 204 gives counts once the disk .* is scheduled by BFQ' vzctl set 204 --ioprio 7 || return
	same 'default 160' "$(cat "$cg"/204/io.bfq.weight "$cg"/204/io.weight 2>/dev/null | grep default | sort -u)"
}

io_undone() {
	local before
	vzctl set 204 --iolimit 5M >/dev/null && before=$(<"$cg"/204/io.max) && mkdir -p "$disk"/204/etc/resolv.conf || return
	expect 72 'resolv.conf' vzctl set 204 --iolimit 9M --nameserver 10.1.1.1 &&
		same "$before" "$(<"$cg"/204/io.max)" && rmdir "$disk"/204/etc/resolv.conf
}

stands_still() {
	local a rc=0
	a=$(usage 203)
	busy 203
	wait_for 20 eval '(($(usage 203) > a + 300000))' || rc=1
	vzctx freeze 203 && grep -qx 'frozen 1' "$cg"/203/cgroup.events || rc=1
	expect 1 'it is frozen' timeout 20 vzctx exec 203 -- /bin/sh -c : || rc=1
	a=$(settled usage 203)
	same "$a" "$(usage 203)" || rc=1
	vzctx thaw 203 && wait_for 10 eval '(($(usage 203) > a + 100000))' || rc=1
	idle
	return "$rc"
}

cached() { sed -n 's/^file //p' "$cg/$1/memory.stat"; }

# Both have as much of their files in memory, and then somebody wants it all.
guaranteed() {
	local ct
	vzctl set 203 --vmguarpages 40M:unlimited >/dev/null &&
		same "$((40 << 20)) $((40 << 20))" "$(<"$cg"/203/memory.min) $(<"$cg"/memory.min)" || return
	for ct in 203 204; do
		inside "$ct" sh -c 'dd if=/dev/zero of=/cache bs=1M count=24 && sync && dd if=/cache of=/dev/null bs=1M' &&
			(($(cached "$ct") >= 24 << 20)) || return
	done 2>/dev/null
	truncate -s 3G /var/lib/vz/share-hog
	for ct in 1 2 3 4 5; do
		dd if=/var/lib/vz/share-hog of=/dev/null bs=1M 2>/dev/null
		(($(cached 204) < 12 << 20)) && break
	done
	rm /var/lib/vz/share-hog
	echo "the one has $(cached 203) bytes, the other $(cached 204)"
	(($(cached 203) >= 24 << 20 && $(cached 204) < 12 << 20)) &&
		vzctl set 203 --vmguarpages 0:unlimited >/dev/null && same "0 0" "$(<"$cg"/203/memory.min) $(<"$cg"/memory.min)"
}

plan 8
check "processors and disk are as the configuration says from the start" two
check "a mask of processors is seen inside, changed at once, and refused as a whole" masks
check "of one processor who has three times the weight gets three times as much" shares
check "what is written is no faster than the limit, and is when that goes" throttled
check "a weight of the disk is set, and it is said who looks at it" priorities
check "a limit of the disk goes back with what was asked for beside it" io_undone
check "what is guaranteed is not taken for a hog, what is not is" guaranteed
check "freeze holds a busy container, thaw lets it go on" stands_still
done_testing
