# SPDX-License-Identifier: GPL-2.0-only
# bash completion for vzctx(8)

# Numbers, and the names that stand for them.
_vzctx_ctids()
{
	local all=$1 ctid name link

	vzctx list ${all:+--all} --noheadings --parsable -o ctid 2>/dev/null
	for name in /etc/vz/names/*; do
		link=$(readlink -- "$name") && ctid=${link##*/} && ctid=${ctid%.conf}
		[[ ! $link || ! -e /etc/vz/conf/$ctid.conf ]] || printf '%s\n' "${name##*/}"
	done
}

_vzctx_templates()
{
	vzctx template list --noheadings --parsable -o name 2>/dev/null
}

_vzctx_samples()
{
	local f

	for f in /etc/vz/conf/ve-*.conf-sample; do
		f=${f##*/ve-}
		[[ $f = '*'* ]] || printf '%s\n' "${f%.conf-sample}"
	done
}

_vzctx_resources()
{
	vzctx show "$1" --all --noheadings --parsable -o resource 2>/dev/null
}

_vzctx()
{
	local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} prev
	local out="--json --parsable --noheadings --output --help"
	local words=""

	prev=${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	if (( COMP_CWORD == 1 )); then
		words="list show create start exec enter console set limit ubc top netstat why pid dmesg freeze thaw stop restart status mount umount boot shutdown destroy events template doctor help version --help --version"
	elif [[ $prev == --private ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
	elif [[ $prev == --ostemplate ]]; then
		words=$(_vzctx_templates)
	elif [[ $prev == --config ]]; then
		words=$(_vzctx_samples)
	elif [[ $prev == --module ]]; then
		compopt -o default
		return
	elif [[ $prev == --profile ]]; then
		words="basic light vswap-256m vswap-512m vswap-1024m vswap-1g vswap-2g vswap-4g"
	elif [[ $prev == --limits ]]; then
		words="default none"
	elif [[ $prev == --on-limit ]]; then
		words="notify freeze kill"
	elif [[ $prev == --variant ]]; then
		words="minbase apt essential buildd important standard"
	elif [[ $prev == --sort ]]; then
		words="failures use cpu"
	elif [[ $cur == -* ]]; then
		case $verb in
		list|show) words="--all $out" ;;
		netstat) words="$out" ;;
		create) words="--ostemplate --config --private --hostname --limits --help" ;;
		start) words="--foreground --quiet --verbose --wait --force --help --" ;;
		exec) words="--tty --help --" ;;
		enter) words="--help" ;;
		console) words="--force --no-wait --help" ;;
		set) words="--name --onboot --bootorder --description --hostname --nameserver --searchdomain --userpasswd --disabled --help" ;;
		help|version) words="--help" ;;
		limit) words="--save --dry-run --ram --swap --vm_overcommit --profile --validate --on-limit --overcommit $out" ;;
		ubc) words="--all --quiet --relative --watch --interval --count --last --file $out" ;;
		top) words="--sort --interval --count $out" ;;
		why) words="--json --help" ;;
		pid|dmesg|freeze|thaw) words="--help" ;;
		stop) words="--fast --timeout --quiet --help" ;;
		restart) words="--fast --wait --quiet --help" ;;
		status|mount|umount) words="--help" ;;
		boot|shutdown) words="--jobs --help" ;;
		destroy) words="--purge --help" ;;
		template) words="--name --mirror --include --variant --max-entries --max-size --quiet $out" ;;
		doctor) words="--module --quiet --json --help" ;;
		events) words="--follow --count --timeout --json --journal --ready-fd --help" ;;
		esac
	elif (( COMP_CWORD == 2 )); then
		case $verb in
		show|exec|enter|limit|stop|ubc|why|dmesg|freeze|thaw) words=$(_vzctx_ctids) ;;
		start|restart|status|mount|umount|destroy|console|set) words=$(_vzctx_ctids all) ;;
		template) words="list build import unpack remove" ;;
		help) words="list show create start exec enter console set limit ubc top why pid dmesg freeze thaw stop restart status mount umount boot shutdown destroy events template doctor" ;;
		esac
	elif [[ $verb == limit ]]; then
		mapfile -t COMPREPLY < <(compgen -S = -W \
			"$(_vzctx_resources "${COMP_WORDS[2]}")" -- "$cur")
		compopt -o nospace
		return
	elif [[ $verb == template && ${COMP_WORDS[2]} == build ]]; then
		words="debian-11 debian-12 debian-13"
	elif [[ $verb == template && ${COMP_WORDS[2]} == remove ]]; then
		words=$(_vzctx_templates)
	elif [[ $verb == exec || $verb == start || $verb == template ]]; then
		compopt -o default
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _vzctx vzctx
