#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=120 kernels=newest
#
# vzctx - what the doctor sees in hosts that are good and in hosts that are not.
#
# A host is made in a mount namespace: files and directories of this one are
# covered by others. So each look is seen to tell one from the other.

# What stands in single quotes is for the namespace.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"; vzctx stop 102 --fast >/dev/null 2>&1; rmdir /sys/fs/cgroup/vz 2>/dev/null; ! module_loaded || rmmod vzctx' EXIT
said=$work/said.json

# In the namespace: over FILE TEXT covers a file, hide DIRECTORY leaves it empty.
cat >"$work/host" <<'HOST'
release=$(uname -r)
fakes=$(mktemp -d)
over() {
	local fake
	fake=$(mktemp -p "$fakes")
	printf '%s\n' "$2" >"$fake"
	mount --bind "$fake" "$1"
}
hide() { mkdir -p "$1" && mount -t tmpfs none "$1"; }
# options WORD...: what the kernel says it was built with, but for these.
options() {
	local o
	hide /boot
	for o in CGROUPS DYNAMIC_FTRACE DYNAMIC_FTRACE_WITH_ARGS FUNCTION_TRACER HAVE_STATIC_CALL KALLSYMS \
		KPROBES MEMCG MODULES MODULE_UNLOAD NET NET_NS PID_NS PROC_FS SCHED_INFO TASKS_RCU USER_NS \
		UTS_NS IPC_NS SECCOMP_FILTER DEBUG_INFO_BTF LIVEPATCH CGROUP_SCHED CFS_BANDWIDTH CGROUP_PIDS; do
		[[ " $* " = *" $o "* ]] || echo "CONFIG_$o=y"
	done >"/boot/config-$release"
}
mountpoint -q /sys/kernel/tracing || mount -t tracefs none /sys/kernel/tracing
HOST

# doctor SETUP [OPTION...]: what it says of such a host, in $said; its status in $code.
doctor() {
	local setup=$1
	shift
	unshare -m bash -c ". $work/host; $setup
		vzctx doctor --json \"\$@\"; code=\$?; rm -rf \"\$fakes\"; exit \$code" - "$@" >"$said"
	code=$?
}

# finds LOOK HEALTH [REGEX]
finds() {
	local got
	got=$(jq -r --arg n "$1" '.looks[] | select(.name == $n) | .health + " " + .found' "$said")
	printf '%s: %s\n' "$1" "$got"
	[[ $got =~ ^$2\ .*${3-} ]]
}

# holds RESOURCE WORDS [REGEX]
holds() {
	local got
	got=$(jq -r --arg n "$1" '.resources[] | select(.resource == $n) | .hold + ": " + .why' "$said")
	printf '%s: %s\n' "$1" "$got"
	[[ $got =~ ^$2:\ .*${3-} ]]
}

ends() { same "$code" "$1"; }

all_good() {
	cat "$said"
	ends 0 && jq -e '.health == "good" and ([.looks[] | select(.health != "good")] == [])' "$said" &&
		holds numproc enforced && holds physpages enforced && holds dcachesize sampled &&
		holds vmguarpages enforced && ! grep -q 'untold\|"not enforced' "$said"
}

# advises LOOK REGEX: what it says is to be done.
advises() {
	local got
	got=$(jq -r --arg n "$1" '.looks[] | select(.name == $n) | .way_out' "$said")
	printf '%s -> %s\n' "$1" "$got"
	[[ $got =~ $2 ]]
}

plan 65

insmod "$VZCTX_KO"
doctor options
check "a good host is good" all_good
check "what is found on a full disk is not said" refuses bash -c 'vzctx doctor --json >/dev/full 2>/dev/null'
full=$(vzctx doctor --json 2>&1 >/dev/full)
check "and the reason is the disk" same "$full" "vzctx: cannot write the output: No space left on device"

not_ours() { finds module bad "$1" && advises module 'name the vzctx\.ko' && ends 2; }
doctor options --module /etc/passwd
check "no module, though the module is loaded" not_ours '/etc/passwd is no module$'
doctor options --module "$(dirname -- "$VZCTX_KO")/holder.ko"
check "another module" not_ours 'holder\.ko is the module holder$'
doctor options --module /nonexistent
check "no file" not_ours '/nonexistent cannot be read: No such file'
odd=$work/$'no-\xff-utf8'
ln -s /etc/passwd "$odd"
doctor options --module "$odd"
check "a name that is no text" not_ours 'no-.xff-utf8 is no module$'
mkfifo "$work/fifo"
check "what would be waited for" expect 2 'fifo is no module' timeout 60 vzctx doctor --module "$work/fifo"
doctor options --module /bin/true
check "a file of that kind that is no module" not_ours '/bin/true is no module$'
doctor 'options DEBUG_INFO_BTF; over /sys/module/vzctx/parameters/force_prototypes Y'
check "nothing was compared" finds btf weaker 'force_prototypes=1.* has not compared'
check "without types a module that is loaded works" finds options weaker 'lacks CONFIG_DEBUG_INFO_BTF$'
rmmod vzctx
insmod "$VZCTX_KO" plant=meminfo_proc_show:2:int
doctor options
check "what containers see of the host" finds views weaker '/proc/meminfo: meminfo_proc_show has another prototype'
rmmod vzctx
insmod "$VZCTX_KO"

mkdir -p /etc/vz/conf
printf 'LOCAL_UID="1879048192"\nLOCAL_GID="1879048192"\n' >/etc/vz/conf/101.conf
doctor 'options KPROBES
	over /proc/sys/kernel/version "#1 SMP PREEMPT_RT Debian"
	over /sys/module/vzctx/version 0.0.1
	hide /sys/kernel/btf
	over /proc/sys/kernel/ftrace_enabled 0
	hide /sys/kernel/livepatch; mkdir /sys/kernel/livepatch/fix; echo 1 >/sys/kernel/livepatch/fix/enabled
	over /sys/fs/cgroup/cgroup.controllers "cpu io pids"
	over /proc/sys/user/max_net_namespaces 0
	over /proc/sys/kernel/unprivileged_userns_clone 0
	touch /etc/subuid; over /etc/subuid "alice:1879100000:65536"
	mkdir -p /vz; mount -t ramfs none /vz; mkdir /vz/private'
check "a kernel without kprobes" finds options bad 'lacks CONFIG_KPROBES$'
check "PREEMPT_RT" finds realtime bad
check "a module of another version" finds module weaker '0\.0\.1 is loaded'
check "no types for a module that is loaded" finds btf weaker
check "ftrace is off" finds ftrace bad
check "a livepatch" finds livepatch weaker 'livepatch fix'
check "no memory controller" finds controllers weaker 'no memory: [^;]*$'
check "and nothing that it would enforce" holds physpages 'not enforced' 'lacks the controller'
check "nor count" holds dcachesize 'not enforced'
check "what the module enforces it does" holds numproc enforced
check "no namespaces" finds namespaces bad 'max_net_namespaces is 0'
check "no user namespaces inside" finds nesting weaker
check "somebody has ids of a container" finds ids weaker 'alice has ids of CT 101'
check "a file system that cannot be idmapped" finds private bad '/vz/private is on ramfs'
check "one bad thing is enough" ends 2

doctor 'options CGROUP_PIDS CFS_BANDWIDTH; over /etc/subuid "alice:2000000000:65536"'
check "options that make it better" finds options weaker 'lacks CONFIG_CFS_BANDWIDTH CONFIG_CGROUP_PIDS$'
check "ids of somebody else that no container has" finds ids good '40[0-9][0-9] ranges'
check "what is weaker is no end" ends 1
rm /etc/vz/conf/101.conf

unprivileged() {
	expect 1 'only root can ask the module' setpriv --reuid 65534 --clear-groups vzctx doctor &&
		expect 1 'untold +private .*only root can try' setpriv --reuid 65534 --clear-groups vzctx doctor
}
check "without root it says what it could not see" unprivileged

way_out() {
	local text
	text=$(unshare -m bash -c ". $work/host; options; over /proc/sys/kernel/ftrace_enabled 0; vzctx doctor -q")
	printf '%s\n' "$text"
	[[ $text = 'bad     ftrace '*'-> sysctl kernel.ftrace_enabled=1'*'cannot work here.' && $text != *good* ]]
}
check "text has the way out, and --quiet no more than what is not good" way_out
rmmod vzctx

# Other sentences than the doctor's own: of the module, of a list of symbols.
insmod "$VZCTX_KO" withhold=alloc_empty_file
vzctx create 102 --private /vz/private/debian >/dev/null && vzctx start 102 -- /bin/sleep infinity >/dev/null
doctor options
check "a function that the module could not hook" holds numfile 'not enforced' 'alloc_empty_file'
check "takes nothing from the others" holds numpty enforced
vzctx stop 102 --fast >/dev/null
rmmod vzctx
rm /etc/vz/conf/102.conf

# A part of a resource, which the module can do without.
modprobe vsock
insmod "$VZCTX_KO" plant='"vsock_create_connected:1:void *"'
doctor options
check "what a kernel module makes and is not charged" holds numothersock enforced 'vsock_create_connected has another prototype'
check "is weaker" ends 1
check "and no good thing, which --quiet leaves out" expect 1 'numothersock .*vsock_create_connected' vzctx doctor -q
rmmod vzctx

doctor 'grep -v " alloc_empty_file$" /proc/kallsyms >"$fakes/symbols"
	printf "0 t devpts_kill_index.part.0\n0 t flock_lock_inode\n0 t security_file_free\t[other]\n" >>"$fakes/symbols"
	mount --bind "$fakes/symbols" /proc/kallsyms' --module "$VZCTX_KO"
check "a function that is not in the kernel" holds numfile 'not enforced' 'alloc_empty_file is not in this kernel'
check "a variant of one" holds numpty 'not enforced' 'devpts_kill_index .* variant'
check "two of one name" holds numflock 'not enforced' 'flock_lock_inode .* two functions'
check "what needs none of these" holds numproc enforced

doctor 'options DEBUG_INFO_BTF' --module /etc/passwd
check "and one that is not is refused" finds options bad 'lacks CONFIG_DEBUG_INFO_BTF$'
check "a file that is no module says nothing of resources" holds numproc untold 'is not this module'

doctor options --module "$VZCTX_KO"
check "who compares functions" finds btf good 'this program does not compare'
check "and the kernel as it is has all of them" holds numfile enforced
check "a file of the module for this kernel" finds module good 'is for this kernel'
check "no headers are needed then" finds headers good
check "nothing is not enforced" refuses grep -q '"not enforced' "$said"

doctor 'over /proc/sys/kernel/osrelease 5.10.0-9-amd64
	hide /sys/kernel/btf
	release=5.10.0-9-amd64; options LIVEPATCH
	hide /sys/kernel/security; echo "none [integrity] confidentiality" >/sys/kernel/security/lockdown
	over /sys/kernel/tracing/enabled_functions "alloc_empty_file (1)     I     	tramp: 0xffffffffc0 (klp_ftrace_handler+0x0/0x1)"
	mkdir -p /v1; mount -t cgroup -o net_cls none /v1
	touch /etc/subgid; over /etc/subgid "bob:1:4294967294"' --module "$VZCTX_KO"
check "an old kernel" finds kernel bad '5.10.0-9-amd64 is older'
check "where symbols are listed for livepatches only" finds options bad 'lacks CONFIG_LIVEPATCH$'
check "a module for another kernel" finds module bad 'is for kernel .*, this is 5\.10'
check "of which another is to be named" advises module 'name the vzctx\.ko'
check "and which says nothing of this one" holds numproc untold 'for another kernel'
check "nothing to build it with" finds headers bad
check "no types for one that would compare them" finds btf bad 'refuses'
check "lockdown, and no signature" finds signature bad 'lockdown asks for one, and .*vzctx\.ko has none'
check "somebody else replaces a function" finds livepatch weaker 'alloc_empty_file is replaced'
check "cgroup v1 besides" finds cgroup weaker 'hybrid: cgroup v1 \(/v1\)'
check "no ids are left" finds ids bad

doctor 'hide /boot; hide "/lib/modules/$release"; mkdir "/lib/modules/$release/build"; touch "/lib/modules/$release/build/Makefile"
	hide /sys/firmware; mkdir -p /sys/firmware/efi/efivars
	printf "\6\0\0\0\1" >/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
	umount /sys/fs/cgroup'
check "a kernel that says nothing of its options" finds options untold
check "no module" finds module bad 'there is none for kernel'
check "headers to build one" finds headers good '/build$'
check "Secure Boot" finds signature weaker 'Secure Boot asks'
check "no cgroup2" finds cgroup weaker 'no cgroup2'

mkdir /sys/fs/cgroup/machine
doctor 'echo $$ >/sys/fs/cgroup/machine/cgroup.procs
	mkdir -p /c; exec 3<&0; unshare -C bash -c ". '"$work"'/host; mount -t cgroup2 none /c; vzctx doctor --json"; exit'
check "in a cgroup where controllers cannot be switched on" finds delegated weaker
rmdir /sys/fs/cgroup/machine /v1 /c

done_testing
