// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: /dev/vzctl, addresses of a context
 *
 * Translates only. What the calls mean is said in <linux/vzcalluser.h>.
 */
#include <linux/in.h>
#include <linux/uaccess.h>
#include <net/ipv6.h>
#include <uapi/linux/vzcalluser.h>

#include "base/ctx.h"
#include "base/registry.h"
#include "door/ioctl_net.h"
#include "net/address.h"
#include "net/port.h"

static void __maybe_unused build_check_abi(void)
{
	BUILD_BUG_ON(sizeof(struct vzctl_ve_ip_map) != 24);
	BUILD_BUG_ON(sizeof(struct vzctx_ip_map32) != 16);
	BUILD_BUG_ON(sizeof(struct vzlist_veipctl) != 16);
	BUILD_BUG_ON(sizeof(struct vzctx_veipctl32) != 12);
}

static int get_ip(struct in6_addr *ip, const void __user *addr, int len)
{
	union {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa = {};

	if (len < (int)sizeof(sa.v4) || len > (int)sizeof(sa))
		return -EINVAL;
	if (copy_from_user(&sa, addr, len))
		return -EFAULT;
	if (sa.v4.sin_family == AF_INET) {
		ipv6_addr_set_v4mapped(sa.v4.sin_addr.s_addr, ip);
		return 0;
	}
	if (sa.v4.sin_family != AF_INET6)
		return -EAFNOSUPPORT;
	if (len < (int)SIN6_LEN_RFC2133)
		return -EINVAL;
	*ip = sa.v6.sin6_addr;
	return 0;
}

static int change(struct vzctx *ctx, int op, const struct in6_addr *ip)
{
	int err;

	switch (op) {
	case VE_IP_ADD:
		err = vzctx_port_give(ctx, ip, NULL);
		return err == -EEXIST ? -EADDRINUSE : err;
	case VE_IP_DEL:
		return vzctx_address_del(ctx, ip, NULL);
	case VE_IP_EXT_ADD:
	case VE_IP_EXT_DEL:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

static long ip_map(u32 ctid, int op, const void __user *addr, int len)
{
	struct in6_addr ip;
	struct vzctx *ctx;
	int err = get_ip(&ip, addr, len);

	if (err)
		return err;
	ctx = vzctx_find(ctid);
	if (!ctx)
		return -ESRCH;
	err = change(ctx, op, &ip);
	vzctx_put(ctx);
	return err;
}

/**
 * vzctx_ioctl_ip_map() - serves VENETCTL_VE_IP_MAP
 * @file: the device
 * @arg: struct vzctl_ve_ip_map
 *
 * Return: 0 or -errno.
 */
long vzctx_ioctl_ip_map(struct file *file, void __user *arg)
{
	struct vzctl_ve_ip_map a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return ip_map(a.veid, a.op, a.addr, a.addrlen);
}

/**
 * vzctx_ioctl_ip_map32() - serves VENETCTL_VE_IP_MAP of a 32-bit caller
 * @file: the device
 * @arg: struct vzctx_ip_map32
 *
 * Return: as vzctx_ioctl_ip_map().
 */
long vzctx_ioctl_ip_map32(struct file *file, void __user *arg)
{
	struct vzctx_ip_map32 a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return ip_map(a.veid, a.op, compat_ptr(a.addr), a.addrlen);
}

/* One address to user space; false if it cannot be written. */
static bool put_ip(void __user *to, u32 at, const struct in6_addr *ip, bool v4)
{
	if (v4)
		return !put_user((__force u32)ip->s6_addr32[3],
				 (u32 __user *)to + at);
	return !copy_to_user((struct in6_addr __user *)to + at, ip,
			     sizeof(*ip));
}

static long veips(u32 ctid, u32 num, void __user *to, bool v4)
{
	struct vzctx *ctx = vzctx_find(ctid);
	struct in6_addr ip;
	unsigned int n;
	long nr = 0;

	if (!ctx)
		return -ESRCH;
	for (n = 0; nr >= 0 && vzctx_address_nth(ctx, n, &ip); n++) {
		if (ipv6_addr_v4mapped(&ip) != v4)
			continue;
		if (nr < num && !put_ip(to, nr, &ip, v4))
			nr = -EFAULT;
		else
			nr++;
	}
	vzctx_put(ctx);
	return nr;
}

static long do_veips(void __user *arg, bool v4)
{
	struct vzlist_veipctl a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return veips(a.veid, a.num, a.ip, v4);
}

static long do_veips32(void __user *arg, bool v4)
{
	struct vzctx_veipctl32 a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	return veips(a.veid, a.num, compat_ptr(a.ip), v4);
}

/**
 * vzctx_ioctl_veips() - serves VZCTL_GET_VEIPS
 * @file: the device
 * @arg: struct vzlist_veipctl
 *
 * Return: how many addresses there are, or -errno.
 */
long vzctx_ioctl_veips(struct file *file, void __user *arg)
{
	return do_veips(arg, true);
}

/**
 * vzctx_ioctl_veips32() - serves VZCTL_GET_VEIPS of a 32-bit caller
 * @file: the device
 * @arg: struct vzctx_veipctl32
 *
 * Return: as vzctx_ioctl_veips().
 */
long vzctx_ioctl_veips32(struct file *file, void __user *arg)
{
	return do_veips32(arg, true);
}

/**
 * vzctx_ioctl_veip6s() - serves VZCTL_GET_VEIP6S
 * @file: the device
 * @arg: struct vzlist_veipctl
 *
 * Return: as vzctx_ioctl_veips().
 */
long vzctx_ioctl_veip6s(struct file *file, void __user *arg)
{
	return do_veips(arg, false);
}

/**
 * vzctx_ioctl_veip6s32() - serves VZCTL_GET_VEIP6S of a 32-bit caller
 * @file: the device
 * @arg: struct vzctx_veipctl32
 *
 * Return: as vzctx_ioctl_veips().
 */
long vzctx_ioctl_veip6s32(struct file *file, void __user *arg)
{
	return do_veips32(arg, false);
}
