"""The lab's containerd and the image that its pods run."""
import contextlib
import hashlib
import io
import json
import os
import pathlib
import shutil
import tarfile

from weftlab import processes
from weftlab.layout import CACHE
from weftlab.shell import run, succeeds, wait_until

PROCESS = "containerd"
IMAGE = "weft-lab/busybox:1"
BUSYBOX = "/bin/busybox"
CNI_CONFIG_DIR = pathlib.Path("/etc/cni/net.d")
CNI_PLUGIN_DIR = pathlib.Path("/opt/cni/bin")
RUNC_ROOT = pathlib.Path("/run/containerd/runc")
MADE_FOLDERS = CACHE / "made-folders"


def socket_path(lab):
    return lab.dir / "containerd" / "containerd.sock"


def fifo_dir(lab):
    """Where clients talk to containers. Their own choice is outside the lab's folder."""
    folder = lab.dir / "containerd" / "fifo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def start(lab):
    """Starts containerd unless it runs, and gives it the image."""
    if processes.is_running(lab, "host", PROCESS):
        return
    folder = lab.dir / "containerd"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(folder=folder))
    processes.spawn(lab, "host", PROCESS, ["containerd", "--config", config])
    wait_until(lambda: ctr_succeeds(lab, "version"), "containerd")
    ctr(lab, "image", "import", "--snapshotter", "native", image_archive())


# The CRI plugin is off: no kubelet here, and it would want the host's CNI configuration.
_CONFIG = """version = 2
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp",
                    "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
                    "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{folder}/containerd.sock"
[ttrpc]
  address = "{folder}/containerd.sock.ttrpc"
"""


def make_cni_folders():
    """The folders that a pod's own are mounted over. Those that the machine lacked are noted."""
    for folder in (CNI_CONFIG_DIR, CNI_PLUGIN_DIR):
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        if missing:
            with MADE_FOLDERS.open("a") as file:
                file.writelines(f"{path}\n" for path in missing)
            folder.mkdir(parents=True, exist_ok=True)


def remove_cni_folders():
    """Removes the noted folders that are empty. Only without any lab: a pod's mounts go with the folder below them."""
    if MADE_FOLDERS.exists():
        for path in MADE_FOLDERS.read_text().splitlines():
            with contextlib.suppress(OSError):
                os.rmdir(path)
        MADE_FOLDERS.unlink()


def ctr_command(lab, *arguments):
    return ["ctr", "--address", str(socket_path(lab)), "--namespace", lab.name, *[str(a) for a in arguments]]


def ctr(lab, *arguments, check=True):
    return run(*ctr_command(lab, *arguments), check=check)


def ctr_succeeds(lab, *arguments):
    return succeeds(*ctr_command(lab, *arguments))


def forget_runtime(lab):
    """Removes runc's state of containers that were killed with everything: it would refuse their names."""
    shutil.rmtree(RUNC_ROOT / lab.name, ignore_errors=True)


def forget_shims(lab):
    """Removes the sockets that containerd's shims have outside the lab's folder."""
    for bundle in (lab.dir / "containerd/state/io.containerd.runtime.v2.task").glob("*/*/address"):
        with contextlib.suppress(OSError):
            os.unlink(bundle.read_text().strip().removeprefix("unix://"))


def image_archive():
    """A docker-archive with one layer: busybox, its applets, a writable /tmp. Built once."""
    layer = _layer()
    path = CACHE / f"pod-{hashlib.sha256(layer).hexdigest()[:16]}.tar"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        _write_archive(partial, layer)
        partial.rename(path)
    return path


def _layer():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, mode in (("bin", 0o755), ("etc", 0o755), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755),
                           ("root", 0o700), ("tmp", 0o1777), ("run", 0o755)):
            _add_folder(tar, name, mode)
        _add_file(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n", 0o644)
        _add_file(tar, "bin/busybox", pathlib.Path(BUSYBOX).read_bytes(), 0o755)
        for applet in run(BUSYBOX, "--list").split():
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
    return buffer.getvalue()


def _write_archive(path, layer):
    digest = hashlib.sha256(layer).hexdigest()
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
                         "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]}}).encode()
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [f"docker.io/{IMAGE}"], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(path, "w") as tar:
        _add_file(tar, "layer.tar", layer, 0o644)
        _add_file(tar, config_name, config, 0o644)
        _add_file(tar, "manifest.json", manifest, 0o644)


def _add_folder(tar, name, mode):
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, mode
    tar.addfile(info)


def _add_file(tar, name, content, mode):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    tar.addfile(info, io.BytesIO(content))
