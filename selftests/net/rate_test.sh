#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - how much a container's network carries in a second: --rate and --ratebound.
#
# Witness: the bytes that arrive at the other end, and in what time.

# What stands in single quotes is for another shell, or for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

in_net() {
	nsenter -n -t "$(init_of "$1")" "${@:2}"
}

# receive [COMMAND...]: bytes and milliseconds of the datagrams that come until there is
# none for two seconds, by whoever COMMAND enters.
receive() {
	"$@" perl -MSocket -MTime::HiRes=time -e '
		socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
		setsockopt($s, SOL_SOCKET, 33, pack("i", 8 << 20));
		bind($s, pack_sockaddr_in(9, INADDR_ANY)) or die "$!\n";
		$| = 1;
		print "ready\n";
		my ($n, $first, $last) = (0, 0, 0);
		$SIG{ALRM} = sub { printf "%d %d\n", $n, 1000 * ($last - $first); exit };
		alarm 10;
		while (defined recv($s, my $m, 65536, 0)) { $n += length $m; $last = time; $first ||= $last; alarm 2 }'
}

# send ADDRESS [COMMAND...]: 1 MB in datagrams.
send() {
	"${@:2}" perl -MSocket -e '
		socket(my $s, AF_INET, SOCK_DGRAM, 0) or die;
		connect($s, pack_sockaddr_in(9, inet_aton($ARGV[0]))) or die "$!\n";
		for (1 .. 800) { send($s, "x" x 1250, 0); select undef, undef, undef, 0.01 unless $_ % 40 }' "$1"
}

# carried ADDRESS FROM TO: what arrives at TO; a container, or 0 for the host.
carried() {
	local from=() to=() out=$work/carried
	[[ $2 = 0 ]] || from=(nsenter -n -t "$(init_of "$2")")
	[[ $3 = 0 ]] || to=(nsenter -n -t "$(init_of "$3")")
	: >"$out"
	receive "${to[@]}" >"$out" &
	in_time grep -q ready "$out" && send "$1" "${from[@]}"
	wait $!
	tail -n 1 "$out"
}

all_of_it() {
	local bytes
	read -r bytes _ <<<"$(carried "$@")"
	echo "$bytes bytes"
	((bytes > 900000))
}

# Not more than 100,000 bytes a second, and the 131,072 that may come at once.
limited() {
	local bytes ms
	read -r bytes ms <<<"$(carried "$@")"
	echo "$bytes bytes in $ms ms"
	((bytes > 100000 && bytes < 131072 + 110 * ms + 20000))
}

venet() {
	vzctl set 101 --ipadd 10.0.0.101 --save >/dev/null && all_of_it 10.0.0.101 0 101 && all_of_it 10.0.0.1 101 0 &&
		expect 0 'no rate is guaranteed' vzctl set 101 --rate eth0:1:800 --save && all_of_it 10.0.0.1 101 0 &&
		vzctl set 101 --ratebound yes --save >/dev/null && limited 10.0.0.101 0 101 && limited 10.0.0.1 101 0 &&
		vzctl set 102 --ipadd 10.0.0.102 --save >/dev/null && all_of_it 10.0.0.1 102 0
}

veth() {
	vzctl set 101 --netif_add eth0 --save >/dev/null && ip addr add 10.9.0.1/24 dev veth101.0 &&
		in_net 101 ip addr add 10.9.0.101/24 dev eth0 && limited 10.9.0.101 0 101 && limited 10.9.0.1 101 0 &&
		vzctl set 101 --ifname eth0 --mac_filter off --save >/dev/null && limited 10.9.0.1 101 0
}

at_a_start() {
	vzctx stop 101 --fast && refuses nft list table inet vzctx && start_idle 101 && limited 10.0.0.1 101 0 &&
		ip addr add 10.9.0.1/24 dev veth101.0 && in_net 101 ip addr add 10.9.0.101/24 dev eth0 && limited 10.9.0.1 101 0
}

lifted() {
	vzctl set 101 --ratebound no --save >/dev/null && all_of_it 10.0.0.1 101 0 && all_of_it 10.9.0.1 101 0 &&
		all_of_it 10.9.0.101 0 101 && refuses nft list table inet vzctx
}

plan 6
furnish
start_idle 102 >/dev/null
ip addr add 10.0.0.1/32 dev lo
ip link set lo up
check "what an address carries is limited, each way, and another container's is not" venet
check "what an interface carries is, too" veth
check "a start limits both" at_a_start
check "without a limit all is carried again" lifted
ip addr del 10.0.0.1/32 dev lo
cleanup
check "the module can go" refuses module_loaded
check "the kernel log has no complaint" dmesg_clean
done_testing
