"""Requests to a node's own services that must not be answered, each with the reason for which it is dropped.

Each entry makes one frame of the port that sends it. The honest requests are the controls: each bad one differs from one of
them in one point.
"""
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import (DHCP6_InfoRequest, DHCP6_Reply, DHCP6_Solicit, DHCP6OptClientId, DHCP6OptElapsedTime,
                                DHCP6OptIA_NA, DHCP6OptServerId, DUID_LL)
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from attacks import ALL_NODES, ALL_NODES_MAC, BROADCAST, DHCP_ANSWER, MAC, ND_LIE, STRANGER_IP, STRANGER_MAC, mac_of_group

MALFORMED = "malformed request"
ALL_SERVERS, ALL_ROUTERS = "ff02::1:2", "ff02::2"
DISCOVER = [("message-type", "discover"), ("param_req_list", [1, 3, 6, 26]), "end"]


def octets(mac):
    return bytes.fromhex(mac.replace(":", ""))


def dhcp(me, options=DISCOVER, ports=(68, 67), **fields):
    """A DHCPv4 message of a client without an address."""
    return (Ether(src=me.mac, dst=BROADCAST) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=ports[0], dport=ports[1]) /
            BOOTP(**{"op": 1, "chaddr": octets(me.mac), "xid": 0x77777777, **fields}) / DHCP(options=options))


def cut(frame, size):
    """The same UDP message, with only this many octets of it."""
    ip = frame[IP] if IP in frame else frame[IPv6]
    payload = bytes(frame[UDP].payload)[:size]
    head = IP(src=ip.src, dst=ip.dst) if IP in frame else IPv6(src=ip.src, dst=ip.dst)
    return Ether(src=frame.src, dst=frame.dst) / head / UDP(sport=frame[UDP].sport, dport=frame[UDP].dport) / Raw(payload)


def ending(frame, octets):
    """The same UDP message, with these octets behind it."""
    whole = cut(frame, None)
    whole[Raw].load += octets
    return whole


def dhcp6(me, message=None, ports=(546, 547), client=True):
    message = message or DHCP6_Solicit(trid=0x777777)
    if client:
        message /= DHCP6OptClientId(duid=DUID_LL(lladdr=me.mac))
    return (Ether(src=me.mac, dst=mac_of_group(ALL_SERVERS)) / IPv6(src=me.ip6, dst=ALL_SERVERS) /
            UDP(sport=ports[0], dport=ports[1]) / message)


def solicit(me):
    return dhcp6(me) / DHCP6OptElapsedTime() / DHCP6OptIA_NA(iaid=7)


def router_solicitation(me, link_address=None, hop_limit=255, source=None, options=b""):
    frame = (Ether(src=me.mac, dst=mac_of_group(ALL_ROUTERS)) / IPv6(src=source or me.ip6, dst=ALL_ROUTERS, hlim=hop_limit) /
             ICMPv6ND_RS())
    if link_address:
        frame /= ICMPv6NDOptSrcLLAddr(lladdr=link_address)
    return frame / Raw(options) if options else frame


def neighbour_message(me, message, hop_limit):
    return Ether(src=me.mac, dst=ALL_NODES_MAC) / IPv6(src=me.ip6, dst=ALL_NODES, hlim=hop_limit) / message


HONEST = {
    "DISCOVER": dhcp,
    "SOLICIT": solicit,
    "INFORMATION-REQUEST": lambda me: dhcp6(me, DHCP6_InfoRequest(trid=0x777777)),
    "router solicitation": lambda me: router_solicitation(me, me.mac),
}

BAD = {
    "DHCPv4 that ends in its header": (MALFORMED, lambda me: cut(dhcp(me), 100)),
    "DHCPv4 without options": (MALFORMED, lambda me: cut(dhcp(me), 236)),
    "DHCPv4 whose last option is longer than the message": (MALFORMED, lambda me: ending(
        dhcp(me, DISCOVER[:-1]), b"\x0c\xffhost")),
    "DHCPv4 without a message type": (MALFORMED, lambda me: dhcp(me, DISCOVER[1:])),
    "DHCPv4 of an unknown message type": (MALFORMED, lambda me: dhcp(me, [("message-type", 99), "end"])),
    "DHCPv4 offer to servers": (MALFORMED, lambda me: dhcp(me, [("message-type", "offer"), "end"])),
    "DHCPv4 that says it is a reply": (MALFORMED, lambda me: dhcp(me, op=2)),
    "DHCPv4 of a relay": (MALFORMED, lambda me: dhcp(me, giaddr=STRANGER_IP)),
    "DHCPv4 with a hardware address of 255 octets": (MALFORMED, lambda me: dhcp(me, hlen=255)),
    "DHCPv4 for another port's MAC": (MAC, lambda me: dhcp(me, chaddr=octets(STRANGER_MAC))),
    "DHCPv4 from a server's UDP port": (DHCP_ANSWER, lambda me: dhcp(me, ports=(67, 68), op=2)),

    "DHCPv6 that ends in its header": (MALFORMED, lambda me: cut(solicit(me), 3)),
    "DHCPv6 that ends in an option's header": (MALFORMED, lambda me: cut(solicit(me), 6)),
    "DHCPv6 whose last option is longer than the message": (MALFORMED, lambda me: ending(
        solicit(me), b"\x00\x10\xff\xffclass")),
    "DHCPv6 of an unknown message type": (MALFORMED, lambda me: dhcp6(me, Raw(b"\x63\x77\x77\x77"))),
    "DHCPv6 solicit of nobody": (MALFORMED, lambda me: dhcp6(me, client=False) / DHCP6OptIA_NA(iaid=7)),
    "DHCPv6 solicit to one server": (MALFORMED, lambda me: solicit(me) / DHCP6OptServerId(duid=DUID_LL(lladdr=me.mac))),
    "DHCPv6 reply to servers": (MALFORMED, lambda me: dhcp6(me, DHCP6_Reply(trid=0x777777))),
    "DHCPv6 reply": (DHCP_ANSWER, lambda me: dhcp6(me, DHCP6_Reply(trid=0x777777), ports=(547, 546))),

    "router solicitation from afar": (ND_LIE, lambda me: router_solicitation(me, me.mac, hop_limit=64)),
    "router solicitation with another port's MAC": (ND_LIE, lambda me: router_solicitation(me, STRANGER_MAC)),
    "router solicitation with an option without length": (MALFORMED, lambda me: router_solicitation(me, options=bytes(8))),
    "router solicitation with an option longer than itself": (MALFORMED, lambda me: router_solicitation(
        me, options=b"\x01\x02" + octets(me.mac))),
    "router solicitation from :: with a MAC": (MALFORMED, lambda me: router_solicitation(me, me.mac, source="::")),
    "neighbour solicitation from afar": (ND_LIE, lambda me: neighbour_message(me, ICMPv6ND_NS(tgt=me.ip6), 64)),
    "neighbour advertisement from afar": (ND_LIE, lambda me: neighbour_message(me, ICMPv6ND_NA(tgt=me.ip6, S=0), 64)),
}
