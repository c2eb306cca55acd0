// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=240 */
/*
 * vzctx selftests - a web server at limits it should just live with
 *
 * Witness: what ab counts.
 */
#include <kselftest_harness.h>
#include "help/sockservant.h"

#define PARALLEL 8

static const char conf[] =
	"daemon off; worker_processes 1; user root;\n"
	"pid /tmp/vzctx-nginx/pid; error_log /tmp/vzctx-nginx/error;\n"
	"events { worker_connections 64; }\n"
	"http { access_log off; server { listen 127.0.0.1:8080;\n"
	"	root /tmp/vzctx-nginx; } }\n";

static const struct {
	uint32_t id;
	uint64_t limit;
} limits[] = {
	/* The listener, both ends of each connection, those being closed. */
	{ UB_NUMTCPSOCK, 1 + 4 * PARALLEL },
	{ UB_NUMOTHERSOCK, 24 },
	{ UB_TCPSNDBUF, 2 << 20 },
	{ UB_TCPRCVBUF, 2 << 20 },
	{ UB_OTHERSOCKBUF, 256 << 10 },
	{ UB_DGRAMRCVBUF, 256 << 10 },
	{ UB_NUMPROC, 16 },
	{ UB_NUMFILE, 256 },
};

static char *line;

static long run(long arg)
{
	int status = system(line);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

FIXTURE(nginx)
{
	struct genl g;
	struct ct ct;
	struct servant *s;
	int sock;
};

FIXTURE_SETUP(nginx)
{
	line = shared(4096);
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, servant_start(&self->g, &self->ct, 101, &self->s,
				   &self->sock)) TH_LOG("%s", self->g.text);
	ASSERT_EQ(0, tell(self->s, close_all, 0));
}

FIXTURE_TEARDOWN(nginx)
{
	close(self->sock);
	ct_kill(&self->ct);
	/* On a tmpfs, where its pages would be the container's as long as they last. */
	EXPECT_EQ(0, system("rm -rf /tmp/vzctx-nginx"));
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
}

#define inside(...) ({							\
	snprintf(line, 4096, __VA_ARGS__);				\
	tell(self->s, run, 0);						\
})

CLAIM(nginx, is_never_refused)
{
	unsigned int i;
	FILE *f;

	if (access("/usr/sbin/nginx", X_OK) || access("/usr/bin/ab", X_OK))
		SKIP(return, "no nginx or no ab");
	ASSERT_EQ(0, system("mkdir -p /tmp/vzctx-nginx; cd /tmp/vzctx-nginx; head -c 50000 /dev/zero >file"));
	f = fopen("/tmp/vzctx-nginx/conf", "w");
	ASSERT_NE(NULL, f);
	fputs(conf, f);
	fclose(f);
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		ASSERT_EQ(0, vz_set(&self->g, 101, limits[i].id,
				    limits[i].limit, limits[i].limit));

	ASSERT_EQ(0, inside("nginx -c /tmp/vzctx-nginx/conf </dev/null >/dev/null 2>&1 & i=0; until ss -Htln 2>/dev/null | grep -q :8080; do i=$((i + 1)); [ $i -lt 600 ] || exit 1; sleep 0.1; done"));
	EXPECT_EQ(0, inside("ab -n %d -c %d http://127.0.0.1:8080/file >/tmp/vzctx-nginx/ab 2>&1",
			    1000 / slow(), PARALLEL));
	EXPECT_EQ(0, system("grep -q 'Failed requests: *0$' /tmp/vzctx-nginx/ab || { sed 's/^/# /' /tmp/vzctx-nginx/ab; exit 1; }"));
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		EXPECT_EQ(0, bc_failcnt(&self->g, 101, limits[i].id))
			TH_LOG("resource %u, at most %ld", limits[i].id,
			       bc_maxheld(&self->g, 101, limits[i].id));
	EXPECT_EQ(0, inside("kill $(cat /tmp/vzctx-nginx/pid)"));
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, UB_NUMTCPSOCK) == 0));
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, UB_TCPSNDBUF) == 0));
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, UB_TCPRCVBUF) == 0));
	EXPECT_TRUE(wait_until(bc_held(&self->g, 101, UB_NUMOTHERSOCK) == 0));
}

TEST_HARNESS_MAIN
