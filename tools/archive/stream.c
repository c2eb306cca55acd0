// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - a stream of bytes, decompressed and checked
 *
 * gzip is read by zlib, because libarchive does not compare its checksums; all
 * else is libarchive's. None of the filters enabled starts a program.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "archive/stream.h"

#define CHUNK	(128 << 10)
#define ENDMARK	1024U

struct stream {
	struct archive *raw;
	gzFile gz;
	stream_pull pull;
	stream_release release;
	void *arg;
	bool below_ended;
	uint64_t total;
	unsigned int zeros;
	struct sha256_ctx below, given;
	char error[256];
	char buf[CHUNK];
};

static ssize_t broken(struct stream *s, int err, const char *what,
		      const char *why)
{
	if (!*s->error)
		snprintf(s->error, sizeof(s->error), "%s%s%s", what,
			 why ? ": " : "", why ?: "");
	return -err;
}

/* zlib tells a cut file only by what gzerror() says at its end. */
static ssize_t pull_gz(struct stream *s)
{
	int n = gzread(s->gz, s->buf, sizeof(s->buf)), err;
	const char *why = gzerror(s->gz, &err), *colon;

	if (n > 0)
		return n;
	if (err == Z_BUF_ERROR)
		return broken(s, EBADMSG, "it is truncated", "gzip data end early");
	if (err == Z_ERRNO)
		return broken(s, errno ?: EIO, "it cannot be read",
			      strerror(errno ?: EIO));
	/* zlib begins with a name for the file, "<fd:6>: ". */
	colon = *why == '<' ? strstr(why, ": ") : NULL;
	if (colon)
		why = colon + 2;
	if (n < 0 || (err != Z_OK && err != Z_STREAM_END))
		return broken(s, EBADMSG, "it is damaged (gzip)", why);
	return 0;
}

static la_ssize_t feed_raw(struct archive *a, void *arg, const void **buf)
{
	struct stream *s = arg;
	ssize_t n;

	if (s->pull) {
		n = s->pull(s->arg, buf);
		if (n > 0)
			sha256_update(&s->below, n, *buf);
	} else {
		n = pull_gz(s);
		*buf = s->buf;
	}
	if (n < 0)
		archive_set_error(a, -n, "%s", *s->error ? s->error : strerror(-n));
	s->below_ended = !n;
	return n;
}

static void set_filters(struct archive *a, bool gzip)
{
	if (gzip)
		archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_compress(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_lzip(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
}

/* libarchive's words for data that end early differ from filter to filter. */
static ssize_t raw_failed(struct stream *s)
{
	const char *why = archive_error_string(s->raw);
	int err = archive_errno(s->raw);

	if (*s->error)
		return -EBADMSG;
	if (err == ENOMEM || err == EIO)
		return broken(s, err, "it cannot be read", why);
	if (why && (strcasestr(why, "truncated") || strcasestr(why, "premature") ||
		    strcasestr(why, "no progress")))
		return broken(s, EBADMSG, "it is truncated",
			      "packed data end early");
	return broken(s, EBADMSG, "it is damaged", why);
}

static int start(struct stream *s)
{
	struct archive_entry *e;
	int ret;

	s->raw = archive_read_new();
	if (!s->raw)
		return -ENOMEM;
	set_filters(s->raw, s->pull);
	sha256_init(&s->below);
	sha256_init(&s->given);
	ret = archive_read_open2(s->raw, s, NULL, feed_raw, NULL, NULL);
	if (ret >= ARCHIVE_WARN)
		ret = archive_read_next_header(s->raw, &e);
	/* Told by the first stream_read(), so that there is one way to learn it. */
	if (ret == ARCHIVE_EOF)
		s->below_ended = true;
	else if (ret < ARCHIVE_WARN)
		raw_failed(s);
	return 0;
}

int stream_fd(struct stream **sp, int fd)
{
	struct stream *s = calloc(1, sizeof(*s));
	int copy;

	*sp = s;
	if (!s)
		return -ENOMEM;
	copy = dup(fd);
	if (copy < 0 || lseek(copy, 0, SEEK_SET) < 0) {
		int ret = -errno;

		if (copy >= 0)
			close(copy);
		return ret;
	}
	s->gz = gzdopen(copy, "r");
	if (!s->gz) {
		close(copy);
		return -ENOMEM;
	}
	gzbuffer(s->gz, CHUNK);
	return start(s);
}

int stream_over(struct stream **sp, stream_pull pull, stream_release release,
		void *arg)
{
	struct stream *s = calloc(1, sizeof(*s));

	*sp = s;
	if (!s) {
		release(arg);
		return -ENOMEM;
	}
	s->pull = pull;
	s->release = release;
	s->arg = arg;
	return start(s);
}

static void count(struct stream *s, const char *buf, size_t n)
{
	size_t zeros = 0;

	while (zeros < n && zeros < ENDMARK && !buf[n - 1 - zeros])
		zeros++;
	s->zeros = zeros == n ? s->zeros + zeros : zeros;
	if (s->zeros > ENDMARK)
		s->zeros = ENDMARK;
	s->total += n;
	if (s->pull)
		sha256_update(&s->given, n, (const uint8_t *)buf);
}

ssize_t stream_read(struct stream *s, const void **buf)
{
	la_int64_t offset;
	size_t n = 0;
	int ret;

	if (*s->error)
		return -EBADMSG;
	if (!s->total && s->below_ended && archive_format(s->raw) != ARCHIVE_FORMAT_RAW)
		return 0;
	do {
		ret = archive_read_data_block(s->raw, buf, &n, &offset);
	} while (ret == ARCHIVE_RETRY || (ret == ARCHIVE_OK && !n));
	if (ret == ARCHIVE_EOF)
		return 0;
	if (ret < ARCHIVE_WARN)
		return raw_failed(s);
	count(s, *buf, n);
	return n;
}

int stream_drain(struct stream *s, uint64_t max)
{
	const void *buf;
	uint64_t seen = 0;
	ssize_t n;

	while ((n = stream_read(s, &buf)) > 0) {
		seen += n;
		if (seen > max)
			return broken(s, EFBIG, "too much follows its end", NULL);
	}
	if (n < 0)
		return n;
	/* A filter may stop before the end of what is below it. */
	while (s->pull && !s->below_ended) {
		n = s->pull(s->arg, &buf);
		if (n < 0)
			return n;
		s->below_ended = !n;
		sha256_update(&s->below, n, buf);
	}
	return 0;
}

bool stream_ended(const struct stream *s)
{
	return s->below_ended;
}

const char *stream_error(const struct stream *s)
{
	return *s->error ? s->error : NULL;
}

uint64_t stream_total(const struct stream *s)
{
	return s->total;
}

unsigned int stream_zeros(const struct stream *s)
{
	return s->zeros;
}

void stream_digests(struct stream *s, char below[DIGEST_HEX],
		    char given[DIGEST_HEX])
{
	digest_hex(&s->below, below);
	digest_hex(&s->given, given);
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->raw)
		archive_read_free(s->raw);
	if (s->gz)
		gzclose(s->gz);
	if (s->release)
		s->release(s->arg);
	free(s);
}
