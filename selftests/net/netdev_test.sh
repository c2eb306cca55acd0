#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - a network device of the host's is lent to a container: --netdev_add.
#
# The guest has one, which is connected to nothing. Witness: what ip lists.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

leave() {
	cleanup
	ip link del d0
	modprobe -r virtio_net
} >/dev/null 2>&1
trap leave EXIT

conf() {
	sed -n "s/^$2=\"\(.*\)\"$/\1/p" "/etc/vz/conf/$1.conf"
}

in_net() {
	nsenter -n -t "$(init_of "$1")" "${@:2}"
}

on_host() {
	[[ -e /sys/class/net/$nic ]]
}

lent() {
	[[ ! -e /sys/class/net/$nic ]] && same "$mac" "$(in_net 101 ip -o link show dev "$nic" | sed -n 's/.*ether \([0-9a-f:]*\) .*/\1/p')"
}

live() {
	vzctl set 101 --netdev_add "$nic" --save >/dev/null && lent && same "$nic" "$(conf 101 NETDEV)" &&
		vzctl set 101 --netdev_del "$nic" --save >/dev/null && on_host && refuses grep -qw "$nic" <(in_net 101 ip link)
}

# A container calls it something else, even what a device of the host's is called.
renamed() {
	vzctl set 101 --netdev_add "$nic" --save >/dev/null && in_net 101 ip link set "$nic" name d0 &&
		vzctl set 101 --netdev_del "$nic" >/dev/null && on_host && vzctl set 101 --netdev_add "$nic" >/dev/null &&
		in_net 101 ip link set "$nic" name d0 && vzctx stop 101 --fast && on_host && [[ -e /sys/class/net/d0 ]]
}

# Nobody who could put it back lives.
killed() {
	local init keeper
	start_idle 101 && lent && init=$(init_of 101) && keeper=$(ps -o ppid= -p "$init") || return
	in_net 101 ip link set "$nic" name d0
	kill -KILL "$keeper" "$init" && in_time gone 101 && in_time eval 'grep -q "$mac" <(ip link)' && start_idle 101 && lent
}

refused() {
	expect 130 'it is not hardware' vzctl set 101 --netdev_add d0 --save && [[ -e /sys/class/net/d0 ]] &&
		expect 130 'No such device' vzctl set 101 --netdev_add d1 --save && same "$nic" "$(conf 101 NETDEV)" &&
		vzctl set 102 --netdev_add "$nic" --save >/dev/null && expect 130 'No such device' vzctl start 102 && refuses running 102 &&
		vzctx stop 101 --fast && on_host
}

plan 6
modprobe virtio_net
nic=$(basename /sys/bus/virtio/drivers/virtio_net/virtio*/net/*)
mac=$(<"/sys/class/net/$nic/address")
ip link add d0 type dummy
furnish
check "a device goes into a container that runs, and back" live
check "it is the host's again under its own name, whatever it was called inside" renamed
check "and so it is where all who know of it were killed" killed
check "what would not come back is not given, nor what is not there" refused
leave
check "the module can go" refuses module_loaded
check "the kernel log has no complaint" dmesg_clean
done_testing
