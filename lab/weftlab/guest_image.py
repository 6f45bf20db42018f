"""The guest: Debian's cloud kernel and an initramfs of busybox, ip, tcpdump and programs of its own. Built once, cached."""
import hashlib
import os
import pathlib
import shutil
import sys
import tempfile

from weftlab import udhcpc6
from weftlab.errors import LabError
from weftlab.layout import CACHE, ROOT
from weftlab.shell import run

SOURCES = ROOT / "lab/guest"
BUSYBOX = "/bin/busybox"
# busybox's own shell would run its applet `ip` whatever the PATH says.
PROGRAMS = {"/bin/dash": "/bin/sh", "/sbin/ip": "/bin/ip", "/usr/bin/tcpdump": "/bin/tcpdump",
            "/bin/ping": "/bin/iputils-ping"}
MODULES = ("virtio_mmio", "virtio_net", "virtio_console", "ipip", "af_packet", "veth")
FOLDERS = ("bin", "sbin", "usr/bin", "usr/sbin", "etc", "proc", "sys", "dev", "root", "tmp", "run", "lib/modules", "var/run")


def kernel():
    """The newest of Debian's cloud kernels."""
    found = sorted(pathlib.Path("/boot").glob("vmlinuz-*-cloud-amd64"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise LabError("no kernel for guests: install linux-image-cloud-amd64")
    return found[-1]


def initramfs():
    """The path of the initramfs; builds it when an input has changed."""
    path = CACHE / f"guest-{_fingerprint()}.cpio"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as work:
            _build(pathlib.Path(work) / "root", pathlib.Path(work) / "image")
            (pathlib.Path(work) / "image").rename(path)
    return path


def _fingerprint():
    digest = hashlib.sha256(kernel().name.encode())
    for path in [*sorted(SOURCES.iterdir()), pathlib.Path(__file__), pathlib.Path(udhcpc6.__file__), pathlib.Path(BUSYBOX),
                 *PROGRAMS]:
        digest.update(pathlib.Path(path).read_bytes())
    return digest.hexdigest()[:16]


def _build(root, image):
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    _add_busybox(root)
    for source, target in PROGRAMS.items():
        _add_program(root, source, target)
    _add_modules(root)
    _compile("exec_agent.cc", root / "bin/exec-agent")
    _compile("frame_sender.cc", root / "bin/frame-sender")
    _copy(SOURCES / "init", root / "init", 0o755)
    for script in ("udhcpc.sh", "udhcpc6.sh"):
        _copy(SOURCES / script, root / "etc" / script, 0o755)
    _add_udhcpc6(root)
    # tcpdump becomes the user of its name, who has to exist.
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\ntcpdump:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    # Not compressed: the guest's emulated processor would take longer to unpack it than to copy it.
    run("sh", "-c", 'cd "$1" && find . | cpio --quiet -o -H newc >"$2"', "sh", root, image)


def tsc_khz():
    """The frequency of the host's time stamp counter."""
    source = SOURCES / "tsc_khz.cc"
    program = CACHE / f"tsc-khz-{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = program.with_suffix(f".{os.getpid()}")
        _compile(source.name, partial)
        partial.rename(program)
    return run(program).strip()


def _compile(source, target):
    run("g++", "-std=c++20", "-Os", "-static", "-s", "-fno-exceptions", "-fno-rtti", SOURCES / source, "-o", target)


def _copy(source, target, mode):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    os.chmod(target, mode)


def _add_busybox(root):
    _copy(BUSYBOX, root / "bin/busybox", 0o755)
    for applet in run(BUSYBOX, "--list").split():
        link = root / "bin" / applet
        if not link.exists():
            link.symlink_to("busybox")


def _add_udhcpc6(root):
    """Guests do without where its source can't be had: none starts it by itself."""
    try:
        _copy(udhcpc6.program(), root / "bin/udhcpc6", 0o755)
    except LabError as error:
        print(f"lab: guests have no udhcpc6: {error}", file=sys.stderr)


def _add_program(root, source, target):
    """A dynamically linked program with its libraries, in place of the applet of that name."""
    (root / target.lstrip("/")).unlink(missing_ok=True)
    _copy(source, root / target.lstrip("/"), 0o755)
    for line in run("ldd", source).splitlines():
        for word in line.split():
            if word.startswith("/"):
                _copy(word, root / word.lstrip("/"), 0o755)


def _add_modules(root):
    """The modules with what they need, and the order to load them in. What is built in has no file."""
    version = kernel().name.removeprefix("vmlinuz-")
    order = []
    for module in MODULES:
        for line in run("modprobe", "-S", version, "--show-depends", module, check=False).splitlines():
            action, _, path = line.strip().partition(" ")
            if action == "insmod" and path not in order:
                order.append(path)
    for path in order:
        _copy(path, root / "lib/modules" / pathlib.Path(path).name, 0o644)
    (root / "lib/modules/order").write_text("".join(f"{pathlib.Path(path).name}\n" for path in order))
