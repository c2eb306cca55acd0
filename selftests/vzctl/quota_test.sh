#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 module=1 timeout=300 kernels=newest
#
# vzctl set --diskspace, --diskinodes - what a container's root can put on disk, on ext4 and on
# XFS. Witnesses are du and find of the host, and what its statfs says of the directory.

# What stands in single quotes is for another shell.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

work=$(mktemp -d /tmp/quota.XXXXXX)
conf=/etc/vz/conf
golden=$work/golden
private=/vz/private/203
template=/vz/template/cache/tiny.tar

cleanup() {
	vzctx stop 203 --fast
	vzctx destroy 203 --purge
	umount /vz/root/203
	umount /vz/disk
	rm -rf "$work" /var/lib/vz/quota-* "$template" "$conf"/203.* "$private"
	rmdir /vz/disk /vz/root/203 /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

# A root of busybox alone, with a link and a file that had other names before.
tiny() {
	local d
	mkdir -p "$1"/{bin,sbin,etc,dev,proc,sys,tmp,root,deep/er} && cp /bin/busybox "$1/bin/" || return
	for d in sh sleep cat dd df mkdir touch ln mv rm seq; do
		ln -s busybox "$1/bin/$d"
	done
	echo one >"$1/deep/er/file" && ln "$1/deep/er/file" "$1/deep/hard" && ln -s file "$1/deep/er/link"
}

start() { vzctx start 203 -- /bin/sleep 100000; }
inside() { vzctx exec 203 -- /bin/sh -c "$1"; }
kib() { du -sk "$1" | cut -f1; }
inodes() { find "$1" -printf '%i\n' | sort -u | wc -l; }

# outside COLUMN [DIR]: what statfs on the host tells of the directory: size, used, itotal, iused.
outside() { df -k --output="$1" "${2:-$private}" | tail -n 1 | tr -d ' '; }

made() {
	mkdir -p "${template%/*}" && tiny "$golden" && tar -C "$golden" -cf "$template" . &&
		vzctl create 203 --ostemplate tiny --diskspace 20M:24M --diskinodes 200:200 &&
		echo 'QUOTATIME="0"' >>"$conf/203.conf" && start || return
	same "20480 200" "$(outside size) $(outside itotal)"
}

# What the container's own df says is what the host's says of the directory.
seen_inside() {
	same "$(outside size)" "$(inside "df -k / | cat" | awk 'END { print $2 }')" &&
		same "$(outside itotal)" "$(inside "df -i / | cat" | awk 'END { print $2 }')"
}

full() {
	expect 1 'Disk quota exceeded|No space left' inside 'dd if=/dev/zero of=/big bs=64k count=2000' &&
		(($(kib "$1") <= 20480 && $(kib "$1") > 20480 - 256)) &&
		inside 'rm /big && dd if=/dev/zero of=/small bs=64k count=4; rm /small'
}

out_of_inodes() {
	local n
	inside 'i=0; mkdir /many; while : >/many/$i; do i=$((i + 1)); done' 2>/dev/null
	n=$(inodes "$1")
	inside 'rm -r /many 2>/dev/null || { cd /many && rm *; }; rm -rf /many'
	same 200 "$n"
}

# sparse: what has no blocks takes no space.
sparse() {
	inside 'dd if=/dev/zero of=/hole bs=1k count=1 seek=100000; rm /hole' &&
		inside 'dd if=/dev/zero of=/fits bs=1k count=1000; rm /fits'
}

live() {
	vzctl set 203 --diskspace 30M --diskinodes 300 --save >/dev/null &&
		same "30720 300" "$(outside size) $(outside itotal)" && seen_inside &&
		grep -qx 'DISKSPACE="30720:30720"' "$conf/203.conf" &&
		inside 'dd if=/dev/zero of=/mid bs=1M count=22' && inside 'rm /mid'
}

# More is there than there may be: nothing is lost, and nothing comes on top.
lowered() {
	inside 'dd if=/dev/zero of=/mid bs=1M count=10' && vzctl set 203 --diskspace 8M >/dev/null &&
		expect 1 'exceeded|No space' inside 'dd if=/dev/zero of=/more bs=64k count=1 && cat /more' &&
		same 10485760 "$(stat -c %s "$private/mid")" && inside 'rm /mid /more' &&
		inside 'dd if=/dev/zero of=/more bs=64k count=1; rm /more' &&
		vzctl set 203 --diskspace 30M >/dev/null
}

refused() {
	local before
	before=$(outside size; sha256sum "$conf/203.conf")
	expect 21 'Bad parameter for --diskspace' vzctl set 203 --diskspace 2x --save &&
		expect 31 'not running' vzctl set 204 --diskspace 9M &&
		mkdir -p "$private/etc/resolv.conf" || return
	expect 72 'not saving' vzctl set 203 --diskspace 9M --nameserver 10.1.1.1 --save
	same "$before" "$(outside size; sha256sum "$conf/203.conf")" && rmdir "$private/etc/resolv.conf"
}

# Root inside may neither give its files to another project nor carry them there.
leave='use strict;
sub tries { my ($path, $how) = @_;
	open my $f, "<", $path or die "$path: $!"; my $x = "\0" x 28;
	ioctl $f, 0x801c581f, $x or die "get: $!";
	my @v = unpack "L7", $x; $how->(\@v); $x = pack "L7", @v;
	print $path, " ", (ioctl($f, 0x401c5820, $x) ? "done" : $!), "\n" }
my $dir = shift;
tries $dir, sub { $_[0][3] = 0 };
tries $dir, sub { $_[0][3] = 7 };
tries $dir, sub { $_[0][0] &= ~0x200 };
mkdir "$dir/own"; tries "$dir/own", sub { $_[0][3] = 0 }; rmdir "$dir/own";'

stays_in() {
	local out rc=0
	out=$(nsenter -U -t "$(init_of 203)" --preserve-credentials perl -e "$leave" "$private")
	echo "$out"
	same 4 "$(grep -c 'Invalid argument' <<<"$out")" && mkdir -p /vz/private/outside &&
		echo host >/vz/private/outside/f &&
		expect 1 'cross-device' ln /vz/private/outside/f "$private/f" &&
		expect 18 '' perl -e 'rename $ARGV[0], $ARGV[1] or exit $!' /vz/private/outside/f "$private/f" || rc=1
	rm -rf /vz/private/outside
	return "$rc"
}

verbs() {
	expect 0 'switched off' vzctl quotaoff 203 && (($(outside size) > 1000000)) &&
		expect 0 'switched on' vzctl quotaon 203 && same 30720 "$(outside size)" &&
		expect 0 'set up' vzctl quotainit 203 && same 30720 "$(outside size)"
}

# A directory that was there before, with all that is in it, while a container runs in it.
adopted() {
	vzctx stop 203 --fast && vzctx destroy 203 && vzctl create 203 --ostemplate tiny --private "$work/none" 2>/dev/null
	vzctx destroy 203 --purge
	rm -rf "$private" && mkdir -m 755 "$private" && cp -a "$golden/." "$private/" && vzctx create 203 >/dev/null && start || return
	(($(outside size) > 1000000)) && vzctl set 203 --diskspace 20M --diskinodes 200 --save || return
	same "$(inodes "$private")" "$(($(outside iused) + $(find "$private" -type l | wc -l)))" &&
		same "$(kib "$private")" "$(outside used)" && full "$private"
}

# The same on a file system of its own, and no answer from one that has no projects.
on_xfs() {
	local rc=0
	modprobe -a loop xfs && truncate -s 400M /var/lib/vz/quota-xfs && mkfs.xfs -q /var/lib/vz/quota-xfs && mkdir -p /vz/disk &&
		mount -o loop,prjquota /var/lib/vz/quota-xfs /vz/disk && chmod 700 /vz/disk || return
	vzctx stop 203 --fast && vzctx destroy 203 --purge &&
		vzctl create 203 --ostemplate tiny --private /vz/disk/203 --diskspace 20M --diskinodes 200 && start &&
		same "20480 200" "$(outside size /vz/disk/203) $(outside itotal /vz/disk/203)" &&
		full /vz/disk/203 && out_of_inodes /vz/disk/203 || rc=1
	vzctx stop 203 --fast && vzctx destroy 203 --purge && umount /vz/disk && return "$rc"
}

without() {
	local rc=0
	truncate -s 100M /var/lib/vz/quota-ext4 && mkfs.ext4 -q /var/lib/vz/quota-ext4 && mkdir -p /vz/disk &&
		mount -o loop /var/lib/vz/quota-ext4 /vz/disk && chmod 700 /vz/disk || return
	vzctl create 203 --ostemplate tiny --private /vz/disk/203 --diskspace 20M &&
		expect 0 'without its disk quota.*tune2fs -O project,quota' start &&
		expect 62 'set the disk quota of CT 203.*tune2fs' vzctl set 203 --diskspace 30M --save &&
		grep -qx 'DISKSPACE="20480:20480"' "$conf/203.conf" &&
		expect 61 'tune2fs' vzctl quotainit 203 || rc=1
	vzctx stop 203 --fast && vzctx destroy 203 --purge && umount /vz/disk || return
	# And with what the answer says.
	tune2fs -O project,quota -Q prjquota /var/lib/vz/quota-ext4 >/dev/null &&
		mount -o loop,prjquota /var/lib/vz/quota-ext4 /vz/disk &&
		vzctl create 203 --ostemplate tiny --private /vz/disk/203 --diskspace 20M && start &&
		same 20480 "$(outside size /vz/disk/203)" || rc=1
	vzctx stop 203 --fast && vzctx destroy 203 --purge && umount /vz/disk && return "$rc"
}

# What the tools tell is what statfs and du tell.
told() {
	local used
	inside 'dd if=/dev/zero of=/told bs=1k count=777; sync' && used=$(outside used)
	same "$used $(outside size) $(outside iused) 300" "$(vzlist -H -o diskspace,diskspace.h,diskinodes,diskinodes.h 203 | xargs)" &&
		same "$((used * 1024)) $((30720 * 1024)) $(outside iused)" \
			"$(vzctx list --parsable --noheadings -o disk,maxdisk,inodes | xargs)" &&
		vzctx show 203 --json | jq -e --argjson u $((used * 1024)) '.disk == $u and .maxdisk == 31457280 and .maxinodes == 300' &&
		expect 0 'disk [0-9.]+M of 30M, inodes [0-9]+ of 300' vzctx show 203
}

plan 13
check "a container is made with a quota, and has it from its start" made
check "df inside shows its own size" seen_inside
check "its root stops at the limit of space" full "$private"
check "its root stops at the limit of inodes" out_of_inodes "$private"
check "holes take no space" sparse
check "a limit is raised while it runs, and saved" live
check "vzlist, list and show tell what it uses" told
check "a limit below what is there takes nothing away and lets nothing in" lowered
check "what is refused leaves the old limit" refused
check "its root cannot leave the project, and nothing is linked or moved in" stays_in
check "quotaoff, quotaon, quotainit" verbs
check "a tree that was there is counted while it is in use" adopted
check "XFS does the same, and ext4 without projects says what to do" eval 'on_xfs && without'
done_testing
