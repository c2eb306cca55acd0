/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - what the configuration says about files inside
 *
 * The tree may be hostile: its /etc is opened with openat2(RESOLVE_IN_ROOT), and
 * a file is replaced by renaming a new one over it, so that no link in it is
 * followed. Works on the private area, whether the container runs or not.
 */
#ifndef _VZCTX_INSIDE_FILES_H
#define _VZCTX_INSIDE_FILES_H

#include "conf/confkey.h"
#include "lib/report.h"

/**
 * setup_dns - NAMESERVER and SEARCHDOMAIN, to /etc/resolv.conf
 *
 * "inherit" stands for the host's. Lines of another kind stay, and so do those
 * of a kind the configuration says nothing about. Return: 0 or -errno.
 */
int setup_dns(uint32_t ctid, const struct conf *c);

/**
 * setup_hostname - HOSTNAME, to /etc/hostname; and the name it has, to /etc/hosts
 *
 * The latter only where it is a plain file, of which one line is written: see
 * hosts_text(). Return: 0 or -errno.
 */
int setup_hostname(uint32_t ctid, const struct conf *c);

/**
 * setup_live_hostname - the name a running container has
 * @was: NULL, or set to the one it had before; "" where that is not known
 *
 * Return: 0 or -errno.
 */
int setup_live_hostname(uint32_t ctid, const char *name,
			char was[HOSTNAME_SIZE], struct report *report);

/**
 * setup_managers - keeps what manages the network inside off venet0, if it has addresses
 *
 * By a file of its own in the directory of systemd-networkd, and of NetworkManager,
 * where that is there. Return: 0 or -errno.
 */
int setup_managers(uint32_t ctid, const struct conf *c);

/** struct file_was - a file of /etc inside, as it was */
struct file_was {
	enum { FILE_UNKNOWN, FILE_NONE, FILE_LINK, FILE_TEXT } kind;
	char *text;		/* of the file, or where the link leads */
};

/** Remembers @name. What is neither file nor link, or too long, stays unknown. */
void setup_keep(uint32_t ctid, const struct conf *c, const char *name,
		struct file_was *was);

/** Puts back what was remembered, and forgets it. Return: 0 or -errno. */
int setup_put_back(uint32_t ctid, const struct conf *c, const char *name,
		   struct file_was *was);

/**
 * setup_new - what a fresh tree must not share with others of its template
 *
 * An /etc/machine-id that holds something is emptied: systemd makes its own at the
 * first boot (machine-id(5)). Return: 0 or -errno.
 */
int setup_new(const char *private);

/**
 * setup_inside - all files of @ctid, when it is started
 *
 * A file that cannot be written is a note and keeps nothing from starting.
 */
void setup_inside(uint32_t ctid, const struct conf *c, struct report *report);

#endif /* _VZCTX_INSIDE_FILES_H */
