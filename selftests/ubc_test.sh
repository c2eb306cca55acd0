#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=600
#
# vzctx - what people look at: ubc, top, why, limit, events, on a terminal too.
#
# Figures are held against /proc/bc, and that against processes that forked.

# What stands in single quotes is for another shell, for awk or for jq.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
second=/vz/private/ubc
work=$(mktemp -d /tmp/ubc.XXXXXX)
catalog=/var/lib/systemd/catalog/database
unset NO_COLOR

cleanup() {
	local ctid pid
	for ctid in 101 102; do
		vzctx thaw "$ctid"
		vzctx stop "$ctid" --fast
	done
	for pid in $(jobs -p); do
		kill "$pid"
	done
	! mountpoint -q "$second" || umount "$second"
	rmdir "$second" /sys/fs/cgroup/vz/10[12] /sys/fs/cgroup/vz
	rm -rf "$work" /etc/vz/conf/10[1-3].conf* /run/vzctx/ubc.json
	rm -rf /run/log/journal /run/systemd/journal "$catalog"
	: >/etc/machine-id
} >/dev/null 2>&1
trap cleanup EXIT

up() {
	mkdir -p "$second" && mount --bind "$tree" "$second" &&
		vzctx create 101 --private "$tree" &&
		vzctx create 102 --private "$second" &&
		vzctx start 101 -- /bin/sleep infinity &&
		vzctx start 102 -- /bin/sleep infinity &&
		vzctx limit 101 numproc=4:9 numfile=200 &&
		vzctx limit 102 numproc=unlimited numfile=300:400
}

# Asks for more tasks than 101 may have, and is refused once.
overrun() {
	vzctx exec 101 -- /bin/sh -c 'trap "kill \$k" EXIT
		for i in 1 2 3 4 5 6; do sleep 30 & k="$k $!"; done'
	return 0
} >/dev/null 2>&1

init_of() {
	vzctx list --parsable --noheadings -o ctid,state,pid |
		awk -F'\t' -v c="$1" '$1 == c && $2 == "running" { print $3 }'
}

failures() {
	awk -v r="$2" '$1 == r { print $6 }' "/proc/bc/$1/resources"
}

refuse_101() {
	local before
	before=$(failures 101 numproc)
	overrun
	(($(failures 101 numproc) > before))
}

# on_terminal COLUMNS COMMAND: what a terminal of that width gets.
on_terminal() {
	script -qec "stty cols $1 rows 24; $2" /dev/null | tr -d '\r'
}

plain() {
	sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
}

widest() {
	plain | awk '{ if (length > w) w = length } END { print w + 0 }'
}

# aligned HEADING...: under the end of each heading every line ends a word.
aligned() {
	plain | awk -v words="$*" '
		{ line = " " $0 " " }
		!n { n = split(words, w, " ")
			for (i = 1; i <= n; i++) {
				end[i] = index(line, " " w[i] " ") + length(w[i])
				if (end[i] == length(w[i])) bad = 1
			}
		}
		{ for (i = 1; i <= n; i++)
			if (substr(line, end[i], 1) == " " || substr(line, end[i] + 1, 1) != " ")
				bad = 1
		}
		END { exit bad || NR < 2 }'
}

# --- ubc ---------------------------------------------------------------------

narrow_terminal() {
	local text width
	text=$(on_terminal 80 'vzctx ubc 101') || return
	width=$(widest <<<"$text")
	printf '%s\nwidest %s\n' "$text" "$width"
	((width <= 80)) && [[ $text = *unlimited* ]] &&
		aligned HELD USE MAXHELD BARRIER LIMIT FAILCNT <<<"$text" &&
		grep -Eq '^kmemsize +[0-9.]+[KM] +- +[0-9.]+[KM] +unlimited +unlimited +0$' <<<"$text" &&
		grep -Eq '^numfile +[0-9]+ +[0-9]+% ' <<<"$text" &&
		same "$(grep -c $'\033' <<<"$text")" 1 &&
		grep -Eq $'^\033\\[31mnumproc *\033\\[0m .* \033\\[31m *1\033\\[0m$' <<<"$text" &&
		! grep -q $'\033' <<<"$(NO_COLOR=1 on_terminal 80 'vzctx ubc 101')" &&
		grep -Eq '^RESOURCE +HELD +USE +MAXHELD +BARRIER +LIMIT +FAILCNT' <<<"$text"
}

wide_terminal() {
	local text width
	text=$(on_terminal 200 'vzctx ubc') || return
	width=$(widest <<<"$text")
	printf '%s\nwidest %s\n' "$text" "$width"
	((width <= 200 && width > 120)) && grep -q 'ENOMEM' <<<"$text" &&
		aligned CTID HELD USE MAXHELD BARRIER LIMIT FAILCNT NEW <<<"$text" &&
		grep -Eq '102 +numproc .*unlimited +unlimited' <<<"$text"
}

# What a person may meet on a terminal of 80 columns.
all_narrow() {
	local text
	text=$(on_terminal 80 'for w in "ubc" "ubc -q" "list" "show 101" "why 101" "limit --overcommit" \
		"limit --overcommit 102" "limit 101 numproc=4:9 --dry-run" "top --count 1" \
		"--help" "limit --help" "ubc --help" "top --help" "events --help"; do
		echo "# $w"; vzctx $w; done')
	plain <<<"$text" | awk 'length > 80 { print "too wide: " $0; bad = 1 } END { exit bad || NR < 150 }'
}

no_colours_in_a_pipe() {
	refuses grep -q $'\033' <(vzctx ubc) && grep -q $'\033' <(VZCTX_COLOR=always vzctx ubc)
}

# Resource, held, maxheld, barrier, limit, failcnt of every row, in JSON and /proc.
# Memory in use may change between the two looks.
json_is_the_kernels() {
	for _ in 1 2 3 4 5; do
		json_is_proc >"$work/differs" && return
	done
	cat "$work/differs"
	return 1
}

json_is_proc() {
	local ctid json proc
	for ctid in 101 102; do
		json=$(vzctx ubc "$ctid" --all --json |
			jq -r '.beancounters[] | [.resource, .held, .maxheld, .barrier, .limit, .failcnt] | map(tostring) | join(" ")' | sort)
		proc=$(awk '{ print $1, $2, $3, $4, $5, $6 }' "/proc/bc/$ctid/resources" | sort)
		# jq reads numbers as doubles: 2^63-1 becomes 2^63.
		json=${json//9223372036854776000/9223372036854775807}
		json=${json//9223372036854775808/9223372036854775807}
		diff <(echo "$json") <(echo "$proc") || return
		json=$(vzctx ubc "$ctid" --all --json)
		grep -q '"limit": *9223372036854775807' <<<"$json" || return
	done
	same "$(vzctx ubc 101 --parsable --noheadings -o resource,held,maxheld,barrier,limit,failcnt | grep ^numproc)" \
		"$(awk -v OFS='\t' '$1 == "numproc" { print $1, $2, $3, $4, $5, $6 }' /proc/bc/101/resources)"
}

per_cent() {
	vzctx ubc 101 --json | jq -e '.beancounters[] | select(.resource == "numfile") | .use == (.held * 100 / 200 | floor)'
}

quiet() {
	local out
	out=$(vzctx ubc -q --parsable --noheadings -o ctid,resource)
	same "$out" "101	numproc"
}

relative() {
	local n
	n=$(failures 101 numproc)
	same "$(vzctx ubc 101 -r -q --parsable --noheadings -o new)" "$n" || return
	same "none$(vzctx ubc -r -q --parsable --noheadings -o new)" none || return
	refuse_101 || return
	same "$(vzctx ubc -r -q --parsable --noheadings -o ctid,resource,new)" \
		"101	numproc	$(($(failures 101 numproc) - n))"
}

# Twice in a pipe; on a terminal one screen after the other, none taller than that.
watch() {
	local out
	out=$(vzctx ubc 101 -w --interval 1 --count 2)
	same "$(grep -c '^RESOURCE' <<<"$out")" 2 || return
	out=$(on_terminal 80 'vzctx ubc -w --count 1')
	printf '%s\n' "$out"
	[[ $out = $'\033[H\033[2J'*RESOURCE* ]] && same "$(wc -l <<<"$out")" 23 &&
		[[ ${out##*$'\n'} = "(19 more)" ]]
}

from_a_file() {
	same "$(vzctx ubc -f - --parsable -o ctid,resource,barrier,limit --all </proc/user_beancounters | awk '$1 > 0' | sort)" \
		"$(vzctx ubc --parsable -o ctid,resource,barrier,limit --all | grep -v swappages | awk '$1 > 0' | sort)" &&
		expect 1 'not in format 2.5' vzctx ubc -f /etc/passwd
}

inside() {
	local out
	out=$(nsenter -t "$(init_of 101)" -p vzctx ubc --parsable --noheadings -o ctid,resource,barrier,limit,failcnt)
	printf '%s\n' "$out"
	same "$(grep numproc <<<"$out")" "101	numproc	4	9	$(failures 101 numproc)" &&
		same "$(cut -f1 <<<"$out" | sort -u)" 101
}

inside_with_own_proc() {
	local out
	out=$(vzctx exec 101 -- /bin/sh -c 'cat /proc/user_beancounters && ! cat /proc/bc/resources &&
		! cat /proc/vz/version && cat /proc/vz/veinfo' 2>&1) || { printf '%s\n' "$out"; return 1; }
	printf '%s\n' "$out"
	same "$(sed -n 's/^ *\([0-9]*\):.*/\1/p' <<<"$out")" 101 &&
		same "$(sed -n '1,26p' <<<"$out" | tail -n 1 | awk '{ print $1, NF }')" "numiptent 6" &&
		same "$(sed -n '27,28p' <<<"$out")" $'cat: /proc/bc/resources: Permission denied\ncat: /proc/vz/version: No such file or directory' &&
		grep -qE '^ +101 +101 +[0-9]+$' <(sed -n 29p <<<"$out")
}

# --- why and limit -------------------------------------------------------------

# Asks for 20 MiB of private memory.
grow() {
	vzctx exec 101 -- dd if=/dev/zero of=/dev/null bs=20M count=1
}

overgrow() {
	grow
	return 0
} >/dev/null 2>&1

why_lifts() {
	local n
	vzctx limit 101 numproc=4:9 privvmpages=3000:3999 >/dev/null && overgrow && refuse_101 || return
	n=$(failures 101 numproc)
	vzctx why 101 >"$work/why" || return
	cat "$work/why"
	same "$(grep -E '^[a-z]+: [0-9]+ requests? refused, barrier' "$work/why" | cut -d: -f1 | paste -sd' ')" "numproc privvmpages" &&
		grep -Eq "^numproc: $n requests? refused, barrier 4, limit 9$" "$work/why" &&
		grep -Eq '^  [-0-9]+T[:0-9]+  sh \(pid [0-9]+\) wanted 1 more, 4 held$' "$work/why" &&
		grep -Eq '^  [-0-9]+T[:0-9]+  dd \(pid [0-9]+\) wanted 20M more, [0-9.]+[KM] held$' "$work/why" || return
	sed -n 's/^    \(vzctx limit 101 [a-z]*=[0-9]*:[0-9]*\)$/\1/p' "$work/why" >"$work/lift"
	same "$(wc -l <"$work/lift")" 2 || return
	vzctx why 101 --json >"$work/json" || return
	jq -e --arg c "$(head -n 1 "$work/lift")" --argjson n "$n" '.why[0] | .command == $c and .resource == "numproc" and
		.held == 4 and .wanted == 1 and .barrier == 4 and .limit == 9 and .failcnt == $n and .pid > 1 and
		.comm == "sh" and .lifted == false' "$work/json" || return
	cat "$work/lift"
	bash -e "$work/lift" >/dev/null || return
	vzctx exec 101 -- /bin/sh -c 'sleep 0 & wait' &&
		grow &&
		same "$(vzctx why 101 | grep -c '^  lifted since: ')" 2 &&
		vzctx limit 101 privvmpages=unlimited >/dev/null
}

profile() {
	expect 0 'not limited: vmguarpages' vzctx limit 102 --profile light numproc=77 --save || return
	cat /etc/vz/conf/102.conf
	same "$(vzctx ubc 102 --parsable --noheadings -o resource,barrier,limit | grep -E '^num(proc|file)' | tr '\n' ' ')" \
		"numproc	77	77 numfile	512	512 " &&
		grep -qx 'KMEMSIZE="1740800:1847296"' /etc/vz/conf/102.conf &&
		grep -qx 'NUMPROC="77:77"' /etc/vz/conf/102.conf &&
		vzctx ubc 102 --json | jq -e '.beancounters[] | select(.resource == "physpages") | .use == null' &&
		expect 2 'there are: basic light' vzctx limit 102 --profile heavy
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
	diff <(printf '%s\n' "${figures[@]}") <(awk '$1 != "vmguarpages" { print $1, $4, $5 }' /proc/bc/102/resources) || return
	same "$(</sys/fs/cgroup/vz/102/memory.max)" $((1 << 30)) || return
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
		Error: numflock: the barrier is above the limit; the kernel refuses to set it
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
		BEGIN { print "Error: ON_LIMIT cannot be read; the context does not start"
			print "Warning: physpages: the barrier is not 0; it means nothing" }
		/^(Mem|Swap)Total/ { print "Warning: " (/^M/ ? "phys" : "swap") "pages: the limit is above the " $2 / 4 " pages the host has; it is never reached" }
		' /proc/meminfo) || return
	expect 2 'no limit for numproc' vzctx limit 102 --validate numproc=1K
}

# sums CTID: OpenVZ's formulas over the kernel's figures, a line a kind.
sums() {
	awk -v threads="$(</proc/sys/kernel/threads-max)" '
		function least(a, b) { return a < b ? a : b }
		function part(v, of) { return v >= 9e18 ? "-" : sprintf("%.2f", int(v * 10000 / of) / 100) }
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
	expect 0 'memory +- +[0-9.]+% +- +[0-9.]+%' vzctx limit --overcommit 102 &&
		expect 1 'not running' vzctx limit --overcommit 103 || return
	# A guarantee the host does not have.
	sed -i 's/^VMGUARPAGES=.*/VMGUARPAGES="1T:unlimited"/' /etc/vz/conf/102.conf &&
		expect 1 'more memory is promised than there is' vzctx limit --overcommit
}

frozen() {
	grep -qx 'frozen 1' "/sys/fs/cgroup/vz/$1/cgroup.events"
}

on_limit_freeze() {
	local job
	vzctx limit 101 numproc=4:9 --on-limit freeze >/dev/null || return
	same "$(vzctx ubc 101 --parsable --noheadings -o resource,onlimit | grep ^numproc)" "numproc	freeze" || return
	overrun &
	job=$!
	wait_for 60 frozen 101 || return
	vzctx thaw 101 && vzctx limit 101 numproc --on-limit notify >/dev/null &&
		vzctx thaw 101
	wait "$job"
	! frozen 101 && refuse_101 && ! frozen 101 &&
		expect 0 'frozen for it' vzctx why 101
}

actions_of() {
	vzctx ubc "$1" --parsable --noheadings -o resource,onlimit | awk '$2 != "notify" { print $1 ":" $2 }' | sort | paste -sd' '
}

# Kept, changed one by one, and there again before the first program runs.
on_limit_saved() {
	local conf=/etc/vz/conf/102.conf
	vzctx limit 102 numproc=4 numfile --on-limit freeze --save >/dev/null &&
		vzctx limit 102 numfile numpty --on-limit kill --save >/dev/null &&
		same "$(grep ON_LIMIT "$conf")" 'ON_LIMIT="numproc:freeze numfile:kill numpty:kill"' &&
		vzctx limit 102 numpty --on-limit notify --save >/dev/null &&
		same "$(grep ON_LIMIT "$conf")" 'ON_LIMIT="numproc:freeze numfile:kill"' || return
	vzctx stop 102 --fast && vzctx limit 102 numiptent --on-limit kill --save || return
	vzctx start 102 -- /usr/bin/perl -e 'for (1 .. 6) { my $p = fork; sleep 1000 if defined $p && !$p } sleep 1000' &&
		wait_for 60 frozen 102 &&
		same "$(actions_of 102)" "numfile:kill numiptent:kill numproc:freeze" &&
		vzctx stop 102 --fast || return
	sed -i 's/numproc:freeze/numproc:boil/' "$conf"
	expect 1 '102.conf: ON_LIMIT has "numproc:boil"' vzctx start 102 -- /bin/sleep infinity || return
	sed -i '/ON_LIMIT/d; /VMGUAR/d' "$conf"
	vzctx start 102 -- /bin/sleep infinity && same "none$(actions_of 102)" none &&
		expect 2 'on-limit needs RES' vzctx limit 102 --profile light --on-limit kill
}

# --- events, journal, top -------------------------------------------------------

# listen NAME OPTION...: events go to $work/NAME; returns once they are followed.
listen() {
	local name=$1
	shift
	vzctx events --follow --timeout 60 --ready-fd 3 "$@" 3>"$work/ready.$name" >"$work/$name" &
	wait_for 60 test -s "$work/ready.$name"
}

events() {
	local n
	listen events.json --count 1 --json && listen events.text --count 1 && refuse_101 || return
	n=$(failures 101 numproc)
	wait_for 60 test -s "$work/events.json" && wait_for 60 test -s "$work/events.text" || return
	cat "$work/events.json" "$work/events.text"
	jq -e --argjson n "$n" '.type == "limit" and .ctid == 101 and .resource == "numproc" and .held == 4 and .wanted == 1 and
		.barrier == 4 and .limit == 9 and .failcnt == $n and .dropped == 0 and .comm == "sh" and .pid > 1 and
		.action == "notify" and .time_ns / 1000000000 <= now' "$work/events.json" &&
		grep -Eq "^[-0-9T:]+ 101 limit numproc held=4 barrier=4 limit=9 failcnt=$n wanted=1 pid=[0-9]+ comm=sh dropped=0 action=notify$" "$work/events.text"
}

# field NAME: its value in the entries of 101, one a line.
field() {
	journalctl --no-pager -o cat --output-fields="$1" VZCTX_CTID=101
}

# The system's own journal, with the catalog the tool installs: a limit and a kill.
journal() {
	local journald rc=0
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	mkdir -p "$work/root/usr/lib/systemd/catalog" "${catalog%/*}"
	cp /vzctx/vzctx.catalog "$work/root/usr/lib/systemd/catalog/" &&
		journalctl --root="$work/root" --update-catalog &&
		cp "$work/root$catalog" "$catalog" || return
	/lib/systemd/systemd-journald &
	journald=$!
	wait_for 60 test -S /run/systemd/journal/socket && journal_gets || rc=$?
	kill "$journald"
	wait "$journald"
	return "$rc"
}

journal_gets() {
	local n
	listen journal --count 2 --journal && refuse_101 || return
	n=$(failures 101 numproc)
	vzctx limit 101 --ram 12M --swap 0 >/dev/null && overgrow &&
		vzctx limit 101 physpages=unlimited swappages=unlimited >/dev/null || return
	wait_for 60 eval 'same "$(field VZCTX_RESOURCE | paste -sd" ")" "numproc oomguarpages"' || return
	journalctl --no-pager -x VZCTX_CTID=101 >"$work/entries"
	cat "$work/entries"
	same "$(field VZCTX_BARRIER) $(field VZCTX_LIMIT) $(field VZCTX_FAILCNT)" \
		"4"$'\n'"9223372036854775807 9"$'\n'"9223372036854775807 $n"$'\n1' &&
		same "$(field VZCTX_HELD | head -n 1) $(field VZCTX_WANTED | head -n 1)" "4 1" &&
		same "$(field VZCTX_COMM | paste -sd' ')" "sh dd" &&
		same "$(field VZCTX_ERRNO | paste -sd' ')" "ENOMEM none" &&
		same "$(field VZCTX_ACTION | paste -sd' ')" "notify notify" &&
		same "$(field SYSLOG_IDENTIFIER | sort -u)" vzctx || return
	grep -q 'CT 101: numproc limit reached: held 4, 1 more refused to sh (pid ' "$work/entries" &&
		grep -q 'CT 101: out of memory, dd (pid [0-9]*) is killed' "$work/entries" &&
		grep -q 'Subject: Container 101 has reached its limit of numproc' "$work/entries" &&
		grep -q "It was failure number $n\." "$work/entries" &&
		grep -q 'vzctx why 101' "$work/entries" &&
		grep -q 'Subject: A process of container 101 was killed for lack of memory' "$work/entries" &&
		expect 0 'oomguarpages: 1 task killed.*dd \(pid [0-9]+\) was killed, .* held' vzctx why 101
}

# sum_of CTID COLUMN: over all resources.
sum_of() {
	awk -v c="$2" '{ n += $c } END { print n }' "/proc/bc/$1/resources"
}

# column CTID N: of /proc/vz/vestat, in seconds from nanoseconds.
seconds_of() {
	awk -v c="$1" -v n="$2" '$1 == c { printf "%d", $n / 1000000000 }' /proc/vz/vestat
}

top_once() {
	local t0 t1 u0 u1
	vzctx limit 102 numproc=2 >/dev/null || return
	t0=$(seconds_of 101 9) u0=$(seconds_of 101 8)
	vzctx top --json >"$work/json" || return
	t1=$(seconds_of 101 9) u1=$(seconds_of 101 8)
	cat "$work/json"
	jq -e --argjson f "$(sum_of 101 6)" --argjson t "[$t0, $t1, $u0, $u1]" '.contexts | length == 2 and .[1].ctid == 102 and
		.[1].use == 100 and .[1].fullest == "numproc" and (.[0] | .ctid == 101 and .numproc == 2 and .failures == $f and
		.time >= $t[0] and .time <= $t[1] and .uptime >= $t[2] and .uptime <= $t[3] and .new == 0)' "$work/json" &&
		same "$(vzctx top --sort use --parsable --noheadings -o ctid,use,fullest | head -n 1)" "102	100	numproc" &&
		vzctx top --sort cpu --json | jq -e '[.contexts[].cpu] | . == (sort | reverse)' &&
		expect 2 'out of range' vzctx top --sort height
}

press() {
	printf '%s' "$1" >&7
	wait_for 60 grep -q "by $2;" "$work/screen"
}

# A person at a terminal of 80 columns sorts this way and that, then leaves.
top_live() {
	local job width
	mkfifo "$work/keys"
	script -qfec 'stty cols 80 rows 24; vzctx top --interval 1' /dev/null <"$work/keys" >"$work/screen" &
	job=$!
	exec 7>"$work/keys"
	wait_for 60 grep -q 'by failures' "$work/screen" && press c cpu && press u use || return
	: >"$work/screen"
	press f failures || return
	printf q >&7
	exec 7>&-
	wait "$job" || return
	width=$(tr -d '\r\0' <"$work/screen" | widest)
	cat -v "$work/screen"
	printf 'widest %s\n' "$width"
	((width <= 80)) && grep -q $'\033\\[?25h' "$work/screen" &&
		tr -d '\r\0' <"$work/screen" | plain | sed -n '/by failures/,$p' | sed -n 3,5p | aligned CTID NUMPROC CPU LOAD USE FAILURES NEW TIME UPTIME
}

# --- the end ----------------------------------------------------------------------

last() {
	local n
	n=$(failures 101 numproc)
	expect 1 'none that has ended' vzctx ubc --last 4711 || return
	vzctx stop 101 --fast || return
	expect 0 'CT 101, ended' vzctx ubc --last 101 || return
	same "$(vzctx ubc --last 101 --parsable --noheadings -o resource,limit,failcnt | grep ^numproc)" "numproc	9	$n" &&
		expect 1 '\-\-last shows' vzctx ubc 101 &&
		expect 0 'vzctx limit 101 numproc=.* --save' vzctx why 101
}

on_limit_kill() {
	vzctx start 101 -- /bin/sleep infinity &&
		vzctx limit 101 numproc=4 --on-limit kill >/dev/null || return
	overrun
	wait_for 60 test -z "$(init_of 101)"
}

plan 29
check "two containers start" up
check "a refusal is counted" refuse_101
check "80 columns: human, aligned, failures red" narrow_terminal
check "200 columns: more of them, cut at the edge" wide_terminal
check "nothing is wider than 80 columns there" all_narrow
check "no colours in a pipe" no_colours_in_a_pipe
check "every number in JSON is the kernel's" json_is_the_kernels
check "use is in per cent of what refuses" per_cent
check "-q shows failures only" quiet
check "-r counts from the last time on" relative
check "-w shows it again" watch
check "-f reads a copy" from_a_file
check "inside, by pid namespace" inside
check "inside, with a procfs and a root of its own" inside_with_own_proc
check "why names commands that lift each limit" why_lifts
check "a profile sets, says what it cannot, and saves" profile
check "the profiles have OpenVZ's figures" profiles_are_openvz
check "a dry run tells what would hold and changes nothing" dry_run
check "every resource, in OpenVZ's syntax" every_resource
check "the validator knows OpenVZ's rules" validate
check "the sums of the host, and one part of them" overcommit
check "a refusal freezes, thaw thaws" on_limit_freeze
check "what follows a refusal is saved" on_limit_saved
check "events tell in words and in JSON" events
check "the journal gets fields, its catalog a text" journal
check "top looks once without a terminal" top_once
check "top is live on a terminal" top_live
check "figures after the end" last
check "a refusal kills" on_limit_kill
done_testing
