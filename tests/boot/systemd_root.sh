#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A Debian with systemd keeps the network and the root that the init made, whatever happens to
# systemd-networkd; it reboots, and powers off.
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

use_kernel "${WIREROOT_KERNEL:-6.1}"
"$TOP/tests/fixtures/debian_root.sh" "$WORK/root" > "$WORK/root.log" 2>&1 ||
	give_up "a Debian root is made"
# Not virtio: its driver waits busily for the host's answer when networkd sets the link up anew, and
# under emulation of two processors that answer has been seen not to come.
make_initrd "$WORK/base.img" --drivers e1000e

# What the node does by itself once it is up, told as lines "TEST …" on the console.
cat > "$WORK/root/usr/local/sbin/boot-test" << 'END'
#!/bin/sh
say()
{
	echo "TEST $*" > /dev/console
}

say_network()
{
	ip -o -4 address show dev eth0 | while read -r number link family address rest; do
		say "$1 address $address"
	done
	ip -4 route show default | while read -r route; do
		say "$1 route $route"
	done
	say "$1 networkd $(networkctl --no-pager status eth0 | sed -n 's/^ *State: *//p')"
}

# From the server, not from memory.
say_root()
{
	echo 3 > /proc/sys/vm/drop_caches
	say "$1 read $(sha256sum < /usr/lib/x86_64-linux-gnu/libcrypto.so.3 | cut -d ' ' -f 1)"
	echo "$1" > /var/lib/boot-test && sync && say "$1 wrote $(cat /var/lib/boot-test)"
}

configured()
{
	/lib/systemd/systemd-networkd-wait-online --interface=eth0 --timeout=120
}

if [ -e /var/lib/boot-test ]; then
	say "second boot"
	systemctl poweroff
	exit
fi
say "first boot"
configured && say_network before
say_root before
systemctl restart systemd-networkd
configured && say_network after
say_root after
networkctl renew eth0 && say renewed
networkctl reconfigure eth0 && configured && say_network reconfigured
say_root reconfigured
systemctl reboot
END
cat > "$WORK/root/etc/systemd/system/boot-test.service" << 'END'
[Unit]
Description=What the boot test wants to know
After=multi-user.target systemd-networkd.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/boot-test
TimeoutStartSec=900

[Install]
WantedBy=multi-user.target
END
chmod 755 "$WORK/root/usr/local/sbin/boot-test"
# A prompt would share its line with what the test waits for.
ln -s /dev/null "$WORK/root/etc/systemd/system/serial-getty@ttyS0.service"
ln -s ../boot-test.service "$WORK/root/etc/systemd/system/multi-user.target.wants/"
sum=$(sha256sum < "$WORK/root/usr/lib/x86_64-linux-gnu/libcrypto.so.3" | cut -d ' ' -f 1)
lab_up --root "$WORK/root"

# How many messages of that kind; several DISCOVERs in a row are one, to which the answer came late.
messages()
{
	sed -n 's/.* \(DHCP[A-Z]*\)(.*/\1/p' "$LAB/dnsmasq.log" | grep -v DHCPOFFER |
		awk -v kind="$1" '$1 == kind && (kind != "DHCPDISCOVER" || $1 != last) { n++ }
			{ last = $1 } END { print n + 0 }'
}

node_boot d01 --direct --kernel "$KERNEL" --initrd "$WORK/base.img" --memory 512 --nic e1000e \
	--append "quiet root=nfs:10.87.0.1:/srv/root rw systemd.show_status=0"
expect_console d01 '^TEST first boot' 120 "systemd reaches multi-user" || finish
expect_console d01 '^TEST reconfigured wrote' 200 "the node goes through its changes"
for when in before after reconfigured; do
	case $when in
	before) what="at first" ;;
	after) what="after a restart of systemd-networkd" ;;
	*) what="after its link was configured anew" ;;
	esac
	check "$what it has its address" console_has d01 "^TEST $when address 10\.87\.0\.[0-9]+/24"
	check "$what it has its route" console_has d01 "^TEST $when route default via 10\.87\.0\.1 "
	check "$what networkd calls the link configured" \
		console_has d01 "^TEST $when networkd .*configured"
	check "$what files can be read" console_has d01 "^TEST $when read $sum"
	check "$what files can be written" console_has d01 "^TEST $when wrote $when"
done
addresses=$(tr -d '\r' < "$LAB/d01.console" | sed -n 's/^TEST [a-z]* address //p')
check "it has one address, and the same one each time" \
	[ "$(uniq -c <<< "$addresses" | awk '{ print $1 }')" = 3 ]
# Once when it was restarted, once when it was told to renew.
check "networkd extends its lease rather than to ask for a new one" \
	[ "$(messages DHCPREQUEST)" -ge $(($(messages DHCPDISCOVER) + 2)) ]
check "and is not refused" [ "$(messages DHCPNAK)" = 0 ]
expect_console d01 '^TEST second boot' 200 "it reboots"
expect_console d01 'reboot: Power down' 120 "it shuts down in order"
expect_off d01 30
check "nothing hung on the way down" \
	eval '! console_has d01 "Failed unmounting|timed out|not responding|Watchdog|Stopping timed"'
finish
