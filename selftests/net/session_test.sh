#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=600 module=1 kernels=newest
#
# vzctx - a session of a course on OpenVZ, word for word: a tree is given addresses and
# a name server, started, and reached by ping and ssh. Its systemd-networkd has been told
# to manage every device, and does not undo what the host has set up.
#
# Witnesses: ping and ssh of the host's, and what networkd itself tells.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

area=/vz/private/555
key=/tmp/session.$$

leave() {
	vzctl stop 555 --fast
	vzctl destroy 555
	rm -rf /etc/vz/conf/555.{conf.destroyed,mount} "$area" "$key" "$key.pub"
	ip link del eth9
	rmdir /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap leave EXIT

# A Debian of its own but for /usr, which its mount script binds.
tree() {
	mkdir "$area" && tar -C /vz/private/full --exclude='./usr/?*' -cf - . | tar -C "$area" -xf - &&
		ssh-keygen -q -t ed25519 -N '' -f "$key" && mkdir -p "$area/root/.ssh" &&
		cp "$key.pub" "$area/root/.ssh/authorized_keys" && chmod -R go= "$area/root/.ssh" &&
		printf '[Match]\nName=*\n[Network]\nDHCP=yes\nLinkLocalAddressing=ipv6\n' >"$area/etc/systemd/network/50-all.network" &&
		ln -s /lib/systemd/system/systemd-networkd.service "$area/etc/systemd/system/multi-user.target.wants/" &&
		printf 'mount -n --bind /vz/private/full/usr "/vz/root/$VEID/usr"\n' >/etc/vz/conf/555.mount &&
		chmod +x /etc/vz/conf/555.mount
}

# The host is on a network, and has an address there.
host() {
	ip link add eth9 type dummy && ip addr add 192.168.0.1/24 dev eth9 && ip link set eth9 up && ip link set lo up
}

configured() {
	local saved='CT configuration saved to /etc/vz/conf/555.conf'
	vzctl set 555 --applyconfig vps.basic --save || return
	echo OSTEMPLATE=debian-3.0 >>/etc/vz/conf/555.conf
	says "$saved" vzctl set 555 --hostname pepito.com --save && says "$saved" vzctl set 555 --ipadd 192.168.0.10 --save &&
		says "$saved" vzctl set 555 --nameserver 192.168.0.1 --save
}

started() {
	expect 0 'Adding IP address\(es\): 192.168.0.10' vzctl start 555 && wait_for 60 listens &&
		same running "$(timeout 300 vzctl exec 555 systemctl is-system-running --wait </dev/null)"
}

# Before it is the container's, /proc/PID/root is the host's.
listens() {
	local pid
	pid=$(init_of 555)
	[[ $pid && -S /proc/$pid/root/run/systemd/private && $(<"/proc/$pid/comm") = systemd ]]
}

over_ssh() {
	ssh -i "$key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o ConnectTimeout=60 root@192.168.0.10 "$@" </dev/null
}

# The manager runs, takes the device for set up, and has left all on it.
left_alone() {
	same active "$(vzctl exec 555 systemctl is-active systemd-networkd </dev/null)" &&
		in_time eval 'vzctl exec 555 networkctl --no-pager list </dev/null | grep "venet0.*routable *configured"' &&
		grep -q 'inet 192.168.0.10/32 ' <(nsenter -n -t "$(init_of 555)" ip addr show dev venet0) &&
		grep -q '^default ' <(nsenter -n -t "$(init_of 555)" ip route show dev venet0)
}

# What is given to it while it runs is let alone too.
live() {
	vzctl set 555 --ipadd 192.168.0.11 --save >/dev/null && vzctl exec 555 systemctl restart systemd-networkd </dev/null &&
		in_time eval 'vzctl exec 555 networkctl --no-pager list </dev/null | grep "venet0.*routable *configured"' &&
		busybox ping -c 1 -w 5 192.168.0.11 && busybox ping -c 1 -w 5 192.168.0.10
}

named() {
	says pepito.com over_ssh hostname && grep -qx 'nameserver 192.168.0.1' <(over_ssh cat /etc/resolv.conf) &&
		grep -q pepito.com <(over_ssh getent hosts pepito.com)
}

plan 8
check "a tree is there" tree
host
check "set says what the course says" configured
check "it starts and comes up" started
check "ping 192.168.0.10" in_time busybox ping -c 1 -w 5 192.168.0.10
check "ssh root@192.168.0.10, and it has its name and its name server" named
check "systemd-networkd inside leaves venet0 alone" left_alone
check "and does so with an address given later" live
check "vzlist -a lists it with its address" grep -q '555 .*running .*192.168.0.1[01].* *pepito.com' <(vzlist -a)
done_testing
