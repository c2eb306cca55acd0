#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=600
#
# vzctx - the tool from end to end, with the real module and a Debian as root.
#
# Figures are held against witnesses that know nothing of the module: cgroups,
# /proc, counting what forked. The contexts 101 and 102 share one tree on disk.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
second=/vz/private/second
work=$(mktemp -d /tmp/cli.XXXXXX)
installed=/lib/modules/$(uname -r)/updates/vzctx.ko
unlimited=9223372036854775807

cleanup() {
	local ctid
	exec 8>&-
	for ctid in 101 102; do
		vzctx stop "$ctid" --fast
	done
	! mountpoint -q "$second" || umount "$second"
	! mountpoint -q "$work/marked" || umount "$work/marked"
	rmdir /sys/fs/cgroup/vz
	rm -rf "$work" "$(dirname "$installed")" /etc/vz/conf/10[1-3].conf*
	! module_loaded || rmmod vzctx
} >/dev/null 2>&1
trap cleanup EXIT

inside() {
	vzctx exec 101 -- "$@"
}

# cell CTID RESOURCE COLUMN: one raw figure of show.
cell() {
	vzctx show "$1" --all --parsable --noheadings -o "resource,$3" |
		awk -F'\t' -v r="$2" '$1 == r { print $2 }'
}

init_of() {
	vzctx list --parsable --noheadings -o ctid,state,pid |
		awk -F'\t' -v c="$1" '$1 == c && $2 == "running" { print $3 }'
}

gone() {
	! vzctx list --parsable --noheadings -o ctid | grep -qx "$1"
}

running() { [[ $(init_of "$1") ]]; }
state_of() {
	vzctx list --all --parsable --noheadings -o ctid,state |
		awk -F'\t' -v c="$1" '$1 == c { print $2 }'
}

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

# --- module ----------------------------------------------------------------

autoload() {
	mkdir -p "$(dirname "$installed")"
	cp "$VZCTX_KO" "$installed"
	depmod
	expect 0 CTID vzctx list && module_loaded
}

# --- create ----------------------------------------------------------------

bad_ctids() {
	local word
	for word in 0 -1 2147483645 99999999999999999999 abc 101x 0x65 ''; do
		expect 2 'CTID|option' vzctx create "$word" --private "$tree" || return
	done
	refuses ls /etc/vz/conf/*.conf 2>/dev/null
}

conf_is_written() {
	expect 0 'CT 101 created' vzctx create 101 --private "$tree" || return
	cat /etc/vz/conf/101.conf
	[[ $(stat -c '%a %u' /etc/vz/conf/101.conf) = "644 0" ]] &&
		grep -qx "VE_PRIVATE=\"$tree\"" /etc/vz/conf/101.conf &&
		grep -qx 'ONBOOT="no"' /etc/vz/conf/101.conf &&
		grep -qx 'LOCAL_UID="1879048192"' /etc/vz/conf/101.conf &&
		grep -qx 'LOCAL_GID="1879048192"' /etc/vz/conf/101.conf
}

taken() {
	local before
	before=$(sha256sum /etc/vz/conf/101.conf)
	expect 1 'cannot create CT 101: .*File exists' vzctx create 101 --private "$second" &&
		expect 1 'belongs to CT 101' vzctx create 103 --private "$tree" &&
		same "$before" "$(sha256sum /etc/vz/conf/101.conf)" &&
		[[ ! -e /etc/vz/conf/103.conf ]]
}

second_range() {
	vzctx create 102 --private "$second" --hostname second.example || return
	# shellcheck disable=SC1091
	( . /etc/vz/conf/102.conf && [[ $LOCAL_UID -ge $((1879048192 + 65536)) ]] )
}

# --- list and show ---------------------------------------------------------

list_agrees() {
	local json tabs pid current
	json=$(vzctx list --json | jq -r '.contexts[] | select(.ctid == 101) |
		[.ctid, .state, .pid, .numproc, .hostname] | @tsv')
	tabs=$(vzctx list --parsable --noheadings -o ctid,state,pid,numproc,hostname |
		awk '$1 == 101')
	same "$json" "$tabs" || return
	read -r _ _ pid current _ <<<"$json"
	same "$current" "$(</sys/fs/cgroup/vz/101/pids.current)" &&
		same vzctx-init "$(<"/proc/$pid/comm")" &&
		same "NSpid:	$pid	1" "$(grep NSpid "/proc/$pid/status")" &&
		vzctx list --json | jq -e '.contexts[0] | (.ctid, .pid, .numproc, .uptime,
			.objects, .dropped) | type == "number"'
}

list_all() {
	same stopped "$(state_of 102)" && refuses grep -q '^ *102' <(vzctx list)
}

columns() {
	same "$(printf 'STATE\tCTID\nrunning\t101')" "$(vzctx list --parsable -o state,ctid)" &&
		expect 2 'no column color.*columns are: ctid' vzctx list -o ctid,color
}

show_rows() {
	vzctx show 101
	expect 0 'CT 101: running, init [0-9]+, since 20.*hostname ct101, ' vzctx show 101 &&
		same "charged exact" "$(cell 101 numproc counted) $(cell 101 numproc enforced)" &&
		same "charged exact" "$(cell 101 numfile counted) $(cell 101 numfile enforced)" &&
		same "$(cell 101 numproc held)" "$(</sys/fs/cgroup/vz/101/pids.current)" &&
		same "$(vzctx show 101 --all --parsable --noheadings -o counted | grep -vcx no)" \
			"$(vzctx show 101 --parsable --noheadings | wc -l)"
}

# held_by COMMANDS: numfile while a program that ran them sleeps inside.
held_by() {
	local tool
	vzctx exec 101 -- sh -c "$1 touch /tmp/ready; exec sleep 100" >/dev/null 2>&1 </dev/null &
	tool=$!
	wait_for 20 test -e "$tree/tmp/ready"
	# The shell has become sleep when touch's pages are gone.
	wait_for 20 eval 'grep -qx sleep "/proc/$(tail -n 1 /sys/fs/cgroup/vz/101/cgroup.procs)/comm"'
	sleep 0.3
	cell 101 numfile held
	rm -f "$tree/tmp/ready"
	kill "$tool"
	wait "$tool" 2>/dev/null
}

numfile_counts() {
	local none
	none=$(held_by '')
	same $((none + 2)) "$(held_by 'exec 5</etc/passwd 6</etc/group 7<&6;')"
}

show_all() {
	vzctx show 101 --all --json | jq -e '
		(.resources | length) == 21 and
		([.resources[] | select(.enforced == "no") | .resource] | sort) == ["dcachesize", "oomguarpages", "vmguarpages"] and
		([.resources[] | select(.enforced == "exact") | .resource] | contains(["numproc", "numfile", "numflock", "numpty", "numsiginfo"]))' &&
		same no "$(cell 101 vmguarpages counted)" &&
		refuses grep -q vmguarpages <(vzctx show 101 --noheadings -o resource)
}

show_explains() {
	expect 1 'it is stopped; start it with `vzctx start 102`' vzctx show 102 &&
		expect 1 'cannot show CT 999' vzctx show 999
}

# --- limit -----------------------------------------------------------------

limit_applies() {
	local held
	held=$(cell 101 numproc held)
	expect 0 'numproc +[0-9]+ +[0-9]+ +64 +64 ' vzctx limit 101 numproc=64:64 &&
		same 64 "$(cell 101 numproc limit)" &&
		same "$((64 - held - 1)) 12" "$(inside perl -e "$forker")"
}

all_or_nothing() {
	expect 1 'vmguarpages' vzctx limit 101 numproc=50:50 vmguarpages=1M &&
		same 64 "$(cell 101 numproc limit)" &&
		expect 0 'numproc.* 60 +61 .*numfile.* 900 +901 ' vzctx limit 101 numproc=60:61 numfile=900:901 &&
		same "60 901" "$(cell 101 numproc barrier) $(cell 101 numfile limit)"
}

limit_usage() {
	expect 2 'no resource "numprocs".*resources are: kmemsize .*numproc .*swappages' vzctx limit 101 numprocs=1 &&
		expect 2 'barrier above limit' vzctx limit 101 numproc=65:64 &&
		expect 2 'given twice' vzctx limit 101 numproc=1 numproc=2 &&
		expect 2 'a number or unlimited' vzctx limit 101 numproc=10K &&
		expect 2 'a number or unlimited' vzctx limit 101 numproc=-1 &&
		expect 2 'needs RES=BAR' vzctx limit 101 &&
		expect 1 'no such CT' vzctx limit 999 numproc=5 &&
		same 60 "$(cell 101 numproc barrier)"
}

limit_unlimited() {
	expect 0 'unlimited +unlimited' vzctx limit 101 numproc=unlimited &&
		same "$unlimited" "$(cell 101 numproc limit)" &&
		vzctx show 101 --json | jq -e --argjson u "$unlimited" \
			'.resources[] | select(.resource == "numproc") | .limit == $u and .barrier == $u'
}

dry_run() {
	vzctx limit 101 numproc=70:70 >/dev/null &&
		expect 0 'nothing is changed.* 80 +80 ' vzctx limit 101 numproc=80:80 --dry-run &&
		same 70 "$(cell 101 numproc limit)" &&
		expect 1 'vmguarpages' vzctx limit 101 vmguarpages=1M --dry-run
}

below_held() {
	local tasks
	tasks=$(</sys/fs/cgroup/vz/101/pids.current)
	expect 0 'numproc of CT 101: held 2 is above the new limit 1; running tasks stay' vzctx limit 101 numproc=1:1 &&
		same "$tasks" "$(</sys/fs/cgroup/vz/101/pids.current)" &&
		refuses inside /bin/true
	local rc=$?
	vzctx limit 101 numproc=70:70
	return "$rc"
}

save_survives() {
	local rest
	echo '# a remark' >>/etc/vz/conf/101.conf
	rest=$(sha256sum /etc/vz/conf/101.conf)
	vzctx limit 101 numproc=33:44 --save --dry-run >/dev/null &&
		same "$rest" "$(sha256sum /etc/vz/conf/101.conf)" || return
	vzctx limit 101 numproc=33:44 --save >/dev/null &&
		same 'NUMPROC="33:44"' "$(grep NUMPROC /etc/vz/conf/101.conf)" &&
		grep -qx '# a remark' /etc/vz/conf/101.conf &&
		vzctx stop 101 --fast && start_idle 101 &&
		same "33 44" "$(cell 101 numproc barrier) $(cell 101 numproc limit)"
}

save_stopped() {
	expect 1 'not running; --save' vzctx limit 102 numproc=55 &&
		expect 0 'from its next start' vzctx limit 102 numproc=55 --save &&
		grep -qx 'NUMPROC="55:55"' /etc/vz/conf/102.conf
}

# --- exec and enter --------------------------------------------------------

exit_status() {
	local n
	for n in 0 1 7 255; do
		expect "$n" '' inside sh -c "exit $n" || return
	done
}

by_signal() {
	expect 137 '' inside sh -c 'kill -9 $$' && expect 143 '' inside sh -c 'kill -15 $$'
}

pipes() {
	head -c 300000 /dev/urandom >"$work/data"
	inside cat <"$work/data" >"$work/back" && cmp "$work/data" "$work/back" &&
		same "out" "$(inside sh -c 'echo out; echo err >&2' 2>"$work/err")" &&
		same "err" "$(<"$work/err")"
}

not_runnable() {
	expect 127 'No such file' inside /no/such/program &&
		expect 126 'Permission denied' inside /etc/passwd &&
		expect 1 'not running; start it' vzctx exec 102 -- true &&
		expect 1 'there is no such CT' vzctx exec 999 -- true
}

surroundings() {
	same "HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb container=vzctx" \
		"$(SECRET=1 inside env -u PWD -u _ -u SHLVL | sort | paste -sd' ')" &&
		same "/ 0022 ct101" "$(cd /etc && inside sh -c 'echo $(pwd) $(umask) $(hostname)')"
}

tty_inside() {
	local out
	out=$(vzctx exec 101 -t -- sh -c 'tty; stat -fc %T $(tty); test -t 2 && echo three; echo me >/dev/tty' </dev/null | tr -d '\r' | paste -sd' ')
	[[ $out =~ ^/dev/pts/[0-9]+\ devpts\ three\ me$ ]] || { echo "$out"; return 1; }
	# No terminal of the caller's comes along where none was asked for.
	expect 1 '' script -qec 'vzctx exec 101 -- test -t 0' /dev/null </dev/null
}

signal_forwarded() {
	local tool rc=0
	vzctx exec 101 -- sh -c 'trap "echo caught; exit 21" TERM; touch /tmp/ready; while :; do sleep .1; done' >"$work/out" 2>&1 </dev/null &
	tool=$!
	wait_for 20 test -e "$tree/tmp/ready"
	rm -f "$tree/tmp/ready"
	kill "$tool"
	wait "$tool" || rc=$?
	same "21 caught" "$rc $(tail -n 1 "$work/out")"
}

fork_explained() {
	vzctx limit 101 numproc=2:2 >/dev/null
	expect 1 'CT 101: numproc limit reached \(held 2, barrier 2, limit 2, failcnt [0-9]+\); raise it with `vzctx limit 101 numproc=[0-9]+`' inside true
	local rc=$?
	vzctx limit 101 numproc=unlimited >/dev/null
	return "$rc"
}

file_explained() {
	local held
	held=$(cell 101 numfile held)
	vzctx limit 101 numfile="$held" >/dev/null
	expect 1 "CT 101: numfile limit reached .*limit $held, .*vzctx limit 101 numfile=[0-9]+" inside true
	local rc=$?
	vzctx limit 101 numfile=unlimited >/dev/null
	return "$rc" && inside true
}

descriptors() {
	exec 7</etc/shadow 9>"$work/nine" 23</
	same "0 1 2 3" "$(inside ls /proc/self/fd </dev/null | paste -sd' ')"
	local rc=$?
	exec 7<&- 9>&- 23<&-
	return "$rc"
}

closed_stdin() {
	same /dev/null "$(inside readlink /proc/self/fd/0 <&-)" &&
		expect 0 '' inside true >&- 2>&-
}

enter_works() {
	local out rc=0
	out=$({ sleep 2; printf 'tty; echo in-$((6 * 7)) $(hostname); exit 5\n'; sleep 4; } |
		script -qec 'vzctx enter 101' /dev/null 2>&1) || rc=$?
	printf '%s\n' "$rc" "$out"
	[[ $rc = 5 && $out = *"in-42 ct101"* && $out = */dev/pts/* ]]
}

# Without an end of its own: what it reads ends.
enter_ends() {
	timeout -k 5 40 vzctx enter 101 </dev/null &&
		expect 0 'in-42' timeout -k 5 40 bash -c 'echo "echo in-\$((6 * 7))" | vzctx enter 101'
}

# --- isolation -------------------------------------------------------------

id_maps() {
	local a b
	read -r _ a _ <"/proc/$(init_of 101)/uid_map"
	read -r _ b _ <"/proc/$(init_of 102)/uid_map"
	same "0 $a 65536" "$(inside cat /proc/1/uid_map | xargs)" &&
		same "0 $b 65536" "$(xargs <"/proc/$(init_of 102)/gid_map")" &&
		((a >= 1879048192 && b >= a + 65536))
}

file_owner() {
	inside touch /tmp/made && inside chown 33:33 /tmp/made &&
		same "33 33" "$(stat -c '%u %g' "$tree/tmp/made")" &&
		same "33 33" "$(inside stat -c '%u %g' /tmp/made)" &&
		same "1879048225" "$(stat -c %u "/proc/$(init_of 101)/root/tmp/made")" &&
		same 1879048192 "$(stat -c %u "/proc/$(init_of 101)")"
	local rc=$?
	rm -f "$tree/tmp/made"
	return "$rc"
}

capabilities() {
	local set caps
	for set in CapBnd CapEff CapPrm; do
		caps=$(capsh --decode="$(inside awk -v s="$set:" '$1 == s { print $2 }' /proc/self/status)")
		echo "$set $caps"
		[[ $caps = *cap_chown* && ! $caps =~ cap_(sys_module|sys_rawio|sys_time|mac_admin|mac_override) ]] || return
	done
	same 0 "$(inside awk '/CapInh/ { print $2 + 0 }' /proc/self/status)"
}

filtered() {
	same "0 2" "$(inside awk '/^(NoNewPrivs|Seccomp):/ { printf "%s%s", s, $2; s = " " }' /proc/self/status)"
}

# Tries the calls with senseless arguments; prints the errnos.
calls='printf "%d ", syscall($_, -1, 0, 0, 0, 0) < 0 ? $! : 0 for @ARGV; print "\n"'

denied_calls() {
	# open_by_handle_at, init_module, finit_module, delete_module, kexec_load,
	# kexec_file_load; the host gets past the door.
	same "1 1 1 1 1 1 " "$(inside perl -e "$calls" 304 175 313 176 246 320)" &&
		[[ $(perl -e "$calls" 304) =~ ^(9|14)\ $ ]]
}

devices() {
	local mine
	mine=$(inside ls /dev | paste -sd' ')
	echo "$mine"
	same "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero" "$mine" &&
		refuses inside mknod /tmp/mem c 1 1 && refuses inside mknod /dev/vzctl c 126 0
}

# Asks the generic netlink controller for the family; prints its answer.
family='socket(my $s, 16, 3, 16) or die "socket: $!";
my $a = pack("SSZ6x2", 10, 2, "VZCTX");
my $m = pack("CCS", 3, 1, 0) . $a;
send($s, pack("LSSLL", 16 + length $m, 16, 1, 1, 0) . $m, 0) or die "send: $!";
recv($s, my $r, 4096, 0);
my (undef, $type) = unpack("LS", $r);
print $type == 2 ? -unpack("x16l", $r) : "found", "\n"'

family_hidden() {
	same found "$(perl -e "$family")" && same 2 "$(inside perl -e "$family")"
}

mounts() {
	local info
	info=$(inside cat /proc/self/mountinfo)
	echo "$info"
	[[ $info != *hostmark* && $info != *"/vzctx"* && $info != *debugfs* && $info != *"$work"* ]] &&
		same "/vz/private/debian" "$(awk '$5 == "/" { print $4 }' <<<"$info")" &&
		same 1 "$(grep -c ' ext4 ' <<<"$info")" &&
		[[ $(awk '$5 == "/" { print $6 }' <<<"$info") = *nodev* ]]
}

root_is_root() {
	local host
	host=$(stat -c %i /)
	inside test ! -e /vzctx &&
		same "$(stat -c %i "$tree")" "$(inside stat -Lc %i /)" &&
		same "$(stat -c %i "$tree")" "$(inside stat -Lc %i /..)" &&
		same "$(stat -c %i "$tree")" "$(inside stat -Lc %i /proc/self/root)" &&
		same "$(stat -c %i "$tree")" "$(stat -Lc %i "/proc/$(init_of 101)/root")" &&
		same "$(stat -c %i "$tree")" "$(inside chroot /tmp/.. stat -c %i /)" &&
		[[ $host != "$(stat -c %i "$tree")" ]]
}

not_each_other() {
	local other
	other=$(init_of 102)
	expect 1 'No such process' inside sh -c "kill -9 $other" &&
		refuses inside test -e "/proc/$other" && running 102
}

# Types an "x" into the terminal it has, then a host's shell reads its own.
typist='my $c = "x"; ioctl(STDIN, 0x5412, $c) or print "refused\n"'

no_typing() {
	cat >"$work/type" <<-END
		\$1 perl -e '$typist'
		read -rt 2 -n 1 got
		echo "got<\$got>"
	END
	local control
	control=$(script -qec "bash $work/type ''" /dev/null < <(sleep 8) | tr -d '\r')
	echo "on the host: $control"
	expect 0 'got<>' script -qec "bash $work/type 'vzctx exec 101 -t --'" /dev/null < <(sleep 8) &&
		expect 0 'refused.*got<>' script -qec "bash $work/type 'vzctx exec 101 --'" /dev/null < <(sleep 8)
}

# Opens for writing whatever program enters, by way of /proc/PID/exe.
snatcher='my ($end, $saw, $got) = (time + 4, 0, 0);
open my $r, ">", "/tmp/ready";
while (time < $end) {
	for my $d (glob "/proc/[0-9]*") {
		my $l = readlink "$d/exe";
		next if defined $l && $l !~ /vzctx/;
		next if $d eq "/proc/$$";
		$saw++;
		open(my $f, "<", "$d/exe") or next;
		my $w = "/proc/self/fd/" . fileno $f;
		for my $n (1 .. 50) { open(my $x, "+<", $w) and do { $got++; syswrite $x, "#" }; }
	}
}
print "saw ", $saw > 0, " got $got\n"'

tool_untouched() {
	local tool before i
	tool=$(command -v vzctx)
	before=$(sha256sum "$tool")
	printf '#!/proc/self/exe\n' >"$tree/tmp/evil"
	chmod 755 "$tree/tmp/evil"
	vzctx exec 101 -- perl -e "$snatcher" >"$work/snatched" 2>&1 </dev/null &
	i=$!
	wait_for 20 test -e "$tree/tmp/ready"
	for _ in 1 2 3; do
		inside /tmp/evil </dev/null
		inside /bin/true
	done
	wait "$i"
	rm -f "$tree"/tmp/{evil,ready}
	cat "$work/snatched"
	same "saw 1 got 0" "$(<"$work/snatched")" && same "$before" "$(sha256sum "$tool")" &&
		[[ $(readlink "/proc/$(init_of 101)/exe") = /memfd:vzctx* ]]
}

# --- the bomb and the events -----------------------------------------------

# listen NAME OPTION...: events go to $work/NAME; returns once they are followed.
listen() {
	local name=$1
	shift
	rm -f "$work/fifo"
	mkfifo "$work/fifo"
	vzctx events "$@" --ready-fd 5 >"$work/$name" 2>&1 5>"$work/fifo" &
	listener=$!
	head -c 1 "$work/fifo" >"$work/ready"
	[[ $(<"$work/ready") = r ]]
}

# Those that ended before may still be dying: files they wrote on a tmpfs are theirs.
listed() { vzctx list --parsable --noheadings -o ctid | grep -cx "$1"; }
fewer() { (($(listed "$1") < $2)); }

bomb_held() {
	local end=$((SECONDS + 60)) child=0 ok=0 before
	before=$(listed 101)
	listen bomb.json --json --count 1 --timeout 60 || return
	vzctx exec 101 -- sh -c 'b() { b & b & wait; }; b' >"$work/bomb" 2>&1 </dev/null &
	child=$!
	until [[ $(cell 101 numproc failcnt) -gt 5 ]]; do
		((SECONDS < end)) || return
	done
	for _ in {1..30}; do
		/bin/true && ok=$((ok + 1))
	done
	echo "the host forked $ok times, the bomb refused $(cell 101 numproc failcnt) times"
	[[ $ok = 30 && $(cell 101 numproc maxheld) -le 40 ]] || return
	expect 0 '^20 ' vzctx exec 102 -- perl -e "${forker/300/20}" || return
	vzctx stop 101 --fast
	wait "$child" "$listener"
	rm -f "$work/bomb"
	wait_for 60 fewer 101 "$before"
}

# At rest both count the same: sleepers up to the limit.
held_is_counted() {
	local child rc
	vzctx limit 101 numproc=40:40 >/dev/null
	vzctx exec 101 -- perl -e 'while (defined(my $p = fork)) { $p or sleep 100 } sleep 100' >/dev/null 2>&1 </dev/null &
	child=$!
	wait_for 30 eval '[[ $(cell 101 numproc failcnt) -gt 0 ]]'
	same "40 40" "$(cell 101 numproc held) $(</sys/fs/cgroup/vz/101/pids.current)"
	rc=$?
	vzctx stop 101 --fast
	wait "$child"
	return "$rc"
}

bomb_told() {
	cat "$work/bomb.json"
	jq -e '.type == "limit" and .ctid == 101 and .resource == "numproc" and
		.held == 40 and .limit == 40 and .wanted == 1 and .failcnt >= 1 and
		(.pid | type) == "number" and .comm == "sh" and .time_ns > 1600000000000000000' "$work/bomb.json" &&
		same 1 "$(wc -l <"$work/bomb.json")"
}

comm_escaped() {
	local name=$'\e[31m"\\ \xff'
	listen text --count 1 --timeout 30 || return
	local text=$listener
	listen json --json --count 1 --timeout 30 || return
	vzctx limit 101 numproc=3:3 >/dev/null
	inside perl -e 'syscall(157, 15, my $n = $ARGV[0] . "\0"); fork' "$name" </dev/null
	wait "$text" "$listener"
	vzctx limit 101 numproc=unlimited >/dev/null
	cat "$work/text" "$work/json"
	# shellcheck disable=SC1003
	grep -qF 'comm=\x1b[31m\x22\x5c\x20\xff ' "$work/text" &&
		same '\x1b[31m\x22\x5c\x20\xff' "$(jq -r .comm "$work/json")" &&
		grep -qE '^20[0-9-]+T[0-9:]+ 101 limit numproc held=3 barrier=3 limit=3 failcnt=[0-9]+ wanted=1 pid=[0-9]+ comm=' "$work/text" &&
		refuses grep -qP '[\x00-\x09\x0b-\x1f\x7f-\xff]' "$work/text"
}

start_and_stop_told() {
	vzctx stop 102 --fast
	listen lives --count 2 --timeout 30 || return
	start_idle 102 && vzctx stop 102 --fast && wait "$listener" &&
		same "102 start 102 stop" "$(cut -d' ' -f2,3 "$work/lives" | paste -sd' ')"
}

events_time_out() {
	local at=$SECONDS
	expect 1 '' vzctx events --timeout 1 && ((SECONDS - at < 10)) &&
		expect 2 'out of range' vzctx events --count 0
}

# --- stop, destroy, accidents ----------------------------------------------

polite='trap "echo bye >/tmp/bye; exit" TERM; touch /tmp/up; while :; do sleep .1; done'

start_polite() {
	rm -f "$tree"/tmp/{up,bye}
	vzctx start 102 -- sh -c "$1" && wait_for 20 test -e "$tree/tmp/up"
}

stop_polite() {
	start_polite "$polite" && vzctx stop 102 && same bye "$(<"$tree/tmp/bye")" &&
		[[ ! -e /sys/fs/cgroup/vz/102 ]] && same stopped "$(state_of 102)"
}

stop_fast() {
	start_polite "$polite" && vzctx stop 102 --fast && [[ ! -e $tree/tmp/bye ]] &&
		same stopped "$(state_of 102)"
}

stop_late() {
	local pid
	start_polite 'trap "" TERM; touch /tmp/up; while :; do sleep .1; done' || return
	pid=$(init_of 102)
	expect 0 'did not stop within 1 s; killing' vzctx stop 102 --timeout 1 &&
		[[ ! -e /proc/$pid ]] && same stopped "$(state_of 102)" &&
		expect 1 'it is not running' vzctx stop 102
}

foreground() {
	expect 9 '^hello' vzctx start 102 -F -- sh -c 'cat; exit 9' <<<hello &&
		expect 130 '' vzctx start 102 -F -- sh -c 'kill -2 $$' &&
		[[ ! -e /sys/fs/cgroup/vz/102 ]]
}

start_refusals() {
	expect 1 'vzctx create' vzctx start 999 &&
		expect 1 'running already' vzctx start 101 &&
		expect 1 'run /no/such' vzctx start 102 -- /no/such &&
		same stopped "$(state_of 102)" && [[ ! -e /sys/fs/cgroup/vz/102 ]]
}

low_limit_explained() {
	sed -i 's/^NUMPROC=.*/NUMPROC="1:1"/' /etc/vz/conf/102.conf
	expect 1 'fork.*NUMPROC is too low' start_idle 102
	local rc=$?
	sed -i '/^NUMPROC=/d' /etc/vz/conf/102.conf
	return "$rc"
}

destroy_running() {
	expect 1 'it is running; `vzctx stop 101` first' vzctx destroy 101 --purge &&
		[[ -e $tree/etc/passwd && -e /etc/vz/conf/101.conf ]] && inside true
}

# However far it came, the next start finds it running or makes it run.
killed_start() {
	local pause tool rc
	for pause in 0.05 0.15 0.25 0.35 0.45 0.6; do
		vzctx start 102 -- /bin/sleep infinity >/dev/null 2>&1 &
		tool=$!
		sleep "$pause"
		kill -KILL "$tool" 2>/dev/null
		wait "$tool" 2>/dev/null
		rc=0
		start_idle 102 >"$work/again" 2>&1 || rc=$?
		cat "$work/again"
		[[ $rc = 0 ]] || grep -q 'running already' "$work/again" || return
		vzctx exec 102 -- true && same 2 "$(</sys/fs/cgroup/vz/102/pids.current)" &&
			vzctx stop 102 --fast || return
	done
}

# slow_start: start, with the last step of its birth held up for four seconds.
slow_start() {
	strace -f -qq -o "$work/trace" -e trace=pivot_root -e inject=pivot_root:delay_enter=4000000 \
		vzctx start 102 -- /bin/sleep infinity >"$work/traced" 2>&1 </dev/null &
	tracer=$!
	wait_for 20 running 102
}

# Before its birth is over a context still has the host's mounts in sight.
half_born() {
	local tracer said
	slow_start || return
	said=$(vzctx exec 102 -- sh -c 'echo in; ls -d /vzctx' 2>&1 </dev/null)
	vzctx stop 102 --fast
	wait "$tracer"
	printf '%s\n' "$said"
	cat "$work/trace" "$work/traced"
	grep -q 'pivot_root.*DELAYED' "$work/trace" && [[ $said = in*"No such file"* ]]
}

stillborn() {
	local tracer rc=0
	slow_start || return
	kill -KILL "$(init_of 102)"
	wait "$tracer" || rc=$?
	cat "$work/traced"
	same "1 vzctx: cannot start CT 102: its init was killed before it ran" "$rc $(tail -n 1 "$work/traced")"
}

two_starts() {
	local a b ra=0 rb=0
	start_idle 102 >"$work/a" 2>&1 &
	a=$!
	start_idle 102 >"$work/b" 2>&1 &
	b=$!
	wait "$a" || ra=$?
	wait "$b" || rb=$?
	cat "$work/a" "$work/b"
	same 1 $((ra + rb)) && grep -qE 'running already|is at work on it' "$work/a" "$work/b" &&
		vzctx exec 102 -- true && same 2 "$(</sys/fs/cgroup/vz/102/pids.current)"
}

# Whoever made a dead init and does not reap it keeps one object alive.
dying_shown() {
	local tool row shown rc=0
	running 102 && vzctx stop 102 --fast
	vzctx start 102 -F -- /bin/sleep infinity </dev/null >"$work/fg" 2>&1 &
	tool=$!
	# Inside is let in when the start is over; until then a stop waits for it.
	wait_for 20 vzctx exec 102 -- true || return
	kill -STOP "$tool"
	vzctx stop 102 --fast
	row=$(vzctx list --json | jq -c '.contexts[] | select(.ctid == 102) | [.state, .pid, .numproc, .objects]')
	shown=$(expect 0 'CT 102: dying, .*still holds' vzctx show 102) || rc=1
	[[ $(vzctx show 102 --parsable --noheadings -o resource,held) = numproc$'\t'1 ]] || rc=1
	kill -CONT "$tool"
	wait "$tool"
	echo "$shown"
	same '["dying",null,1,1]' "$row" && wait_for 10 gone 102 && ((rc == 0)) &&
		expect 1 'it is stopped' vzctx show 102
}

destroy_keeps_tree() {
	vzctx stop 101 --fast
	expect 0 'private area .* kept' vzctx destroy 101 &&
		[[ ! -e /etc/vz/conf/101.conf && -e /etc/vz/conf/101.conf.destroyed && -e $tree/etc/passwd ]] &&
		expect 1 'no such CT' vzctx destroy 101
}

usage() {
	expect 2 'vzctx: there is no option --bogus; see vzctx list --help' vzctx list --bogus &&
		expect 2 'vzctx: no verb "stat"' vzctx stat &&
		expect 2 'vzctx: --timeout needs a value' vzctx stop 101 --timeout &&
		expect 0 'Usage: vzctx limit' vzctx limit --help
}

# Refusals are told in the log, as they were asked for here; nothing else is.
log_clean() {
	refuses grep -v ': num[a-z]* limit reached: ' <(dmesg_clean)
}

plan 71
dmesg_mark
mkdir -p "$second" "$work/marked"
mount --bind "$tree" "$second"
mount -t tmpfs hostmark "$work/marked"

check "without the module the exit status is 3, and the message says what to do" \
	expect 3 'not loaded.*`make`.*insmod' vzctx list
check "an installed module is loaded by the tool" autoload
check "wrong usage ends with 2 and names what is wrong" usage
check "create wants a private area that exists" \
	expect 1 'give a template with --ostemplate' vzctx create 101
check "create refuses the host's root" expect 1 "private area /" vzctx create 101 --private /
check "create refuses words that are no ctid" bad_ctids
check "create writes the configuration" conf_is_written
check "create refuses a ctid and a private area that are taken" taken
check "a second context gets ids of its own" second_range
check "start runs the command" start_idle 101
check "start refuses what it cannot do and leaves nothing" start_refusals
check "list in JSON, list in tabs, cgroup and /proc agree" list_agrees
check "list --all has stopped contexts, list has not" list_all
check "-o chooses columns and names them" columns
check "show has what is counted, held as the cgroup counts" show_rows
check "show --all has the rest, and says what is not enforced" show_all
check "show says what is wrong with other contexts" show_explains
check "limit applies at once, to the task" limit_applies
check "limits are set all or none" all_or_nothing
check "limit refuses nonsense, names resources and changes nothing" limit_usage
check "unlimited is a limit" limit_unlimited
check "--dry-run checks and changes nothing" dry_run
check "a limit below held is told, tasks stay, new ones do not come" below_held
check "--save survives stop and start" save_survives
check "--save is for stopped contexts too" save_stopped

fresh 101
check "a file open inside is one in numfile" numfile_counts
check "exec passes the exit status on" exit_status
check "exec tells of death by signal as 128+N" by_signal
check "exec carries bytes through pipes" pipes
check "exec tells what cannot be run from what is not there" not_runnable
check "exec gives a clean environment" surroundings
check "exec -t makes a terminal inside" tty_inside
check "exec passes signals on" signal_forwarded
check "a refused fork is explained" fork_explained
check "a refused file is explained" file_explained
check "exec hands over three descriptors and no more" descriptors
check "closed standard descriptors are no way in for others" closed_stdin
check "enter gives a shell on a terminal" enter_works
check "enter ends where its input does" enter_ends
fresh 102
check "id ranges are disjoint and not the host's" id_maps
check "files are the context's own inside, on disk and to the host" file_owner
check "capabilities of the host are gone" capabilities
check "a seccomp filter is on, privileges can still be gained" filtered
check "modules, kernels and file handles are refused" denied_calls
check "no devices but the harmless ones" devices
check "the module's netlink family is out of sight" family_hidden
check "no mount of the host is in sight" mounts
check "the root is the context's, whichever way" root_is_root
check "a context has no hand on another" not_each_other
check "a context types nothing into the host's terminal" no_typing
check "a context cannot write to the tool that enters it" tool_untouched

fresh 101
vzctx limit 101 numproc=40:40 >/dev/null
check "a fork bomb stays inside" bomb_held
check "the bomb's first refusal is told in JSON" bomb_told
fresh 101
check "held is what the cgroup counts, at the limit" held_is_counted
fresh 101
check "a task's name cannot play with the reader's terminal" comm_escaped
check "start and stop are told" start_and_stop_told
check "events ends in time" events_time_out

check "stop asks first" stop_polite
check "stop --fast does not ask" stop_fast
check "stop kills after its time" stop_late
check "start -F has the command's status and descriptors" foreground
check "a limit too low to start with is explained" low_limit_explained
check "destroy refuses a running context" destroy_running
check "of two starts one wins" two_starts
vzctx stop 102 --fast
check "nobody enters a context that is not finished" half_born
check "a context whose init is killed while it starts has not started" stillborn
check "a start killed half way leaves nothing in the way" killed_start
check "a dying context is listed with what is left" dying_shown
check "destroy forgets the configuration only" destroy_keeps_tree

cleanup
check "the module can go" refuses module_loaded
check "the kernel log has refusals and no complaint" log_clean
done_testing
