#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A control socket before tgtd's, which kills who asks for a change when the changes are used up.

usage: tgt_relay.py SOCKET TGTDS-SOCKET LEFT

LEFT is a file with the number of changes that are still let through; it is counted down. What only
asks to be shown something goes through, always.
"""
import os
import signal
import socket
import struct
import sys

HEAD_BYTES = 120
SHOW = 2


def read(connection, length):
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            break
        data += more
    return data


def may_pass(operation, path):
    if operation == SHOW:
        return True
    with open(path, encoding="ascii") as file:
        left = int(file.read()) - 1
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{left}\n")
    return left >= 0


def relay(client, tgtd_path, left_path):
    head = read(client, HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return
    operation = struct.unpack_from("=I", head, 4)[0]
    length = struct.unpack_from("=I", head, 72)[0]
    text = read(client, length - HEAD_BYTES)
    if not may_pass(operation, left_path):
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        os.kill(struct.unpack("=iii", credentials)[0], signal.SIGKILL)
        return
    with socket.socket(socket.AF_UNIX) as tgtd:
        tgtd.connect(tgtd_path)
        tgtd.sendall(head + text)
        while answer := tgtd.recv(65536):
            client.sendall(answer)


def main():
    path, tgtd_path, left_path = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            client, _ = listener.accept()
            with client:
                try:
                    relay(client, tgtd_path, left_path)
                except ConnectionError:
                    pass


main()
