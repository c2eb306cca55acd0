#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: timeout=900 module=1 kernels=newest
#
# vzctx - whole systems: Debian with systemd boots, serves, reboots and ends.

. "$(dirname -- "$0")/lib.sh"

all=(401 402 403)
cleanup() {
	local c
	for c in "${all[@]}"; do
		vzctx stop "$c" --fast
		vzctx destroy "$c"
		rm -rf "/etc/vz/conf/$c".{conf.destroyed,mount} "/vz/private/$c" "/run/vzctx/$c"
	done >/dev/null 2>&1
	jobs -rp | xargs -r kill -KILL 2>/dev/null
	rmdir /sys/fs/cgroup/vz 2>/dev/null
}
trap cleanup EXIT

in_ct() {
	local c=$1
	shift
	vzctx exec "$c" -- "$@" </dev/null
}

# system CTID: a Debian of its own but for /usr, which its mount script binds.
system() {
	local d=/vz/private/$1 script=/etc/vz/conf/$1.mount

	mkdir "$d"
	tar -C /vz/private/full --exclude='./usr/?*' -cf - . | tar -C "$d" -xf -
	printf '%032x\n' "$1" >"$d/etc/machine-id"
	# shellcheck disable=SC2016
	printf 'mount -n --bind /vz/private/full/usr "/vz/root/$VEID/usr"\n' >"$script"
	chmod +x "$script"
	vzctx create "$1" --hostname "box$1" >/dev/null
}

# booted CTID STATE: its systemd says so in the end.
booted() {
	local said
	wait_for 60 listens "$1" || { echo "systemd does not listen"; return 1; }
	said=$(in_ct "$1" timeout 300 systemctl is-system-running --wait)
	[[ $said = "$2" ]] && return
	echo "it is $said"
	in_ct "$1" systemctl --failed --no-pager --plain
	in_ct "$1" journalctl -b --no-pager -p notice | tail -n 40
	return 1
}

# Before it is the container's, /proc/PID/root is the host's.
listens() {
	local pid
	pid=$(init_of "$1")
	[[ $pid && -S /proc/$pid/root/run/systemd/private && $(<"/proc/$pid/comm") = systemd ]]
}

# talk CTID PORT SAY: what is answered on its loopback.
talk() {
	# shellcheck disable=SC2016
	in_ct "$1" timeout 60 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0"
		printf "$1" >&3; head -c 600 <&3' "$2" "$3"
}

# What is in the journal of a container that has ended; the guest has no reader.
journal() {
	local usr=/vz/private/full/usr

	LD_LIBRARY_PATH=$usr/lib/x86_64-linux-gnu:$usr/lib/x86_64-linux-gnu/systemd \
		"$usr/bin/journalctl" --no-pager -q -D "/vz/private/$1/var/log/journal"
}

plan 29
for c in "${all[@]}"; do
	system "$c"
done
note "trees made after $SECONDS s"
vzctx console 402 </dev/null >/tmp/console.402 2>/dev/null &
watcher=$!
for c in "${all[@]}"; do
	(ulimit -n 300; exec vzctx start "$c")
done
for c in "${all[@]}"; do
	check "Debian $c is running, with no failed unit" booted "$c" running
done
note "up after $SECONDS s"

check "nginx serves its page" grep -q 'Welcome to nginx' <<<"$(talk 401 80 'GET / HTTP/1.0\r\n\r\n')"
check "sshd answers" grep -q '^SSH-2.0-OpenSSH' <<<"$(talk 401 22 'x\n')"
check "systemd calls it a container" test "$(in_ct 401 systemd-detect-virt)" = container-other
check "its name is its own" test "$(in_ct 401 cat /proc/sys/kernel/hostname)" = box401
check "a login is asked for on the console" in_time grep -q 'login:' /tmp/console.402
check "enter gives a login shell" grep -q 'in-401' <<<"$(printf "echo in-4''01\nexit\n" |
	timeout 60 script -qec 'vzctx enter 401' /dev/null | tr -d '\r')"
check "limits of files are not those of who started it" test "$(in_ct 401 prlimit -p 1 --nofile -o HARD --noheadings | tr -d ' ')" = 524288

# shellcheck disable=SC2016
unit=$(in_ct 401 systemd-run --quiet --wait --pipe -p MemoryMax=64M -p TasksMax=20 -p CPUQuota=50% \
	sh -c 'cd "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)" && cat memory.max pids.max cpu.max' | tr '\n' ' ')
check "a unit's own limits are set" test "$unit" = "67108864 20 50000 100000 "
check "knobs of the host's kernel cannot be turned" refuses in_ct 401 sysctl -w kernel.panic=1
# shellcheck disable=SC2016
check "numproc is what the cgroup counts" \
	in_time eval 'same "$(cell 401 numproc held)" "$(</sys/fs/cgroup/vz/401/pids.current)"'
check "it lives within the limits of a small container" vzctx limit 401 --profile vswap-512m
in_ct 401 systemctl restart nginx
check "and meets none of them" test "$(vzctx ubc 401 --quiet --noheadings 2>&1)" = ""

# Its console gone, the rest of it is not.
kill -KILL "$(awk '/^PPid:/ { print $2 }' "/proc/$(init_of 401)/status")"
check "a system whose keeper was killed goes on" test "$(in_ct 401 systemctl is-active dbus nginx ssh | tr '\n' ' ')" = "active active active "

init=$(init_of 403)
in_ct 402 systemctl poweroff
in_ct 403 systemctl reboot
check "poweroff from inside ends it" wait_for 100 without_trace 402
wait "$watcher"
check "its console saw it out" grep -q 'Power' /tmp/console.402
check "reboot from inside brings it back" wait_for 100 reborn 403 "$init"
check "as a new system" wait_for 100 listens 403
check "poweroff does not" refuses test "$(init_of 402)"

note "without a console it is $(in_ct 401 systemctl is-system-running): $(in_ct 401 systemctl --failed --plain --no-legend)"
check "it outlives the others" refuses without_trace 401
start=$SECONDS
said=$(vzctx stop 401 2>&1)
check "stop is heard" test "$said" = "CT 401 is stopped"
note "stopped after $((SECONDS - start)) s"
journal 401 >/tmp/journal.401
check "services were stopped" grep -q 'Stopped nginx.service' /tmp/journal.401
check "nothing had to be killed" refuses grep -E 'timed out|SIGKILL|Killing process' /tmp/journal.401
check "the journal was closed" grep -q 'Journal stopped' /tmp/journal.401
check "nothing of it is left" wait_for 30 without_trace 401
check "one that reboots can be stopped" vzctx stop 403 --fast
check "and nothing of it is left" wait_for 30 without_trace 403
done_testing
