#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200
#
# vzctx - which modules a container makes the host's kernel load.
#
# Witness: /proc/modules.

# What stands in single quotes is for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

loaded() {
	grep -q "^$1 " /proc/modules
}

# Whatever needs it, down to it.
unload() {
	! loaded "$1" || modprobe -r "$1"
}

# socket FAMILY TYPE PROTOCOL [COMMAND...]: makes one, which COMMAND enters.
socket() {
	"${@:4}" perl -e 'socket(my $s, $ARGV[0], $ARGV[1], $ARGV[2]) or die "$!\n"' "$1" "$2" "$3"
}

vsock=(40 1 0)

no_vsock() {
	unload vsock_loopback && unload vsock && refuses loaded vsock
}

closed() {
	no_vsock || return
	expect 97 'not supported' socket "${vsock[@]}" vzctx exec 101 -- && refuses loaded vsock &&
		dmesg_since | grep -q 'CT 101: module net-pf-40 is not loaded for it'
}

# What is there already is everybody's.
of_the_host() {
	socket "${vsock[@]}" && loaded vsock && socket "${vsock[@]}" vzctx exec 101 --
}

# One that containers in a container need.
usual() {
	unload overlay && refuses loaded overlay && vzctx exec 101 -- mount -t overlay -o lowerdir=/etc:/opt none /mnt &&
		loaded overlay
}

opened() {
	local ok=0
	no_vsock && echo Y >/sys/module/vzctx/parameters/container_modules || return
	socket "${vsock[@]}" vzctx exec 101 -- && loaded vsock || ok=1
	echo N >/sys/module/vzctx/parameters/container_modules
	no_vsock && refuses socket "${vsock[@]}" vzctx exec 101 -- && refuses loaded vsock && return "$ok"
}

# administers CTID: sets flags of lo, which only an administrator of its network may.
administers() {
	vzctx exec "$1" -- perl -MSocket -e 'socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
		my $lo = pack("a16sx22", "lo", 0x49);
		ioctl($s, 0x8914, $lo) or die "$!\n"'
}

# cap CTID: whether its init has CAP_NET_ADMIN, or could get it.
cap() {
	(((0x$(awk '/^CapBnd/ { print $2 }' "/proc/$(init_of "$1")/status") >> 12) & 1))
}

no_filter() {
	expect 0 '^CT configuration saved to [^ ]*$' vzctl set 102 --netfilter disabled --save && start_idle 102 &&
		cap 101 && administers 101 && refuses cap 102 && expect 1 'Operation not permitted' administers 102 &&
		expect 0 "no effect yet" vzctl set 102 --netfilter stateless --setmode ignore --save
}

# with_modules NAME COMMAND...: check, on a kernel that has what is asked for as modules.
with_modules() {
	if modprobe -qn vsock && modprobe -qn overlay && ! grep -qE '/(vsock|overlay)\.ko' "/lib/modules/$(uname -r)/modules.builtin"; then
		check "$@"
	else
		skip "$1" "vsock and overlay are no modules of this kernel"
	fi
}

plan 7
furnish
with_modules "a kind of socket that the kernel has not loaded is not there inside" closed
with_modules "once the host has it, it is" of_the_host
with_modules "what containers in a container need is loaded for it" usual
check "with --netfilter disabled a container has no packet filter" no_filter
with_modules "whoever wants it has everything loaded" opened
vacate
