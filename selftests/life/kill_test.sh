#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=400 kernels=newest
#
# vzctx - commands that are killed on their way, and two on one container at once.
#
# killer stops at the entry of each system call that others can see the effect of;
# from one of them to the next there is one state. KILL_STEPS of them are tried
# for each command, at even distances; a number above all tries all of them.

# What stands in single quotes is for another shell; the number of the container
# holds no blank.
# shellcheck disable=SC2016,SC2086

. "$(dirname -- "$0")/lib.sh"

here=$(cd "$(dirname -- "$0")" && pwd)
ct=105
root=/vz/root/$ct
private=/vz/private/$ct
conf=/etc/vz/conf/$ct.conf
limit=${KILL_STEPS:-4}
work=$(mktemp -d /tmp/kill.XXXXXX)
golden=$work/golden
template=/vz/template/cache/tiny.tar

cleanup() {
	rm -f "$work/hold" /etc/vz/conf/$ct.mount
	vzctx stop $ct --fast
	vzctl umount $ct
	wait_for 10 at_rest
	rm -rf "$work" "$private" /etc/vz/conf/$ct.* "$template"
	rmdir "$root" /sys/fs/cgroup/vz/$ct /sys/fs/cgroup/vz
	! module_loaded || rmmod vzctx
} >/dev/null 2>&1
trap cleanup EXIT

# A root of busybox alone; the last file tells whether all of it is there.
make_golden() {
	local d
	mkdir -p "$golden"/{bin,sbin,etc,dev,proc,sys,run,tmp,root,var/tmp,zz}
	cp /bin/busybox "$golden/bin/"
	for d in sh sleep true cat; do
		ln -s busybox "$golden/bin/$d"
	done
	echo 'root:x:0:0:root:/root:/bin/sh' >"$golden/etc/passwd"
	echo 'root:x:0:' >"$golden/etc/group"
	echo end >"$golden/zz/last"
	mkdir -p "${template%/*}"
	tar -C "$golden" -cf "$template" .
}

mounted() { grep -q " $root " /proc/self/mountinfo; }
running() { vzctx list --parsable --noheadings -o ctid,state | grep -qx "$ct	running"; }
# The module's own thread has a tool's name, and no program.
alive() {
	local p
	for p in $(pgrep -x "$1"); do
		[[ ! -e /proc/$p/exe ]] || return 0
	done
	return 1
}

# Not a mount, not a cgroup, not a process, not a lock.
at_rest() {
	! mounted && [[ ! -e /sys/fs/cgroup/vz/$ct ]] && ! running && ! alive 'vzctx|vzctl|vzctx-keep' &&
		{ [[ ! -e /run/vzctx/$ct ]] || flock -n /run/vzctx/$ct true; }
}

rests() {
	wait_for 15 at_rest && return
	echo "not at rest: $(grep " $root " /proc/self/mountinfo) $(ls -d /sys/fs/cgroup/vz/$ct)" \
		"$(vzctx list --parsable) $(pgrep -ax 'vzctx|vzctl|vzctx-keep')"
	return 1
}

# What the two tools that tell say; both have to be able to.
told() {
	vzctl status $ct 2>&1 && vzctx list --all >/dev/null
}

unfinished() { grep -q '^VZCTX_UNFINISHED=' "$conf" 2>/dev/null; }
whole() { diff -r --no-dereference "$golden" "$private"; }

absent() {
	rm -rf "$private" /etc/vz/conf/$ct.*
}

stopped() {
	absent
	cp -a "$golden" "$private"
	vzctx create $ct --private "$private" >/dev/null
}

started() {
	[[ -e $conf && -d $private ]] || stopped || return
	running || vzctx start $ct -- /bin/sleep 1000 >/dev/null
}

# Each after_ is told the step's number; the state is whatever the kill left.
after_create() {
	local said
	said=$(told) || return
	if [[ -e $private ]] && ! unfinished; then
		[[ -e $conf ]] && whole || return
	fi
	if unfinished; then
		[[ $said = *"create of CT $ct was cut short"*destroy* ]] || { echo "$said"; return 1; }
		if vzctx start $ct -- /bin/sleep 1000; then
			return 1
		fi
		if (($1 % 2)); then
			vzctl destroy $ct && [[ ! -e $private && ! -e $conf ]] && rests
			return
		fi
	fi
	[[ -e $conf ]] && ! unfinished ||
		vzctx create $ct --ostemplate tiny || return
	! unfinished && whole && rests
}

after_destroy() {
	local said
	said=$(told) || return
	if [[ -e $conf ]]; then
		if ! unfinished; then
			whole || return
		elif [[ $said != *"destroy of CT $ct was cut short"* ]]; then
			return 1
		fi
		vzctx destroy $ct --purge || return
	fi
	[[ ! -e $private && ! -e $conf && -e $conf.destroyed ]] &&
		! grep -q UNFINISHED "$conf.destroyed" && rests
}

after_start() {
	local out rc=0
	told || return
	if (($1 % 2)); then
		out=$(vzctx start $ct -- /bin/sleep 1000 2>&1) || rc=$?
		echo "$out"
		[[ $rc = 0 || $out = *"running already"* ]] && running &&
			vzctx exec $ct -- /bin/true || return
	fi
	wait_for 10 refuses alive 'vzctx|vzctl'
	if running; then
		vzctx stop $ct --fast || return
	elif mounted || [[ -e /sys/fs/cgroup/vz/$ct ]]; then
		vzctx start $ct -- /bin/sleep 1000 && vzctx stop $ct --fast || return
	fi
	rests
}

after_stop() {
	local out rc=0
	told || return
	out=$(vzctx stop $ct --fast 2>&1) || rc=$?
	echo "$out"
	[[ $rc = 0 || $out = *"not running"* ]] && rests
}

after_set() {
	told || return
	cmp "$conf" "$work/old" || cmp "$conf" "$work/new" || return
	vzctl set $ct --hostname new --save && cmp "$conf" "$work/new" &&
		[[ $(echo "$conf"*) = "$conf" ]]
}

# sweep PREPARE AFTER COMMAND...: kills COMMAND at step after step.
sweep() {
	local prepare=$1 after=$2 n k i count out
	shift 2
	$prepare >/dev/null 2>&1 || { echo "cannot prepare"; return 1; }
	"$here/killer" 0 "$@" 9>"$work/steps" >/dev/null 2>&1 || { echo "cannot run: $*"; "$@"; return 1; }
	n=$(wc -l <"$work/steps")
	count=$((n < limit ? n : limit))
	# shellcheck disable=SC2034
	killed=0
	$after 0 >"$work/out" 2>&1 || { echo "not even after a run to the end"; cat "$work/out"; return 1; }
	for ((i = 1; i <= count; i++)); do
		k=$((i * n / count))
		$prepare >/dev/null 2>&1 || { echo "cannot prepare for step $k"; return 1; }
		out=$("$here/killer" "$k" "$@" 2>&1 9>/dev/null) && continue
		if ! $after $k >"$work/out" 2>&1; then
			echo "killed at step $(sed -n "${k}p" "$work/steps") of $n: $out"
			cat "$work/out"
			told
			cat "$conf"
			mounted && vzctl umount $ct
			return 1
		fi
	done
}

# --- two at once -----------------------------------------------------------

# held COMMAND...: it waits ten seconds, then says who is at work.
waits_in_vain() {
	local want=$1 verb=$2 out rc=0
	shift 2
	out=$("$@" 2>&1 </dev/null) || rc=$?
	# vzctl has OpenVZ's words and status, vzctx names the holder.
	[[ $rc = 9 && $want = 9 && $out = *"Container already locked"* ]] && return
	[[ $rc = "$want" && $out =~ process\ ([0-9]+)\ is\ at\ work\ on\ it\ \($verb\) ]] &&
		[[ -d /proc/${BASH_REMATCH[1]} ]] && return
	echo "status $rc of $*: $out" >>"$work/vain"
}

all_wait() {
	local holder=$1 verb=$2 c pids=()
	shift 2
	rm -f "$work/vain"
	for c; do
		# shellcheck disable=SC2086
		case $c in
		vzctl*) waits_in_vain 9 "$verb" $c & ;;
		*) waits_in_vain 1 "$verb" $c & ;;
		esac
		pids+=($!)
	done
	wait "${pids[@]}"
	kill -0 "$holder" || echo "the first is gone" >>"$work/vain"
	[[ ! -e $work/vain ]] || { cat "$work/vain"; return 1; }
}

hold_start() {
	rm -f "$work/held"
	touch "$work/hold"
	printf 'touch %s/held\nwhile [ -e %s/hold ]; do sleep .1; done\n' "$work" "$work" \
		>/etc/vz/conf/$ct.mount
	chmod +x /etc/vz/conf/$ct.mount
	vzctx start $ct -- /bin/sleep 1000 >"$work/first" 2>&1 </dev/null &
	holder=$!
	wait_for 20 test -e "$work/held"
}

during_start() {
	local holder rc
	stopped && hold_start || return
	all_wait "$holder" start "vzctl stop $ct" "vzctl start $ct" "vzctl destroy $ct" \
		"vzctl mount $ct" "vzctx stop $ct" "vzctx create $ct --ostemplate tiny" \
		"vzctx start $ct"
	rc=$?
	rm -f "$work/hold"
	wait "$holder" && running && return "$rc"
}

# both_end: the start that is under way, and a stop that came in between.
both_end() {
	local rc=0
	wait "$second" || rc=1
	wait "$holder" || rc=1
	cat "$work/first" "$work/second"
	[[ $rc = 0 ]] && rests
}

second_waits() {
	local holder second rc
	vzctx stop $ct --fast
	hold_start || return
	vzctl stop $ct --fast >"$work/second" 2>&1 &
	second=$!
	wait_for 10 alive vzctl
	rm -f "$work/hold"
	both_end
	rc=$?
	rm -f /etc/vz/conf/$ct.mount
	return "$rc"
}

# start_slowly: its init is in the kernel's list three seconds before it runs.
start_slowly() {
	strace -f -qq -o "$work/trace" -e trace=pivot_root -e inject=pivot_root:delay_enter=3000000 \
		vzctx start $ct -- /bin/sleep 1000 >"$work/first" 2>&1 </dev/null &
	holder=$!
	wait_for 20 running
}

half_born() {
	local holder second
	stopped
	start_slowly || return
	vzctl stop $ct --fast >"$work/second" 2>&1 &
	second=$!
	both_end
}

during_create() {
	local holder rc
	absent
	strace -f -qq -o "$work/trace" -e trace=syncfs -e inject=syncfs:delay_enter=16000000 \
		vzctx create $ct --ostemplate tiny >"$work/first" 2>&1 </dev/null &
	holder=$!
	wait_for 20 test -e "$private/zz/last" || return
	all_wait "$holder" create "vzctl create $ct --ostemplate tiny" "vzctl destroy $ct" \
		"vzctl start $ct" "vzctx destroy $ct"
	rc=$?
	wait "$holder" && whole && ! unfinished && return "$rc"
}

keeper_killed() {
	local holder rc=0
	stopped
	start_slowly || return
	# The keeper is the only child of the tool's.
	kill -KILL "$(pgrep -P "$(pgrep -P $holder vzctx)" vzctx)"
	wait $holder || rc=$?
	cat "$work/first"
	[[ $rc != 0 ]] && rests
}

not_its_own() {
	absent
	cp -a "$golden" "$private"
	refuses vzctl create $ct --ostemplate tiny &&
		[[ ! -e $conf ]] && whole
}

make_golden
plan 11
insmod "$VZCTX_KO"
check "a create killed at any step is named and mended" \
	sweep absent after_create vzctx create $ct --ostemplate tiny
check "a destroy killed at any step is named and mended" \
	sweep stopped after_destroy vzctx destroy $ct --purge
stopped
check "a start killed at any step, its keeper too, is mended" \
	sweep true after_start vzctx start $ct -- /bin/sleep 1000
check "a stop killed at any step is mended" \
	sweep started after_stop vzctx stop $ct
stopped
vzctl set $ct --hostname new --save >/dev/null
cp "$conf" "$work/new"
vzctl set $ct --hostname old --save >/dev/null
cp "$conf" "$work/old"
old() { cp "$work/old" "$conf"; }
check "a set --save killed at any step leaves the old or the new" \
	sweep old after_set vzctl set $ct --hostname new --save
check "a start whose keeper is killed fails and leaves nothing" keeper_killed
check "what comes during a start waits or says who holds it" during_start
check "a stop during a start waits for it" second_waits
check "a stop of what is bound and does not run yet waits too" half_born
check "what comes during a create waits or says who holds it" during_create
check "a create takes nothing that was there before it" not_its_own
done_testing
