"""What rules let through, with real packets: changes beside open connections, fragments, stateless groups, protocol numbers."""
import os
import select
import socket
from contextlib import suppress

import pytest
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6ExtHdrFragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from attacks import fragments6, ip6
from place import PATIENCE
from stage import CONTROL_PORT as MARK_PORT
from stage import Stage
from story.teller import Teller
from tenant import Tenant
from traffic import Traffic

INTERVAL = 0.002
PORT, OTHER_PORT, CONTROL_PORT = 6001, 6100, 6003
LONG = 9000  # octets: seven fragments
IP_HEADER = 20


class World:
    """A client; a server on its node and one on another, with groups of their own and an open control port."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.group = tenant.another_group("server")
        tenant.allow(self.group, protocol="udp", port_range_min=CONTROL_PORT, port_range_max=CONTROL_PORT)
        self.client = tenant.start_place("client", "worker1")
        self.servers = {"same node": tenant.start_place("near", "worker1", security_groups=[self.group]),
                        "other node": tenant.start_place("far", "worker2", security_groups=[self.group])}


@pytest.fixture(scope="module")
def world(teller):
    with Tenant(teller) as tenant:
        yield World(tenant)


@pytest.fixture(params=["same node", "other node"])
def server(world, request):
    return world.servers[request.param]


@pytest.fixture
def allowed(world):
    """Makes rules of the servers' group that go with the test."""
    made = []

    def allow(**attributes):
        made.append(world.tenant.allow(world.group, **attributes))
        return made[-1]
    yield allow
    for rule in made:
        world.tenant.forbid(rule)


@pytest.fixture
def opened():
    """Keeps sockets until the test ends."""
    kept = []

    def open_(place, *arguments, port=None):
        kept.append(place.socket(*arguments))
        kept[-1].settimeout(PATIENCE)
        if port is not None:
            kept[-1].bind((place.ip, port))
        return kept[-1]
    yield open_
    for one in kept:
        one.close()


def udp(port):
    return {"protocol": "udp", "port_range_min": port, "port_range_max": port}


def control_arrives(client, server):
    """Returns when a control message has arrived: what was sent before it has, too, or never will."""
    with client.socket(kind=socket.SOCK_DGRAM) as sender, server.socket(kind=socket.SOCK_DGRAM) as receiver:
        receiver.bind((server.ip, CONTROL_PORT))
        receiver.setblocking(False)
        sender.bind((client.ip, 0))

        def arrived():
            sender.sendto(b"control", (server.ip, CONTROL_PORT))
            return select.select([receiver], [], [], 0.1)[0]
        Teller.wait_quietly(arrived, "the control message arrives")


def everything(receiver):
    """What has arrived by now."""
    receiver.setblocking(False)
    found = []
    with suppress(BlockingIOError):
        while True:
            found.append(receiver.recv(65536))
    return found


def is_open(client, server, receiver, port, message):
    """True if a message that is sent to the receiver, a socket of the server with this port, arrives."""
    with client.socket(kind=socket.SOCK_DGRAM) as sender:
        sender.bind((client.ip, 0))
        sender.sendto(message, (server.ip, port))
        control_arrives(client, server)
    return message in everything(receiver)


def test_adding_and_removing_other_rules_disturbs_no_connection(world, server, allowed):
    allowed(protocol="tcp", port_range_min=PORT, port_range_max=PORT)
    allowed(**udp(PORT))
    with Traffic(INTERVAL) as traffic:
        streams = [*traffic.udp(world.client, server, PORT), *traffic.tcp(world.client, server, PORT)]
        traffic.start(*streams)
        for number in range(10):
            world.tenant.forbid(world.tenant.allow(world.group, **udp(OTHER_PORT + number)))
            world.tenant.forbid(world.tenant.allow(world.group, remote_ip_prefix=f"{world.client.ip}/32"))
            before = [stream.received for stream in streams]
            world.tenant.t.wait(lambda: all(stream.received > seen + 20 for stream, seen in zip(streams, before)),
                                "every stream goes on")
    assert all(stream.intact for stream in streams), [(stream.sent, stream.missing, stream.error) for stream in streams]


def test_a_rule_that_comes_back_lets_new_connections_in(world, server, opened, teller):
    receiver = opened(server, socket.AF_INET, socket.SOCK_DGRAM, port=PORT)
    for _ in range(3):
        rule = world.tenant.allow(world.group, **udp(PORT))
        teller.wait(lambda: is_open(world.client, server, receiver, PORT, os.urandom(8)), "it is open")
        world.tenant.forbid(rule)
        teller.wait(lambda: not is_open(world.client, server, receiver, PORT, os.urandom(8)), "it is closed")


def test_fragments_pass_where_a_rule_with_ports_allows_them_and_nowhere_else(world, server, allowed, opened, teller):
    receiver = opened(server, socket.AF_INET, socket.SOCK_DGRAM, port=PORT)
    elsewhere = opened(server, socket.AF_INET, socket.SOCK_DGRAM, port=OTHER_PORT)
    teller.wait(lambda: not is_open(world.client, server, receiver, PORT, os.urandom(LONG)), "the last test's rule is gone")
    allowed(**udp(PORT))
    teller.wait(lambda: is_open(world.client, server, receiver, PORT, os.urandom(LONG)), "whole packets of fragments arrive")
    for _ in range(20):
        assert is_open(world.client, server, receiver, PORT, os.urandom(LONG))
        assert not is_open(world.client, server, elsewhere, OTHER_PORT, os.urandom(LONG))


def test_fragmented_answers_come_back(world, server, allowed, opened, teller):
    receiver = opened(server, socket.AF_INET, socket.SOCK_DGRAM, port=PORT)
    allowed(**udp(PORT))
    client = opened(world.client, socket.AF_INET, socket.SOCK_DGRAM, port=PORT)
    teller.wait(lambda: is_open(world.client, server, receiver, PORT, os.urandom(8)), "it is open")
    client.sendto(b"long?", (server.ip, PORT))
    receiver.settimeout(PATIENCE)
    assert receiver.recv(100) == b"long?"
    answer = os.urandom(LONG)
    receiver.sendto(answer, (world.client.ip, PORT))
    assert client.recv(65536) == answer


@pytest.mark.parametrize("protocol", [4, 47, 50, 112, 132])
def test_a_protocol_by_number_passes_with_its_rule_only(world, server, allowed, opened, teller, protocol):
    receiver = opened(server, socket.AF_INET, socket.SOCK_RAW, protocol)
    sender = opened(world.client, socket.AF_INET, socket.SOCK_RAW, protocol)

    def arrives():
        message = os.urandom(64)
        sender.sendto(message, (server.ip, 0))
        control_arrives(world.client, server)
        return any(packet[IP_HEADER:] == message for packet in everything(receiver))
    assert not arrives()
    before = world.tenant.drops(server.id)["no rule"]
    assert not arrives()
    teller.wait(lambda: world.tenant.drops(server.id)["no rule"] > before, "counted as: no rule")
    allowed(protocol=str(protocol))
    teller.wait(arrives, "it arrives")


@pytest.fixture
def stateless(world):
    """A stateless group with rules for UDP and no others."""
    group = world.tenant.another_group("stateless", stateful=False)
    world.tenant.forbid_all(group)
    for port in (PORT, CONTROL_PORT):
        world.tenant.allow(group, **udp(port))
    return group


def test_answers_need_a_rule_where_groups_are_stateless(world, server, stateless, opened, teller):
    receiver = opened(server, socket.AF_INET, socket.SOCK_DGRAM, port=PORT)
    client = opened(world.client, socket.AF_INET, socket.SOCK_DGRAM, port=PORT)

    def answers():
        """True if the answer to a question arrives; false if it is counted as dropped."""
        number = os.urandom(8)
        client.sendto(number, (server.ip, PORT))
        receiver.settimeout(PATIENCE)
        while receiver.recv(100) != number:
            pass
        before = world.tenant.drops(server.id)["no rule"]
        receiver.sendto(number, (world.client.ip, PORT))
        client.setblocking(False)

        def outcome():
            if number in everything(client):
                return "answered"
            return "dropped" if world.tenant.drops(server.id)["no rule"] > before else None
        return teller.wait(outcome, "the answer has arrived or is counted as dropped") == "answered"

    try:
        world.tenant.change(server.id, security_groups=[stateless])
        teller.wait(lambda: is_open(world.client, server, receiver, PORT, os.urandom(8)), "questions arrive")
        teller.wait(lambda: not answers(), "answers do not")
        world.tenant.allow(stateless, "egress", protocol="udp")
        teller.wait(answers, "with a rule they do")
    finally:
        world.tenant.change(server.id, security_groups=[world.group])


def test_later_fragments_of_ipv6_pass_stateless_rules_of_their_remote(teller):
    """They do not show their protocol; the first one has to match the rule."""
    with Tenant(teller) as tenant:
        group = tenant.another_group("stateless", stateful=False)
        tenant.forbid_all(group)
        tenant.allow(group, **udp(MARK_PORT))
        for version in ("IPv4", "IPv6"):
            tenant.allow(group, "egress", ethertype=version, protocol="udp")
        stage = Stage(tenant, security_groups=[group])

        def offsets():
            """Which fragments of one packet each listener hears."""
            heard = stage.heard(lambda place: fragments6(ip6(stage.me, place, payload=UDP(dport=PORT) / Raw(bytes(184)))))
            frames = [[Ether(frame) for frame in frames] for frames in heard]
            return [[frame[IPv6ExtHdrFragment].offset for frame in some if IPv6ExtHdrFragment in frame] for some in frames]

        teller.wait(lambda: offsets() == [[], []], "no rule, no fragment")
        rule = tenant.allow(group, ethertype="IPv6", **udp(PORT))
        teller.wait(lambda: offsets() == [[0, 8, 16]] * 2, "all of them")
        tenant.allow(group, ethertype="IPv6", **udp(OTHER_PORT))
        tenant.forbid(rule)
        teller.wait(lambda: offsets() == [[8, 16]] * 2, "without the first, which is for another port")
