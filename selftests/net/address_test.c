// SPDX-License-Identifier: GPL-2.0-only
/* guest: smp=2 module=1 timeout=300 */
/*
 * vzctx selftests - addresses: who has which, by every door
 */
#include <linux/vzcalluser.h>
#include <sys/ioctl.h>

#include <kselftest_harness.h>
#include "help/net.h"

#define V4	"10.9.0.1"
#define V6	"2001:db8:9::1"

FIXTURE(address)
{
	struct genl g;
	struct ct ct[2];
	int dev;
};

FIXTURE_SETUP(address)
{
	ASSERT_EQ(0, genl_open(&self->g));
	self->dev = open("/dev/vzctl", O_RDWR | O_CLOEXEC);
	ASSERT_GE(self->dev, 0);
	for (int i = 0; i < 2; i++) {
		ASSERT_EQ(0, ct_spawn(&self->ct[i], 201 + i, CLONE_NEWNET,
				      park_forever, NULL));
		ASSERT_EQ(0, vz_create(&self->g, 201 + i, self->ct[i].init));
	}
}

FIXTURE_TEARDOWN(address)
{
	for (int i = 0; i < 2; i++)
		ct_kill(&self->ct[i]);
	EXPECT_TRUE(wait_until(vz_count(&self->g) == 0));
	close(self->g.fd);
	close(self->dev);
}

/* What a file says, without a row of the host's. */
static const char *file(const char *path)
{
	static char text[4096], *rest;
	size_t n;
	FILE *f = fopen(path, "re");

	if (!f)
		return "no file";
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = 0;
	fclose(f);
	rest = strncmp(text, "         0 ", 11) ? text : strchr(text, '\n') + 1;
	return rest;
}

/* Addresses there are, "CTID IP", one a line, in the order of the dump. */
static void keep_ip(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *ctid = msg_find(nlh, VZCTX_A_CTID);
	const struct nlattr *ip = msg_find(nlh, VZCTX_A_IP);
	char text[INET6_ADDRSTRLEN] = "none", *all = data;

	if (ip && attr_len(ip) == 16)
		inet_ntop(AF_INET6, attr_data(ip), text, sizeof(text));
	sprintf(all + strlen(all), "%u %s\n", ctid ? (int)attr_u64(ctid) : 0, text);
}

static const char *dump(struct genl *g)
{
	static char all[1 << 18];
	struct msg m;

	*all = 0;
	msg_init(&m, g->family, VZCTX_CMD_IP, NLM_F_DUMP);
	return genl_talk(g, &m, keep_ip, all) ? "refused" : all;
}

CLAIM(address, one_owner)
{
	ASSERT_EQ(0, give(&self->g, 201, V4));
	EXPECT_EQ(-EEXIST, give(&self->g, 201, V4));
	EXPECT_EQ(-EADDRINUSE, give(&self->g, 202, V4));
	EXPECT_STREQ("another container has this address", self->g.text);
	EXPECT_EQ(-EADDRNOTAVAIL, take(&self->g, 202, V4));
	EXPECT_EQ(-EADDRNOTAVAIL, take(&self->g, 201, V6));
	EXPECT_EQ(-ENOENT, give(&self->g, 203, V6));
	EXPECT_STREQ("201 ::ffff:" V4 "\n", dump(&self->g));
	ASSERT_EQ(0, take(&self->g, 201, V4));
	ASSERT_EQ(0, give(&self->g, 202, V4));
	ASSERT_EQ(0, give(&self->g, 201, V6));
	EXPECT_STREQ("201 " V6 "\n202 ::ffff:" V4 "\n", dump(&self->g));
	ct_kill(&self->ct[1]);
	EXPECT_STREQ("201 " V6 "\n", dump(&self->g));
}

CLAIM(address, not_every_number_is_one)
{
	static const char *const wrong[] = {
		"0.0.0.0", "127.0.0.1", "224.0.0.1", "239.9.9.9",
		"255.255.255.255", "::", "::1", "ff02::1", "fe80::1", "::10.9.0.1",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		EXPECT_EQ(-EADDRNOTAVAIL, give(&self->g, 201, wrong[i]))
			TH_LOG("%s", wrong[i]);
	}
	EXPECT_STREQ("", dump(&self->g));
}

CLAIM(address, none_without_a_network_of_its_own)
{
	ct_kill(&self->ct[0]);
	ASSERT_EQ(0, ct_spawn(&self->ct[0], 203, 0, park_forever, NULL));
	ASSERT_EQ(0, vz_create(&self->g, 203, self->ct[0].init));
	EXPECT_EQ(-EOPNOTSUPP, give(&self->g, 203, V4));
	EXPECT_STREQ("", dump(&self->g));
}

/* More than fit into one message of a dump, and into any first table. */
CLAIM(address, many)
{
	const char *all, *line;
	int n = 0;

	for (int i = 0; i < 2000; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.%d.%d.%d", 20 + i % 2, i / 200, i % 200 + 1);
		ASSERT_EQ(0, give(&self->g, 201 + i % 2, text));
	}
	all = dump(&self->g);
	for (line = all; *line; line = strchr(line, '\n') + 1, n++) {
		char want[64];
		int i = n < 1000 ? 2 * n : 2 * (n - 1000) + 1;

		snprintf(want, sizeof(want), "%d ::ffff:10.%d.%d.%d\n", 201 + i % 2,
			 20 + i % 2, i / 200, i % 200 + 1);
		ASSERT_EQ(0, strncmp(want, line, strlen(want)));
	}
	EXPECT_EQ(2000, n);
	/* Every second one goes, from the middle of the lists too. */
	for (int i = 0; i < 2000; i += 4) {
		char text[32];

		snprintf(text, sizeof(text), "10.20.%d.%d", i / 200, i % 200 + 1);
		ASSERT_EQ(0, take(&self->g, 201, text));
	}
	ct_kill(&self->ct[1]);
	ASSERT_EQ(0, give(&self->g, 201, "10.21.0.2"));
	EXPECT_EQ(-EEXIST, give(&self->g, 201, "10.20.0.3"));
}

CLAIM(address, proc_files)
{
	char want[512];

	EXPECT_STREQ("       201   201     1\n       202   202     1\n",
		     file("/proc/vz/veinfo"));
	EXPECT_STREQ("Version: 2.5\n", file("/proc/vz/veip"));
	ASSERT_EQ(0, give(&self->g, 201, V6));
	ASSERT_EQ(0, give(&self->g, 201, V4));
	ASSERT_EQ(0, give(&self->g, 201, "192.168.100.200"));
	snprintf(want, sizeof(want), "       201   201     1 %15s %15s %39s\n       202   202     1\n",
		 V4, "192.168.100.200", V6);
	EXPECT_STREQ(want, file("/proc/vz/veinfo"));
	snprintf(want, sizeof(want), "Version: 2.5\n%39s %10u\n%39s %10u\n%39s %10u\n",
		 V6, 201, V4, 201, "192.168.100.200", 201);
	EXPECT_STREQ(want, file("/proc/vz/veip"));
}

/* Of an address that ends like one of IPv4, which takes more room. */
CLAIM(address, wider_than_its_column)
{
	static const char wide[] = "2001:db8:1111:2222:0:5efe:192.168.100.200";
	char want[256];

	ASSERT_EQ(0, give(&self->g, 201, wide));
	snprintf(want, sizeof(want), "Version: 2.5\n%s %10u\n", wide, 201);
	EXPECT_STREQ(want, file("/proc/vz/veip"));
	snprintf(want, sizeof(want), "       201   201     1 %s\n       202   202     1\n", wide);
	EXPECT_STREQ(want, file("/proc/vz/veinfo"));
}

static int map(int dev, uint32_t ctid, int op, const void *addr, int len)
{
	struct vzctl_ve_ip_map a = {
		.veid = ctid, .op = op, .addr = (void *)addr, .addrlen = len,
	};

	return ioctl(dev, VENETCTL_VE_IP_MAP, &a) ? -errno : 0;
}

static int ips(int dev, unsigned long cmd, uint32_t ctid, unsigned int num, void *ip)
{
	struct vzlist_veipctl a = { .veid = ctid, .num = num, .ip = ip };
	int ret = ioctl(dev, cmd, &a);

	return ret < 0 ? -errno : ret;
}

CLAIM(address, old_ioctls)
{
	struct sockaddr_in a4 = { .sin_family = AF_INET };
	struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
	struct in_addr got4[2] = {};
	struct in6_addr got6[2] = {};

	EXPECT_EQ(0x40182803, VENETCTL_VE_IP_MAP);
	EXPECT_EQ(0x80107803, VZCTL_GET_VEIPS);
	EXPECT_EQ(0x80107804, VZCTL_GET_VEIP6S);
	inet_pton(AF_INET, V4, &a4.sin_addr);
	inet_pton(AF_INET6, V6, &a6.sin6_addr);
	EXPECT_EQ(0, map(self->dev, 201, VE_IP_ADD, &a4, sizeof(a4)));
	EXPECT_EQ(0, map(self->dev, 201, VE_IP_ADD, &a6, sizeof(a6)));
	EXPECT_STREQ("201 ::ffff:" V4 "\n201 " V6 "\n", dump(&self->g));
	EXPECT_EQ(-EADDRINUSE, map(self->dev, 201, VE_IP_ADD, &a4, sizeof(a4)));
	EXPECT_EQ(-EADDRINUSE, map(self->dev, 202, VE_IP_ADD, &a4, sizeof(a4)));
	EXPECT_EQ(-EADDRNOTAVAIL, map(self->dev, 202, VE_IP_DEL, &a4, sizeof(a4)));
	EXPECT_EQ(-ESRCH, map(self->dev, 203, VE_IP_ADD, &a4, sizeof(a4)));
	EXPECT_EQ(-EINVAL, map(self->dev, 201, 5, &a4, sizeof(a4)));
	EXPECT_EQ(-EINVAL, map(self->dev, 201, VE_IP_ADD, &a4, 15));
	EXPECT_EQ(-EINVAL, map(self->dev, 201, VE_IP_ADD, &a6, sizeof(a6) + 1));
	EXPECT_EQ(-EINVAL, map(self->dev, 201, VE_IP_ADD, &a4, -1));
	EXPECT_EQ(-EFAULT, map(self->dev, 201, VE_IP_ADD, (void *)8, sizeof(a4)));
	EXPECT_EQ(-EOPNOTSUPP, map(self->dev, 201, VE_IP_EXT_ADD, &a4, sizeof(a4)));
	EXPECT_EQ(1, ips(self->dev, VZCTL_GET_VEIPS, 201, 2, got4));
	EXPECT_EQ(0, memcmp(&got4[0], &a4.sin_addr, sizeof(got4[0])));
	EXPECT_EQ(0, got4[1].s_addr);
	EXPECT_EQ(1, ips(self->dev, VZCTL_GET_VEIP6S, 201, 2, got6));
	EXPECT_EQ(0, memcmp(&got6[0], &a6.sin6_addr, sizeof(got6[0])));
	EXPECT_EQ(1, ips(self->dev, VZCTL_GET_VEIPS, 201, 0, NULL));
	EXPECT_EQ(-EFAULT, ips(self->dev, VZCTL_GET_VEIPS, 201, 1, (void *)8));
	EXPECT_EQ(-ESRCH, ips(self->dev, VZCTL_GET_VEIPS, 203, 1, got4));
	EXPECT_EQ(0, map(self->dev, 201, VE_IP_DEL, &a4, sizeof(a4)));
	a4.sin_family = AF_UNIX;
	EXPECT_EQ(-EAFNOSUPPORT, map(self->dev, 201, VE_IP_ADD, &a4, sizeof(a4)));
	EXPECT_STREQ("201 " V6 "\n", dump(&self->g));
}

TEST_HARNESS_MAIN
