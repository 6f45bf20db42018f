"""Names, addresses and paths of one lab: everything that follows from its name and nothing that runs."""
import os
import pathlib
import re
from dataclasses import dataclass

from weftlab.errors import LabError

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path("/var/cache/weft-lab")
RUN = pathlib.Path("/run/weft-lab")
DEFAULT_NAME = "weft"
DEFAULT_API_PORT = 9696
UNDERLAY_PREFIX = "192.0.2"  # TEST-NET-1: lives only inside the lab's namespaces
UNDERLAY_MTU = 1500
STORE_PORT = 6640
DIAGNOSTICS_PORT = 9697
# Every process of a lab carries this variable, so that `down` finds what a crashed lab left.
MARK = "WEFT_LAB_MARK"


@dataclass(frozen=True)
class Node:
    """A controller or worker: a network namespace with an address on the underlay."""

    lab: "Lab"
    name: str
    address: str

    @property
    def namespace(self):
        return self.lab.namespace(self.name)

    @property
    def dir(self):
        return self.lab.dir / self.name

    @property
    def ovs_dir(self):
        return self.dir / "ovs"

    @property
    def cni_socket(self):
        return self.dir / "cni.sock"

    def ovs_environment(self):
        """What the OVS tools need to talk to this node's switch."""
        path = str(self.ovs_dir)
        return {"OVS_RUNDIR": path, "OVS_LOGDIR": path, "OVS_DBDIR": path}


@dataclass(frozen=True)
class Lab:
    """One lab. Two labs with different names do not touch each other."""

    name: str

    @staticmethod
    def from_environment():
        name = os.environ.get("LAB_NAME", DEFAULT_NAME)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}", name):
            raise LabError(f"LAB_NAME={name!r}: letters, digits, '-' and '_' only, at most 31")
        return Lab(name)

    @property
    def dir(self):
        return RUN / self.name

    @property
    def logs(self):
        return self.dir / "logs"

    @property
    def lock_file(self):
        return RUN / f"{self.name}.lock"

    @property
    def build_dir(self):
        return pathlib.Path(os.environ.get("WEFT_BUILD", ROOT / "build"))

    @property
    def mark(self):
        return {MARK: self.name}

    def namespace(self, node_name):
        return f"{self.name}-{node_name}"

    def owns_namespace(self, namespace):
        return re.fullmatch(re.escape(self.name) + r"-(controller|underlay|worker\d+)", namespace) is not None

    @property
    def controller(self):
        return Node(self, "controller", f"{UNDERLAY_PREFIX}.1")

    @property
    def underlay(self):
        """The wire between the nodes: a namespace with a bridge, and no address of its own."""
        return Node(self, "underlay", "")

    def worker(self, number):
        return Node(self, f"worker{number}", f"{UNDERLAY_PREFIX}.{10 + number}")

    def workers(self, count):
        return [self.worker(number) for number in range(1, count + 1)]

    @property
    def store_remote(self):
        return f"tcp:{self.controller.address}:{STORE_PORT}"

    @property
    def store_socket(self):
        return self.controller.dir / "store.sock"
