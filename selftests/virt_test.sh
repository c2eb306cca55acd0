#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300
#
# vzctx - the host does not take itself for a container, at no moment.

. "$(dirname -- "$0")/lib.sh"

work=$(mktemp -d /tmp/virt.XXXXXX)
trap 'touch "$work/end"; ! module_loaded || rmmod vzctx; rm -rf "$work"' EXIT

fooled() {
	local out
	out=$(systemd-detect-virt -c; virt-what; lscpu | grep -i 'hypervisor vendor\|virtualization type')
	grep -qi 'openvz\|parallels\|container' <<<"$out" && printf '%s\n' "$out"
}

not_fooled() {
	refuses fooled
}

load() {
	insmod "$VZCTX_KO" && [[ -d /proc/vz && -d /proc/bc && -e /proc/user_beancounters ]]
}

no_files() {
	[[ ! -e /proc/vz && ! -e /proc/bc && ! -e /proc/user_beancounters ]]
}

unload() {
	rmmod vzctx && no_files
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
	for ((i = 0; i < 12 || $(cat "$work/asked" || echo 0) < 40; i++)); do
		insmod "$VZCTX_KO" && rmmod vzctx || return
	done 2>/dev/null
	touch "$work/end"
	wait
	printf 'asked %s times\n' "$(cat "$work/asked")"
	[[ ! -e $work/fooled ]]
}

switched_off() {
	insmod "$VZCTX_KO" legacy_proc=0 && no_files && rmmod vzctx
}

plan 6
check "without the module" not_fooled
check "the module makes the files" load
check "with the module" not_fooled
check "and takes them away" unload
check "while it comes and goes" come_and_go
check "legacy_proc=0 makes none" switched_off
done_testing
