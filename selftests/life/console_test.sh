#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: timeout=300 module=1 kernels=newest
#
# vzctx - the console and its keeper, and containers with small inits.

. "$(dirname -- "$0")/lib.sh"

boxes=(301 302 303 304)
cleanup() {
	local c
	for c in "${boxes[@]}"; do
		vzctx stop "$c" --fast
		vzctx destroy "$c" --purge
		rm -rf "/etc/vz/conf/$c.conf.destroyed" "/vz/private/$c" "/run/vzctx/$c"
	done >/dev/null 2>&1
	exec 5>&- 6>&-
	jobs -rp | xargs -r kill -KILL 2>/dev/null
	rmdir /sys/fs/cgroup/vz 2>/dev/null
}
trap cleanup EXIT
# A client that has ended is a failure of its own.
trap '' PIPE

# box CTID: a tree of busybox alone.
box() {
	local d=/vz/private/$1 a

	mkdir -p "$d"/{bin,sbin,etc,proc,sys,dev,run,tmp,root}
	cp /bin/busybox "$d/bin/"
	for a in sh cat echo stty sleep ls id kill reboot poweroff dd tr setsid mkfifo readlink; do
		ln -s busybox "$d/bin/$a"
	done
	cat >"$d/etc/inittab" <<-'INITTAB'
		::sysinit:/bin/echo box-is-up
		console::respawn:-/bin/sh
		::shutdown:/bin/echo box-goes-down
	INITTAB
	ln -s ../bin/busybox "$d/sbin/init"
	vzctx create "$1" >/dev/null
}

keeper_of() {
	awk '/^PPid:/ { print $2 }' "/proc/$(init_of "$1")/status"
}

# attach CTID [OPTION...]: descriptor 5 types, $screen and $told show.
attach() {
	local n=$((attached += 1))

	screen=/tmp/console.out.$n told=/tmp/console.err.$n
	exec 5>&-
	rm -f /tmp/console.in
	mkfifo /tmp/console.in
	vzctx console "$@" </tmp/console.in >"$screen" 2>"$told" &
	client=$!
	exec 5>/tmp/console.in
}
attached=0

type() {
	# shellcheck disable=SC2059
	printf "$1" >&5
}

shows() {
	tr -d '\r' <"${2:-$screen}" | grep -qE -- "$1"
}

# soon PATTERN [FILE]: it is shown before long.
soon() {
	wait_for 20 shows "$@" || { cat "${2:-$screen}"; cat "$told"; return 1; }
}

# ended PID: waits for the end of a job, whose status is then $status.
ended() {
	status=0
	wait_for 20 refuses test -e "/proc/$1/exe" || kill -KILL "$1"
	wait "$1" || status=$?
}

plan 47
box 301
attach 301
check "who attaches before the start is told so" soon 'not running; waiting' "$told"
check "a box with busybox as its init starts" vzctx start 301
check "the first line of its boot is seen" soon '^box-is-up$'
type "echo tty-4''2\\n"
check "what is typed gets there" soon '^tty-42$'
type 'cat -v\n\033Ax\nx\033.\n'
check "other keys after Esc get there, and so does Esc inside a line" soon '^.*x\^\[\..*$'
check "Esc at the beginning of a line with another key got there" shows '\^\[Ax'
type '\003'

init=$(init_of 301) keeper=$(keeper_of 301)
check "the keeper has its name" grep -qx vzctx-keep "/proc/$keeper/comm"
check "the socket is for root alone" test "$(stat -c '%a %U' /run/vzctx/301.console /run/vzctx | tr '\n' ' ')" = "600 root 700 root "
check "the keeper holds nothing but the console" test "$(readlink "/proc/$keeper/fd"/* | grep -cv -e ptmx -e pts -e socket: -e pidfd -e /dev/null)" = 0
kill -HUP "$keeper"
kill -TERM "$keeper"
kill -INT "$keeper"
type "echo still-4''2\\n"
check "it survives what a dying session sends" soon '^still-42$'

first=$client first_err=$told
check "a second client is refused" refuses vzctx console 301 </dev/null
check "and told who is attached" test "$(vzctx console 301 </dev/null 2>&1 | grep -c "process $client (vzctx)")" = 1
exec 6>&5
attach 301 --force
check "--force takes the console over" soon 'still-42'
told=$first_err
ended "$first"
check "the first client ends" test "$status" = 1
check "and is told" shows "process $client has taken" "$first_err"
told=/tmp/console.err.2
exec 6>&-

# Session, daemon and init: SAK ends the first.
type 'setsid sleep 7777 &\nsleep 6666\n'
runs() {
	pgrep -fx "sleep $1"
}
wait_for 20 runs 6666
type '\033!'
check "Esc ! kills what runs on the console" soon 'killed what ran' "$told"
check "the task is gone" wait_for 20 refuses runs 6666
check "what does not run on the console is spared" runs 7777
check "and so is the init" test "$(init_of 301)" = "$init"
type "echo after-4''2\\n"
check "the console goes on" soon '^after-42$'
type '\033.'
ended "$client"
check "Esc . detaches" test "$status" = 0

# A terminal: its size, and how it is left.
exec 6>&-
rm -f /tmp/console.in
mkfifo /tmp/console.in
told=/dev/null screen=/tmp/console.tty
script -qfec 'stty rows 33 cols 77; tty >/tmp/tty.name; stty -g >/tmp/tty.before
	vzctx console 301; stty -g >/tmp/tty.after
	vzctx console 301; stty -g >/tmp/tty.killed' /dev/null </tmp/console.in >"$screen" 2>&1 &
terminal=$!
exec 5>/tmp/console.in
soon 'Esc \. at'
type 'stty size\r'
check "the size of the terminal gets there" soon '^33 77$'
stty -F "$(</tmp/tty.name)" rows 40 cols 100
type 'stty size\r'
check "and so does a new one" soon '^40 100$'
type '\r\033.'
check "the terminal is as before" wait_for 20 cmp /tmp/tty.before /tmp/tty.after
wait_for 20 pgrep -fx 'vzctx console 301'
wait_for 20 refuses cmp <(stty -g -F "$(</tmp/tty.name)") /tmp/tty.before
pkill -TERM -fx 'vzctx console 301'
check "and so it is after a SIGTERM" wait_for 20 cmp /tmp/tty.before /tmp/tty.killed
wait "$terminal"

# Output nobody takes.
# shellcheck disable=SC2016
flood='dd if=/dev/zero bs=1024 count=1024 2>/dev/null | tr "\0" x >/dev/console; echo flood-$((6 * 7)) >/dev/console'
check "a MiB with nobody attached does not wait" timeout 20 vzctx exec 301 -- /bin/sh -c "$flood"
attach 301
check "its end is shown to who comes" soon 'flood-42'
check "and no more than the last of it" test "$(wc -c <"$screen")" -lt 70000
kill -STOP "$client"
check "a client that takes nothing holds it up for a moment only" timeout 20 vzctx exec 301 -- /bin/sh -c "$flood"
kill -CONT "$client"
check "it is told that it missed something" soon 'too fast' "$told"

# Ends.
type '\nreboot\n'
check "a reboot from inside starts it again" wait_for 40 reborn 301 "$init"
check "the client stays through it" soon 'it reboots' "$told"
type "\necho again-4''2\\n"
check "and is attached again" soon '^again-42$'
check "stop ends it without a kill" test "$(vzctx stop 301 2>&1)" = "CT 301 is stopped"
ended "$client"
check "the client sees the end" test "$status" = 0
check "its init ran its shutdown" shows 'box-goes-down$'
check "nothing is left" wait_for 20 without_trace 301

# An init that listens to `halt` alone.
box 302
rm /vz/private/302/sbin/init
cat >/vz/private/302/sbin/init <<-'INIT'
	#!/bin/sh
	trap "" TERM USR2
	mkfifo /run/initctl
	read word </run/initctl
	echo "$word" >/halted
INIT
cat >/vz/private/302/sbin/halt <<-'HALT'
	#!/bin/sh
	echo "halt by $(id -u)" >/run/initctl
HALT
chmod +x /vz/private/302/sbin/{init,halt}
vzctx start 302
wait_for 20 test -p "/proc/$(init_of 302)/root/run/initctl"
vzctx stop 302
check "an init that is no busybox gets a halt from inside" grep -qx 'halt by 0' /vz/private/302/halted

box 303
rm /vz/private/303/sbin/init
said=$(vzctx start 303 2>&1)
check "without an init there is a clear answer" grep -q '/sbin/init, /etc/init.*/bin/init.*start 303 -- COMMAND' <<<"$said"

# Nothing of its own has its console; a task of the host takes it.
box 304
echo '::respawn:/bin/sleep 4444' >/vzctx-inittab
mv /vzctx-inittab /vz/private/304/etc/inittab
vzctx start 304
wait_for 20 pgrep -fx '/bin/sleep 4444'
setsid bash -c "exec sleep 5555 <>/proc/$(init_of 304)/root/dev/console" &
wait_for 20 pgrep -fx 'sleep 5555'
check "a task of the host can have that console as its own" test "$(awk '{ print $7 }' "/proc/$(pgrep -fx 'sleep 5555')/stat")" != 0
attach 304
type '\033!'
check "Esc ! finds nothing that is the container's" soon 'nothing runs' "$told"
check "and spares a task of the host on that console" pgrep -fx 'sleep 5555'
pkill -fx 'sleep 5555'
type '\033.'
kill -KILL "$(keeper_of 304)"
check "without its keeper it runs on" wait_for 20 vzctx exec 304 -- /bin/echo alive
check "its console says so" grep -q 'without a keeper' <<<"$(vzctx console 304 2>&1 </dev/null)"
check "and is hung up inside" refuses vzctx exec 304 -- /bin/sh -c 'echo x >/dev/console'
check "it still stops" test "$(vzctx stop 304 2>&1)" = "CT 304 is stopped"
check "and leaves nothing" wait_for 20 without_trace 304
done_testing
