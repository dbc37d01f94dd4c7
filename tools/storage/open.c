// SPDX-License-Identifier: GPL-2.0-only
/* Which operations a storage has; see storage.h. */
#include "tools/storage/storage.h"

struct storage storage_open(const struct cluster_storage *definition)
{
	static const struct storage_backend *const backends[] = {
		[STORAGE_LVM_THIN] = &storage_lvm_thin,
		[STORAGE_LVM] = &storage_lvm,
		[STORAGE_FILE] = &storage_file,
	};

	return (struct storage){ definition, backends[definition->type] };
}
