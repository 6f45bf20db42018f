"""Names, addresses and paths of one lab: everything that follows from its name and its wire, and nothing that runs."""
import ipaddress
import json
import os
import pathlib
import re
from dataclasses import asdict, dataclass

from weftlab.errors import LabError

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path("/var/cache/weft-lab")
RUN = pathlib.Path("/run/weft-lab")
DEFAULT_NAME = "weft"
DEFAULT_API_PORT = 9696
# Networks for documentation (RFC 5737, RFC 3849): they live only inside the lab's namespaces.
UNDERLAYS = {4: ("192.0.2.{}", 24), 6: ("2001:db8::{}", 64)}
VERSIONS = {"4": (4,), "6": (6,), "dual": (4, 6)}  # the preferred one first
CONTROLLER_NUMBER, FIRST_WORKER_NUMBER = 1, 11
STORE_PORT = 6640
DIAGNOSTICS_PORT = 9697
# Every process of a lab carries this variable, so that `down` finds what a crashed lab left.
MARK = "WEFT_LAB_MARK"


@dataclass(frozen=True)
class Wire:
    """The network between the nodes: whether each worker has IPv4, IPv6 or both there, and its MTU."""

    underlay: str = "4"  # "4", "6" or "dual"; a list separated by commas: worker1's, worker2's, ..., all others'
    mtu: int = 1500

    @staticmethod
    def from_environment():
        """The one that LAB_UNDERLAY and LAB_UNDERLAY_MTU ask for."""
        mtu = os.environ.get("LAB_UNDERLAY_MTU", str(Wire.mtu))
        if not mtu.isdecimal():
            raise LabError(f"LAB_UNDERLAY_MTU={mtu!r} is no number")
        return Wire(os.environ.get("LAB_UNDERLAY", Wire.underlay), int(mtu))

    def __post_init__(self):
        if not set(self.underlay.split(",")) <= set(VERSIONS):
            raise LabError(f"underlay {self.underlay!r}: {', '.join(VERSIONS)}, or a list of these for worker1, worker2, ...")
        if not 1350 <= self.mtu <= 9000:  # IPv6 inside of IPv6 tunnels
            raise LabError(f"underlay MTU {self.mtu}: 1350 to 9000")

    def versions_of(self, number):
        """The IP versions of a worker."""
        words = self.underlay.split(",")
        return VERSIONS[words[min(number, len(words)) - 1]]

    @property
    def versions(self):
        """The IP versions that some worker has."""
        return tuple(sorted({version for word in self.underlay.split(",") for version in VERSIONS[word]}))

    @property
    def overlay_version(self):
        """The version of tunnels that takes the most room."""
        return 4 if all(4 in VERSIONS[word] for word in self.underlay.split(",")) else 6


@dataclass(frozen=True)
class Node:
    """A controller or worker: a network namespace with addresses on the underlay."""

    lab: "Lab"
    name: str
    addresses: tuple

    @property
    def address(self):
        """The preferred one."""
        return self.addresses[0]

    def addresses_for(self, other):
        """Where another node reaches this one."""
        versions = {version_of(address) for address in other.addresses}
        return [address for address in self.addresses if version_of(address) in versions]

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
    wire: Wire = Wire()

    @staticmethod
    def from_environment():
        """The lab of this name; one that is up has the wire that it was made with."""
        name = os.environ.get("LAB_NAME", DEFAULT_NAME)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}", name):
            raise LabError(f"LAB_NAME={name!r}: letters, digits, '-' and '_' only, at most 31")
        lab = Lab(name)
        made = lab.recorded()
        return Lab(name, Wire(**made.get("wire", {}))) if made else lab

    def recorded(self):
        """What was recorded when the lab was made, or None."""
        try:
            return json.loads((self.dir / "lab.json").read_text())
        except FileNotFoundError:
            return None

    def record(self, worker_count):
        """Records what the lab consists of."""
        (self.dir / "lab.json").write_text(json.dumps({"workers": worker_count, "wire": asdict(self.wire)}))

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
        return Node(self, "controller", _addresses(self.wire.versions, CONTROLLER_NUMBER))

    @property
    def underlay(self):
        """The wire between the nodes: a namespace with a bridge, and no address of its own."""
        return Node(self, "underlay", ())

    def worker(self, number):
        return Node(self, f"worker{number}", _addresses(self.wire.versions_of(number), FIRST_WORKER_NUMBER - 1 + number))

    def workers(self, count):
        return [self.worker(number) for number in range(1, count + 1)]

    def store_remote(self, node):
        """Where this node reaches the store."""
        return f"tcp:{bracketed(self.controller.addresses_for(node)[0])}:{STORE_PORT}"

    @property
    def store_socket(self):
        return self.controller.dir / "store.sock"


def _addresses(versions, number):
    return tuple(UNDERLAYS[version][0].format(number) for version in versions)


def version_of(address):
    return ipaddress.ip_address(address).version


def bracketed(address):
    """An address as it stands before a port."""
    return address if version_of(address) == 4 else f"[{address}]"
