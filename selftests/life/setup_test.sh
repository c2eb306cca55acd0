#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=200 kernels=newest
#
# what a container finds inside: its own name, and file systems that are its own.

# What stands in single quotes is for a shell inside.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
hosts=$tree/etc/hosts
work=$(mktemp -d /tmp/setup.XXXXXX)

cleanup() {
	vzctx stop 101 --fast
	rm -rf "$work" /etc/vz/conf/101.conf* "$hosts" "$tree/etc/hostname"
	[[ ! -e $tree/etc/hosts.away ]] || mv "$tree/etc/hosts.away" "$hosts"
	rmdir /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

up() {
	mv "$hosts" "$hosts.away"
	vzctx create 101 --private "$tree" --hostname web.example.org && vzctx start 101 -- /bin/sleep infinity
}

# named NAME SHORT: what a container calls itself, by the resolver inside.
named() {
	same "$1 $2" "$(vzctx exec 101 -- /bin/sh -c 'echo $(hostname -f) $(hostname -s)')" &&
		same 127.0.1.1 "$(vzctx exec 101 -- getent hosts "$1" | cut -d' ' -f1)" &&
		same ::1 "$(vzctx exec 101 -- getent hosts localhost | cut -d' ' -f1)"
}

names() {
	named web.example.org web || return
	cat "$hosts"
	# The owner's lines are the owner's, even the last one without an end.
	printf '10.0.0.1 db  db.example.org # theirs\n\n#127.0.0.9 mail.example.org\n127.0.0.1\tlocalhost' >>"$hosts"
	cp "$hosts" "$work/before"
	vzctl set 101 --hostname mail.example.org --save >/dev/null && named mail.example.org mail || return
	diff <(grep -v '# vzctx$' "$work/before") <(grep -v '# vzctx$' "$hosts") &&
		same 1 "$(grep -c '# vzctx$' "$hosts")" && refuses grep -q web "$hosts" || return
	# A name they have given an address needs no line.
	vzctl set 101 --hostname DB.example.org --save >/dev/null &&
		same 10.0.0.1 "$(vzctx exec 101 -- getent hosts DB.example.org | cut -d' ' -f1)" &&
		diff <(grep -v '# vzctx$' "$work/before") <(grep '' "$hosts") || return
	vzctl set 101 --hostname plain --save >/dev/null && named plain plain &&
		stat -c %i "$hosts" >"$work/inode" && vzctx stop 101 --fast && vzctx start 101 -- /bin/sleep infinity &&
		named plain plain && same "$(<"$work/inode")" "$(stat -c %i "$hosts")"
}

# Links, devices, FIFOs and what is too large are left alone, and nothing waits.
hostile() {
	local kind ok=0
	head -c 100000 /dev/zero | tr '\0' '#' >"$work/large"
	for kind in "ln -s $work/victim" 'mkfifo' "cp $work/large" 'mkdir'; do
		rm -rf "$hosts"
		$kind "$hosts"
		echo untouched >"$work/victim"
		find "$hosts" -printf '%y %l %s %i' >"$work/was"
		expect 0 '' timeout 20 vzctl set 101 --hostname "x$((ok + 1)).org" --save || ok=1
		same "$(<"$work/was") untouched" "$(find "$hosts" -printf '%y %l %s %i') $(<"$work/victim")" || ok=1
	done
	rm -rf "$hosts"
	return "$ok"
}

# A mask is no file system that anybody has room on, and nobody can put a file there.
df_is_short() {
	vzctx exec 101 -- df
	same / "$(vzctx exec 101 -- df --output=target | tail -n +2 | grep -v '^/dev' | xargs)" &&
		same / "$(vzctx exec 101 -- df -i | awk 'NR > 1 && $6 !~ "^/dev" { print $6 }' | xargs)" &&
		expect 0 ' tmpfs ro,.*size=0' vzctx exec 101 -- grep ' /sys/firmware ' /proc/mounts &&
		vzctx exec 101 -- mount -o remount,rw,bind /sys/firmware &&
		expect 1 'No space left' vzctx exec 101 -- touch /sys/firmware/file
}

plan 4
check "a container starts" up
check "its name is one the resolver inside knows" names
check "what is no plain file is left alone" hostile
check "df shows no mask" df_is_short
done_testing
