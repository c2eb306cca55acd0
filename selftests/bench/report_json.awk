# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - makes the JSON of the lines of report_keys.awk: an object for each
# release, a line for each of its figures.

$1 != release {
	printf "%s\n\t\"%s\": {\n", release ? "\n\t}," : "{", $1
	release = $1
	comma = ""
}

{
	printf "%s\t\t\"%s\": %s", comma, $2, $3
	comma = ",\n"
}

END {
	print release ? "\n\t}\n}" : "{}"
}
