#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - Ethernet interfaces by the command: --netif_add and its like, live and at a
# start, bridges and who sees what on them.
#
# Witnesses: what ip tells of the host's and of a container's devices, ping, and packet
# sockets in the containers.

# What stands in single quotes is for another shell, or for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

leave() {
	cleanup
	ip link del br0
	ip link del br1
	ip link del veth102.7
} >/dev/null 2>&1
trap leave EXIT

conf() {
	sed -n "s/^$2=\"\(.*\)\"$/\1/p" "/etc/vz/conf/$1.conf"
}

# in_net CTID COMMAND...: in its network, with the host's programs.
in_net() {
	nsenter -n -t "$(init_of "$1")" "${@:2}"
}

mac_of() {
	conf "$1" NETIF | sed 's/.*,mac=\([^,;]*\).*/\L\1/'
}

pings_from() {
	in_time in_net "$1" busybox ping -c 1 -w 3 "$2"
}

no_veth() {
	refuses grep 'veth10[12]' <(ip -o link)
}

bridges() {
	ip link add br0 type bridge && ip addr add 10.9.0.1/24 dev br0 && ip link set br0 up &&
		busybox brctl addbr br1 && ip link set br1 up
}

# The names and the prefix of OpenVZ's.
given_live() {
	says 'CT configuration saved to /etc/vz/conf/101.conf' vzctl set 101 --netif_add eth0 --save &&
		grep -qxE 'ifname=eth0,mac=00:18:51(:[0-9A-F]{2}){3},host_ifname=veth101.0,host_mac=00:18:51(:[0-9A-F]{2}){3}' <(conf 101 NETIF) &&
		same "$(mac_of 101)" "$(in_net 101 ip -o link show dev eth0 | sed -n 's/.*ether \([0-9a-f:]*\) .*/\1/p')" &&
		grep -q 'UP' <(in_net 101 ip -o link show dev eth0) &&
		grep -q 'alias vzctx CT 101 eth0' <(ip link show dev veth101.0)
}

# Bridges are made by ip here, and by the old ioctl there.
bridged() {
	expect 130 'the host has no such bridge' vzctl set 101 --ifname eth0 --bridge br9 --save &&
		expect 130 'lo is no bridge' vzctl set 101 --ifname eth0 --bridge lo --save &&
		refuses grep -q bridge <(conf 101 NETIF) &&
		vzctl set 101 --ifname eth0 --bridge br1 --save >/dev/null && [[ -e /sys/class/net/br1/brif/veth101.0 ]] &&
		vzctl set 101 --ifname eth0 --bridge br0 --save >/dev/null && [[ -e /sys/class/net/br0/brif/veth101.0 ]] &&
		in_net 101 ip addr add 10.9.0.101/24 dev eth0 && pings_from 101 10.9.0.1 && in_time busybox ping -c 1 -w 3 10.9.0.101
}

changed_live() {
	vzctl set 101 --ifname eth0 --host_ifname vm101 --host_mac FE:FF:FF:FF:FF:FF --mac 00:18:51:00:01:01 >/dev/null &&
		grep -q 'fe:ff:ff:ff:ff:ff' <(ip link show dev vm101) && grep -q '00:18:51:00:01:01' <(in_net 101 ip link show dev eth0) &&
		[[ -e /sys/class/net/br0/brif/vm101 ]] && pings_from 101 10.9.0.1 &&
		vzctl set 101 --ifname eth0 --mac "$(mac_of 101)" >/dev/null && [[ -e /sys/class/net/veth101.0 ]]
}

at_a_start() {
	vzctx stop 101 --fast && no_veth && start_idle 101 && [[ -e /sys/class/net/br0/brif/veth101.0 ]] &&
		same "$(mac_of 101)" "$(in_net 101 ip -o link show dev eth0 | sed -n 's/.*ether \([0-9a-f:]*\) .*/\1/p')" &&
		in_net 101 ip addr add 10.9.0.101/24 dev eth0 && pings_from 101 10.9.0.1 &&
		vzctl set 102 --netif_add eth0,,,,br0 --save >/dev/null && start_idle 102 &&
		in_net 102 ip addr add 10.9.0.102/24 dev eth0 && pings_from 102 10.9.0.101
}

# A container that takes another MAC is not heard, unless it may.
mac_filtered() {
	in_net 102 ip link set eth0 address 02:00:00:00:01:02 && refuses in_net 102 busybox ping -c 1 -w 2 10.9.0.101 &&
		vzctl set 102 --ifname eth0 --mac_filter off --save >/dev/null && grep -q 'mac_filter=off' <(conf 102 NETIF) &&
		in_net 102 ip link set eth0 address 02:00:00:00:01:02 && pings_from 102 10.9.0.101 &&
		vzctl set 102 --ifname eth0 --mac_filter on --save >/dev/null && pings_from 102 10.9.0.101
}

# listen CTID FILE: prints who sends to whom, of each frame that comes to its packet socket,
# the device seeing all it can.
listen() {
	in_net "$1" ip link set eth0 promisc on
	nsenter -n -t "$(init_of "$1")" perl -MSocket -e '
		socket(my $s, 17, SOCK_RAW, unpack("S", pack("n", 3))) or die;
		$| = 1;
		print "listening\n";
		while (defined(my $sll = recv($s, my $f, 2048, 0))) {
			# What it sends itself it sees as well.
			next if (unpack("SSlSC", $sll))[4] == 4;
			my ($to, $from) = unpack("H12H12", $f);
			print "$from>$to\n";
		}' >"$2" 2>&1 &
	in_time grep -q listening "$2"
}

# Frames between the host and 101 flood a bridge that has not learnt yet: 102 hears those
# that are for all only, and all others where its filter is off.
who_sees_what() {
	local a to101 ok=0
	a=$(mac_of 101) to101=">${a//:/}"
	listen 102 "$work/strict" || ok=1
	flood
	in_time grep '>ffffffffffff' "$work/strict" && refuses grep -- "$to101" "$work/strict" || ok=1
	kill $!
	vzctl set 102 --ifname eth0 --mac_filter off >/dev/null && listen 102 "$work/loose" &&
		in_time eval 'flood; grep -q -- "$to101" "$work/loose"' || ok=1
	kill $!
	wait
	cat "$work/strict" "$work/loose"
	return "$ok"
}

# The bridge forgets at once what it has learnt, so it sends everywhere.
flood() {
	ip link set br0 type bridge ageing_time 0
	ip neigh flush dev br0
	busybox ping -c 2 -w 3 10.9.0.101
}

# All that is asked for is done, or nothing.
nothing_done() {
	ip link add veth102.7 type dummy || return
	expect 130 'the host has a device veth102.7' vzctl set 102 --netif_add eth6 --netif_add eth7 --save &&
		refuses grep -qE 'eth[67]' <(conf 102 NETIF; in_net 102 ip link) && [[ ! -e /sys/class/net/veth102.6 ]] &&
		[[ -e /sys/class/net/veth102.0 ]]
}

no_start() {
	vzctx stop 102 --fast && sed -i 's/bridge=br0/bridge=br9/' /etc/vz/conf/102.conf &&
		expect 130 'the host has no such bridge' vzctl start 102 && refuses running 102 && [[ ! -e /sys/class/net/veth102.0 ]] &&
		sed -i 's/^NETIF=.*/NETIF="ifname=eth0;mac=x"/' /etc/vz/conf/102.conf &&
		expect 130 'that is no interface; edit NETIF' vzctl start 102 && refuses running 102 &&
		sed -i 's/^NETIF=.*/NETIF="ifname=eth0"/' /etc/vz/conf/102.conf && start_idle 102 && [[ -e /sys/class/net/veth102.0 ]]
}

# Somebody on the host keeps its network, so the kernel does not remove the pair itself.
left_over() {
	local init keeper ok=0
	init=$(init_of 101)
	keeper=$(ps -o ppid= -p "$init")
	nsenter -n -t "$init" sleep 600 &
	in_time grep -q sleep "/proc/$!/comm"
	kill -KILL "$keeper" "$init" && in_time gone 101 && [[ -e /sys/class/net/veth101.0 ]] && start_idle 101 &&
		[[ -e /sys/class/net/br0/brif/veth101.0 ]] && vzctx stop 101 --fast && no_veth_of_101 && start_idle 101 || ok=1
	kill $!
	wait $!
	return "$ok"
} 2>/dev/null

no_veth_of_101() {
	[[ ! -e /sys/class/net/veth101.0 ]]
}

taken() {
	vzctl set 101 --netif_add eth1 --netif_add eth2 --save >/dev/null && [[ -e /sys/class/net/veth101.2 ]] &&
		vzctl set 101 --netif_del eth1 --save >/dev/null && [[ ! -e /sys/class/net/veth101.1 ]] &&
		refuses grep -w eth1 <(in_net 101 ip link; conf 101 NETIF) && [[ -e /sys/class/net/veth101.2 ]] &&
		expect 130 'has no interface eth1' vzctl set 101 --netif_del eth1 --save &&
		vzctl set 101 --netif_del all --save >/dev/null && refuses grep veth101 <(ip -o link) && [[ ! $(conf 101 NETIF) ]]
}

plan 12
bridges
furnish
check "an interface is given to a container that runs" given_live
check "it goes into a bridge, whoever made that" bridged
check "names and addresses change while it runs" changed_live
check "a start makes them, a stop removes them" at_a_start
check "a frame with another's MAC address goes nowhere" mac_filtered
check "a container sees on a bridge what is for it or for all" who_sees_what
check "all that is asked for is done, or nothing" nothing_done
check "a container does not start without an interface of its" no_start
check "what a killed keeper left is cleared up" left_over
check "interfaces are taken away, one or all" taken
leave
check "the module can go" refuses module_loaded
check "the kernel log has no complaint" dmesg_clean
done_testing
