// SPDX-License-Identifier: GPL-2.0-only
/* What is called of libkmod; see late.h. */
#include "tools/late/late.h"

#include <libkmod.h>

LATE(LATE_KMOD, const char *, kmod_get_dirname, (const struct kmod_ctx *context), (context))
LATE(LATE_KMOD, struct kmod_list *, kmod_list_next,
     (const struct kmod_list *list, const struct kmod_list *entry), (list, entry))
LATE(LATE_KMOD, int, kmod_load_resources, (struct kmod_ctx * context), (context))
LATE(LATE_KMOD, int, kmod_module_get_info,
     (const struct kmod_module *module, struct kmod_list **list), (module, list))
LATE(LATE_KMOD, struct kmod_module *, kmod_module_get_module, (const struct kmod_list *entry),
     (entry))
LATE(LATE_KMOD, const char *, kmod_module_get_name, (const struct kmod_module *module), (module))
LATE(LATE_KMOD, const char *, kmod_module_get_path, (const struct kmod_module *module), (module))
LATE(LATE_KMOD, void, kmod_module_info_free_list, (struct kmod_list * list), (list))
LATE(LATE_KMOD, const char *, kmod_module_info_get_key, (const struct kmod_list *entry), (entry))
LATE(LATE_KMOD, const char *, kmod_module_info_get_value, (const struct kmod_list *entry), (entry))
LATE(LATE_KMOD, int, kmod_module_new_from_lookup,
     (struct kmod_ctx * context, const char *alias, struct kmod_list **list),
     (context, alias, list))
LATE(LATE_KMOD, int, kmod_module_new_from_name,
     (struct kmod_ctx * context, const char *name, struct kmod_module **module),
     (context, name, module))
LATE(LATE_KMOD, struct kmod_module *, kmod_module_unref, (struct kmod_module * module), (module))
LATE(LATE_KMOD, int, kmod_module_unref_list, (struct kmod_list * list), (list))
LATE(LATE_KMOD, struct kmod_ctx *, kmod_new,
     (const char *directory, const char *const *configuration), (directory, configuration))
LATE(LATE_KMOD, void, kmod_set_log_fn,
     (struct kmod_ctx * context,
      void (*log)(void *data, int priority, const char *file, int line, const char *function,
		  const char *format, va_list arguments),
      const void *data),
     (context, log, data))
LATE(LATE_KMOD, struct kmod_ctx *, kmod_unref, (struct kmod_ctx * context), (context))
