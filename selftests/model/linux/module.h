/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vzctx - the lines of a module's information, for the model test
 */
#ifndef _MODEL_LINUX_MODULE_H
#define _MODEL_LINUX_MODULE_H

#define __MODEL_INFO(id, text)						\
	static const char info_##id[] __attribute__((used,		\
						     section("modinfo"))) = text
#define __MODEL_INFO_OF(id, text)	__MODEL_INFO(id, text)
#define MODULE_INFO(tag, info)						\
	__MODEL_INFO_OF(__COUNTER__, #tag "=" info)

extern const char __start_modinfo[], __stop_modinfo[];

#endif /* _MODEL_LINUX_MODULE_H */
