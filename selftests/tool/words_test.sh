#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# guest: smp=2 timeout=200 kernels=newest
#
# vzctx - words: what newcomers type, what they are told, and what programs read.

# What stands in single quotes is for another shell or for jq.
# shellcheck disable=SC2016

. "$(dirname -- "$0")/cli.sh"

cache=/vz/template/cache
trap 'rm -rf "$cache"; cleanup' EXIT

as_user() {
	setpriv --reuid 1000 --regid 1000 --clear-groups -- "$@"
}

without_module() {
	vzctx create 101 --private "$tree" && expect 0 'not loaded.*101 stopped' vzctx list --all &&
		expect 3 'not loaded' vzctx list
}

verbs_meant() {
	expect 2 'no verb "statr", perhaps start is meant' vzctx statr &&
		expect 2 'no verb "lsit", perhaps list is meant' vzctx lsit &&
		expect 2 'no verb "frobnicate"; see vzctx --help' vzctx frobnicate &&
		expect 2 'perhaps remove is meant' vzctx template remvoe x &&
		expect 20 'Bad command: strat, perhaps start is meant' vzctl strat 101
}

help_words() {
	same "$(vzctx help)" "$(vzctx --help)" && same "$(vzctx help stop)" "$(vzctx stop --help)" &&
		expect 2 'no verb "stpo", perhaps stop is meant' vzctx help stpo &&
		expect 0 '^Usage: vzctl start CTID .*--wait' vzctl start --help &&
		expect 0 '^Usage: vzctl set CTID .*--onboot yes\|no' vzctl set --help &&
		refuses grep -iw contexts\\? <(vzctx --help; for v in list start stop show limit; do vzctx "$v" --help; done)
}

# One version, wherever it is asked for.
versions() {
	same "$(vzctx version)" "$(vzctx --version)" &&
		same "$(vzctx version | awk '{ print $2 }')" "$(vzctl --version | awk '{ print $3 }')" &&
		same "$(vzctx version | awk '{ print $2 }')" "$(modinfo -F version "$VZCTX_KO")"
}

list_words() {
	same "$(vzctx ls -o ctid)" "$(vzctx list -o ctid)"
}

started_and_stopped() {
	expect 0 '^CT 102 runs /bin/sleep; `vzctx status 102` tells how it ended$' \
		vzctx start 102 -- /bin/sleep infinity &&
		expect 0 '^CT 102 is stopped, it was killed$' vzctx stop 102 --fast &&
		expect 0 '^$' vzctx start 102 -q -- /bin/sleep infinity &&
		expect 0 '^$' vzctx stop 102 --fast -q
}

ended() {
	[[ $(vzctx status 102) =~ $1 ]]
}

how_it_ended() {
	vzctx start 102 -- /bin/false && wait_for 20 ended 'command ended with status 1 at 20' &&
		expect 1 'not running; its command ended with status 1 at ' vzctx exec 102 -- true &&
		vzctx start 102 -- /bin/sh -c 'kill -9 $$; exit 5' && wait_for 20 ended 'status 137 at ' &&
		start_idle 102 && refuses ended 'command ended' && vzctx stop 102 --fast &&
		refuses ended 'command ended'
}

# An explanation needs no errno behind it, and no advice that does not help.
explained() {
	expect 1 'it is running already$' vzctx start 101 -- /bin/true &&
		expect 1 'cannot stop CT 102: it is not running$' vzctx stop 102 &&
		expect 47 '`vzctx start 102 -- COMMAND`' vzctl start 102 &&
		expect 2 'remove needs the name of a template' vzctx template remove
}

needs_root() {
	local verb

	for verb in list top events "show 101" "start 101" "stop 101" "exec 101 true" "enter 101" "limit 101 numproc=5" \
		"ubc 101" "create 150" "destroy 101" "why 101" "status 101" "mount 101" "set 101 --name x"; do
		# shellcheck disable=SC2086 # words
		expect 1 'as root' as_user vzctx $verb || return
	done
	expect 12 'as root' as_user vzctl start 101
}

show_json() {
	vzctx show 101 --json | jq -e --argjson init "$(init_of 101)" '.ctid == 101 and .state == "running" and
		.init == $init and .hostname == "ct101" and (.start | test("^20.*T.*:")) and (.resources | length) > 10' &&
		vzctx limit 101 numproc=50 >/dev/null &&
		vzctx show 101 --json -o resource,limit | jq -e '[.resources[] | select(.resource == "numfile")][0].limit == null and
			[.resources[] | select(.resource == "numproc")][0].limit == 50' &&
		vzctx ubc 101 --json | jq -e '[.. | numbers | select(. > 9000000000000000000)] == []'
}

sizes() {
	vzctx limit 101 kmemsize=unlimited >/dev/null && vzctx limit 101 tcpsndbuf=512 2>/dev/null &&
		vzctx ubc 101 -a -o resource,limit | grep -E '^tcpsndbuf +512B$'
}

# on_terminal COLUMNS COMMAND...: the longest line it prints on one.
on_terminal() {
	local columns=$1
	shift
	script -qec "stty cols $columns; $*" /dev/null </dev/null | tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g' |
		awk '{ if (length > n) n = length } END { print n + 0 }'
}

narrow() {
	local c n

	for c in 40 60 80; do
		for v in list "show 101" "ubc 101"; do
			n=$(on_terminal "$c" "vzctx $v --noheadings") || return
			echo "$v in $c columns: $n"
			((n > 4 && n <= c)) || return
		done
	done
	same "$(vzctx list | awk 'NR == 1 { print NF }')" 9
}

setting() {
	vzctx set 102 --name web --onboot yes --description 'the web server' && grep -qx 'ONBOOT="yes"' /etc/vz/conf/102.conf &&
		[[ $(vzctx status web) = 'CTID 102 '* ]] && grep -qx 'DESCRIPTION="the web server"' /etc/vz/conf/102.conf &&
		expect 2 'no option is given' vzctx set 102 && expect 1 'CT 555 does not exist; create it with' vzctx set 555 --onboot yes &&
		[[ ! -e /etc/vz/conf/555.conf ]] && expect 2 'yes\|no|yes or no|Bad parameter' vzctx set 102 --onboot perhaps &&
		expect 1 'already used by container 102' vzctx set 101 --name web && vzctx set 102 --name '' --onboot no &&
		expect 2 'is no CTID.*and no CT' vzctx status web
}

# completes WORDS...: what bash offers for the last of them.
completes() {
	bash -c '. /vzctx/vzctx.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vzctx; printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

completion() {
	local said
	said=$(completes vzctx crea) && same create "$said" && mkdir -p "$cache" && touch "$cache/tiny.tar" &&
		said=$(completes vzctx create 150 --ostemplate t) && same tiny "$said" &&
		said=$(completes vzctx template remove t) && same tiny "$said" &&
		vzctx set 102 --name web >/dev/null && said=$(completes vzctx start w) && same web "$said" &&
		: >/etc/vz/conf/ve-mine.conf-sample && said=$(completes vzctx create 150 --config mi) && same mine "$said" &&
		rm "$cache/tiny.tar" /etc/vz/conf/ve-mine.conf-sample && vzctx set 102 --name '' >/dev/null
}

# wide DESCRIPTION: how many characters a line of vzlist has with it.
wide() {
	vzctx set 102 --description "$1" >/dev/null && vzlist -a -H -o description,ctid 102 | wc -m
}

umlauts() {
	local plain
	plain=$(wide 'a plain description') && same "$plain" "$(wide 'Köln, Düsseldorf')" &&
		same "$plain" "$(wide 'äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü')"
}

templates() {
	mkdir -p "$work/t/etc" "$work/here" && echo x >"$work/t/etc/x" && tar -C "$work/t" -cf "$work/here/small.tar" . &&
		cd "$work/here" && vzctx template import small.tar small &&
		vzctx template list --noheadings -o name | grep -qx small &&
		expect 1 'no such file here' vzctx template import other.tar small2 &&
		expect 0 'template .*/small.tar.zst removed' vzctx template remove small &&
		refuses grep -qx small <(vzctx template list --noheadings -o name) &&
		expect 1 'none of this name' vzctx template remove ../../../etc/passwd && [[ -e /etc/passwd ]] &&
		expect 1 'none of this name' vzctx template remove small && cd /
}

plan 18
places
check "stopped containers are shown without the module" without_module
insmod "$VZCTX_KO"
vzctx create 102 --private "$second" --hostname second.example >/dev/null
fresh 101
check "a word that is nearly a verb" verbs_meant
check "help" help_words
check "one version" versions
check "ls" list_words
check "a start and a stop say that they are done" started_and_stopped
check "how a command ended" how_it_ended
check "explanations without errno and idle advice" explained
check "who is not root is told so" needs_root
check "JSON of show: the container, and null for unlimited" show_json
check "sizes have a unit" sizes
check "tables fit on narrow terminals" narrow
check "set" setting
check "columns are characters, not bytes" umlauts
check "completion of names, templates and samples" completion
check "templates: from here, and removed" templates
vacate
