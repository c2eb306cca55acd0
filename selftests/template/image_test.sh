#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - OS templates: images, the cache, and building one.
#
# mmdebstrap is a script here that notes how it is called; selftests/template_build
# runs the real one.

# What stands in single quotes is for another shell, for perl or for a pattern.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/template.sh"

program=$(command -v vzctx)

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
	mkdir -p tpl/cache/treedir && cp one.tar.gz tpl/cache/small.tar.gz && : >tpl/cache/.build.x.tar.gz &&
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

make_layers

plan 13
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
