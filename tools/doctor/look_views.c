// SPDX-License-Identifier: GPL-2.0-only
/*
 * vzctx - looks at what containers see of themselves
 */
#include <errno.h>
#include <string.h>

#include "doctor/look_module.h"
#include "doctor/look_views.h"
#include "module/nl.h"

void look_views(const struct host *h, struct finding *f)
{
	struct vznl *nl = NULL;
	char text[512];
	int ret;

	(void)h;
	if (!module_loaded()) {
		finds(f, HEALTH_GOOD, "the module, once loaded, says which it cannot show");
		return;
	}
	ret = vznl_open(&nl);
	if (!ret)
		ret = vznl_views(nl, text, sizeof(text));
	vznl_close(nl);
	if (ret)
		finds(f, HEALTH_UNTOLD, "the module does not say: %s", strerror(-ret));
	else if (*text)
		finds(f, HEALTH_WEAKER, "they see of the host: %.460s", text);
	else
		finds(f, HEALTH_GOOD, "in each of the files that doc/views.md names");
}
