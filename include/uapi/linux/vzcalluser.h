/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/vzctl - OpenVZ's ioctls, for programs that were written for it
 *
 * Layout and numbers are vzctl 4's: wrong by modern taste, right by contract.
 * Nothing is ever added here; new functions are in <linux/vzctx.h>.
 *
 * Who may ask: VZCTL_ENV_CREATE with flags 0 answers whoever holds the device
 * open. Everything else wants CAP_SYS_ADMIN in the initial user namespace of
 * the opener and of the calling task, and a task in no context: EPERM. The two
 * ENV_CREATE read their argument first, as in OpenVZ; the others do not. An
 * ioctl that is not listed here: ENOTTY. A bad pointer: EFAULT. 32-bit callers
 * are served.
 *
 * VZCTL_ENV_CREATE, VZCTL_ENV_CREATE_DATA, by flags, in this order:
 *	0			the id of the caller's context, 0 for the host
 *	VE_TEST with VE_CREATE or VE_ENTER	EINVAL
 *	the context runs (0, the host, always does) and flags have
 *		VE_TEST		0
 *		VE_EXCLUSIVE	EACCES
 *		VE_CREATE	as VE_ENTER
 *		VE_ENTER	EOPNOTSUPP: a program enters by setns()
 *		none of them	EINVAL
 *	it does not run and flags have
 *		VE_TEST or VE_ENTER	ESRCH
 *		VE_CREATE	binds the caller's pid namespace and returns
 *				the id. The caller makes the namespaces first
 *				and is the init and only task in the new one:
 *				EINVAL otherwise, or for an id above
 *				VZCTX_CTID_MAX; else the errnos of
 *				VZCTX_CMD_CREATE
 *		none of them	EINVAL
 *	class_id, VE_LOCK and VE_SKIPLOCK are accepted and mean nothing.
 *	VZCTL_ENV_CREATE_DATA first wants datalen between 8 and 32 and a data
 *	pointer: EINVAL. The masks in there are accepted and mean nothing.
 *
 * VZCTL_MARK_ENV_TO_DOWN	0, as in OpenVZ
 * VZCTL_GET_VEIDS	fills up to num ids of running contexts, returns how
 *			many there are; a NULL argument only asks that
 * VZCTL_GET_VEPIDS	fills up to num pairs {pid on the host, pid in the
 *			context} of processes, returns how many there are;
 *			ESRCH no such context
 * VZCTL_GET_CPU_STAT	fills a struct vz_cpu_stat: processor time since the
 *			binding in ticks of sysconf(_SC_CLK_TCK), exact across
 *			exits, niced time in user_jif; idle_clk and uptime_clk
 *			in nanoseconds; strv_clk 0; load averages in hundredths;
 *			ESRCH no such context
 * VENETCTL_VE_IP_MAP	gives an address to a context, or takes it away. addr is
 *			a struct sockaddr_in or sockaddr_in6 of addrlen bytes.
 *			EINVAL addrlen or op is wrong; EAFNOSUPPORT another
 *			family; ESRCH no such context; EADDRINUSE it has an
 *			owner; EADDRNOTAVAIL the context does not have it, or
 *			no host can; EBUSY another context has venet in the
 *			same network; ENOMEM; EOPNOTSUPP the network is the
 *			host's, or op is VE_IP_EXT_ADD or VE_IP_EXT_DEL
 * VZCTL_GET_VEIPS	fills up to num IPv4 addresses of a context, 4 bytes in
 *			network order each, returns how many there are; ESRCH
 *			no such context
 * VZCTL_GET_VEIP6S	likewise IPv6 addresses, 16 bytes each
 * VZCTL_OLD_ENV_CREATE, VZCTL_SETDEVPERMS, VZCTL_ENV_CREATE_CID,
 * VZCTL_VE_NETDEV, VZCTL_VE_MEMINFO, VZCTL_VE_CONFIGURE	EOPNOTSUPP
 *
 * All since ABI 1; those about addresses were refused before ABI 3.
 */
#ifndef _UAPI_LINUX_VZCALLUSER_H
#define _UAPI_LINUX_VZCALLUSER_H

#include <linux/ioctl.h>
#include <linux/types.h>

#ifndef __KERNEL__
#ifndef __user
#define __user
#endif
#endif

typedef unsigned int envid_t;

#define VZCTLTYPE	'.'
#define VENETCTLTYPE	'('
#define VZLISTTYPE	'x'

#define VE_CREATE	1	/* make it */
#define VE_EXCLUSIVE	2	/* fail if it runs */
#define VE_ENTER	4	/* enter it */
#define VE_TEST		8	/* does it run? */
#define VE_LOCK		16	/* make it closed to VE_ENTER */
#define VE_SKIPLOCK	32	/* enter it although it is closed */

struct vzctl_old_env_create {
	envid_t veid;
	unsigned int flags;
	__u32 addr;
};

struct vzctl_mark_env_to_down {
	envid_t veid;
};

struct vzctl_setdevperms {
	envid_t veid;
	unsigned int type;
	unsigned int dev;
	unsigned int mask;
};

struct vzctl_env_create_cid {
	envid_t veid;
	unsigned int flags;
	__u32 class_id;
};

struct vzctl_env_create {
	envid_t veid;
	unsigned int flags;
	__u32 class_id;
};

struct vzctl_env_create_data {
	envid_t veid;
	unsigned int flags;
	__u32 class_id;
	void __user *data;
	int datalen;
};

struct env_create_param {
	__u64 iptables_mask;
};

struct env_create_param2 {
	__u64 iptables_mask;
	__u64 feature_mask;
	__u32 total_vcpus;
};

struct env_create_param3 {
	__u64 iptables_mask;
	__u64 feature_mask;
	__u32 total_vcpus;
	__u32 pad;
	__u64 known_features;
};

#define VZCTL_ENV_CREATE_DATA_MINLEN	sizeof(struct env_create_param)
#define VZCTL_ENV_CREATE_DATA_MAXLEN	sizeof(struct env_create_param3)

struct vz_load_avg {
	int val_int;
	int val_frac;
};

struct vz_cpu_stat {
	unsigned long user_jif;
	unsigned long nice_jif;
	unsigned long system_jif;
	unsigned long uptime_jif;
	__u64 idle_clk;
	__u64 strv_clk;
	__u64 uptime_clk;
	struct vz_load_avg avenrun[3];
};

struct vzctl_cpustatctl {
	envid_t veid;
	void __user *cpustat;
};

struct vzctl_ve_netdev {
	envid_t veid;
	int op;
	char __user *dev_name;
};

struct vzctl_ve_meminfo {
	envid_t veid;
	unsigned long val;
};

struct vzctl_ve_configure {
	envid_t veid;
	unsigned int key;
	unsigned int val;
	unsigned int size;
	char data[];
};

#define VE_IP_ADD	1
#define VE_IP_DEL	2
#define VE_IP_EXT_ADD	3	/* an address to send from, without a route */
#define VE_IP_EXT_DEL	4

struct vzctl_ve_ip_map {
	envid_t veid;
	int op;
	void __user *addr;
	int addrlen;
};

struct vzlist_veidctl {
	unsigned int num;
	envid_t __user *id;
};

struct vzlist_vepidctl {
	envid_t veid;
	unsigned int num;
	__kernel_pid_t __user *pid;
};

struct vzlist_veipctl {
	envid_t veid;
	unsigned int num;
	void __user *ip;
};

#define VZCTL_OLD_ENV_CREATE	_IOW(VZCTLTYPE, 0, struct vzctl_old_env_create)
#define VZCTL_MARK_ENV_TO_DOWN	_IOW(VZCTLTYPE, 1, struct vzctl_mark_env_to_down)
#define VZCTL_SETDEVPERMS	_IOW(VZCTLTYPE, 2, struct vzctl_setdevperms)
#define VZCTL_ENV_CREATE_CID	_IOW(VZCTLTYPE, 4, struct vzctl_env_create_cid)
#define VZCTL_ENV_CREATE	_IOW(VZCTLTYPE, 5, struct vzctl_env_create)
#define VZCTL_GET_CPU_STAT	_IOW(VZCTLTYPE, 6, struct vzctl_cpustatctl)
#define VZCTL_ENV_CREATE_DATA	_IOW(VZCTLTYPE, 10, struct vzctl_env_create_data)
#define VZCTL_VE_NETDEV		_IOW(VZCTLTYPE, 11, struct vzctl_ve_netdev)
#define VZCTL_VE_MEMINFO	_IOW(VZCTLTYPE, 13, struct vzctl_ve_meminfo)
#define VZCTL_VE_CONFIGURE	_IOW(VZCTLTYPE, 15, struct vzctl_ve_configure)

#define VENETCTL_VE_IP_MAP	_IOW(VENETCTLTYPE, 3, struct vzctl_ve_ip_map)

#define VZCTL_GET_VEIDS		_IOR(VZLISTTYPE, 1, struct vzlist_veidctl)
#define VZCTL_GET_VEPIDS	_IOR(VZLISTTYPE, 2, struct vzlist_vepidctl)
#define VZCTL_GET_VEIPS		_IOR(VZLISTTYPE, 3, struct vzlist_veipctl)
#define VZCTL_GET_VEIP6S	_IOR(VZLISTTYPE, 4, struct vzlist_veipctl)

#endif /* _UAPI_LINUX_VZCALLUSER_H */
