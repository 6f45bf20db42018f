"""What one port may take of its node's connection tracker, and which fragments pass it, with real packets."""
import os
import re
import socket
from contextlib import ExitStack

import pytest
from scapy.layers.inet import UDP
from scapy.packet import Raw

from attacks import fragments4, fragments6, ip4, ip6
from place import PATIENCE
from tenant import Tenant

PORT = 6001
DATAPATH = "netdev@ovs-netdev"
LONG = 1700  # octets: three fragments of 600
IP_HEADER, IP6_HEADERS = 20, 48


class World:
    """A client; on its node and on another one servers that only this port is open of; on its node a port that nobody may reach."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.open, self.closed = tenant.another_group("server"), tenant.another_group("quiet")
        for ethertype in ("IPv4", "IPv6"):
            tenant.allow(self.open, ethertype=ethertype, protocol="udp", port_range_min=PORT, port_range_max=PORT)
        self.client = tenant.start_place("client", "worker1", security_groups=[self.closed])
        self.greedy = tenant.start_place("greedy", "worker1", security_groups=[self.closed])
        self.sink = tenant.start_place("sink", "worker1", security_groups=[self.closed])
        self.servers = {"same node": tenant.start_place("near", "worker1", security_groups=[self.open]),
                        "other node": tenant.start_place("far", "worker2", security_groups=[self.open])}
        for server in self.servers.values():
            tenant.t.wait(lambda: self.listens_on_ipv6(server), "its link-local address is no one else's")

    @staticmethod
    def listens_on_ipv6(server):
        addresses = server.run("ip", "-6", "address", "show", "dev", server.device)
        return server.ip6 in addresses and "tentative" not in addresses


@pytest.fixture(scope="module")
def world(teller):
    with Tenant(teller) as tenant:
        yield World(tenant)


def udp_socket(place, port=0, family=socket.AF_INET):
    """A socket of a place, bound to this port."""
    made = place.socket(family, socket.SOCK_DGRAM)
    made.bind(("::" if family == socket.AF_INET6 else place.ip, port))
    return made


def in_fragments(family, client, server, message, size):
    """The frames of a UDP message in IP packets of at most this size, headers included."""
    payload = UDP(sport=PORT, dport=PORT) / Raw(message)
    if family == socket.AF_INET:
        return fragments4(ip4(client, server, payload=payload), (size - IP_HEADER) // 8 * 8)
    return fragments6(ip6(client, server, payload=payload), (size - IP6_HEADERS) // 8 * 8)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("place", ["same node", "other node"])
def test_fragments_of_600_octets_reach_a_stateful_port(world, family, place):
    server = world.servers[place]
    with world.client.wire() as wire, udp_socket(server, PORT, family) as receiver:
        receiver.settimeout(PATIENCE)
        for size in (1400, 600, 600, 600):
            small, message = os.urandom(LONG), os.urandom(LONG)
            wire.send(*in_fragments(family, world.client, server, small, 256))  # below the least
            wire.send(*in_fragments(family, world.client, server, message, size))
            heard = []

            def arrives():
                """Sends more: the tracker may send on what became whole with the next packet only."""
                wire.send(*in_fragments(family, world.client, server, b"next", 1400))
                heard.append(receiver.recv(65536))
                return message in heard
            world.tenant.t.wait(arrives, f"a message in fragments of {size} octets arrives")
            assert small not in heard


def answered(place, server):
    """True if a question from a new socket is answered; false if the question arrives and its answer does not."""
    with udp_socket(server, PORT) as listener, udp_socket(place) as asker:
        question = os.urandom(16)
        asker.sendto(question, (server.ip, PORT))
        listener.settimeout(PATIENCE)
        while True:
            message, sender = listener.recvfrom(100)
            if message == question:
                break
        listener.sendto(b"answer", sender)
        asker.settimeout(1)
        try:
            return asker.recv(100) == b"answer"
        except TimeoutError:
            return False


def zone_of(world, place):
    ids = world.tenant.t.run("lab exec worker1 -- ovs-vsctl --bare --columns=external_ids find Interface "
                             f"external_ids:iface-id={place.id}")
    return int(re.search(r"weft-ct-zone=(\d+)", ids)[1])


def connections(world, zone):
    """The most that this zone of worker1 may have, and how many it has."""
    text = world.tenant.t.run(f"lab exec worker1 -- ovs-appctl dpctl/ct-get-limits {DATAPATH} zone={zone}")
    return tuple(map(int, re.search(rf"zone={zone},limit=(\d+),count=(\d+)", text).groups()))


def test_port_that_opens_too_many_connections_hinders_only_itself(world):
    servers = world.servers.values()
    zone = zone_of(world, world.greedy)
    limit, _ = connections(world, zone)
    assert all(answered(place, server) for place in (world.greedy, world.client) for server in servers)
    with ExitStack() as kept:
        flood = [kept.enter_context(udp_socket(world.greedy)) for _ in range(3)]

        def full():
            for sender in flood:
                for port in range(1, 65536):
                    sender.sendto(b"", (world.sink.ip, port))
            return connections(world, zone) == (limit, limit)
        world.tenant.t.wait(full, "the port has all the connections that it may have")
        before = world.tenant.drops(world.greedy.id)["no rule"]
        assert not any(answered(world.greedy, server) for server in servers)
        assert all(answered(world.client, server) for server in servers)
        world.tenant.t.wait(lambda: world.tenant.drops(world.greedy.id)["no rule"] > before, "counted as: no rule")
