# SPDX-License-Identifier: GPL-2.0-only
# bash completion for vzctl(8)

# What the program itself prints with --help is what can be completed.
_vzctl_options()
{
	vzctl --help 2>/dev/null | awk -v of="Options of $1:" '
		$0 == of { on = 1; next }
		/^[A-Z]/ || /^$/ { on = 0 }
		on' | grep -oE -- '--[a-z][a-z_-]*'
}

_vzctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} verb="" words="" i at=0

	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == --* ]] || { verb=${COMP_WORDS[i]} at=$i; break; }
	done
	COMPREPLY=()
	if [[ ! $verb ]]; then
		words="--quiet --verbose --skiplock --version --help
			$(vzctl --help 2>/dev/null | sed -n 's/^  \([a-z0-9-]*\) CTID.*/\1/p')"
	elif ((COMP_CWORD == at + 1)); then
		words=$(vzlist -a -H -o ctid 2>/dev/null
			vzlist -a -H -o name 2>/dev/null | grep -v '^-$')
	elif [[ ${COMP_WORDS[COMP_CWORD-1]} =~ ^--(private|root)$ ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
	elif [[ ${COMP_WORDS[COMP_CWORD-1]} == --ostemplate ]]; then
		words=$(vzctx template list --noheadings --parsable -o name 2>/dev/null)
	elif [[ ${COMP_WORDS[COMP_CWORD-1]} =~ ^--(config|applyconfig)$ ]]; then
		words=$(printf '%s\n' /etc/vz/conf/ve-*.conf-sample |
			sed -n 's|.*/ve-\([^*]*\)\.conf-sample$|\1|p')
	else
		case $verb in
		set|create) words=$(_vzctl_options "$verb") ;;
		start) words="--wait --force --skip-fsck --skip-remount" ;;
		stop) words="--fast --skip-umount" ;;
		restart) words="--wait --force --fast --skip-fsck --skip-remount --skip-umount" ;;
		enter) words="--exec" ;;
		runscript) compopt -o default; return ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _vzctl vzctl
