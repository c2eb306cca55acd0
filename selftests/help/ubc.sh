# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - what the tests of what people look at share: the contexts 101 and 102, the
# first of which is easily refused.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

tree=/vz/private/debian
second=/vz/private/ubc
work=$(mktemp -d "/tmp/$(basename -- "$0" .sh).XXXXXX")
catalog=/var/lib/systemd/catalog/database
unset NO_COLOR

cleanup() {
	local ctid pid
	for ctid in 101 102; do
		vzctx thaw "$ctid"
		vzctx stop "$ctid" --fast
	done
	for pid in $(jobs -p); do
		kill "$pid"
	done
	rm -rf "$second"
	rmdir /sys/fs/cgroup/vz/10[12] /sys/fs/cgroup/vz
	rm -rf "$work" /etc/vz/conf/10[1-3].conf* /run/vzctx/ubc.json
	rm -rf /run/log/journal /run/systemd/journal "$catalog"
	: >/etc/machine-id
} >/dev/null 2>&1
trap cleanup EXIT

up() {
	mkdir -p "$second" && cp -al "$tree/." "$second/" &&
		vzctx create 101 --private "$tree" &&
		vzctx create 102 --private "$second" &&
		vzctx start 101 -- /bin/sleep infinity &&
		vzctx start 102 -- /bin/sleep infinity &&
		vzctx limit 101 numproc=4:9 numfile=200 &&
		vzctx limit 102 numproc=unlimited numfile=300:400
}

# Asks for more tasks than 101 may have, and is refused once.
overrun() {
	vzctx exec 101 -- /bin/sh -c 'trap "kill \$k" EXIT
		for i in 1 2 3 4 5 6; do sleep 30 & k="$k $!"; done'
	return 0
} >/dev/null 2>&1

failures() {
	awk -v r="$2" '$1 == r { print $6 }' "/proc/bc/$1/resources"
}

refuse_101() {
	local before
	before=$(failures 101 numproc)
	overrun
	(($(failures 101 numproc) > before))
}

ended() {
	[[ ! $(init_of "$1") ]]
}
