// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx-init - the init of a context that runs one command
 *
 * A program of its own, without a C library: it stays for as long as the context
 * lives, and root of the context may look into it, so it holds nothing else.
 *
 * It is executed with every signal blocked and with one child, the command,
 * whose number can be read from descriptor 0. Its arguments are the command's,
 * for who looks at the list of processes.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ALL_SIGNALS	(~UINT64_C(0))
/* What /proc/PID/status says before SigCgt fits several times. */
#define STATUS_MAX	4096

#if defined(__x86_64__)
#define ON_ENTRY	__attribute__((force_align_arg_pointer))

static long call(long nr, long a, long b, long c, long d)
{
	register long r10 asm("r10") = d;
	long ret;

	asm volatile("syscall" : "=a"(ret)
		     : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
		     : "rcx", "r11", "memory");
	return ret;
}
#elif defined(__aarch64__)
#define ON_ENTRY

static long call(long nr, long a, long b, long c, long d)
{
	register long x8 asm("x8") = nr;
	register long x0 asm("x0") = a;
	register long x1 asm("x1") = b;
	register long x2 asm("x2") = c;
	register long x3 asm("x3") = d;

	asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
		     : "memory");
	return x0;
}
#else
#error "vzctx-init does not know how this processor calls the kernel"
#endif

static noreturn void leave(int code)
{
	for (;;)
		call(SYS_exit_group, code, 0, 0, 0);
}

static char *put(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

static char *put_number(char *at, unsigned int n)
{
	if (n > 9)
		at = put_number(at, n / 10);
	*at++ = '0' + n % 10;
	return at;
}

/* Return: how much of @path is in @buf, a string. */
static long get(const char *path, char *buf, long size)
{
	long fd = call(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
	long len = 0, n;

	if (fd < 0)
		return 0;
	while (len < size - 1) {
		n = call(SYS_read, fd, (long)(buf + len), size - 1 - len, 0);
		if (n <= 0)
			break;
		len += n;
	}
	call(SYS_close, fd, 0, 0, 0);
	buf[len] = '\0';
	return len;
}

/* The hexadecimal number behind @word at the beginning of a line; 0: none. */
static uint64_t number_behind(const char *word, const char *text, long len)
{
	uint64_t n = 0;
	long i = 0, k;

	for (;;) {
		for (k = 0; word[k] && text[i + k] == word[k]; k++)
			;
		if (!word[k])
			break;
		while (i < len && text[i] != '\n')
			i++;
		if (i++ >= len)
			return 0;
	}
	for (i += k; text[i] && text[i] != '\n'; i++) {
		if (text[i] >= '0' && text[i] <= '9')
			n = n << 4 | (text[i] - '0');
		else if (text[i] >= 'a' && text[i] <= 'f')
			n = n << 4 | (text[i] - 'a' + 10);
	}
	return n;
}

/*
 * As for any init, what nobody has a handler for is ignored: a stray signal does
 * not end the context. Those that ask a program to end always arrive.
 */
static bool is_for(int child, int sig)
{
	char path[32], text[STATUS_MAX];
	long len;

	if (sig == SIGTERM || sig == SIGINT || sig == SIGQUIT || sig == SIGHUP)
		return true;
	*put(put_number(put(path, "/proc/"), child), "/status") = '\0';
	len = get(path, text, sizeof(text));
	return number_behind("SigCgt:", text, len) >> (sig - 1) & 1;
}

/* Ends the context when it is the command that has ended. */
static void reap(int child)
{
	int st;
	long pid;

	while ((pid = call(SYS_wait4, -1, (long)&st, WNOHANG, 0)) > 0)
		if (pid == child)
			leave(WIFSIGNALED(st) ? 128 + WTERMSIG(st) :
						WEXITSTATUS(st));
}

ON_ENTRY noreturn void _start(void)
{
	const uint64_t all = ALL_SIGNALS;
	int child, sig;

	if (call(SYS_read, 0, (long)&child, sizeof(child), 0) != sizeof(child))
		leave(1);
	call(SYS_prctl, PR_SET_NAME, (long)"vzctx-init", 0, 0);
	/*
	 * With its copies here the command's pipes would never end. The last one
	 * tells the tool that all is done.
	 */
	call(SYS_close_range, 0, ~0U, 0, 0);
	for (;;) {
		sig = call(SYS_rt_sigtimedwait, (long)&all, 0, 0, sizeof(all));
		if (sig == SIGCHLD)
			reap(child);
		else if (sig > 0 && is_for(child, sig))
			call(SYS_kill, child, sig, 0, 0);
	}
}
