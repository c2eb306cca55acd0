# SPDX-License-Identifier: GPL-2.0-only
# bash completion for vzlist(8)

_vzlist()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words

	COMPREPLY=()
	case $prev in
	-o|--output|-s|--sort) words=$(vzlist -L | awk '{ print $1 }') ;;
	-h|-N|-d|--hostname|--name_filter|--description) return ;;
	*)
		words=$(vzlist -a -H -o ctid 2>/dev/null)
		[[ $cur != -* ]] || words="--all --stopped --name --no-header --no-trim --json
			--output --sort --hostname --name_filter --description --list --help"
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _vzlist vzlist
