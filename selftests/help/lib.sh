# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - helpers of the shell tests: TAP lines, the module, waiting.
#
# A test sources this, calls plan, then ok or not_ok once for each planned
# result, most simply through "check NAME COMMAND...", and ends with "done_testing".

# shellcheck disable=SC2034
VZCTX_KO=${VZCTX_KO:-/vzctx/vzctx.ko}
tap_planned=0
tap_seen=0
tap_failed=0

plan() {
	tap_planned=$1
	printf 'TAP version 13\n1..%d\n' "$1"
}

ok() {
	tap_seen=$((tap_seen + 1))
	printf 'ok %d - %s\n' "$tap_seen" "$*"
}

not_ok() {
	tap_seen=$((tap_seen + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_seen" "$*"
}

# skip NAME REASON: one planned result that this machine cannot give.
skip() {
	tap_seen=$((tap_seen + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_seen" "$1" "$2"
}

note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# check NAME COMMAND...: ok when COMMAND succeeds, its output shown when not.
check() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if ((rc == 0)); then
		ok "$name"
	else
		not_ok "$name"
		note "status $rc of: $*"
		[[ ! $out ]] || note "$out"
		return 0
	fi
}

# refuses COMMAND...: succeeds when COMMAND fails.
refuses() {
	! "$@"
}

# expect STATUS REGEX COMMAND...: that status, and output of either kind matches.
expect() {
	local want=$1 re=$2 out rc=0
	shift 2
	out=$("$@" 2>&1) || rc=$?
	printf '%s: status %s, output: %s\n' "$*" "$rc" "$out"
	[[ $rc = "$want" && $out =~ $re ]]
}

# says TEXT COMMAND...: status 0, and exactly that on standard output.
says() {
	local want=$1 out rc=0
	shift
	out=$("$@") || rc=$?
	[[ $rc = 0 && $out = "$want" ]] && return
	printf '%s: status %s, output:\n' "$*" "$rc"
	diff <(printf '%s\n' "$want") <(printf '%s\n' "$out")
	return 1
}

# same A B: the same word, and not none.
same() {
	printf '"%s" and "%s"\n' "$1" "$2"
	[[ $1 && $1 = "$2" ]]
}

done_testing() {
	((tap_seen == tap_planned)) ||
		note "planned $tap_planned results, gave $tap_seen"
	((tap_failed == 0 && tap_seen == tap_planned))
	exit
}

# wait_for SECONDS COMMAND...: polls until COMMAND succeeds; fails at the deadline,
# which is later where the kernel is slower.
wait_for() {
	local end=$((SECONDS + $1 * ${VZCTX_SLOW:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

# settled COMMAND...: what it prints once it has printed the same twice, a moment apart.
settled() {
	local before='' now end=$((SECONDS + 20 * ${VZCTX_SLOW:-1}))

	now=$("$@")
	until [[ $before = "$now" ]] || ((SECONDS >= end)); do
		sleep 0.1
		before=$now now=$("$@")
	done
	printf '%s\n' "$now"
}

# in_time COMMAND...: it succeeds sooner or later; what it says the last time.
in_time() {
	wait_for 20 "$@" || "$@"
}

module_loaded() {
	[[ -d /sys/module/vzctx ]]
}

# cell CTID RESOURCE COLUMN: what "vzctx show" has there.
cell() {
	vzctx show "$1" --all --parsable --noheadings -o "resource,$3" |
		awk -F'\t' -v r="$2" '$1 == r { print $2 }'
}

# init_of CTID: the pid of its init on the host, nothing if it does not run.
init_of() {
	vzctx list --parsable --noheadings -o ctid,state,pid |
		awk -F'\t' -v c="$1" '$1 == c && $2 == "running" { print $3 }'
}

# reborn CTID PID: it runs, with another init.
reborn() {
	local now

	now=$(init_of "$1")
	[[ $now && $now != "$2" ]]
}

# without_trace CTID: it is not listed, and left neither cgroup nor console.
without_trace() {
	! vzctx list --parsable --noheadings -o ctid | grep -qx "$1" &&
		[[ ! -e /sys/fs/cgroup/vz/$1 && ! -e /run/vzctx/$1.console ]]
}

# The kernel's messages since the mark that dmesg_mark left.
dmesg_mark() {
	tap_mark="mark $$ $RANDOM$RANDOM"
	echo "$tap_mark" >/dev/kmsg
}

dmesg_since() {
	dmesg | sed "1,/$tap_mark/d"
}

# No warning or worse, from anyone, since the mark. That the emulator was not run
# for a while is nothing the kernel could help, and where the kernel tells no
# prototypes, insmod of the guests asks for what the module warns of.
dmesg_clean() {
	local bad usual='module verification|taints kernel|clocksource: Long readout interval|clocksource: timekeeping watchdog|TSC found unstable|hrtimer: interrupt took'
	[[ -e /sys/kernel/btf/vmlinux ]] || usual+='|vzctx: force_prototypes=1: '
	bad=$(dmesg --level emerg,alert,crit,err,warn | grep -vE "$usual")
	bad=$(grep -Fxf <(dmesg_since) <<<"$bad")
	[[ ! $bad ]] || { printf '%s\n' "$bad"; return 1; }
}
