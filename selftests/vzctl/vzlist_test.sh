#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzlist - the table byte by byte, its filters, JSON; against cgroups and /proc.
#
# What is expected is written out here, as OpenVZ's vzlist writes it. 101 runs,
# 102 and 104 are stopped, 103 has no private area, so nobody sees it.

# What stands in single quotes is for jq or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

tree=/vz/private/debian
conf=/etc/vz/conf
work=$(mktemp -d /tmp/vzlist.XXXXXX)

cleanup() {
	vzctx stop 101 --fast
	! mountpoint -q /vz/root/102 || umount /vz/root/102
	rmdir /vz/root/101 /vz/root/102 /vz/private/102 /vz/private/104 /sys/fs/cgroup/vz
	rm -rf "$work" "$conf"/10[1-4].conf* /etc/vz/names /vz/dump/Dump.104
	rmdir /vz/dump
	! module_loaded || rmmod vzctx
} >/dev/null 2>&1
trap cleanup EXIT

# fails STATUS TEXT COMMAND...: that status, and exactly that on standard error.
fails() {
	local want=$1 text=$2 out rc=0
	shift 2
	out=$("$@" 2>&1 >/dev/null) || rc=$?
	printf 'status %s, errors: %s\n' "$rc" "$out"
	[[ $rc = "$want" && $out = "$text" ]]
}

nobody() {
	fails 0 'Container(s) not found' vzlist &&
		fails 0 'Container(s) not found' vzlist -a &&
		fails 1 'Container(s) not found' vzlist -a 555 &&
		fails 1 'Container(s) not found' vzlist 555 && refuses module_loaded
}

up() {
	insmod "$VZCTX_KO" || return
	mkdir -p "$conf" /vz/private/102 /vz/private/104 /vz/dump
	cat >"$conf/101.conf" <<-END
		VE_PRIVATE="$tree"
		HOSTNAME="ct101.example.org"
		IP_ADDRESS="10.1.2.101 10.1.2.111"
		DESCRIPTION="the first one of them, with a long description"
		NUMPROC="100:200"
		CPUUNITS="1000"
		CPULIMIT="50%"
		DISKSPACE="2G:2.2G"
		DISKINODES="10000:20000"
		IOLIMIT="10M"
		ONBOOT=yes
		BOOTORDER=7
		CAPABILITY="NET_ADMIN:on SYS_TIME:off"
		FEATURES="nfs:on"
		OSTEMPLATE=debian-12
		LOCAL_UID="1879048192"
		LOCAL_GID="1879048192"
	END
	echo 'NUMPROC="30:40"' >"$conf/102.conf"
	echo 'HOSTNAME=hidden' >"$conf/103.conf"
	printf 'HOSTNAME="web.example.org"\nNAME="web"\nPHYSPAGES="0:1000"\n' >"$conf/104.conf"
	mkdir -p /etc/vz/names && ln -s "$conf/104.conf" /etc/vz/names/web
	echo 'IP_ADDRESS="192.168.100.200/255.255.255.0 ::1"' >>"$conf/104.conf"
	seconds >"$work/before"
	vzctx start 101 -- /bin/sleep infinity && seconds >"$work/after"
}

seconds() { cut -d' ' -f1 /proc/uptime; }

pids() { cat /sys/fs/cgroup/vz/101/pids.current; }

default_table() {
	local p
	printf -v p '%10d' "$(pids)"
	says "      CTID      NPROC STATUS    IP_ADDR         HOSTNAME
       101 $p running   10.1.2.101      ct101.example.org" vzlist &&
		says "      CTID      NPROC STATUS    IP_ADDR         HOSTNAME
       101 $p running   10.1.2.101      ct101.example.org
       102          - stopped   -               -
       104          - stopped   192.168.100.200 web.example.org" vzlist -a
}

choices() {
	says "       101
       102
       104" vzlist -a -1 &&
		says "       102
       104" vzlist -S -H -o veid &&
		says "       104" vzlist -H -ovpsid 104 &&
		says "       104" vzlist -H -ovpsid web &&
		says "       101
       104" vzlist -1 104 101
}

names() {
	says " SMARTNAME      NPROC STATUS    IP_ADDR         HOSTNAME
       102          - stopped   -               -
       web          - stopped   192.168.100.200 web.example.org" vzlist -n -S &&
		says "NAME
-
-
web" vzlist -a -o name && rm /etc/vz/names/web &&
		says "-" vzlist -H -o name 104 &&
		fails 1 'CT ID web is invalid.' vzlist web &&
		ln -s "$conf/104.conf" /etc/vz/names/web
}

filters() {
	says "       104" vzlist -a -1 -h '*.example.org' -N 'w?b' &&
		says "       101" vzlist -a -1 -d 'the first*' &&
		says "       101
       104" vzlist -a -1 --hostname '[cw]*' &&
		says "" vzlist -a -1 -h nothing
}

sorting() {
	says "       104
       102
       101" vzlist -a -1 -s -ctid &&
		says "       102
       101
       104" vzlist -a -1 -s hostname &&
		says "       101
       102
       104" vzlist -a -1 --sort -numproc.l
}

wide() {
	says "PRIVATE                          DESCRIPTION                      ONBOOT  BOOTORDER
$(printf '%-32s' "$tree") the first one of them, with a lo    yes          7" \
		vzlist -o private,description,onboot,bootorder &&
		says "$(printf '%-32s' "$tree") the first one of them, with a long description    yes" \
			vzlist -H -t -o private,description,onboot &&
		says "the first one of them, with a long description" vzlist -H -o description &&
		says "10.1.2.101 10.1.2.111" vzlist -H -o ip &&
		says "10.1.2.101             101" vzlist -H -o ip,ctid
}

# used COLUMN: what the file system says of the private area, as a project of its own.
used() { df -k --output="$1" "$tree" | tail -n 1 | tr -d ' '; }

numbers() {
	says "   NPROC.B    NPROC.L    NPROC.F  CPULIM  CPUUNI  CPUS IOP    IOLIMIT IOPS
       100        200          0      50    1000     -   -   10485760    -" \
		vzlist -o numproc.b,numproc.l,numproc.f,cpulimit,cpuunits,cpus,ioprio,iolimit,iopslimit &&
		says "    DSPACE   DSPACE.S   DSPACE.H    DINODES  DINODES.S  DINODES.H
$(printf '%10s    2097152    2306867 %10s      10000      20000' "$(used used)" "$(used iused)")" \
			vzlist -o diskspace,diskspace.s,diskspace.h,diskinodes,diskinodes.s,diskinodes.h &&
		says "        30         40          -          -          -    no" \
			vzlist -H -o numproc.b,numproc.l,numproc,numproc.m,numproc.f,vswap 102 &&
		says "  yes     no simfs       - -         -" \
			vzlist -H -o vswap,disabled,layout,vm_overcommit,netfilter,capability 104 &&
		says "nfs:on          net_admin:on,sys_time:off debian-12" \
			vzlist -H -o features,capability,ostemplate
}

# uptime and laverage change; how they look does not.
clock() {
	local up since
	vzlist -o uptime,laverage | head -n 1 | grep -qx '         UPTIME       LAVERAGE' &&
		vzlist -H -o uptime,laverage | grep -qxE '000d00h:[0-9]{2}m:[0-9]{2}s [0-9]\.[0-9]{2}/[0-9]\.[0-9]{2}/[0-9]\.[0-9]{2}' &&
		says "              -              -" vzlist -H -o uptime,laverage 102 || return
	# Between the two clocks before and after the start, by the host's own.
	since=$(seconds)
	up=$(vzlist -j -o uptime | jq '.[0].uptime')
	awk -v u="$up" -v since="$since" -v till="$(seconds)" -v a="$(<"$work/before")" -v b="$(<"$work/after")" \
		'BEGIN { print since - b, u, till - a; exit !(u >= since - b - 0.1 && u <= till - a + 0.1) }'
}

statuses() {
	local ok=0
	mkdir -p /vz/root/102 && mount --bind /vz/private/102 /vz/root/102 || return
	touch /vz/dump/Dump.104
	says "running
mounted
suspended" vzlist -a -H -o status || ok=1
	umount /vz/root/102
	rm /vz/dump/Dump.104
	return "$ok"
}

json() {
	local j
	j=$(vzlist -a -j) || return
	printf '%s\n' "$j" | jq -c '.[] | keys' | head -n 1
	jq -e --argjson pids "$(pids)" --argjson used "$(used used)" '
		(map(.ctid) == [101, 102, 104]) and
		(.[0] | .numproc.held == $pids and .numproc.barrier == 100 and .numproc.limit == 200 and
			.ip == ["10.1.2.101", "10.1.2.111"] and .status == "running" and
			.hostname == "ct101.example.org" and .onboot == true and .vswap == false and
			.disabled == false and .cpulimit == 50 and .bootorder == 7 and
			(.laverage | length) == 3 and .uptime > 0 and
			.diskspace == {usage: $used, softlimit: 2097152, hardlimit: 2306867} and
			.capability == {net_admin: true, sys_time: false}) and
		(.[1] | .hostname == null and .ip == [] and .laverage == null and .uptime == 0 and
			.numproc == {held: 0, maxheld: 0, barrier: 30, limit: 40, failcnt: 0} and
			.kmemsize == null and .bootorder == null and .cpulimit == null) and
		(.[2] | .name == "web" and .smart_name == "web" and .vswap == true)' <<<"$j" &&
		says '[
  {
    "ctid": 102,
    "status": "stopped",
    "numproc": {
      "held": 0,
      "maxheld": 0,
      "barrier": 30,
      "limit": 40,
      "failcnt": 0
    },
    "ip": []
  },
  {
    "ctid": 104,
    "status": "stopped",
    "numproc": null,
    "ip": ["192.168.100.200/255.255.255.0", "::1"]
  }
]' vzlist -S -j -o ctid,status,numproc,ip
}

# Beancounters in JSON are those of /proc/bc, where the module shows them.
all_fields() {
	[[ $(vzlist -L | wc -l) = "$(vzlist -L | awk '{ print $1 }' | sort -u | wc -l)" ]] &&
		vzlist -L | grep -qx 'kmemsize        KMEMSIZE       ' &&
		vzlist -L | grep -qx 'iopslimit       IOPS           ' &&
		vzlist -a -o "$(vzlist -L | awk '{ print $1 }' | paste -sd,)" | wc -l | grep -qx 4
}

errors() {
	fails 1 'Unknown field: color' vzlist -o ctid,color &&
		fails 1 'Invalid sort field name: -color' vzlist -s -color &&
		fails 1 "Field \`numproc.b' is not available in JSON output" vzlist -j -o numproc.b &&
		fails 1 'CT ID nobody is invalid.' vzlist nobody &&
		vzlist --help | grep -q 'name_filter' &&
		fails 1 "$(vzlist -x 2>&1)" vzlist -x
}

# What a hostile configuration says is no terminal's business.
tame() {
	printf 'HOSTNAME=a\033[2Jb\n' >"$conf/102.conf"
	says 'a?[2Jb' vzlist -H -o hostname 102
}

plan 16
check "no container: words and exit codes of OpenVZ, and no module loaded" nobody
check "a container runs, two are stopped, one has no private area" up
check "vzlist and vzlist -a print OpenVZ's table" default_table
check "-1, -S, CTIDs and names choose rows" choices
check "-n shows names, and a name is one only with its link" names
check "-h, -N and -d filter by pattern" filters
check "-s sorts, - backwards" sorting
check "long values are cut but in the last column and with -t" wide
check "columns of numbers are as wide as OpenVZ's" numbers
check "uptime and load average look as OpenVZ's, and the time is right" clock
check "mounted and suspended containers are told" statuses
check "-j is JSON with the same figures as the cgroup" json
check "-L lists every field, and each can be printed" all_fields
check "unknown fields, names and options are refused in OpenVZ's words" errors
check "control characters in a configuration do not reach the terminal" tame
check "the container is stopped" vzctx stop 101 --fast
done_testing
