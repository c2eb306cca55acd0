/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the socket between a keeper and who uses its console
 *
 * CONSOLE_DIR/CTID.console, SOCK_SEQPACKET, for the host's root only. A packet
 * is one letter and what belongs to it. The first packet of a connection says
 * what it is for.
 */
#ifndef _VZCTX_CONSOLE_CONSOCK_H
#define _VZCTX_CONSOLE_CONSOCK_H

#include <stdint.h>
#include <sys/types.h>

#define CONSOLE_DIR	"/run/vzctx"	/* CTID.console: the keeper's socket */
#define CON_DATA_MAX	4096	/* bytes behind the letter */

/** enum con_kind - the letter */
enum con_kind {
	/* first packets */
	CON_ATTACH = 'A',
	CON_FORCE = 'F',	/* attach, whoever else is */
	CON_KILL = 'K',		/* kill what runs there; answered by CON_KILLED */
	/* either way */
	CON_DATA = 'D',		/* bytes typed, bytes written */
	/* to the keeper */
	CON_SIZE = 'S',		/* number: rows << 16 | columns */
	/* from the keeper */
	CON_ATTACHED = 'Y',
	CON_BUSY = 'B',		/* number: the pid of who is attached */
	CON_TAKEN = 'T',	/* number: the pid of who has attached by force */
	CON_LOST = 'L',		/* number: bytes that came too fast for you */
	CON_KILLED = 'N',	/* number: 0 if nothing ran there */
	CON_END = 'E',		/* number: wait status of the init */
};

/** struct con_packet - as it travels; @len is the length of @data */
struct con_packet {
	uint8_t kind;
	char data[CON_DATA_MAX];
	size_t len;
};

/**
 * consock_listen - makes the socket, in the place of an earlier one
 * @ino: its inode, for consock_remove()
 *
 * Return: a descriptor that does not block, or -errno.
 */
int consock_listen(uint32_t ctid, ino_t *ino);

/** Removes the socket unless it is one a later keeper has made. */
void consock_remove(uint32_t ctid, ino_t ino);

/** Removes what a killed keeper has left. @ctid does not run, and is locked. */
void consock_forget(uint32_t ctid);

/** Return: a connected descriptor, -ENOENT when nobody listens, or -errno. */
int consock_connect(uint32_t ctid);

/** @flags: MSG_DONTWAIT or 0. Return: 0 or -errno. */
int consock_send(int fd, enum con_kind kind, const void *data, size_t len,
		 int flags);
int consock_number(int fd, enum con_kind kind, uint32_t n, int flags);

/** Return: 0, -EPIPE when the other side has closed, or -errno. */
int consock_recv(int fd, struct con_packet *p, int flags);

/** The number behind the letter; 0 when the packet holds none. */
uint32_t consock_get(const struct con_packet *p);

#endif /* _VZCTX_CONSOLE_CONSOCK_H */
