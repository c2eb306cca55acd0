// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - having the program nft change the host's rules
 *
 * Its library would be more than all that a start needs, and few containers want it.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/nft.h"

static const char *program(void)
{
	static const char *const places[] = {
		"/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft",
		"/usr/local/sbin/nft",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (!access(places[i], X_OK))
			return places[i];
	return NULL;
}

/* Files are neither too small for what is written, nor does anybody wait for the other. */
static int spawn(const char *path, int in, int out, pid_t *pid)
{
	char *const argv[] = { "nft", "-f", "-", NULL };
	char *const env[] = { "LC_ALL=C", NULL };
	posix_spawn_file_actions_t fa;
	int err = posix_spawn_file_actions_init(&fa);

	if (err)
		return -err;
	err = posix_spawn_file_actions_adddup2(&fa, in, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&fa, out, 2);
	if (!err)
		err = posix_spawn(pid, path, &fa, NULL, argv, env);
	posix_spawn_file_actions_destroy(&fa);
	return -err;
}

/* The first line of what it says. */
static void take_words(int out, char *sentence, size_t size)
{
	ssize_t len = pread(out, sentence, size - 1, 0);

	sentence[len > 0 ? len : 0] = '\0';
	sentence[strcspn(sentence, "\n")] = '\0';
}

int nft_run(const char *script, char *sentence, size_t size)
{
	const char *path = program();
	size_t len = strlen(script);
	int in, out, ret = 0, st;
	pid_t pid;

	*sentence = '\0';
	if (!path) {
		snprintf(sentence, size, "there is no program nft; install nftables");
		return -ENOENT;
	}
	in = memfd_create("nft", MFD_CLOEXEC);
	out = memfd_create("nft", MFD_CLOEXEC);
	if (in < 0 || out < 0 || write(in, script, len) != (ssize_t)len ||
	    lseek(in, 0, SEEK_SET))
		ret = -EIO;
	if (!ret)
		ret = spawn(path, in, out, &pid);
	while (!ret && waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			ret = -errno;
	if (!ret && st) {
		take_words(out, sentence, size);
		ret = -EIO;
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return ret;
}
