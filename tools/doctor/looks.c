// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - the table of looks
 */
#include "doctor/look_cgroup.h"
#include "doctor/look_ids.h"
#include "doctor/look_kernel.h"
#include "doctor/look_module.h"
#include "doctor/look_place.h"
#include "doctor/look_views.h"
#include "doctor/looks.h"

const struct look looks[] = {
	{ "kernel", "Linux 6.1 or newer on x86-64", look_kernel,
	  "boot a kernel of Debian 12 or newer" },
	{ "options", "what the kernel was built with", look_options,
	  "boot a kernel with these options; those of Debian have them" },
	{ "realtime", "no PREEMPT_RT, where the hooks may not free memory", look_realtime,
	  "boot linux-image-amd64 in place of linux-image-rt-amd64" },
	{ "module", "the module, for this kernel", look_module,
	  "`make && make install` in the sources of vzctx; after an update of the kernel again" },
	{ "headers", "headers of this kernel, if the module is still to be built", look_headers,
	  "apt-get install linux-headers-$(uname -r)" },
	{ "signature", "Secure Boot, lockdown: modules that need a signature", look_signature,
	  "sign vzctx.ko with a key that `mokutil --import` has enrolled (scripts/sign-file of the headers), or switch Secure Boot off" },
	{ "btf", "types of the kernel, by which functions are compared before they are wrapped", look_btf,
	  "boot a kernel with CONFIG_DEBUG_INFO_BTF, as those of Debian; force_prototypes=1 loads the module without a look, and a function that differs crashes the host" },
	{ "ftrace", "kernel.ftrace_enabled, without which nothing is counted", look_ftrace,
	  "sysctl kernel.ftrace_enabled=1" },
	{ "livepatch", "others who replace functions of the kernel", look_livepatch,
	  "switch it off (echo 0 >/sys/kernel/livepatch/NAME/enabled), or boot a kernel that has the fix in it" },
	{ "views", "containers see their own memory, processors and time", look_views,
	  "boot a kernel of Debian 12 or newer, or take off the livepatch; what the module says is true all the same, `vzctx show` for example" },
	{ "cgroup", "cgroup2 alone, as systemd mounts it", look_cgroup,
	  "take systemd.unified_cgroup_hierarchy=0 and the like off the kernel's command line, and boot again" },
	{ "controllers", "controllers of cgroup2: memory, pids, cpu, io", look_controllers,
	  "take them back from cgroup v1; for memory, cgroup_disable=memory must not be on the kernel's command line" },
	{ "delegated", "controllers can be switched on for containers", look_delegated,
	  "run vzctx on the host itself; in a machine container have its manager delegate them (Delegate=yes of systemd)" },
	{ "namespaces", "namespaces of each kind may be made", look_namespaces,
	  "sysctl user.max_NAME_namespaces=65536, and look into /etc/sysctl.d" },
	{ "nesting", "user namespaces inside of containers, for podman and sandboxes", look_nesting,
	  "sysctl kernel.unprivileged_userns_clone=1, if you want them" },
	{ "ids", "ranges of user and group ids for containers", look_ids,
	  "take the ranges from 1879048192 to 2147483647 out of /etc/subuid and /etc/subgid" },
	{ "private", "the file system of the private areas can be idmapped", look_private,
	  "put it on ext4, xfs or btrfs" },
	{ NULL, NULL, NULL, NULL },
};
