/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - /etc/vz/conf/CTID.conf
 *
 * OpenVZ's syntax: KEY="value" lines, quotes optional, '#' comments, the first
 * occurrence of a key counts, older spellings of a key stand for it. Files are
 * read as text, never run by a shell.
 * Whatever is not changed survives rewriting byte for byte.
 */
#ifndef _VZCTX_CONF_H
#define _VZCTX_CONF_H

#include <stdbool.h>
#include <stdint.h>

#define CONF_DIR	"/etc/vz/conf"
#define PRIVATE_DIR	"/vz/private"
#define ROOT_DIR	"/vz/root"

/** A context's own range of ids: 0..65535 inside, base..base+65535 outside. */
#define ID_COUNT	65536U
#define ID_FIRST	1879048192U	/* 0x70000000, above systemd's ranges */
#define ID_END		2147483648U	/* many file systems stop at 2^31 */

struct conf;

/** Fills @buf with the path of @ctid's file. */
void conf_path(uint32_t ctid, char *buf, unsigned int size);

/** conf_load - Return: the file, or NULL with errno set (ENOENT: none). */
struct conf *conf_load(uint32_t ctid);

/** conf_load_path - any other file of this syntax; as conf_load() */
struct conf *conf_load_path(const char *path);

/** The path it was loaded from; NULL: none. Valid as long as @c. */
const char *conf_file(const struct conf *c);

/** An empty file, not yet on disk. Return: NULL without memory. */
struct conf *conf_new(void);

/** NULL-safe. */
void conf_free(struct conf *c);

/** The first value of @key, or NULL. Valid until the next conf_set(). */
const char *conf_get(const struct conf *c, const char *key);

/**
 * conf_set - replaces @key's value, or adds it; removes repetitions of it
 *
 * Return: 0, -EINVAL for a value a shell would not take literally (OpenVZ's
 * scripts source these files), -ENOMEM.
 */
int conf_set(struct conf *c, const char *key, const char *value);

/**
 * conf_each_key - calls @fn for each key and its first value, in order
 *
 * Until it returns nonzero, which is then returned.
 */
int conf_each_key(const struct conf *c,
		  int (*fn)(const char *key, const char *value, void *arg),
		  void *arg);

/** struct conf_line - one line of a file; @key is NULL where it assigns nothing */
struct conf_line {
	const char *path;
	unsigned int number;
	const char *text, *key, *value;
};

/** Calls @fn for each line that came from the file and was not changed. */
void conf_each_line(const struct conf *c,
		    void (*fn)(const struct conf_line *l, void *arg), void *arg);

/** Removes every occurrence of @key. */
void conf_unset(struct conf *c, const char *key);

/**
 * conf_save - CTID.conf.new, fsync, rename, fsync of the directory
 *
 * The caller holds conf_lock(). Return: 0/-errno.
 */
int conf_save(const struct conf *c, uint32_t ctid);

/** Saves it as CTID.conf.destroyed; CTID.conf is gone after that, not before. */
int conf_retire(const struct conf *c, uint32_t ctid);

/**
 * conf_lock - makes the directory of configurations, and keeps other writers off
 *
 * Waits ten seconds at most. Return: a descriptor to be closed, or -errno; -EBUSY:
 * another command has been writing all the time.
 */
int conf_lock(void);

/**
 * conf_id_base - the base of the file's id range
 *
 * Return: false when LOCAL_UID is absent, malformed or differs from LOCAL_GID.
 */
bool conf_id_base(const struct conf *c, uint32_t *base);

/** Told of each file that conf_each() cannot read, with an errno; NULL: nobody is. */
extern void (*conf_unread)(const char *path, int err);

/**
 * conf_each - calls @fn for every CTID.conf of the directory until it returns nonzero
 *
 * With NULL for a file that cannot be read: one such file is no reason to keep other
 * containers down.
 */
int conf_each(int (*fn)(uint32_t ctid, const struct conf *c, void *arg),
	      void *arg);

/** The same of what conf_retire() saved and nobody has removed. */
int conf_each_destroyed(int (*fn)(uint32_t ctid, const struct conf *c, void *arg),
			void *arg);

#endif /* _VZCTX_CONF_H */
