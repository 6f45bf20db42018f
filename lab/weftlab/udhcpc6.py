"""busybox's DHCPv6 client, which Debian's builds of busybox leave out: built once from Debian's source, cached."""
import pathlib
import re
import tempfile

from weftlab.errors import LabError
from weftlab.layout import CACHE
from weftlab.shell import run

PROGRAM = CACHE / "udhcpc6"
OPTIONS = ("STATIC", "FEATURE_IPV6", "LONG_OPTS", "UDHCPC6", "FEATURE_UDHCPC6_RFC3646", "FEATURE_UDHCPC6_RFC4704",
           "FEATURE_UDHCPC6_RFC4833", "FEATURE_UDHCPC6_RFC5970")
MAIN_REPOSITORY = "$(REPO_URI) $(CODENAME) $(COMPONENT)"


def program():
    """The path of a static udhcpc6; builds it when it is missing. A LabError where the source can't be had."""
    if not PROGRAM.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as work:
            _build(_unpacked_source(pathlib.Path(work))).rename(PROGRAM)
    return PROGRAM


def _unpacked_source(work):
    """busybox's original source, by way of package lists of our own: the machine's stay as they are."""
    found = run("apt-get", "indextargets", "--format", MAIN_REPOSITORY, "Created-By: Packages", "Origin: Debian",
                "Component: main").splitlines()
    repository = next((line for line in found if re.search(r" [a-z]+ main$", line)), None)
    if repository is None:
        raise LabError("apt knows no repository of Debian's to take busybox's source from")
    (work / "lists/partial").mkdir(parents=True)
    (work / "sources.list").write_text(f"deb-src {repository}\n")
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::SourceList={work}/sources.list", "-o", "Dir::Etc::SourceParts=/dev/null",
           "-o", f"Dir::State::Lists={work}/lists", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=",
           "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"]
    run(*apt, "update")
    run("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", work, *apt, "source", "--download-only", "busybox")
    [archive] = work.glob("busybox_*.orig.tar.*")
    run("tar", "-xf", archive, "-C", work)
    [source] = work.glob("busybox-*/")
    return source


def _build(source):
    """A busybox with this one applet; it then is that applet, whatever it is called."""
    make = ["make", "-s", "-C", source]
    run(*make, "allnoconfig")
    config = source / ".config"
    wanted = "".join(f"CONFIG_{option}=y\n" for option in OPTIONS)
    kept = [line for line in config.read_text().splitlines(True) if not any(f"CONFIG_{o} " in line for o in OPTIONS)]
    config.write_text("".join(kept) + wanted)
    run(*make, "oldconfig", input="\n" * 1000)
    run(*make, "-j4", "busybox")
    return source / "busybox"
