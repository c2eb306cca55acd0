#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - OS templates: archives and directories, well made and hostile.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/template.sh"

# hostile: writes the archives below h/.
hostile() {
	mkdir h
	perl - "$victim" <<-'PERL'
		my $victim = shift;
		sub head {
			my %o = (mode => 0644, uid => 0, gid => 0, size => 0, type => '0',
				link => '', maj => 0, min => 0, @_);
			my $size = $o{size} < 8 ** 11 ? sprintf('%011o', $o{size}) :
				pack('C x3 Q>', 0x80, $o{size});
			my $h = pack('a100 a8 a8 a8 a12 a12 a8 a1 a100 a6 a2 a32 a32 a8 a8 a155 x12',
				$o{name}, sprintf('%07o', $o{mode}), sprintf('%07o', $o{uid}),
				sprintf('%07o', $o{gid}), $size, sprintf('%011o', 1e9), ' ' x 8,
				$o{type}, $o{link}, "ustar\0", '00', '', '',
				sprintf('%07o', $o{maj}), sprintf('%07o', $o{min}), '');
			substr($h, 148, 8) = sprintf("%06o\0 ", unpack('%32C*', $h));
			return $h;
		}
		sub body { my $d = shift; return $d . "\0" x (-length($d) % 512); }
		sub file { my ($n, $d) = (shift, shift); head(name => $n, size => length $d, @_) . body($d); }
		sub dir { head(name => shift, type => '5', mode => 0755, @_) }
		sub sym { head(name => $_[0], type => '2', link => $_[1]) }
		sub hard { my ($n, $l) = (shift, shift); head(name => $n, type => '1', link => $l, @_) }
		sub pax {
			my $d = '';
			while (my ($k, $v) = splice(@_, 0, 2)) {
				my $r = " $k=$v\n", my $n = length($r);
				1 while length("$n$r") != $n and $n = length("$n$r");
				$d .= "$n$r";
			}
			head(name => 'pax', type => 'x', size => length $d) . body($d);
		}
		sub long { my ($t, $d) = @_; head(name => '././@LongLink', type => $t, size => length $d) . body($d) }
		sub put {
			my $n = shift;
			open my $f, '>', "h/$n.tar" or die;
			print $f @_, "\0" x 1024;
		}
		my $up = '../victim';
		put('absolute', file('/abs/file', 'x'));
		put('dotdot', file("$up/pwned", 'x'));
		put('dotdot-inside', dir('a'), file("a/../../victim/pwned", 'x'));
		put('through', sym('esc', $victim), file('esc/pwned', 'x'));
		put('through-up', sym('esc', $up), file('esc/pwned', 'x'));
		put('through-dir', sym('esc', $victim), dir('esc/sub'));
		put('swapped', dir('d'), sym('d', $victim), file('d/pwned', 'x'));
		put('swapped-late', dir('d', mode => 0700, uid => 7), sym('d', $victim));
		put('replaced', sym('d', $victim), dir('d', mode => 0711), file('d/inside', 'x'));
		put('file-over-link', sym('f', "$victim/secret"), file('f', 'pwned'));
		put('hard-up', hard('h', "$up/secret"));
		put('hard-absolute', hard('h', "$victim/secret"));
		put('hard-via', sym('esc', $victim), hard('h', 'esc/secret'));
		put('hard-link-data', sym('s', "$victim/secret"),
			pax(comment => 'x'), hard('h', 's', size => 5) . body('pwned'), file('h', 'pwned'));
		put('devices', head(name => 'c', type => '3', maj => 1, min => 3),
			head(name => 'b', type => '4', maj => 8), file('f', 'x'));
		put('setuid', file('su', 'x', mode => 06755), head(name => 'p', type => '6'));
		put('huge', head(name => 'huge', size => 2 ** 60));
		put('uid', file('f', 'x', uid => 65536));
		put('gid', file('f', 'x', gid => 65536));
		put('last-id', file('f', 'x', uid => 65535, gid => 65535));
		put('control-bad', file("a\e[2J\n/../x", 'x'));
		put('control', file("a\e[2J\nb", 'x'));
		put('root-is-link', sym('.', $victim));
		put('long-part', long('L', 'x' x 256 . "\0"), file('x', 'x'));
		put('long-path', long('L', ('x' x 200 . '/') x 21 . "x\0"), file('x', 'x'));
		put('deep', long('L', 'd/' x 256 . "f\0"), file('x', 'x'));
		put('acl', pax('SCHILY.acl.access' => 'user::rw-,user:70000:rw-,group::r--,mask::rw-,other::r--'),
			file('f', 'x'));
		put('xattrs', pax('SCHILY.xattr.trusted.overlay.opaque' => 'y',
			'SCHILY.xattr.security.capability' => pack('V*', 0x03000001, 0x2000, 0, 0, 0, 12345)),
			file('f', 'x'));
		put('capability', pax('SCHILY.xattr.security.capability' => pack('V*', 0x02000001, 0x2000, 0, 0, 0)),
			file('f', 'x'));
		put('many', map { file("f$_", '') } 1 .. 11);
		put('checksum', substr(file('f', 'x'), 0, 1) . 'z' . substr(file('f', 'x'), 2));
	PERL
}

# A tree with one of everything.
make_tree() {
	mkdir -p src/{dev,proc,sys,etc,home/user}
	echo hello >src/etc/file
	ln src/etc/file src/etc/hard
	ln -s /etc/shadow src/etc/link
	ln -s nowhere "src/etc/$(printf 'odd\n\033[1m\377')"
	: >"src/etc/$(printf 'e\314\201')"
	mkfifo src/etc/fifo
	mknod src/dev/null c 1 3
	cp /bin/true src/etc/capable
	setcap cap_net_raw+ep src/etc/capable
	chmod 6751 src/etc/file
	chmod 1777 src/home
	chown -R 1000:65535 src/home/user
	truncate -s 2M src/etc/holes
	echo end >>src/etc/holes
	find src -depth -exec touch -hd '2001-02-03 04:05:06.789' {} +
}

round_trip() {
	rm -f "$1"
	tar --sort=name --format=pax --xattrs --xattrs-include='*' -C src -cSaf "$1" . && good "./$1" && same_tree src "$to"
}

holes_kept() {
	(($(stat -c %b "$to/etc/holes") < 100))
}

# A part of it: template_build does a whole one.
debian() {
	mkdir part && cp -a /vz/private/debian/{etc,sbin} part && mkdir part/{dev,proc,sys} &&
		tar -C part --xattrs --xattrs-include='*' -cf part.tar . &&
		good ./part.tar && same_tree part "$to"
}

from_directory() {
	good ./src && same_tree src "$to" && holes_kept
}

not_into_itself() {
	! vzctx template unpack ./src src/inside >out 2>&1 && grep -q 'inside the template' out &&
		[[ ! -e src/inside ]]
}

not_over_files() {
	! vzctx template unpack ./src.tar src >out 2>&1 && grep -q 'empty directory' out && [[ -e src/etc/file ]]
}

# cut FILE: without its last bytes; spoil FILE OFFSET-FROM-END: with two others.
cut_off() {
	head -c -6 "src.tar.$1" >"cut.tar.$1"
	bad "src|cut.*it is truncated" "./cut.tar.$1"
}

spoil() {
	cp "src.tar.$1" "spoilt.tar.$1"
	printf '\252\125' | dd of="spoilt.tar.$1" bs=1 conv=notrunc status=none \
		seek=$(($(stat -c %s "spoilt.tar.$1") - $2))
	bad 'it is damaged' "./spoilt.tar.$1"
}

no_end() {
	tar -C src -cf - etc/file | head -c 1024 >noend.tar
	bad 'it is truncated: the tar archive has no end mark' ./noend.tar
	tar -C src -cf - etc/capable | head -c 5000 >mid.tar
	bad 'it is truncated: the tar archive ends early' ./mid.tar
}

no_archive() {
	: >nothing.tar
	head -c 10240 /dev/zero >zeros.tar
	echo '#!/bin/sh' >script
	bad 'it is empty' ./nothing.tar && bad 'it holds nothing' ./zeros.tar && bad 'no tar archive' ./script
}

replaced() {
	good ./h/replaced.tar && [[ -d $to/d && ! -L $to/d && -e $to/d/inside ]]
}

file_over_link() {
	good ./h/file-over-link.tar && [[ ! -L $to/f && $(<"$to/f") = pwned ]]
}

devices() {
	good ./h/devices.tar '2 device nodes.*/dev' && [[ ! -e $to/c && ! -e $to/b && -e $to/f ]]
}

setuid() {
	good ./h/setuid.tar && [[ $(stat -c %a "$to/su") = 6755 && -p $to/p ]]
}

attributes() {
	good ./h/xattrs.tar '2 attributes' && [[ ! $(getcap "$to/f") ]] &&
		good ./h/capability.tar && [[ $(getcap "$to/f") = *cap_net_raw* ]]
}

owners() {
	bad '"f" belongs to user 65536' ./h/uid.tar && bad '"f" belongs to group 65536' ./h/gid.tar &&
		bad 'access list of "f"' ./h/acl.tar && good ./h/last-id.tar &&
		[[ $(stat -c %u:%g "$to/f") = 65535:65535 ]]
}

names() {
	bad '\\x1b\[2J\\x0a' ./h/control-bad.tar && good ./h/control.tar &&
		[[ -e $to/$(printf 'a\033[2J\nb') ]] && bad '255 bytes' ./h/long-part.tar &&
		bad '4095 bytes' ./h/long-path.tar && bad '256 directories deep' ./h/deep.tar
}

limits() {
	bad '"f11" it has more than 10 entries; --max-entries' ./h/many.tar --max-entries 10 &&
		unpack ./h/many.tar --max-entries 11 && head -c 5000 /dev/zero >big && tar -cf big.tar big &&
		bad 'more than 4\.0K.*--max-size' ./big.tar --max-size 4K && unpack ./big.tar --max-size 5000 &&
		bad '"huge" it takes more than .*free' ./h/huge.tar
}

sparse_huge() {
	truncate -s 1T hole && tar -cSf hole.tar hole && rm hole && good ./hole.tar &&
		[[ $(stat -c %s "$to/hole") = $((1 << 40)) ]] && (($(stat -c %b "$to/hole") < 100))
}

# What tar packs, we unpack as tar does.
as_tar() {
	rm -rf by_tar && mkdir by_tar && tar -xf "$1" -C by_tar && good "./$1" &&
		rm -rf "${to:?}/dev" "$to/proc" "$to/sys" && same_tree by_tar "$to"
}

tar_agrees() {
	rm -rf t && mkdir t && cd t || return
	echo hi >f && ln f g && ln -s f s && mkfifo p && mkdir -p d/e && echo x >d/e/x
	touch -d @1000000000 . f s p d/e/x d/e d
	tar -cf ../twice.tar ./f ./f && tar -cf ../twice-linked.tar f g f g s s p p d d &&
		tar -cf ../appended.tar . && echo ho >f && touch -d @1000000001 f &&
		tar -rf ../appended.tar ./f ./g ./d && tar --label=l -cf ../label.tar . &&
		tar -g ../snar -cf ../incremental.tar . && tar --format=v7 -cf ../v7.tar f g d &&
		tar --format=posix -cf ../posix.tar . && cd .. || return
	local a
	for a in twice twice-linked appended label incremental v7 posix; do
		as_tar "$a.tar" || { echo "$a.tar"; return 1; }
	done
	[[ $(<"$to/f") = ho ]]
}

# jailed SOURCE: a fault in what reads it reaches nothing of the host.
jailed() {
	local pid rc=0

	sleep 1000 &
	pid=$!
	rm -rf "$to"
	JAILBREAK_VICTIM="$pid" LD_PRELOAD=$(dirname -- "$0")/jailbreak.so \
		vzctx template unpack "$1" "$to" 5</ 6</dev/kmsg >out 2>&1 3>&1 || { cat out; rc=1; }
	kill -0 "$pid" || rc=1
	kill "$pid"
	wait "$pid" 2>/dev/null
	[[ $(<"$to/jailbreak") = ran ]] || { cat "$to/jailbreak"; rc=1; }
	return "$rc"
}

make_tree
hostile

plan 42
check "tar" round_trip src.tar
check "holes stay holes" holes_kept
for f in gz bz2 xz zst; do
	check "tar.$f" round_trip "src.tar.$f"
done
check "a directory" from_directory
check "not into itself" not_into_itself
check "not over what is there" not_over_files
check "configuration and links of a Debian" debian
for f in gz bz2 xz zst; do
	check "cut off: $f" cut_off $f
done
check "a wrong checksum: gzip" spoil gz 8
check "a wrong checksum: xz" spoil xz 40
check "a wrong checksum: zstd" spoil zst 3
check "no end" no_end
check "no archive, or none to speak of" no_archive
check "an absolute name lands inside" good ./h/absolute.tar
check "..: refused" bad 'holds' ./h/dotdot.tar
check ".. in the middle: refused" bad 'holds' ./h/dotdot-inside.tar
for f in through through-up through-dir swapped; do
	check "$f: refused" bad 'symbolic link' ./h/$f.tar
done
check "a directory that becomes a link keeps its mode to itself" good ./h/swapped-late.tar
check "a link that becomes a directory" replaced
check "a link that becomes a file" file_over_link
check "hard links stay inside" eval \
	"bad 'hard link whose target.*holds' ./h/hard-up.tar && bad 'does not come before' ./h/hard-absolute.tar &&
	 bad 'symbolic link' ./h/hard-via.tar && good ./h/hard-link-data.tar"
check "the tree itself is no link" bad 'replace the directory itself' ./h/root-is-link.tar
check "device nodes are left out" devices
check "set-id bits and FIFOs" setuid
check "attributes of the host are left out" attributes
check "owners" owners
check "names" names
check "limits" limits
check "a file of holes" sparse_huge
check "what tar takes" tar_agrees
check "a fault in the reader of an archive reaches nothing" jailed ./src.tar
check "nor in that of a packed one" jailed ./src.tar.zst
check "nor in that of a directory" jailed ./src
done_testing
