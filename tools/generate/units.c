// SPDX-License-Identifier: GPL-2.0-only
/*
 * systemd units of what Wireroot itself has to run on a server: wirerootd, NFS-Ganesha with our
 * configuration, LIO's targets. dnsmasq, tgt and the kernel's NFS server have units of their own,
 * which find our files among their drop-ins; tgt's is added to where tgtd has to listen elsewhere
 * than by itself.
 */
#include "tools/generate/output.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What `make install` gives systemd, and with it the rights that wirerootd is left with. */
__asm__(".pushsection .rodata\n"
	".global wirerootd_unit\nwirerootd_unit:\n"
	".incbin \"userspace/wirerootd/wirerootd.service\"\n"
	".byte 0\n"
	".popsection\n");

extern const char wirerootd_unit[];

#define STATE_DIRECTORY "StateDirectory=wireroot/timelines"

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/* Does wirerootd on @server broker memory, and keep notes of it? */
static bool is_broker(const struct generator *generator, const struct cluster_server *server)
{
	const struct cluster_memory *memory = &generator->cluster->memory;

	return memory->used && memory->server == server;
}

static void add_start(struct text *text, const struct generator *generator,
		      const struct cluster_server *server)
{
	text_printf(text,
		    "ExecStart=" WIREROOT_PREFIX "/sbin/wirerootd --generation %s/current "
		    "--port %u --timelines /var/lib/wireroot/timelines %s$WIREROOTD_OPTS\n",
		    generator->options->state, server->http_port,
		    is_broker(generator, server) ? "--memory /var/lib/wireroot/memory " : "");
}

/*
 * The installed unit, with the generation for what it serves, and with a user that owns the nodes'
 * segments where that would be one of the moment.
 */
static int add_wirerootd(const struct generator *generator, struct file_set *set,
			 const struct cluster_server *server, struct fault *fault)
{
	const char *line = wirerootd_unit;
	struct text text = { 0 };

	text_add(&text, OUTPUT_COMMENT);
	while (*line) {
		size_t length = strcspn(line, "\n");

		length += line[length] == '\n';
		if (begins(line, "ExecStart="))
			add_start(&text, generator, server);
		else if (begins(line, "DynamicUser="))
			text_add(&text, "User=wireroot\n");
		else if (begins(line, STATE_DIRECTORY) && is_broker(generator, server))
			text_add(&text, STATE_DIRECTORY " wireroot/memory\n");
		else if (*line != '#')
			text_add_bytes(&text, line, length);
		line += length;
	}
	return output_add(set, 0644, &text, fault, "servers/%s/units/wirerootd.service",
			  server->name);
}

/* In the foreground (-F), where systemd sees it; it does without D-Bus. */
static int add_ganesha(const struct generator *generator, struct file_set *set,
		       const struct cluster_server *server, struct fault *fault)
{
	struct text text = { 0 };

	text_printf(&text,
		    OUTPUT_COMMENT "[Unit]\n"
				   "Description=NFS-Ganesha with Wireroot's images\n"
				   "Documentation=man:ganesha-config(8)\n"
				   "Wants=network-online.target rpcbind.service\n"
				   "After=network-online.target rpcbind.service\n"
				   "Conflicts=nfs-server.service nfs-ganesha.service\n"
				   "\n"
				   "[Service]\n"
				   "RuntimeDirectory=ganesha\n"
				   "ExecStart=/usr/bin/ganesha.nfsd -F -L STDERR "
				   "-f %s/current/servers/%s/ganesha.conf\n"
				   "ExecReload=/bin/kill -HUP $MAINPID\n"
				   "Restart=on-failure\n"
				   "RestartSec=1\n"
				   "LimitNOFILE=1048576\n"
				   "\n"
				   "[Install]\n"
				   "WantedBy=multi-user.target\n",
		    generator->options->state, server->name);
	return output_add(set, 0644, &text, fault, "servers/%s/units/wireroot-ganesha.service",
			  server->name);
}

/* A reload leaves targets as they are that stay the same: nodes keep their disks. */
static int add_lio(const struct generator *generator, struct file_set *set,
		   const struct cluster_server *server, struct fault *fault)
{
	static const char program[] = WIREROOT_PREFIX "/bin/wireroot";
	struct text text = { 0 };
	char file[PATH_MAX];

	if (snprintf(file, sizeof(file), "%s/current/servers/%s/lio.json",
		     generator->options->state, server->name) >= (int)sizeof(file))
		return fault_set(fault, ENAMETOOLONG, "generate", "wireroot-lio.service", NULL);

	text_printf(&text,
		    OUTPUT_COMMENT
		    "[Unit]\n"
		    "Description=iSCSI targets of Wireroot's nodes\n"
		    "Documentation=man:wireroot-target(8)\n"
		    "Wants=network-online.target\n"
		    "After=network-online.target local-fs.target sys-kernel-config.mount\n"
		    "Requires=sys-kernel-config.mount\n"
		    "Conflicts=rtslib-fb-targetctl.service\n"
		    "\n"
		    "[Service]\n"
		    "Type=oneshot\n"
		    "RemainAfterExit=yes\n"
		    "ExecStartPre=/sbin/modprobe iscsi_target_mod\n"
		    "ExecStart=%s target restore %s\n"
		    "ExecReload=%s target restore %s\n"
		    "ExecStop=%s target withdraw %s\n"
		    "\n"
		    "[Install]\n"
		    "WantedBy=multi-user.target\n",
		    program, file, program, file, program, file);
	return output_add(set, 0644, &text, fault, "servers/%s/units/wireroot-lio.service",
			  server->name);
}

/*
 * For /etc/systemd/system/tgt.service.d/. A portal whose address is not there when the server
 * starts must not keep tgtd down, which has others ('-'); at a reload, somebody wants to know.
 */
static int add_tgt(const struct generator *generator, struct file_set *set,
		   const struct cluster_server *server, struct fault *fault)
{
	static const char listen[] = WIREROOT_PREFIX "/bin/wireroot target listen";
	struct text text = { 0 };
	char file[PATH_MAX];

	if (snprintf(file, sizeof(file), "%s/current/servers/%s/tgt-portals",
		     generator->options->state, server->name) >= (int)sizeof(file))
		return fault_set(fault, ENAMETOOLONG, "generate", "tgt-service.conf", NULL);
	text_printf(&text,
		    OUTPUT_COMMENT "[Unit]\n"
				   "Wants=network-online.target\n"
				   "After=network-online.target\n"
				   "\n"
				   "[Service]\n"
				   "ExecStartPost=-%s %s\n"
				   "ExecReload=%s %s\n",
		    listen, file, listen, file);
	return output_add(set, 0644, &text, fault, "servers/%s/tgt-service.conf", server->name);
}

static int add_units(const struct generator *generator, struct file_set *set,
		     const struct cluster_server *server, struct fault *fault)
{
	int error = output_check_name("server", server->name, fault);

	if (!error && server->roles & SERVER_BOOT)
		error = add_wirerootd(generator, set, server, fault);
	if (!error && server->roles & SERVER_NFS && server->ganesha)
		error = add_ganesha(generator, set, server, fault);
	if (!error && server->roles & SERVER_ISCSI && server->lio)
		error = add_lio(generator, set, server, fault);
	if (!error && server->roles & SERVER_ISCSI && !server->lio && server->lists_portals)
		error = add_tgt(generator, set, server, fault);
	return error;
}

int generate_units(const struct generator *generator, struct file_set *set, struct fault *fault)
{
	const struct cluster *cluster = generator->cluster;
	int error = output_check_path("state directory", generator->options->state, fault);

	for (size_t i = 0; !error && i < cluster->server_count; i++)
		error = add_units(generator, set, &cluster->servers[i], fault);
	return error;
}
