#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: timeout=60 kernels=rt
#
# vzctx - a kernel with PREEMPT_RT refuses the module, and says why.

. "$(dirname -- "$0")/lib.sh"

realtime() {
	[[ $(uname -v) = *PREEMPT_RT* ]]
}

not_supported() {
	! insmod "$VZCTX_KO" 2>/tmp/insmod && grep -q 'Operation not supported' /tmp/insmod
}

told() {
	dmesg | grep -q 'vzctx: a kernel with PREEMPT_RT is not supported'
}

nothing_left() {
	! module_loaded && ! grep -q '\[vzctx\]' /sys/kernel/tracing/enabled_functions
}

plan 4
check "this is a real-time kernel" realtime
check "insmod is refused with EOPNOTSUPP" not_supported
check "the kernel log says why" told
check "nothing is left of it" nothing_left
done_testing
