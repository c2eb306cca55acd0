#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: timeout=120
#
# vzctx - the module comes and goes, and says nothing alarming.

. "$(dirname -- "$0")/lib.sh"

in_lsmod() {
	lsmod | grep -q '^vzctx '
}

unused() {
	[[ $(lsmod | awk '$1 == "vzctx" { print $3 }') = 0 ]]
}

trap 'module_loaded && rmmod vzctx' EXIT

plan 8
dmesg_mark
check "insmod succeeds" insmod "$VZCTX_KO"
check "lsmod lists the module" in_lsmod
check "nothing uses the module" unused
check "a second insmod is refused" refuses insmod "$VZCTX_KO"
check "rmmod succeeds" rmmod vzctx
check "lsmod no longer lists the module" refuses in_lsmod
check "a second rmmod is refused" refuses rmmod vzctx
check "the kernel log is clean" dmesg_clean
done_testing
