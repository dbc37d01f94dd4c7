#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Things that listen like an iSCSI target and mean no good, each on a port of its own.

    hostile_target.py ADDRESS FIRST-PORT

Ports from FIRST-PORT on, in the order of KINDS; "ready" on standard output once all listen.
"""
import socket
import struct
import sys
import threading

CONTINUE = 0x40


def response(request, flags=0, text=b"", length=None, status=0):
    """A login response (RFC 7143 section 11.13) to the header @request."""
    size = len(text) if length is None else length
    header = struct.pack(
        ">BBBBB3s", 0x23, flags, 0, 0, 0, size.to_bytes(3, "big")
    ) + request[8:14] + b"\0\1" + request[16:20] + bytes(4)
    header += struct.pack(">IIIHH8x", 1, 1, 1, status, 0)
    return header + text + bytes(-len(text) % 4)


def endless(take, send):
    """A text that goes on and on."""
    while True:
        send(response(take(), CONTINUE, b"X=" + b"a" * 1000 + b"\0"))


def oversized(take, send):
    """More data than any login has, and all of it."""
    send(response(take(), 0, b"", 0xFFFFFF))
    while True:
        send(bytes(65536))


def circling(take, send):
    """Always another question of the same kind."""
    while True:
        send(response(take()))


def half(take, send):
    """An answer that stops in its middle."""
    send(response(take())[:20])
    take()


def twisted(take, send):
    """An answer to somebody else."""
    request = bytearray(take())
    request[16:20] = b"\xde\xad\xbe\xef"
    send(response(bytes(request)))


def keyless(take, send):
    """Text that is no list of keys."""
    send(response(take(), 0, b"\xff" * 64))


def mute(take, send):
    """Lets everybody in, and then answers no command."""
    stage = 0
    while stage != 3:
        request = take()
        stage = request[1] & 3
        text = b"" if request[1] & 0x0C else b"AuthMethod=None\0TargetPortalGroupTag=1\0"
        send(response(request, request[1], text))
    while True:
        take()


KINDS = [endless, oversized, circling, half, twisted, keyless, mute]


def serve(connection, kind):
    """Until the node has enough."""

    def receive(count):
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def take():
        header = receive(48)
        length = int.from_bytes(header[5:8], "big")
        receive((length + 3) & ~3)
        return header

    try:
        kind(take, connection.sendall)
    except OSError:
        pass
    connection.close()


def listen(address, port, kind):
    listener = socket.create_server((address, port))

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, kind), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()


def main():
    for offset, kind in enumerate(KINDS):
        listen(sys.argv[1], int(sys.argv[2]) + offset, kind)
    print("ready", flush=True)


main()
