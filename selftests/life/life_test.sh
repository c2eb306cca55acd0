#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=240 module=1 kernels=newest
#
# vzctx - a container's life: mounts, action scripts, order of boot, reboots.
#
# The containers are trees of busybox with an init of a few lines. Witnesses are the
# mount table, cgroups, and what scripts and inits write to files.

# What stands in single quotes is for other shells.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

conf=/etc/vz/conf
work=$(mktemp -d /tmp/life.XXXXXX)
cts=(401 402 403)

cleanup() {
	local c
	for c in "${cts[@]}"; do
		vzctx stop "$c" --fast
		vzctx umount "$c"
		vzctx destroy "$c" --purge
		rm -rf "$conf/$c".* "/vz/private/$c" "/vz/root/$c"
	done
	rm -rf "$conf"/vps.* "$work" /vz/template/cache/box.tar
	rmdir /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

# tree DIRECTORY: busybox, and an init that does as /farewell says when it is asked to end.
tree() {
	local a

	mkdir -p "$1"/{bin,sbin,etc,proc,sys,dev,run,tmp,root,mnt}
	cp /bin/busybox "$1/bin/"
	for a in sh cat echo sleep ls kill reboot poweroff touch mount; do
		ln -s busybox "$1/bin/$a"
	done
	printf '%s\n' '#!/bin/sh' 'trap ". /farewell" TERM' 'echo x >>/lives' \
		'while :; do sleep 0.2; done' >"$1/sbin/init"
	chmod 755 "$1/sbin/init"
	echo 'exit 0' >"$1/farewell"
}

running() { [[ $(init_of "$1") ]]; }
down() { ! running "$1"; }
mounted() { mountpoint -q "/vz/root/$1"; }
put_away() { down "$1" && ! mounted "$1" && [[ ! -e /sys/fs/cgroup/vz/$1 ]]; }
lives() { grep -c x "/vz/private/$1/lives"; }
lived() { [[ $(lives "$1") = "$2" ]]; }

status_is() { same "CTID $1 $2" "$(vzctx status "$1")"; }

# script ACTION TEXT: an action script of CT 401, or for vps.ACTION of all.
script() {
	local name=$1
	[[ $name = vps.* ]] || name=401.$name
	printf '#!/bin/sh\n%s\n' "$2" >"$conf/$name"
	chmod 755 "$conf/$name"
}

no_scripts() { rm -f "$conf"/vps.* "$conf"/40?.{premount,mount,umount,postumount,start,stop}; }

# --- create, mount -----------------------------------------------------------

from_template() {
	mkdir -p /vz/template/cache
	tree "$work/tree"
	echo 0123456789abcdef0123456789abcdef >"$work/tree/etc/machine-id"
	tar -C "$work/tree" -cf /vz/template/cache/box.tar . &&
		expect 0 'CT 401 created' vzctx create 401 --ostemplate box &&
		expect 0 'CT 402 created' vzctx create 402 --ostemplate box &&
		expect 0 'CT 403 created' vzctx create 403 --ostemplate /vz/template/cache/box.tar &&
		diff -r --exclude=machine-id "$work/tree" /vz/private/401 &&
		[[ -e /vz/private/401/etc/machine-id && ! -s /vz/private/401/etc/machine-id ]] &&
		grep -qx 'OSTEMPLATE="box"' "$conf/401.conf" &&
		! grep -q UNFINISHED "$conf/401.conf" &&
		status_is 401 'exist unmounted down'
}

no_template() {
	expect 1 'find template nosuch.*vzctx template list' vzctx create 404 --ostemplate nosuch &&
		[[ ! -e $conf/404.conf && ! -e /vz/private/404 ]] &&
		expect 1 'there is such a CT already' vzctx create 401 --ostemplate box &&
		status_is 404 'deleted unmounted down'
}

bad_template() {
	head -c 70000 /vz/template/cache/box.tar >"$work/cut.tar"
	expect 1 'cannot create CT 404: unpack' vzctx create 404 --ostemplate "$work/cut.tar" &&
		[[ ! -e $conf/404.conf && ! -e /vz/private/404 ]]
}

mount_by_hand() {
	expect 0 '' vzctx mount 401 && status_is 401 'exist mounted down' &&
		[[ $(stat -c %i /vz/root/401/bin) = "$(stat -c %i /vz/private/401/bin)" ]] &&
		[[ $(findmnt -no OPTIONS /vz/root/401) = *nosuid*nodev* ]] &&
		expect 1 'mounted already' vzctx mount 401 &&
		expect 1 'vzctx umount 401. first' vzctx destroy 401 --purge &&
		[[ -e /vz/private/401/bin/sh ]] &&
		expect 0 '' vzctx umount 401 && status_is 401 'exist unmounted down' &&
		expect 1 'not mounted' vzctx umount 401 && ! mounted 401
}

# --- start, stop, restart ------------------------------------------------------

started() {
	expect 0 '' vzctx start 401 && wait_for 20 lived 401 1 &&
		status_is 401 'exist mounted running' && running 401 &&
		expect 1 'it is running' vzctx mount 401 && expect 1 'it is running' vzctx umount 401
}

stopped() {
	expect 0 '' vzctx stop 401 --timeout 60 && put_away 401 &&
		expect 1 'not running' vzctx stop 401
}

restarted() {
	local before
	vzctx start 401 && before=$(init_of 401) &&
		expect 0 '' vzctx restart 401 && running 401 && [[ $(init_of 401) != "$before" ]] &&
		vzctx stop 401 --fast && expect 0 '' vzctx restart 401 --fast && running 401 &&
		vzctx stop 401 --fast
}

disabled() {
	echo 'DISABLED="yes"' >>"$conf/401.conf"
	expect 1 'DISABLED; --force' vzctx start 401 && down 401 &&
		expect 0 '' vzctx start 401 --force && running 401
	local rc=$?
	vzctx stop 401 --fast
	sed -i '/^DISABLED/d' "$conf/401.conf"
	return "$rc"
}

waited() {
	expect 0 '' vzctx start 401 --wait && running 401 && vzctx stop 401 --fast
}

# --- action scripts ------------------------------------------------------------

scripts_in_order() {
	local a want
	for a in premount mount umount postumount; do
		script "vps.$a" "echo vps.$a \$VEID >>$work/order"
		script "$a" "echo $a \$VEID \$(. \$VE_CONFFILE; echo \$OSTEMPLATE) >>$work/order"
	done
	script start 'echo start $0 >/inside; ls /lives >>/inside'
	script stop 'echo stop >>/inside'
	rm -f "$work/order"
	vzctx start 401 && vzctx stop 401 --timeout 60 || return
	want=$(for a in premount mount umount postumount; do
		printf 'vps.%s 401\n%s 401 box\n' "$a" "$a"
	done)
	same "$want" "$(<"$work/order")" &&
		grep -q '^start' /vz/private/401/inside && grep -q '^stop' /vz/private/401/inside &&
		[[ ! -e /inside ]]
	local rc=$?
	no_scripts
	return "$rc"
}

script_mounts() {
	mkdir -p "$work/data"
	echo hello >"$work/data/file"
	mkdir -p /var/lib/shared
	echo hello >/var/lib/shared/file
	script mount 'mount --bind /var/lib/shared $(. $VE_CONFFILE; echo ${VE_ROOT:-/vz/root/$VEID})/mnt'
	vzctx start 401 || return
	same hello "$(vzctx exec 401 -- cat /mnt/file)" && [[ ! -e /vz/private/401/mnt/file ]] &&
		vzctx stop 401 --fast && ! grep -q /vz/root/401 /proc/self/mountinfo &&
		! grep -q /vz/private/401 /proc/self/mountinfo && [[ -e /var/lib/shared/file ]]
	local rc=$?
	no_scripts
	rm -rf /var/lib/shared
	return "$rc"
}

script_fails() {
	script premount 'exit 3'
	expect 1 '401.premount.*ended with 3' vzctx start 401 && put_away 401 || return
	no_scripts
	script mount 'exit 4'
	expect 1 '401.mount.*ended with 4' vzctx start 401 && put_away 401 || return
	no_scripts
	script start 'exit 5'
	expect 1 '401.start.*ended with 5' vzctx start 401 && running 401
	local rc=$?
	no_scripts
	vzctx stop 401 --fast
	return "$rc"
}

# Its own end is as orderly as a stop.
ends_by_itself() {
	script umount "touch $work/umounted"
	rm -f "$work/umounted"
	vzctx start 401 -- /bin/sleep 0.1
	wait_for 20 put_away 401 && wait_for 10 test -e "$work/umounted"
	local rc=$?
	no_scripts
	return "$rc"
}

# --- reboot --------------------------------------------------------------------

reboots() {
	local before n
	vzctx start 401 && before=$(init_of 401) && n=$(lives 401) || return
	wait_for 20 lived 401 $((n > 0 ? n : 1))
	n=$(lives 401)
	vzctx exec 401 -- /bin/busybox reboot -f
	wait_for 30 lived 401 $((n + 1)) && wait_for 20 running 401 &&
		[[ $(init_of 401) != "$before" ]] && mounted 401
}

powers_off() {
	vzctx exec 401 -- /bin/busybox poweroff -f
	wait_for 30 put_away 401
}

# A stop is a stop, whatever the container makes of it.
no_escape() {
	local n
	echo 'reboot -f' >/vz/private/401/farewell
	n=$(lives 401)
	vzctx start 401 && wait_for 20 lived 401 $((n + 1)) || return
	expect 0 '' vzctx stop 401 --timeout 60 && put_away 401 && refuses wait_for 5 running 401 &&
		lived 401 $((n + 1))
	local rc=$?
	echo 'exit 0' >/vz/private/401/farewell
	return "$rc"
}

# down_in_between: one that reboots at once, as long as it is let, is down.
down_in_between() {
	printf '%s\n' '#!/bin/sh' 'echo x >>/lives' 'exec reboot -f' >/vz/private/401/sbin/init
	vzctx start 401 && wait_for 30 down 401
}

# Nor does it escape while it is down and about to start again.
stays_down() {
	local rc
	cp -p /vz/private/401/sbin/init "$work/init"
	down_in_between && expect 0 'CT 401 is stopped' vzctx stop 401 && refuses wait_for 6 running 401 &&
		down_in_between && expect 0 '' vzctl stop 401 --fast && refuses wait_for 6 running 401 &&
		down_in_between && vzctx shutdown >/dev/null && refuses wait_for 6 running 401 && put_away 401 &&
		expect 1 'it is not running' vzctx stop 401
	rc=$?
	cp -p "$work/init" /vz/private/401/sbin/init
	vzctx stop 401 --fast >/dev/null 2>&1
	return "$rc"
}

# --- many ----------------------------------------------------------------------

onboot() {
	printf 'ONBOOT="yes"\nBOOTORDER="%s"\n' "$2" >"$work/keys"
	sed -i '/^ONBOOT/d; /^BOOTORDER/d' "$conf/$1.conf"
	cat "$work/keys" >>"$conf/$1.conf"
}

boot_order() {
	onboot 401 5
	onboot 402 20
	onboot 403 10
	script vps.mount "echo \$VEID >>$work/up"
	script vps.umount "echo \$VEID >>$work/down"
	expect 0 '' vzctx boot --jobs 1 && same "402 403 401" "$(xargs <"$work/up")" &&
		running 401 && running 402 && running 403 &&
		expect 0 '' vzctx boot && same 3 "$(wc -l <"$work/up")" &&
		expect 0 '' vzctx shutdown --jobs 1 && same "401 403 402" "$(xargs <"$work/down")" &&
		put_away 401 && put_away 402 && put_away 403
	local rc=$?
	no_scripts
	return "$rc"
}

# Each waits in its mount script until all three are there.
boot_parallel() {
	script vps.mount "touch $work/at.\$VEID
i=0
until [ -e $work/at.401 ] && [ -e $work/at.402 ] && [ -e $work/at.403 ]; do
	i=\$((i + 1))
	[ \$i -lt 300 ] || exit 1
	sleep 0.1
done"
	expect 0 '' vzctx boot --jobs 3 && running 401 && running 402 && running 403 &&
		expect 0 '' vzctx shutdown --jobs 3 && put_away 401 && put_away 402 && put_away 403
	local rc=$?
	no_scripts
	return "$rc"
}

boot_goes_on() {
	sed -i '/^ONBOOT/d' "$conf/402.conf"
	mv /vz/private/403 "$work/aside"
	expect 1 'CT 403.*1 of 2 containers did not start' vzctx boot --jobs 1 &&
		running 401 && down 402 && down 403
	local rc=$?
	mv "$work/aside" /vz/private/403
	vzctx stop 401 --fast
	return "$rc"
}

purged() {
	expect 0 'CT 402 destroyed; /vz/private/402 removed' vzctx destroy 402 --purge &&
		[[ ! -e /vz/private/402 && ! -e $conf/402.conf && -e $conf/402.conf.destroyed ]] &&
		! grep -q UNFINISHED "$conf/402.conf.destroyed"
}

plan 22
dmesg_mark
check "a template becomes a private area" from_template
check "without the template nothing is made" no_template
check "of a broken template nothing stays" bad_template
check "mount and umount by hand, and in status" mount_by_hand
check "a start mounts and runs the init" started
check "a stop asks the init, unmounts and leaves nothing" stopped
check "restart makes a new init" restarted
check "DISABLED is obeyed, and --force stronger" disabled
check "--wait returns for an init without a word" waited
check "action scripts run in order, on the host and inside" scripts_in_order
check "what a script mounts shows inside, and nowhere afterwards" script_mounts
check "a script that fails is named and undone" script_fails
check "a container that ends by itself is put away" ends_by_itself
check "a reboot from inside is a new life" reboots
check "a poweroff from inside ends it" powers_off
check "a stop cannot be answered by a reboot" no_escape
check "one that has just rebooted is stopped as well" stays_down
check "boot and shutdown keep the order" boot_order
check "boot starts containers side by side" boot_parallel
check "one that does not start holds nobody up" boot_goes_on
check "destroy --purge removes the tree" purged
check "the kernel has nothing to say" dmesg_clean
done_testing
