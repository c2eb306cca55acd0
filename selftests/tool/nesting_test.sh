#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=120
#
# vzctx - sandboxes inside a container: user namespaces that mount a /proc of their own.

# What stands in single quotes is for the shell inside.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

# As user 1000 of the container: what podman without root and bwrap do.
sandbox() {
	vzctx exec 102 -- setpriv --reuid 1000 --regid 1000 --clear-groups -- \
		unshare --user --map-root-user --pid --fork --mount --mount-proc \
		/bin/sh -c '[ "$(cat /proc/self/stat | cut -d" " -f1)" -lt 10 ] && echo own'
}

restart() {
	! running 102 || vzctx stop 102 --fast -q
	start_idle 102
}

off() {
	restart && expect 1 'mount.*proc|permission|not permitted' sandbox
}

on() {
	vzctx set 102 --features nesting:on >/dev/null && restart && same own "$(sandbox)" &&
		vzctx exec 102 -- /bin/sh -c 'unshare --user --map-root-user --net --mount mount -t sysfs -o ro sysfs /sys'
}

# Users inside do not reach what is uncovered, and the masks are where they were.
fenced() {
	refuses vzctx exec 102 -- setpriv --reuid 1000 --regid 1000 --clear-groups -- ls /dev/.nesting &&
		vzctx exec 102 -- /bin/sh -c '[ ! -s /proc/keys ] && [ ! -s /proc/timer_list ]'
}

# What a mask hides is root's of the host, whichever procfs it is looked at in.
nothing_gained() {
	vzctx exec 102 -- /bin/sh -c '
		cd /dev/.nesting/proc || exit 1
		for f in kcore timer_list sysrq-trigger sys/kernel/panic sys/kernel/core_pattern sys/vm/drop_caches sys/fs/file-max; do
			[ ! -e $f ] || { ! (echo 1 >$f) 2>/dev/null; } || { echo "$f written"; exit 1; }
		done
		! head -c 1 kcore 2>/dev/null'
}

switched_off() {
	vzctx set 102 --features nesting:off >/dev/null && off && refuses vzctx exec 102 -- ls -d /dev/.nesting
}

plan 7
furnish
check "by default a sandbox mounts no /proc" off
check "with nesting it does" on
check "users inside reach nothing more" fenced
check "root inside gains nothing" nothing_gained
check "switched off again" switched_off
vacate
