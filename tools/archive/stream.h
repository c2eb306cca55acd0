/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - a stream of bytes, decompressed and checked
 *
 * A reader of archives stops at their end mark, before what a compressor wrote
 * last: its checksums. Hence decompression is a stage of its own, which is read
 * to its very end.
 */
#ifndef _VZCTX_ARCHIVE_STREAM_H
#define _VZCTX_ARCHIVE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/digest.h"

struct stream;

/** Gives the next bytes in @buf. Return: how many, 0 at the end, -errno. */
typedef ssize_t (*stream_pull)(void *arg, const void **buf);

/** Called once, when a stream is closed. */
typedef void (*stream_release)(void *arg);

/**
 * stream_fd - what a file holds, from its beginning
 *
 * Knows gzip, bzip2, compress, xz, lzma, lzip, lz4 and zstd, or none. The file's
 * position moves as it is read. Return: 0, -ENOMEM or -errno.
 */
int stream_fd(struct stream **s, int fd);

/**
 * stream_over - the same of what @pull gives
 *
 * Checksums of gzip are not looked at here: compare digests. @release is called
 * also when there is no memory for the stream.
 */
int stream_over(struct stream **s, stream_pull pull, stream_release release,
		void *arg);

/** stream_read - Return: bytes at @buf, 0 at the end, or -errno; see stream_error(). */
ssize_t stream_read(struct stream *s, const void **buf);

/** Reads on to the end, at most @max bytes. Return: 0, -EFBIG or -errno. */
int stream_drain(struct stream *s, uint64_t max);

/** Whether all there is has been read from below. */
bool stream_ended(const struct stream *s);

/** What went wrong, or NULL. */
const char *stream_error(const struct stream *s);

/** How many bytes have been given. */
uint64_t stream_total(const struct stream *s);

/** How many of the last bytes given were zero, as far back as 1024. */
unsigned int stream_zeros(const struct stream *s);

/** Digests of what was read from below (stream_over()) and of what was given. */
void stream_digests(struct stream *s, char below[DIGEST_HEX],
		    char given[DIGEST_HEX]);

/** NULL-safe. */
void stream_close(struct stream *s);

#endif /* _VZCTX_ARCHIVE_STREAM_H */
