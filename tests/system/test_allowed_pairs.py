"""Allowed address pairs: with and without a MAC of their own, addresses and prefixes; nothing beyond them."""
import pytest
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6, ICMPv6ND_NA, ICMPv6NDOptDstLLAddr
from scapy.layers.l2 import ARP

from attacks import ALL_NODES, ALL_NODES_MAC, BROADCAST, PLAIN, advertisement, arp, ether, ip4, ip6, solicitation
from place import link_local
from stage import Stage
from tenant import Tenant

SHARED_MAC = "00:00:5e:00:01:07"  # a virtual router's (RFC 5798, 7.3)
PAIRS = [{"ip_address": "192.168.7.0/24"}, {"ip_address": "10.77.0.200", "mac_address": SHARED_MAC},
         {"ip_address": "fd00:88::/64"}, {"ip_address": "fd00:99::1", "mac_address": SHARED_MAC}]


def shared_ip4(you, source):
    return ether(SHARED_MAC, you.mac) / IP(src=source, dst=you.ip) / PLAIN


def shared_ip6(you, source):
    return ether(SHARED_MAC, you.mac) / IPv6(src=source, dst=you.ip6) / PLAIN


def shared_arp(address, inside=SHARED_MAC, **fields):
    return ether(SHARED_MAC, BROADCAST) / ARP(op=1, hwsrc=inside, psrc=address, **fields)


def shared_advertisement(address):
    return (ether(SHARED_MAC, ALL_NODES_MAC) / IPv6(src=address, dst=ALL_NODES, hlim=255) /
            ICMPv6ND_NA(tgt=address, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=SHARED_MAC))


ALLOWED = {
    "IPv4 of the prefix": lambda me, you: [ip4(me, you, "192.168.7.9")],
    "the prefix's last address": lambda me, you: [ip4(me, you, "192.168.7.255")],
    "ARP of the prefix": lambda me, you: [arp(me, psrc="192.168.7.9", pdst="192.168.7.10")],
    "IPv6 of the prefix": lambda me, you: [ip6(me, you, "fd00:88::5")],
    "solicitation from the prefix": lambda me, you: [
        solicitation(me, "fd00:88::6", source="fd00:88::5", link_address=me.mac)],
    "advertisement of the prefix": lambda me, you: [advertisement(me, "fd00:88::5", me.mac, source="fd00:88::5")],
    "duplicate address detection of the prefix": lambda me, you: [solicitation(me, "fd00:88::5", source="::")],
    "IPv4 with the pair's MAC": lambda me, you: [shared_ip4(you, "10.77.0.200")],
    "IPv6 with the pair's MAC": lambda me, you: [shared_ip6(you, "fd00:99::1")],
    "the link-local address of the pair's MAC": lambda me, you: [shared_ip6(you, link_local(SHARED_MAC))],
    "gratuitous ARP with the pair's MAC": lambda me, you: [shared_arp("10.77.0.200", pdst="10.77.0.200")],
    "ARP probe with the pair's MAC": lambda me, you: [shared_arp("0.0.0.0", pdst="10.77.0.200")],
    "advertisement with the pair's MAC": lambda me, you: [shared_advertisement("fd00:99::1")],
    "its own address": lambda me, you: [ip4(me, you)],
}

REFUSED = {
    "an address beside the prefix": ("spoofed IP", lambda me, you: [ip4(me, you, "192.168.8.0")]),
    "an IPv6 address beside the prefix": ("spoofed IP", lambda me, you: [ip6(me, you, "fd00:88:0:1::5")]),
    "ARP beside the prefix": ("spoofed ARP", lambda me, you: [arp(me, psrc="192.168.6.255", pdst="192.168.7.10")]),
    "advertisement beside the prefix": ("spoofed ND", lambda me, you: [advertisement(me, "fd00:89::5", me.mac)]),
    "the pair's address with the port's MAC": ("spoofed IP", lambda me, you: [ip4(me, you, "10.77.0.200")]),
    "the port's address with the pair's MAC": ("spoofed IP", lambda me, you: [shared_ip4(you, me.ip)]),
    "the prefix with the other pair's MAC": ("spoofed IP", lambda me, you: [shared_ip4(you, "192.168.7.9")]),
    "ARP of the pair's address with the port's MAC": ("spoofed ARP", lambda me, you: [
        arp(me, psrc="10.77.0.200", pdst="10.77.0.200")]),
    "ARP with the pair's MAC outside and the port's inside": ("spoofed ARP", lambda me, you: [
        shared_arp("10.77.0.200", me.mac, pdst="10.77.0.200")]),
    "advertisement of the prefix with the pair's MAC": ("spoofed ND", lambda me, you: [
        advertisement(me, "fd00:88::5", SHARED_MAC)]),
}


@pytest.fixture(scope="module")
def stage(teller):
    with Tenant(teller) as tenant:
        tenant.allow_ipv6()
        yield Stage(tenant, allowed_address_pairs=PAIRS)


@pytest.mark.parametrize("name", ALLOWED)
def test_a_pair_lets_a_port_speak(stage, name):
    near, far = stage.heard(lambda place: ALLOWED[name](stage.me, place))
    assert near and far


@pytest.mark.parametrize("name", REFUSED)
def test_a_pair_allows_nothing_else(stage, name):
    reason, make = REFUSED[name]
    stage.refuses(lambda place: make(stage.me, place), reason)


def test_a_pair_of_every_address_keeps_the_mac_check_and_goes_as_it_came(stage, teller):
    """Last in this file: it changes the port's pairs."""
    def anything(place):
        return [ip4(stage.me, place, "203.0.113.9")]

    stage.refuses(anything, "spoofed IP")
    stage.tenant.change(stage.me.id, allowed_address_pairs=[{"ip_address": "0.0.0.0/0"}])
    teller.wait(lambda: all(stage.heard(anything)), "every address may speak")
    stage.refuses(lambda place: [ether(SHARED_MAC, place.mac) / IP(src=stage.me.ip, dst=place.ip) / PLAIN], "spoofed MAC")
    stage.tenant.change(stage.me.id, allowed_address_pairs=[])
    stage.refuses_soon(anything, "spoofed IP")
