#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300 kernels=newest
#
# vzctx - the power goes while a container is created, destroyed or set.
#
# /etc/vz/conf and /vz/private lie on a file system of their own in a file. killer
# stops the tool at each step that others can see the effect of, and a copy of the
# file is taken: what has reached the disk by then, and nothing of what only the
# page cache knows. Each copy is then mounted, which replays its journal, and
# looked at. noauto_da_alloc: the file system does not put right what a program
# forgot to write out before it renamed.

# The number of the container holds no blank; $1 is for the script that is written.
# shellcheck disable=SC2016,SC2086

. "$(dirname -- "$0")/lib.sh"

here=$(cd "$(dirname -- "$0")" && pwd)
ct=106
private=/vz/private/$ct
conf=/etc/vz/conf/$ct.conf
work=$(mktemp -d /tmp/power.XXXXXX)
golden=$work/golden
template=/vz/template/cache/power.tar

unplug() {
	umount /etc/vz/conf
	umount /vz/private
	umount "$work/disk"
} 2>/dev/null

cleanup() {
	unplug
	rm -rf "$work" "$template"
	rmdir /vz/root/$ct
} >/dev/null 2>&1
trap cleanup EXIT

# plug FILE: the file system in it is the one in use.
plug() {
	mount -o loop,noauto_da_alloc "$1" "$work/disk" || return
	mkdir -p "$work"/disk/{conf,private}
	mount --bind "$work/disk/conf" /etc/vz/conf && mount --bind "$work/disk/private" /vz/private
}

unfinished() { grep -q '^VZCTX_UNFINISHED=' "$conf" 2>/dev/null; }
whole() { diff -r --no-dereference "$golden" "$private"; }
intact() { [[ $(tail -n 1 "$1") = 'TAIL="yes"' ]]; }

# pictures COMMAND...: runs it, with a copy of the disk at every step.
pictures() {
	rm -rf "$work/shots"
	mkdir "$work/shots"
	"$here/killer" -e "$work/shoot" "$@" 9>"$work/steps" >"$work/said" 2>&1 ||
		{ cat "$work/said"; return 1; }
	unplug
	sync
}

# judge LEAST CHECK: as many disks that differ have to have been seen.
judge() {
	local least=$1 check=$2 shot out n=0
	for shot in "$work"/shots/*; do
		[[ $(cmp "$shot" "$work/last" 2>&1) ]] || continue
		cp --sparse=always "$shot" "$work/last"
		n=$((n + 1))
		plug "$shot" || return
		if ! out=$("$check" 2>&1); then
			echo "after $(sed -n "$((10#${shot##*/}))p" "$work/steps"): $out"
			ls -la /etc/vz/conf /vz/private
			cat "$conf"
			unplug
			plug "$work/image"
			return 1
		fi
		unplug
	done
	echo "$n different disks"
	plug "$work/image" && ((n >= least))
}

created() {
	[[ ! -e $private || -e $conf ]] || return
	[[ -e $conf ]] || return 0
	grep -q '^LOCAL_GID=' "$conf" && grep -q '^ONBOOT=' "$conf" || return
	if ! unfinished; then
		whole
		return
	fi
	[[ $(vzctl status $ct 2>&1) = *"create of CT $ct was cut short"* ]] || return
	vzctx create $ct --ostemplate power && ! unfinished && whole
}

destroyed() {
	if [[ ! -e $conf ]]; then
		[[ ! -e $private ]] && intact "$conf.destroyed"
	elif ! unfinished; then
		intact "$conf" && whole
	else
		[[ $(vzctl status $ct 2>&1) = *"destroy of CT $ct was cut short"* ]] &&
			vzctl destroy $ct && [[ ! -e $private && ! -e $conf ]] && intact "$conf.destroyed"
	fi
}

was_set() {
	cmp "$conf" "$work/old" || cmp "$conf" "$work/new"
}

mkdir -p "$work/disk" "$golden"/{a/b,dev,etc,proc,sys,zz} "${template%/*}" /vz/private /etc/vz/conf
for f in a/b/one etc/passwd zz/last; do
	head -c 3000 /dev/urandom | base64 >"$golden/$f"
done
tar -C "$golden" -cf "$template" .
printf '#!/bin/sh\nexec cp --sparse=always %s/image %s/shots/$(printf %%03d "$1")\n' \
	"$work" "$work" >"$work/shoot"
chmod +x "$work/shoot"
truncate -s 8M "$work/image"
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$work/image"

modprobe loop
plan 3
plug "$work/image"
created_kept() {
	pictures vzctx create $ct --ostemplate power && judge 3 created
}
check "a create without power is none, whole, or named and mended" created_kept
echo 'TAIL="yes"' >>"$conf"
sync
set_kept() {
	cp "$conf" "$work/old"
	pictures vzctl set $ct --hostname changed --save && plug "$work/image" || return
	cp "$conf" "$work/new"
	unplug
	judge 2 was_set
}
check "a set --save without power is the old or the new" set_kept
echo 'TAIL="yes"' >>"$conf"
sync
destroy_kept() {
	pictures vzctx destroy $ct --purge && judge 3 destroyed
}
check "a destroy without power is none, done, or named and mended" destroy_kept
done_testing
