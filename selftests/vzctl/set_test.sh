#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=200 kernels=newest
#
# vzctl set - of a container that runs: all that is asked for is changed or nothing is,
# and what is not asked for stays.

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
etc=$tree/etc
conf=/etc/vz/conf
mine=$conf/203.conf
work=$(mktemp -d /tmp/set.XXXXXX)

cleanup() {
	vzctx stop 203 --fast
	[[ ! -d $etc/resolv.conf ]] || rmdir "$etc/resolv.conf"
	for f in hostname hosts resolv.conf; do
		[[ ! -e $work/$f ]] || cp -P "$work/$f" "$etc/$f"
	done
	rm -rf "$work" "$mine" "$conf/ve-test.conf-sample"
	rmdir /vz/root/203 /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

# One setting of each way in which a setting gets into it.
up() {
	cp -P "$etc"/{hostname,hosts,resolv.conf} "$work/"
	printf '%s\n' "VE_PRIVATE=\"$tree\"" 'LOCAL_UID="1879048192"' 'LOCAL_GID="1879048192"' 'ONBOOT="no"' \
		'NUMPROC="70:70"' 'NUMFILE="9312:9312"' 'CPUUNITS="2000"' 'HOSTNAME="old.example"' \
		'NAMESERVER="10.9.8.7"' >"$mine"
	rm -f "$etc/resolv.conf" && touch "$etc/resolv.conf" && vzctx start 203 -- /bin/sleep infinity &&
		same "70 9312 200 old.example old.example nameserver 10.9.8.7" "$(live)"
}

live() {
	printf '%s ' "$(cell 203 numproc limit)" "$(cell 203 numfile limit)" \
		"$(</sys/fs/cgroup/vz/203/cpu.weight)" "$(vzctl exec 203 uname -n)" "$(<"$etc/hostname")"
	grep -E '^(nameserver|search)' "$etc/resolv.conf" | paste -sd' '
}

all_of_it() {
	expect 0 'UB limits were set.*units: 1000.*Set hostname: new.*resolv.conf was modified.*configuration saved' \
		vzctl set 203 --nameserver 10.1.1.1 --hostname new.example --cpuunits 1000 --numproc 72 --save &&
		same "72 9312 100 new.example new.example nameserver 10.1.1.1" "$(live)" &&
		same "72:72 1000 new.example 10.1.1.1" \
			"$(for key in NUMPROC CPUUNITS HOSTNAME NAMESERVER; do sed -n "s/^$key=\"\(.*\)\"/\1/p" "$mine"; done | paste -sd' ')"
}

# The last of four ways is barred, by a directory where the file goes.
or_nothing() {
	local before ok=0
	before=$(live; sha256sum "$mine")
	mv "$etc/resolv.conf" "$work/away" && mkdir "$etc/resolv.conf" || return
	expect 72 'UB limits were set.*units: 3000.*Set hostname: other.*resolv.conf in CT 203.*not saving' \
		vzctl set 203 --numproc 33 --cpuunits 3000 --hostname other.example --nameserver 10.2.2.2 --save || ok=1
	rmdir "$etc/resolv.conf" && mv "$work/away" "$etc/resolv.conf" &&
		same "$before" "$(live; sha256sum "$mine")" && return "$ok"
}

# All of what is not in the file, but was changed by hand.
by_hand() {
	live
	readlink "$etc/resolv.conf"
	cat "$etc/hosts"
	sha256sum "$mine"
}

as_it_was() {
	local before ok=0
	mkdir -p "$work/run" && echo 'nameserver 9.8.7.6' >"$work/run/resolv.conf" &&
		ln -sf "$work/run/resolv.conf" "$etc/resolv.conf" && echo by-hand.file >"$etc/hostname" &&
		echo '127.0.0.1 by-hand' >"$etc/hosts" && nsenter -u -t "$(init_of 203)" hostname by-hand.name &&
		echo 77 >/sys/fs/cgroup/vz/203/cpu.weight && echo '30000 100000' >/sys/fs/cgroup/vz/203/cpu.max || return
	before=$(by_hand; cat /sys/fs/cgroup/vz/203/cpu.max)
	mount --bind "$conf" "$conf" && mount -o remount,bind,ro "$conf"
	expect 139 'nothing was changed' \
		vzctl set 203 --numproc 33 --cpuunits 3000 --hostname other.example --nameserver 10.2.2.2 --save || ok=1
	umount "$conf"
	same "$before" "$(by_hand; cat /sys/fs/cgroup/vz/203/cpu.max)" || ok=1
	echo max >/sys/fs/cgroup/vz/203/cpu.max
	vzctl set 203 --hostname new.example --cpuunits 1000 --nameserver 10.1.1.1 >/dev/null && return "$ok"
}

more_than_there_is() {
	local n
	n=$(nproc)
	expect 0 "CPUS=$((n + 1)) of CT 203 is more than the $n processors" vzctl set 203 --cpus $((n + 1)) &&
		expect 0 "CPULIMIT=$((n * 100 + 1)) of CT 203 is more than the ${n}00 per cent" vzctl set 203 --cpulimit $((n * 100 + 1)) &&
		refuses grep warning <(vzctl set 203 --cpus "$n" --cpulimit "${n}00" 2>&1) &&
		vzctl set 203 --cpulimit 0 >/dev/null
}

# The name that is given takes the place of the old one, whatever else is said.
one_name() {
	local ok=0
	vzctl set 203 --name alpha --save >/dev/null &&
		printf 'ONBOOT=no\n' >"$conf/ve-test.conf-sample" &&
		vzctl set 203 --name beta --applyconfig test --applyconfig_map name --save &&
		same beta "$(ls /etc/vz/names)" && grep -qx 'NAME="beta"' "$mine" || ok=1
	vzctl set 203 --name '' --save >/dev/null
	[[ ! $(ls /etc/vz/names) ]] && return "$ok"
}

# One that is refused before anything is tried.
or_none_of_them() {
	local before
	before=$(live; sha256sum "$mine")
	expect 21 'Bad parameter for --cpuunits: 7' vzctl set 203 --numproc 33 --cpuunits 7 --save &&
		expect 32 'Unable to set capability' vzctl set 203 --numproc 33 --capability chown:off --save &&
		expect 28 'swap. not set' vzctl set 203 --numproc 33 --ram 64M --save &&
		expect 31 'not running' vzctl set 204 --numproc 33 &&
		same "$before" "$(live; sha256sum "$mine")"
}

# What runs may have lost its file, and is put back all the same.
without_a_file() {
	local ok=0
	mv "$mine" "$work/mine" && printf '%s\n' "VE_PRIVATE=$work/none" >/etc/vz/vz.conf || return
	expect 70 'set the host name of CT 203.*not saving' \
		vzctl set 203 --numproc 33 --cpuunits 3000 --hostname other.example --save || ok=1
	same "72 new.example" "$(cell 203 numproc limit) $(vzctl exec 203 uname -n)" && [[ ! -e $mine ]] || ok=1
	rm /etc/vz/vz.conf && mv "$work/mine" "$mine" &&
		vzctl set 203 --hostname new.example --cpuunits 1000 >/dev/null && return "$ok"
}

# Everything is changed by hand first, so that what is put into effect shows.
only_what_is_asked() {
	local before by_hand="9.9.9.9" saved="10.1.1.1"
	before=$(sha256sum "$mine")
	printf 'NUMPROC=73:73\nCPUUNITS=700\nONBOOT=yes\n' >"$conf/ve-test.conf-sample"
	echo by-hand >"$etc/hostname" && echo "nameserver $by_hand" >"$etc/resolv.conf" &&
		echo 77 >/sys/fs/cgroup/vz/203/cpu.weight && vzctl set 203 --numfile 900 >/dev/null || return
	asked "--numproc 71" "71 900 77 new.example by-hand nameserver $by_hand" &&
		asked "--description x" "71 900 77 new.example by-hand nameserver $by_hand" &&
		asked "--cpuunits 600" "71 900 60 new.example by-hand nameserver $by_hand" &&
		asked "--applyconfig test" "73 900 70 new.example by-hand nameserver $by_hand" &&
		asked "--searchdomain x.org" "73 900 70 new.example by-hand search x.org nameserver $saved" &&
		asked "--hostname new.example" "73 900 70 new.example new.example search x.org nameserver $saved" &&
		same "$before" "$(sha256sum "$mine")"
}

# asked OPTIONS LIVE: what it has after it was set.
asked() {
	local row
	read -ra row <<<"$1"
	expect 0 'Settings were not saved' vzctl set 203 "${row[@]}" && same "$2" "$(live)"
}

plan 9
check "a container with a setting of each way is up" up
check "one setting of each way is changed at once, and saved" all_of_it
check "the last of four is refused while it runs: the others are taken back" or_nothing
check "what was changed by hand is put back as it was" as_it_was
check "more processors than there are: a warning" more_than_there_is
check "a new name takes the place of the old one" one_name
check "one is refused by what it says: none is tried" or_none_of_them
check "without a file a refused setting takes the others back" without_a_file
check "what is not asked for stays as it was" only_what_is_asked
done_testing
