/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of what is written for the kernel: the swap signature and dm-crypt's table. */
/* links: initramfs/swap/swap_header.c initramfs/swap/mapper_text.c initramfs/fault.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "initramfs/swap/mapper_text.h"
#include "initramfs/swap/swap_header.h"

static const uint8_t uuid[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

static uint32_t word_at(const uint8_t *page, size_t offset)
{
	uint32_t word;

	memcpy(&word, page + offset, sizeof(word));
	return word;
}

/* Offsets as in the kernel's union swap_header. */
static void a_header_is_what_the_kernel_reads(void **state)
{
	static const size_t page_sizes[] = { 4096, 16384, 65536 };

	(void)state;
	for (size_t i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]); i++) {
		size_t bytes = page_sizes[i];
		uint8_t *page = malloc(bytes);
		struct fault fault;

		assert_int_equal(swap_header_write(page, bytes, 64ull << 20, uuid, "label", &fault),
				 0);
		assert_memory_equal(page + bytes - 10, "SWAPSPACE2", 10);
		assert_int_equal(word_at(page, 1024), 1);
		assert_int_equal(word_at(page, 1028), (64ull << 20) / bytes - 1);
		assert_int_equal(word_at(page, 1032), 0);
		assert_memory_equal(page + 1036, uuid, 16);
		assert_string_equal((char *)page + 1052, "label");
		free(page);
	}
}

static void devices_of_no_use_are_refused(void **state)
{
	static const uint64_t sizes[] = { 0, 4096, 9 * 4096, (1ull << 44) + 4096 };
	uint8_t page[4096];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(swap_header_write(page, sizeof(page), sizes[i], uuid, "", &fault),
				 -EINVAL);
}

static void a_long_label_is_cut(void **state)
{
	uint8_t page[4096];
	struct fault fault;

	(void)state;
	assert_int_equal(swap_header_write(page, sizeof(page), 1 << 20, uuid,
					   "0123456789abcdefghij", &fault),
			 0);
	assert_string_equal((char *)page + 1052, "0123456789abcde");
}

static void a_table_names_cipher_key_and_disk(void **state)
{
	union mapper_message message;
	const struct dm_target_spec *target =
		(const struct dm_target_spec *)(message.bytes + sizeof(struct dm_ioctl));
	uint8_t key[MAPPER_KEY_BYTES];

	(void)state;
	memset(key, 0xa5, sizeof(key));
	mapper_message_init(&message, "wireroot-memory-0123456789abcdef", 0);
	assert_true(mapper_message_crypt(&message, 2048, key, "/dev/sda", true));
	assert_int_equal(message.header.target_count, 1);
	assert_true(message.header.flags & DM_SECURE_DATA_FLAG);
	assert_string_equal(message.header.name, "wireroot-memory-0123456789abcdef");
	assert_int_equal(target->length, 2048);
	assert_string_equal(target->target_type, "crypt");
	assert_memory_equal((const char *)(target + 1), "aes-xts-plain64 a5a5a5a5", 24);
	assert_non_null(strstr((const char *)(target + 1),
			       "a5 0 /dev/sda 0 5 allow_discards no_read_workqueue "
			       "no_write_workqueue sector_size:4096 iv_large_sectors"));
	assert_int_equal(target->next % 8, 0);
	assert_true(target->next >= sizeof(*target) + strlen((const char *)(target + 1)) + 1);
	mapper_message_init(&message, "x", 0);
	assert_true(mapper_message_crypt(&message, 2048, key, "8:0", false));
	assert_non_null(strstr((const char *)(target + 1),
			       " 0 8:0 0 3 allow_discards no_read_workqueue no_write_workqueue"));
}

static void what_does_not_fit_is_refused(void **state)
{
	char device[MAPPER_MESSAGE_BYTES];
	union mapper_message message;
	uint8_t key[MAPPER_KEY_BYTES] = { 0 };

	(void)state;
	memset(device, 'x', sizeof(device) - 1);
	device[sizeof(device) - 1] = '\0';
	mapper_message_init(&message, device, 0); /* is cut, and ends within its field */
	assert_int_equal(strlen(message.header.name), DM_NAME_LEN - 1);
	assert_false(mapper_message_crypt(&message, 8, key, device, true));
}

static void minor_numbers_are_decoded(void **state)
{
	(void)state;
	assert_int_equal(mapper_minor(0xfe03), 3); /* 254:3 */
	assert_int_equal(mapper_minor(0x1fe2c), 0x2c);
	assert_int_equal(mapper_minor(0x10fe2c), 0x12c);
}

static void secrets_are_wiped(void **state)
{
	uint8_t key[5] = { 1, 2, 3, 4, 5 };

	(void)state;
	wipe(key, 4);
	assert_int_equal(key[0] | key[1] | key[2] | key[3], 0);
	assert_int_equal(key[4], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_what_the_kernel_reads),
		cmocka_unit_test(devices_of_no_use_are_refused),
		cmocka_unit_test(a_long_label_is_cut),
		cmocka_unit_test(a_table_names_cipher_key_and_disk),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(minor_numbers_are_decoded),
		cmocka_unit_test(secrets_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
