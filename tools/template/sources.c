// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - where packages of a Debian come from
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "template/sources.h"

extern char **environ;

bool sources_url(const char *url)
{
	if (strlen(url) > 400 ||
	    (strncmp(url, "http://", 7) && strncmp(url, "https://", 8)))
		return false;
	for (const char *p = url; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("@[]\"'\\$`", *p))
			return false;
	return true;
}

/* Starts a program of this host with its output in a pipe. Return: NULL without. */
static FILE *output_of(char *const argv[], pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, fds[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&fa, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(fds[1]);
	if (err) {
		close(fds[0]);
		return NULL;
	}
	return fdopen(fds[0], "r");
}

/* Nothing twice, and nothing cut short. */
static void add(char list[][SOURCES_LEN], size_t *n, const char *line)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp(list[i], line))
			return;
	if (*n < SOURCES_MAX && strlen(line) < SOURCES_LEN)
		strcpy(list[(*n)++], line);
}

static void add_line(struct sources *s, const char *url, const char *suite)
{
	char line[2 * SOURCES_LEN];

	snprintf(line, sizeof(line), "deb %s %s main", url, suite);
	add(s->line, &s->n, line);
}

/* One line of apt's list of what it downloads, its parts between bars. */
static void take(struct sources *s, const char *suite, char *text)
{
	char *part[6], *save = NULL, *end;
	size_t n = 0, len = strlen(suite);

	text[strcspn(text, "\n")] = '\0';
	for (char *p = strtok_r(text, "|", &save); p && n < 6; p = strtok_r(NULL, "|", &save))
		part[n++] = p;
	if (n < 6 || strcmp(part[0], "Packages") || strcmp(part[1], "Debian") ||
	    strcmp(part[5], "main"))
		return;
	/* The codename itself, or with -updates or -security behind it. */
	end = part[2] + len;
	if (strncmp(part[2], suite, len) ||
	    (*end && strcmp(end, "-updates") && strcmp(end, "-security")))
		return;
	if (sources_url(part[3]))
		add_line(s, part[3], part[4]);
}

static void from_apt(struct sources *s, const char *suite)
{
	static char *const argv[] = {
		"apt-get", "indextargets", "--format",
		"$(CREATED_BY)|$(ORIGIN)|$(CODENAME)|$(SITE)|$(RELEASE)|$(COMPONENT)",
		NULL,
	};
	size_t size = 0;
	char *text = NULL;
	pid_t pid;
	FILE *f = output_of(argv, &pid);

	if (!f)
		return;
	while (getline(&text, &size, f) >= 0)
		take(s, suite, text);
	free(text);
	fclose(f);
	waitpid(pid, NULL, 0);
}

static void proxies(struct sources *s)
{
	static char *const argv[] = { "apt-config", "dump", NULL };
	size_t size = 0;
	char *text = NULL;
	pid_t pid;
	FILE *f = output_of(argv, &pid);

	if (!f)
		return;
	while (getline(&text, &size, f) >= 0) {
		text[strcspn(text, "\n")] = '\0';
		if (!strncasecmp(text, "Acquire::http::Proxy ", 21) ||
		    !strncasecmp(text, "Acquire::https::Proxy ", 22))
			add(s->option, &s->noption, text);
	}
	free(text);
	fclose(f);
	waitpid(pid, NULL, 0);
}

void sources_find(struct sources *s, const char *suite, const char *mirror)
{
	*s = (struct sources){ 0 };
	if (mirror)
		add_line(s, mirror, suite);
	else
		from_apt(s, suite);
	proxies(s);
}
