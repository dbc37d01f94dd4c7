# SPDX-License-Identifier: GPL-2.0-only
"""Logs in to an iSCSI target without authentication, says so, and stays until it is killed.

usage: iscsi_log_in.py ADDRESS INITIATOR TARGET
"""
import signal
import socket
import struct
import sys

address, initiator, target = sys.argv[1:]
keys = [f"InitiatorName={initiator}", "SessionType=Normal", f"TargetName={target}", "AuthMethod=None",
        "HeaderDigest=None", "DataDigest=None"]
text = b"".join(key.encode() + b"\0" for key in keys)


def request(flags, data):
    """A login request (RFC 7143 section 11.12)."""
    header = struct.pack(">BBBBB3s6sHIHHII16x", 0x43, flags, 0, 0, 0, len(data).to_bytes(3, "big"),
                         b"\x80\0\0\0\0\1", 0, 1, 1, 0, 1, 0)
    return header + data + b"\0" * (-len(data) % 4)


def receive(connection, count):
    data = b""
    while len(data) < count:
        got = connection.recv(count - len(data))
        if not got:
            sys.exit("the target has closed the connection")
        data += got
    return data


def answer(connection):
    header = receive(connection, 48)
    receive(connection, -(-int.from_bytes(header[5:8], "big") // 4) * 4)
    if header[0] != 0x23 or header[36]:
        sys.exit(f"refused with status {header[36]:#x} {header[37]:#x}")
    return header[1]


with socket.create_connection((address, 3260)) as connection:
    connection.sendall(request(0x81, text))  # security stage, on to the operational one
    if answer(connection) & 3 != 3:
        connection.sendall(request(0x87, b""))  # operational stage, on to full feature
        answer(connection)
    print("logged in", flush=True)
    signal.pause()
