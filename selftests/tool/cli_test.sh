#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - the tool: loading the module, create, list, show, limit.
#
# Figures are held against witnesses that know nothing of the module: cgroups,
# /proc, counting what forked.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

installed=/lib/modules/$(uname -r)/updates/vzctx.ko
unlimited=9223372036854775807

# --- module and usage ------------------------------------------------------

autoload() {
	mkdir -p "$(dirname "$installed")"
	cp "$VZCTX_KO" "$installed"
	depmod
	expect 0 CTID vzctx list && module_loaded
}

# Without the program that loads the module, or what that is linked with.
whole_is_lost() {
	local tool=$work/far/sbin/vzctx other=$work/far/libexec/vzctx/vzctx-whole
	mkdir -p "${tool%/*}" "${other%/*}"
	cp "$(command -v vzctx)" "$tool"
	expect 3 'vzctx-whole, which loads it, is missing' "$tool" list || return
	cp "$(type -P true)" "$other" && sed -i 's/libc\.so\.6/libX.so.6/' "$other" &&
		expect 3 'libX.*vzctx-whole, which loads it, lacks a library' "$tool" list
}

usage() {
	expect 2 'vzctx: there is no option --bogus; see vzctx list --help' vzctx list --bogus &&
		expect 2 'vzctx: no verb "stat"' vzctx stat &&
		expect 2 'vzctx: --timeout needs a value' vzctx stop 101 --timeout &&
		expect 0 'Usage: vzctx limit' vzctx limit --help
}

# --- create and start ------------------------------------------------------

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
	expect 1 'cannot create CT 101: .*there is such a CT already' vzctx create 101 --private "$second" &&
		expect 1 'belongs to CT 101' vzctx create 103 --private "$tree" &&
		same "$before" "$(sha256sum /etc/vz/conf/101.conf)" &&
		[[ ! -e /etc/vz/conf/103.conf ]]
}

second_range() {
	vzctx create 102 --private "$second" --hostname second.example || return
	# shellcheck disable=SC1091
	( . /etc/vz/conf/102.conf && [[ $LOCAL_UID -ge $((1879048192 + 65536)) ]] )
}

start_refusals() {
	expect 1 'vzctx create' vzctx start 999 &&
		expect 1 'running already' vzctx start 101 &&
		expect 1 'run /no/such' vzctx start 102 -- /no/such &&
		is_stopped 102 && [[ ! -e /sys/fs/cgroup/vz/102 ]]
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
	is_stopped 102 && refuses grep -q '^ *102' <(vzctx list)
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
		in_time eval 'same "$(cell 101 numproc held)" "$(</sys/fs/cgroup/vz/101/pids.current)"' &&
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
	settled cell 101 numfile held
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
	same "$("$(dirname -- "$0")/resources")" "$(vzctx show 101 --all -o resource --noheadings)" || return
	vzctx show 101 --all --json | jq -e '
		([.resources[] | select(.enforced == "no") | .resource] | sort) == ["dcachesize", "oomguarpages"] and
		([.resources[] | select(.enforced == "exact") | .resource] | contains(["numproc", "numfile", "numflock", "numpty", "numsiginfo"]))' &&
		same "kernel cgroup" "$(cell 101 vmguarpages counted) $(cell 101 vmguarpages enforced)"
}

show_explains() {
	expect 1 'it is not running; start it with `vzctx start 102`' vzctx show 102 &&
		expect 1 'cannot show CT 999' vzctx show 999
}

# --- limit -----------------------------------------------------------------

limit_applies() {
	local held
	held=$(settled cell 101 numproc held)
	expect 0 'numproc +[0-9]+ +[0-9]+ +64 +64 ' vzctx limit 101 numproc=64:64 &&
		same 64 "$(cell 101 numproc limit)" &&
		same "$((64 - held - 1)) 12" "$(inside perl -e "$forker")"
}

all_or_nothing() {
	expect 1 'cannot limit the memory' vzctx limit 101 numproc=50:50 physpages=0:1 &&
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
		vzctx show 101 --json | jq -e \
			'.resources[] | select(.resource == "numproc") | .limit == null and .barrier == null'
}

dry_run() {
	vzctx limit 101 numproc=70:70 >/dev/null &&
		expect 0 'nothing is changed.* 80 +80 ' vzctx limit 101 numproc=80:80 --dry-run &&
		same 70 "$(cell 101 numproc limit)" 
}

below_held() {
	local tasks
	tasks=$(settled cat /sys/fs/cgroup/vz/101/pids.current)
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
		same "CT 102 is not running; the limits hold from its next start" \
			"$(vzctx limit 102 numproc=55 --save 2>"$work/errors")" && [[ ! -s $work/errors ]] &&
		grep -qx 'NUMPROC="55:55"' /etc/vz/conf/102.conf
}

plan 29
places

check "without the module the exit status is 3, and the message says what to do" \
	expect 3 'not loaded.*`make`.*insmod' vzctx list
check "without vzctx-whole it says that, and where it should be" whole_is_lost
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
check "list in JSON, list in tabs, cgroup and /proc agree" in_time list_agrees
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
vacate
