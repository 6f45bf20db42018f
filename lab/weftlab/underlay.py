"""The wires between the nodes: Linux bridges in a namespace of their own, a veth pair to every node."""
from weftlab import netns
from weftlab.layout import UNDERLAYS, version_of
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
        run("ip", "-n", namespace, "link", "set", bridge, "mtu", str(lab.wire.mtu), "up")


def add_node(node):
    """Makes the node's namespace and its NIC on the underlay."""
    netns.create(node.namespace)
    _plug(node, NIC, BRIDGE, node.name)


def add_provider_nic(node):
    """A second NIC: the provider network's wire, on which nothing of the lab has an address."""
    _plug(node, PROVIDER_NIC, PROVIDER_BRIDGE, f"p-{node.name}")


def _plug(node, nic, bridge, far_end):
    namespace, mtu = node.lab.underlay.namespace, str(node.lab.wire.mtu)
    run("ip", "link", "add", nic, "netns", node.namespace, "mtu", mtu,
        "type", "veth", "peer", "name", far_end, "netns", namespace, "mtu", mtu)
    run("ip", "-n", namespace, "link", "set", far_end, "master", bridge, "up")
    run("ip", "-n", node.namespace, "link", "set", nic, "up")
    # A switch that reads this wire as raw packets can't complete a checksum that the sender left to its NIC.
    netns.run_in(node, "ethtool", "-K", nic, "tx", "off")


def give_addresses(node, device):
    for address in node.addresses:
        version = version_of(address)
        # Nobody else on this wire has the address: waiting for duplicates would only delay the tunnels.
        netns.run_in(node, "ip", "address", "replace", f"{address}/{UNDERLAYS[version][1]}", "dev", device,
                     *(["nodad"] if version == 6 else []))
    netns.run_in(node, "ip", "link", "set", device, "mtu", str(node.lab.wire.mtu), "up")
