#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Ask a DHCP server as a machine's firmware or iPXE does, and print what it is told.

dhcp_ask.py INTERFACE MAC KIND KNOWN-MAC KNOWN-KIND: KIND is none (no PXE at all), bios, efi, arm64, http
(UEFI's HTTP boot), ipxe (from a BIOS) or ipxe-efi. Prints "ADDRESS FILE", '-' for what is not there, or
"silence": the server, which takes one question after the other, has answered only the next one, which is
that of KNOWN-MAC, a node of its own.
dhcp_ask.py --pxe CLIENT SERVER MAC KIND KNOWN-MAC KNOWN-KIND: the second question to a ProxyDHCP server,
on port 4011.
"""
import os
import socket
import struct
import sys
import time

ARCHITECTURES = {"none": None, "bios": 0, "efi": 7, "arm64": 11, "http": 16, "ipxe": 0, "ipxe-efi": 7}
WAIT_S = 120
ASK_AGAIN_S = 5
MAGIC = b"\x63\x82\x53\x63"


def option(code, value):
    return bytes([code, len(value)]) + value


def question(kind, mac, message, client):
    options = MAGIC + option(53, bytes([message])) + option(55, bytes([1, 3, 6, 15, 43, 60, 66, 67, 175]))
    architecture = ARCHITECTURES[kind]
    if architecture is not None:
        vendor = "HTTPClient" if kind == "http" else "PXEClient"
        options += option(93, struct.pack(">H", architecture))
        options += option(60, b"%s:Arch:%05d:UNDI:003000" % (vendor.encode(), architecture))
        options += option(97, b"\0" + b"\1" * 16) + option(94, b"\1\3\0")
    if kind.startswith("ipxe"):
        options += option(175, b"\xb1\x04\x01\x02\x03\x04")
    xid = os.urandom(4)
    broadcast = b"\0\0" if client else b"\x80\0"
    head = b"\1\1\6\0" + xid + b"\0\0" + broadcast + socket.inet_aton(client or "0.0.0.0")
    return xid, head + b"\0" * 12 + bytes.fromhex(mac.replace(":", "")) + b"\0" * 202 + options + b"\xff"


def file_of(answer):
    name = answer[108:236].split(b"\0")[0]
    at = 240
    while at < len(answer) and answer[at] != 255:
        if answer[at] == 0:
            at += 1
            continue
        if answer[at] == 67:
            name = answer[at + 2 : at + 2 + answer[at + 1]].rstrip(b"\0")
        at += 2 + answer[at + 1]
    return name.decode()


def ask(sock, questions, to):
    """What is answered to the first of two questions."""
    sock.settimeout(ASK_AGAIN_S)
    (first, _), (second, _) = questions
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        for _, packet in questions:
            sock.sendto(packet, to)
        try:
            while True:
                answer = sock.recv(4096)
                if answer[4:8] == first:
                    address = socket.inet_ntoa(answer[16:20])
                    return f"{'-' if address == '0.0.0.0' else address} {file_of(answer) or '-'}"
                if answer[4:8] == second:
                    return "silence"
        except socket.timeout:
            pass
    return "silence, for the known node, too"


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    if sys.argv[1] == "--pxe":
        client, server, mac, kind, known_mac, known_kind = sys.argv[2:]
        questions = question(kind, mac, 3, client), question(known_kind, known_mac, 3, client)
        sock.bind((client, 68))
        print(ask(sock, questions, (server, 4011)))
        return
    interface, mac, kind, known_mac, known_kind = sys.argv[1:]
    questions = question(kind, mac, 1, None), question(known_kind, known_mac, 1, None)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    sock.bind(("", 68))
    print(ask(sock, questions, ("255.255.255.255", 67)))


main()
