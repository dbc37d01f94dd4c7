// SPDX-License-Identifier: GPL-2.0-only
/* What lvs and vgs report, and when a storage is too full. */
/* links: tools/storage/lvm_report.c tools/storage/room.c tools/storage/storage.c */
/* links: tools/cluster/names.c userspace/lib/size.c initramfs/fault.c */
/* libraries: jansson */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/storage/lvm_report.h"
#include "tools/storage/room.h"

/* As LVM 2.03.16 prints it. */
#define ROW(name, size, attributes, pool, origin, data, metadata, metadata_size, tags)             \
	"{\"lv_name\":\"" name "\", \"lv_size\":\"" size "\", \"lv_attr\":\"" attributes           \
	"\", \"pool_lv\":\"" pool "\", \"origin\":\"" origin "\", \"data_percent\":\"" data        \
	"\", \"metadata_percent\":\"" metadata "\", \"lv_metadata_size\":\"" metadata_size         \
	"\", \"lv_tags\":\"" tags "\"}"
#define REPORT(rows) "{\"report\": [{\"lv\": [" rows "]}]}"
#define POOL(attributes, data, metadata)                                                           \
	ROW("pool0", "1073741824", attributes, "", "", data, metadata, "4194304", "")
#define UUID "01234567-89ab-4cde-8f01-23456789abcd"
#define GOLDEN                                                                                     \
	ROW("wr-image-deb", "2147483648", "Vri---tz-k", "pool0", "", "", "", "",                   \
	    "wireroot.fs.ext4,wireroot.uuid." UUID ",wireroot.ready")
#define CLONE(tags)                                                                                \
	ROW("wr-n10", "2147483648", "Vwi-a-tz--", "pool0", "wr-image-deb", "12.50", "", "", tags)

static int read_text(const char *text, const char *pool, struct storage_status *status)
{
	struct fault fault;

	*status = (struct storage_status){ 0 };
	return lvm_read_volumes(text, strlen(text), pool, status, &fault);
}

static void volumes_of_ours_are_found(void **state)
{
	struct storage_status status;

	(void)state;
	assert_int_equal(read_text(REPORT(CLONE("wireroot.ready") "," POOL(
					   "twi-aotz--", "40.25",
					   "7.81") "," GOLDEN "," ROW("root", "1", "-wi-ao----", "",
								      "", "", "", "", "")),
				   "pool0", &status),
			 0);
	assert_int_equal(status.count, 2);
	assert_string_equal(status.volumes[0].name, "image-deb");
	assert_string_equal(status.volumes[0].file_system, "ext4");
	assert_string_equal(status.volumes[0].uuid, UUID);
	assert_string_equal(status.volumes[0].unfinished_uuid, "");
	assert_false(status.volumes[0].active);
	assert_true(status.volumes[1].active);
	assert_int_equal(status.volumes[0].state, VOLUME_READY);
	assert_int_equal(status.volumes[0].used_bytes, 0);
	assert_string_equal(status.volumes[1].name, "n10");
	assert_string_equal(status.volumes[1].origin, "image-deb");
	assert_int_equal(status.volumes[1].bytes, 2147483648);
	assert_int_equal(status.volumes[1].used_bytes, 268435456);
	assert_int_equal(status.space.bytes, 1073741824);
	assert_int_equal(status.space.used_bytes, 432181084);
	assert_true(status.space.has_metadata);
	assert_int_equal(status.space.metadata_used, 781);
	assert_false(status.space.damaged);
	storage_status_free(&status);
}

static void tags_tell_whether_a_volume_is_whole(void **state)
{
	static const struct {
		const char *report;
		enum volume_state state;
	} examples[] = {
		{ REPORT(CLONE("wireroot.unfinished")), VOLUME_UNFINISHED },
		{ REPORT(CLONE("mine,wireroot.ready")), VOLUME_READY },
		{ REPORT(CLONE("wireroot.unfinished,wireroot.ready")), VOLUME_UNFINISHED },
		{ REPORT(CLONE("")), VOLUME_FOREIGN },
		{ REPORT(CLONE("wireroot.readymade")), VOLUME_FOREIGN },
		{ REPORT(CLONE("wireroot.unfinished-with." UUID)), VOLUME_READY },
		{ REPORT(CLONE("wireroot.unfinished,wireroot.unfinished-with." UUID)),
		  VOLUME_UNFINISHED },
	};
	struct storage_status status;

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_int_equal(read_text(examples[i].report, NULL, &status), 0);
		assert_int_equal(status.count, 1);
		assert_int_equal(status.volumes[0].state, examples[i].state);
		storage_status_free(&status);
	}
}

static void tag_of_a_clone_tells_with_which_uuid_it_is_unfinished(void **state)
{
	struct storage_status status;

	(void)state;
	assert_int_equal(
		read_text(REPORT(CLONE("mine,wireroot.unfinished-with." UUID)), NULL, &status), 0);
	assert_string_equal(status.volumes[0].unfinished_uuid, UUID);
	assert_string_equal(status.volumes[0].uuid, "");
	storage_status_free(&status);
}

static void what_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *report;
		int error;
	} examples[] = {
		{ "", -EBADMSG },
		{ "{}", -EBADMSG },
		{ "{\"report\": [{\"vg\": []}]}", -EBADMSG },
		{ "{\"report\": [{\"lv\": [{}]}]}", -EBADMSG },
		{ REPORT(""), -ENOENT },
		{ REPORT(ROW("pool0", "1", "-wi-a-----", "", "", "", "", "", "")), -EINVAL },
		{ REPORT(ROW("pool0", "1", "twi", "", "", "", "", "", "")), -EINVAL },
		{ REPORT(POOL("twi-aotz--", "1e3", "1.00")), -EBADMSG },
		{ REPORT(POOL("twi-aotz--", "1000.00", "1.00")), 0 - EBADMSG },
		{ REPORT(POOL("twi-aotz--", "1.00", "x")), -EBADMSG },
		{ REPORT(ROW("wr-n1", "-1", "", "", "", "", "", "", "")), -EBADMSG },
		{ REPORT(ROW("wr-n1", "1000000000000000000000", "", "", "", "", "", "", "")),
		  -EBADMSG },
	};
	struct storage_status status;

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_int_equal(read_text(examples[i].report, "pool0", &status),
				 examples[i].error);
		storage_status_free(&status);
	}
}

static void a_group_has_what_is_free(void **state)
{
	static const char text[] = "{\"report\": [{\"vg\": [{\"vg_name\":\"vg0\", "
				   "\"vg_size\":\"1000\", \"vg_free\":\"400\"}]}]}";
	static const char bad[] = "{\"report\": [{\"vg\": [{\"vg_name\":\"vg0\", "
				  "\"vg_size\":\"1000\", \"vg_free\":\"1400\"}]}]}";
	struct storage_space space = { 0 };
	struct fault fault;

	(void)state;
	assert_int_equal(lvm_read_group(text, strlen(text), &space, &fault), 0);
	assert_int_equal(space.bytes, 1000);
	assert_int_equal(space.used_bytes, 600);
	assert_int_equal(lvm_read_group(bad, strlen(bad), &space, &fault), -EBADMSG);
	assert_int_equal(lvm_read_group("{}", 2, &space, &fault), -EBADMSG);
}

/* What room_check() says of a pool, by what lvs says of it. */
static void check_pool(const char *attributes, const char *data, const char *metadata,
		       uint64_t more, const char *line)
{
	struct cluster_storage definition = { .group = "vg0", .pool = "pool0" };
	struct storage storage = { .definition = &definition };
	struct storage_status status;
	char text[FAULT_LINE_BYTES], report[512];
	struct fault fault = { 0 };

	snprintf(report, sizeof(report), REPORT(POOL("%s", "%s", "%s")), attributes, data,
		 metadata);
	assert_int_equal(read_text(report, "pool0", &status), 0);
	if (room_check(&storage, &status.space, 8ull << 30, more, &fault))
		assert_string_equal(fault_line(&fault, text), line);
	else
		assert_null(line);
	storage_status_free(&status);
}

static void thin_pools_are_refused_well_before_they_are_full(void **state)
{
	(void)state;
	check_pool("twi-aotz--", "84.99", "74.99", 0, NULL);
	check_pool(
		"twi-aotz--", "85.01", "7.00", 0,
		"make a volume: vg0/pool0, 85.0 % of 1G used: no space left (errno 28); the last 15 % are for "
		"what nodes write; remove volumes, or lvextend -L +SIZE vg0/pool0");
	check_pool(
		"twi-aotz--", "60.00", "7.00", 300 << 20,
		"make a volume: vg0/pool0, 60.0 % of 1G used: no space left (errno 28); with 300M more, less "
		"than 15 % would be free; remove volumes, or lvextend -L +SIZE vg0/pool0");
	check_pool(
		"twi-aotz--", "10.00", "75.00", 0,
		"make a volume: vg0/pool0, 75.00 % of its metadata used: no space left (errno 28); full, it "
		"stops all nodes; lvextend --poolmetadatasize +256M vg0/pool0");
	check_pool(
		"twi-aotzM-", "10.00", "10.00", 0,
		"make a volume in the thin pool: vg0/pool0: read-only file system (errno 30); it has failed or is "
		"read-only: see lvs -o +lv_health_status");
}

static void other_storages_have_limits_of_their_own(void **state)
{
	struct cluster_storage group = { .type = STORAGE_LVM, .group = "vg0" };
	struct cluster_storage files = { .type = STORAGE_FILE, .directory = "/srv/disks" };
	struct storage storage = { .definition = &group };
	struct storage_space space = { .bytes = 1000ull << 20, .used_bytes = 940ull << 20 };
	struct fault fault;

	(void)state;
	assert_int_equal(room_check(&storage, &space, 60ull << 20, 0, &fault), 0);
	assert_int_equal(room_check(&storage, &space, 61ull << 20, 0, &fault), -ENOSPC);
	assert_string_equal(fault.peer, "vg0, 60M free");
	storage.definition = &files;
	assert_int_equal(room_check(&storage, &space, 1ull << 40, 9ull << 20, &fault), 0);
	assert_int_equal(room_check(&storage, &space, 1ull << 40, 10ull << 20, &fault), -ENOSPC);
}

static void volumes_yet_to_be_made(void **state)
{
	static const char backup[] = "\t\t\t\ttransaction_id = 8\n"
				     "\t\t\t\tmessage1 {\n"
				     "\t\t\t\t\tcreate = \"wr-n001\"\n"
				     "\t\t\t\t}\n"
				     "\t\t\t\tmessage2 {\n"
				     "\t\t\t\t\tdelete = 7\n"
				     "\t\t\t\t}\n"
				     "\t\t\t\tmessage3 {\n"
				     "\t\t\t\t\tcreate = \"wr-n02\"\n";

	(void)state;
	assert_true(lvm_is_yet_to_be_made(backup, "wr-n001"));
	assert_true(lvm_is_yet_to_be_made(backup, "wr-n02"));
	assert_false(lvm_is_yet_to_be_made(backup, "wr-n00"));
	assert_false(lvm_is_yet_to_be_made(backup, "wr-n0011"));
	assert_false(lvm_is_yet_to_be_made("", "wr-n001"));
	assert_false(lvm_is_yet_to_be_made("create = \"wr-n001", "wr-n001"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(volumes_of_ours_are_found),
		cmocka_unit_test(tags_tell_whether_a_volume_is_whole),
		cmocka_unit_test(tag_of_a_clone_tells_with_which_uuid_it_is_unfinished),
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(a_group_has_what_is_free),
		cmocka_unit_test(thin_pools_are_refused_well_before_they_are_full),
		cmocka_unit_test(other_storages_have_limits_of_their_own),
		cmocka_unit_test(volumes_yet_to_be_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
