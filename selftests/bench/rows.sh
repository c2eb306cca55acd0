# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - what "make bench" measures, within a guest that counts instructions.
#
# usage: bash rows.sh GROUP...     groups are the functions rows_GROUP, in this order
#
# Prints lines that report.awk reads:
#
#	sample ROW WALL CPU ALL		see lat.c
#	micro CONDITION OPERATION N	see micro.c
#	memory WHAT NUMBER KIB		all kinds of it together, with NUMBER of WHAT running
#	version NAME TEXT
#	many started|stopped NUMBER
#	failed WHAT
#
# All containers, ours and the others', have a busybox as their root, namespaces of every
# kind that is usual for them, and limits.

# What stands in single quotes is for another shell, or for jq.
# shellcheck disable=SC2016

vzctx=/vzctx
tree=/vz/private/bench
peer=/srv/peer
sleeper=(/bin/sleep infinity)
cgroup=/sys/fs/cgroup/bench

# lat ROW TIMES COMMAND...: the first time is for warming up.
lat() {
	"$vzctx/lat" "$1" 1 "${@:3}" >/dev/null && "$vzctx/lat" "$@" || echo "failed $1"
}

# once ROW COMMAND...: without warming up.
once() {
	"$vzctx/lat" "$1" 1 "${@:2}" || echo "failed $1"
}

micro() {
	"$vzctx/micro" "$1" /tmp || echo "failed micro $1"
}

# quiet COMMAND...: what it says is told only if it fails.
quiet() {
	"$@" >/tmp/said 2>&1 || { echo "failed $*"; sed 's/^/# /' /tmp/said; return 1; }
}

# --- Roots and configurations ----------------------------------------------------

busybox_tree() {
	local name

	mkdir -p "$1"/{bin,usr,dev,proc,sys,tmp,run,etc,root,mnt}
	cp /bin/busybox "$1/bin/"
	for name in true sleep sh cat; do
		ln -s busybox "$1/bin/$name"
	done
}

# bundle NAME COMMAND...: a bundle of that name, for crun and runc.
bundle() {
	local args

	mkdir -p "$peer/$1"
	args=$(printf '%s\n' "${@:2}" | jq -R . | jq -s .)
	(
		cd "$peer/$1" || exit
		rm -f config.json
		crun spec
		jq --argjson args "$args" --arg root "$peer/root" --arg path "/bench-$1" '
			.process.terminal = false | .process.args = $args |
			.root.path = $root | .linux.cgroupsPath = $path |
			.linux.resources += {pids: {limit: 200}, memory: {limit: 268435456},
				cpu: {quota: 100000, period: 100000}}' config.json >config.new
		mv config.new config.json
	)
}

lxc_config() {
	cat >"$peer/lxc.conf" <<-E
		lxc.rootfs.path = dir:$peer/root
		lxc.uts.name = bench
		lxc.net.0.type = empty
		lxc.mount.auto = proc:mixed sys:ro
		lxc.autodev = 1
		lxc.apparmor.profile = unconfined
		lxc.cgroup.relative = 0
		lxc.cgroup2.pids.max = 200
		lxc.cgroup2.memory.max = 256M
		lxc.cgroup2.cpu.max = 100000 100000
	E
}

# ours CTID: a container with a limit on everything that can have one.
ours() {
	local path=$tree

	if [[ $1 != 101 ]]; then
		path=/vz/private/bench-$1
		mkdir -p "$path"
		cp -a "$tree/." "$path/"
	fi
	quiet vzctx create "$1" --private "$path" &&
		quiet vzctx limit "$1" --profile basic physpages=0:131072 swappages=0:131072 numproc=4096 --save
}

versions() {
	local name

	for name in crun runc lxc bubblewrap systemd-container util-linux; do
		printf 'version %s %s\n' "$name" "$(dpkg-query -W -f='${Version}' "$name")"
	done
	printf 'version linux %s\n' "$(uname -v | sed 's/.*Debian //')"
}

setup() {
	busybox_tree "$tree"
	busybox_tree "$peer/root"
	cp "$vzctx/micro" "$tree/bin/"
	bundle once /bin/true
	bundle idle "${sleeper[@]}"
	lxc_config
	# nspawn asks for one.
	echo 0123456789abcdef0123456789abcdef >/etc/machine-id
	chmod 700 /vz/private
	# The kernel pays for memory cgroups from the first one on.
	mkdir "$cgroup"
	echo 1000 >"$cgroup/pids.max"
	echo 512M >"$cgroup/memory.max"
	echo 400M >"$cgroup/memory.high"
	echo "400000 100000" >"$cgroup/cpu.max"
	# Files are in the page cache, and linkers have seen their libraries.
	cat /usr/bin/{crun,bwrap,nsenter,unshare,systemd-nspawn} /usr/sbin/runc /usr/bin/lxc-* >/dev/null
	sleep 3
}

# One container of ours that idles; its first start pays for everything.
ready() {
	[[ -d /sys/module/vzctx ]] || quiet insmod "$vzctx/vzctx.ko" || return
	[[ -e /etc/vz/conf/101.conf ]] || ours 101 || return
	[[ $(init_of 101) ]] || quiet vzctx start 101 -- "${sleeper[@]}"
}

init_of() {
	vzctx list --parsable --noheadings -o ctid,pid | awk -F'\t' -v c="$1" '$1 == c { print $2 }'
}

rest() {
	[[ ! $(init_of 101) ]] || quiet vzctx stop 101 --fast
}

# Once what containers left behind is gone.
unload() {
	local tries=50

	[[ -d /sys/module/vzctx ]] || return 0
	rest || return
	until rmmod vzctx 2>/tmp/said; do
		((tries--)) || { echo "failed rmmod"; sed 's/^/# /' /tmp/said; return 1; }
		sleep 0.2
	done
}

# --- Groups ----------------------------------------------------------------------

rows_tool() {
	ready || return
	lat tool/version 7 vzctx --version
	lat tool/list 7 vzctx list
	lat tool/status 5 vzctx status 101
	lat tool/ubc 5 vzctx ubc 101
	lat tool/busybox 5 /bin/busybox true
	lat tool/crun-version 5 crun --version
	lat tool/crun-list 5 crun list
	lat tool/lxc-version 5 lxc-execute --version
}

rows_start() {
	local oci=(--cgroup-manager=cgroupfs run --bundle)

	lat start/floor 7 unshare -mpniuC --fork -R "$peer/root" /bin/true
	lat start/bwrap 5 bwrap --unshare-all --ro-bind "$peer/root" / --proc /proc --dev /dev /bin/true
	lat start/crun 9 crun "${oci[@]}" "$peer/once" c1
	lat start/runc 5 runc run --bundle "$peer/once" r1
	lat start/lxc 5 lxc-execute -P "$peer" -n l1 -f "$peer/lxc.conf" -- /bin/true
	lat start/nspawn 3 systemd-nspawn -q --register=no --keep-unit --read-only --private-network \
		--timezone=off --resolv-conf=off -D "$peer/root" /bin/true
	ready && quiet ours 102 || return
	lat start/vzctx 9 vzctx start 102 -F -- /bin/true
}

rows_detach() {
	lat detach/crun 7 crun --cgroup-manager=cgroupfs run -d --bundle "$peer/idle" c2 , \
		crun --cgroup-manager=cgroupfs delete -f c2
	lat detach/runc 3 runc run -d --bundle "$peer/idle" r2 , runc delete -f r2
	lat detach/lxc 5 lxc-start -P "$peer" -n l2 -f "$peer/lxc.conf" -d -- "${sleeper[@]}" , \
		lxc-stop -P "$peer" -n l2 -k
	ready && quiet ours 103 || return
	lat detach/vzctx 7 vzctx start 103 -- "${sleeper[@]}" , vzctx stop 103 --fast
	lat detach/vzctx-polite 5 vzctx start 103 -- "${sleeper[@]}" , vzctx stop 103
}

rows_exec() {
	local pid

	quiet crun --cgroup-manager=cgroupfs run -d --bundle "$peer/idle" c3
	pid=$(crun state c3 | jq .pid)
	lat exec/nsenter 9 nsenter -a -r -w -t "$pid" /bin/true
	lat exec/crun 5 crun --cgroup-manager=cgroupfs exec c3 /bin/true
	quiet crun --cgroup-manager=cgroupfs delete -f c3
	quiet runc run -d --bundle "$peer/idle" r3
	lat exec/runc 5 runc exec r3 /bin/true
	quiet runc delete -f r3
	quiet lxc-start -P "$peer" -n l3 -f "$peer/lxc.conf" -d -- "${sleeper[@]}"
	lat exec/lxc 5 lxc-attach -P "$peer" -n l3 -- /bin/true
	quiet lxc-stop -P "$peer" -n l3 -k
	ready || return
	lat exec/vzctx 9 vzctx exec 101 -- /bin/true
	lat exec/nsenter-vzctx 5 nsenter -a -r -w -t "$(init_of 101)" /bin/true
}

# The hooks stay for a minute after the last container, then the next start puts them in anew.
rows_life() {
	local i

	ready && unload || return
	for i in 1 2 3; do
		once life/insmod insmod "$vzctx/vzctx.ko"
		once life/first-start vzctx start 101 -F -- /bin/true
		sleep 70
		once life/start-after-linger vzctx start 101 -F -- /bin/true
		once life/rmmod-hooked rmmod vzctx
	done
	quiet insmod "$vzctx/vzctx.ko"
	once life/rmmod-unused rmmod vzctx
}

rows_micro() {
	unload || return
	sleep 3
	micro warm >/dev/null
	micro none
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs"
		micro cgroup
	)
	ready || return
	sleep 3
	micro host
	nsenter -p -t "$(init_of 101)" "$vzctx/micro" ct /tmp || echo "failed micro ct"
	vzctx exec 101 -- /bin/micro product /dev/shm || echo "failed micro product"
	unload || return
	sleep 3
	micro gone
}

# crowd KIND NUMBER FILES [--bare]: operations in the last of so many contexts and on the
# host, as the conditions KIND-in and KIND-host.
crowd() {
	local ops='open_close_null pipe_close socket_udp_close socket_tcp_close socketpair_close eventfd_close'

	"$vzctx/contexts" ${4:+"$4"} "$2" "$3" sh -c '
		nsenter -p -t "$INSIDE" /vzctx/micro "$0-in" /tmp $1
		/vzctx/micro "$0-host" /tmp $1' "$1" "$ops" || echo "failed contexts $1"
}

# crowds PREFIX [--bare]
crowds() {
	crowd warm 2 0 "${@:2}" >/dev/null
	crowd "$1few" 2 0 "${@:2}"
	crowd "$1files" 2 100000 "${@:2}"
	crowd "$1many" 1000 0 "${@:2}"
}

# Contexts without a cgroup or a file system, only for the module; and first as many
# processes without it, for they change what the kernel has at hand.
rows_contexts() {
	local n looks='
		/vzctx/lat "$0/list" 3 vzctx list
		/vzctx/lat "$0/ubc" 2 vzctx ubc
		/vzctx/lat "$0/cat" 3 cat /proc/user_beancounters'

	unload || return
	crowds bare --bare
	ready && rest || return
	crowds ''
	for n in 500 1000; do
		"$vzctx/contexts" "$n" 0 sh -c "$looks" "contexts$n" || echo "failed contexts $n"
	done
}

# memory WHAT NUMBER: what the kernel can be rid of is not counted.
memory() {
	sleep 2
	echo 3 >/proc/sys/vm/drop_caches
	sleep 2
	echo 3 >/proc/sys/vm/drop_caches
	awk -v what="$1" -v number="$2" '
		/^(Slab|AnonPages|KernelStack|PageTables|Percpu|Shmem):/ { sum += $2 }
		END { print "memory", what, number, sum }' /proc/meminfo
}

# started FROM TO: containers 1000 + FROM up to 1000 + TO run.
started() {
	local i

	for ((i = 1000 + $1; i <= 1000 + $2; i++)); do
		ours "$i" && quiet vzctx start "$i" -- "${sleeper[@]}" || return
	done
}

stopped() {
	local i

	for ((i = 1000 + $1; i <= 1000 + $2; i++)); do
		quiet vzctx stop "$i" --fast && quiet vzctx destroy "$i" || return
	done
}

# growth NUMBER: what takes how long beside that many running containers.
growth() {
	lat "growth$1/start" 5 vzctx start 102 -F -- /bin/true
	lat "growth$1/exec" 3 vzctx exec 1001 -- /bin/true
	lat "growth$1/list" 3 vzctx list
	lat "growth$1/ubc" 3 vzctx ubc
	lat "growth$1/cat" 3 cat /proc/user_beancounters
}

# crun_idle FROM TO: as many containers of crun.
crun_idle() {
	local i

	for ((i = $1; i <= $2; i++)); do
		sed "s,/bench-idle,/bench-idle-$i," "$peer/idle/config.json" >"$peer/once/idle.json"
		quiet crun --cgroup-manager=cgroupfs run -d --bundle "$peer/once" \
			--config "$peer/once/idle.json" "m$i" || return
	done
}

rows_memory() {
	local i

	crun_idle 1 20 && memory crun 20 && crun_idle 21 60 && memory crun 60
	for ((i = 1; i <= 60; i++)); do
		quiet crun --cgroup-manager=cgroupfs delete -f "m$i"
	done
	# What the kernel takes its time to free is not to be taken off ours.
	sleep 30
	ready || return
	[[ -e /etc/vz/conf/102.conf ]] || ours 102 || return
	started 1 20 || return
	memory vzctx 20
	growth 20
	started 21 60 || return
	memory vzctx 60
	growth 60
	stopped 1 60
}

# As many as the guest has room for, up to a thousand, as long as one more takes less
# than a tenth of a second.
rows_many() {
	local n=0 to one

	ready || return
	[[ -e /etc/vz/conf/102.conf ]] || ours 102 || return
	memory many 0
	for to in 100 250 500 1000; do
		started $((n + 1)) "$to" || break
		memory many "$to"
		growth "-many$to"
		echo "many started $to"
		n=$to
		one=$("$vzctx/lat" one 1 vzctx start 102 -F -- /bin/true | awk '{ print int($3 / 1e6) }')
		((${one:-100} < 100)) || break
	done
	stopped 1 "$n" && echo "many stopped $n"
}

# at_once CONDITION NUMBER COMMAND...: that many of it side by side, each with the condition
# and its own number behind it.
at_once() {
	local i pids=()

	for ((i = 1; i <= $2; i++)); do
		"${@:3}" "$1-$2" "$i" >"/tmp/smp-$i" &
		pids+=($!)
	done
	wait "${pids[@]}" || echo "failed $1"
	cat /tmp/smp-[0-9]*
	rm /tmp/smp-[0-9]*
}

parallel=(open_close_null pipe_close socket_udp_close mmap_touch1_munmap fork_exit)

plain() {
	"$vzctx/micro" "$1" /tmp "${parallel[@]}"
}

in_cgroup() {
	(
		echo "$BASHPID" >"$cgroup/cgroup.procs"
		plain "$1"
	)
}

in_one() {
	nsenter -p -t "$(init_of 101)" "$vzctx/micro" "$1" /tmp "${parallel[@]}"
}

# One of the processes MEMBERS for each.
in_each() {
	local pids

	read -ra pids <<<"$MEMBERS"
	nsenter -p -t "${pids[$2 - 1]}" "$vzctx/micro" "$1" /tmp "${parallel[@]}"
}

# With processors that really run side by side: cycles, not instructions.
rows_smp() {
	local n

	n=$(nproc)
	echo "version processors $n"
	at_once warm "$n" plain >/dev/null
	for i in 1 "$n"; do
		at_once none "$i" plain
		at_once cgroup "$i" in_cgroup
	done
	ready || return
	for i in 1 "$n"; do
		at_once host "$i" plain
		at_once ct "$i" in_one
	done
	rest || return
	for i in 1 "$n"; do
		"$vzctx/contexts" "$i" 0 bash "$0" --within at_once cts "$i" in_each || echo "failed cts"
	done
}

if [[ ${1-} = --within ]]; then
	"${@:2}"
	exit
fi
versions
setup
for group; do
	"rows_$group"
done
printf 'done\n'
