#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - the host does not take itself for a container, at no moment.
#
# What such programs look for are names in /proc. Each set of names that is there
# at some moment of a load and an unload is held still, by readers that cannot go
# on, and asked about; the order in which names come and go is the kernel's own
# account; and what looks at one name and then at another is tried against time.

. "$(dirname -- "$0")/lib.sh"

work=$(mktemp -d /tmp/virt.XXXXXX)
trace=/sys/kernel/tracing
holders=()

cleanup() {
	touch "$work/end"
	((${#holders[@]} == 0)) || kill "${holders[@]}"
	! module_loaded || rmmod vzctx
	echo 0 >"$trace/events/virt/enable"
	echo >"$trace/kprobe_events"
	rm -rf "$work"
} 2>/dev/null
trap cleanup EXIT

fooled() {
	local out
	out=$(systemd-detect-virt -c; virt-what; lscpu | grep -i 'hypervisor vendor\|virtualization type')
	grep -qi 'openvz\|parallels\|container' <<<"$out" && printf '%s\n' "$out"
}

not_fooled() {
	refuses fooled
}

# names WORD...: of bc, vz and user_beancounters these are in /proc, and no other.
names() {
	local n there=()
	for n in bc vz user_beancounters; do
		[[ ! -e /proc/$n ]] || there+=("$n")
	done
	printf 'there: %s\n' "${there[*]}"
	[[ ${there[*]} = "$*" ]]
}

load() {
	insmod "$VZCTX_KO" && names bc vz user_beancounters && [[ -d /proc/vz && -d /proc/bc ]]
}

# Reads into a page that nobody fills, so it stays inside the file.
# shellcheck disable=SC2016
reader='my $u = syscall(323, 0x80000);
my $api = pack("QQQ", 0xaa, 0, 0);
my $page = syscall(9, 0, 4096, 3, 0x22, -1, 0);
my $range = pack("QQQQ", $page, 4096, 1, 0);
die "$!" if $u < 0 || syscall(16, $u, 0xc018aa3f, $api) || syscall(16, $u, 0xc020aa00, $range);
open(my $f, "<", $ARGV[0]) or die "$!";
syscall(0, fileno($f), $page, 4096);'

stuck() {
	[[ $(<"/proc/$1/wchan") = handle_userfault ]]
}

hold() {
	perl -e "$reader" "$1" &
	holders+=($!)
	wait_for 30 stuck $!
}

let_go() {
	kill "${holders[0]}" && wait "${holders[0]}"
	holders=("${holders[@]:1}")
} 2>/dev/null

# The last that goes is /proc/bc, so there is no moment of /proc/vz alone.
unload_by_steps() {
	local rmmod rc=0
	hold /proc/user_beancounters && hold /proc/bc/0/resources || return
	rmmod vzctx &
	rmmod=$!
	wait_for 30 names bc vz && not_fooled && names bc vz || rc=1
	let_go
	wait_for 30 names bc && not_fooled && names bc || rc=2
	let_go
	wait "$rmmod" && names && return "$rc"
}

follow() {
	{
		echo 'p:virt/mkdir proc_mkdir name=+0(%di):string'
		echo 'p:virt/mkdir_mode proc_mkdir_mode name=+0(%di):string'
		echo 'p:virt/create proc_create_data name=+0(%di):string'
		echo 'p:virt/remove proc_remove'
		echo 'r:virt/removed proc_remove'
	} >"$trace/kprobe_events" && echo 1 >"$trace/events/virt/enable"
}

# What the kernel says of the order, and how long /proc/bc outlives /proc/vz: who
# has seen the one has that time to look for the other.
order_and_time() {
	local made
	echo >"$trace/trace"
	insmod "$VZCTX_KO" && rmmod vzctx && names || return
	grep -E 'insmod|rmmod' "$trace/trace"
	made=$(sed -n 's/.*insmod.*name="\([a-z0-9_]*\)".*/\1/p' "$trace/trace" | paste -sd' ')
	[[ $made = 'bc 0 resources ioacct resources vz veinfo veip vestat version user_beancounters' ]] || return
	awk '/rmmod/ {
			for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) t = $i + 0
			if (/removed/) { gone[++r] = t } else last = t
		}
		END { printf "%d removed, %.3f s after vz\n", r, last - gone[2]; exit r < 3 || last - gone[2] < 0.05 }' "$trace/trace"
}

# Asks over and over, while the module comes and goes.
ask() {
	local asked=0
	while [[ ! -e $work/end ]]; do
		[[ $(systemd-detect-virt -c) = none ]] || touch "$work/fooled"
		[[ ! -d /proc/vz || -d /proc/bc ]] || touch "$work/fooled"
		asked=$((asked + 1))
		echo "$asked" >"$work/asked"
	done
}

come_and_go() {
	local i
	ask &
	for ((i = 0; i < 8 || $(cat "$work/asked" || echo 0) < 20; i++)); do
		insmod "$VZCTX_KO" && rmmod vzctx || return
	done 2>/dev/null
	touch "$work/end"
	wait
	printf 'asked %s times\n' "$(cat "$work/asked")"
	[[ ! -e $work/fooled ]]
}

switched_off() {
	insmod "$VZCTX_KO" legacy_proc=0 && names && rmmod vzctx
}

plan 8
check "without the module" not_fooled
check "the module makes the files" load
check "with the module" not_fooled
check "at each step of an unload" unload_by_steps
check "names can be followed" follow
check "the order of names, and the time between" order_and_time
check "while it comes and goes" come_and_go
check "legacy_proc=0 makes none" switched_off
done_testing
