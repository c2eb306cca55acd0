// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where the running kernel keeps its types
 *
 * In sysfs, kernel/btf: a file for the kernel itself and one for each module.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/path.h>

#include "base/tunables.h"
#include "kern/btf_file.h"
#include "kern/plant.h"

static int read_whole(struct file *file, void **data, size_t *len)
{
	loff_t size = i_size_read(file_inode(file)), pos = 0;
	ssize_t got;

	if (size <= 0 || size > VZCTX_BTF_MAX)
		return -EINVAL;
	*data = kvmalloc(size, GFP_KERNEL);
	if (!*data)
		return -ENOMEM;
	while (pos < size) {
		got = kernel_read(file, *data + pos, size - pos, &pos);
		if (got <= 0)
			return got ?: -EINVAL;
	}
	*len = size;
	return 0;
}

static int read_file(struct file *file, void **data, size_t *len)
{
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = read_whole(file, data, len);
	fput(file);
	return err;
}

/**
 * vzctx_btf_read() - reads the types of the kernel or of a module
 * @name: "vmlinux", or the name of a module that is there
 * @data: NULL; the caller's to kvfree(), also after an error
 * @len: set to their size
 *
 * From sysfs as the kernel has it, whatever the calling task sees as /sys. Sleeps.
 *
 * Return: 0; -ENOENT if it tells none; -ENOMEM; or another -errno.
 */
int vzctx_btf_read(const char *name, void **data, size_t *len)
{
	struct file_system_type *sysfs = get_fs_type("sysfs");
	const char *planted = vzctx_plant_types();
	char path[VZCTX_BTF_PATH];
	struct vfsmount *mnt;
	struct path root;
	int err;

	if (planted) {
		snprintf(path, sizeof(path), "%s/%s", planted, name);
		return read_file(filp_open(path, O_RDONLY, 0), data, len);
	}
	if (!sysfs)
		return -ENOENT;
	mnt = kern_mount(sysfs);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	snprintf(path, sizeof(path), "kernel/btf/%s", name);
	root.mnt = mnt;
	root.dentry = mnt->mnt_root;
	err = read_file(file_open_root(&root, path, O_RDONLY, 0), data, len);
	kern_unmount(mnt);
	return err;
}
