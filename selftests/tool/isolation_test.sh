#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200
#
# vzctx - what a context cannot see, touch or call.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

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

# on_terminal COMMAND: script(1) with nothing to read, and no end of it.
on_terminal() {
	[[ -p $work/quiet ]] || mkfifo "$work/quiet"
	script -qec "$1" /dev/null <>"$work/quiet"
}

no_typing() {
	cat >"$work/type" <<-END
		\$1 perl -e '$typist'
		read -rt 2 -n 1 got
		echo "got<\$got>"
	END
	local control
	control=$(on_terminal "bash $work/type ''" | tr -d '\r')
	echo "on the host: $control"
	expect 0 'got<>' on_terminal "bash $work/type 'vzctx exec 101 -t --'" &&
		expect 0 'refused.*got<>' on_terminal "bash $work/type 'vzctx exec 101 --'"
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

keeper_of() { awk '$1 == "PPid:" { print $2 }' "/proc/$(init_of "$1")/status"; }

# Not even the host's root writes or runs it that way.
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
		expect 1 'Read-only' touch -c "/proc/$(keeper_of 101)/exe" &&
		expect 126 'Permission denied' "/proc/$(keeper_of 101)/exe" --version &&
		[[ $(readlink "/proc/$(init_of 101)/exe") = /memfd:vzctx* ]]
}

# by_fd FILE: executes it by a descriptor that is handed down, as vzctx.
by_fd() (
	exec 9<"$1" && exec -a vzctx /dev/fd/9 exec 101 -- /bin/true
)

# aside COMMAND...: has it put a file system, or a part of one, on $work/aside.
aside() {
	mkdir -p "$work/aside"
	"$@" "$work/aside" && cp "$(command -v vzctx)" "$work/aside/vzctx"
}

# What looks like its own mount and is the host's stays what it is.
mounts_untouched() {
	local rc=0
	touch "$work/bound"
	aside mount -t tmpfs aside && mount --bind "$work/aside/vzctx" "$work/bound" &&
		mount -o remount,bind,ro,nosuid,nodev "$work/bound" &&
		mount -o remount,bind,ro,nosuid,nodev "$work/aside" &&
		by_fd "$work/bound" && "$work/bound" --version && by_fd "$work/aside/vzctx" || rc=1
	findmnt -no OPTIONS "$work/bound"
	umount "$work/bound" && umount "$work/aside" && return "$rc"
}

# From where it can have no mount of itself it runs from memory.
sealed_in_memory() {
	local rc=0
	vzctx stop 102 --fast
	aside mount -t tmpfs aside && mount --make-unbindable "$work/aside" &&
		"$work/aside/vzctx" start 102 -- /bin/sleep infinity &&
		same "/memfd:vzctx (deleted)" "$(readlink "/proc/$(keeper_of 102)/exe")" &&
		refuses sh -c "echo x >>/proc/$(keeper_of 102)/exe" || rc=1
	umount "$work/aside" && return "$rc"
}

# own KNOB VALUE: set inside, it is that inside and what it was on the host.
own() {
	local f=/proc/sys/$1 host
	host=$(<"$f")
	inside sh -c "echo $2 >$f" && same "$2" "$(inside cat "$f" | xargs)" && same "$host" "$(<"$f")" &&
		refuses same "$2" "$host"
}

own_knobs() {
	own net/ipv4/ip_forward $((1 - $(</proc/sys/net/ipv4/ip_forward))) && own net/ipv4/ip_default_ttl 77 && own user/max_inotify_watches 77
}

queue_knobs() {
	own kernel/shmmax 65536 && own kernel/shmall 100 && own kernel/shmmni 77 && own kernel/shm_rmid_forced 1 &&
		own kernel/msgmax 4096 && own kernel/msgmnb 4096 && own kernel/msgmni 77 && own kernel/sem "100 20000 50 200" &&
		own fs/mqueue/msg_max 7 && own fs/mqueue/msgsize_max 4096 && own fs/mqueue/queues_max 77
}

masked() {
	local f
	for f in kernel/core_pattern kernel/panic kernel/msg_next_id vm/swappiness fs/file-max; do
		expect 2 'Read-only' inside sh -c "echo 1 >/proc/sys/$f" || return
	done
	[[ ! $(inside cat /proc/keys /proc/timer_list) && ! $(inside ls -A /sys/firmware) ]]
}

# Takes off what lies over /proc and /sys, then looks at every file there: prints those it
# may write to, and the first bytes of some of those it may read.
unmask='set -e
umount -R /sys/fs/cgroup
over() { awk '\''$5 ~ "^/(proc|sys)/" { print $5 }'\'' /proc/self/mountinfo | tail -n 1; }
while m=$(over) && [ "$m" ]; do umount "$m"; echo "off $m"; done
mount -o remount,bind,rw /sys
grep -qE " /sys rw,.* rw" /proc/self/mountinfo && echo sys rw
exec perl -MFile::Find -'
looker='use filetest "access";
no warnings;
find({ no_chdir => 1, wanted => sub {
	if (m{^/proc/(\d+|self|thread-self|sys/net|sys/user|sys/fs/mqueue)$}) { $File::Find::prune = 1; return }
	return if -l || -d _;
	print "writes $_\n" if -w $_;
} }, "/proc", "/sys");
for (qw(/proc/kcore /proc/keys /proc/timer_list /proc/kmsg /proc/slabinfo /proc/vmallocinfo
	/proc/pagetypeinfo /sys/kernel/notes /sys/kernel/debug /sys/kernel/tracing), glob("/sys/firmware/*/*")) {
	next unless open my $f, "<", $_;
	my $n = read $f, my $d, 4096;
	print "reads $_ $n ", substr($d, 0, 60) =~ s/[^ -~]/./gr, "\n" if $n;
}'

# What is left is its namespaces' own, or anybody's (triggers of pressure wake who set them).
behind_masks() {
	local seen own='proc/sys/kernel/(auto_msgmni|(msg|shm|sem)[a-z_]*|ns_last_pid)|proc/pressure/[a-z]+'
	# Each pid namespace has its own since 6.14.
	[[ $(printf '%s\n' 6.14 "$(uname -r)" | sort -V | head -n 1) != 6.14 ]] || own+='|proc/sys/kernel/pid_max'
	seen=$(vzctx exec 101 -- unshare -m sh -c "$unmask" <<<"$looker" 2>&1)
	echo "$seen"
	[[ $seen = *"sys rw"* && $seen = *"off /proc/sys"$'\n'* && $seen = *"off /proc/kcore"$'\n'* && $seen = *"writes /proc/sys/kernel/sem"$'\n'* ]] &&
		refuses grep -vE "^(off .*|sys rw|writes /($own)|reads /(proc/keys|sys/kernel/notes|sys/firmware/acpi/pm_profile) .*)$" <<<"$seen"
}

# Looks for a word in the memory of task 1; prints what is mapped there.
searcher='my ($word, %what) = scalar reverse shift;
open my $maps, "<", "/proc/1/maps" or die "maps: $!";
open my $mem, "<", "/proc/1/mem" or die "mem: $!";
while (<$maps>) {
	my ($from, $to, $name) = /^(\S+)-(\S+) r\S+ \S+ \S+ \S+\s*(\S*)/ or next;
	$what{$name}++;
	next if $name =~ /^\[v/;
	sysseek $mem, hex $from, 0;
	sysread $mem, my $text, hex($to) - hex($from) or die "read $name: $!";
	print "found in $name\n" if index($text, $word) >= 0;
}
print join(" ", grep { !/^\[v/ } sort keys %what), "\n"'

# The init of a command is what the container sees of who started it.
init_shows_nothing() {
	same "vzctx-init /bin/sleep infinity" "$(inside cat /proc/1/cmdline | tr '\0' ' ' | sed 's/ $//')" &&
		same "HOME=/root PATH TERM=linux container=vzctx" "$(inside cat /proc/1/environ | tr '\0' '\n' | sed 's/^PATH=.*/PATH/' | sort | xargs)" &&
		same "found in [stack] /memfd:vzctx-init [stack]" "$(inside perl -e "$searcher" ytinifni | xargs)" &&
		same "/memfd:vzctx-init [stack]" "$(inside perl -e "$searcher" dednah | xargs)" &&
		same "none open" "none open$(inside ls /proc/1/fd)" &&
		refuses inside sh -c 'echo x >/proc/1/exe'
}

# Watchers of files, and queues, of which the kernel counts how many one user has;
# prints how many of each there were. With a word it keeps them.
taker='my ($n, $m) = (0, 0);
$n++ while $n < 1000 && syscall(294, 0) >= 0;
$m++ while $m < 200 && syscall(240, "q$m\0", 0102, 0600, 0) >= 0;
$| = 1;
print "$n $m\n";
sleep 1000 if @ARGV'

not_for_all() {
	local first second
	vzctx exec 102 -- perl -e "$taker" keep >"$work/taken" </dev/null 2>&1 &
	wait_for 20 test -s "$work/taken"
	first=$(<"$work/taken") second=$(inside perl -e "$taker")
	vzctx stop 102 --fast
	wait $!
	fresh 102
	echo "the first took $first, the second $second"
	((${first% *} > 0 && ${first#* } > 0 && ${second% *} > 0 && ${second#* } > 0))
}

plan 23
handed=handed
export handed
furnish
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
check "the knobs of its network and its ids are its own" own_knobs
check "the knobs of its queues are its own" queue_knobs
check "the host's knobs are read-only, its keys and timers out of sight" masked
check "what masks hide is safe without them" behind_masks
check "a context has no hand on another" not_each_other
check "what the kernel counts for each user is each context's own" not_for_all
check "a context types nothing into the host's terminal" no_typing
check "a context cannot write to the tool that enters it" tool_untouched
check "the tool seals itself and no mount of the host's" mounts_untouched
check "where it cannot be mounted it runs from sealed memory" sealed_in_memory
check "without /proc it says so" \
	expect 1 '/proc is not mounted' unshare -m sh -c 'umount -l /proc; vzctx exec 101 -- /bin/true'
check "the init of a command holds and shows nothing of the host's" init_shows_nothing
vacate
