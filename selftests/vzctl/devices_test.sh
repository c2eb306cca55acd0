#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=120 kernels=newest
#
# vzctl set --devices, --devnodes - a device allowed and denied while a container runs, and
# at its start. The witness is the file behind a loop device.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

mine=/etc/vz/conf/203.conf
tree=/vz/private/203
file=/var/lib/vz/devices-file
loop=''

cleanup() {
	vzctx stop 203 --fast
	[[ ! $loop ]] || losetup -d "$loop"
	rm -rf "$tree" "$mine" "$file"
	rmdir /vz/root/203 /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

inside() { vzctx exec 203 -- /bin/sh -c "$1"; }
denied() { expect 1 'Operation not permitted' inside "$1"; }

furnish() {
	local d
	modprobe -a loop tun && mkdir -p $tree/{bin,sbin,etc,dev,proc,sys,tmp,root} && cp /bin/busybox $tree/bin/ || return
	for d in sh sleep cat dd ls mount mkdir touch stat; do
		ln -s busybox "$tree/bin/$d"
	done
	printf '%s\n' "VE_PRIVATE=\"$tree\"" 'LOCAL_UID="1879048192"' 'LOCAL_GID="1879048192"' 'ONBOOT="no"' >"$mine"
	printf 'of the host%4085s' '' >$file && loop=$(losetup -f --show $file) || return
	node=${loop#/dev/} number=7:${loop#/dev/loop}
	vzctx start 203 -- /bin/sleep 100000
}

none_before() {
	refuses inside "ls /dev/$node" && refuses inside 'mkdir /dev/net && ls /dev/net/tun'
}

read_alone() {
	vzctl set 203 --devices "b:$number:r" --save >/dev/null && grep -qx "DEVICES=\"b:$number:r\"" "$mine" &&
		same 'of the host' "$(inside "dd if=/dev/$node bs=11 count=1")" &&
		denied "echo of inside | dd of=/dev/$node conv=notrunc"
}

write_too() {
	vzctl set 203 --devices "b:$number:rw" >/dev/null &&
		inside "echo -n 'of the root' | dd of=/dev/$node conv=notrunc,fsync" &&
		same 'of the root' "$(head -c 11 "$file")"
}

usual_ones() {
	inside 'dd if=/dev/zero of=/dev/null bs=1k count=1 && dd if=/dev/urandom of=/dev/null bs=1k count=1' &&
		denied "exec 5<>/dev/$node" && vzctx exec 203 -t -- /bin/sh -c 'echo tty >/dev/tty' </dev/null | grep -q tty
}

# What it has put away under another name is no way back, and what it holds is the host's again.
taken_away() {
	inside "touch /kept && mount -o bind /dev/$node /kept" && inside 'dd if=/kept of=/dev/null count=1' &&
		vzctl set 203 --devices "b:$number:none" --save >/dev/null &&
		refuses inside "ls /dev/$node" && denied 'dd if=/kept of=/dev/null count=1' && ! grep -q "b:$number" "$mine"
}

by_name() {
	vzctl set 203 --devnodes net/tun:rw --save >/dev/null &&
		same "10:200 0" "$(inside 'stat -c "%t:%T %u" /dev/net/tun' | sed 's/^a:c8/10:200/')" &&
		expect 1 'bad state' inside 'cat /dev/net/tun' && vzctx stop 203 --fast &&
		vzctx start 203 -- /bin/sleep 100000 && expect 1 'bad state' inside 'cat /dev/net/tun' &&
		expect 0 'no device that the host has' vzctl set 203 --devnodes nothing:rw
}

refused() {
	local before
	before=$(sha256sum "$mine")
	expect 21 'Bad parameter for --devices' vzctl set 203 --devices x:7:0:rw --save &&
		mkdir -p "$tree"/etc/resolv.conf && vzctl set 203 --devnodes net/tun:rw >/dev/null || return
	expect 72 'not saving' vzctl set 203 --devices "b:$number:rw" --devnodes net/tun:none --nameserver 10.1.1.1 --save
	rmdir "$tree"/etc/resolv.conf
	same "$before" "$(sha256sum "$mine")" && refuses inside "ls /dev/$node" &&
		expect 1 'bad state' inside 'cat /dev/net/tun'
}

plan 8
furnish >/dev/null
check "a container without devices runs" same "/dev/$node" "$loop"
check "it has none of the host's" none_before
check "it reads a device that it may read, and writes it not" read_alone
check "then it writes it" write_too
check "what every container has it has still" eval 'vzctl set 203 --devices "b:$number:r" >/dev/null && usual_ones'
check "a device that is taken away cannot be opened by any name" taken_away
check "a node by its name, that is there after a start" by_name
check "what is refused leaves the old ones" refused
done_testing
