# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - what the tests of templates share: a source is unpacked or refused, and a
# tree outside of where it is unpacked to is compared before and after.

. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

work=$(mktemp -d "/tmp/$(basename -- "$0" .sh).XXXXXX")
victim=$work/victim
to=$work/tree
conf=/etc/vz/vz.conf
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

mkdir "$victim"
echo secret >"$victim/secret"
chmod 600 "$victim/secret"
mkdir "$victim/dir"
before=$(victim_now)
