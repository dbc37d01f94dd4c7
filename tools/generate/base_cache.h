/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Base images that were built before.
 *
 * An image is named by its content. What it was built from is written down beside it, each file
 * with a stamp, so that an image whose inputs are what they were costs a few hundred stat(2) calls,
 * not a build. The cache may be deleted at any time.
 */
#ifndef WIREROOT_BASE_CACHE_H
#define WIREROOT_BASE_CACHE_H

#include "initramfs/fault.h"
#include "tools/generate/digest.h"
#include "tools/initrd/build.h"
#include "userspace/lib/log.h"

/*
 * Have the image that @request describes, but for ->output and ->cache, in @cache. *@path, for the
 * caller to free, is its file; @digest that of its content. 0 or -errno with @fault filled in.
 */
int base_cache_get(const struct build_request *request, const char *cache, const struct log *log,
		   char **path, char digest[static DIGEST_TEXT_BYTES], struct fault *fault);

#endif
