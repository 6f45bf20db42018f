"""The wires between the nodes: Linux bridges in a namespace of their own, a veth pair to every node."""
from weftlab import netns
from weftlab.layout import UNDERLAY_MTU
from weftlab.shell import run

BRIDGE = "br-underlay"
NIC = "eth0"
PROVIDER_BRIDGE = "br-provider"
PROVIDER_NIC = "eth1"


def create(lab):
    namespace = lab.underlay.namespace
    netns.create(namespace)
    for bridge in (BRIDGE, PROVIDER_BRIDGE):
        run("ip", "-n", namespace, "link", "add", bridge, "type", "bridge", "forward_delay", "0", "mcast_snooping", "0")
        run("ip", "-n", namespace, "link", "set", bridge, "mtu", str(UNDERLAY_MTU), "up")


def add_node(node):
    """Makes the node's namespace and its NIC on the underlay."""
    netns.create(node.namespace)
    _plug(node, NIC, BRIDGE, node.name)


def add_provider_nic(node):
    """A second NIC: the provider network's wire, on which nothing of the lab has an address."""
    _plug(node, PROVIDER_NIC, PROVIDER_BRIDGE, f"p-{node.name}")


def _plug(node, nic, bridge, far_end):
    namespace = node.lab.underlay.namespace
    run("ip", "link", "add", nic, "netns", node.namespace, "mtu", str(UNDERLAY_MTU),
        "type", "veth", "peer", "name", far_end, "netns", namespace, "mtu", str(UNDERLAY_MTU))
    run("ip", "-n", namespace, "link", "set", far_end, "master", bridge, "up")
    run("ip", "-n", node.namespace, "link", "set", nic, "up")
    # A switch that reads this wire as raw packets can't complete a checksum that the sender left to its NIC.
    netns.run_in(node, "ethtool", "-K", nic, "tx", "off")


def give_address(node, device):
    netns.run_in(node, "ip", "address", "replace", f"{node.address}/24", "dev", device)
    netns.run_in(node, "ip", "link", "set", device, "mtu", str(UNDERLAY_MTU), "up")
