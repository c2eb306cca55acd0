#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=120 kernels=newest
#
# vzctx - what containers have received and sent: vzctx netstat.
#
# Witness: what ip tells of the devices inside, and the size of what was sent.

. "$(dirname -- "$0")/cli.sh"

# counted CTID INTERFACE: bytes and packets in and out.
counted() {
	vzctx netstat --parsable --noheadings | awk -F'\t' -v c="$1" -v i="$2" '$1 == c && $2 == i { print $3, $4, $5, $6 }'
}

# witnessed CTID INTERFACE: the same, as the device inside has it.
witnessed() {
	nsenter -n -t "$(init_of "$1")" ip -j -s link show dev "$2" |
		jq -r '.[0].stats64 | "\(.rx.bytes) \(.rx.packets) \(.tx.bytes) \(.tx.packets)"'
}

agree() {
	same "$(witnessed "$@")" "$(counted "$@")"
}

venet() {
	local before after
	vzctl set 101 --ipadd 10.0.0.101 >/dev/null && in_time busybox ping -c 1 -w 3 10.0.0.101 && in_time agree 101 venet0 &&
		read -ra before <<<"$(counted 101 venet0)" && busybox ping -c 3 -s 972 -w 9 10.0.0.101 &&
		in_time agree 101 venet0 && read -ra after <<<"$(counted 101 venet0)" &&
		same "3000 3 3000 3" "$((after[0] - before[0])) $((after[1] - before[1])) $((after[2] - before[2])) $((after[3] - before[3]))"
}

# Its other end counts the other way round.
veth() {
	vzctl set 101 --netif_add eth0 >/dev/null && ip addr add 10.9.0.1/24 dev veth101.0 &&
		nsenter -n -t "$(init_of 101)" ip addr add 10.9.0.101/24 dev eth0 &&
		in_time busybox ping -c 3 -s 972 -w 9 10.9.0.101 && in_time agree 101 eth0 &&
		[[ $(counted 101 eth0) ]] && refuses same "$(counted 101 eth0)" "$(counted 101 venet0)"
}

as_json() {
	same '["eth0","venet0"]' "$(vzctx netstat --json | jq -c '[.traffic[] | select(.ctid == 101) | .interface]')" &&
		expect 2 'extra' vzctx netstat extra
}

plan 6
furnish
ip addr add 10.0.0.1/32 dev lo
ip link set lo up
start_idle 102 >/dev/null
check "packets of an address are counted, each way" venet
check "so are those of an interface" veth
check "a container without a network has no line" refuses grep 102 <(vzctx netstat --parsable)
check "it is told in JSON too" as_json
ip addr del 10.0.0.1/32 dev lo
vacate
