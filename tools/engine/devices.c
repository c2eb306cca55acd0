// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - which devices a container may open, by a program of its cgroup
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "engine/cgroup.h"
#include "engine/devices.h"

#define ACCESS	(BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)

/* Instructions of one device, and of what stands around them. */
#define EACH	8
#define AROUND	16

/* What lies in the /dev of every container: memory, terminals. */
static const struct device usual[] = {
	{ false, 1, 3, true, true, "" }, { false, 1, 5, true, true, "" },
	{ false, 1, 7, true, true, "" }, { false, 1, 8, true, true, "" },
	{ false, 1, 9, true, true, "" }, { false, 5, 0, true, true, "" },
	{ false, 5, 1, true, true, "" }, { false, 5, 2, true, true, "" },
	{ false, 136, -1, true, true, "" }, { false, 137, -1, true, true, "" },
	{ false, 138, -1, true, true, "" }, { false, 139, -1, true, true, "" },
	{ false, 140, -1, true, true, "" }, { false, 141, -1, true, true, "" },
	{ false, 142, -1, true, true, "" }, { false, 143, -1, true, true, "" },
};

#define NUSUAL	(sizeof(usual) / sizeof(usual[0]))

static bool find_name(struct device *d)
{
	char path[64], line[160];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/dev/%s/%d:%d/uevent", d->block ? "block" : "char",
		 d->major, d->minor);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "DEVNAME=", 8))
			snprintf(d->name, sizeof(d->name), "%.*s",
				 (int)strcspn(line + 8, "\n"), line + 8);
	if (f)
		fclose(f);
	return *d->name;
}

static void set_mode(struct device *d, const char *mode)
{
	d->read = strchr(mode, 'r') && strcmp(mode, "none");
	d->write = strchr(mode, 'w');
}

/* "b:8:0:rw", "c:4:all:r". Return: NULL, or what is wrong. */
static const char *by_number(struct device *d, char *word)
{
	char *mode = strrchr(word, ':');

	*mode = '\0';
	d->block = *word == 'b';
	d->minor = -1;
	if (sscanf(word + 2, "%d:%d", &d->major, &d->minor) < 1)
		return "is no device";
	set_mode(d, mode + 1);
	*mode = ':';
	if (d->minor >= 0 && !find_name(d))
		return "is no device that the host has now; it may be opened, and gets no node";
	return NULL;
}

/* "sda:rw", "net/tun:rw", below /dev. */
static const char *by_name(struct device *d, char *word)
{
	char *mode = strrchr(word, ':'), path[160];
	struct stat st;
	int got;

	*mode = '\0';
	snprintf(d->name, sizeof(d->name), "%s", word);
	snprintf(path, sizeof(path), "/dev/%s", d->name);
	got = lstat(path, &st);
	*mode = ':';
	set_mode(d, mode + 1);
	if (got || (!S_ISBLK(st.st_mode) && !S_ISCHR(st.st_mode)))
		return "is no device that the host has now";
	d->block = S_ISBLK(st.st_mode);
	d->major = major(st.st_rdev);
	d->minor = minor(st.st_rdev);
	return NULL;
}

/* Return: whether there is anything in the list. */
static bool read_list(const struct conf *c, uint32_t ctid, const char *key,
		      const char *(*fn)(struct device *d, char *word), struct devices *to,
		      struct report *report)
{
	const char *list = globalconf(c, key);
	char good[SETVAL_SIZE], *save = NULL, *word;
	bool any = false;

	if (!list || !*list || !confkey_read(key, list, good))
		return false;
	for (word = strtok_r(good, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		struct device d = { 0 };
		const char *wrong = fn(&d, word);

		any = true;
		if (wrong)
			report_note(report, "warning: %s of CT %u: %s %s", key, ctid, word, wrong);
		if ((!wrong || d.major) && (d.read || d.write) && to->n < DEVICES_MAX)
			to->v[to->n++] = d;
	}
	return any;
}

bool devices_read(const struct conf *c, uint32_t ctid, struct devices *d,
		  struct report *report)
{
	bool any;

	d->n = 0;
	any = read_list(c, ctid, "DEVICES", by_number, d, report);
	return read_list(c, ctid, "DEVNODES", by_name, d, report) || any;
}

const struct device *devices_node(const struct devices *d, const struct device *like)
{
	for (size_t i = 0; i < d->n; i++)
		if (*d->v[i].name && !strcmp(d->v[i].name, like->name) &&
		    d->v[i].block == like->block && d->v[i].major == like->major &&
		    d->v[i].minor == like->minor)
			return &d->v[i];
	return NULL;
}

static struct bpf_insn jump(int op, int reg, int32_t imm, int16_t off)
{
	return (struct bpf_insn){ .code = BPF_JMP | op | BPF_K, .dst_reg = reg, .imm = imm,
				  .off = off };
}

static struct bpf_insn alu(int op, int reg, int32_t imm)
{
	return (struct bpf_insn){ .code = BPF_ALU64 | op | BPF_K, .dst_reg = reg, .imm = imm };
}

static struct bpf_insn load(int reg, int offset)
{
	return (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = reg,
				  .src_reg = BPF_REG_1, .off = offset };
}

static const struct bpf_insn leave = { .code = BPF_JMP | BPF_EXIT };

static struct bpf_insn copy(int to, int from)
{
	return (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = to,
				  .src_reg = from };
}

/* If it is that device, and nothing that it does not allow is asked for: yes. */
static size_t one(struct bpf_insn *p, const struct device *d)
{
	const int allows = BPF_DEVCG_ACC_MKNOD | (d->read ? BPF_DEVCG_ACC_READ : 0) |
			   (d->write ? BPF_DEVCG_ACC_WRITE : 0);
	size_t n = 0, end = d->minor < 0 ? 7 : 8;

	/* Each jump goes to the end of these. */
	p[n] = jump(BPF_JNE, BPF_REG_2, d->block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR,
		    end - n - 1);
	n++;
	p[n] = jump(BPF_JNE, BPF_REG_4, d->major, end - n - 1);
	n++;
	if (d->minor >= 0) {
		p[n] = jump(BPF_JNE, BPF_REG_5, d->minor, end - n - 1);
		n++;
	}
	p[n++] = copy(BPF_REG_6, BPF_REG_3);
	p[n++] = alu(BPF_AND, BPF_REG_6, ACCESS & ~allows);
	p[n] = jump(BPF_JNE, BPF_REG_6, 0, end - n - 1);
	n++;
	p[n++] = alu(BPF_MOV, BPF_REG_0, 1);
	p[n++] = leave;
	return n;
}

static int bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

/* Return: a descriptor or -errno. */
static int load_program(const struct devices *d)
{
	struct bpf_insn *p = calloc((NUSUAL + d->n) * EACH + AROUND, sizeof(*p));
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE };
	size_t n = 0;
	int fd;

	if (!p)
		return -ENOMEM;
	p[n++] = load(BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	p[n++] = copy(BPF_REG_3, BPF_REG_2);
	p[n++] = alu(BPF_AND, BPF_REG_2, 0xffff);
	p[n++] = alu(BPF_RSH, BPF_REG_3, 16);
	p[n++] = load(BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, major));
	p[n++] = load(BPF_REG_5, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (size_t i = 0; i < NUSUAL; i++)
		n += one(p + n, &usual[i]);
	for (size_t i = 0; i < d->n; i++)
		n += one(p + n, &d->v[i]);
	p[n++] = alu(BPF_MOV, BPF_REG_0, 0);
	p[n++] = leave;
	attr.insns = (uintptr_t)p;
	attr.insn_cnt = n;
	attr.license = (uintptr_t)"GPL";
	strcpy(attr.prog_name, "vzctx_devices");
	fd = bpf(BPF_PROG_LOAD, &attr);
	free(p);
	return fd;
}

/* Without flags there is one in a cgroup, and the new one takes the place of the old. */
static int attach(int cgroup, int prog)
{
	union bpf_attr attr = {
		.target_fd = cgroup, .attach_bpf_fd = prog,
		.attach_type = BPF_CGROUP_DEVICE,
	};

	return bpf(BPF_PROG_ATTACH, &attr);
}

int devices_confine(uint32_t ctid, const struct devices *d)
{
	int cgroup = cgroup_open(ctid), prog, ret;

	if (cgroup < 0)
		return cgroup;
	prog = load_program(d);
	ret = prog < 0 ? prog : attach(cgroup, prog);
	if (prog >= 0)
		close(prog);
	close(cgroup);
	return ret;
}

int devices_keep(uint32_t ctid)
{
	int cgroup = cgroup_open(ctid), ret;
	union bpf_attr attr = { 0 };
	uint32_t id = 0;

	if (cgroup < 0)
		return cgroup;
	attr.query.target_fd = cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uintptr_t)&id;
	attr.query.prog_cnt = 1;
	ret = bpf(BPF_PROG_QUERY, &attr);
	close(cgroup);
	if (ret < 0)
		return ret;
	if (!attr.query.prog_cnt)
		return -ENOENT;
	attr = (union bpf_attr){ .prog_id = id };
	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

int devices_put_back(uint32_t ctid, int prog)
{
	union bpf_attr attr = { .attach_type = BPF_CGROUP_DEVICE };
	int cgroup = cgroup_open(ctid), ret = cgroup;

	if (cgroup >= 0) {
		attr.target_fd = cgroup;
		ret = prog >= 0 ? attach(cgroup, prog) :
		      prog == -ENOENT ? bpf(BPF_PROG_DETACH, &attr) : prog;
		close(cgroup);
	}
	if (prog >= 0)
		close(prog);
	/* None was there, and none is. */
	return ret == -ENOENT ? 0 : ret;
}
