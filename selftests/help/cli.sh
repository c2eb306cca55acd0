# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - what the tests of the tool share: the contexts 101 and 102, which have one
# tree on disk, and how to look at them.
#
# A test sources this, calls plan and "furnish", then its checks, then "vacate".

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016,SC2034

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

tree=/vz/private/debian
second=/vz/private/second
work=$(mktemp -d "/tmp/$(basename -- "$0" .sh).XXXXXX")

cleanup() {
	local ctid
	for ctid in 101 102; do
		vzctx stop "$ctid" --fast
	done
	! mountpoint -q "$work/marked" || umount "$work/marked"
	rmdir /sys/fs/cgroup/vz
	rm -rf "$work" "$second" "/lib/modules/$(uname -r)/updates" /etc/vz/conf/10[1-3].conf*
	! module_loaded || rmmod vzctx
} >/dev/null 2>&1
trap cleanup EXIT

inside() {
	vzctx exec 101 -- "$@"
}

# cell CTID RESOURCE COLUMN: one raw figure of show.
gone() {
	! vzctx list --parsable --noheadings -o ctid | grep -qx "$1"
}

running() {
	[[ $(init_of "$1") ]]
}

state_of() {
	vzctx list --all --parsable --noheadings -o ctid,state |
		awk -F'\t' -v c="$1" '$1 == c { print $2 }'
}

# is_stopped CTID: it is, or soon is, for one that has ended may be listed a moment longer,
# as dying.
is_stopped() { in_time eval "same stopped \"\$(state_of $1)\""; }

start_idle() {
	vzctx start "$1" -- /bin/sleep infinity
}

# Puts a context that an earlier claim may have left in any state to rest.
fresh() {
	running "$1" && vzctx stop "$1" --fast
	start_idle "$1" && vzctx limit "$1" numproc=unlimited numfile=unlimited
} >/dev/null 2>&1

# Forks as often as it can, tells how often and why no more, takes all back.
forker='my @k;
for (1 .. 300) {
	my $p = fork;
	last unless defined $p;
	if (!$p) { sleep 100; exit }
	push @k, $p;
}
print scalar(@k), " ", $! + 0, "\n";
kill 9, @k;
waitpid($_, 0) for @k;'

# Refusals are told in the log, as they were asked for here; nothing else is.
log_clean() {
	refuses grep -vE ': num[a-z]* limit reached: |VFS: Mount too revealing' <(dmesg_clean)
}

# The second private area, a tree of its own with the same files, and a mount of the
# host's that nobody inside may see.
places() {
	dmesg_mark
	mkdir -p "$work/marked"
	cp -al "$tree" "$second"
	mount -t tmpfs hostmark "$work/marked"
}

# The module, both contexts, and 101 running.
furnish() {
	places
	insmod "$VZCTX_KO"
	vzctx create 101 --private "$tree" >/dev/null
	vzctx create 102 --private "$second" --hostname second.example >/dev/null
	fresh 101
}

# The last two results of each.
vacate() {
	cleanup
	check "the module can go" refuses module_loaded
	check "the kernel log has refusals and no complaint" log_clean
	done_testing
}
