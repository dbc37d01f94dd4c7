#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A root that is refused, missing or no system is told of, and booted when the cause is mended.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel 6.1
make_root "$WORK/refused"
for broken in misplaced empty inert other; do
	cp -a "$WORK/refused" "$WORK/$broken"
done
mkdir "$WORK/srv"
mv "$WORK/misplaced" "$WORK/srv/mispelt"
mv "$WORK/empty" "$WORK/inert" "$WORK/other" "$WORK/srv"
# busybox has an init of its own.
rm "$WORK"/srv/{empty,inert}/bin/{init,sh}
rm "$WORK/srv/empty/sbin/init"
chmod -x "$WORK/srv/inert/sbin/init"
sed -i '1s/.*/#!\/bin\/busybox sh/' "$WORK/srv/inert/sbin/init"
# The server is to see at once what is mended here behind its back.
echo "EXPORT_DEFAULTS { Attr_Expiration_Time = 0; }" > "$WORK/ganesha.conf"
make_initrd "$WORK/base.img"
lab_up --ganesha "$WORK/ganesha.conf" --export "/refused=$WORK/refused,refuse" --export "/srv=$WORK/srv"

boot_node()
{
	node_boot "$1" --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 256 \
		--append "quiet root=nfs:10.87.0.1:$2 test.do=poweroff${3:+ $3}"
}

boot_node refused /refused,vers=3
boot_node misplaced /srv/misplaced
expect_console refused \
	'root: mount the root by NFS 3: 10\.87\.0\.1:/refused: permission denied \(errno 13\).*list of exports' \
	40 "a refusal is told of, and that the server's list of exports is to be looked at"
expect_console misplaced \
	'root: mount the root by NFS 4\.2: 10\.87\.0\.1:/srv/misplaced: no such file .*path is wrong, or not exported' \
	40 "a path that is not there is told of"
mv "$WORK/srv/mispelt" "$WORK/srv/misplaced"
expect_console misplaced '^SECOND-STAGE ready' 60 "the node goes on when the directory is there"
expect_off misplaced 20

boot_node empty /srv/empty
boot_node inert /srv/inert
expect_console empty \
	"root: find the second stage's init in the root: /sbin/init: no such file .*init= names another" \
	40 "a root without an init is told of"
expect_console inert \
	"root: find the second stage's init in the root: /sbin/init: permission denied" \
	40 "an init that is not executable is told of"
cp "$WORK/refused/sbin/init" "$WORK/srv/empty/sbin/init"
ln -s busybox "$WORK/srv/empty/bin/sh"
chmod +x "$WORK/srv/inert/sbin/init"
expect_console empty '^SECOND-STAGE ready' 60 "the node goes on when there is an init"
expect_console inert '^SECOND-STAGE ready' 60 "the node goes on when the init is executable"
expect_off empty 20
expect_off inert 20

boot_node other /srv/other init=/sbin/other
expect_console other \
	"root: find the second stage's init in the root: /sbin/other: no such file .*check init=" \
	40 "an init= that is not there is told of, though the root has others"
ln "$WORK/srv/other/sbin/init" "$WORK/srv/other/sbin/other"
expect_console other '^wireroot .* switch_root: /sbin/other' 60 "the node goes on when it is there"
expect_console other '^SECOND-STAGE ready' 20
expect_off other 20

console_mark refused
lab server ganesha stop
sed -i 's/Access_Type = NONE/Access_Type = RW/' "$LAB/ganesha.conf"
lab server ganesha start
expect_console refused '^SECOND-STAGE ready' 80 "the node goes on when the server lets it in"
expect_off refused 20
finish
