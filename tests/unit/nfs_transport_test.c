// SPDX-License-Identifier: GPL-2.0-only
/* Whether a server can be looked for by TCP, and at which port. */
/* links: initramfs/nfs_transport.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "initramfs/nfs_transport.h"

static void options_say_how_nfs_is_spoken(void **state)
{
	static const struct {
		const char *options, *flags;
		bool tcp;
		uint32_t port;
	} cases[] = {
		{ "", "", true, 2049 },
		{ "hard,timeo=600", "ro", true, 2049 },
		{ "port=12049", "", true, 12049 },
		{ "port=12049", "port=0", true, 0 },
		{ "hard,port=0,vers=3", "", true, 0 },
		{ "mountport=20048", "", true, 2049 },
		{ "udp", "", false, 2049 },
		{ "proto=udp", "tcp", true, 2049 },
		{ "proto=tcp,proto=rdma,port=20049", "", false, 20049 },
		{ "rdma", "", false, 2049 },
		{ "mountproto=udp", "", true, 2049 },
		{ "proto=", "", true, 2049 },
		{ "proto=tcp6,,", ",", true, 2049 },
		{ "udplite", "rdmax", true, 2049 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nfs_transport transport = { .tcp = true, .port = 2049 };

		nfs_transport_read(cases[i].options, &transport);
		nfs_transport_read(cases[i].flags, &transport);
		if (transport.tcp != cases[i].tcp || transport.port != cases[i].port)
			fail_msg("%s and %s: %d, port %u", cases[i].options, cases[i].flags,
				 transport.tcp, transport.port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_say_how_nfs_is_spoken),
	};

	return cmocka_run_group_tests_name("nfs_transport", tests, NULL, NULL);
}
