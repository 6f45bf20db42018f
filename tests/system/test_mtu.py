"""Document 003's trap: instances that were left at 1500 among ports at 1450. What is too big is answered, never swallowed."""
import errno
import re
import select
import socket
import time
from types import SimpleNamespace

import pytest

import bulk
from place import PATIENCE, mark
from tenant import Tenant
from weftlab.layout import Wire

STUBBORN = 1500
ADVICE = STUBBORN - {4: 50, 6: 70}[Wire.from_environment().overlay_version]  # less by a tunnel's headers
LOWERED = 1300
# From linux/in.h and linux/in6.h; Python does not name them.
V4 = SimpleNamespace(family=socket.AF_INET, level=socket.IPPROTO_IP, discover=10, mtu=14, headers=28, ping="-4")
V6 = SimpleNamespace(family=socket.AF_INET6, level=socket.IPPROTO_IPV6, discover=23, mtu=24, headers=48, ping="-6")
NEVER_FRAGMENT, LEAVE_DF_OUT = 2, 0
VERSIONS = {"IPv4": V4, "IPv6": V6}
TARGETS = ("near", "far", "stubborn")


class World:
    """Pods that took the advice, near and far, and two that did not."""

    def __init__(self, tenant):
        self.tenant, self.t = tenant, tenant.t
        tenant.allow_ipv6()
        tenant.post("subnet", network_id=tenant.network, cidr="fd77::/64", ip_version=6)
        self.me = tenant.start_place("me", "worker1")
        self.places = {"near": tenant.start_place("near", "worker1"), "far": tenant.start_place("far", "worker2"),
                       "stubborn": tenant.start_place("stubborn", "worker2")}
        for place in (self.me, self.places["stubborn"]):
            place.run("ip", "link", "set", "eth0", "mtu", str(STUBBORN))

    def forget(self):
        """Nobody knows a path's MTU any more."""
        for place in (self.me, *self.places.values()):
            for version in ("-4", "-6"):
                place.run("ip", version, "route", "flush", "cache")

    def too_big(self):
        return self.tenant.drops(self.me.id)["too big"]


@pytest.fixture(scope="module")
def world(teller):
    with Tenant(teller) as tenant:
        yield World(tenant)


@pytest.fixture(params=VERSIONS)
def version(world, request):
    world.forget()
    return VERSIONS[request.param]


@pytest.fixture(params=TARGETS)
def target(world, request):
    return world.places[request.param]


def address(place, version):
    """The fixed IP of this version."""
    addresses = [ip["ip_address"] for ip in place.port["fixed_ips"]]
    return next(address for address in addresses if (":" in address) == (version is V6))


def ping(place, to, version, packet):
    """One echo request of so many bytes, headers included, that must not be fragmented; gives what ping printed."""
    return place.run("ping", version.ping, "-c", "1", "-W", "2", "-M", "do", "-s", str(packet - version.headers), to,
                     check=False)


def told(output):
    """The MTU that the answer named."""
    found = re.search(r"mtu ?= ?(\d+)", output)
    assert found, output
    return int(found[1])


def test_an_echo_request_that_is_too_big_is_answered_with_the_mtu(world, version, target):
    to = address(target, version)
    assert told(ping(world.me, to, version, STUBBORN)) == ADVICE
    assert f"mtu {ADVICE}" in world.me.run("ip", "route", "get", to)
    assert "1 received" in ping(world.me, to, version, ADVICE)


def test_one_byte_too_much_is_too_big(world, version, target):
    to = address(target, version)
    assert "1 received" in ping(world.me, to, version, ADVICE)
    assert told(ping(world.me, to, version, ADVICE + 1)) == ADVICE


def datagrams(world, target, version, discovery):
    """A sender of this version that is connected to a receiver."""
    receiver = target.socket(version.family, socket.SOCK_DGRAM)
    receiver.bind(("", 0))
    sender = world.me.socket(version.family, socket.SOCK_DGRAM)
    sender.setsockopt(version.level, version.discover, discovery)
    sender.connect((address(target, version), receiver.getsockname()[1]))
    return sender, receiver


def datagram(version):
    """One whose packet is as large as a stubborn instance's interface takes."""
    return mark().ljust(STUBBORN - version.headers, b".")


def test_a_datagram_that_must_not_be_fragmented_gets_its_error(world, version, target):
    sender, receiver = datagrams(world, target, version, NEVER_FRAGMENT)
    with sender, receiver:
        sender.send(datagram(version))
        # The error wakes the socket up, and is what the next attempt says.
        assert select.select([sender], [], [], PATIENCE)[0], "no answer"
        with pytest.raises(OSError) as error:
            sender.send(datagram(version))
        assert error.value.errno == errno.EMSGSIZE
        assert sender.getsockopt(version.level, version.mtu) == ADVICE


@pytest.mark.parametrize("discovery", [LEAVE_DF_OUT, 1], ids=["without DF", "by default"])
def test_a_datagram_that_may_be_fragmented_arrives_at_the_second_attempt(world, version, target, discovery):
    sender, receiver = datagrams(world, target, version, discovery)
    with sender, receiver:
        first, second = datagram(version), datagram(version)
        sender.send(first)
        world.t.wait(lambda: sender.getsockopt(version.level, version.mtu) == ADVICE, "the answer came")
        _send_again(sender, second)
        assert select.select([receiver], [], [], PATIENCE)[0]
        assert receiver.recv(65536) == second


def _send_again(sender, data):
    """A socket says once that something was too big, then fragments."""
    try:
        sender.send(data)
    except OSError as error:
        assert error.errno == errno.EMSGSIZE
        sender.send(data)


def test_bulk_transfers_pass_both_ways(world, version, target):
    bulk.transfer(world.me, target, address(target, version))
    bulk.transfer(target, world.me, address(world.me, version))


def test_a_bulk_transfer_between_the_stubborn_begins_too_big_and_passes(world, version):
    stubborn, before = world.places["stubborn"], world.too_big()
    bulk.transfer(world.me, stubborn, address(stubborn, version))
    assert f"mtu {ADVICE}" in world.me.run("ip", "route", "get", address(stubborn, version))
    world.t.wait(lambda: world.too_big() > before, "what was too big is counted")


def test_what_is_too_big_is_counted_for_its_sender(world, version):
    to, before = address(world.places["far"], version), world.too_big()
    ping(world.me, to, version, STUBBORN)
    world.t.wait(lambda: world.too_big() == before + 1, "one more is too big")


def test_a_lowered_mtu_is_answered_at_once(world, version):
    to = address(world.places["far"], version)
    near = world.places["near"]
    assert "1 received" in ping(near, to, version, ADVICE)
    try:
        world.t.run(f"openstack network set --mtu {LOWERED} {world.tenant.network}")
        lowered = time.monotonic()
        world.t.wait(lambda: f"mtu = {LOWERED}" in (said := ping(near, to, version, ADVICE)) or f"mtu={LOWERED}" in said,
                     "the new MTU is the answer")
        assert time.monotonic() - lowered < 2
        assert "1 received" in ping(near, to, version, LOWERED)
    finally:
        world.t.run(f"openstack network set --mtu {ADVICE} {world.tenant.network}")
        world.forget()


def test_a_guest_that_was_left_at_1500_is_answered_and_reaches_everybody(teller):
    with Tenant(teller) as tenant:
        guest, _ = tenant.start_vm("stubborn", "worker1")
        exec_guest = f"lab vm exec {guest} --"
        assert teller.run(f"{exec_guest} cat /sys/class/net/eth0/mtu").strip() == str(ADVICE), "what DHCP advised"
        teller.run(f"{exec_guest} ip link set eth0 mtu {STUBBORN}")
        for node in ("worker1", "worker2"):
            pod = tenant.start_place(node, node)
            pod.run("ip", "link", "set", "eth0", "mtu", str(STUBBORN))
            said = teller.run(f"{exec_guest} iputils-ping -c 1 -W 2 -M do -s {STUBBORN - V4.headers} {pod.ip}", expect=1)
            assert told(said) == ADVICE
            assert f"mtu {ADVICE}" in teller.run(f"{exec_guest} ip route get {pod.ip}")
            _takes_from_guest(teller, exec_guest, pod)


def _takes_from_guest(teller, exec_guest, pod, size=2 << 20):
    """The guest sends so many bytes over TCP, having forgotten what it was told."""
    teller.run(f"{exec_guest} ip route flush cache")
    with pod.socket() as listener:
        listener.settimeout(PATIENCE)
        listener.bind(("", 0))
        listener.listen()
        sending = f"head -c {size} /dev/zero | nc {pod.ip} {listener.getsockname()[1]}"
        with teller.beside(f"{exec_guest} sh -c 'echo sends; {sending}'", "sends"):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE)
                arrived = 0
                while data := connection.recv(1 << 16):
                    arrived += len(data)
    assert arrived == size
