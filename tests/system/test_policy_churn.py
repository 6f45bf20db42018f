"""Policy that changes 50 times a second: what is allowed does not notice, and nothing that is forbidden gets through."""
import itertools
import os
import re
import socket
import struct
import time
from collections import Counter
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from churn import Churn, coming_and_going, entries, groups_on, new_rule, port_with, remove_rule, rule
from churn_traffic import Attempt, Attempts, Place6, SpreadTraffic
from story.teller import Teller
from tenant import Tenant
from traffic import Traffic

NODES = ("worker1", "worker2", "worker3")
SECONDS = float(os.environ.get("WEFT_CHURN_SECONDS", 60))  # 900 at most: streams remember that many arrivals
RATE = 50
COUNT = 200  # allowed connections, and forbidden attempts
INTERVAL, QUICK_INTERVAL = 0.25, 0.02  # seconds between the messages of a connection, and of a canary
ATTEMPT_INTERVAL = 0.5
LONGEST_GAP = 1.0
CUT_BOUND = 1.0  # seconds from the API's answer to the last packet; the bound leaves room for a busy machine
SILENCE = 50  # messages of a connection that lives on: a stream that is silent meanwhile is cut

# Connections have a port each. Services differ in whom the servers' rules let in: everybody, a group, an address group.
OPEN, GROUP, ADDRESSES = (range(first, first + COUNT) for first in (5000, 5200, 5400))
SERVICES = range(OPEN.start, ADDRESSES.stop)
ASKED, ANSWERED = CANARY = range(5700, 5702)
LIVING, SHUT_PORT = 5800, 5900
UNASKED_PORT = 7000  # the clients' egress rules do not have it
# Addresses are such that there are prefixes with the clients or the servers only.
CLIENTS, SERVERS = ("10.77.0.32/28", "fd77::20/124"), ("10.77.0.64/28", "fd77::40/124")
ELSEWHERE = ("203.0.113.0/24", "2001:db8::/32")
ETHERTYPES = ("IPv4", "IPv6")
PROTOCOLS = ("tcp", "udp")
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def on(ports, protocol="tcp", version=0, **attributes):
    """The attributes of a rule for these ports; of two prefixes the one of this version counts."""
    attributes = {key: value[version] if isinstance(value, tuple) else value for key, value in attributes.items()}
    return {"protocol": protocol, "ethertype": ETHERTYPES[version], "port_range_min": ports[0], "port_range_max": ports[-1],
            **attributes}


def each_way(ports, **attributes):
    """The same for both protocols and both versions of IP."""
    return [on(ports, protocol, version, **attributes) for protocol in PROTOCOLS for version in (0, 1)]


class Connection(NamedTuple):
    """An allowed connection and its streams."""

    name: str
    streams: tuple

    @staticmethod
    def open(traffic, protocol, client, server, port, answers_only):
        question, answer = getattr(traffic, protocol)(client, server, port)
        name = f"{protocol} {client.ip} -> {server.ip} port {port}"
        return Connection(name, (answer,) if answers_only else (question, answer))

    @property
    def retransmitted(self):
        """How many segments TCP sent more than once (tcpi_total_retrans of Linux's struct tcp_info)."""
        ends = [stream.sender for stream in self.streams if stream.sender.type == socket.SOCK_STREAM]
        return sum(struct.unpack_from("I", end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), 100)[0] for end in ends)

    def longest_gap(self, since, until):
        """The longest time without a message of a stream, and when it ended."""
        return max((later - earlier, later) for stream in self.streams for earlier, later in itertools.pairwise(
            [since, *(arrival for arrival in list(stream.arrivals) if since < arrival < until), until]))


class Canary:
    """Connections whose rule comes and goes: they stop and go on."""

    def __init__(self, world, traffic, protocol, version):
        self._world, self._rule = world, on(CANARY, protocol, version)
        self._allow()
        self.connections = [
            Connection.open(traffic, protocol, client[version], server[version], port, port == ANSWERED)
            for port, client, server in zip(CANARY, world.clients, reversed(world.servers))]
        self.streams = [stream for connection in self.connections for stream in connection.streams]
        traffic.start(*self.streams)

    def _allow(self):
        self._allowing = self._world.tenant.allow(self._world.canary_group, **self._rule)

    def stop_and_go_on(self, living):
        """Gives the seconds from the API's answer to the last packet."""
        self._world.tenant.forbid(self._allowing)
        forbidden = time.monotonic()
        wait_until_silent(self.streams, living, forbidden)
        last = max(stream.last_arrival for stream in self.streams)
        self._allow()
        wait_until_flowing(self.streams, time.monotonic())
        return max(0.0, last - forbidden)


def wait_until_silent(streams, living, since):
    """Returns when none has had a message while one that lives on had many."""
    Teller.wait_quietly(lambda: all(living.arrivals_since(max(stream.last_arrival, since)) >= SILENCE for stream in streams),
                        "every stream is cut")


def wait_until_flowing(streams, since):
    Teller.wait_quietly(lambda: all(stream.last_arrival > since for stream in streams), "every stream goes on")


class World:
    """Two clients, two servers and two strangers, spread over nodes; rules that let the clients in, and nobody else."""

    def __init__(self, tenant, address_groups):
        self.tenant, self.address_groups = tenant, address_groups
        self.servers_group, self.clients_group, self.members, self.others, self.visitors, self.canary_group = (
            tenant.another_group(name) for name in ("servers", "clients", "members", "others", "visitors", "canary"))
        self.known, self.unknown = (self._address_group(name) for name in ("known", "unknown"))
        self._write_rules()
        self._start_places()

    def _write_rules(self):
        tenant = self.tenant
        tenant.forbid_all(self.clients_group)
        self.carriers = [*each_way(OPEN), *each_way(GROUP, remote_group_id=self.members),
                         *each_way(ADDRESSES, remote_address_group_id=self.known)]
        self.carrying = [tenant.allow(self.servers_group, **attributes) for attributes in self.carriers]
        for attributes in each_way(range(5000, 6000), direction="egress"):
            tenant.allow(self.clients_group, **attributes)
        for attributes in each_way([LIVING]):
            tenant.allow(self.canary_group, **attributes)
        for attributes in each_way(SERVICES, remote_ip_prefix=CLIENTS):
            tenant.allow(self.visitors, **attributes)

    def _start_places(self):
        everybody = [self.tenant.group]
        self.clients_groups = [self.clients_group, self.members]
        self.servers_groups = [self.servers_group, self.canary_group]
        self.clients = [self._place("worker1", 33, self.clients_groups), self._place("worker3", 34, self.clients_groups)]
        self.servers = [self._place("worker1", 65, self.servers_groups), self._place("worker2", 66, self.servers_groups)]
        self.strangers = [self._place("worker1", 97, everybody), self._place("worker3", 98, everybody)]
        self.idle = [self.tenant.port("worker2", security_groups=everybody)["id"] for _ in range(6)]
        own = [f"{face.ip}/{bits}" for client in self.clients for face, bits in zip(client, (32, 128))]
        self.tenant.request("PUT", f"address-groups/{self.known}/add_addresses", {"address_group": {"addresses": own}})

    def _place(self, node, number, groups):
        """A pod, as its IPv4 address and as its IPv6 address."""
        ip, ip6 = f"10.77.0.{number}", f"fd77::{number:x}"
        place = self.tenant.start_place(f"p{number}", node, security_groups=groups, allowed_address_pairs=[{"ip_address": ip6}],
                                        fixed_ips=[{"subnet_id": self.tenant.subnet, "ip_address": ip}])
        place.run("ip", "address", "add", f"{ip6}/64", "dev", place.device, "nodad")
        return place, Place6(place, ip6)

    def _address_group(self, name):
        self.address_groups.append(self.tenant.post("address_group", name=name, addresses=[])["id"])
        return self.address_groups[-1]

    def connections(self, traffic):
        """The allowed ones: in half of them both ends speak, in half only the server."""
        ways = itertools.product((False, True), (0, 1), PROTOCOLS, (OPEN, GROUP, ADDRESSES), self.clients, self.servers)
        return [Connection.open(traffic, protocol, client[version], server[version], service[number], answers_only)
                for number, (answers_only, version, protocol, service, client, server)
                in enumerate(itertools.islice(itertools.cycle(ways), COUNT))]

    def canaries(self, traffic):
        """For each protocol and version, a rule and two connections that it alone carries."""
        return [Canary(self, traffic, protocol, version) for protocol in PROTOCOLS for version in (0, 1)]

    def attempts(self):
        """What is forbidden: strangers at a service, clients at a shut port or asking what they may not, servers asking."""
        ways = itertools.product((0, 1), PROTOCOLS, range(5), range(2), range(2))
        return [self._attempt(*way, number) for number, way in enumerate(itertools.islice(itertools.cycle(ways), COUNT))]

    def _attempt(self, version, protocol, barrier, one, other, number):
        sender, target, port = (
            (self.strangers, self.servers, GROUP[number]), (self.strangers, self.servers, ADDRESSES[number]),
            (self.clients, self.servers, SHUT_PORT), (self.clients, self.servers, UNASKED_PORT),
            (self.servers, self.clients, OPEN[number]))[barrier]
        return Attempt(sender[one][version], target[other][version], port, KINDS[protocol])


# Kinds of changes. None lets in what is forbidden; some let in once more what is allowed anyway.

def rules(world, group, direction, friends, friends_group, api):
    """Other ports; the same ports for others; the same ports once more for those who have them."""
    attributes = [*(on([6000 + number]) for number in range(6)),
                  *each_way(SERVICES, remote_ip_prefix=ELSEWHERE),
                  *each_way(SERVICES, remote_ip_prefix=friends),
                  *each_way(SERVICES, remote_group_id=friends_group),
                  *each_way(SERVICES, remote_address_group_id=world.unknown)]
    yield from coming_and_going([partial(rule, api, group, direction=direction, **one) for one in attributes], at_once=8)


def hand_over(world, api):
    """Another rule takes over what a rule carries, and gives it back."""
    for number in itertools.cycle(range(len(world.carriers))):
        mine = partial(rule, api, world.servers_group, **world.carriers[number])
        other = partial(rule, api, world.servers_group, **instead_of(world.carriers[number]))
        with ExitStack() as after:
            after.callback(other())
            yield "came", other
            remove_rule(api, world.carrying[number])
            try:
                yield "went", mine
            finally:
                world.carrying[number] = new_rule(api, *mine.args[1:], **mine.keywords)
            yield "came", mine
        yield "went", other


def instead_of(carrier):
    """A rule that lets in the clients, and nobody else, by their addresses."""
    kept = {key: value for key, value in carrier.items() if not key.startswith("remote")}
    return {**kept, "remote_ip_prefix": CLIENTS[ETHERTYPES.index(carrier["ethertype"])]}


def members(world, api):
    """Ports with an agent and ports without one join and leave the group that a service is for."""
    mine = [world.tenant.group]
    things = [partial(groups_on, api, port, [*mine, world.members], mine) for port in world.idle]
    things += [partial(port_with, api, world.tenant.network, [world.members])] * 4
    yield from coming_and_going(things, at_once=5)


def address_group_entries(world, api):
    """Entries of others, and wider entries that contain the clients' own."""
    things = [partial(entries, api, world.known, f"198.51.100.{number}/32", f"2001:db8::{number:x}/128")
              for number in range(1, 9)]
    things += [partial(entries, api, world.known, prefix) for prefix in CLIENTS]
    yield from coming_and_going(things, at_once=4)


def groups_of_ports(world, api):
    """A group that lets clients in once more is put on the servers, a group that rules may name on the clients."""
    things = [partial(groups_on, api, place[0].id, [*mine, more], mine)
              for places, mine, more in ((world.servers, world.servers_groups, world.visitors),
                                         (world.clients, world.clients_groups, world.others)) for place in places]
    yield from coming_and_going(things, at_once=2)


def kinds(world):
    return [partial(rules, world, world.servers_group, "ingress", CLIENTS, world.others),
            partial(rules, world, world.clients_group, "egress", SERVERS, world.servers_group),
            *(partial(kind, world) for kind in (hand_over, members, address_group_entries, groups_of_ports))]


@pytest.fixture(scope="module")
def world(teller):
    tenant, address_groups = Tenant(teller), []
    with ExitStack() as after:  # the last in is the first out: rules name address groups
        after.callback(lambda: [tenant.request("DELETE", f"address-groups/{group}") for group in address_groups])
        after.callback(tenant.remove)
        yield World(tenant, address_groups)


@pytest.fixture(scope="module")
def running(teller, world):
    """Every connection flows, every attempt is made, canaries and a connection whose rule nobody touches beside them."""
    places = [place for pair in (*world.clients, *world.servers) for place in pair[:1]]
    with SpreadTraffic(INTERVAL) as traffic, Traffic(QUICK_INTERVAL) as quick:
        connections = world.connections(traffic)
        streams = [stream for connection in connections for stream in connection.streams]
        traffic.start(*streams)
        living = quick.tcp(world.clients[0][0], world.servers[1][0], LIVING)
        quick.start(*living)
        canaries = world.canaries(quick)
        overrun = overruns(teller)
        with Attempts(world.attempts(), places, ATTEMPT_INTERVAL) as attempts:
            yield SimpleNamespace(connections=connections, streams=streams, canaries=canaries, living=living[1],
                                  attempts=attempts, overruns=lambda: overruns(teller) - overrun)


def test_what_is_allowed_does_not_notice_and_what_is_forbidden_never_gets_through(teller, world, running, capsys):
    attempts, cuts = running.attempts, []
    Teller.wait_quietly(lambda: attempts.rounds > 0, "every attempt was made")
    before = totals(running)
    flows = flow_counts(teller)
    started = time.monotonic()
    with Churn(teller.environment["OS_ENDPOINT"], kinds(world), RATE) as churn:
        canaries = itertools.cycle(running.canaries)
        while time.monotonic() < started + SECONDS:
            cuts.append(next(canaries).stop_and_go_on(running.living))
            complain_if_disturbed(running, churn, started)
    complain_if_disturbed(running, churn, started)
    with capsys.disabled():
        print(f"\n  {summary(running, churn, totals(running) - before, started, cuts)}", end=" ")
    assert churn.rate >= RATE * 0.9
    assert max(cuts) < CUT_BOUND
    Teller.wait_quietly(lambda: flow_counts(teller) == flows, "the switches have as many flows as before")


def flow_counts(teller):
    """How many flows each switch has, but for learned places, which come and go with what ports announce."""
    return [teller.run(f"lab exec {node} -- ovs-ofctl -O OpenFlow15 dump-flows br-int | grep -vc hard_timeout")
            for node in NODES]


def overruns(teller):
    """How many packets the switches' own sockets dropped: a machine that is too busy loses messages, whatever the policy."""
    return sum(int(dropped) for node in NODES
               for dropped in re.findall(r",d(\d+)\)", teller.run(f"lab exec {node} -- ss -0 -m")))


def totals(running):
    return Counter(attempts=running.attempts.made, messages=sum(stream.received for stream in running.streams),
                   missing=sum(stream.missing for stream in running.streams),
                   retransmitted=sum(connection.retransmitted for connection in running.connections))


def summary(running, churn, counted, since, cuts):
    gap, _, _ = longest_gap(running, since)
    return (f"{churn.changes} changes in {churn.seconds:.0f} s ({churn.rate:.1f}/s, slowest {churn.slowest * 1000:.0f} ms); "
            f"{len(running.connections)} connections: {counted['messages']} messages, {counted['missing']} lost by busy "
            f"sockets, {counted['retransmitted']} segments sent again, longest gap {gap * 1000:.0f} ms; "
            f"{counted['attempts']} forbidden attempts: {len(running.attempts.arrived)} got through; "
            f"{len(cuts)} cuts of canaries, slowest {max(cuts) * 1000:.0f} ms")


def longest_gap(running, since):
    """Its seconds, when it ended, and whose it was."""
    now = time.monotonic()
    return max((*connection.longest_gap(since, now), connection.name) for connection in running.connections)


def complain_if_disturbed(running, churn, since):
    broken = [(connection.name, stream.missing, stream.error) for connection in running.connections
              for stream in connection.streams if not stream.intact]
    lost = sum(missing for _, missing, _ in broken)
    assert not any(error for _, _, error in broken), broken
    assert not lost or lost <= running.overruns(), broken
    gap, ended, name = longest_gap(running, since)
    assert gap < LONGEST_GAP, (name, churn.around(ended - gap))
    attempts = running.attempts
    assert attempts.going_on, attempts.failures
    assert not attempts.arrived, [(str(attempts.attempts[number]), churn.around(arrived))
                                  for number, arrived in list(attempts.arrived.items())]


def test_without_the_rules_that_carry_them_all_connections_stop_and_with_them_they_go_on(world, running):
    """What shows that the test above would see a connection that breaks."""
    while world.carrying:
        world.tenant.forbid(world.carrying.pop())
    try:
        wait_until_silent(running.streams, running.living, time.monotonic())
    finally:
        world.carrying.extend(world.tenant.allow(world.servers_group, **attributes) for attributes in world.carriers)
    wait_until_flowing(running.streams, time.monotonic())


def test_every_attempt_gets_through_when_it_is_allowed_and_none_when_not_any_more(world, running):
    """What shows that the test above would see an attempt that gets through."""
    attempts = running.attempts
    with ExitStack() as after:
        for group, direction in ((world.servers_group, "ingress"), (world.clients_group, "ingress"),
                                 (world.clients_group, "egress")):
            for attributes in each_way([1, 65535], direction=direction):
                after.callback(world.tenant.forbid, world.tenant.allow(group, **attributes))
        Teller.wait_quietly(lambda: len(attempts.arrived) == COUNT, "every attempt gets through")
    forbidden, rounds = time.monotonic(), attempts.rounds
    Teller.wait_quietly(lambda: attempts.rounds > rounds + 1, "every attempt is made again")
    assert max(list(attempts.arrived.values())) < forbidden + CUT_BOUND
