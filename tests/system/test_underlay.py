"""A lab of its own: one node with IPv6 underneath, one with both, one with IPv4, and a wire for 9000 bytes."""
import json
import os
import re
import subprocess

import pytest
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

import bulk
from story.first_light import LISTENING
from story.teller import LAB, Teller
from tenant import Tenant

UNDERLAY = ("--workers", "3", "--underlay", "6,dual,4", "--underlay-mtu", "9000")
SIX, BOTH, FOUR = "worker1", "worker2", "worker3"
ADDRESSES = {SIX: ("2001:db8::11",), BOTH: ("192.0.2.12", "2001:db8::12"), FOUR: ("192.0.2.13",)}
WAYS = [(SIX, BOTH, "2001:db8::11", "2001:db8::12"), (FOUR, BOTH, "192.0.2.13", "192.0.2.12")]
MTU = 9000 - 70  # Ethernet, IPv6, UDP and VXLAN or Geneve
HEADERS = 28  # IPv4 and ICMP
TUNNEL_PORTS = {"vxlan": 4789, "geneve": 6081}
COPIES = 3


@pytest.fixture(scope="module")
def wide():
    """Runs commands in that lab's environment."""
    name = f"{os.environ['LAB_NAME']}-wide"
    environment = {**os.environ, "LAB_NAME": name}
    subprocess.run([LAB, "down"], check=True, env=environment)
    try:
        subprocess.run([LAB, "up", *UNDERLAY], check=True, env=environment)
        yield Teller(quiet=True, lab=name)
    finally:
        if not os.environ.get("KEEP_LAB"):
            subprocess.run([LAB, "down"], check=True, env=environment)


@pytest.fixture(scope="module", params=TUNNEL_PORTS)
def pods(wide, request):
    """A pod on every node, on a network of each encapsulation."""
    with Tenant(wide, **{"provider:network_type": request.param}) as tenant:
        pods = {node: tenant.start_place(node, node) for node in ADDRESSES}
        pods["tunnel port"] = TUNNEL_PORTS[request.param]
        yield pods


def ping(source, target, *options):
    return source.run("ping", "-q", "-c", "3", "-i", "0.2", "-W", "2", *options, target.ip, check=False)


def test_nodes_advertise_all_their_addresses(wide):
    shown = wide.run("weft node list")
    for node, addresses in ADDRESSES.items():
        assert re.search(rf"\| {node} +\| {', '.join(addresses)} +\|", shown), shown


@pytest.mark.parametrize(("one", "other", "source", "target"), WAYS)
def test_nodes_meet_in_the_version_that_both_have(wide, pods, one, other, source, target):
    capture = f"lab exec {other} -- tcpdump -l -n -i eth0 udp port {pods['tunnel port']}"
    with wide.beside(capture, LISTENING) as wire:
        assert "3 received" in ping(pods[one], pods[other])
        wire.wait_for(rf"{re.escape(source)}\.\d+ > {re.escape(target)}\.{pods['tunnel port']}:")
        wire.wait_for(rf"{re.escape(target)}\.\d+ > {re.escape(source)}\.{pods['tunnel port']}:")


def dropped(wide, reason):
    """What the node with IPv6 only dropped for this reason."""
    drops = json.loads(wide.run("weft drops --format json"))
    return sum(drop["packets"] for drop in drops if (drop["reason"], drop["node"]) == (reason, SIX))


def test_nodes_without_a_version_in_common_drop_what_is_for_each_other(wide, pods):
    before = dropped(wide, "unknown destination")
    assert "0 received" in ping(pods[SIX], pods[FOUR])
    wide.wait(lambda: dropped(wide, "unknown destination") >= before + 3, "what had no tunnel is counted")


@pytest.mark.parametrize(("one", "other", "source", "target"), WAYS)
def test_what_is_as_large_as_the_network_s_mtu_passes(pods, one, other, source, target):
    assert f"mtu {MTU} " in pods[one].run("ip", "link", "show", "eth0")
    assert "3 received" in ping(pods[one], pods[other], "-M", "do", "-s", str(MTU - HEADERS))


@pytest.mark.parametrize(("one", "other", "source", "target"), WAYS)
def test_bulk_transfers_pass_both_ways(pods, one, other, source, target):
    for sender, receiver in ((one, other), (other, one)):
        bulk.transfer(pods[sender], pods[receiver], pods[receiver].ip)


def test_a_guest_has_the_network_s_mtu(wide):
    with Tenant(wide) as tenant:
        guest, address = tenant.start_vm("guest", SIX)
        pod = tenant.start_place("pod", BOTH)
        assert wide.run(f"lab vm exec {guest} -- cat /sys/class/net/eth0/mtu").strip() == str(MTU)
        assert " 0% packet loss" in wide.run(f"lab vm exec {guest} -- ping -c 3 -s {MTU - HEADERS} {pod.ip}")
        assert "3 received" in pod.run("ping", "-q", "-c", "3", "-i", "0.2", "-M", "do", "-s", str(MTU - HEADERS), address)


@pytest.mark.parametrize(("one", "other", "source", "target"), WAYS)
def test_an_agent_that_starts_finds_the_ends_of_its_tunnels(wide, pods, one, other, source, target):
    wide.run(f"lab kill agent {one}")
    # With its cached flows the switch forgets that it need not look at the neighbours' answers.
    wide.run(f"lab exec {one} -- sh -c 'ovs-appctl tnl/neigh/flush; ovs-appctl dpctl/del-flows'")
    wide.run(f"lab start agent {one}")
    wide.wait(lambda: re.search(rf"^{re.escape(target)} ", wide.run(f"lab exec {one} -- ovs-appctl tnl/neigh/show"), re.M),
              f"{one} knows the MAC of {target}")


def test_a_network_does_not_reach_the_ends_of_tunnels(wide):
    sent = len(TUNNEL_PORTS) * COPIES
    with Tenant(wide) as tenant:
        sender = tenant.start_place("sender", SIX, security_groups=[], port_security_enabled=False)
        sender.silence()
        with sender.wire() as wire:
            for port in (*TUNNEL_PORTS.values(), 4790):
                wire.send(*[Ether(src=sender.mac, dst="02:00:00:00:00:01") / IPv6(src=sender.ip6, dst=ADDRESSES[SIX][0]) /
                            UDP(sport=5555, dport=port)] * COPIES)
        wide.wait(lambda: dropped(wide, "tunnel endpoint") >= sent, "what went to the ends of tunnels is counted")
        assert dropped(wide, "tunnel endpoint") == sent
