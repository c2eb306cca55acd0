#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=600
#
# vzctx - addresses by the command: --ipadd and --ipdel, live and at a start.
#
# The host has a machine beside it: a network namespace behind a veth pair, which looks
# for the containers on its own network. Witnesses: ping, and what ip tells of the host
# and of the container's network.

# What stands in single quotes is for another shell, or for perl.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

v4=10.0.0.101
v6=2001:db8:7::101

# The neighbourhood: the host is .1, the other machine .2.
neighbourhood() {
	ip netns add lan && ip link add eth9 type veth peer name eth0 netns lan &&
		ip addr add 10.0.0.1/24 dev eth9 && ip addr add 2001:db8:7::1/64 dev eth9 nodad &&
		ip link set eth9 up && ip -n lan link set eth0 up && ip link set lo up &&
		ip -n lan addr add 10.0.0.2/24 dev eth0 &&
		ip -n lan addr add 2001:db8:7::2/64 dev eth0 nodad &&
		echo 1 >/proc/sys/net/ipv4/ip_forward &&
		echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
}

leave() {
	cleanup
	ip netns del lan
	ip link del eth9
	umount /run/netns
} >/dev/null 2>&1
trap leave EXIT

conf() {
	sed -n "s/^$2=\"\(.*\)\"$/\1/p" "/etc/vz/conf/$1.conf"
}

# ip of a container's network, as ip prints it.
ip_in() {
	local ctid=$1
	shift
	nsenter -n -t "$(init_of "$ctid")" ip "$@"
}

pings() {
	in_time busybox ping -c 1 -w 3 "$1"
}

lan_pings() {
	in_time ip netns exec lan busybox ping -c 1 -w 3 "$1"
}

# What the host has for containers: routes and proxy neighbours, one a line.
traces() {
	ip route show dev venet0
	ip -6 route show dev venet0
	ip neigh show proxy
	ip -6 neigh show proxy
}

no_traces() {
	local left
	left=$(traces)
	[[ ! $left ]] || { printf '%s\n' "$left"; return 1; }
}

given_live() {
	local saved='CT configuration saved to /etc/vz/conf/101.conf'
	says "$saved" vzctl set 101 --ipadd "$v4" --ipadd "$v6" --save &&
		same "$v4 $v6" "$(conf 101 IP_ADDRESS)" &&
		grep -q "^$v4 via $v4 .*proto 118 onlink" <(ip route show dev venet0) &&
		grep -q "inet $v4/32 " <(ip_in 101 addr show dev venet0) &&
		grep -q '^default ' <(ip_in 101 route show dev venet0) &&
		grep -q 'state UNKNOWN' <(ip_in 101 link show dev lo)
}

reached() {
	pings "$v4" && pings "$v6"
}

reached_from_the_lan() {
	lan_pings "$v4" && lan_pings "$v6" && nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 5 10.0.0.2
}

told_by_old_doors() {
	printf -v row ' %15s %39s' "$v4" "$v6"
	grep -q "^       101   101 .*$row\$" /proc/vz/veinfo &&
		same "$(printf '%39s %10u\n%39s %10u' "$v4" 101 "$v6" 101)" "$(tail -n +2 /proc/vz/veip)"
}

# An address of somebody else's, and that none of several is given then.
refused() {
	expect 78 'give 10.0.0.101 to CT 102: CT 101 has it' vzctl set 102 --ipadd "$v4" --save &&
		expect 78 'the host itself has it' vzctl set 102 --ipadd 10.0.0.1 &&
		expect 34 'give 224.0.0.5 to CT 102: not an address that one host can have' vzctl set 102 --ipadd 224.0.0.5 &&
		expect 78 'CT 101 has it' vzctl set 102 --ipadd 10.0.0.102 --ipadd "$v6" --save &&
		[[ ! $(conf 102 IP_ADDRESS) ]] && refuses grep -q 10.0.0.102 <(traces) &&
		refuses grep -q ' 102$' /proc/vz/veip
}

# The host does not tell containers to reach each other without it.
no_redirects() {
	local before
	before=$(icmp OutRedirects)
	vzctl set 102 --ipadd 10.0.0.102 >/dev/null && nsenter -n -t "$(init_of 102)" busybox ping -c 3 -w 9 "$v4" &&
		same "$before" "$(icmp OutRedirects)" && vzctl set 102 --ipdel all >/dev/null
}

# A command that holds the network for good, stopped for instance, is not waited for.
net_in_use() {
	local ok=0
	(exec 9>>/run/vzctx/net && flock 9 && exec sleep 600) &
	in_time refuses flock -n /run/vzctx/net true || ok=1
	expect 34 'another command is at work on the host.s network' vzctl set 102 --ipadd 10.0.0.102 || ok=1
	kill $!
	wait $!
	vzctl set 102 --ipadd 10.0.0.102 >/dev/null && vzctl set 102 --ipdel all >/dev/null && return "$ok"
}

# What the administrator has set up, for an address or beside it, stays.
not_ours() {
	local ok=0
	ip neigh add proxy 10.0.0.102 dev eth9 && ip route add 10.0.0.192/28 dev venet0 proto 118 &&
		ip route add 10.0.0.103 dev eth9 proto 118 && ip route add 10.0.0.103 dev venet0 proto 118 table 77 || ok=1
	vzctl set 102 --ipadd 10.0.0.102 >/dev/null && lan_pings 10.0.0.102 &&
		vzctl set 102 --ipdel all >/dev/null && vzctx stop 102 --fast && start_idle 102 &&
		grep -q '^10.0.0.102 dev eth9' <(ip neigh show proxy) &&
		grep -q '^10.0.0.192/28' <(ip route) && grep -q '^10.0.0.103 dev eth9' <(ip route) &&
		grep -q '^10.0.0.103' <(ip route show table 77) || ok=1
	ip neigh del proxy 10.0.0.102 dev eth9
	ip route del 10.0.0.192/28
	ip route del 10.0.0.103
	ip route flush table 77
	return "$ok"
}

# An init that has gone to another network gets no address there, on whatever device
# happens to have the number of its own.
elsewhere() {
	local link ok=0
	vzctl set 102 --ipadd 10.0.0.102 --save >/dev/null && link=$(ip_in 102 -o link show dev venet0) || return
	rm -f "$second/usr/sbin/init"
	printf '%s\n' '#!/bin/sh' 'exec /usr/bin/unshare -n /bin/sleep infinity' >"$second/usr/sbin/init"
	chmod 755 "$second/usr/sbin/init"
	vzctx stop 102 --fast && vzctx start 102 && in_time refuses ip_in 102 link show dev venet0 &&
		ip_in 102 link add d0 index "${link%%:*}" type dummy &&
		expect 34 'its init is in another network' vzctl set 102 --ipadd 10.0.0.112 &&
		refuses grep -q 10.0.0.112 <(ip_in 102 addr; traces; cat /proc/vz/veip) || ok=1
	vzctl set 102 --ipdel all --save >/dev/null && vzctx stop 102 --fast && start_idle 102 && return "$ok"
}

# However an address is spelled, it is the same one, in the file too.
spelled() {
	vzctl set 101 --ipadd 2001:DB8:7:0:0::9/64 --ipadd 2001:db8:7::9 --ipadd ::ffff:10.0.0.109 \
		--ipadd 10.0.0.109 --save >/dev/null &&
		same "$v4 $v6 2001:db8:7::9/64 10.0.0.109" "$(conf 101 IP_ADDRESS)" &&
		vzctl set 101 --ipdel 2001:db8:7:0::9 --ipdel ::ffff:10.0.0.109 --save >/dev/null &&
		same "$v4 $v6" "$(conf 101 IP_ADDRESS)" && refuses grep -qE '10.0.0.109|::9 ' /proc/vz/veip
}

# Half of what an address needs is gone: to give it once more is enough.
repaired() {
	ip route del "$v4" dev venet0 && ip neigh del proxy "$v4" dev eth9 &&
		ip_in 101 addr del "$v4/32" dev venet0 && refuses busybox ping -c 1 -w 1 "$v4" &&
		vzctl set 101 --ipadd "$v4" >/dev/null && reached && lan_pings "$v4"
}

# icmp NAME [COMMAND...]: a figure of a network's, which COMMAND enters.
icmp() {
	"${@:2}" awk -v name="$1" '/^Icmp:/ && at { print $at }
		/^Icmp:/ { for (i = 1; i <= NF; i++) if ($i == name) at = i }' /proc/net/snmp
}

echoes_in_lan() { icmp InEchos ip netns exec lan; }

# Where the host does not forward, a container's packets do not leave it either.
kept_in() {
	local before ok=0
	before=$(echoes_in_lan)
	echo 0 >/proc/sys/net/ipv4/ip_forward
	expect 0 'ip_forward is 0, so only this host reaches it' vzctl set 101 --ipadd "$v4" && pings "$v4" &&
		refuses nsenter -n -t "$(init_of 101)" busybox ping -c 2 -w 3 10.0.0.2 &&
		same "$before" "$(echoes_in_lan)" || ok=1
	echo 1 >/proc/sys/net/ipv4/ip_forward
	nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 5 10.0.0.2 && refuses same "$before" "$(echoes_in_lan)" &&
		return "$ok"
}

# One line to a server in 101, and the same line back.
echoes() {
	vzctx exec 101 -- perl -MIO::Socket -e '
		my $s = IO::Socket::INET->new(LocalPort => 7, Listen => 1, ReuseAddr => 1) or die;
		my $c = $s->accept or die;
		print $c scalar <$c>;' &
	in_time grep -q ':0007 00000000:0000 0A ' "/proc/$(init_of 101)/net/tcp" &&
		says hello vzctx exec 102 -- bash -c "exec 3<>/dev/tcp/$v4/7 && echo hello >&3 && head -n 1 <&3" &&
		wait $!
}

at_a_start() {
	vzctl set 102 --ipadd 10.0.0.102 --save >/dev/null &&
		sed -i 's/^IP_ADDRESS=.*/IP_ADDRESS="10.0.0.102 10.0.0.102"/' /etc/vz/conf/102.conf && vzctx stop 102 --fast && vzctx stop 101 --fast &&
		no_traces && start_idle 101 && start_idle 102 && reached && pings 10.0.0.102 && echoes
}

# An address in use elsewhere keeps a container from starting, and says why.
no_start() {
	vzctx stop 102 --fast && sed -i 's/^IP_ADDRESS=.*/IP_ADDRESS="10.0.0.102 10.0.0.101"/' /etc/vz/conf/102.conf &&
		expect 78 'CT 101 has it' vzctl start 102 && refuses running 102 &&
		refuses grep -q 10.0.0.102 <(traces) && vzctl set 102 --ipdel all --save
}

# Nor does a line half take effect that cannot be read whole.
half_a_line() {
	sed -i 's/^IP_ADDRESS=.*/IP_ADDRESS="10.0.0.102 10.0.0.300"/' /etc/vz/conf/102.conf &&
		expect 34 'give "10.0.0.300" to CT 102: that is no address' vzctl start 102 && refuses running 102 &&
		refuses grep -q 10.0.0.102 <(traces) && vzctl set 102 --ipdel all --save
}

# Who keeps it is killed, and so is its init: nobody clears up.
left_over() {
	local init keeper
	init=$(init_of 101)
	keeper=$(ps -o ppid= -p "$init")
	kill -KILL "$keeper" "$init" && in_time gone 101 && [[ $(traces) ]] && start_idle 101 && reached &&
		vzctx stop 101 --fast && no_traces && start_idle 101
}

# A lie is told, to who listens and in the log.
lies() {
	vzctx events --count 1 --timeout 60 >"$work/events" &
	ip_in 101 addr add 10.0.0.77/32 dev venet0
	in_time lied
	ip_in 101 addr del 10.0.0.77/32 dev venet0
	wait $!
	grep -q "101 spoof from=10.0.0.77 to=10.0.0.1 " "$work/events" &&
		grep -q 'CT 101: dropped packet, source wrong: src-IP=10.0.0.77 dst-IP=10.0.0.1$' <(dmesg)
}

lied() {
	nsenter -n -t "$(init_of 101)" busybox ping -c 1 -w 1 -I 10.0.0.77 10.0.0.1
	[[ -s $work/events ]]
}

taken() {
	vzctl set 101 --ipdel "$v6" --save >/dev/null && same "$v4" "$(conf 101 IP_ADDRESS)" && pings "$v4" &&
		refuses grep -q "$v6" <(traces) && vzctl set 101 --ipdel all >/dev/null && no_traces &&
		same "$v4" "$(conf 101 IP_ADDRESS)" && refuses busybox ping -c 1 -w 2 "$v4" &&
		refuses grep -q "$v4" <(ip_in 101 addr show dev venet0)
}

# The device being down, what else there is for its addresses goes as well.
taken_from_a_dead_link() {
	start_idle 101 && ip link set venet0 down && vzctx stop 101 --fast && no_traces && start_idle 101
}

log_of_lies() {
	refuses grep -vE ': dropped packet, source wrong: ' <(dmesg_clean)
}

plan 22
neighbourhood
furnish
start_idle 102 >/dev/null
check "addresses are given to a container that runs" given_live
check "it is reached under them" reached
check "from other machines too" reached_from_the_lan
check "/proc/vz tells them" told_by_old_doors
check "an address has one owner, and all that is asked for is done or nothing" refused
check "an address that is given again is made whole" repaired
check "a host that does not forward keeps a container's packets" kept_in
check "from container to container by way of the host, which does not redirect" no_redirects
check "a network that another command keeps is not waited for without end" net_in_use
check "what the administrator has set up stays" not_ours
check "an init that has gone to another network gets no address there" elsewhere
check "an address is the same however it is spelled" spelled
check "a start sets up what the configuration says, a stop takes it back" at_a_start
check "a start does not take what another container has" no_start
check "a list with a word that is no address is not taken in part" half_a_line
check "what a killed keeper left is cleared up" left_over
check "a packet with another's source is dropped and told" lies
check "addresses are taken away, one or all" taken
check "a start gives the saved ones again" eval 'vzctx stop 101 --fast && start_idle 101 && pings "$v4"'
check "a stop clears up where the host's venet is down" eval 'vzctx stop 101 --fast && taken_from_a_dead_link'
leave
check "the module can go" refuses module_loaded
check "the kernel log has lies and no complaint" log_of_lies
done_testing
