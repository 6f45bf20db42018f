"""Frames that a port must not send, each with the reason for which it is dropped, and frames that it may send.

Each entry makes its frames of three parties: `me` sends; `you` are who should not hear it; `them` is the port whose
identity is abused, bound but not plugged, so that nobody else speaks with it.
"""
import itertools

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_Advertise, DHCP6_Solicit
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6MLReport2, ICMPv6MLDMultAddrRec, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_RS,
                                ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, PadN, RouterAlert)
from scapy.layers.l2 import ARP, GRE, Dot1AD, Dot1Q, Ether, LLC, Dot3
from scapy.packet import Raw

BROADCAST, NOWHERE = "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"
ALL_NODES, ALL_NODES_MAC = "ff02::1", "33:33:00:00:00:01"
LISTENERS, LISTENERS_MAC = "ff02::16", "33:33:00:00:00:16"
STRANGER_MAC, STRANGER_IP, STRANGER_IP6 = "02:00:5e:10:20:30", "203.0.113.9", "2001:db8::9"
UNUSED_IP = "10.77.0.199"  # of the subnet, but nobody's: who asks for it is heard by everyone
DATA = Raw(b"attack" * 8)
_datagrams = itertools.count(77)  # no two of them have fragments of one
PLAIN = UDP(sport=4000, dport=4001) / DATA


def mac_of_group(address):
    """The multicast MAC of an IPv6 group."""
    return "33:33:" + ":".join(f"{octet:02x}" for octet in IPv6(dst=address).build()[36:40])


def solicited_node(address):
    """The group that hears solicitations of an address (RFC 4291, 2.7.1)."""
    low = IPv6(dst=address).build()[37:40]
    return f"ff02::1:ff{low[0]:02x}:{low[1]:02x}{low[2]:02x}"


def ether(source, target):
    return Ether(src=source, dst=target)


def arp(me, target=BROADCAST, **fields):
    return ether(me.mac, target) / ARP(**{"hwsrc": me.mac, "psrc": me.ip, "op": 1, **fields})


def ip4(me, you, source=None, payload=PLAIN, **fields):
    return ether(me.mac, you.mac) / IP(src=source or me.ip, dst=you.ip, **fields) / payload


def ip6(me, you, source=None, payload=PLAIN, **fields):
    return ether(me.mac, you.mac) / IPv6(src=source or me.ip6, dst=you.ip6, **fields) / payload


def solicitation(me, target, source=None, link_address=None):
    group = solicited_node(target)
    message = ICMPv6ND_NS(tgt=target)
    if link_address:
        message /= ICMPv6NDOptSrcLLAddr(lladdr=link_address)
    return ether(me.mac, mac_of_group(group)) / IPv6(src=source or me.ip6, dst=group, hlim=255) / message


def advertisement(me, target, link_address, source=None):
    return (ether(me.mac, ALL_NODES_MAC) / IPv6(src=source or me.ip6, dst=ALL_NODES, hlim=255) /
            ICMPv6ND_NA(tgt=target, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=link_address))


def padded(message):
    """The message behind two extension headers."""
    return IPv6ExtHdrHopByHop(options=[PadN()]) / IPv6ExtHdrDestOpt(options=[PadN()]) / message


def to_all_nodes(me, payload):
    return ether(me.mac, ALL_NODES_MAC) / IPv6(src=me.ip6, dst=ALL_NODES, hlim=255) / payload


def fragments6(whole, size=64):
    """An IPv6 packet in fragments of this many octets (RFC 8200, 4.5). The first may end before the upper layer's header."""
    header, number = whole[IPv6], next(_datagrams)
    payload, rest = bytes(header.payload), []
    for start in range(0, len(payload), size):
        more = int(start + size < len(payload))
        rest.append(ether(whole[Ether].src, whole[Ether].dst) / IPv6(src=header.src, dst=header.dst, hlim=255) /
                    IPv6ExtHdrFragment(nh=header.nh, id=number, offset=start // 8, m=more) / Raw(payload[start:start + size]))
    return rest


def fragments4(whole, size=64):
    header, number = whole[IP], next(_datagrams)
    payload, rest = bytes(header.payload), []
    for start in range(0, len(payload), size):
        more = int(start + size < len(payload))
        rest.append(ether(whole[Ether].src, whole[Ether].dst) /
                    IP(src=header.src, dst=header.dst, id=number, proto=header.proto, flags=more, frag=start // 8) /
                    Raw(payload[start:start + size]))
    return rest


def long_udp(sport=4000, dport=4001):
    return UDP(sport=sport, dport=dport) / Raw(b"fragment" * 16)


def dhcp_answer(me, you):
    return (ether(me.mac, you.mac) / IP(src=me.ip, dst=you.ip) / UDP(sport=67, dport=68) /
            BOOTP(op=2, yiaddr=you.ip, siaddr=me.ip, chaddr=bytes.fromhex(you.mac.replace(":", ""))) /
            DHCP(options=[("message-type", "offer"), ("server_id", me.ip), ("router", me.ip), "end"]))


MAC, ADDRESS, ARP_LIE, ND_LIE = "spoofed MAC", "spoofed IP", "spoofed ARP", "spoofed ND"
DHCP_ANSWER, ROUTER, TAG, OTHER = "rogue DHCP", "rogue RA", "VLAN tag", "other protocol"
INVALID = "invalid connection state"  # of a fragment: it is too small
RA = ICMPv6ND_RA(routerlifetime=1800) / ICMPv6NDOptSrcLLAddr(lladdr=STRANGER_MAC)

# What it is: (reason, frames).
ATTACKS = {
    "IPv4 with another port's MAC": (MAC, lambda me, you, them: [
        ether(them.mac, you.mac) / IP(src=me.ip, dst=you.ip) / PLAIN]),
    "IPv4 with another port's MAC and address": (MAC, lambda me, you, them: [
        ether(them.mac, you.mac) / IP(src=them.ip, dst=you.ip) / PLAIN]),
    "IPv6 with another port's MAC and address": (MAC, lambda me, you, them: [
        ether(them.mac, you.mac) / IPv6(src=them.ip6, dst=you.ip6) / PLAIN]),
    "IPv4 with nobody's MAC": (MAC, lambda me, you, them: [
        ether(STRANGER_MAC, you.mac) / IP(src=me.ip, dst=you.ip) / PLAIN]),
    "ARP with another port's MAC outside": (MAC, lambda me, you, them: [
        ether(them.mac, BROADCAST) / ARP(hwsrc=me.mac, psrc=me.ip, pdst=UNUSED_IP)]),
    "multicast source MAC": (MAC, lambda me, you, them: [
        ether("01:00:5e:00:00:05", you.mac) / IP(src=me.ip, dst=you.ip) / PLAIN]),
    "broadcast source MAC": (MAC, lambda me, you, them: [
        ether(BROADCAST, you.mac) / IP(src=me.ip, dst=you.ip) / PLAIN]),

    "IPv4 with another port's address": (ADDRESS, lambda me, you, them: [ip4(me, you, them.ip)]),
    "IPv4 with the receiver's own address": (ADDRESS, lambda me, you, them: [ip4(me, you, you.ip)]),
    "IPv4 with an outsider's address": (ADDRESS, lambda me, you, them: [ip4(me, you, STRANGER_IP)]),
    "IPv4 from 0.0.0.0 that is no DHCP": (ADDRESS, lambda me, you, them: [ip4(me, you, "0.0.0.0")]),
    "IPv4 broadcast with another port's address": (ADDRESS, lambda me, you, them: [
        ether(me.mac, BROADCAST) / IP(src=them.ip, dst="255.255.255.255") / PLAIN]),
    "TCP with another port's address": (ADDRESS, lambda me, you, them: [
        ip4(me, you, them.ip, TCP(sport=4000, dport=4001, flags="S"))]),
    "GRE with another port's address": (ADDRESS, lambda me, you, them: [ip4(me, you, them.ip, GRE() / DATA)]),
    "IPv4 with options and another port's address": (ADDRESS, lambda me, you, them: [
        ip4(me, you, them.ip, options=b"\x07\x07\x04" + bytes(5))]),
    "IPv6 with another port's address": (ADDRESS, lambda me, you, them: [ip6(me, you, them.ip6)]),
    "IPv6 with an outsider's address": (ADDRESS, lambda me, you, them: [ip6(me, you, STRANGER_IP6)]),
    "IPv6 from :: that is no discovery": (ADDRESS, lambda me, you, them: [ip6(me, you, "::")]),
    "IPv6 behind extension headers with another port's address": (ADDRESS, lambda me, you, them: [
        ip6(me, you, them.ip6, padded(PLAIN))]),
    "fragments of IPv4 with another port's address": (ADDRESS, lambda me, you, them: fragments4(
        ip4(me, you, them.ip, long_udp()))),
    "fragments of IPv6 with another port's address": (ADDRESS, lambda me, you, them: fragments6(
        ip6(me, you, them.ip6, long_udp()))),
    "first fragment honest, later ones with another port's address": (ADDRESS, lambda me, you, them: fragments4(
        ip4(me, you, them.ip, long_udp()))[1:]),

    "ARP asks as another port": (ARP_LIE, lambda me, you, them: [arp(me, psrc=them.ip, pdst=UNUSED_IP)]),
    "ARP with another port's MAC inside": (ARP_LIE, lambda me, you, them: [arp(me, hwsrc=them.mac, pdst=UNUSED_IP)]),
    "ARP answers for another port": (ARP_LIE, lambda me, you, them: [
        arp(me, you.mac, op=2, psrc=them.ip, hwdst=you.mac, pdst=you.ip)]),
    "ARP answers with another port's MAC": (ARP_LIE, lambda me, you, them: [
        arp(me, you.mac, op=2, hwsrc=them.mac, hwdst=you.mac, pdst=you.ip)]),
    "gratuitous ARP request of another port's address": (ARP_LIE, lambda me, you, them: [
        arp(me, psrc=them.ip, pdst=them.ip)]),
    "gratuitous ARP answer of another port's address": (ARP_LIE, lambda me, you, them: [
        arp(me, op=2, psrc=them.ip, pdst=them.ip, hwdst=BROADCAST)]),
    "ARP probe for another port's address": (ARP_LIE, lambda me, you, them: [
        arp(me, psrc="0.0.0.0", pdst=them.ip, op=1)]),
    "ARP of another hardware": (ARP_LIE, lambda me, you, them: [
        arp(me, hwtype=6, psrc=them.ip, pdst=UNUSED_IP)]),

    "solicitation from another port's address": ((ADDRESS, ND_LIE), lambda me, you, them: [
        solicitation(me, you.ip6, source=them.ip6)]),
    "solicitation with another port's MAC": (ND_LIE, lambda me, you, them: [
        solicitation(me, you.ip6, link_address=them.mac)]),
    "advertisement of another port's address": (ND_LIE, lambda me, you, them: [advertisement(me, them.ip6, me.mac)]),
    "advertisement of an outsider's address": (ND_LIE, lambda me, you, them: [advertisement(me, STRANGER_IP6, me.mac)]),
    "advertisement with another port's MAC": (ND_LIE, lambda me, you, them: [advertisement(me, me.ip6, them.mac)]),
    "advertisement from another port's address": ((ADDRESS, ND_LIE), lambda me, you, them: [
        advertisement(me, them.ip6, me.mac, source=them.ip6)]),
    "duplicate address detection of another port's address": (ND_LIE, lambda me, you, them: [
        solicitation(me, them.ip6, source="::")]),
    "advertisement of another port's address behind extension headers": (ND_LIE, lambda me, you, them: [
        to_all_nodes(me, padded(advertisement(me, them.ip6, me.mac)[ICMPv6ND_NA]))]),
    "the own advertisement in fragments": ((ND_LIE, INVALID), lambda me, you, them: fragments6(
        advertisement(me, me.ip6, me.mac), 24)),
    "advertisement of another port's address in fragments": ((ROUTER, INVALID), lambda me, you, them: fragments6(
        to_all_nodes(me, padded(advertisement(me, them.ip6, me.mac)[ICMPv6ND_NA])), 16)),

    "DHCP answer": (DHCP_ANSWER, lambda me, you, them: [dhcp_answer(me, you)]),
    "DHCP answer to everyone": (DHCP_ANSWER, lambda me, you, them: [
        ether(me.mac, BROADCAST) / IP(src=me.ip, dst="255.255.255.255") / UDP(sport=67, dport=68) / DATA]),
    "DHCPv6 answer": (DHCP_ANSWER, lambda me, you, them: [
        ip6(me, you, payload=UDP(sport=547, dport=546) / DHCP6_Advertise())]),
    "DHCP answer in fragments": (DHCP_ANSWER, lambda me, you, them: fragments4(dhcp_answer(me, you), 256)),
    "DHCPv6 answer whose ports are in its second fragment": (DHCP_ANSWER, lambda me, you, them: fragments6(
        ip6(me, you, payload=padded(UDP(sport=547, dport=546) / DHCP6_Advertise())), 16)),
    "first fragment of a DHCP answer": (DHCP_ANSWER, lambda me, you, them: fragments4(dhcp_answer(me, you))[:1]),

    "router advertisement": (ROUTER, lambda me, you, them: [to_all_nodes(me, RA)]),
    "router advertisement to one": (ROUTER, lambda me, you, them: [ip6(me, you, payload=RA, hlim=255)]),
    "router advertisement behind extension headers": (ROUTER, lambda me, you, them: [to_all_nodes(me, padded(RA))]),
    "router advertisement whose header is in its first fragment": (ROUTER, lambda me, you, them: fragments6(
        to_all_nodes(me, RA), 16)[:1]),
    "router advertisement behind an extension header that is cut": (ROUTER, lambda me, you, them: fragments6(
        to_all_nodes(me, IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(12))]) / RA), 8)[:1]),
    "router advertisement whose header is in its second fragment": ((ROUTER, INVALID), lambda me, you, them: fragments6(
        to_all_nodes(me, padded(RA)), 16)),

    "a tag": (TAG, lambda me, you, them: [
        ether(me.mac, you.mac) / Dot1Q(vlan=77) / IP(src=me.ip, dst=you.ip) / PLAIN]),
    "a tag that hides another port's address": (TAG, lambda me, you, them: [
        ether(me.mac, you.mac) / Dot1Q(vlan=77) / IP(src=them.ip, dst=you.ip) / PLAIN]),
    "a priority tag that hides ARP of another port's address": (TAG, lambda me, you, them: [
        ether(me.mac, BROADCAST) / Dot1Q(vlan=0) / ARP(hwsrc=me.mac, psrc=them.ip, pdst=UNUSED_IP)]),
    "two tags that hide another port's address": (TAG, lambda me, you, them: [
        ether(me.mac, you.mac) / Dot1Q(vlan=7) / Dot1Q(vlan=8) / IP(src=them.ip, dst=you.ip) / PLAIN]),
    "QinQ that hides another port's address": (TAG, lambda me, you, them: [
        ether(me.mac, you.mac) / Dot1AD(vlan=7) / Dot1Q(vlan=8) / IP(src=them.ip, dst=you.ip) / PLAIN]),
    "QinQ that hides a router advertisement": (TAG, lambda me, you, them: [
        ether(me.mac, ALL_NODES_MAC) / Dot1AD(vlan=7) / Dot1Q(vlan=8) / IPv6(src=me.ip6, dst=ALL_NODES, hlim=255) / RA]),

    "LLDP": (OTHER, lambda me, you, them: [Ether(src=me.mac, dst=you.mac, type=0x88cc) / DATA]),
    "MPLS": (OTHER, lambda me, you, them: [
        Ether(src=me.mac, dst=you.mac, type=0x8847) / Raw(b"\x00\x01\x01\x40") / IP(src=them.ip, dst=you.ip) / PLAIN]),
    "PPPoE": (OTHER, lambda me, you, them: [Ether(src=me.mac, dst=BROADCAST, type=0x8863) / DATA]),
    "reverse ARP": (OTHER, lambda me, you, them: [
        Ether(src=me.mac, dst=BROADCAST, type=0x8035) / ARP(op=3, hwsrc=me.mac, psrc=them.ip)]),
    "an old tag's ethertype": (OTHER, lambda me, you, them: [
        Ether(src=me.mac, dst=you.mac, type=0x9100) / Raw(b"\x00\x07\x08\x00") / IP(src=them.ip, dst=you.ip) / PLAIN]),
    "a frame with a length": (OTHER, lambda me, you, them: [Dot3(src=me.mac, dst=you.mac) / LLC() / DATA]),
}

# Their first fragment is dropped for what it shows or hides; the last one waits for it in the connection tracker, in vain.
HELD = ("the own advertisement in fragments", "advertisement of another port's address in fragments", "DHCP answer in fragments",
        "DHCPv6 answer whose ports are in its second fragment", "router advertisement whose header is in its second fragment")

# No frame may have such a source (IEEE 802.3, 3.2.3): no port may send it, port security or not.
NEVER = ("multicast source MAC", "broadcast source MAC")

# Questions for a bound port's address, which the node answers in its place and does not pass on.
ANSWERED = ("gratuitous ARP request of another port's address", "ARP probe for another port's address")

# What a port may say, with its own identity; everyone hears it.
HONEST = {
    "UDP": lambda me, you: [ip4(me, you)],
    "ICMP": lambda me, you: [ip4(me, you, payload=ICMP(type=8) / DATA)],
    "IPv6 from the link-local address": lambda me, you: [ip6(me, you)],
    "IPv6 behind extension headers": lambda me, you: [ip6(me, you, payload=padded(PLAIN))],
    "ARP for an address that nobody has": lambda me, you: [arp(me, pdst=UNUSED_IP)],
    "ARP probe for the own address": lambda me, you: [arp(me, psrc="0.0.0.0", pdst=me.ip)],
    "gratuitous ARP request": lambda me, you: [arp(me, pdst=me.ip)],
    "gratuitous ARP answer": lambda me, you: [arp(me, op=2, pdst=me.ip, hwdst=BROADCAST)],
    "solicitation with the own MAC": lambda me, you: [solicitation(me, STRANGER_IP6, link_address=me.mac)],
    "duplicate address detection": lambda me, you: [solicitation(me, me.ip6, source="::")],
    "unsolicited advertisement": lambda me, you: [advertisement(me, me.ip6, me.mac)],
    "router solicitation from ::": lambda me, you: [
        ether(me.mac, mac_of_group("ff02::2")) / IPv6(src="::", dst="ff02::2", hlim=255) / ICMPv6ND_RS()],
    "listener report": lambda me, you: [listener_report(me, me.ip6)],
    "listener report from ::": lambda me, you: [listener_report(me, "::")],
    "DHCPv6 question": lambda me, you: [ip6(me, you, payload=UDP(sport=546, dport=547) / DHCP6_Solicit())],
}


def listener_report(me, source):
    return (ether(me.mac, LISTENERS_MAC) / IPv6(src=source, dst=LISTENERS, hlim=1) /
            IPv6ExtHdrHopByHop(options=[RouterAlert()]) /
            ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(rtype=4, dst="ff02::1:ff00:1")]))


def dhcp_discover(me):
    return (ether(me.mac, BROADCAST) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) /
            BOOTP(chaddr=bytes.fromhex(me.mac.replace(":", "")), xid=0x77777777) /
            DHCP(options=[("message-type", "discover"), "end"]))
