"""Port security against crafted frames: what a port must not send reaches nobody, and is counted with its reason.

Nobody but the tests speaks on these ports, and each attack is followed by an honest packet on the same wire: once that has
arrived, the attack would have.
"""
import itertools
import re

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from attacks import ANSWERED, ATTACKS, BROADCAST, HELD, HONEST, NEVER, dhcp_discover, ether, ip4
from place import mark
from stage import CONTROL_PORT, UNCHECKED, Stage
from tenant import Tenant

FROM_A_GUEST = ("IPv4 with another port's MAC", "IPv4 with another port's address", "gratuitous ARP request of another port's address",
                "advertisement of another port's address", "DHCP answer", "router advertisement", "MPLS",
                "QinQ that hides another port's address", "a priority tag that hides ARP of another port's address",
                "IPv6 with another port's address", "ARP answers for another port", "solicitation with another port's MAC",
                "duplicate address detection of another port's address", "DHCPv6 answer", "DHCP answer in fragments",
                "fragments of IPv6 with another port's address", "router advertisement whose header is in its second fragment")


@pytest.fixture(scope="module")
def stage(teller):
    with Tenant(teller) as tenant:
        tenant.allow_ipv6()
        yield Stage(tenant)


@pytest.fixture(scope="module")
def lawless_stage(teller):
    """The same, but nobody checks what these ports say."""
    with Tenant(teller) as tenant:
        yield Stage(tenant, **UNCHECKED)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_reaches_nobody_and_is_counted(stage, name):
    reason, make = ATTACKS[name]
    stage.refuses(lambda place: make(stage.me, place, stage.them), reason, held=name in HELD)


@pytest.mark.parametrize("name", [name for name in ATTACKS if name not in (*ANSWERED, *NEVER)])
def test_without_port_security_the_attack_arrives(lawless_stage, name):
    """The control: the frame is well made, and nothing but port security stands in its way."""
    _, make = ATTACKS[name]
    near, far = lawless_stage.heard(lambda place: make(lawless_stage.me, place, lawless_stage.them))
    assert near and far


@pytest.mark.parametrize("name", ANSWERED)
def test_without_port_security_the_attack_is_answered(lawless_stage, name):
    _, make = ATTACKS[name]
    me, them = lawless_stage.me, lawless_stage.them
    with me.wire() as wire:
        wire.send(*make(me, None, them))
        answer = Ether(wire.next_frame())
    assert answer[ARP].op == 2 and answer[ARP].psrc == them.ip


@pytest.mark.parametrize("name", NEVER)
def test_even_without_port_security_a_group_is_no_sender(lawless_stage, name):
    reason, make = ATTACKS[name]
    lawless_stage.refuses(lambda place: make(lawless_stage.me, place, lawless_stage.them), reason)


@pytest.fixture(scope="module")
def guest_stage(teller):
    """The same, but a guest sends."""
    with Tenant(teller) as tenant:
        tenant.allow_ipv6()
        yield Stage(tenant, guest=True)


@pytest.mark.parametrize("name", FROM_A_GUEST)
def test_an_attack_of_a_guest_reaches_nobody_and_is_counted(guest_stage, name):
    reason, make = ATTACKS[name]
    guest_stage.refuses(lambda place: make(guest_stage.me, place, guest_stage.them), reason, held=name in HELD)


@pytest.mark.parametrize("name", ["UDP", "gratuitous ARP request", "unsolicited advertisement"])
def test_what_a_guest_may_say_is_heard(guest_stage, name):
    near, far = guest_stage.heard(lambda place: HONEST[name](guest_stage.me, place))
    assert near and far


@pytest.mark.parametrize("name", HONEST)
def test_what_a_port_may_say_is_heard(stage, name):
    before = stage.tenant.drops(stage.me.id)
    near, far = stage.heard(lambda place: HONEST[name](stage.me, place))
    assert near and far
    assert stage.tenant.drops(stage.me.id) == before


def test_a_dhcp_client_without_an_address_is_answered(stage):
    with stage.me.wire() as wire:
        wire.send(dhcp_discover(stage.me))
        while b"wwww" not in (answer := wire.next_frame()):  # the transaction's number
            pass
    assert IP(answer[14:])[UDP].sport == 67


def test_what_the_tracker_held_of_fragments_reaches_no_other_network(stage, lawless_stage):
    """The switch sends on, with the next packets of anybody, what never became whole."""
    secret, count = mark(), 100
    fragments = [ether(stage.me.mac, BROADCAST) / IP(src=stage.me.ip, dst="255.255.255.255", id=number, proto=17, frag=200) /
                 Raw(secret) for number in range(count)]
    opener = lawless_stage.tenant.start_place("opener", "worker1")
    opener.silence()
    before, ports = expired_fragments(stage), itertools.count(10000)
    with stage.me.wire() as mine, opener.wire() as wire, lawless_stage.listening() as (_, others):
        mine.send(*fragments)

        def all_expired():
            for place, other in others:
                last = mark()
                wire.send(ip4(opener, place, payload=UDP(sport=next(ports), dport=CONTROL_PORT) / Raw(last)))
                assert not any(secret in frame for frame in other.heard_until(last))
            return expired_fragments(stage) >= before + count
        stage.tenant.t.wait(all_expired, "the tracker gave up", timeout=40)


def expired_fragments(stage):
    status = stage.tenant.t.run("lab exec worker1 -- ovs-appctl dpctl/ipf-get-status")
    return int(re.search(r"v4 frags expired: (\d+)", status)[1])
