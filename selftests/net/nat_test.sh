#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - containers behind the host's address: --masquerade and --publish.
#
# The machine beside the host, a network namespace, knows no way to the containers'
# addresses. Witnesses: connections between it and them, and what nft lists.

# What stands in single quotes is for another shell, or for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

# shellcheck disable=SC2154 # of cli.sh
servers=$work/servers

neighbourhood() {
	ip netns add lan && ip link add eth9 type veth peer name eth0 netns lan &&
		ip addr add 10.0.0.1/24 dev eth9 && ip addr add 2001:db8:7::1/64 dev eth9 nodad &&
		ip link set eth9 up && ip -n lan link set eth0 up && ip link set lo up &&
		ip -n lan addr add 10.0.0.2/24 dev eth0 && ip -n lan addr add 2001:db8:7::2/64 dev eth0 nodad &&
		echo 1 >/proc/sys/net/ipv4/ip_forward && echo 1 >/proc/sys/net/ipv6/conf/all/forwarding &&
		nft add table inet admin && nft add chain inet admin c '{ type nat hook postrouting priority srcnat; }' &&
		nft add rule inet admin c ip saddr 192.0.2.1 masquerade
}

leave() {
	xargs -r kill <"$servers"
	cleanup
	ip netns del lan
	ip link del eth9
	nft delete table inet admin
	umount /run/netns
} >/dev/null 2>&1
trap leave EXIT

conf() {
	sed -n "s/^$2=\"\(.*\)\"$/\1/p" "/etc/vz/conf/$1.conf"
}

tables() {
	nft list tables | sort
}

# serve CTID FAMILY PORT: answers each connection, and each datagram, with its number.
serve() {
	vzctx exec "$1" -- perl -MSocket=:all -e '
		my ($id, $family, $port) = @ARGV;
		my $at = $family == 4 ? pack_sockaddr_in($port, INADDR_ANY) : pack_sockaddr_in6($port, IN6ADDR_ANY);
		$family = $family == 4 ? AF_INET : AF_INET6;
		socket(my $t, $family, SOCK_STREAM, 0) && socket(my $u, $family, SOCK_DGRAM, 0) or die;
		setsockopt($t, SOL_SOCKET, SO_REUSEADDR, 1);
		$family == AF_INET6 and setsockopt($_, IPPROTO_IPV6, IPV6_V6ONLY, 1) for $t, $u;
		bind($t, $at) && bind($u, $at) && listen($t, 5) or die;
		if (!fork) {
			while (defined(my $from = recv($u, my $m, 100, 0))) { send($u, "udp $id\n", 0, $from) }
		}
		while (accept(my $c, $t)) { print $c "tcp $id\n"; close $c }' "$@" >/dev/null 2>&1 &
	echo "$!" >>"$servers"
}

# ask PROTOCOL ADDRESS PORT [COMMAND...]: what is answered there, which COMMAND enters.
ask() {
	"${@:4}" perl -MSocket=:all -e '
		my ($proto, $addr, $port) = @ARGV;
		my ($e, $r) = getaddrinfo($addr, $port, { socktype => $proto eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, flags => AI_NUMERICHOST });
		alarm 3;
		socket(my $s, $r->{family}, $r->{socktype}, 0) or die;
		connect($s, $r->{addr}) or die "$!\n";
		$proto eq "tcp" or send($s, "x", 0);
		defined recv($s, my $m, 100, 0) or die "$!\n";
		print $m' "$1" "$2" "$3"
}

from_lan() {
	ask "$@" ip netns exec lan
}

says_in_time() {
	in_time says "$@"
}

masqueraded() {
	vzctl set 101 --ipadd 10.77.0.101 --ipadd 2001:db8:77::101 --save >/dev/null &&
		refuses nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 2 10.0.0.2 &&
		expect 20 'without --save' vzctl set 101 --masquerade yes &&
		vzctl set 101 --masquerade yes --save >/dev/null &&
		in_time nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 3 10.0.0.2 &&
		in_time nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 3 2001:db8:7::2
}

published() {
	serve 101 4 80 && serve 101 6 80 && vzctl set 101 --publish 8080:80 --publish 8080:80/udp --save >/dev/null &&
		same '8080/tcp:80 8080/udp:80' "$(conf 101 PUBLISH)" &&
		says_in_time 'tcp 101' from_lan tcp 10.0.0.1 8080 && says_in_time 'udp 101' from_lan udp 10.0.0.1 8080 &&
		says_in_time 'tcp 101' from_lan tcp 2001:db8:7::1 8080 && says 'tcp 101' ask tcp 10.0.0.1 8080
}

# A port has one owner, and a connection to another machine's port goes there.
owned() {
	expect 34 'publish port 8080/tcp of CT 102: CT 101 has it' vzctl set 102 --ipadd 10.77.0.102 --publish 8080:80 --save &&
		[[ ! $(conf 102 PUBLISH) ]] && refuses grep -q 10.77.0.102 /proc/vz/veip &&
		refuses ask tcp 10.0.0.2 8080 && expect 21 'Bad parameter' vzctl set 102 --publish 0:80 --save
}

two_of_them() {
	vzctl set 102 --ipadd 10.77.0.102 --publish 8081:80 --save >/dev/null && serve 102 4 80 &&
		says_in_time 'tcp 102' from_lan tcp 10.0.0.1 8081 && says 'tcp 101' from_lan tcp 10.0.0.1 8080 &&
		vzctx stop 102 --fast && refuses from_lan tcp 10.0.0.1 8081 && says 'tcp 101' from_lan tcp 10.0.0.1 8080 &&
		refuses grep -q 10.77.0.102 <(nft list table inet vzctx)
}

# Another address inside, and the port follows.
moved() {
	vzctl set 101 --ipadd 10.77.0.111 --save >/dev/null && vzctl set 101 --ipdel 10.77.0.101 --save >/dev/null &&
		says_in_time 'tcp 101' from_lan tcp 10.0.0.1 8080 && grep -q 10.77.0.111 <(nft list table inet vzctx)
}

withdrawn() {
	vzctl set 101 --unpublish 8080/udp --save >/dev/null && same 8080/tcp:80 "$(conf 101 PUBLISH)" &&
		refuses from_lan udp 10.0.0.1 8080 && says 'tcp 101' from_lan tcp 10.0.0.1 8080 &&
		vzctl set 101 --unpublish all --masquerade no --save >/dev/null && refuses from_lan tcp 10.0.0.1 8080 &&
		same 'table inet admin' "$(tables)"
}

at_a_start() {
	vzctl set 101 --publish 8080:80 --masquerade yes --save >/dev/null && vzctx stop 101 --fast && same 'table inet admin' "$(tables)" &&
		start_idle 101 && serve 101 4 80 && says_in_time 'tcp 101' from_lan tcp 10.0.0.1 8080 &&
		in_time nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 3 10.0.0.2
}

# Without nft it is said, and nothing is done.
no_nft() {
	local ok=0
	vzctx stop 101 --fast && mount --bind /dev/null "$(readlink -f /usr/sbin/nft)" || return
	expect 34 'there is no program nft; install nftables' vzctl start 101 && refuses running 101 || ok=1
	umount "$(readlink -f /usr/sbin/nft)"
	start_idle 101 && return "$ok"
}

plan 11
neighbourhood
furnish
start_idle 102 >/dev/null
admin=$(nft list table inet admin)
check "a container's packets leave under the host's address" masqueraded
check "a port of the host's is one of the container's" published
check "a port has one owner, and is the host's only" owned
check "what one container has goes with it, and nothing else" two_of_them
check "a port follows the container to another address" moved
check "ports are withdrawn, one or all" withdrawn
check "a start sets up what the configuration says, a stop takes it back" at_a_start
check "without nft a container that needs it does not start" no_nft
check "the administrator's rules are what they were" same "$admin" "$(nft list table inet admin)"
leave
check "the module can go" refuses module_loaded
check "the kernel log has no complaint" dmesg_clean
done_testing
