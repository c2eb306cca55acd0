#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=240 kernels=newest
#
# vzctx - what a caller hands down breaks nothing and reaches no container.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

# Blocks all signals, has 1 s of timer slack, no huge pages, one memory node.
habits='use POSIX;
sigprocmask(SIG_BLOCK, POSIX::SigSet->new(grep { $_ != 9 && $_ != 19 } 1 .. 31));
syscall(157, 29, 1e9, 0, 0, 0);
syscall(157, 41, 1, 0, 0, 0);
syscall(238, 2, my $nodes = pack("Q", 1), 64);
exec @ARGV or die "exec: $!"'

# by_odd COMMAND...: from a caller who has everything otherwise.
by_odd() (
	mkdir "$work/gone" && cd "$work/gone" && rmdir "$work/gone" || exit
	umask 0777
	trap '' CHLD PIPE USR1 USR2 ALRM HUP INT QUIT TERM XFSZ TSTP
	echo -1000 >"/proc/$BASHPID/oom_score_adj"
	echo 0x7f >"/proc/$BASHPID/coredump_filter"
	SECRET=handed POSIXLY_CORRECT=1 exec prlimit --nofile=16 --fsize=0 --core=0 --stack=1048576 --memlock=0 --sigpending=0 --msgqueue=0 --locks=1 --nice=9 --rtprio=9 --data=400000000 --as=600000000 --cpu=999 --nproc=99 --rss=1000000 --rttime=999999999 \
		nice -n 19 ionice -c 3 taskset -c 0 setarch -R perl -e "$habits" "$@"
)

# by_realtime COMMAND...: from a caller who goes before all others.
by_realtime() (
	echo 700 >"/proc/$BASHPID/oom_score_adj"
	exec chrt -f 10 ionice -c 1 "$@"
)

# What a machine's init hands down, as the kernel shows it of a task.
want() {
	cat <<-END
		oom 0
		nice 0 priority 0 policy 0
		io $(ionice -p 1)
		umask 0022
		thp 1
		cpus $(</sys/devices/system/cpu/online)
		ignored 0000000000000000
		slack 50000
		personality 00000000
		coredump 00000033
		memory default
		AS unlimited unlimited
		CORE 0 unlimited
		CPU unlimited unlimited
		DATA unlimited unlimited
		FSIZE unlimited unlimited
		LOCKS unlimited unlimited
		MEMLOCK 8388608 unlimited
		MSGQUEUE 819200 819200
		NICE 0 0
		NOFILE 1024 524288
		NPROC unlimited unlimited
		RSS unlimited unlimited
		RTPRIO 0 0
		RTTIME unlimited unlimited
		SIGPENDING $(prlimit --pid 1 --sigpending --noheadings --raw -o SOFT,HARD)
		STACK 8388608 unlimited
	END
}

portrait() {
	local p=/proc/$1
	echo "oom $(<"$p/oom_score_adj")"
	awk '{ sub(/.*\) /, ""); print "nice", $17, "priority", $38, "policy", $39 }' "$p/stat"
	echo "io $(ionice -p "$1")"
	awk '/^Umask/ { print "umask", $2 } /^Cpus_allowed_list/ { print "cpus", $2 } /^THP_en/ { print "thp", $2 }
		/^SigIgn/ { i = $2 } END { print "ignored", i }' "$p/status"
	echo "slack $(<"$p/timerslack_ns")"
	echo "personality $(<"$p/personality")"
	echo "coredump $(<"$p/coredump_filter")"
	echo "memory $(awk '{ print $2 }' "$p/numa_maps" | sort -u | paste -sd' ')"
	prlimit --pid "$1" --noheadings --raw -o RESOURCE,SOFT,HARD | sort
}

# sane PID...: nothing of the caller's is in these tasks.
sane() {
	local pid
	for pid; do
		portrait "$pid" | diff <(want) - || { echo "the task is $(tr '\0' ' ' <"/proc/$pid/cmdline")"; return 1; }
	done
}

# unblocked PID
unblocked() {
	same 0000000000000000 "$(awk '/^SigBlk/ { print $2 }' "/proc/$1/status")"
}

task_of() {
	wait_for 20 pgrep -fx "$1" && pgrep -fx "$1"
}

# The keeper ignores what would end it, and makes the next init at a reboot.
keeper_is_sane() {
	local own='^ignored|^(MEMLOCK|MSGQUEUE|SIGPENDING) '
	diff <(want | grep -vE "$own") \
		<(portrait "$(awk '/^PPid:/ { print $2 }' "/proc/$1/status")" | grep -vE "$own")
}

# started BY: the init, its command and the keeper of a start.
started() {
	local init rc
	"$1" vzctx start 102 -- /bin/sleep 5555 || return
	init=$(init_of 102)
	sane "$init" "$(task_of '/bin/sleep 5555')" && keeper_is_sane "$init" &&
		unblocked "$(pgrep -fx '/bin/sleep 5555')" &&
		refuses vzctx exec 102 -- sh -c 'echo -1 >/proc/self/oom_score_adj'
	rc=$?
	vzctx stop 102 --fast
	return "$rc"
}

in_foreground() {
	local tool rc
	by_odd vzctx start 102 -F -- /bin/sleep 5556 </dev/null &
	tool=$!
	sane "$(task_of '/bin/sleep 5556')" "$(init_of 102)" && unblocked "$(pgrep -fx '/bin/sleep 5556')"
	rc=$?
	vzctx stop 102 --fast
	wait "$tool"
	return "$rc"
}

# entered BY [OPTION...]: a command run by exec.
entered() {
	local by=$1 pid rc
	shift
	"$by" vzctx exec 101 "$@" -- /bin/sleep 5557 </dev/null >/dev/null &
	pid=$(task_of '/bin/sleep 5557') && sane "$pid" && unblocked "$pid" &&
		same / "$(nsenter -t "$pid" -U -m -p -- readlink "/proc/$(awk '/^NSpid/ { print $NF }' "/proc/$pid/status")/cwd")" &&
		refuses grep -q SECRET "/proc/$pid/environ"
	rc=$?
	kill "$pid"
	wait
	return "$rc"
}

status_known() {
	expect 7 '^out$' timeout -k 5 30 bash -c 'trap "" CHLD; exec vzctx exec 101 -- sh -c "echo out; exit 7"' &&
		expect 7 'out$' by_odd timeout -k 5 30 vzctl exec2 101 'echo out; exit 7'
}

ends_when_told() {
	local tool rc=0
	bash -c 'trap "" CHLD; exec vzctx exec 101 -- sleep 5558' &
	tool=$!
	task_of 'sleep 5558' && kill "$tool" && wait_for 20 refuses pgrep -fx 'sleep 5558'
	wait "$tool" || rc=$?
	same 143 "$rc"
}

saves() {
	by_odd vzctx limit 102 numproc=77 --save && grep -qx 'NUMPROC="77:77"' /etc/vz/conf/102.conf &&
		same 644 "$(stat -c %a /etc/vz/conf/102.conf)"
}

unpacks() {
	mkdir -p "$work/new" && echo content >"$work/file" && tar -C "$work" -cf "$work/t.tar" file
	by_odd timeout -k 5 30 vzctx template unpack "$work/t.tar" "$work/new/tree" &&
		same content "$(<"$work/new/tree/file")"
}

script_signals() {
	printf '#!/bin/sh\ngrep ^Sig[BI] /proc/self/status >%s\n' "$work/script" >/etc/vz/conf/102.mount
	chmod 700 /etc/vz/conf/102.mount
	rm -f "$work/script"
	by_odd vzctx mount 102 && vzctx umount 102
	rm /etc/vz/conf/102.mount
	same "SigBlk 0000000000000000 SigIgn 0000000000000000" "$(tr -d : <"$work/script" | xargs)"
}

# without_any COMMAND...
without_any() (
	exec "$@" <&- >&- 2>&-
)

none_open() {
	local rc=0
	without_any vzctx exec 101 -- sh -c 'cat && echo out && exit 7' || rc=$?
	same 7 "$rc" && refuses without_any vzctx limit 102 numproc=78 --save &&
		grep -qx 'NUMPROC="78:78"' /etc/vz/conf/102.conf &&
		refuses without_any vzctl set 102 --numproc 79 --save &&
		grep -qx 'NUMPROC="79:79"' /etc/vz/conf/102.conf && without_any vzctx thaw 101
}

# What nobody can take back is said.
promise_told() {
	expect 0 "warning: the caller's promise to gain no privileges cannot be changed and reaches the container" \
		setpriv --no-new-privs vzctx exec 101 -- true &&
		[[ ! $(inside true 2>&1) ]]
}

# Who ignores a hang-up means the tool, and so means what it runs.
nohup_meant() {
	local tool rc=0
	bash -c 'trap "" HUP; exec vzctx exec 101 -- sh -c "trap \"echo hup\" HUP; trap \"echo term; exit 3\" TERM; touch /tmp/ready; while :; do sleep .1; done"' >"$work/hup" &
	tool=$!
	wait_for 20 test -e "$tree/tmp/ready"
	rm -f "$tree/tmp/ready"
	kill -HUP "$tool" && kill -TERM "$tool"
	wait "$tool" || rc=$?
	same "3 term" "$rc $(<"$work/hup")"
}

# Another user may open what it can see, and hold a lock on that for ever.
locks_apart() {
	local holder rc
	setpriv --reuid 1000 --regid 1000 --clear-groups flock /etc/vz/conf sleep 1000 &
	holder=$!
	wait_for 20 refuses flock -n /etc/vz/conf true &&
		timeout -k 5 60 vzctx set 102 --description 'nobody waits' &&
		timeout -k 5 60 vzctx limit 102 numproc=78 --save
	rc=$?
	pkill -P "$holder"
	kill "$holder"
	wait "$holder"
	return "$rc"
} >/dev/null

# Nor is who waits for a command of root's left without an answer.
waits_not_for_ever() {
	local holder rc
	flock /run/vzctx/conf sleep 1000 &
	holder=$!
	wait_for 20 refuses flock -n /run/vzctx/conf true &&
		expect 1 'lock /etc/vz/conf: Device or resource busy' timeout -k 5 60 vzctx set 102 --description 'somebody does'
	rc=$?
	pkill -P "$holder"
	wait "$holder"
	return "$rc"
}

# The file of one container that cannot be read keeps no other one down.
others_go_on() {
	local dir=/etc/vz/conf rc
	mkdir "$dir/997.conf" && mkfifo "$dir/998.conf" && ln -s 999.conf "$dir/999.conf" &&
		expect 0 '997.conf: Is a directory; it is left out.* 102 ' timeout 30 vzctx list --all &&
		expect 0 '998.conf: Invalid argument' timeout 30 vzctx list --all &&
		expect 0 '999.conf: Too many levels' timeout 30 vzlist -a &&
		expect 0 'CT 102 runs' timeout 60 vzctx start 102 -- /bin/sleep infinity &&
		timeout 60 vzctx stop 102 --fast >/dev/null 2>&1 &&
		expect 1 'CT 998' timeout 30 vzctx start 998 -- /bin/true
	rc=$?
	rm -r "$dir"/99[789].conf
	return "$rc"
}

# What is said to have no effect has none.
no_effect_is_none() {
	local conf=/etc/vz/conf/102.conf rc
	cp "$conf" "$work/conf" && sed -i '/^HOSTNAME=/d' "$conf" &&
		printf '%s\n' 'FEATURES="nesting:on foo:on"' 'HOSTNAME="a b;c"' 'VE_ROOT="relative"' >>"$conf" &&
		expect 0 'FEATURES.*HOSTNAME.*VE_ROOT' vzctx start 102 -- /bin/sleep infinity &&
		same "ct102" "$(vzctx exec 102 -- uname -n 2>/dev/null)" &&
		refuses vzctx exec 102 -- test -e /dev/.nesting
	rc=$?
	vzctx stop 102 --fast >/dev/null 2>&1
	cp "$work/conf" "$conf"
	return "$rc"
}

# Nobody else has the ids of a container that runs, whatever a file says.
ids_apart() {
	local conf=/etc/vz/conf/102.conf base rc
	base=$(awk 'NR == 1 { print $2 }' "/proc/$(init_of 101)/uid_map")
	cp "$conf" "$work/conf" && sed -i "s/^LOCAL_\(.\)ID=.*/LOCAL_\1ID=\"$((base + 65535))\"/" "$conf" &&
		expect 1 'its ids are those of CT 101' vzctx start 102 -- /bin/sleep infinity &&
		sed -i 's/^LOCAL_\(.\)ID=.*/LOCAL_\1ID="1000"/' "$conf" &&
		expect 1 '65536 or more' vzctx start 102 -- /bin/sleep infinity &&
		is_stopped 102
	rc=$?
	cp "$work/conf" "$conf"
	return "$rc"
}

# Nor those of one that is just being started: a byte of the file is an id.
ids_held() {
	local base holder rc=0
	base=$(sed -n 's/^LOCAL_UID="\(.*\)"/\1/p' /etc/vz/conf/102.conf)
	perl -MFcntl -e 'open F, "+>>", "/run/vzctx/ids" and fcntl F, F_SETLK, pack "ssx4qqix4", F_WRLCK, 0, $ARGV[0], 1, 0 or die;
		print "held\n"; close STDOUT; sleep 100' "$((base + 65535))" >"$work/held" &
	holder=$!
	wait_for 20 grep -q held "$work/held" || rc=1
	vzctx start 102 -- /bin/sleep infinity >/dev/null &
	refuses wait_for 4 running 102 || rc=1
	kill "$holder"
	wait
	running 102 && vzctx stop 102 --fast && return "$rc"
}

plan 22
furnish
# An emulated processor is so slow that a program at work looks like one run wild.
rt=$(</proc/sys/kernel/sched_rt_runtime_us)
echo -1 >/proc/sys/kernel/sched_rt_runtime_us
check "a start by an odd caller passes nothing on" started by_odd
check "a start by a real-time caller passes nothing on" started by_realtime
check "a start in the foreground passes nothing on" in_foreground
check "exec by an odd caller passes nothing on" entered by_odd
check "exec on a terminal passes nothing on" entered by_odd -t
check "exec by a real-time caller passes nothing on" entered by_realtime
check "with SIGCHLD ignored the exit status is known" status_known
check "with SIGCHLD ignored it ends when it is told to" ends_when_told
check "limits of the caller's do not keep it from saving" saves
check "an odd caller unpacks an archive" unpacks
check "action scripts have signals by default" script_signals
check "it works without standard descriptors" none_open
check "what cannot be taken back from it is told" promise_told
check "a hang-up that is ignored is not passed on" nohup_meant
check "another user's lock holds nothing up" locks_apart
check "a lock that is held for long is told" waits_not_for_ever
check "a file that cannot be read keeps no other container down" others_go_on
check "a line without effect has none" no_effect_is_none
check "ids of a running container are nobody else's" ids_apart
check "nor are those of one that is just being started" ids_held
echo "$rt" >/proc/sys/kernel/sched_rt_runtime_us
vacate
