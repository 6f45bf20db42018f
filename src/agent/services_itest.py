#!/usr/bin/python3
"""What a node answers its ports, on a real switch, asked by scapy. Usage: services_itest.py AGENT WEFT"""

import json
import os
import subprocess
import sys
import unittest

from agent_itest import NODE, Host, eventually
from scapy.layers.dhcp6 import (DHCP6_Advertise, DHCP6OptDNSServers, DHCP6OptIAAddress, DHCP6OptServerId)
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import (ICMPv6ND_RA, ICMPv6NDOptMTU, ICMPv6NDOptPrefixInfo, ICMPv6NDOptRDNSS,
                                ICMPv6PacketTooBig, IPv6)
from scapy.layers.l2 import Ether

WEFT = os.path.abspath(sys.argv.pop(1))
DISTRIBUTED = "fa:16:3e:00:ff:06"
DISTRIBUTED_LOCAL = "fe80::f816:3eff:fe00:ff06"

# Run in the host's namespace: one sends what its last argument builds, one prints the frames that it hears.
ASK = """
import sys
from scapy.all import *
from scapy.layers.dhcp6 import *
from scapy.layers.dhcp import *
interface, mac, ip, count = sys.argv[1:5]
local = "fe80::" + in6_mactoifaceid(mac).lower()
def client(message):
    return Ether(src=mac, dst="33:33:00:01:00:02")/IPv6(src=local, dst="ff02::1:2")/UDP(sport=546, dport=547)/message
def discover(chaddr, options):
    return (Ether(src=mac, dst="ff:ff:ff:ff:ff:ff")/IP(src="0.0.0.0", dst="255.255.255.255")/UDP(sport=68, dport=67)
            /BOOTP(chaddr=bytes.fromhex(chaddr.replace(":", "")))/DHCP(options=options))
duid = DHCP6OptClientId(duid=DUID_LL(lladdr=mac))
socket = conf.L2socket(iface=interface)
for _ in range(int(count)):
    socket.send(eval(sys.argv[5]))
"""
LISTEN = """
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((sys.argv[1], 0))
print("listening", flush=True)
while True:
    frame, address = wire.recvfrom(4096)
    if address[2] != socket.PACKET_OUTGOING:
        print(frame.hex(), flush=True)
"""
SOLICIT = "client(DHCP6_Solicit(trid=7)/duid/DHCP6OptOptReq(reqopts=[23, 24])/DHCP6OptIA_NA(iaid=1))"
ROUTERS = ("Ether(src=mac, dst='33:33:00:00:00:02')/IPv6(src=local, dst='ff02::2', hlim=255)/ICMPv6ND_RS()"
           "/ICMPv6NDOptSrcLLAddr(lladdr=mac)")



class Wire:
    """A port on a veth pair, whose other end takes frames of up to 1500 bytes."""

    count = 0

    def __init__(self, test, port=None):
        Wire.count += 1
        self.host = test.host
        self.port = port or self.host.make_port()
        self.switch_end, self.guest_end = f"o-wire{Wire.count}", f"g-wire{Wire.count}"
        self.mac = self.host.rows("Port", _uuid=["uuid", self.port])[0]["mac"]
        self.ip = self.host.rows("Address", port=["uuid", self.port])[0]["ip"]
        self.host.run("ip", "link", "add", self.switch_end, "type", "veth", "peer", "name", self.guest_end, "address",
                      self.mac)
        for end in (self.switch_end, self.guest_end):
            self.host.run("sysctl", "-qw", f"net.ipv6.conf.{end}.disable_ipv6=1")
            self.host.run("ip", "link", "set", end, "up")
        self.log = self.host.dir / f"{self.guest_end}.heard"
        with open(self.log, "w") as out:
            self.listener = subprocess.Popen(
                ["nsenter", f"--net=/var/run/netns/{self.host.namespace}", "/usr/bin/python3", "-c", LISTEN,
                 self.guest_end], stdin=subprocess.DEVNULL, stdout=out)
        test.addCleanup(self.stop)
        eventually(lambda: "listening" in self.log.read_text(), "the guest's end listens")

    def plug(self):
        self.host.run("ovs-vsctl", "add-port", "br-int", self.switch_end, "--", "set", "Interface", self.switch_end,
                      f"external-ids:iface-id={self.port}", "external-ids:iface-status=active")
        eventually(lambda: self.host.is_active(self.port), "the port is ACTIVE")
        return self

    def stop(self):
        self.listener.kill()
        self.listener.wait()
        self.host.run("ovs-vsctl", "--if-exists", "del-port", self.switch_end)
        self.host.run("ip", "link", "del", self.switch_end)

    def ask(self, packet, count=1):
        self.host.run("/usr/bin/python3", "-c", ASK, self.guest_end, self.mac, self.ip, str(count), packet)

    def heard(self, layer):
        """The frames that came, as scapy reads them, that have this layer."""
        *whole, _ = self.log.read_text().split("\n")
        frames = (Ether(bytes.fromhex(line)) for line in whole[1:])
        return [frame for frame in frames if frame.haslayer(layer)]

    def answer(self, packet, layer):
        before = len(self.heard(layer))
        self.ask(packet)
        return eventually(lambda: self.heard(layer)[before:], f"an answer: {layer.__name__}")[0]


class ServicesOnRealSwitch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.host.start()
        cls.host.make_network()
        cls.subnet6 = cls.host.make_subnet("2001:db8::/64", "2001:db8::1", DISTRIBUTED, ipv6_ra_mode="dhcpv6-stateful",
                                           ipv6_address_mode="dhcpv6-stateful", dns_nameservers="2001:db8::53")
        eventually(lambda: "switch.connected" in cls.host.log(), "the switch connects")
        eventually(lambda: cls.host.rows("Node", name=NODE), "the node's row")

    @classmethod
    def tearDownClass(cls):
        cls.host.stop()

    def wire(self):
        port = self.host.make_port()
        wire = Wire(self, port)
        wire.ip6 = f"2001:db8::f:{int(wire.mac[-2:], 16):x}"
        self.host.insert("Address", network=["uuid", self.host.network], subnet=["uuid", self.subnet6],
                         port=["uuid", port], ip=wire.ip6)
        return wire

    def weft(self, *command):
        return json.loads(self.host.run(WEFT, "--store", f"unix:{self.host.dir}/weft.sock", "--format", "json",
                                        *command))

    def dropped(self, port, reason):
        return sum(count["packets"] for count in self.weft("port", "show", port)["drops"] if count["reason"] == reason)

    def test_port_hears_of_the_network_when_it_becomes_active(self):
        wire = self.wire().plug()
        advertisement = eventually(lambda: wire.heard(ICMPv6ND_RA), "a router advertisement")[0]
        self.assertEqual((advertisement[IPv6].src, advertisement[IPv6].dst), (DISTRIBUTED_LOCAL, "ff02::1"))
        self.assertEqual(advertisement[IPv6].hlim, 255)
        self.assertEqual(advertisement[ICMPv6NDOptMTU].mtu, 1450)
        self.assertEqual(advertisement[ICMPv6NDOptPrefixInfo].prefix, "2001:db8::")
        self.assertEqual(advertisement[ICMPv6NDOptRDNSS].dns, ["2001:db8::53"])
        self.assertEqual((advertisement[ICMPv6ND_RA].M, advertisement[ICMPv6ND_RA].routerlifetime), (1, 0))

    def test_solicitation_is_answered_to_its_sender(self):
        wire = self.wire().plug()
        answer = wire.answer(ROUTERS, ICMPv6ND_RA)
        answers = [frame for frame in wire.heard(ICMPv6ND_RA) if frame.dst == wire.mac] or [answer]
        self.assertEqual(answers[0].dst, wire.mac)
        self.assertTrue(answers[0][IPv6].dst.startswith("fe80::"))

    def test_prefix_that_went_is_withdrawn(self):
        wire = self.wire().plug()
        subnet = self.host.make_subnet("2001:db8:1::/64", "2001:db8:1::1", "fa:16:3e:00:ff:07", ipv6_ra_mode="slaac",
                                       ipv6_address_mode="slaac")
        def lifetimes():
            return [option.validlifetime for frame in wire.heard(ICMPv6ND_RA)
                    for option in prefixes(frame) if option.prefix == "2001:db8:1::"]
        eventually(lambda: 86400 in lifetimes(), "the new prefix is advertised")
        self.assertNotIn(0, lifetimes())
        self.host.transact({"op": "update", "table": "Subnet", "where": [["_uuid", "==", ["uuid", subnet]]],
                            "row": {"enable_dhcp": False}})
        eventually(lambda: lifetimes()[-1] == 0, "the prefix is withdrawn")

    def test_dhcp6_client_gets_its_address(self):
        wire = self.wire().plug()
        advertise = wire.answer(SOLICIT, DHCP6_Advertise)
        self.assertEqual((advertise.src, advertise[IPv6].src), (DISTRIBUTED, DISTRIBUTED_LOCAL))
        self.assertEqual(advertise[DHCP6OptIAAddress].addr, wire.ip6)
        self.assertEqual(advertise[DHCP6OptServerId].duid.lladdr, DISTRIBUTED)
        self.assertEqual(advertise[DHCP6OptDNSServers].dnsservers, ["2001:db8::53"])

    def test_refused_requests_are_counted_for_their_port(self):
        wire = self.wire().plug()
        wire.ask("discover('fa:16:3e:77:77:77', [('message-type', 'discover'), 'end'])", 2)
        wire.ask("client(DHCP6_Advertise(trid=1)/duid)", 3)
        eventually(lambda: self.dropped(wire.port, "spoofed MAC") == 2, "two foreign hardware addresses")
        eventually(lambda: self.dropped(wire.port, "malformed request") == 3, "three server messages")
        self.assertIn(f'weft_drops_total{{reason="malformed request",direction="egress",port="{wire.port}"}} 3\n',
                      self.host.metrics())
        self.assertTrue(wire.answer(SOLICIT, DHCP6_Advertise), "the control")

    def test_refused_request_is_shown_to_who_follows(self):
        wire = self.wire().plug()
        seen = self.host.dir / "followed"
        with open(seen, "w") as out:
            follower = subprocess.Popen(
                ["nsenter", f"--net=/var/run/netns/{self.host.namespace}", WEFT, "--store",
                 f"unix:{self.host.dir}/weft.sock", "--format", "json", "drops", "--follow", "--port", wire.port],
                stdin=subprocess.DEVNULL, stdout=out)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        eventually(lambda: "weft_agent_drop_followers 1" in self.host.metrics(), "somebody follows")
        wire.ask("client(DHCP6_Advertise(trid=1)/duid)")
        sample = json.loads(eventually(lambda: "\n" in (text := seen.read_text()) and text, "a sample").split("\n")[0])
        self.assertEqual((sample["reason"], sample["sender"]["id"]), ("malformed request", wire.port))
        self.assertIn("546 > ", sample["packet"])

    def test_flood_of_one_port_keeps_no_other_waiting(self):
        noisy, quiet = self.wire().plug(), self.wire().plug()
        noisy.ask(SOLICIT, 1000)
        self.assertTrue(quiet.answer(SOLICIT, DHCP6_Advertise))
        eventually(lambda: self.dropped(noisy.port, "too many requests") > 500, "the flood is counted")
        self.assertEqual(self.dropped(quiet.port, "too many requests"), 0)

    def test_packet_that_is_too_big_is_answered(self):
        wire = self.wire().plug()
        big = "IP(src=ip, dst='20.20.1.200', flags='DF')/UDP(sport=9, dport=9)/bytes(1472)"
        answer = wire.answer(f"Ether(src=mac, dst='fa:16:3e:ff:ff:ff')/{big}", ICMP)
        self.assertEqual((answer[ICMP].type, answer[ICMP].code, answer[ICMP].nexthopmtu), (3, 4, 1450))
        self.assertEqual((answer[IP].src, answer[IP].dst), ("20.20.1.253", wire.ip))
        answer = wire.answer(f"Ether(src=mac, dst='fa:16:3e:ff:ff:ff')/IPv6(src='{wire.ip6}', dst='2001:db8::99')"
                             "/UDP(sport=9, dport=9)/bytes(1452)", ICMPv6PacketTooBig)
        self.assertEqual((answer[ICMPv6PacketTooBig].mtu, answer[IPv6].src), (1450, "2001:db8::1"))
        eventually(lambda: self.dropped(wire.port, "too big") == 2, "both are counted")


def prefixes(frame):
    """The prefix options of a router advertisement, in order."""
    found, layer = [], frame[ICMPv6ND_RA].payload
    while layer:
        if isinstance(layer, ICMPv6NDOptPrefixInfo):
            found.append(layer)
        layer = layer.payload
    return found


if __name__ == "__main__":
    unittest.main()
