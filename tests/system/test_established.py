"""Connections that are open when policy changes: what lost its rule is cut at once, replies too; the rest is not disturbed."""
import statistics
import time
from contextlib import ExitStack, closing, contextmanager

import pytest

from story.teller import Teller
from tenant import Tenant
from traffic import Traffic

AIM, BOUND = 0.1, 1.0  # seconds from the API's answer to the last packet; the bound leaves room for a busy machine
INTERVAL = 0.002
SILENCE = 150  # messages of a connection that lives on: a stream that is silent meanwhile is cut
SAMPLES = 3
CUT_PORTS, KEPT_PORT = (5001, 5002), 5003
PAIR = "10.77.0.210"


class World:
    """A client on one node, a server on another, and what lets the client in: its own group, so that each case adds one."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.kept_group, self.cut_group, self.member_group, self.strict_group = (
            tenant.another_group(name) for name in ("kept", "cut", "member", "strict"))
        tenant.allow(self.kept_group, protocol="tcp", port_range_min=KEPT_PORT, port_range_max=KEPT_PORT)
        tenant.forbid_all(self.strict_group)
        tenant.allow(self.strict_group, "egress", protocol="tcp", port_range_min=KEPT_PORT, port_range_max=KEPT_PORT)
        self.client = tenant.start_place("client", "worker1")
        self.server = tenant.start_place("server", "worker2", security_groups=[self.kept_group, self.cut_group])
        self.client.run("ip", "address", "add", f"{PAIR}/24", "dev", "eth0")


@pytest.fixture(scope="module")
def world(teller):
    with Tenant(teller) as tenant:
        yield World(tenant)


# Each case is a generator: it lets the client in (giving the address that it speaks from), forbids it, and tidies up.

@contextmanager
def rule(world, group=None, direction="ingress", **attributes):
    """A rule that is there until the block ends, or until it is called."""
    made = world.tenant.allow(group or world.cut_group, direction, **attributes)
    with ExitStack() as after:
        after.callback(world.tenant.forbid, made)
        yield after.close


@contextmanager
def groups_of(world, port, groups):
    """A port has these groups, and in the end what it had before."""
    before = world.tenant.show(port)["security_groups"]
    world.tenant.change(port, security_groups=groups)
    try:
        yield
    finally:
        world.tenant.change(port, security_groups=before)


def rule_removed(world):
    with rule(world, remote_ip_prefix=f"{world.client.ip}/32") as remove:
        yield world.client.ip
        remove()
        yield


def group_of_the_port_removed(world):
    with rule(world):
        yield world.client.ip
        with groups_of(world, world.server.id, [world.kept_group]):
            yield


def member_of_the_remote_group_removed(world):
    mine = world.tenant.group
    with rule(world, remote_group_id=world.member_group), groups_of(world, world.client.id, [mine, world.member_group]):
        yield world.client.ip
        with groups_of(world, world.client.id, [mine]):
            yield


def entry_of_the_address_group_removed(world):
    entries = {"addresses": [f"{world.client.ip}/32"]}
    with ExitStack() as after:
        group = world.tenant.post("address_group", name="clients", **entries)["id"]
        after.callback(world.tenant.request, "DELETE", f"address-groups/{group}")
        after.enter_context(rule(world, remote_address_group_id=group))
        yield world.client.ip
        world.tenant.request("PUT", f"address-groups/{group}/remove_addresses", {"address_group": entries})
        yield


def allowed_pair_removed(world):
    with rule(world):
        world.tenant.change(world.client.id, allowed_address_pairs=[{"ip_address": PAIR}])
        try:
            yield PAIR
        finally:
            world.tenant.change(world.client.id, allowed_address_pairs=[])
        yield


def egress_rule_of_the_client_removed(world):
    with rule(world), groups_of(world, world.client.id, [world.strict_group]):
        with rule(world, world.strict_group, "egress") as remove:
            yield world.client.ip
            remove()
            yield


CASES = [rule_removed, group_of_the_port_removed, member_of_the_remote_group_removed,
         entry_of_the_address_group_removed, allowed_pair_removed, egress_rule_of_the_client_removed]
STREAMS = ("TCP question", "TCP answer only", "UDP question", "UDP answer only")


def open_streams(traffic, world, source):
    """One stream of each kind, each over a connection of its own. UDP first: it asks until the rule is in force."""
    udp = [traffic.udp(world.client, world.server, port, source) for port in CUT_PORTS]
    tcp = [traffic.tcp(world.client, world.server, port, source) for port in CUT_PORTS]
    return dict(zip(STREAMS, (tcp[0][0], tcp[1][1], udp[0][0], udp[1][1])))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_what_is_forbidden_is_cut_and_what_is_still_allowed_lives_on(world, case, capsys):
    with Traffic(INTERVAL) as traffic:
        taken = time_to_cut(world, traffic, case)
    with capsys.disabled():
        print(f"\n  {case.__name__}: " + ", ".join(f"{kind} {statistics.median(times) * 1000:.0f} ms"
                                                   for kind, times in taken.items()), end=" ")
    assert all(statistics.median(times) < BOUND for times in taken.values()), taken


def time_to_cut(world, traffic, case):
    """Seconds from the API's answer to the last packet, several samples of each kind of stream."""
    kept, kept_answers = traffic.tcp(world.client, world.server, KEPT_PORT)
    traffic.start(kept, kept_answers)
    taken = {kind: [] for kind in STREAMS}
    for _ in range(SAMPLES):
        with closing(case(world)) as steps:
            streams = open_streams(traffic, world, next(steps))
            traffic.start(*streams.values())
            next(steps)
            answered = time.monotonic()
            Teller.wait_quietly(lambda: all(is_silent(stream, kept, answered) for stream in streams.values()),
                                "every stream is cut")
            for kind, stream in streams.items():
                taken[kind].append(stream.last_arrival - answered)
            traffic.stop(*streams.values())
    assert kept.intact and kept_answers.intact
    return taken


def is_silent(stream, living, since):
    return living.arrivals_since(max(stream.last_arrival, since)) >= SILENCE
