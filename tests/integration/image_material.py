#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the test of `wireroot image` imports, and what it compares.

  tree DIR               a small root file system with everything that files can have
  facts DIR              a line for each file with all that belongs to it
  archive DIR FILE       DIR as a tar archive with all of that
  hostile NAME FILE      an archive that tries to get out of the directory it is unpacked in
  oci DIR [DEFECT]       an OCI image layout of two layers, with whiteouts
"""
import gzip
import hashlib
import io
import json
import os
import stat
import struct
import subprocess
import sys
import tarfile

ACL = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", tag, permissions, identity)
    for tag, permissions, identity in (
        (1, 6, 0xFFFFFFFF), (2, 4, 1234), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)))
# cap_net_raw+ep, as setcap writes it
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)


def write(path, data, mode=0o644, owner=0, group=0):
    with open(path, "wb") as file:
        file.write(data)
    os.chown(path, owner, group)
    os.chmod(path, mode)


def make_tree(top):
    for name in ("usr/bin", "usr/sbin", "usr/lib/systemd", "usr/lib/modules/6.1.0-9-test/kernel",
                 "usr/lib/modules/6.1.0-10-test/kernel", "usr/lib/modules/6.12.0-rc1-test/kernel",
                 "boot", "etc/ssh", "etc/systemd/system", "dev", "tmp", "var/lib/dbus",
                 "var/lib/systemd", "srv/inherit"):
        os.makedirs(os.path.join(top, name))
    os.chdir(top)
    for name in ("bin", "sbin", "lib"):
        os.symlink("usr/" + name, name)
    write("usr/bin/sh", b"#!\n" * 50000, 0o755)
    write("usr/bin/su", b"su", 0o4755)
    write("usr/bin/mail", b"mail", 0o2755, 0, 8)
    write("usr/bin/ping", b"ping", 0o755)
    os.setxattr("usr/bin/ping", "security.capability", CAPABILITY)
    os.link("usr/bin/ping", "usr/bin/ping4")
    os.link("usr/bin/ping", "usr/sbin/ping6")
    write("usr/sbin/sshd", b"sshd", 0o755)
    os.symlink("/usr/bin/sh", "usr/sbin/init")
    write("boot/vmlinuz-6.1.0-9-test", b"old")
    write("boot/vmlinuz-6.1.0-10-test", b"new")
    write("etc/shadow", b"root:*:\n", 0o640, 0, 42)
    os.setxattr("etc/shadow", "system.posix_acl_access", ACL)
    write("etc/hostname", b"builder\n")
    write("etc/machine-id", b"0123456789abcdef0123456789abcdef\n", 0o444)
    write("var/lib/dbus/machine-id", b"0123456789abcdef0123456789abcdef\n", 0o444)
    write("var/lib/systemd/random-seed", b"x" * 512, 0o600)
    for kind in ("rsa", "ed25519"):
        write("etc/ssh/ssh_host_%s_key" % kind, b"secret", 0o600)
        write("etc/ssh/ssh_host_%s_key.pub" % kind, b"public")
    write("etc/ssh/sshd_config", b"# mine\n")
    write("srv/empty", b"", 0o600, 1000, 1000)
    write("srv/f\u0151tan\u00fas\u00edtv\u00e1ny", b"name in UTF-8")
    write("srv/" + "n" * 200, b"long name")
    write("srv/noted", b"attribute")
    os.setxattr("srv/noted", "user.note", b"kept\0whole")
    with open("srv/sparse", "wb") as file:
        file.write(b"begin")
        file.seek(8 << 20)
        file.write(b"middle")
        file.truncate(32 << 20)
    os.setxattr("srv/inherit", "system.posix_acl_default", ACL)
    write("srv/inherit/plain", b"made before the default was there")
    os.removexattr("srv/inherit/plain", "system.posix_acl_access") \
        if "system.posix_acl_access" in os.listxattr("srv/inherit/plain") else None
    os.chmod("srv/inherit/plain", 0o644)
    os.chmod("tmp", 0o1777)
    os.mknod("dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod("dev/sda", stat.S_IFBLK | 0o660, os.makedev(8, 0))
    os.chown("dev/sda", 0, 6)
    os.mkfifo("dev/initctl", 0o600)
    os.symlink("x" * 300, "srv/dangling")
    os.lchown("srv/dangling", 7, 7)
    for path, directories, files in os.walk(".", topdown=False):
        for number, name in enumerate(directories + files):
            os.utime(os.path.join(path, name), ns=(0, (1600000000 + number) * 10**9 + 123456789),
                     follow_symlinks=False)
    os.utime(".", (1500000000, 1500000000))


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def fact(path, name, first):
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    fields = [repr(name), oct(status.st_mode), status.st_uid, status.st_gid, status.st_mtime_ns]
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        fields.append(status.st_rdev)
    if kind == stat.S_IFLNK:
        fields.append(os.readlink(path))
    if kind == stat.S_IFREG:
        fields += [status.st_size, digest(path)]
        if status.st_size > 1 << 20:
            fields.append("sparse" if status.st_blocks * 512 < status.st_size / 2 else "full")
    if kind != stat.S_IFDIR and status.st_nlink > 1:
        fields.append("as " + first.setdefault(status.st_ino, name))
    for attribute in sorted(os.listxattr(path, follow_symlinks=False)):
        if attribute.startswith("trusted.SGI_ACL_"):
            continue # XFS shows its ACLs twice
        fields.append(attribute + "=" + os.getxattr(path, attribute, follow_symlinks=False).hex())
    return " ".join(str(field) for field in fields)


def print_facts(top):
    first = {}
    for path, directories, files in os.walk(top):
        directories.sort()
        if path == top and "lost+found" in directories:
            directories.remove("lost+found")
        names = ["."] if path == top else []
        for name in names + sorted(directories + files):
            full = os.path.normpath(os.path.join(path, name))
            print(fact(full, os.path.relpath(full, top), first))


def make_archive(directory, file):
    subprocess.run(["tar", "--format=posix", "--xattrs", "--xattrs-include=*", "--sparse", "--acls",
                    "--numeric-owner", "-C", directory, "-cf", file, "."], check=True)


def member(name, **values):
    info = tarfile.TarInfo(name)
    info.mode = 0o755
    for key, value in values.items():
        setattr(info, key, value)
    return info


def add(archive, name, data=b"", **values):
    info = member(name, **values)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def link(archive, name, target, kind=tarfile.SYMTYPE):
    archive.addfile(member(name, type=kind, linkname=target))


def make_hostile(kind, file):
    outside = os.environ["OUTSIDE"]
    with tarfile.open(file, "w") as archive:
        add(archive, "bin/sh", b"sh")
        if kind == "dotdot":
            add(archive, "usr/../../../victim", b"out")
        elif kind == "dotdot-end":
            archive.addfile(member("usr/..", type=tarfile.DIRTYPE))
        elif kind == "absolute":
            add(archive, outside + "/victim", b"in")
        elif kind == "dangling":
            link(archive, "door", outside)
            add(archive, "door/victim", b"out")
        elif kind == "symlink":
            archive.addfile(member(outside, type=tarfile.DIRTYPE))
            link(archive, "door", outside)
            add(archive, "door/victim", b"in")
        elif kind == "symlink-chain":
            archive.addfile(member(outside, type=tarfile.DIRTYPE))
            link(archive, "a", "b")
            link(archive, "b", "../../../../../../../.." + outside)
            add(archive, "a/victim", b"in")
        elif kind == "symlink-file":
            link(archive, "file", outside + "/kept")
            add(archive, "file", b"mine")
        elif kind == "symlink-directory":
            link(archive, "door", outside)
            archive.addfile(member("door", type=tarfile.DIRTYPE, mode=0o777))
            add(archive, "door/victim", b"in")
        elif kind == "hardlink":
            link(archive, "mine", outside + "/kept", tarfile.LNKTYPE)
        elif kind == "hardlink-dotdot":
            link(archive, "mine", "../../../../../../.." + outside + "/kept", tarfile.LNKTYPE)
        elif kind == "hardlink-symlink":
            link(archive, "door", outside)
            link(archive, "mine", "door/kept", tarfile.LNKTYPE)
        elif kind == "deep":
            # Each link doubles what the next path leads to.
            path = "/".join(["d" * 20] * 80)
            archive.addfile(member(path, type=tarfile.DIRTYPE))
            for number in range(8):
                link(archive, "l%d" % number, path if number == 0 else "l%d/%s" % (number - 1, path))
                archive.addfile(member("l%d/%s" % (number, path), type=tarfile.DIRTYPE))
            add(archive, "usr/../x")
        elif kind == "whiteout-dots":
            add(archive, "etc/.wh...")
        else:
            sys.exit("no such archive: " + kind)


def blob(directory, data):
    name = hashlib.sha256(data).hexdigest()
    with open(os.path.join(directory, "blobs/sha256", name), "wb") as file:
        file.write(data)
    return {"digest": "sha256:" + name, "size": len(data)}


def layer(build):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        build(archive)
    return buffer.getvalue()


def lower(archive):
    for name in ("usr", "usr/bin", "etc", "opaque", "opaque/below", "gone", "gone/deep"):
        archive.addfile(member(name, type=tarfile.DIRTYPE))
    add(archive, "usr/bin/sh", b"sh")
    link(archive, "bin", "usr/bin")
    add(archive, "etc/removed", b"1")
    add(archive, "etc/kept", b"1")
    add(archive, "etc/changed", b"old")
    add(archive, "opaque/old", b"1")
    add(archive, "gone/deep/file", b"1")
    add(archive, "becomes-directory", b"1")


def upper(archive):
    # What is new in an opaque directory may stand before the mark, too.
    add(archive, "opaque/new", b"2")
    add(archive, "opaque/.wh..wh..opq")
    add(archive, "etc/.wh.removed")
    add(archive, "etc/.wh.never-there")
    add(archive, ".wh.gone")
    add(archive, "etc/changed", b"new")
    add(archive, "bin/through-link", b"2")
    archive.addfile(member("becomes-directory", type=tarfile.DIRTYPE))
    add(archive, "becomes-directory/file", b"2")


def make_oci(directory, defect):
    os.makedirs(os.path.join(directory, "blobs/sha256"))
    kind = "application/vnd.oci.image."
    layers = []
    data = gzip.compress(layer(lower), mtime=0)
    layers.append({"mediaType": kind + "layer.v1.tar+gzip", **blob(directory, data)})
    layers.append({"mediaType": kind + "layer.v1.tar", **blob(directory, layer(upper))})
    if defect == "escape":
        layers[1]["digest"] = "sha256:../../../../etc/passwd"
    config = {"mediaType": kind + "config.v1+json", **blob(directory, b"{}")}
    manifest = {"schemaVersion": 2, "config": config, "layers": layers}
    ours = {"mediaType": kind + "manifest.v1+json", **blob(directory, json.dumps(manifest).encode())}
    inner = {"schemaVersion": 2, "manifests": [
        {**ours, "platform": {"os": "linux", "architecture": "amd64"}},
        {**ours, "platform": {"os": "linux", "architecture": "arm64"}},
        {"mediaType": kind + "manifest.v1+json", **blob(directory, b"{} "),
         "platform": {"os": "unknown", "architecture": "unknown"}}]}
    entry = {"mediaType": kind + "index.v1+json", **blob(directory, json.dumps(inner).encode())}
    tagged = {**entry, "annotations": {"org.opencontainers.image.ref.name": "latest"}}
    manifests = [tagged]
    if defect == "two":
        other = {**ours, "annotations": {"org.opencontainers.image.ref.name": "old"}}
        manifests.append(other)
    with open(os.path.join(directory, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": manifests}, file)
    with open(os.path.join(directory, "oci-layout"), "w", encoding="utf-8") as file:
        file.write('{"imageLayoutVersion": "1.0.0"}')
    path = os.path.join(directory, "blobs/sha256", layers[0]["digest"].partition(":")[2])
    if defect == "changed":
        with open(path, "r+b") as file:
            file.seek(len(data) // 2)
            file.write(b"\xff\xff\xff\xff")
    elif defect == "missing":
        os.unlink(path)
    elif defect == "link":
        os.rename(path, path + ".away")
        os.symlink("/etc/passwd", path)


COMMANDS = {"tree": make_tree, "facts": print_facts, "archive": make_archive,
            "hostile": make_hostile, "oci": lambda directory, defect="": make_oci(directory, defect)}
os.umask(0o022)
COMMANDS[sys.argv[1]](*sys.argv[2:])
