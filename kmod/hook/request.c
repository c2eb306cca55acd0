// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - hook: modules that the kernel loads because a task inside asks for
 * something
 *
 * Each brings code into the kernel of the host that nobody there has asked for, and
 * any user can ask: for a socket, a file system, a kind of device.
 */
#include <linux/moduleparam.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "hook/tables.h"
#include "wrap/hook.h"
#include "wrap/hook_group.h"

/* The names the kernel looks for begin so, or, ending with a full stop, are that. */
static const char *const usual[] = {
	/* packet filters, and who is to change them */
	"nft-", "nfnetlink", "nf-", "nf_conntrack", "nfct-", "nf-nat", "ip_set",
	"ipt_", "ip6t_", "xt_", "arpt_", "ebt_", "iptable", "ip6table", "arptable",
	"ebtable", "net-pf-16-",
	/* networks of containers in a container */
	"net-pf-17.", "net-pf-10.", "rtnl-link-veth.", "rtnl-link-bridge.",
	"rtnl-link-vlan.", "rtnl-link-macvlan.", "rtnl-link-dummy.",
	"rtnl-link-tun.", "rtnl-link-vxlan.", "rtnl-link-wireguard.",
	/* their file systems */
	"fs-overlay.", "fs-fuse.", "fs-fuseblk.",
	/* devices whose files it has been given */
	"char-major-", "block-major-",
	/* what the kernel itself needs for a connection */
	"tcp_", "tcp-ulp-", "crypto-",
};

static bool container_modules;
module_param(container_modules, bool, 0644);
MODULE_PARM_DESC(container_modules,
		 "containers make the kernel load any module, and not only those for packet filters, virtual networks, overlay and fuse (default N)");

static bool is_usual(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(usual); i++) {
		size_t len = strlen(usual[i]);

		if (usual[i][len - 1] == '.' ?
		    strlen(name) == len - 1 && !strncmp(name, usual[i], len - 1) :
		    !strncmp(name, usual[i], len))
			return true;
	}
	return false;
}

/* Whether a task of a context is to get it loaded. May sleep, as the caller may. */
static bool may_request(const char *name)
{
	struct vzctx *ctx;

	if (READ_ONCE(container_modules) || is_usual(name))
		return true;
	ctx = vzctx_get_of_current();
	if (!ctx)
		return true;
	pr_info_ratelimited("CT %u: module %s is not loaded for it\n", ctx->ctid,
			    name);
	vzctx_put(ctx);
	return false;
}

VZCTX_WRAPPER(VZCTX_FOR_NONE, int, security_kernel_module_request, char *, kmod_name)
{
	int err = -EPERM;

	vzctx_hook_enter();
	if (may_request(kmod_name))
		err = vzctx_original(security_kernel_module_request)(kmod_name);
	vzctx_hook_exit();
	return err;
}

static struct vzctx_hook rows[] = {
	VZCTX_HOOK_GROUPED(host, security_kernel_module_request),
};

const struct vzctx_hook_table vzctx_hook_request = {
	rows, ARRAY_SIZE(rows), NULL
};
