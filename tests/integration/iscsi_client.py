# SPDX-License-Identifier: GPL-2.0-only
"""A small iSCSI initiator: logs in by CHAP both ways, uses the disk, and says what came of it.

usage: iscsi_client.py ADDRESS:PORT INITIATOR TARGET USER%SECRET USER%SECRET COMMAND...

The first account is ours, the second the target's; '-' is none. Offsets and lengths are bytes, of whole blocks:

  write OFFSET LENGTH WORD   fill with the word, over and over
  read OFFSET LENGTH WORD    is it filled with that? '-': with zeros
  unmap OFFSET LENGTH        give it back
  vpd PAGE                   print a page of vital product data, in hexadecimal digits
  hammer                     say "hammering", and write until the target ends it
  stay                       say "logged in", and wait to be killed
"""
import hashlib
import os
import signal
import socket
import struct
import sys

BLOCK = 512
CHUNK = 8192  # what a target takes with the command, if nobody says otherwise


def fail(text):
    print(text, flush=True)
    sys.exit(1)


def filled(word, offset, length):
    """What is at @offset of a disk that is full of the word."""
    if word == "-":
        return bytes(length)
    start = offset % len(word)
    return (word.encode() * (length // len(word) + 2))[start:start + length]


class Initiator:
    def __init__(self, portal, initiator, target, own, theirs):
        address, port = portal.split(":")
        self.connection = socket.create_connection((address, int(port)), timeout=60)
        self.initiator, self.target = initiator, target
        self.own, self.theirs = own, theirs
        self.command = 1
        self.status = 0
        self.task = 1

    def receive_all(self, count):
        data = b""
        while len(data) < count:
            got = self.connection.recv(count - len(data))
            if not got:
                fail("the target has closed the connection")
            data += got
        return data

    def receive(self):
        while True:
            header = self.receive_all(48)
            length = int.from_bytes(header[5:8], "big")
            data = self.receive_all(length + -length % 4)[:length]
            if header[0] & 0x3F != 0x20:  # a NOP-In that wants an answer may wait for it
                self.status = struct.unpack(">I", header[24:28])[0] + 1
                return header, data

    def send(self, header, data=b""):
        self.connection.sendall(header + data + b"\0" * (-len(data) % 4))

    def login_step(self, flags, keys):
        text = b"".join(f"{key}={value}".encode() + b"\0" for key, value in keys)
        self.send(struct.pack(">BBBBB3s6sHIHHII16x", 0x43, flags, 0, 0, 0, len(text).to_bytes(3, "big"),
                              b"\x80\0\0\0\0\1", 0, 1, 1, 0, self.command, self.status), text)
        header, data = self.receive()
        if header[0] != 0x23 or header[36]:
            fail(f"refused with status {header[36]:#06x}{header[37]:02x}")
        pairs = [pair.split("=", 1) for pair in data.decode().split("\0") if pair]
        return header[1], dict(pairs)

    def prove(self, number, challenge, secret):
        return hashlib.md5(bytes([number]) + secret.encode() + challenge).hexdigest()

    def chap(self, challenge):
        user, secret = self.own.split("%")
        number, bytes_ = int(challenge["CHAP_I"]), bytes.fromhex(challenge["CHAP_C"][2:])
        keys = [("CHAP_N", user), ("CHAP_R", "0x" + self.prove(number, bytes_, secret))]
        ours = os.urandom(16)
        if self.theirs != "-":
            keys += [("CHAP_I", "77"), ("CHAP_C", "0x" + ours.hex())]
        flags, answer = self.login_step(0x81, keys)
        if self.theirs != "-":
            user, secret = self.theirs.split("%")
            if answer.get("CHAP_N") != user or \
                    answer.get("CHAP_R", "").lower() != "0x" + self.prove(77, ours, secret):
                fail("the target has not proved itself")
        return flags

    def login(self):
        keys = [("InitiatorName", self.initiator), ("SessionType", "Normal"), ("TargetName", self.target)]
        if self.own == "-":
            flags, _ = self.login_step(0x81, keys + [("AuthMethod", "None")])
        else:
            self.login_step(0x00, keys + [("AuthMethod", "CHAP")])
            _, challenge = self.login_step(0x00, [("CHAP_A", "5")])
            flags = self.chap(challenge)
        if flags & 3 != 3:
            self.login_step(0x87, [("HeaderDigest", "None"), ("DataDigest", "None"),
                                   ("MaxRecvDataSegmentLength", str(CHUNK))])

    def run(self, cdb, out=b"", expect=0, may_fail=False):
        flags = 0x81 | (0x20 if out else 0) | (0x40 if expect else 0)
        self.task += 1
        self.send(struct.pack(">BB2xB3s8sIIII16s", 0x01, flags, 0, len(out).to_bytes(3, "big"),
                              b"\0\1\0\0\0\0\0\0", self.task, len(out) or expect, self.command, self.status,
                              cdb.ljust(16, b"\0")), out)
        self.command += 1
        data = b""
        while True:
            header, part = self.receive()
            opcode = header[0] & 0x3F
            if opcode == 0x25:
                data += part
                if not header[1] & 1:
                    continue
            elif opcode != 0x21:
                fail(f"an answer of kind {opcode:#x}")
            if header[3] and not may_fail:
                fail(f"SCSI status {header[3]:#x}, sense {part[2:22].hex()}")
            return data

    def write(self, offset, data):
        for at in range(0, len(data), CHUNK):
            part = data[at:at + CHUNK]
            self.run(struct.pack(">BBQI2x", 0x8A, 0, (offset + at) // BLOCK, len(part) // BLOCK), part)

    def read(self, offset, length):
        data = b""
        while len(data) < length:
            part = min(CHUNK, length - len(data))
            data += self.run(struct.pack(">BBQI2x", 0x88, 0, (offset + len(data)) // BLOCK, part // BLOCK),
                             expect=part)
        return data

    def unmap(self, offset, length):
        parameters = struct.pack(">HH4xQI4x", 22, 16, offset // BLOCK, length // BLOCK)
        self.run(struct.pack(">B6xH", 0x42, len(parameters)), parameters)

    def vpd(self, page):
        print(self.run(struct.pack(">BBBHB", 0x12, 1, page, 255, 0), expect=255).hex())


initiator = Initiator(*sys.argv[1:6])
initiator.login()
initiator.run(b"", may_fail=True)  # TEST UNIT READY: the first command is told of the reset that a login is
words = sys.argv[6:]
while words:
    command = words.pop(0)
    if command in ("write", "read"):
        offset, length, word = int(words.pop(0)), int(words.pop(0)), words.pop(0)
        if command == "write":
            initiator.write(offset, filled(word, offset, length))
        elif initiator.read(offset, length) != filled(word, offset, length):
            fail(f"{length} bytes from {offset} on are something else")
    elif command == "unmap":
        initiator.unmap(int(words.pop(0)), int(words.pop(0)))
    elif command == "vpd":
        initiator.vpd(int(words.pop(0), 0))
    elif command == "hammer":
        print("hammering", flush=True)
        while True:
            initiator.write(0, filled("hammer", 0, 1 << 20))
    elif command == "stay":
        print("logged in", flush=True)
        signal.pause()
print("done", flush=True)
