// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - door: what the /proc files of OpenVZ say, byte by byte
 *
 * Every number has a fixed width, so the rows of a context have the same length
 * whatever they say, and a reader that seeks meets whole rows. Only addresses that
 * come and go change it.
 *
 * The host is not counted: where OpenVZ has rows of CT 0 they say so, with
 * nothing held and no limits.
 */
#include <linux/inet.h>
#include <linux/math64.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/time64.h>
#include <net/ipv6.h>
#include <vzctx/version.h>

#include "base/ctx.h"
#include "door/proc.h"
#include "net/address.h"
#include "pay/cpu.h"
#include "pay/refresh.h"

/* /proc/user_beancounters stops before what came later. */
#define OLD_RESOURCES	24

/* An address as it is printed. */
#define V4_WIDTH	15
#define V6_WIDTH	39

static void bc_head(struct seq_file *m)
{
	seq_puts(m, "Version: 2.5\n");
	seq_printf(m, "%10s  %-12s %20s %20s %20s %20s %20s\n", "uid",
		   "resource", "held", "maxheld", "barrier", "limit",
		   "failcnt");
}

static void bc_row(struct seq_file *m, const char *uid, const char *name,
		   const struct vzctx_bc_state *bc)
{
	seq_printf(m, "%10s  %-12s %20lu %20lu %20lu %20lu %20lu\n", uid, name,
		   bc->held, bc->maxheld, bc->barrier, bc->limit, bc->failcnt);
}

/* @ctx: NULL for the host; @uid: NULL for none; @old: with the dummies */
static void bc_rows(struct seq_file *m, struct vzctx *ctx, const char *uid,
		    bool old)
{
	static const struct vzctx_bc_state uncounted = {
		.barrier = VZCTX_BC_MAX,
		.limit = VZCTX_BC_MAX,
	};
	struct vzctx_bc_state bc = uncounted;
	u32 id, end = old ? OLD_RESOURCES : UB_RESOURCES;

	if (ctx)
		vzctx_res_refresh(ctx);
	for (id = 0; id < end; id++) {
		const struct vzctx_res *res = vzctx_res_find(id);

		if (!res && !old)
			continue;
		if (ctx)
			vzctx_bc_read(&ctx->bc[id], &bc);
		bc_row(m, id || !uid ? "" : uid, res ? res->name : "dummy",
		       &bc);
	}
}

static void ub_rows(struct seq_file *m, struct vzctx *ctx)
{
	char uid[16];

	snprintf(uid, sizeof(uid), "%u:", ctx->ctid);
	bc_rows(m, ctx, uid, true);
}

static void ub_host(struct seq_file *m)
{
	bc_rows(m, NULL, "0:", true);
}

static void resources_rows(struct seq_file *m, struct vzctx *ctx)
{
	char uid[16];

	snprintf(uid, sizeof(uid), "%u:", ctx->ctid);
	bc_rows(m, ctx, uid, false);
}

static void resources_host(struct seq_file *m)
{
	bc_rows(m, NULL, "0:", false);
}

static void one_rows(struct seq_file *m, struct vzctx *ctx)
{
	bc_rows(m, ctx, NULL, false);
}

static void one_host(struct seq_file *m)
{
	bc_rows(m, NULL, NULL, false);
}

static void io_row(struct seq_file *m, const char *name, u64 value)
{
	seq_printf(m, "\t%-20s %21llu\n", name, value);
}

/* Of what the kernel does not count for a task there is 0. */
static void io_all(struct seq_file *m, const struct vzctx_cpu_stat *stat)
{
	static const char *const rest[] = {
		"missed", "syncs_total", "fsyncs_total", "fdatasyncs_total",
		"range_syncs_total", "syncs_active", "fsyncs_active",
		"fdatasyncs_active", "range_syncs_active", "io_pbs",
		"fuse_requests", "fuse_bytes",
	};
	unsigned int i;

	io_row(m, "read", stat->read);
	io_row(m, "write", stat->write);
	io_row(m, "dirty", stat->write);
	io_row(m, "cancel", stat->cancel);
	for (i = 0; i < ARRAY_SIZE(rest); i++)
		io_row(m, rest[i], 0);
}

static void io_rows(struct seq_file *m, struct vzctx *ctx)
{
	struct vzctx_cpu_stat stat;

	vzctx_cpu_get(ctx, &stat);
	io_all(m, &stat);
}

static void io_host(struct seq_file *m)
{
	static const struct vzctx_cpu_stat uncounted;

	io_all(m, &uncounted);
}

static void veinfo_row(struct seq_file *m, u32 ctid, unsigned long tasks)
{
	seq_printf(m, "%10u %5u %5lu", ctid, ctid, tasks);
}

/* As people write it, right-aligned; one that ends like IPv4 may be wider. */
static void put_ip(struct seq_file *m, int width, const struct in6_addr *ip)
{
	char text[INET6_ADDRSTRLEN];

	if (ipv6_addr_v4mapped(ip))
		snprintf(text, sizeof(text), "%pI4", &ip->s6_addr32[3]);
	else
		snprintf(text, sizeof(text), "%pI6c", ip);
	seq_printf(m, "%*s", width, text);
}

/* Those of one kind after those of the other. */
static void veinfo_ips(struct seq_file *m, struct vzctx *ctx, bool v4)
{
	struct in6_addr ip;
	unsigned int n;

	for (n = 0; vzctx_address_nth(ctx, n, &ip); n++) {
		if (ipv6_addr_v4mapped(&ip) != v4)
			continue;
		seq_putc(m, ' ');
		put_ip(m, v4 ? V4_WIDTH : V6_WIDTH, &ip);
	}
}

static void veinfo_rows(struct seq_file *m, struct vzctx *ctx)
{
	struct vzctx_bc_state bc;

	vzctx_bc_read(&ctx->bc[UB_NUMPROC], &bc);
	veinfo_row(m, ctx->ctid, bc.held);
	veinfo_ips(m, ctx, true);
	veinfo_ips(m, ctx, false);
	seq_putc(m, '\n');
}

/* The host's tasks are those no pid namespace hides. */
static void veinfo_host(struct seq_file *m)
{
	struct task_struct *task;
	unsigned long tasks = 0;

	rcu_read_lock();
	for_each_process(task)
		if (task_active_pid_ns(task) == &init_pid_ns)
			tasks += get_nr_threads(task);
	rcu_read_unlock();
	veinfo_row(m, 0, tasks);
	seq_putc(m, '\n');
}

static void veip_head(struct seq_file *m)
{
	seq_puts(m, "Version: 2.5\n");
}

static void veip_rows(struct seq_file *m, struct vzctx *ctx)
{
	struct in6_addr ip;
	unsigned int n;

	for (n = 0; vzctx_address_nth(ctx, n, &ip); n++) {
		put_ip(m, V6_WIDTH, &ip);
		seq_printf(m, " %10u\n", ctx->ctid);
	}
}

static void vestat_head(struct seq_file *m)
{
	seq_printf(m, "%-251s\n", "Version: 2.2");
	seq_printf(m, "%20s %20s %20s %20s %20s %20s %20s %20s %20s %20s %20s %20s\n",
		   "VEID", "user", "nice", "system", "uptime", "idle", "strv",
		   "uptime", "used", "maxlat", "totlat", "numsched");
}

static u64 ticks(u64 ns)
{
	return div_u64(ns, NSEC_PER_SEC / USER_HZ);
}

/*
 * Ticks are those user space is told by sysconf(_SC_CLK_TCK), which is what
 * clients divide by. Time of niced tasks is in user, as it cannot be told
 * apart; the longest latency is not recorded.
 */
static void vestat_rows(struct seq_file *m, struct vzctx *ctx)
{
	struct vzctx_cpu_stat cpu;

	vzctx_cpu_get(ctx, &cpu);
	seq_printf(m, "%20u %20llu %20u %20llu %20llu %20llu %20u %20llu %20llu %20u %20llu %20llu\n",
		   ctx->ctid, ticks(cpu.user), 0,
		   ticks(cpu.system), ticks(cpu.uptime),
		   cpu.idle, 0, cpu.uptime, cpu.user + cpu.system, 0, cpu.wait,
		   cpu.turns);
}

static void version_head(struct seq_file *m)
{
	seq_puts(m, VZCTX_VERSION "\n");
}

const struct vzctx_proc_file vzctx_proc_user_beancounters = {
	.name = "user_beancounters", .head = bc_head, .rows = ub_rows,
	.host = ub_host, .inside = true,
};

const struct vzctx_proc_file vzctx_proc_bc_resources = {
	.name = "resources", .head = bc_head, .rows = resources_rows,
	.host = resources_host,
};

const struct vzctx_proc_file vzctx_proc_bc_one = {
	.name = "resources", .rows = one_rows, .host = one_host,
};

const struct vzctx_proc_file vzctx_proc_bc_ioacct = {
	.name = "ioacct", .rows = io_rows, .host = io_host,
};

const struct vzctx_proc_file vzctx_proc_veinfo = {
	.name = "veinfo", .rows = veinfo_rows, .host = veinfo_host,
	.inside = true,
};

const struct vzctx_proc_file vzctx_proc_veip = {
	.name = "veip", .head = veip_head, .rows = veip_rows,
};

const struct vzctx_proc_file vzctx_proc_vestat = {
	.name = "vestat", .head = vestat_head, .rows = vestat_rows,
	.inside = true,
};

const struct vzctx_proc_file vzctx_proc_version = {
	.name = "version", .head = version_head, .anyone = true,
};
