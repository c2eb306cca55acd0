/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - self test of the arithmetic, run before anything is registered
 */
#include <linux/kernel.h>

#define CASE(_op, _n, _severity, _ok, _held, _max, _fail)		\
	{ _op, _n, VZCTX_##_severity, _ok, _held, _max, _fail }

int vzctx_bc_selftest(void)
{
	/* Barrier 4, limit 6 throughout. ~ reserves and gives back, = marks. */
	static const struct {
		char op;
		unsigned long n;
		enum vzctx_severity severity;
		bool ok;
		unsigned long held, maxheld, failcnt;
	} cases[] = {
		CASE('+', 0, HARD, true, 0, 0, 0),
		CASE('~', 4, HARD, true, 0, 0, 0),
		CASE('~', 5, HARD, false, 0, 0, 0),
		CASE('=', 2, HARD, true, 2, 2, 0),
		CASE('=', 5, SOFT, false, 2, 2, 0),
		CASE('-', 2, HARD, true, 0, 2, 0),
		CASE('+', 4, HARD, true, 4, 4, 0),
		CASE('+', 1, HARD, false, 4, 4, 1),
		CASE('+', 2, SOFT, true, 6, 6, 1),
		CASE('+', 1, SOFT, false, 6, 6, 2),
		CASE('+', 3, FORCE, true, 9, 9, 2),
		CASE('+', 0, HARD, false, 9, 9, 3),
		CASE('-', 6, HARD, true, 3, 9, 3),
		CASE('+', 1, HARD, true, 4, 9, 3),
		CASE('+', ULONG_MAX, HARD, false, 4, 9, 4),
		CASE('+', ULONG_MAX, FORCE, false, 4, 9, 5),
		CASE('+', LONG_MAX, SOFT, false, 4, 9, 6),
		CASE('-', 5, HARD, false, 0, 9, 6),
		CASE('-', 1, HARD, false, 0, 9, 6),
		CASE('+', LONG_MAX, FORCE, true, LONG_MAX, LONG_MAX, 6),
		CASE('+', 1, FORCE, false, LONG_MAX, LONG_MAX, 7),
		CASE('-', LONG_MAX, HARD, true, 0, LONG_MAX, 7),
	};
	struct vzctx_bc_state state;
	struct vzctx_bc bc;
	unsigned int i;
	bool ok;

	vzctx_bc_init(&bc);
	vzctx_bc_set(&bc, 4, 6);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (cases[i].op == '+')
			ok = vzctx_bc_charge(&bc, cases[i].n,
					     cases[i].severity);
		else if (cases[i].op == '-')
			ok = vzctx_bc_uncharge(&bc, cases[i].n);
		else
			ok = vzctx_bc_reserve(&bc, cases[i].n,
					      cases[i].severity);
		if (ok && cases[i].op == '~')
			vzctx_bc_uncharge(&bc, cases[i].n);
		if (ok && cases[i].op == '=')
			vzctx_bc_mark(&bc);
		vzctx_bc_read(&bc, &state);
		if (ok != cases[i].ok || state.held != cases[i].held ||
		    state.maxheld != cases[i].maxheld ||
		    state.failcnt != cases[i].failcnt)
			return i + 1;
	}
	return 0;
}
