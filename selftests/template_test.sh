#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=300
#
# vzctx - OS templates: archives, directories and images, well made and hostile.
#
# Hostile archives aim at a tree outside of where they are unpacked to, which is
# compared before and after each. mmdebstrap is a script here that notes how it is
# called; selftests/template_build runs the real one.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/lib.sh"

work=$(mktemp -d /tmp/template.XXXXXX)
chmod 755 "$work"
victim=$work/victim
to=$work/tree
conf=/etc/vz/vz.conf
program=$(command -v vzctx)
esc=$(printf '\033')
trap 'rm -rf "$work" "$conf"' EXIT
cd "$work" || exit

# All of a tree that can be seen, but for what is never unpacked.
look() {
	(
		cd "$1" || exit
		find . ! -type b ! -type c ! -type s \
			-printf '%P|%y|%m|%U:%G|%s|%l|%n|%T@\n' | grep -v '^|' | LC_ALL=C sort
		find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
		getcap -r .
	)
}

# With what a directory's size and link count depend on the file system for.
same_tree() {
	diff <(look "$1" | sed -E 's/(\|d\|[^|]*\|[^|]*)\|[0-9]+/\1/') \
		<(look "$2" | sed -E 's/(\|d\|[^|]*\|[^|]*)\|[0-9]+/\1/')
}

# Cheap, for it is asked often: one process, and what the shell can read itself.
victim_now() {
	find "$victim" -printf '%p|%y|%m|%U:%G|%s|%l|%n|%T@|%C@\n'
	printf '%s\n' "$(<"$victim/secret")"
}

unharmed() {
	local now
	now=$(victim_now)
	[[ $now = "$before" ]] || { diff <(echo "$before") <(echo "$now"); return 1; }
}

# unpack SOURCE [OPTION...]: into $to, made afresh.
unpack() {
	[[ ! -e $to ]] || rm -rf "$to"
	vzctx template unpack "$@" "$to" >out 2>&1
}

# good SOURCE [REGEX]: is unpacked, and told about in these words.
good() {
	cat_out_unless unpacked "$@"
}

unpacked() {
	unpack "$1" && [[ $(<out) =~ ${2-} ]] && unharmed
}

# bad REGEX SOURCE [OPTION...]: refused in these words, nothing left, no harm done.
bad() {
	cat_out_unless refused "$@"
}

refused() {
	local re=$1
	shift
	refuses unpack "$@" && [[ ! -e $to && $(<out) =~ $re && $(<out) != *"$esc"* &&
		$(<out) != *$'\n'* ]] && unharmed
}

cat_out_unless() {
	"$@" || { cat out; return 1; }
}

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

layer() {
	tar --sort=name --numeric-owner --mtime=@1000000000 -C "$1" -cf "$1.tar" .
}

digest() {
	sha256sum "$1" | cut -d' ' -f1
}

# blob FILE: puts it into the layout $img, prints its descriptor.
blob() {
	local d
	d=$(digest "$1")
	cp "$1" "$img/blobs/sha256/$d"
	printf '{"mediaType":"%s","digest":"sha256:%s","size":%d}' "${2:-application/octet-stream}" \
		"$d" "$(stat -c %s "$1")"
}

# config LAYER.tar...: the image's configuration.
config() {
	local f list=''
	for f in "$@"; do
		list+=",\"sha256:$(digest "$f")\""
	done
	printf '{"os":"linux","architecture":"%s","config":{"Entrypoint":["/bin/run it"],"Cmd":["-v"],"User":"www","WorkingDir":"/srv"},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
		"${arch:-amd64}" "${list#,}"
}

# layout DIR LAYER.tar[.gz|.zst]...: an OCI layout; each unpacked layer lies beside it.
layout() {
	local f layers='' plain=()
	img=$1
	shift
	mkdir -p "$img/blobs/sha256"
	printf '{"imageLayoutVersion":"1.0.0"}' >"$img/oci-layout"
	for f in "$@"; do
		layers+=",$(blob "$f")"
		plain+=("${f%%.tar*}.tar")
	done
	config "${plain[@]}" >conf.json
	printf '{"schemaVersion":2,"config":%s,"layers":[%s]}' "$(blob conf.json)" "${layers#,}" >manifest
	printf '{"schemaVersion":2,"manifests":[{"digest":"sha256:%064d","size":1,"platform":{"os":"linux","architecture":"arm64"}},%s,"platform":{"os":"linux","architecture":"amd64"}}]}' \
		0 "$(blob manifest application/vnd.oci.image.manifest.v1+json | sed 's/}$//')" >"$img/index.json"
}

# docker FILE LAYER.tar...: what docker save writes, the manifest last.
docker_tar() {
	local file=$1 f list='' d n=0
	shift
	rm -rf docker
	mkdir docker
	config "$@" >conf.json
	d=$(digest conf.json)
	cp conf.json "docker/$d.json"
	for f in "$@"; do
		n=$((n + 1))
		mkdir "docker/$(printf '%064d' $n)"
		cp "$f" "docker/$(printf '%064d' $n)/layer.tar"
		list+=",\"$(printf '%064d' $n)/layer.tar\""
	done
	printf '[{"Config":"%s.json","RepoTags":["a:b"],"Layers":[%s]}]' "$d" "${list#,}" >docker/manifest.json
	(cd docker && tar -cf "../$file" -- *)
}

# The layers: what is below, and what hides some of it.
make_layers() {
	mkdir -p one/{a,b,c/deep,dev,proc,sys} two/{a,b} evil/esc evil2 opq/esc
	echo keep >one/a/keep
	echo gone >one/a/gone
	echo old >one/b/old
	echo old >one/b/older
	echo x >one/c/deep/x
	chmod 4711 one/a/keep
	: >two/a/.wh.gone
	echo new >two/b/a-new
	: >two/b/.wh..wh..opq
	echo file >two/c
	ln -s "$victim" evil2/esc
	: >evil/esc/.wh.secret
	: >opq/esc/.wh..wh..opq
	mkdir -p dots/a && : >dots/a/.wh...
	for f in one two evil evil2 opq dots; do
		layer $f
	done
	gzip -k one.tar
	zstd -q two.tar
}

merged() {
	[[ $(cd "$to" && find . -mindepth 1 ! -name dev ! -name proc ! -name sys | LC_ALL=C sort | tr '\n' ' ') = \
		'./a ./a/keep ./b ./b/a-new ./c ' && $(<"$to/a/keep") = keep && $(<"$to/c") = file &&
		$(stat -c %a "$to/a/keep") = 4711 ]] || { find "$to"; return 1; }
}

image_good() {
	good "$1" "the image runs as www in /srv; in a container: vzctx start CTID -- '/bin/run it' -v" && merged
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

digests() {
	local f
	cp -r oci oci-bad
	f=oci-bad/blobs/sha256/$(digest two.tar.zst)
	printf '\001' | dd of="$f" bs=1 seek=12 conv=notrunc status=none
	bad 'damaged' ./oci-bad || return
	rm "$f"
	bad 'the image lacks' ./oci-bad || return
	# Well packed, but not what the configuration says.
	layout oci-other one.tar two.tar && gzip -c dots.tar >"$img/blobs/sha256/$(digest one.tar)"
	bad 'a layer is damaged: its digest' ./oci-other
	cp -r docker wrong && cp two.tar "wrong/$(printf '%064d' 1)/layer.tar" &&
		tar -C wrong -cf wrong.tar . && bad 'a layer is damaged: its unpacked digest' ./wrong.tar
}

whiteouts_stay_inside() {
	layout oci-evil evil2.tar evil.tar && bad 'esc/.wh.secret.*symbolic link' ./oci-evil &&
		layout oci-opq evil2.tar opq.tar && bad 'esc/.wh..wh..opq.*symbolic link' ./oci-opq &&
		layout oci-dots one.tar dots.tar && bad 'names nothing' ./oci-dots
}

other_machines() {
	arch=arm64 docker_tar arm.tar one.tar && bad 'linux/arm64' ./arm.tar &&
		sed 's/amd64/s390x/' oci/index.json >oci/other && mv oci/index.json keep.json &&
		mv oci/other oci/index.json && bad 'no image for linux/amd64' ./oci && mv keep.json oci/index.json
}

cache() {
	echo "TEMPLATE=$work/tpl" >"$conf"
	mkdir -p tpl/cache/treedir && cp src.tar.gz tpl/cache/small.tar.gz && : >tpl/cache/.build.x.tar.gz &&
		[[ $(vzctx template list --parsable --noheadings -o name,format) = \
			$'small\ttar.gz\ntreedir\tdir' ]] &&
		good small && good small.tar.gz && bad 'template list' larger && bad 'find the template' .build.x
}

# half_made N: so many files in the cache whose names begin with a dot.
half_made() {
	local files=(tpl/cache/.[!.]*)
	((${#files[@]} == $1))
}

imported() {
	vzctx template import ./docker.tar flat && vzctx template list --json |
		jq -e '.templates[] | select(.name == "flat") | .format == "tar.zst" and .size > 100' &&
		good flat && merged && half_made 1 &&
		refuses vzctx template import ./docker.tar flat &&
		refuses vzctx template import ./oci-bad broken && half_made 1
}

# Not the real one: notes its words, makes the file.
fake_debstrap() {
	mkdir -p fake
	cat >fake/mmdebstrap <<-'FAKE'
		#!/bin/bash
		printf '%s\n' "$@" >"${0%/*}/words"
		[[ ! -e ${0%/*}/fail ]] || { echo "E: no such mirror" >&2; exit 3; }
		for w; do [[ $w != */.build.* ]] || echo made >"$w"; done
	FAKE
	chmod +x fake/mmdebstrap
}

build_words() {
	PATH=$work/fake:$PATH vzctx template build debian-12 --name mine --mirror http://m.example/debian \
		--include vim,less --variant important -q &&
		vzctx template list --parsable --noheadings -o name | grep -qx mine &&
		grep -qx -- --variant=important fake/words && grep -qx -- --include=vim,less fake/words &&
		grep -qx 'deb http://m.example/debian bookworm main' fake/words && grep -qx bookworm fake/words &&
		[[ $(grep -c '^deb ' fake/words) = 1 ]]
}

build_fails() {
	touch fake/fail
	! PATH=$work/fake:$PATH vzctx template build debian-12 --name other \
		--mirror http://m.example/debian >out 2>&1 &&
		grep -q 'ended with status 3' out && half_made 1
}

no_server() {
	printf 'Dir::Etc::%s "/nonexistent";\n' sourcelist sourceparts >apt.conf
	! APT_CONFIG=$work/apt.conf PATH=$work/fake:$PATH vzctx template build debian-12 >out 2>&1 &&
		grep -q 'find Debian bookworm: .*--mirror URL names one' out && half_made 1
}

no_debstrap() {
	! PATH=/nonexistent "$program" template build debian-12 >out 2>&1 &&
		grep -q 'apt-get install mmdebstrap' out
}

# usage WORD...: refused as wrong usage.
usage() {
	local rc=0
	vzctx template "$@" >out 2>&1 || rc=$?
	((rc == 2)) || { cat out; return 1; }
}

wrong_usage() {
	usage build && usage build debian-99 && usage build debian-12 --include 'a b' && usage build debian-12 --include -x &&
		usage build debian-12 --mirror 'http://u:p@h/' && usage build debian-12 --mirror file:///x &&
		usage build debian-12 --variant custom && usage build debian-12 --name ../x &&
		usage import ./x ../y && usage unpack x && usage unpack x y z && usage list --max-size 1 &&
		usage unpack x y --max-size 0 && usage nonsense
}

mkdir "$victim"
echo secret >"$victim/secret"
chmod 600 "$victim/secret"
mkdir "$victim/dir"
before=$(victim_now)
make_tree
make_layers
hostile

plan 51
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
layout oci one.tar.gz two.tar.zst
check "an OCI layout" image_good ./oci
docker_tar docker.tar one.tar two.tar
check "an image of docker" image_good ./docker.tar
tar -C oci -cf oci.tar .
check "an OCI layout in an archive" image_good ./oci.tar
check "digests" digests
check "whiteouts stay inside" whiteouts_stay_inside
check "images for other machines" other_machines
check "names of templates" cache
check "import" imported
check "build: without mmdebstrap" no_debstrap
fake_debstrap
check "build: what mmdebstrap is told (a fake one)" build_words
check "build: no server is known" no_server
check "build: mmdebstrap fails (a fake one)" build_fails
check "wrong usage" wrong_usage
done_testing
