"""The wire between the nodes: a Linux bridge in a namespace of its own, a veth pair to every node."""
from weftlab import netns
from weftlab.layout import UNDERLAY_MTU
from weftlab.shell import run

BRIDGE = "br-underlay"
NIC = "eth0"


def create(lab):
    namespace = lab.underlay.namespace
    netns.create(namespace)
    run("ip", "-n", namespace, "link", "add", BRIDGE, "type", "bridge", "forward_delay", "0", "mcast_snooping", "0")
    run("ip", "-n", namespace, "link", "set", BRIDGE, "mtu", str(UNDERLAY_MTU), "up")


def plug(node):
    """Makes the node's namespace and its NIC. The NIC's other end carries the node's name on the bridge."""
    namespace = node.lab.underlay.namespace
    netns.create(node.namespace)
    run("ip", "link", "add", NIC, "netns", node.namespace, "mtu", str(UNDERLAY_MTU),
        "type", "veth", "peer", "name", node.name, "netns", namespace, "mtu", str(UNDERLAY_MTU))
    run("ip", "-n", namespace, "link", "set", node.name, "master", BRIDGE, "up")
    run("ip", "-n", node.namespace, "link", "set", NIC, "up")
    # A switch that reads this wire as raw packets can't complete a checksum that the sender left to its NIC.
    netns.run_in(node, "ethtool", "-K", NIC, "tx", "off")


def give_address(node, device):
    netns.run_in(node, "ip", "address", "replace", f"{node.address}/24", "dev", device)
    netns.run_in(node, "ip", "link", "set", device, "mtu", str(UNDERLAY_MTU), "up")
