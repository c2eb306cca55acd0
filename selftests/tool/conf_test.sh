#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=200 kernels=newest
#
# configurations - how values are read in files, samples and options, and what is said
# of a line that cannot be read. A file that OpenVZ starts from starts here.

# What stands in single quotes is for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
conf=/etc/vz/conf
mine=$conf/203.conf
work=$(mktemp -d /tmp/conf.XXXXXX)
most=9223372036854775807

cleanup() {
	vzctx stop 203 --fast
	rm -rf "$work" "$conf"/20[0-9].conf* "$conf"/2[1-9][0-9].conf* "$conf"/ve-frac.conf-sample \
		/etc/vz/vz.conf /etc/vz/names
	rmdir /vz/root/203 /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

# a_file LINE...: what 203 is made of, with these lines from line 4 on.
a_file() {
	printf '%s\n' "VE_PRIVATE=\"$tree\"" 'LOCAL_UID="1879048192"' 'LOCAL_GID="1879048192"' "$@" >"$mine"
}

# KEY VALUE BARRIER LIMIT, or KEY VALUE bad; with + behind the limit it was cut. What a
# suffix leaves of a page is a page; what is left of any other unit is dropped.
values() {
	cat <<-END
		NUMPROC|100|100|100
		NUMPROC|100:200|100|200
		NUMPROC| 100 : 200 |100|200
		NUMPROC|100.9|bad
		NUMPROC|unlimited|$most|$most
		NUMPROC|0:unlimited|0|$most
		NUMPROC|$most|$most|$most
		NUMPROC|9223372036854775808|$most|$most+
		NUMPROC|18446744073709551615:18446744073709551615|$most|$most+
		NUMPROC|7:99999999999999999999999999|7|$most+
		NUMPROC|ten|bad
		NUMPROC|10:|bad
		NUMPROC|:10|bad
		NUMPROC|10:20:30|bad
		NUMPROC|5K|bad
		NUMPROC|-1|bad
		NUMPROC|0x10|bad
		NUMPROC|1e3|bad
		NUMPROC|1 000|bad
		NUMPROC|.|bad
		NUMPROC|unlimitedly|bad
		PRIVVMPAGES|2G:2.5G|524288|655360
		PRIVVMPAGES|200000:102400|200000|102400
		PRIVVMPAGES|1.5g|393216|393216
		PRIVVMPAGES|.5M|128|128
		PRIVVMPAGES|1.|1|1
		PRIVVMPAGES|4097B:12p|2|12
		PRIVVMPAGES|0.1K|1|1
		PRIVVMPAGES|1 M : 2 M|256|512
		PRIVVMPAGES|1.5GB|bad
		PRIVVMPAGES|1.2.3|bad
		PRIVVMPAGES|9000000T|2415919104000000|2415919104000000
		PRIVVMPAGES|99999999999T|$most|$most+
		KMEMSIZE|2.2G|2362232012|2362232012
		KMEMSIZE|1P:1.0000000000000000000000001K|4096|1024
		KMEMSIZE|8388607T:8388608T|9223370937343148032|$most+
		KMEMSIZE|1X|bad
		DISKSPACE|2G:2.2G|2097152|2306867
		DISKSPACE|100:1M|100|1024
		DISKSPACE|2x|bad
		DISKINODES|200K:220000|204800|220000
	END
}

# In files of their own, from 210 on: what vzlist finds, and what it says.
in_files() {
	local key value bar lim n=210 text
	mkdir -p /vz/private/none || return
	while IFS='|' read -r key value bar lim; do
		printf 'VE_PRIVATE="/vz/private/none"\n%s="%s"\n' "$key" "$value" >"$conf/$n.conf"
		text="warning at $conf/$n.conf:2: $key=\"$(printf %s "$value" | sed 's/^ *//; s/ *$//')\""
		case $bar-$lim in
		bad-) echo "$text cannot be read, the line has no effect" >&3 ;;
		*+) echo "$text is too large, it is taken as $bar:${lim%+}" >&3 ;;
		200000-* | 4096-*) echo "$text: the barrier is above the limit, which holds for both" >&3 ;;
		esac
		echo "$n" "${bar%bad}" "${lim%+}"
		n=$((n + 1))
	done < <(values) 3>"$work/warnings" | sed 's/ *$//' >"$work/figures"
	vzlist -a -H -o "ctid,$(printf '%s.b,%s.l,' numproc{,} privvmpages{,} kmemsize{,})diskspace.s,diskspace.h,diskinodes.s,diskinodes.h" \
		2>"$work/said" | sed 's/ -//g; s/  */ /g; s/^ //; s/ $//' >"$work/found"
	rmdir /vz/private/none
	rm "$conf"/2[1-9][0-9].conf
	diff "$work/figures" "$work/found" && diff "$work/warnings" "$work/said" && (($(wc -l <"$work/found") > 40))
}

# What one option takes the others take.
in_options() {
	local key value bar lim bad=0
	a_file
	while IFS='|' read -r key value bar lim; do
		if [[ $bar = bad ]]; then
			expect 21 "Bad parameter for --${key,,}: $value" vzctl set 203 "--${key,,}" "$value" --save || bad=1
		else
			expect 0 "$([[ $lim != *+ ]] || echo 'is too large, it is taken as')" \
				vzctl set 203 "--${key,,}" "$value" --save &&
				same "$key=\"$bar:${lim%+}\"" "$(grep "^$key=" "$mine")" || bad=1
		fi
	done < <(values | grep -E '^(PRIV|DISK|NUMPROC.1[ 80])')
	expect 0 '' vzctl set 203 --ram 1.5G --swap '0.5 G' --save && grep -qx 'PHYSPAGES="0:393216"' "$mine" &&
		grep -qx 'SWAPPAGES="0:131072"' "$mine" && return "$bad"
}

start() {
	expect "$1" "$2" vzctx start 203 -- /bin/sleep infinity
}

row() {
	awk -v r="$1" '$1 == r { print $4, $5 }' /proc/bc/203/resources
}

fractions_start() {
	a_file 'PHYSPAGES="0:0.5G"' 'SWAPPAGES="0:1G"' 'PRIVVMPAGES="2G:2.5G"'
	same 131072 "$(vzlist -a -H -o physpages.l 203 | xargs)" && start 0 '' || return
	same "536870912 524288 655360" "$(</sys/fs/cgroup/vz/203/memory.max) $(row privvmpages)"
	local rc=$?
	vzctx stop 203 --fast
	return "$rc"
}

# One that cannot be read, one too large, and one no kernel of ours takes.
unreadable_starts() {
	local ok=0
	a_file 'NUMPROC="18446744073709551615:18446744073709551615"' 'NUMFLOCK="ten"' 'NUMFILE="500:400"' 'NUMPTY="7"'
	expect 0 "$mine:5: NUMFLOCK=\"ten\" cannot be read" vzctl set 203 --onboot no --save || return
	expect 0 "$mine:4: NUMPROC=.* too large" vzctl set 203 --onboot no --save || return
	grep -qx 'NUMFLOCK="ten"' "$mine" || return
	for _ in 1 2; do
		start 0 "$mine:4: NUMPROC=\"1[0-9:]*\" is too large.*$mine:5: NUMFLOCK=\"ten\" cannot be read.*$mine:6: NUMFILE=\"500:400\": the barrier is above" ||
			return
		same "$most $most $most $most 400 400 7 7" \
			"$(for r in numproc numflock numfile numpty; do row "$r"; done | xargs)" || ok=1
		expect 0 '' vzctx stop 203 --fast || return
	done
	return "$ok"
}

# said COMMAND...: the lines of errors that are warnings.
said() {
	"$@" 2>&1 >/dev/null | sed -n 's/^\(vzctx: \)\{0,1\}warning at [^ ]*\/\([^/]*\): /\2 /p'
}

every_line_is_told() {
	local want
	a_file 'FOREIGN="x"' 'NUMPROC = "5"' 'DCACHE="1M"' 'IPTENTRIES=9 # old' 'ONBOOT=maybe' \
		'NUMFILE=100 : 200' 'DCACHESIZE="2M"' 'HOSTNAME="a' '# NUMPTY=x' '' $'NUMPTY="\033[2J"' 'IOLIMIT="1048576"' \
		'NAMESERVER="1.2.3.4 inherit"' 'CPULIMIT="25%"'
	want='203.conf:4 FOREIGN is no key that is known, the line has no effect
203.conf:5 "NUMPROC = "5"" is no KEY="VALUE", the line has no effect
203.conf:8 ONBOOT="maybe" cannot be read, the line has no effect
203.conf:10 DCACHESIZE stands in line 6 already, this one has no effect
203.conf:11 "HOSTNAME="a" is no KEY="VALUE", the line has no effect
203.conf:14 NUMPTY="?[2J" cannot be read, the line has no effect'
	cp "$mine" "$work/before"
	same "$want" "$(said vzlist -a)" && same "$want" "$(said vzctx list --all)" &&
		same "$want" "$(said vzctx limit 203 numsiginfo=9 --save)" &&
		same "$want" "$(said vzctl set 203 --description x --save)" &&
		same "$want" "$(said vzctx start 203 -- /bin/sleep infinity)" && vzctx stop 203 --fast || return
	same 0 "$(vzlist 2>&1 >/dev/null | grep -c warning)" &&
		same "1048576 1048576 9 100 200 1048576 25" \
			"$(vzlist -aHo dcachesize.b,dcachesize.l,numiptent.l,numfile.b,numfile.l,iolimit,cpulimit 2>&- | xargs)" &&
		diff "$work/before" <(grep -vE '^(NUMSIGINFO|DESCRIPTION)=' "$mine") || return
	# What is set anew is told no more, and an old spelling makes way.
	expect 0 '' vzctl set 203 --onboot yes --dcachesize 3M --numpty 5 --save &&
		same '203.conf:4 203.conf:5 203.conf:10' "$(said vzlist -a | cut -d' ' -f1 | xargs)" &&
		refuses grep -q DCACHE= "$mine"
}

samples() {
	printf 'PHYSPAGES="0:1.5G"\nSWAPPAGES="0:0.5G"\nNUMFLOCK="ten"\n' >"$conf/ve-frac.conf-sample"
	rm "$mine"
	same 've-frac.conf-sample:3 NUMFLOCK="ten" cannot be read, the line has no effect' \
		"$(said vzctx create 203 --private "$tree" --config frac)" &&
		same "393216 131072 yes" "$(vzlist -a -H -o physpages.l,swappages.l,vswap 203 2>&- | xargs)" && start 0 NUMFLOCK &&
		same 1610612736 "$(</sys/fs/cgroup/vz/203/memory.max)" && vzctx stop 203 --fast &&
		same 've-frac.conf-sample:3' "$(said vzctl set 203 --applyconfig frac --save | cut -d' ' -f1)"
}

# vz.conf is looked at as well; its defaults are no container's own.
global() {
	printf 'NAMESERVER="9.9.9.9"\nCPUUNITS="500"\nDISKSPACE=1G\nVE_PARALLEL=many\nVIRTUOZZO=yes\nSTOP_TIMEOUT=3K\n' >/etc/vz/vz.conf
	a_file
	same 'vz.conf:4 vz.conf:6' "$(said vzlist -a | cut -d' ' -f1 | xargs)" &&
		same '- - - -' "$(vzlist -a -H -o nameserver,searchdomain,cpuunits,diskspace.s 203 2>&- | xargs)" &&
		start 0 '' && same 500 "$(vzlist -H -o cpuunits 203 | xargs)" &&
		same 50 "$(</sys/fs/cgroup/vz/203/cpu.weight)" && same '-' "$(vzlist -H -o nameserver 203)" &&
		vzctx stop 203 --fast
}

plan 7
check "values are read alike: in files" in_files
check "values are read alike: in options" in_options
check "a file with fractions starts" fractions_start
check "lines that cannot be read are told at set and at each start, which goes on" unreadable_starts
check "every line without effect is told where files are read, and stays" every_line_is_told
check "a sample's lines are told when it is used" samples
check "vz.conf is told of too, and vzlist shows none of its defaults" global
done_testing
