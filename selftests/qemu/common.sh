# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - what the bench's programs share: places, messages, apt.

# shellcheck disable=SC2034
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034
top=$(cd -- "$here/../.." && pwd)
cache=${VZCTX_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/vzctx}
prog=${0##*/}
# The suite of Debian that guests are, and where what was built for it lies.
guest_suite=bookworm

say() { printf '%s: %s\n' "$prog" "$*" >&2; }
die() { say "$@"; exit 1; }

# shellcheck source=suite.sh
. "$here/suite.sh"

# shellcheck disable=SC2034
artefacts=$top/build
[[ $(host_suite) = "$guest_suite" ]] || artefacts+=/$guest_suite

# Package lists may be missing on a fresh machine or older than the archive;
# one refresh per machine and hour is enough for a retry to make sense.
apt_refresh() {
	local stamp=$cache/.apt-refreshed

	[[ $(id -u) = 0 ]] || { say "refreshing the package lists needs root"; return 1; }
	mkdir -p "$cache"
	if [[ -e $stamp && -z $(find "$stamp" -mmin +60) ]]; then
		return 1
	fi
	say "refreshing the package lists"
	apt-get -q update >&2 || return 1
	touch "$stamp"
}

# kernel [--cached] SERIES: the line "series release directory" of any kernel.
kernel() {
	case ${!#} in
	own) "$here/ownkernel" "$@" ;;
	*-debug) "$here/debugkernel" "$@" ;;
	*) "$here/kernels" "$@" ;;
	esac
}

# slowness SERIES: how many times longer things take under that kernel.
slowness() {
	case $1 in
	own) grep -qsE '^CONFIG_(KASAN|PROVE_LOCKING)=y' "${VZCTX_KDIR-}/.config" && echo 5 || echo 1 ;;
	*-debug) echo 5 ;;
	*) echo 1 ;;
	esac
}

# source_version SERIES: the version of the kernel's source that source_ball will
# give, empty if none.
source_version() {
	local suites image buildsuite

	if [[ -e /usr/src/linux-source-$1.tar.xz ]]; then
		dpkg-query -W -f='${Version}\n' "linux-source-$1" 2>/dev/null && return
	fi
	series_line "$1" && apt_candidates "$suites" "linux-source-$1" | cut -d" " -f2
}

# source_ball SERIES DIRECTORY: prints where the kernel's source is, packed as in
# Debian's linux-source; it is put into the directory unless it is installed here.
source_ball() {
	local package=linux-source-$1 suites image buildsuite
	local ball=usr/src/$package.tar.xz

	if [[ -e /$ball ]]; then
		printf '%s\n' "/$ball"
		return
	fi
	series_line "$1" || die "kernels.table has no series $1"
	apt_fetch "$suites" "$2" "$package" || die "cannot fetch $package"
	dpkg-deb --fsys-tarfile "$2/$package"_*.deb | tar -C "$2" -x "./$ball"
	rm "$2/$package"_*.deb
	printf '%s\n' "$2/$ball"
}

# Runs the rest of the script alone: two runs filling the cache would collide. A
# name gives what takes long a lock of its own.
# shellcheck disable=SC2120 # most callers share the nameless one
cache_lock() {
	mkdir -p "$cache"
	exec 9>"$cache/.lock${1:+-$1}"
	flock 9
}

# complaints CONSOLE: what the kernel complained of there, and what it said then. All of
# the console is read, for who stops early may make the reader before it fail.
complaints() {
	tr -d '\r' <"$1" | { grep -E -A 60 \
		'^(\[[^]]*\] )?(BUG:|WARNING: (CPU|possible|suspicious|[^ ]+:[0-9]+ at )|Oops|INFO: (task|rcu)|kmemleak: [0-9]+ new)' ||
		true; } | sed -n '1,120p'
}
