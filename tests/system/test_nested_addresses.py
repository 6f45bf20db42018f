"""Pods inside instances (document 004), one test per step of the story, and the checks behind it in their order."""
import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.packet import Raw

from attacks import STRANGER_IP, dhcp_answer, dhcp_discover, ether, ip4
from place import mark
from stage import CONTROL_PORT, Stage
from tenant import Tenant


def test_g1_pods_of_one_instance_talk(story):
    story.pods_of_one_instance_talk()


def test_g2_direct_mode_is_stopped_by_the_anti_spoofing_check_and_both_ways_out_are_told(story):
    story.direct_mode_is_stopped_and_explained()


def test_g3_ipip_needs_a_rule_for_protocol_4(story):
    story.encapsulation_needs_a_rule()


def test_g4_a_capture_shows_the_instances_outside_and_the_pods_inside(story):
    story.capture_shows_ipip()


def test_g_allowed_address_pairs_are_the_other_way_out(story):
    story.allowed_pairs_are_the_other_way_out()


@pytest.fixture(scope="module")
def strict_stage(teller):
    """A sender that may ask one UDP port and nothing else, and whom nobody may ask."""
    with Tenant(teller) as tenant:
        group = tenant.another_group("strict")
        tenant.forbid_all(group)
        tenant.allow(group, "egress", protocol="udp", port_range_min=CONTROL_PORT, port_range_max=CONTROL_PORT)
        yield Stage(tenant, mine={"security_groups": [group]})


def test_g5_first_a_dhcp_client_is_allowed(strict_stage):
    with strict_stage.me.wire() as wire:
        wire.send(dhcp_discover(strict_stage.me))
        answer = IP(wire.next_frame()[14:])
    assert (answer[UDP].sport, answer[UDP].dport) == (67, 68)


@pytest.mark.parametrize("make, reason", [
    (lambda me, you: [ip4(me, you, STRANGER_IP)], "spoofed IP"),
    (lambda me, you: [dhcp_answer(me, you)], "rogue DHCP"),
    (lambda me, you: [ip4(me, you, payload=ICMP(type=0))], "invalid connection state"),
    (lambda me, you: [ip4(me, you, payload=TCP(sport=4000, dport=4001, flags="S"))], "no rule"),
], ids=["spoofed sources", "DHCP server", "invalid", "everything else"])
def test_g5_each_check_comes_before_the_rules(strict_stage, make, reason):
    strict_stage.refuses(lambda place: make(strict_stage.me, place), reason)


def test_g5_established_is_allowed_without_a_rule_of_its_own(strict_stage):
    me, near = strict_stage.me, strict_stage.listeners[0]
    question, answer = mark(), mark()
    back = UDP(sport=CONTROL_PORT, dport=CONTROL_PORT)
    unasked = ether(near.mac, me.mac) / IP(src=near.ip, dst=me.ip) / UDP(sport=CONTROL_PORT + 1, dport=CONTROL_PORT)
    with me.wire() as mine, near.wire() as other:
        mine.send(ip4(me, near, payload=back / Raw(question)))
        other.heard_until(question)
        other.send(unasked, ether(near.mac, me.mac) / IP(src=near.ip, dst=me.ip) / back / Raw(answer))
        assert bytes(unasked[IP]) not in [frame[14:] for frame in mine.heard_until(answer)]
