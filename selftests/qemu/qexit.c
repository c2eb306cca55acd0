// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - ends a guest with an exit code
 *
 * usage: qexit CODE [TTY...]
 *
 * Waits until every TTY has sent what it holds, then writes CODE to the debug
 * exit port, shifted so that the emulator's exit status 85 + 2 * CODE cannot be
 * taken for one of its own. Started as init, CODE is 0.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

#define DEBUG_EXIT_PORT 0xf4
#define SUCCESS 42

int main(int argc, char **argv)
{
	int code = argc > 1 ? atoi(argv[1]) : 0;

	for (int i = 2; i < argc; i++) {
		int fd = open(argv[i], O_WRONLY | O_NOCTTY);

		if (fd >= 0) {
			tcdrain(fd);
			close(fd);
		}
	}
	if (iopl(3)) {
		perror("qexit: iopl");
		return 1;
	}
	outb(SUCCESS + code, DEBUG_EXIT_PORT);
	fprintf(stderr, "qexit: no debug exit device\n");
	return 1;
}
