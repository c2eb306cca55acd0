#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=200 kernels=newest
#
# vzctx - limit: profiles, every resource, the validator, the sums of the host.
#
# Figures are held against those of OpenVZ's package, /proc/bc and the cgroup.

# What stands in single quotes is for another shell, for awk or for jq.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/ubc.sh"

profile() {
	vzctx limit 102 --profile light numproc=77 --save >/dev/null && same $((1725 * 4096)) "$(</sys/fs/cgroup/vz/102/memory.min)" || return
	cat /etc/vz/conf/102.conf
	same "$(vzctx ubc 102 --parsable --noheadings -o resource,barrier,limit | grep -E '^num(proc|file)' | tr '\n' ' ')" \
		"numproc	77	77 numfile	512	512 " &&
		grep -qx 'KMEMSIZE="1740800:1847296"' /etc/vz/conf/102.conf &&
		grep -qx 'NUMPROC="77:77"' /etc/vz/conf/102.conf &&
		vzctx ubc 102 --json | jq -e '.beancounters[] | select(.resource == "physpages") | .use == null' &&
		expect 2 'profiles are: basic light' vzctx limit 102 --profile heavy
}

# figures NAME: what the sample of that name in OpenVZ's package has.
figures() {
	case $1 in
	basic) echo kmemsize 14372700:14790164 lockedpages 2048:2048 privvmpages 65536:69632 shmpages 21504:21504 \
		numproc 240:240 physpages 0:max vmguarpages 33792:max oomguarpages 26112:max numtcpsock 360:360 \
		numflock 188:206 numpty 16:16 numsiginfo 256:256 tcpsndbuf 1720320:2703360 tcprcvbuf 1720320:2703360 \
		othersockbuf 1126080:2097152 dgramrcvbuf 262144:262144 numothersock 360:360 dcachesize 3409920:3624960 \
		numfile 9312:9312 numiptent 128:128 ;;
	light) echo kmemsize 1740800:1847296 lockedpages 4:4 privvmpages 7680:8448 shmpages 1152:1152 numproc 40:40 \
		physpages 0:max vmguarpages 1725:max oomguarpages 1725:max numtcpsock 40:40 numflock 50:60 numpty 4:4 \
		numsiginfo 256:256 tcpsndbuf 159744:262144 tcprcvbuf 159744:262144 othersockbuf 135168:237568 \
		dgramrcvbuf 135168:196608 numothersock 40:40 dcachesize 196608:202752 numfile 512:512 numiptent 16:16 ;;
	vswap-256m) echo physpages 0:65536 swappages 0:131072 ;;
	vswap-512m) echo physpages 0:131072 swappages 0:262144 ;;
	vswap-1024m | vswap-1g) echo physpages 0:262144 swappages 0:524288 ;;
	vswap-2g) echo physpages 0:524288 swappages 0:1048576 ;;
	vswap-4g) echo physpages 0:1048576 swappages 0:2097152 ;;
	esac | xargs -n 2 | sed 's/:/ /; s/max/9223372036854775807/'
}

profiles_are_openvz() {
	local name
	for name in $(vzctx limit --help | sed -n 's/^ *\(basic light .*\)/\1/p'); do
		diff <(vzctx limit 102 --profile "$name" --dry-run --parsable --noheadings -o resource,barrier,limit | tr '\t' ' ') \
			<(figures "$name") || return
	done
	expect 0 'fit each other' vzctx limit 103 --validate --profile basic &&
		expect 0 'fit each other' vzctx limit 103 --validate --profile light
}

dry_run() {
	expect 0 'nothing is changed.*numproc +[0-9]+ +[0-9]+ +5 +5 ' vzctx limit 102 numproc=5 numfile=6 --dry-run &&
		same "$(vzctx ubc 102 --parsable --noheadings -o resource,barrier | sed -n "s/^numproc[[:space:]]*//p")" 77
}

# Of every resource that can be limited: what is asked for, and what that is.
every_resource() {
	local word held words=() figures=()
	while read -r word held; do
		words+=("$word") figures+=("$held")
	done <<-'END'
		kmemsize=9M:1g kmemsize 9437184 1073741824
		lockedpages=10:20P lockedpages 10 20
		privvmpages=1G:1T privvmpages 262144 268435456
		shmpages=4097B:9k shmpages 2 3
		numproc=5:7 numproc 5 7
		physpages=0:1G physpages 0 262144
		vmguarpages=8M:unlimited vmguarpages 2048 9223372036854775807
		oomguarpages=2m:unlimited oomguarpages 512 9223372036854775807
		numtcpsock=3 numtcpsock 3 3
		numflock=188:206 numflock 188 206
		numpty=0:1 numpty 0 1
		numsiginfo=unlimited numsiginfo 9223372036854775807 9223372036854775807
		tcpsndbuf=3p:64K tcpsndbuf 12288 65536
		tcprcvbuf=100b:1P tcprcvbuf 100 4096
		othersockbuf=1T othersockbuf 1099511627776 1099511627776
		dgramrcvbuf=262144 dgramrcvbuf 262144 262144
		numothersock=11:12 numothersock 11 12
		dcachesize=1k:1M dcachesize 1024 1048576
		numfile=100:200 numfile 100 200
		numiptent=0 numiptent 0 0
		swappages=0:5M swappages 0 1280
	END
	vzctx limit 102 "${words[@]}" || return
	diff <(printf '%s\n' "${figures[@]}") <(awk '{ print $1, $4, $5 }' /proc/bc/102/resources) || return
	same "$(</sys/fs/cgroup/vz/102/memory.max) $(</sys/fs/cgroup/vz/102/memory.min)" "$((1 << 30)) $((8 << 20))" || return
	vzctx limit 102 "${words[@]/=*/=unlimited}" >/dev/null &&
		refuses grep -Eqv ' 9223372036854775807 +9223372036854775807 +0$' /proc/bc/102/resources
}

# judge STATUS WORD...: the verdict on 103 and the words is standard input.
judge() {
	local want=$1 rc=0
	shift
	vzctx limit 103 --validate "$@" >"$work/verdict" || rc=$?
	same "$rc" "$want" && diff "$work/verdict" -
}

# Every rule broken at once, then kept to the last unit, then broken by one.
validate() {
	cat >/etc/vz/conf/103.conf <<-'END'
		AVNUMPROC="10"
		KMEMSIZE="10000:20000"
		PRIVVMPAGES="50:60"
		SHMPAGES="1:2"
		NUMPROC="40:41"
		PHYSPAGES="5:unlimited"
		VMGUARPAGES="100:200"
		OOMGUARPAGES="100:200"
		NUMTCPSOCK="10:11"
		NUMFLOCK="10:5"
		NUMPTY="1:2"
		NUMSIGINFO="1:2"
		TCPSNDBUF="1000:2000"
		TCPRCVBUF="1000:2000"
		OTHERSOCKBUF="40000:41000"
		DGRAMRCVBUF="1000:1000"
		NUMOTHERSOCK="10:11"
		DCACHESIZE="1000:1000"
		NUMFILE="10:11"
		NUMIPTENT="1:2"
	END
	judge 1 <<-'END' || return
		Error: numflock: the barrier is above the limit, which holds for both
		Warning: numproc: barrier 40 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: numtcpsock: barrier 10 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: numothersock: barrier 10 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: shmpages: barrier 1 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: numfile: barrier 10 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: numpty: barrier 1 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: numsiginfo: barrier 1 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: numiptent: barrier 1 and limit differ; requests stop at the barrier, so the limit means nothing
		Warning: vmguarpages: the limit is not unlimited; only the barrier of a guarantee means something
		Warning: oomguarpages: the limit is not unlimited; only the barrier of a guarantee means something
		Warning: privvmpages: the barrier is below that of vmguarpages; memory that is guaranteed is refused
		Warning: physpages: the barrier is not 0; it means nothing
		Error: kmemsize: the barrier is below 40 KiB a process and the limit of dcachesize, 410600; with 10 processes fork and open fail
		Warning: dcachesize: the limit is below 384 bytes a file, 4224; open fails before numfile is reached
		Warning: numfile: the barrier is below 320, 32 a process or one a socket and terminal; programs cannot open files or sockets they may have
		Error: tcpsndbuf: the limit is less than 28160 above the barrier, 2.5 KiB a socket of numtcpsock; connections hang
		Error: tcprcvbuf: the limit is less than 28160 above the barrier, 2.5 KiB a socket of numtcpsock; connections hang
		Error: othersockbuf: the limit is less than 28160 above the barrier, 2.5 KiB a socket of numothersock; connections hang
		Error: tcpsndbuf: the barrier is below 64 KiB; sending stalls
		Error: tcprcvbuf: the barrier is below 64 KiB; receiving stalls
		Warning: dgramrcvbuf: the barrier is below 32 KiB; datagrams are lost or cannot be sent
		Recommendation: othersockbuf: the barrier is below 129 KiB; large datagrams do not fit
	END
	cat >/etc/vz/conf/103.conf <<-'END'
		AVNUMPROC="10"
		KMEMSIZE="532480:532480"
		PRIVVMPAGES="100:110"
		NUMPROC="20"
		PHYSPAGES="0:unlimited"
		VMGUARPAGES="100:unlimited"
		OOMGUARPAGES="100:unlimited"
		NUMTCPSOCK="10"
		NUMPTY="300"
		TCPSNDBUF="65536:91136"
		TCPRCVBUF="65536:91136"
		OTHERSOCKBUF="132096:157696"
		DGRAMRCVBUF="132096"
		NUMOTHERSOCK="10"
		DCACHESIZE="122880"
		NUMFILE="320"
	END
	judge 0 <<<'The limits fit each other.' || return
	judge 1 kmemsize=532478 privvmpages=99:110 tcpsndbuf=65535:91136 tcprcvbuf=65536:91135 othersockbuf=132095:157694 \
		dgramrcvbuf=32767 dcachesize=122879 numpty=301 <<-'END' || return
		Warning: privvmpages: the barrier is below that of vmguarpages; memory that is guaranteed is refused
		Error: kmemsize: the barrier is below 40 KiB a process and the limit of dcachesize, 532479; with 10 processes fork and open fail
		Warning: dcachesize: the limit is below 384 bytes a file, 122880; open fails before numfile is reached
		Warning: numfile: the barrier is below 321, 32 a process or one a socket and terminal; programs cannot open files or sockets they may have
		Error: tcprcvbuf: the limit is less than 25600 above the barrier, 2.5 KiB a socket of numtcpsock; connections hang
		Error: othersockbuf: the limit is less than 25600 above the barrier, 2.5 KiB a socket of numothersock; connections hang
		Error: tcpsndbuf: the barrier is below 64 KiB; sending stalls
		Warning: dgramrcvbuf: the barrier is below 32 KiB; datagrams are lost or cannot be sent
		Recommendation: othersockbuf: the barrier is below 129 KiB; large datagrams do not fit
	END
	printf 'PHYSPAGES="1:1T"\nSWAPPAGES="0:1T"\nON_LIMIT="numproc:boil"\n' >/etc/vz/conf/103.conf
	judge 1 < <(awk '
		BEGIN { print "Error: ON_LIMIT cannot be read; the container does not start"
			print "Warning: physpages: the barrier is not 0; it means nothing" }
		/^(Mem|Swap)Total/ { print "Warning: " (/^M/ ? "phys" : "swap") "pages: the limit is above the " $2 / 4 " pages the host has; it is never reached" }
		' /proc/meminfo) || return
	expect 2 'no limit for numproc' vzctx limit 102 --validate numproc=1K
}

# sums CTID: OpenVZ's formulas over the kernel's figures, a line a kind.
sums() {
	awk -v threads="$(</proc/sys/kernel/threads-max)" '
		function least(a, b) { return a < b ? a : b }
		function part(v, of) { return v >= 9e18 ? "-" : sprintf("%.2f", v * 100 / of) }
		function put(kind, c, p, m, of) { printf "%s %.0f %s %s\n", kind, c, part(c, of), (p == "-" ? "- -" : sprintf("%.0f", p) " " part(p, of)) " " part(m, of) }
		FNR == 1 { f++ }
		f == 1 && /^MemTotal/ { ram = $2 * 1024 }
		f == 1 && /^SwapTotal/ { all = ram + $2 * 1024 }
		f == 2 { held[$1] = $2; bar[$1] = $4; lim[$1] = $5 }
		END {
			n = split("kmemsize tcpsndbuf tcprcvbuf othersockbuf dgramrcvbuf", low, " ")
			for (i = 1; i <= n; i++) { k += held[low[i]]; kp += lim[low[i]] > 9e18 ? 0 : lim[low[i]]; km += lim[low[i]] }
			used = held["physpages"] * 4096
			put("kernel", k, kp, km, ram)
			put("ram", used > k ? used : k, "-", lim["physpages"] * 4096, ram)
			put("swap", held["oomguarpages"] * 4096 + k, (bar["oomguarpages"] > 9e18 ? 0 : bar["oomguarpages"] * 4096) + kp, 9e19, all)
			put("alloc", held["privvmpages"] * 4096 + k, 1725 * 4096 + kp, lim["privvmpages"] * 4096 + km, all)
			put("numproc", held["numproc"], "-", least(bar["numproc"], lim["numproc"]), threads)
		}' /proc/meminfo "/proc/bc/$1/resources"
}

part_is() {
	diff <(vzctx limit --overcommit 102 --parsable --noheadings -o kind,current,currentp,promised,promisedp,maxp | tr '\t' ' ' | grep -v memory) <(sums 102)
}

overcommit() {
	vzctx limit 102 --profile light >/dev/null 2>&1 || return
	for _ in 1 2 3 4 5; do
		part_is >"$work/differs" && break
	done
	cat "$work/differs"
	[[ ! -s $work/differs ]] || return
	vzctx limit --overcommit --json >"$work/json" || return
	jq -e '.overcommit | length == 3 and (map(.used) | all(type == "number")) and
		.[2].ctid == null and .[2].used == .[0].used + .[1].used and .[1].promised > 1725 * 4096' "$work/json" || return
	# 101 is unlimited in what it may allocate and 102 in swap, their sum is not.
	vzctx limit 101 --ram 1G --swap 1G >/dev/null && vzctx limit --overcommit --json >"$work/json" || return
	jq -e '.overcommit | .[0].limit == 2147483648 and .[1].limit < 2147483648 and
		.[2].limit == .[0].limit + .[1].limit' "$work/json" || return
	same "$(jq '.overcommit[2].limitp' "$work/json" | xargs printf '%.2f')" \
		"$(jq '.overcommit[2].limit' "$work/json" | awk '/Total:/ { all += $2 * 1024; next }
			{ printf "%.2f", $1 * 100 / all }' <(grep -E '^(Mem|Swap)Total:' /proc/meminfo) -)" || return
	expect 0 'memory +- +[0-9.]+% +- +[0-9.]+%' vzctx limit --overcommit 102 &&
		expect 1 'not running' vzctx limit --overcommit 103 || return
	# A guarantee the host does not have.
	vzctx limit 102 vmguarpages=1T:unlimited >/dev/null &&
		expect 1 'more memory is promised than there is' vzctx limit --overcommit
}

# limits: those of 102 that hold by default, as the module and the cgroup have them.
limits() {
	awk '/^ *(numproc|numfile|numpty|physpages) / { print $1, $4, $5 }' /proc/bc/102/resources
	cat /sys/fs/cgroup/vz/102/memory.max
}

# no_limits PHYSBAR NUMFILE: the same without any but these.
no_limits() {
	local no=9223372036854775807
	printf 'numproc %s %s\nphyspages %s %s\nnumpty %s %s\nnumfile %s\nmax\n' "$no" "$no" "$1" "$no" "$no" "$no" "$2"
}

again() {
	vzctx stop 102 --fast
	"$@" </dev/null
}

# The kernel allows 600 tasks and 100 terminals in all, so one container has half of them.
defaults() {
	local ram files all ptys rc=0
	sed -i '/^NUM\|^PHYS/d' /etc/vz/conf/102.conf
	ram=$(awk '/^MemTotal/ { print int($2 / 4 / 4) * 3 }' /proc/meminfo)
	files=$(($(</proc/sys/fs/file-max) / 2))
	((files < 262144)) || files=262144
	all=$(</proc/sys/kernel/threads-max)
	ptys=$(</proc/sys/kernel/pty/max)
	echo 600 >/proc/sys/kernel/threads-max
	echo $(($(</proc/sys/kernel/pty/reserve) + 100)) >/proc/sys/kernel/pty/max
	again vzctx start 102 -- /bin/sleep infinity || rc=1
	echo "$all" >/proc/sys/kernel/threads-max
	echo "$ptys" >/proc/sys/kernel/pty/max
	diff <(limits) <(printf 'numproc 300 300\nphyspages 0 %s\nnumpty 50 50\nnumfile %s %s\n%s\n' "$ram" "$files" "$files" $((ram * 4096))) &&
		same "$(vzctx list --parsable --noheadings -o ctid,maxproc | tail -n 1)" "102	300" && ((rc == 0)) || return
	# A loop of forks ends there: the init, its command, perl itself and 297 more.
	same 297 "$(vzctx exec 102 -- perl -e '$| = 1; my $n = 0;
		while (defined(my $p = fork)) { $p or sleep(100), exit; $n++ } print $n; kill 9, -1')" &&
		again vzctx start 102 -- /bin/sleep infinity && same "numproc $((all / 2 < 4096 ? all / 2 : 4096))" "$(limits | sed -n '1s/ [0-9]*$//p')"
}

# Word by word, and all with one.
no_defaults() {
	printf 'NUMPROC="unlimited"\nNUMFILE="77:78"\nNUMPTY="unlimited"\nPHYSPAGES="0:unlimited"\n' >>/etc/vz/conf/102.conf
	again vzctx start 102 -- /bin/sleep infinity &&
		diff <(limits) <(no_limits 0 "77 78") || return
	sed -i '/^NUM\|^PHYS/d' /etc/vz/conf/102.conf
	echo 'DEFAULT_LIMITS="none"' >>/etc/vz/conf/102.conf
	again vzctx start 102 -- /bin/sleep infinity &&
		diff <(limits) <(no_limits 9223372036854775807 "9223372036854775807 9223372036854775807") || return
	sed -i /^DEFAULT/d /etc/vz/conf/102.conf
	mkdir -p /vz/private/103 && vzctx create 103 --limits none --hostname box &&
		grep -qx 'DEFAULT_LIMITS="none"' /etc/vz/conf/103.conf && grep -qx 'HOSTNAME="box"' /etc/vz/conf/103.conf &&
		expect 2 'not default or none' vzctx create 103 --limits all
	local rc=$?
	rm -rf /etc/vz/conf/103.conf /vz/private/103
	again vzctx start 102 -- /bin/sleep infinity && vzctx limit 102 numproc=unlimited numfile=300:400 && return "$rc"
}

plan 9
check "two containers start" up
check "who is not limited is limited by default" defaults
check "and a word switches that off" no_defaults
check "a profile sets, says what it cannot, and saves" profile
check "the profiles have OpenVZ's figures" profiles_are_openvz
check "a dry run tells what would hold and changes nothing" dry_run
check "every resource, in OpenVZ's syntax" every_resource
check "the validator knows OpenVZ's rules" validate
check "the sums of the host, and one part of them" overcommit
done_testing
