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

say() { printf '%s: %s\n' "$prog" "$*" >&2; }
die() { say "$@"; exit 1; }

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

# Downloads packages by name into a directory.
apt_fetch() {
	local dir=$1
	shift
	(cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$@" >&2) && return
	apt_refresh || return 1
	(cd "$dir" && apt-get -q -o APT::Sandbox::User=root download "$@" >&2)
}

# The version apt would install, empty when it knows none.
apt_candidate() {
	apt-cache policy -- "$1" | sed -n 's/^  Candidate: //p' | grep -vx '(none)'
}

# Runs the rest of the script alone: two runs filling the cache would collide.
cache_lock() {
	mkdir -p "$cache"
	exec 9>"$cache/.lock"
	flock 9
}
