// SPDX-License-Identifier: GPL-2.0-only
/* What LVM and the device mapper tell of the group that swap lies in, and whose a disk is. */
/* links: userspace/memory/borrow/lvm_text.c userspace/memory/borrow/local_disk.c */
/* links: userspace/lib/fs.c initramfs/swap/mapper.c initramfs/swap/mapper_text.c */
/* links: initramfs/fault.c */
/* libraries: jansson */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "userspace/memory/borrow/local_disk.h"
#include "userspace/memory/borrow/lvm_text.h"

/* As LVM 2.03.16 prints it. */
#define REPORT(kind, rows) "{\"report\": [{\"" kind "\": [" rows "]}]}"
#define SEGMENT(device, group, missing, start, size, volume)                                       \
	"{\"pv_name\":\"" device "\", \"vg_name\":\"" group "\", \"pv_missing\":\"" missing        \
	"\", \"pv_pe_count\":\"29\", \"pv_pe_alloc_count\":\"13\", \"pvseg_start\":\"" start       \
	"\", \"pvseg_size\":\"" size "\", \"lv_name\":\"" volume "\"}"
#define OWN(device, start, size, volume) SEGMENT(device, LVM_GROUP, "", start, size, volume)
#define VOLUME(name, layout, in_sync)                                                              \
	"{\"lv_name\":\"" name "\", \"lv_layout\":\"" layout "\", \"sync_percent\":\"" in_sync     \
	"\", \"lv_size\":\"83886080\", \"vg_extent_size\":\"2097152\"}"

static int read_devices(const char *text, struct lvm_layout *layout)
{
	struct fault fault;

	*layout = (struct lvm_layout){ 0 };
	return lvm_read_devices(text, strlen(text), layout, &fault);
}

static int read_volumes(const char *text, struct lvm_layout *layout)
{
	struct fault fault;

	*layout = (struct lvm_layout){ 0 };
	return lvm_read_volumes(text, strlen(text), layout, &fault);
}

static void segments_tell_what_lies_where(void **state)
{
	struct lvm_layout layout;
	char ranges[LVM_RANGES_BYTES];

	(void)state;
	assert_int_equal(
		read_devices(
			REPORT("pvseg",
			       OWN("/dev/dm-0", "0", "4", "") "," OWN(
				       "/dev/dm-0", "4", "2",
				       "swap") "," OWN("/dev/dm-1", "0", "4",
						       "swap") "," OWN("/dev/dm-0", "9", "11",
								       "swap") "," OWN("/dev/dm-0",
										       "20", "9",
										       "")),
			&layout),
		0);
	assert_true(layout.group && !layout.missing);
	assert_int_equal(layout.device_count, 2);
	assert_int_equal(lvm_find_device(&layout, "/dev/dm-1")->extents, 29);
	assert_int_equal(lvm_find_device(&layout, "/dev/dm-1")->allocated, 13);
	assert_null(lvm_find_device(&layout, "/dev/dm-2"));
	assert_int_equal(lvm_ranges(&layout, "/dev/dm-0", 100, ranges), 13);
	assert_string_equal(ranges, "/dev/dm-0:4-5:9-19");
	assert_int_equal(lvm_ranges(&layout, "/dev/dm-0", 5, ranges), 5);
	assert_string_equal(ranges, "/dev/dm-0:4-5:9-11");
	assert_int_equal(lvm_ranges(&layout, "/dev/dm-2", 5, ranges), 0);
}

static void devices_of_others_and_dead_ones_do_not_count(void **state)
{
	struct lvm_layout layout;

	(void)state;
	assert_int_equal(
		read_devices(
			REPORT("pvseg",
			       SEGMENT("/dev/sda2", "debian", "", "0", "9", "root") "," SEGMENT(
				       "/dev/dm-3", "", "", "0", "0",
				       "") "," SEGMENT("[unknown]", LVM_GROUP, "missing", "0", "4",
						       "swap")),
			&layout),
		0);
	assert_true(layout.group && layout.missing);
	assert_int_equal(layout.device_count, 0);
	assert_int_equal(layout.segment_count, 0);
	assert_int_equal(read_devices(REPORT("pvseg", ""), &layout), 0);
	assert_false(layout.group);
}

static void volumes_are_plain_or_mirrored_or_moving(void **state)
{
	struct lvm_layout layout;

	(void)state;
	assert_int_equal(read_volumes(REPORT("lv", VOLUME("swap", "linear", "")), &layout), 0);
	assert_true(layout.volume && !layout.mirrored && !layout.moving);
	assert_int_equal(layout.volume_extents, 40);
	assert_true(layout.in_sync >= 100);
	assert_int_equal(
		read_volumes(REPORT("lv", VOLUME("[swap_rimage_0]", "linear",
						 "") "," VOLUME("swap", "raid,raid1", "37.50")),
			     &layout),
		0);
	assert_true(layout.mirrored && layout.in_sync > 37 && layout.in_sync < 38);
	assert_int_equal(
		read_volumes(REPORT("lv", VOLUME("[pvmove0]", "mirror", "12.00")), &layout), 0);
	assert_true(layout.moving && !layout.volume);
}

static void what_is_no_report_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"report\": []}",
		"{\"report\": [{}]}",
		"{\"report\": [{\"lv\": 1}]}",
		"{\"report\": [{\"pvseg\": {}}]}",
		REPORT("pvseg", OWN("/dev/dm-0", "x", "4", "swap")),
		REPORT("pvseg", OWN("/dev/dm-0", "0", "99999999999999999999", "swap")),
		REPORT("pvseg", OWN("/dev/a-name-that-no-device-of-the-kernel-has", "0", "4", "")),
		REPORT("lv", "{\"lv_name\":\"swap\"}"),
		REPORT("lv", "{\"lv_name\":\"swap\", \"lv_size\":\"1\", \"vg_extent_size\":\"0\"}")
	};
	struct lvm_layout layout;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(read_devices(texts[i], &layout) == -EBADMSG ||
			    read_volumes(texts[i], &layout) == -EBADMSG);
	}
}

static void a_move_is_as_far_as_the_kernel_says(void **state)
{
	struct lvm_progress progress;

	(void)state;
	assert_true(lvm_read_progress("0 28672 mirror 2 254:4 254:5 3/7 1 AA 1 core\n", &progress));
	assert_int_equal(progress.done, 3);
	assert_int_equal(progress.all, 7);
	assert_false(progress.failed);
	assert_true(lvm_read_progress("0 28672 mirror 2 254:4 254:5 7/7 1 AS 1 core", &progress));
	assert_true(progress.failed);
	assert_true(lvm_read_progress("0 28672 mirror 2 254:4 254:5 7/7 1 DA 1 core", &progress));
	assert_true(progress.failed);
	assert_false(lvm_read_progress("0 28672 linear", &progress));
	assert_false(lvm_read_progress("", &progress));
}

static void only_zeros_and_our_own_are_taken(void **state)
{
	static const char own[] = "Wireroot swap 1: encrypted, the key is nowhere\n";
	uint8_t *first = calloc(2, LOCAL_DISK_EDGE_BYTES), *last = first + LOCAL_DISK_EDGE_BYTES;

	(void)state;
	assert_int_equal(local_disk_judge(first, last), LOCAL_DISK_BLANK);
	first[1080] = 0x53; /* ext4 */
	assert_int_equal(local_disk_judge(first, last), LOCAL_DISK_FOREIGN);
	first[1080] = 0;
	first[LOCAL_DISK_EDGE_BYTES - 1] = 1;
	assert_int_equal(local_disk_judge(first, last), LOCAL_DISK_FOREIGN);
	memcpy(last, own, sizeof(own));
	assert_int_equal(local_disk_judge(first, last), LOCAL_DISK_OURS);
	memset(first, 0, LOCAL_DISK_EDGE_BYTES);
	last[3] = 'x';
	assert_int_equal(local_disk_judge(first, last), LOCAL_DISK_FOREIGN);
	memset(last, 0, LOCAL_DISK_EDGE_BYTES);
	last[LOCAL_DISK_EDGE_BYTES - 512] = 'E'; /* the second table of a GPT */
	assert_int_equal(local_disk_judge(first, last), LOCAL_DISK_FOREIGN);
	free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_tell_what_lies_where),
		cmocka_unit_test(devices_of_others_and_dead_ones_do_not_count),
		cmocka_unit_test(volumes_are_plain_or_mirrored_or_moving),
		cmocka_unit_test(what_is_no_report_is_refused),
		cmocka_unit_test(a_move_is_as_far_as_the_kernel_says),
		cmocka_unit_test(only_zeros_and_our_own_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
