// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - how much of a file system a container may use, by its project quota
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dqblk_xfs.h>
#include <linux/quota.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conf/confkey.h"
#include "conf/globalconf.h"
#include "engine/mount.h"
#include "engine/quota.h"
#include "lib/parse.h"
#include "tree/project.h"

#define KIB	1024

static int call(int fd, unsigned int cmd, uint32_t id, void *arg)
{
	return syscall(SYS_quotactl_fd, fd, QCMD(cmd, PRJQUOTA), id, arg) ? -errno : 0;
}

static int cannot(const char *path, int err, struct quota_why *why)
{
	char type[64];

	mnt_fstype(path, type, sizeof(type));
	if (!strcmp(type, "ext4"))
		return refuse(why, err, "the ext4 of %s counts no projects; unmount it, `tune2fs -O project,quota -Q prjquota DEVICE`, and mount it with the option prjquota",
			      path);
	if (!strcmp(type, "xfs"))
		return refuse(why, err, "the XFS of %s counts no projects; mount it with the option prjquota, or, where it is the root file system, boot with rootflags=prjquota",
			      path);
	return refuse(why, err, "%s lies on %s, which has no project quota; put it on ext4 or XFS",
		      path, type);
}

int quota_ready(int fd, const char *path, struct quota_why *why)
{
	struct fs_quota_statv st = { .qs_version = FS_QSTATV_VERSION1 };
	uint32_t id, flags = FS_QUOTA_PDQ_ENFD;
	int ret = project_of(fd, &id);

	if (!ret)
		ret = call(fd, Q_XGETQSTATV, 0, &st);
	if (ret || !(st.qs_flags & FS_QUOTA_PDQ_ACCT))
		return cannot(path, -ret ?: ESRCH, why);
	if (st.qs_flags & FS_QUOTA_PDQ_ENFD)
		return 0;
	ret = call(fd, Q_XQUOTAON, 0, &flags);
	return ret ? refuse(why, -ret, "the file system of %s counts projects and does not limit them (%s); mount it with the option prjquota",
			    path, strerror(-ret)) : 0;
}

int quota_get(int fd, uint32_t id, struct quota *q)
{
	struct if_dqblk d;
	int ret = call(fd, Q_GETQUOTA, id, &d);

	/* XFS has no entry for a project without files. */
	if (ret == -ENOENT) {
		d = (struct if_dqblk){ 0 };
		ret = 0;
	}
	if (ret)
		return ret;
	*q = (struct quota){
		.space = { d.dqb_curspace, d.dqb_bsoftlimit * KIB,
			   d.dqb_bhardlimit * KIB, d.dqb_btime },
		.inodes = { d.dqb_curinodes, d.dqb_isoftlimit, d.dqb_ihardlimit,
			    d.dqb_itime },
	};
	return 0;
}

int quota_set(int fd, uint32_t id, const struct quota *q)
{
	struct if_dqblk d = {
		.dqb_bsoftlimit = q->space.soft / KIB,
		.dqb_bhardlimit = q->space.hard / KIB,
		.dqb_isoftlimit = q->inodes.soft,
		.dqb_ihardlimit = q->inodes.hard,
		.dqb_valid = QIF_LIMITS,
	};

	return call(fd, Q_SETQUOTA, id, &d);
}

int quota_set_grace(int fd, uint64_t seconds)
{
	struct if_dqinfo info = {
		.dqi_bgrace = seconds, .dqi_igrace = seconds,
		.dqi_valid = IIF_BGRACE | IIF_IGRACE,
	};

	return call(fd, Q_SETINFO, 0, &info);
}

static bool read_part(const struct conf *c, const char *key, uint64_t unit,
		      struct quota_part *p)
{
	const char *word = globalconf(c, key);
	char barlim[SETVAL_SIZE];

	*p = (struct quota_part){ 0 };
	if (!word || !confkey_read(key, word, barlim) ||
	    !parse_barlim(barlim, VZCTX_UNIT_ITEMS, &p->soft, &p->hard))
		return false;
	p->soft = p->soft > INT64_MAX / unit ? 0 : p->soft * unit;
	p->hard = p->hard > INT64_MAX / unit ? 0 : p->hard * unit;
	if (p->hard && (!p->soft || p->soft > p->hard))
		p->soft = p->hard;
	return true;
}

void quota_read_conf(const struct conf *c, struct quota_conf *qc)
{
	bool have = confkey_number(c, "QUOTATIME", &qc->grace);
	struct quota *q = &qc->q;

	qc->off = !globalconf_yes(c, "DISK_QUOTA", true);
	qc->limits = read_part(c, "DISKSPACE", KIB, &q->space);
	qc->limits |= read_part(c, "DISKINODES", 1, &q->inodes);
	/* Who may pass it for no time at all has a hard one. */
	if (have && !qc->grace) {
		q->space.hard = q->space.soft;
		q->inodes.hard = q->inodes.soft;
	}
	if (!have)
		qc->grace = 0;
}

int quota_usage(const char *path, uint32_t ctid, struct quota *q)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint32_t id;
	int ret = fd < 0 ? -errno : project_of(fd, &id);

	if (!ret)
		ret = id == ctid ? quota_get(fd, ctid, q) : -ESRCH;
	if (fd >= 0)
		close(fd);
	return ret;
}
