#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=600 kernels=newest
#
# vzctl - the names, words and exit codes of OpenVZ, from an unpacked tree to a
# template and a second container; settings, names, and files that survive.
#
# The course follows an old lab sheet for OpenVZ. What needs a network there,
# installing ssh and logging in through it, is another test's; `passwd` is
# chpasswd here, which asks nobody.

# What stands in single quotes is for another shell or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

debian=/vz/private/debian
conf=/etc/vz/conf
mine=$conf/555.conf
work=$(mktemp -d /tmp/vzctl.XXXXXX)

cleanup() {
	local ctid
	for ctid in 555 666; do
		vzctl stop "$ctid" --fast
		vzctl umount "$ctid"
	done
	! mountpoint -q "$conf" || umount "$conf"
	rm -rf "$work" "$conf"/{0,555,666,777}.conf* "$conf"/ve-test.conf-sample /etc/vz/names \
		/etc/vz/vz.conf /vz/private/{555,666} /vz/root/{555,666} /vz/template \
		/var/log/vzctl.log
	rmdir /sys/fs/cgroup/vz
	! module_loaded || rmmod vzctx
} >/dev/null 2>&1
trap cleanup EXIT

saved="CT configuration saved to $mine"

key() { sed -n "s/^$1=\"\(.*\)\"$/\1/p" "${2:-$mine}"; }

# A Debian small enough to be packed here: shells, what PAM and chpasswd need, and
# an init that does nothing but end when it is told to.
tree() {
	local to=/vz/private/555 lib=usr/lib/x86_64-linux-gnu
	mkdir -p "$to" || return
	(
		cd "$debian" || exit
		shopt -s nullglob
		tar -cf - bin sbin lib lib64 etc root usr/lib64 "$lib/security" usr/sbin/chpasswd \
			usr/bin/{bash,dash,sh,cat,echo,env,false,id,ls,sleep,true,uname} \
			"$lib"/{ld-linux,libc.,libm.,libresolv,libtinfo,libnss_,libnsl,libtirpc,libpam}* \
			"$lib"/{libaudit,libcap-ng,libcap.,libcrypt.,libselinux,libpcre2-8,libacl,libattr}*
	) | tar -C "$to" -xf - || return
	mkdir -p "$to"/{proc,sys,dev,tmp,run,var/log,usr/share}
	# What PAM does by default takes seconds on an emulated processor.
	sed -i 's/yescrypt/sha256 rounds=1000/' "$to/etc/pam.d/common-password" || return
	cat >"$to/usr/sbin/init" <<-'END'
		#!/bin/sh
		trap 'exit 0' 2 15 30 37
		while :; do sleep 1000 & wait $!; done
	END
	chmod 755 "$to/usr/sbin/init"
}

# --- the course ------------------------------------------------------------

nobody() {
	expect 1 '^Container\(s\) not found$' vzlist -a 555 &&
		says "CTID 555 deleted unmounted down" vzctl status 555 &&
		expect 14 '^Container config file does not exist$' vzctl start 555
}

apply_basic() {
	says "$saved" vzctl set 555 --applyconfig vps.basic --save || return
	cat "$mine"
	grep -qx 'KMEMSIZE="14372700:14790164"' "$mine" &&
		grep -qx 'NUMPROC="240:240"' "$mine" && grep -qx 'ORIGIN_SAMPLE="vps.basic"' "$mine" &&
		refuses grep -q unlimited "$mine"
}

settings() {
	echo OSTEMPLATE=debian-3.0 >>"$mine"
	says "$saved" vzctl set 555 --hostname pepito.com --save &&
		says "$saved" vzctl set 555 --ipadd 192.168.0.10 --save &&
		says "$saved" vzctl set 555 --nameserver 192.168.0.1 --save &&
		grep -qx OSTEMPLATE=debian-3.0 "$mine" && same 192.168.0.10 "$(key IP_ADDRESS)" &&
		prints_row stopped '-'
}

# prints_row STATUS NPROC: the line of 555 in vzlist -a.
prints_row() {
	local line
	printf -v line '%10s %10s %-9s %-15s %s' 555 "$2" "$1" 192.168.0.10 pepito.com
	says "      CTID      NPROC STATUS    IP_ADDR         HOSTNAME
$line" vzlist -a
}

# in_order TEXT LINE...: each line is in the text, one after the other.
in_order() {
	local text=$1 line
	shift
	for line; do
		[[ $text = *"$line"* ]] || { printf 'no "%s" in: %s\n' "$line" "$text"; return 1; }
		text=${text#*"$line"}
	done
}

starts() {
	local out
	insmod "$VZCTX_KO" || return
	out=$(vzctl start 555 2>&1) || { echo "$out"; return 1; }
	in_order "$out" 'Starting container...' 'Container is mounted' \
		'UB limits were set successfully' 'Adding IP address(es): 192.168.0.10' 'Container start in progress...' &&
		says "CTID 555 exist mounted running" vzctl status 555 &&
		expect 32 'Container is already running' vzctl start 555 &&
		same 240 "$(cell 555 numproc limit)" &&
		prints_row running "$(cat /sys/fs/cgroup/vz/555/pids.current)"
}

inside() {
	same pepito.com "$(vzctl exec 555 uname -n)" &&
		same 'nameserver 192.168.0.1' "$(vzctl exec 555 cat /etc/resolv.conf | grep nameserver)" &&
		same pepito.com "$(</vz/private/555/etc/hostname)" &&
		expect 0 'entered into CT 555.*pepito.com.*exited from CT 555' \
			bash -c 'printf "uname -n\nexit\n" | vzctl enter 555 | tr -d "\r" | tr "\n" " "'
}

# By the host's own crypt(3).
is_password() {
	local hash
	hash=$(sed -n "s/^$1:\([^:]*\):.*/\1/p" /vz/private/555/etc/shadow)
	printf 'hash %s\n' "$hash"
	perl -e 'exit(crypt($ARGV[0], $ARGV[1]) ne $ARGV[1])' "$2" "$hash"
}

passwords() {
	expect 0 '' vzctl set 555 --userpasswd root:secret1 && is_password root secret1 &&
		refuses is_password root wrong &&
		expect 74 'chpasswd' vzctl set 555 --userpasswd nobody-here:x &&
		refuses grep -q secret1 "$mine" /var/log/vzctl.log
}

stops() {
	local out
	out=$(vzctl stop 555 --fast 2>&1) || { echo "$out"; return 1; }
	in_order "$out" 'Killing container ...' 'Container was stopped' 'Container is unmounted' &&
		says "CTID 555 exist unmounted down" vzctl status 555 &&
		expect 31 'Unable to stop: container is not running|Container is not running' vzctl stop 555 &&
		expect 31 '^Container is not running$' vzctl exec 555 true &&
		expect 0 '' vzctl set 555 --userpasswd root:secret2 && is_password root secret2 &&
		says "CTID 555 exist unmounted down" vzctl status 555
}

restarts() {
	local before
	expect 0 'Restarting container.*Starting container' vzctl restart 555 || return
	before=$(head -n 1 /sys/fs/cgroup/vz/555/cgroup.procs)
	expect 0 'Restarting container.*Stopping container .*was stopped.*Starting container' \
		vzctl restart 555 || return
	says "CTID 555 exist mounted running" vzctl status 555 &&
		[[ $before != "$(head -n 1 /sys/fs/cgroup/vz/555/cgroup.procs)" ]]
}

programs() {
	expect 0 '^a b$' vzctl exec 555 echo a b && expect 8 '' vzctl exec 555 exit 3 &&
		expect 3 '' vzctl exec2 555 exit 3 &&
		expect 0 '^5\.' vzctl exec 555 'echo $BASH_VERSION' &&
		expect 0 '^a  \$b$' vzctl exec3 555 /bin/echo 'a  $b' &&
		expect 7 '^from stdin$' bash -c 'echo "echo from stdin; exit 7" | vzctl exec2 555 -' &&
		printf 'echo "in $(uname -n)"; exit 5\n' >"$work/script" &&
		expect 5 'in pepito.com' vzctl runscript 555 "$work/script" &&
		same "$(vzctl exec 555 env | sed -n 's/^HOME=//p')" "$(vzctl exec3 555 env | sed -n 's/^HOME=//p')"
}

mounts() {
	expect 0 '' vzctl stop 555 --fast &&
		expect 0 'Container is mounted' vzctl mount 555 &&
		says "CTID 555 exist mounted down" vzctl status 555 && prints_row mounted '-' &&
		expect 0 'Container is unmounted' vzctl umount 555 &&
		expect 40 'CT is not mounted' vzctl umount 555 &&
		expect 5 'in pepito.com' vzctl runscript 555 "$work/script"
}

template() {
	local out
	mkdir -p /vz/template/cache &&
		tar -C /vz/private/555 --numeric-owner -cf - . | gzip -1 >/vz/template/cache/plantilla-woody.tar.gz || return
	out=$(vzctl create 666 --ostemplate plantilla-woody --config vps.basic --hostname clone.com --name clone 2>&1) ||
		{ echo "$out"; return 1; }
	in_order "$out" 'Creating container private area (plantilla-woody)' \
		'Performing postcreate actions' 'Container private area was created' &&
		same plantilla-woody "$(key OSTEMPLATE "$conf/666.conf")" &&
		expect 0 "saved to $conf/666.conf" vzctl set 666 --numproc 50 --save &&
		expect 0 'Container start in progress' vzctl start clone &&
		same clone.com "$(vzctl exec clone uname -n)" &&
		same 50 "$(vzctx show 666 --parsable --noheadings -o resource,limit | awk '$1 == "numproc" { print $2 }')"
}

no_second_create() {
	expect 44 '' vzctl create 555 --ostemplate plantilla-woody &&
		expect 91 '' vzctl create 777 --ostemplate none-such &&
		[[ ! -e $conf/777.conf && ! -e /vz/private/777 ]]
}

suspends() {
	local events=/sys/fs/cgroup/vz/555/cgroup.events
	frozen() { in_time grep -qx "frozen $1" "$events"; }
	says "" vzctl --quiet chkpnt 555 --suspend && frozen 1 &&
		says "" vzctl --quiet chkpnt 555 --resume && frozen 0
}

destroys() {
	local out
	expect 32 '' vzctl destroy 666 && vzctl stop 666 --fast || return
	out=$(vzctl destroy 666 2>&1) || { echo "$out"; return 1; }
	in_order "$out" 'Destroying container private area: /vz/private/666' \
		'Container private area was destroyed' &&
		[[ ! -e /vz/private/666 && -e $conf/666.conf.destroyed && ! -e $conf/666.conf ]] &&
		[[ ! -e /etc/vz/names/clone ]] && says "CTID 666 deleted unmounted down" vzctl status 666
}

# --- words and codes -------------------------------------------------------

codes() {
	local row want re args bad=0
	while IFS='|' read -r want re args; do
		read -ra row <<<"$args"
		expect "$want" "$re" vzctl "${row[@]}" || bad=1
	done <<-'END'
		0|^vzctl version [0-9]+\.[0-9]+\.[0-9]+$|--version
		0|^vzctl version [0-9]+\.[0-9]+\.[0-9]+.Usage|--help
		20|Usage|--quiet
		20|Bad command: frobnicate|frobnicate 555
		27|CT ID missing|start
		21|Bad CT ID nobody|start nobody
		21|Bad CT ID 2147483645|status 2147483645
		21|Only set actions are allowed for CT0|start 0
		21|reserved|create 100 --ostemplate x
		20|unrecognized option .--color|set 555 --color red
		20|requires an argument|set 555 --numproc
		20|Invalid extra arguments: more|set 555 --onboot yes more
		27|no option|set 555
		21|Bad parameter for --numproc: 5K|set 555 --numproc 5K --save
		21|Bad parameter for --numproc: 9:|set 555 --numproc 9: --save
		21|Bad parameter for --onboot: maybe|set 555 --onboot maybe --save
		21|Bad parameter for --ipadd: 1.2.3|set 555 --ipadd 1.2.3 --save
		21|Bad parameter for --cpuunits: 7|set 555 --cpuunits 7 --save
		21|Bad parameter for --capability: fly:on|set 555 --capability fly:on --save
		21|Bad parameter for --ioprio: 8|set 555 --ioprio 8 --save
		28|required UB parameter .swap. not set|set 555 --ram 64M --save
		109|Sample config file not found|set 555 --applyconfig none-such --save
		131|unable to use --name option without --save|set 555 --name x
		20|unable to use --ostemplate option without --save|set 555 --ostemplate x
		20|--reset_ub is exclusive|set 555 --reset_ub --save
		31|Container is not running|set 555 --numproc 5
		31|Container is not running|set 555 --reset_ub
		27|No command line given for exec|exec 555
		27|Script not specified|runscript 555
		20|Invalid option|enter 555 --color
		20|not applicable|stop 555 --wait
		14|Container config file does not exist|enter 777
		16|not checkpointed yet|chkpnt 555
		16|not checkpointed yet|chkpnt 555 --suspend --dump
		31|Container is not running|chkpnt 555 --suspend
		31|Container is not running|chkpnt 555 --resume
		14|does not exist|start destroy 777
		21|Bad CT ID destroy|start destroy
		21|Bad CT ID destroy|start destroy nobody
		17|not checkpointed yet|restore 555
		99|not supported|snapshot 555
		99|not supported|create 777 --layout ploop --ostemplate x
		14|does not exist|quotaon 777
		29|No OS template|create 777
	END
	return "$bad"
}

quiet_and_log() {
	says '' vzctl --quiet set 555 --description 'written down' --save &&
		grep -qE '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{4} vzctl : CT 555 : CT configuration saved to '"$mine"'$' /var/log/vzctl.log &&
		grep -q 'CT 555 : Bad parameter for --numproc: 9:$' /var/log/vzctl.log || return
	printf 'LOGGING=no\nCPUUNITS=2000\n' >/etc/vz/vz.conf
	rm /var/log/vzctl.log
	says "CTID 555 exist unmounted down" vzctl status 555 && [[ ! -e /var/log/vzctl.log ]]
}

# --- set -------------------------------------------------------------------

every_option_is_saved() {
	expect 0 "$saved" vzctl set 555 --save --onboot no --bootorder 3 --root '/vz/root/$VEID' \
		--mount_opts noatime --disabled no --stop-timeout 30 --ipdel all --ipadd 10.0.0.1/24 --ip 2001:db8::1 \
		--searchdomain a.org --searchdomain b.org --netif_add eth0,,veth9.0 --ifname eth0 --bridge br0 \
		--netdev_add eth5 --cpuweight 5 --cpumask 0-1,3 --nodemask 0 --diskquota no --diskspace 1G:1.5G \
		--diskinodes 10:20 --quotatime 5 --quotaugidlimit 6 --ioprio 3 --iolimit 5M --iopslimit 9 \
		--capability net_admin:on,sys_time:off --devices c:10:200:rw --devnodes net/tun:rw \
		--pci_add 00:1f.2 --pci_add 00:1f.3 --features nfs:on,ppp:off --netfilter full \
		--iptables ip_tables,ipt_REJECT --meminfo pages:100 --vmguarpages 10:9223372036854775807 \
		--avnumproc 9 --skip_arpdetect || return
	expect 0 "$saved" vzctl set 555 --save --capability sys_time:on --features nfs:off --pci_del 00:1f.2 || return
	cat "$mine"
	same /vz/root/555 "$(key VE_ROOT)" && same '10.0.0.1/24 2001:db8::1' "$(key IP_ADDRESS)" &&
		same 'a.org b.org' "$(key SEARCHDOMAIN)" && same 1048576:1572864 "$(key DISKSPACE)" &&
		[[ $(key NETIF) =~ ^ifname=eth0,mac=00:18:51:..:..:..,host_ifname=veth9.0,host_mac=00:18:51:..:..:..,bridge=br0$ ]] &&
		same 'NET_ADMIN:on SYS_TIME:on' "$(key CAPABILITY)" && same 'nfs:off ppp:off' "$(key FEATURES)" &&
		same 00:1f.3 "$(key PCI)" && same 10:9223372036854775807 "$(key VMGUARPAGES)" &&
		same 'c:10:200:rw' "$(key DEVICES)" && same 5242880B "$(key IOLIMIT)"
}

# It does not start with devices that the host does not have.
live_limits() {
	expect 130 'no such bridge' vzctl start 555 && vzctl set 555 --netif_del all --netdev_del eth5 --save >/dev/null &&
		vzctl start 555 >/dev/null || return
	says "UB limits were set successfully
WARNING: Settings were not saved to config and will be lost after CT restart (use --save flag)" \
		vzctl set 555 --numproc 60:61 --numfile 900 &&
		same "60 61 900" "$(cell 555 numproc barrier) $(cell 555 numproc limit) $(cell 555 numfile limit)" &&
		same 240:240 "$(key NUMPROC)" &&
		expect 0 "UB limits.*$saved" vzctl set 555 --numproc 70 --save && same 70:70 "$(key NUMPROC)" &&
		expect 0 'UB limits' vzctl set 555 --reset_ub && same 9312 "$(cell 555 numfile limit)"
}

# With the memory controller gone nothing can limit memory: no part of it is done.
refused_as_a_whole() {
	local before
	before=$(sha256sum "$mine")
	echo -memory >/sys/fs/cgroup/vz/cgroup.subtree_control || return
	expect 1 'memory.max of the cgroup of CT 555.*not saving configuration file' \
		vzctl set 555 --numproc 20 --physpages 0:20000 --swappages 0:20000 --hostname other.com --save &&
		same "$before" "$(sha256sum "$mine")" && same 70 "$(cell 555 numproc limit)" &&
		same 9223372036854775807 "$(cell 555 physpages limit)" && same pepito.com "$(vzctl exec 555 uname -n)"
	local rc=$?
	echo +memory >/sys/fs/cgroup/vz/cgroup.subtree_control
	return "$rc"
}

vswap() {
	expect 0 'UB limits were set' vzctl set 555 --ram 128M --swap 64M --vm_overcommit 2 --save &&
		same "$((128 << 20)) $((64 << 20))" \
			"$(</sys/fs/cgroup/vz/555/memory.max) $(</sys/fs/cgroup/vz/555/memory.swap.max)" &&
		same 0:32768 "$(key PHYSPAGES)" && same 0:16384 "$(key SWAPPAGES)" && same 2 "$(key VM_OVERCOMMIT)" || return
	# What is not written follows from it: privvmpages = (ram + swap) * 2.
	sed -i '/^PRIVVMPAGES/d;/^LOCKEDPAGES/d' "$mine"
	expect 0 'UB limits' vzctl set 555 --ram 128M &&
		same "98304 32768" "$(cell 555 privvmpages limit) $(cell 555 lockedpages limit)"
}

processors() {
	expect 0 'Setting CPU units: 500.*Setting CPU limit: 25.*Setting CPUs: 2' \
		vzctl set 555 --cpuunits 500 --cpulimit 25% --cpus 2 &&
		same "50 25000 100000" "$(cat /sys/fs/cgroup/vz/555/cpu.{weight,max} | paste -sd' ')" &&
		expect 0 '' vzctl set 555 --cpulimit 0 --cpus 2 &&
		same "200000 100000" "$(</sys/fs/cgroup/vz/555/cpu.max)" &&
		same 50 "$(</sys/fs/cgroup/vz/555/cpu.weight)"
}

running_refuses() {
	expect 32 'Unable to change VE_PRIVATE on a running container' vzctl set 555 --private /vz/x --save &&
		expect 32 'Unable to set capability on a running container.*setmode' \
			vzctl set 555 --capability chown:off --save && refuses grep -q CHOWN "$mine" &&
		expect 0 "$saved" vzctl set 555 --capability chown:off --setmode ignore --save && grep -q CHOWN "$mine"
}

live_names() {
	expect 0 "Set hostname: new.example.*$saved" vzctl set 555 --hostname new.example --save &&
		same new.example "$(vzctl exec 555 uname -n)" && same new.example "$(</vz/private/555/etc/hostname)"
}

# Links in the tree lead nowhere outside: neither the file nor the directory.
hostile_tree() {
	local etc=/vz/private/555/etc ok=0
	echo untouched >"$work/victim"
	chmod 666 "$work/victim"
	ln -sf "$work/victim" "$etc/resolv.conf"
	expect 0 'resolv.conf' vzctl set 555 --nameserver 10.9.8.7 --save || ok=1
	same untouched "$(<"$work/victim")" && [[ -f $etc/resolv.conf && ! -L $etc/resolv.conf ]] || ok=1
	mkdir "$work/etc"
	mv "$etc" "$etc.away" && ln -s "$work/etc" "$etc"
	expect 72 'resolv.conf.*not saving' vzctl set 555 --nameserver 10.9.8.6 --save || ok=1
	[[ ! $(ls -A "$work/etc") ]] || ok=1
	rm "$etc" && mv "$etc.away" "$etc"
	same 10.9.8.7 "$(key NAMESERVER)" && return "$ok"
}

# --- names and files -------------------------------------------------------

names() {
	says "Name pepito assigned
$saved" vzctl set 555 --name pepito --save &&
		same "$mine" "$(readlink /etc/vz/names/pepito)" && same pepito "$(key NAME)" &&
		says "CTID 555 exist mounted running" vzctl status pepito &&
		expect 0 'CT 555: running' vzctx show pepito &&
		expect 131 'Conflict: name pepito already used by container 555' vzctl set 666 --name pepito --save &&
		[[ ! -e $conf/666.conf ]] &&
		expect 21 'Bad parameter for --name: a/b' vzctl set 555 --name a/b --save &&
		expect 0 'where a container is asked for, 123 is CT 123.*Name 123 assigned' vzctl set 555 --name 123 --save &&
		expect 0 '^CTID 123 deleted' vzctl status 123 && says "Name 555 assigned
$saved" vzctl set 555 --name 555 --save 2>"$work/errors" && [[ ! -s $work/errors && -L /etc/vz/names/555 ]] &&
		expect 0 'Name pepito' vzctl set 555 --name pepito --save &&
		expect 0 'Name anna assigned' vzctl set pepito --name anna --save &&
		[[ ! -e /etc/vz/names/pepito && -L /etc/vz/names/anna ]] &&
		ln -s "$conf/777.conf" /etc/vz/names/ghost && expect 21 'Bad CT ID ghost' vzctl status ghost
}

survives() {
	printf '\n# a comment of the owner\n#UUID: 1-2-3\nMY_KEY = odd\nFOREIGN="x y"\n\tINDENTED=1\nFOREIGN=twice\n' >>"$mine"
	cp "$mine" "$work/before"
	says "$saved" vzctl set 555 --description changed --save || return
	diff "$work/before" "$mine" >"$work/diff"
	cat "$work/diff"
	same '<' "$(grep -c '^<' "$work/diff" | sed 's/^1$/</')" &&
		grep -qx '> DESCRIPTION="changed"' "$work/diff" && [[ $(grep -c '^>' "$work/diff") = 1 ]]
}

# The file is on a file system with no room left.
disk_full() {
	local ok=0
	mkdir "$work/conf" && cp "$mine" "$work/conf/" && mount -t tmpfs -o size=64k tmpfs "$conf" &&
		cp "$work/conf/555.conf" "$mine" || return
	head -c 1M /dev/zero >"$conf/filler" 2>/dev/null
	expect 139 'Unable to save.*No space left' vzctl set 555 --numproc 33 --description full --save || ok=1
	same "$(sha256sum <"$work/conf/555.conf")" "$(sha256sum <"$mine")" || ok=1
	same 70 "$(cell 555 numproc limit)" || ok=1
	same 2 "$(find "$conf" -type f | wc -l)" || ok=1
	rm "$conf/filler"
	expect 0 "$saved" vzctl set 555 --description roomy --save || ok=1
	umount "$conf"
	return "$ok"
}

# Killed at any step of a save: the file is the old one or the new one.
killed() {
	local step call n old ok=0 seen=
	for step in write:1 fchmod:1 fsync:1 rename:1 fsync:2 close:last; do
		call=${step%:*} n=${step#*:} old=$(key DESCRIPTION)
		grep -v ^DESCRIPTION "$mine" >"$work/others"
		[[ $n != last ]] || { call=exit_group n=1; }
		strace -f -qq -o "$work/trace" -e trace="$call" -e inject="$call:signal=KILL:when=$n" \
			vzctl set 555 --description "after $step" --save >/dev/null 2>&1
		printf '%s: "%s"\n' "$step" "$(key DESCRIPTION)"
		case $(key DESCRIPTION) in
		"$old") seen+=o ;;
		"after $step") seen+=n ;;
		*) ok=1 ;;
		esac
		diff "$work/others" <(grep -v ^DESCRIPTION "$mine") || ok=1
		grep -q 'killed by SIGKILL' "$work/trace" || ok=1
	done
	# All steps up to the rename leave the old one.
	same oooonn "$seen" && expect 0 "$saved" vzctl set 555 --description alive --save &&
		same alive "$(key DESCRIPTION)" && return "$ok"
}

restart_keeps() {
	expect 0 '' vzctl stop anna --fast && expect 0 'Container start in progress' vzctl start anna &&
		same "$((128 << 20))" "$(</sys/fs/cgroup/vz/555/memory.max)" && same 98304 "$(cell 555 privvmpages limit)" &&
		same 5 "$(</sys/fs/cgroup/vz/555/cpu.weight)"
}

plan 33
check "a small Debian is unpacked" tree
check "before the course: no container, and OpenVZ's words for that" nobody
check "course: set --applyconfig vps.basic --save makes a configuration" apply_basic
check "course: a line by hand, host name, address, name server" settings
check "course: start, status, vzlist -a" starts
check "course: enter, host name and name server inside" inside
check "course: passwords, checked with the host's crypt(3)" passwords
check "course: stop --fast; a password while it is stopped" stops
check "course: restart, status" restarts
check "chkpnt --suspend holds it, --resume lets it go on" suspends
check "course: exec, exec2, exec3, runscript and their exit codes" programs
check "mount and umount; a script in a stopped container" mounts
check "course: a template of the private area makes a second container" template
check "create refuses a private area that is there, and unknown templates" no_second_create
check "course: destroy leaves CTID.conf.destroyed and nothing else" destroys
check "words and exit codes" codes
check "--quiet, the log, and LOGGING=no" quiet_and_log
check "every option of set is saved under OpenVZ's key" every_option_is_saved
check "limits are set while it runs, saved only with --save" live_limits
check "settings the kernel refuses change nothing" refused_as_a_whole
check "--ram, --swap, --vm_overcommit, and what they imply" vswap
check "cpuunits, cpulimit and cpus, as the cgroup has them" processors
check "what a running container cannot change is refused" running_refuses
check "the host name changes while it runs" live_names
check "a hostile tree gets no file of the host written" hostile_tree
check "names stand for numbers, and are one container's" names
check "comments, unknown keys and repetitions survive" survives
check "a full disk loses nothing and undoes what was set" disk_full
check "a kill at any step of saving loses nothing" killed
check "settings hold after a restart" restart_keeps
check "the sample's file comes before the built-in figures" \
	eval 'echo NUMPROC=11:12 >"$conf/ve-test.conf-sample"; vzctl set 555 --applyconfig test --save &&
		same 11:12 "$(key NUMPROC)" && same test "$(key ORIGIN_SAMPLE)" && same 11 "$(cell 555 numproc barrier)"'
check "DISABLED=yes keeps it from starting, --force starts it" \
	eval 'vzctl stop 555 --fast && vzctl set 555 --disabled yes --save &&
		expect 105 "Container start disabled" vzctl start 555 && expect 0 "" vzctl start 555 --force'
check "the end: stop and destroy by name, in the words of libvirt" \
	eval 'vzctl stop anna --fast && vzctl --quiet start destroy anna && [[ ! -L /etc/vz/names/anna && ! -e /vz/private/555 ]]'
done_testing
