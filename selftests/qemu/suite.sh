# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# vzctx - packages of Debian's suites, whatever suites this machine has; sourced by
# common.sh, which has set here and cache.
# shellcheck disable=SC2154
#
# Every set of suites has an apt state of its own in the cache: sources, lists, no
# installed packages, and Debian's keyring. Only the settings of this machine's apt
# for getting at an archive hold there too (a proxy, whether dates are checked).
#
# Where Debian is comes from VZCTX_MIRROR and VZCTX_SECURITY_MIRROR, then from what
# this machine's apt has for the suite, then from what it has for any suite of Debian.
# An archive for security updates that is not named is looked for beside the other.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
table=${VZCTX_TABLE:-$here/kernels.table}

# series_line SERIES: sets suites, image and buildsuite; fails if the table lacks it.
series_line() {
	local series root

	# shellcheck disable=SC2034 # for the caller
	while read -r series _ suites image root; do
		buildsuite=${root%%,*}
		[[ $series != "$1" ]] || return 0
	done < <(grep -v '^#' "$table")
	return 1
}

# root_suites SUITE: what is to be in a build root of a suite, joined by commas.
root_suites() {
	awk -v suite="$1" '!/^#/ { split($5, root, ",") }
		!/^#/ && root[1] == suite { print $5; found = 1; exit }
		END { if (!found) print suite }' "$table"
}

# series_of [VERB]: the series of the table that VERB takes (check or all), or all.
series_of() {
	awk -v verb="${1:-all}" '!/^#/ && NF && ($2 == verb || verb == "all") { print $1 }' "$table"
}

# The series that is taken where none is named: the first that "make check" runs.
default_series() {
	series_of check | sed -n 1p
}

# The suite this machine is of; empty if it is not Debian.
host_suite() {
	# shellcheck source=/dev/null
	(. /etc/os-release && [[ $ID = debian ]] && printf '%s\n' "${VERSION_CODENAME-}") || true
}

# Lines "codename label address" from such lines. Where apt has a list of mirrors in a file,
# as machines of clouds do, the address is the first in it.
first_mirrors() {
	local codename label at file

	while read -r codename label at; do
		if [[ $at = mirror+file:* ]]; then
			file=${at#mirror+file:}
			at=$(sed -nE 's,^((https?|ftp|file):[^[:space:]]+).*,\1,p' "$file" 2>/dev/null |
				sed -n 1p) || true
		fi
		[[ ! $at ]] || printf '%s %s %s\n' "$codename" "$label" "${at%/}"
	done
}

# The archives this machine's apt has: "codename label address" each.
host_archives() {
	# shellcheck disable=SC2016 # for apt
	apt-get indextargets --format \
		'$(CREATED_BY) $(ORIGIN) $(CODENAME) $(LABEL) $(SITE) $(COMPONENT)' 2>/dev/null |
		awk '$1 == "Packages" && $2 == "Debian" && $5 ~ /^(https?|ftp|file|mirror\+file):/ &&
			$6 == "main" { print $3, $4, $5 }' | first_mirrors
}

# beside ADDRESS: the archive of security updates that goes with an archive.
beside() {
	printf '%s-security\n' "${1%/}"
}

# archive SUITE: the address of the archive that has it.
archive() {
	local kind=Debian all at

	[[ $1 != *-security ]] || kind=Debian-Security
	if [[ $kind = Debian-Security && ${VZCTX_SECURITY_MIRROR-} ]]; then
		printf '%s\n' "$VZCTX_SECURITY_MIRROR"
		return
	fi
	if [[ ${VZCTX_MIRROR-} ]]; then
		[[ $kind = Debian ]] || { beside "$VZCTX_MIRROR"; return; }
		printf '%s\n' "$VZCTX_MIRROR"
		return
	fi
	all=$(host_archives)
	[[ $all ]] || { apt_refresh && all=$(host_archives); } || true
	at=$(awk -v suite="$1" '$1 == suite { print $3; exit }' <<<"$all")
	[[ $at ]] || at=$(awk -v kind="$kind" '$2 == kind { print $3; exit }' <<<"$all")
	if [[ ! $at && $kind = Debian-Security ]]; then
		at=$(awk '$2 == "Debian" { print $3; exit }' <<<"$all")
		[[ ! $at ]] || at=$(beside "$at")
	fi
	if [[ ! $at ]]; then
		say "apt of this machine has no archive of Debian: set VZCTX_MIRROR to the address of one, as it stands in sources.list"
		return 1
	fi
	printf '%s\n' "$at"
}

# sources SUITES: the lines of a sources.list for suites joined by commas.
sources() {
	local suite at

	for suite in ${1//,/ }; do
		at=$(archive "$suite") || return
		printf 'deb [arch=amd64 signed-by=%s] %s %s main\n' "$keyring" "$at" "$suite"
	done
}

# suite_apt SUITES: sets suiteconf to the configuration of the apt state of these
# suites, with lists no older than a day, or as old as they are when there is no
# newer to be had.
suite_apt() {
	local dir=$cache/apt/$1 list

	[[ ${suiteconf-} != "$dir/apt.conf" ]] || return 0
	suiteconf=$dir/apt.conf
	list=$(sources "$1") || { suiteconf=; return 1; }
	if [[ -e $dir/fresh && $(<"$dir/sources.list") = "$list" && $(find "$dir/fresh" -mmin -1440) ]]; then
		return
	fi
	mkdir -p "$dir"/{lists,archives}/partial
	: >"$dir/status"
	[[ -e $dir/sources.list && $(<"$dir/sources.list") = "$list" ]] || rm -f "$dir/fresh"
	printf '%s\n' "$list" >"$dir/sources.list"
	cat >"$suiteconf" <<-EOF
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir";
		Dir::Cache::archives "archives";
		Dir::Cache::pkgcache "pkgcache.bin";
		APT::Architecture "amd64";
		#clear APT::Architectures;
		APT::Architectures { "amd64"; };
		APT::Default-Release "";
		APT::Sandbox::User "root";
		#clear APT::Update;
		APT::Update::Error-Mode "any";
	EOF
	if apt-get -c "$suiteconf" -q update >"$dir/log" 2>&1; then
		touch "$dir/fresh"
	elif [[ -e $dir/fresh ]]; then
		say "the package lists of ${1//,/, } cannot be refreshed, those of $(date -r "$dir/fresh" +%F) will do"
	else
		suite_missing "$1" "$dir/log"
		suiteconf=
		return 1
	fi
}

# suite_missing SUITES LOG: says why apt could not read them, and what helps: an archive
# that is not reached, or one that lacks a suite, which is named.
suite_missing() {
	local suite why told=

	for suite in ${1//,/ }; do
		why=$(sed -nE "s,^[EW]: Failed to fetch (.*)/dists/$suite/[^ ]* +,\\1: ,p" "$2" | sed -n 1p)
		if [[ $why ]]; then
			say "cannot read Debian's archive $why"
			say "is there a network, and a proxy in apt's settings if it needs one? VZCTX_MIRROR names another archive, for *-security VZCTX_SECURITY_MIRROR"
			return
		fi
		why=$(grep -E '^[EW]: ' "$2" | grep -F " $suite " | sed -n '1s/^.: //p') || true
		[[ $why ]] || continue
		told=1
		say "no suite $suite: $why"
		say "add to the apt sources of this machine a line 'deb ADDRESS $suite main' of a mirror that has it, or set VZCTX_MIRROR (for *-security VZCTX_SECURITY_MIRROR)"
	done
	[[ $told ]] || { say "the package lists of ${1//,/, } cannot be fetched:"; tail -n 5 "$2" >&2; }
}

# apt_fetch SUITES DIR PACKAGE...: downloads packages of these suites into a directory.
apt_fetch() {
	local dir=$2

	suite_apt "$1" || return
	shift 2
	(cd "$dir" && apt-get -c "$suiteconf" -q download "$@" >&2)
}

# apt_candidates SUITES PACKAGE...: the newest versions, "package version" each; of
# those that are not there, nothing.
apt_candidates() {
	suite_apt "$1" || return
	shift
	apt-cache -c "$suiteconf" policy -- "$@" |
		awk '/^[^ ]/ { name = $1; sub(/:.*/, "", name) }
			$1 == "Candidate:" && $2 != "(none)" { print name, $2 }'
}

# depends SUITES PATTERN PACKAGE...: their direct dependencies that match.
depends() {
	local pattern=$2

	suite_apt "$1" || return
	shift 2
	apt-cache -c "$suiteconf" depends -- "$@" 2>/dev/null |
		sed -nE "s/^[ |]*Depends: ($pattern)\$/\\1/p" | sort -u
}

# What mmdebstrap has to hear of this machine's apt, which it does not ask itself.
bootstrap_options() {
	apt-config dump |
		sed -nE 's/^(Acquire::((http|https|ftp)(::.*)?|Check-Valid-Until|Check-Date|Retries) "..*";)$/--aptopt=\1/p'
}
