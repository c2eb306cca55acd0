#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=240 module=1 kernels=newest
#
# vzctx - the directories of a container: what may be one, who can come to it, and
# what is unmounted.
#
# Witnesses are the mount table, the files of the host that could be lost, and what
# a user of the host without rights can do.

# What stands in single quotes is for other shells.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

conf=/etc/vz/conf
host=/srv/place		# closed, and nobody's but root's

cleanup() {
	local c
	for c in 501 502 503 504 505; do
		vzctx stop "$c" --fast
		vzctx umount "$c"
		rm -rf "$conf/$c".* "/vz/private/$c" "/vz/root/$c"
	done
	umount "$host"/{data,a,b,c} /vz/root/501
	rm -rf "$conf"/vps.* "$host" /srv/open /srv/mine /srv/link /vz/template/cache/{led,stolen}.tar*
	rmdir /sys/fs/cgroup/vz
} >/dev/null 2>&1
trap cleanup EXIT

# tree DIRECTORY: enough of one to be started.
tree() {
	mkdir -p "$1"/{bin,etc,proc,sys,dev,run,tmp,srv/sub}
	cp /bin/busybox "$1/bin/"
	ln -s busybox "$1/bin/sh"
	ln -s busybox "$1/bin/sleep"
	ln -s busybox "$1/bin/chmod"
}

# conf CTID KEY=VALUE...: a configuration written by hand.
by_hand() {
	local ctid=$1
	shift
	printf '%s\n' "$@" 'ONBOOT="no"' 'LOCAL_UID="1879048192"' 'LOCAL_GID="1879048192"' >"$conf/$ctid.conf"
}

user() { setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all -- "$@"; }
mount_table() { cut -d' ' -f5 /proc/self/mountinfo; }

# --- what may be a container's directory ----------------------------------------

first() {
	tree /vz/private/501
	tar -C /vz/private/501 -cf "$host/t.tar" ./etc
	expect 0 'CT 501 created' vzctx create 501 --private /vz/private/501
}

# refused REGEX DIRECTORY: by create, which leaves no configuration.
refused() {
	expect 1 "$1" vzctx create 503 --private "$2" && [[ ! -e $conf/503.conf ]]
}

hosts_own() {
	local d
	for d in / /bin /boot /dev /etc/vz /home /proc/self /root /run /srv /sys /tmp /usr /var /var/lib "$host/etc"; do
		refused 'system' "$d" || return
	done
	refused 'of all containers' /vz/private && refused 'of all containers' /vz
}

open_to_others() {
	mkdir -p /srv/open/tree /srv/mine/tree "$host/wide"
	chmod 777 /srv/open "$host/wide"
	refused 'others than root .*chmod go-w /srv/open' /srv/open/tree &&
		refused 'others than root .*chmod go-w /srv/place/wide' "$host/wide" &&
		refused 'every user of the host .*`chmod 0700 /srv/mine`' /srv/mine/tree &&
		refused 'every user of the host .*new directory of mode 0700' /srv/mine &&
		chmod 755 /srv/open && chown 1000 /srv/open &&
		refused 'owner 1000, mode 0755' /srv/open/tree
}

of_another() {
	refused '/vz/private/501 belongs to CT 501' /vz/private/501 &&
		refused 'belongs to CT 501 and is changed by it' /vz/private/501/srv/sub || return
	mkdir "$host/around" && by_hand 502 "VE_PRIVATE=\"$host/around/in/side\""
	refused 'would lie in one another' "$host/around"
	local rc=$?
	rm "$conf/502.conf"
	return "$rc"
}

set_refuses() {
	local before d
	before=$(sha256sum "$conf/501.conf")
	for d in / /etc /vz/private "$host/wide" /vz/private/501/srv; do
		[[ $d = "$host/wide" || $d = */srv ]] ||
			expect 21 'Bad parameter for --private' vzctl set 501 --private "$d" --save || return
		[[ $d = "$host/wide" ]] ||
			expect 21 'Bad parameter for --root' vzctl set 501 --root "$d" --save || return
	done
	expect 21 'Bad parameter for --root.*`chmod 0700 /srv/mine`' vzctl set 501 --root /srv/mine/root --save &&
		same "$before" "$(sha256sum "$conf/501.conf")" &&
		expect 21 'CT 501' vzctl create 503 --ostemplate "$host/t.tar" --private /vz/private/501/x &&
		expect 21 'system' vzctl create 503 --ostemplate "$host/t.tar" --root /etc/x && [[ ! -e $conf/503.conf ]]
}

# What was fine when it was saved.
swapped() {
	mkdir -p /vz/private/501/srv/sub "$host/secret" "$host/parent"
	echo secret >"$host/secret/file"
	tree "$host/parent/tree"
	by_hand 503 'VE_PRIVATE="/vz/private/501/srv/sub"'
	rmdir /vz/private/501/srv/sub && ln -s "$host/secret" /vz/private/501/srv/sub &&
		expect 1 'belongs to CT 501' vzctx start 503 -- /bin/sleep 9 &&
		expect 1 'belongs to CT 501' vzctx mount 503 &&
		expect 1 'belongs to CT 501' vzctx destroy 503 --purge &&
		[[ -e $conf/503.conf && -L /vz/private/501/srv/sub ]] && same secret "$(<"$host/secret/file")" &&
		expect 0 '' vzctx destroy 503 || return
	expect 0 'CT 504 created' vzctx create 504 --private "$host/parent/tree" &&
		chown 1000 "$host/parent" && mv "$host/parent/tree" "$host/parent/old" &&
		ln -s "$host/secret" "$host/parent/tree" &&
		expect 1 'owner 1000.*chown root:root' vzctx start 504 -- /bin/sleep 9 &&
		refuses grep -E ' /vz/root/50[34] ' /proc/self/mountinfo
	local rc=$?
	rm -f "$conf"/50[34].*
	return "$rc"
}

# Root's own link, where only root could have made it.
linked() {
	tree "$host/linked/505"
	ln -s "$host/linked" /srv/link
	expect 0 "CT 505 created: $host/linked/505" vzctx create 505 --private /srv/link/505 &&
		sed -i 's|^VE_PRIVATE=.*|VE_PRIVATE="/srv/link/505"|' "$conf/505.conf" &&
		expect 0 '' vzctx mount 505 && mountpoint /vz/root/505 &&
		expect 0 '' vzctx umount 505 && refuses mountpoint /vz/root/505
}

# inside PATH: a link that a container's root put into its tree, to root-only files.
inside() {
	rm -rf "$host/secret" "$1" && mkdir -p "$host/secret" "${1%/*}" && echo secret >"$host/secret/file" && ln -s "$host/secret" "$1"
}

untouched() {
	same 'file 700 secret' "$(ls "$host/secret") $(stat -c %a "$host/secret") $(<"$host/secret/file")"
}

# What root gives by name is followed like what a configuration says.
by_name() {
	local link=/vz/private/501/srv/app t
	inside "$link" && chmod 700 "$host/secret" && cp "$host/t.tar" /vz/private/501/srv/ || return
	ln -sfn "$link" "$host/here"
	for t in "$link" "$link/new" "$host/here" "$host/here/new"; do
		expect 1 'leads into /vz/private/501, which belongs to CT 501' vzctx template unpack "$host/t.tar" "$t" &&
			expect 1 'leads into /vz/private/501, which belongs to CT 501' vzctx template unpack "$t" "$host/fresh" &&
			expect 1 'belongs to CT 501' vzctx template import "$t" stolen || return
		expect 1 'belongs to CT 501' vzctx create 503 --ostemplate "$t" && [[ ! -e $conf/503.conf ]] || return
	done
	expect 1 'belongs to CT 501' vzctx template unpack /vz/private/501/srv/t.tar "$host/fresh" &&
		expect 1 'belongs to CT 501' eval 'cd /vz/private/501/srv && vzctx template unpack ./t.tar "$host/fresh"' &&
		[[ ! -e $host/fresh && ! -e /vz/private/503 ]] && untouched || return
	mkdir -p /vz/template/cache && ln -sfn /vz/private/501/srv/t.tar /vz/template/cache/led.tar
	expect 1 'belongs to CT 501' vzctx create 503 --ostemplate led
	local rc=$?
	# Of what is nobody's, any user's file will do; and a whole area is read as it is.
	mkdir -p /srv/mine && chown 1000 /srv/mine && cp "$host/t.tar" /srv/mine/ && rm -f "$link" || rc=1
	expect 0 'unpacked' vzctx template unpack /srv/mine/t.tar "$host/fresh" &&
		expect 0 'unpacked' vzctx template unpack /vz/private/501 "$host/whole" || rc=1
	chown 0 /srv/mine
	rm -rf "$host/fresh" "$host/whole" /vz/template/cache/led.tar /vz/private/501/srv/t.tar
	return "$rc"
}

# An area has one place in its file system, and as many names as it is mounted at.
other_names() {
	local rc=0 sub=/vz/private/501/srv/sub
	inside "$sub" && chmod 700 "$host/secret"
	rm "$sub" && mkdir -p "$sub/deep" "$host"/{a,b,c} && mount --bind /vz/private/501 "$host/a" &&
		mount --bind "$sub" "$host/b" && mount --bind /vz/private "$host/c" || return
	refused "$host/a belongs to CT 501" "$host/a" &&
		refused "belongs to CT 501 and is changed by it" "$host/a/srv/sub" &&
		refused 'CT 501' "$host/b" && refused 'belongs to CT 501 and is changed by it' "$host/b/deep" &&
		refused 'of all containers' "$host/c" && refused 'belongs to CT 501' "$host/c/501" &&
		expect 1 'belongs to CT 501' vzctx template unpack "$host/t.tar" "$host/b/deep" || rc=1
	# As it was saved by hand, and turned elsewhere since.
	by_hand 503 "VE_PRIVATE=\"$host/a/srv/sub\""
	rm -r "$sub" && ln -s "$host/secret" "$sub" || rc=1
	expect 1 'belongs to CT 501' vzctx start 503 -- /bin/sleep 9 &&
		expect 1 'belongs to CT 501' vzctx destroy 503 --purge &&
		expect 0 '' vzctl set 503 --hostname planted --save && untouched || rc=1
	rm -f "$conf"/503.* "$sub"
	umount "$host"/{a,b,c}
	return "$rc"
}

# Links in what is left of a container are still those its root made.
left_behind() {
	local rc=0 d
	tree /vz/private/504
	tree "$host/kept"
	expect 0 '' vzctx create 504 && expect 0 '' vzctx create 505 --private "$host/kept" || return
	inside /vz/private/504/web && inside "$host/kept/web" && chmod 700 "$host/secret" &&
		vzctx destroy 504 && vzctx destroy 505 || return
	for d in 504:/vz/private/504 505:"$host/kept"; do
		refused "leads into ${d#*:}, which CT ${d%%:*} left" "${d#*:}/web" &&
			expect 1 'which CT 50[45] left' vzctx create "${d%%:*}" --private "${d#*:}/web" &&
			expect 1 'which CT 50[45] left' vzctx template unpack "$host/t.tar" "${d#*:}/web" || rc=1
	done
	rm "$conf"/504.conf.destroyed
	refused 'leads into /vz/private/504, which CT 504 left' /vz/private/504/web && untouched || rc=1
	# As a whole it may be taken again, under another number too.
	expect 0 'CT 503 created' vzctx create 503 --private "$host/kept" || rc=1
	rm -rf "$conf"/50[345].* /vz/private/504 "$host/kept"
	return "$rc"
}

# --- who can come to it ---------------------------------------------------------

# A container's root makes a program set-user-id; on the disk that is the host's root.
setuid() {
	echo secret >/root/place-secret && chmod 600 /root/place-secret
	cp /bin/cat /vz/private/501/bin/hostcat
	chmod 755 /vz /vz/private /vz/root
	expect 0 '/vz/private closed to other users .mode 0755 before.*/vz/root closed' \
		vzctx start 501 -- /bin/sleep infinity || return
	vzctx exec 501 -- /bin/chmod 4755 /bin/hostcat
	same 4755 "$(stat -c %a /vz/private/501/bin/hostcat)" || return
	expect 126 'denied' user bash -c '/vz/private/501/bin/hostcat /root/place-secret' &&
		expect 126 'denied' user bash -c '/vz/root/501/bin/hostcat /root/place-secret' &&
		refuses user ls /vz/private/501 && refuses user ls /vz/root/501 || return
	# The control: it would have worked.
	chmod 755 /vz/private
	expect 0 secret user bash -c '/vz/private/501/bin/hostcat /root/place-secret'
	local rc=$?
	vzctx stop 501 --fast && vzctx mount 501 && refuses user ls /vz/private/501 && vzctx umount 501 || rc=1
	rm /root/place-secret
	return "$rc"
}

# Anybody's but the tool's directory is left to its owner.
not_ours_to_close() {
	chmod 755 "$host"
	tree "$host/ct"
	by_hand 504 "VE_PRIVATE=\"$host/ct\""
	expect 1 "every user of the host .*.chmod 0700 $host." vzctx start 504 -- /bin/sleep 9 &&
		same 755 "$(stat -c %a "$host")"
	local rc=$?
	chmod 700 "$host"
	rm "$conf/504.conf"
	return "$rc"
}

unpacked_open() {
	mkdir -p /srv/mine
	expect 1 'every user of the host' vzctx template unpack "$host/t.tar" /srv/mine/new &&
		[[ ! -e /srv/mine/new ]] &&
		expect 0 'unpacked' vzctx template unpack "$host/t.tar" "$host/new" && [[ -d $host/new/etc ]] || return
	echo TEMPLATE=/srv/open >/etc/vz/vz.conf
	mkdir -p /srv/open/cache && cp "$host/t.tar" /srv/open/cache/box.tar
	expect 1 'templates of /srv/open/cache are not used: .*owner 1000' vzctx create 503 --ostemplate box &&
		[[ ! -e $conf/503.conf ]]
	local rc=$?
	rm /etc/vz/vz.conf
	return "$rc"
}

# --- what is unmounted ----------------------------------------------------------

administrators_mount() {
	local before
	mkdir -p "$host/data" "$host/full"
	mount -t tmpfs data "$host/data" && echo kept >"$host/data/file" && touch "$host/full/file"
	by_hand 502 'VE_PRIVATE="/vz/private/502"' "VE_ROOT=\"$host/data\""
	tree /vz/private/502
	before=$(mount_table)
	expect 1 "mount CT 502 on $host/data: something is mounted there" vzctx start 502 -- /bin/sleep 9 &&
		expect 51 "what lies on $host/data was not mounted by vzctl" vzctl umount 502 &&
		expect 50 'something is mounted' vzctl mount 502 &&
		same kept "$(<"$host/data/file")" && same "$before" "$(mount_table)" || return
	by_hand 502 'VE_PRIVATE="/vz/private/502"' "VE_ROOT=\"$host/full\""
	expect 1 "$host/full: what is there would be hidden" vzctx start 502 -- /bin/sleep 9 || return
	by_hand 502 'VE_PRIVATE="/vz/private/502"' 'VE_ROOT="/mnt"'
	expect 21 '/mnt is a directory of the host' vzctl mount 502 || return
	by_hand 502 'VE_PRIVATE="/vz/private/502"'
	mkdir -p /vz/root/502 && mount --bind /vz/private/502 /vz/root/502 || return
	expect 51 'was not mounted by vzctl' vzctl umount 502 && mountpoint /vz/root/502
	local rc=$?
	umount /vz/root/502
	return "$rc"
}

# The last of all: whoever unmounts "/" ends the test.
host_root() {
	local before
	before=$(mount_table)
	by_hand 502 'VE_PRIVATE="/vz/private/502"' 'VE_ROOT="/"'
	expect 51 'what lies on / was not mounted by vzctl' vzctl umount 502 &&
		expect 21 'VE_ROOT, /vz/private/502 and /, lie in one another' vzctl mount 502 && same "$before" "$(mount_table)"
}

# --- action scripts -------------------------------------------------------------

scripts() {
	printf '#!/bin/sh\ntouch %s/ran\n' "$host" >"$conf/501.mount"
	chmod 777 "$conf/501.mount"
	expect 1 '501.mount of CT 501: .*others than root may write to .*owner 0, mode 0777.*chmod go-w' vzctx mount 501 &&
		[[ ! -e $host/ran ]] && refuses mountpoint /vz/root/501 || return
	chmod 755 "$conf/501.mount"
	chown 1000 "$conf/501.mount"
	expect 79 'owner 1000, mode 0755.*chown root:root' vzctl mount 501 && [[ ! -e $host/ran ]] || return
	mkdir /srv/open/bin && mv "$conf/501.mount" /srv/open/bin/mount && chown 0 /srv/open/bin/mount &&
		ln -s /srv/open/bin/mount "$conf/501.mount" &&
		expect 1 'others than root can change what is in /srv/open' vzctx mount 501 && [[ ! -e $host/ran ]] || return
	rm "$conf/501.mount" && mv /srv/open/bin/mount "$conf/501.mount" &&
		expect 0 '' vzctx mount 501 && [[ -e $host/ran ]] && expect 0 '' vzctx umount 501 || return
	printf 'echo started >/begun\n' >"$conf/501.start"
	chmod 666 "$conf/501.start"
	expect 1 '501.start of CT 501: .*mode 0666' vzctx start 501 -- /bin/sleep infinity &&
		[[ ! -e /vz/private/501/begun ]]
	local rc=$?
	vzctx stop 501 --fast
	chmod 666 "$conf/501.conf"
	expect 1 'others than root may write to /etc/vz/conf/501.conf .*mode 0666.*chmod go-w' vzctx mount 501 || rc=1
	chmod 644 "$conf/501.conf"
	rm -f "$conf"/501.{mount,start}
	return "$rc"
}

plan 17
dmesg_mark
mkdir -p "$host"
chmod 700 "$host"
mkdir "$host/etc" && mount --bind /etc "$host/etc"

check "a private area below the default directory is taken" first
check "directories of the host's system are refused" hosts_own
umount "$host/etc"
check "what others can change or come to is refused, with the way out" open_to_others
check "what belongs to another container, is in it or around it is refused" of_another
check "vzctl set and create refuse them too and save nothing" set_refuses
check "a path turned elsewhere after it was saved is refused" swapped
check "what root names leads through no container's tree either" by_name
check "a container's tree is known under every name it is mounted at" other_names
check "what a destroyed container left is no way to anywhere" left_behind
check "root's own symbolic link is followed" linked
check "no user of the host runs what a container made set-user-id" setuid
check "a directory that is not the tool's is not closed by it" not_ours_to_close
check "templates come from, and go, where other users have no hand" unpacked_open
check "action scripts and configurations that others may write are refused" scripts
check "what the administrator mounted on VE_ROOT stays" administrators_mount
check "the host's root is never unmounted" host_root
check "the kernel has nothing to say" dmesg_clean
done_testing
