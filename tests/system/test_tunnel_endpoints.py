"""What looks like a tunnel's packet, sent inside a network: the switch must not unpack it into another network."""
import json
import re

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

from attacks import ip4
from place import Place, mark
from stage import CONTROL_PORT, UNCHECKED
from tenant import Tenant

VXLAN_PORT, NEXT_PORT = 4789, 4790
COPIES = 3


class Tunnelled:
    """A sender that nobody checks and a host's own port in one network; a victim in another; tunnels between their nodes."""

    def __init__(self, teller, mine, other):
        self.t = teller
        host_port = mine.port("worker1")
        mine.wire("worker1", host_port, "hp-tunnels")
        mine.give_address("worker1", host_port, "hp-tunnels")
        mine.wait_for_status(host_port["id"], "ACTIVE")
        self.sender = mine.start_place("sender", "worker1", **UNCHECKED)
        mine.start_place("peer", "worker2")
        self.victim = other.start_place("victim", "worker1")
        self.neighbour = other.start_place("neighbour", "worker1")
        for place in (self.sender, self.victim, self.neighbour):
            place.silence()
        self.host = Place(self._namespace("worker1"), "hp-tunnels", host_port)
        self.network = other.request("GET", f"networks/{other.network}")["network"]

    def _namespace(self, node):
        return f"/var/run/netns/{self.t.environment['LAB_NAME']}-{node}"

    def underlay(self, node):
        """Address and MAC of the node's end of tunnels."""
        text = self.t.run(f"lab exec {node} -- ip address show br-phy")
        return re.search(r"inet ([\d.]+)", text)[1], re.search(r"link/ether (\S+)", text)[1]

    def frame(self, mac, text, port=VXLAN_PORT):
        """As if worker2 had sent the victim something."""
        here, _ = self.underlay("worker1")
        peer, _ = self.underlay("worker2")
        inner = Ether(src=self.sender.mac, dst=self.victim.mac) / IP(src="10.77.0.99", dst=self.victim.ip) / \
            UDP(sport=1, dport=CONTROL_PORT) / Raw(text)
        return Ether(src=self.sender.mac, dst=mac) / IP(src=peer, dst=here) / UDP(sport=5555, dport=port, chksum=0) / \
            VXLAN(vni=int(self.network["provider:segmentation_id"]), flags=8) / inner

    def dropped(self):
        drops = json.loads(self.t.run("weft drops --format json"))
        return sum(drop["packets"] for drop in drops if drop["reason"] == "tunnel endpoint" and drop["node"] == "worker1")


@pytest.fixture(scope="module")
def tunnelled(teller):
    with Tenant(teller) as mine, Tenant(teller) as other:
        yield Tunnelled(teller, mine, other)


@pytest.mark.parametrize("whose", ["the tunnels' device", "the host's port"])
def test_a_tunnels_packet_from_inside_a_network_is_never_unpacked(tunnelled, whose):
    _, device = tunnelled.underlay("worker1")
    mac = device if whose == "the tunnels' device" else tunnelled.host.mac
    secret, last = mark(), mark()
    before = tunnelled.dropped()
    with tunnelled.sender.wire() as mine, tunnelled.host.wire() as host, \
            tunnelled.neighbour.wire() as near, tunnelled.victim.wire() as theirs:
        mine.send(*[tunnelled.frame(mac, secret)] * COPIES, tunnelled.frame(mac, last, NEXT_PORT))
        assert not any(secret in frame for frame in host.heard_until(last)), "it reached the host"
        tunnelled.t.wait(lambda: tunnelled.dropped() >= before + COPIES, "each is counted")
        near.send(ip4(tunnelled.neighbour, tunnelled.victim, payload=UDP(sport=9, dport=CONTROL_PORT) / Raw(last)))
        assert not any(secret in frame for frame in theirs.heard_until(last)), "it reached another network"
