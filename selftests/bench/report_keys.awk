# SPDX-License-Identifier: GPL-2.0-only
#
# vzctx bench - one line RELEASE KEY FIGURE for each of the JSON's figures, in its order;
# a figure that was not taken is null.

function say(name, figure) {
	print release, name, figure == "" ? "null" : sprintf("%.5g", figure)
}

END {
	say("version_minsn", wall("tool/version"))
	say("list_minsn", wall("tool/list"))
	say("start_cpu_vs_crun", ratio(cpu("start/vzctx"), cpu("start/crun")))
	say("start_wall_vs_crun", ratio(wall("start/vzctx"), wall("start/crun")))
	say("exec_wall_vs_nsenter", ratio(wall("exec/vzctx"), wall("exec/nsenter")))
	say("detach_wall_vs_crun", ratio(wall("detach/vzctx"), wall("detach/crun")))
	say("kib_idle", each("vzctx", 20, 60))
	say("idle_vs_crun", ratio(each("vzctx", 20, 60), each("crun", 20, 60)))
	say("host_geomean", geomean("host", "none"))
	say("host_max", worst("host", "none"))
	say("ct_geomean", geomean("ct", "none"))
	say("ct_max", worst("ct", "none"))
	say("product_geomean", geomean("product", "none"))
	say("cgroup_geomean", geomean("cgroup", "none"))
	say("ctx1000", crowded("many", "in"))
	say("host_100k_entries", crowded("files", "host", 1))
	say("start_per_running_ct", slope("start", 4))
}
