// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - what a task inside a context gives up
 */
#include <errno.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inside/channel.h"
#include "inside/confine.h"
#include "program/caller.h"

void confine_ids(int chan)
{
	if (setgroups(0, NULL))
		chan_die(chan, errno, "drop groups", "");
	if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
		chan_die(chan, errno, "become root of the context", "");
	/* With other ids it is what fs.suid_dumpable says. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		chan_die(chan, errno, "become undumpable", "");
}

static void drop_caps(int chan, bool net_admin)
{
	/* The last one is for who is to have no packet filter. */
	static const cap_value_t drop[] = {
		CAP_MAC_ADMIN, CAP_MAC_OVERRIDE, CAP_SYS_TIME, CAP_SYS_MODULE,
		CAP_SYS_RAWIO, CAP_NET_ADMIN,
	};
	const int n = sizeof(drop) / sizeof(drop[0]) - net_admin;
	cap_t caps;
	int err = 0;

	for (int i = 0; i < n; i++)
		if (cap_drop_bound(drop[i]))
			chan_die(chan, errno, "drop", cap_to_name(drop[i]));

	caps = cap_get_proc();
	if (!caps || cap_set_flag(caps, CAP_EFFECTIVE, n, drop, CAP_CLEAR) ||
	    cap_set_flag(caps, CAP_PERMITTED, n, drop, CAP_CLEAR) ||
	    cap_set_flag(caps, CAP_INHERITABLE, n, drop, CAP_CLEAR) ||
	    cap_set_proc(caps))
		err = errno;
	cap_free(caps);
	if (err)
		chan_die(chan, err, "drop capabilities", "");
}

static void deny_calls(int chan)
{
	static const int deny[] = {
		SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load),
		SCMP_SYS(init_module), SCMP_SYS(finit_module),
		SCMP_SYS(delete_module), SCMP_SYS(open_by_handle_at),
	};
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int ret = f ? 0 : -ENOMEM;

	if (!ret)
		ret = seccomp_attr_set(f, SCMP_FLTATR_CTL_NNP, 0);
	/* A call by an ABI the filter does not know must not pass it. */
	if (!ret)
		ret = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH,
				       SCMP_ACT_ERRNO(ENOSYS));
	if (!ret && seccomp_arch_native() == SCMP_ARCH_X86_64)
		ret = seccomp_arch_add(f, SCMP_ARCH_X86);
	if (!ret && seccomp_arch_native() == SCMP_ARCH_AARCH64)
		ret = seccomp_arch_add(f, SCMP_ARCH_ARM);
	for (size_t i = 0; !ret && i < sizeof(deny) / sizeof(deny[0]); i++)
		ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), deny[i], 0);
	if (!ret)
		ret = seccomp_load(f);
	seccomp_release(f);
	if (ret)
		chan_die(chan, -ret, "load the seccomp filter", "");
}

void confine(int chan, bool net_admin)
{
	/* A kernel without keyrings has none to share. */
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (caller_limits())
		chan_die(chan, errno, "set", "resource limits");
	drop_caps(chan, net_admin);
	deny_calls(chan);
}

char **confine_env(void)
{
	static char term[64];
	static char *env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "container=vzctx", term, NULL,
	};
	const char *t = getenv("TERM");

	snprintf(term, sizeof(term), "TERM=%s", t && *t ? t : "linux");
	return env;
}

void confine_fds(int chan)
{
	if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC))
		chan_die(chan, errno, "close descriptors", "");
}
