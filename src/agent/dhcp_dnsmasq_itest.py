#!/usr/bin/python3
"""The same DHCPv4 questions to Weft's responder and to a dnsmasq that is set up as Neutron sets it up.
Usage: dhcp_dnsmasq_itest.py DHCP_ANSWER"""

import dataclasses
import json
import os
import pathlib
import select
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

MAC, SERVER, ADDRESS = "fa:16:3e:00:00:05", "10.0.0.2", "10.0.0.5"
BROADCAST_MAC, EVERYONE = "ff:ff:ff:ff:ff:ff", "255.255.255.255"
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
XID = 0x77656674
PATIENCE, SILENCE = 10.0, 0.4

ROUTES = [{"destination": "10.1.0.0/16", "nexthop": "10.0.0.9"}]
EXTRA = [("ntp-server", "192.0.2.123,192.0.2.124"), ("tag:!ipxe,67", "undionly.kpxe"),
         ("tag:ipxe,67", "http://192.0.2.9/boot.ipxe"), ("tftp-server", "192.0.2.9"), ("server-ip-address", "192.0.2.9"),
         ("vendor-class", "01:02:ff"), ("default-ttl", "64"), ("domain-search", "a.example,b.test"), ("150", "192.0.2.9"),
         ("posix-timezone", "CET-1CEST"), ("time-offset", "3600"), ("tcp-keepalive", "7200"), ("sip-server", "192.0.2.5"),
         ("130", "300"), ("131", "a" * 100), ("132", "b" * 100),
         ("133", "c" * 100), ("static-route", "10.9.0.1,10.0.0.1")]
EXTRA_CODES = bytes([42, 66, 67, 60, 23, 119, 150, 100, 2, 38, 120, 130, 33])

WORLD = {
    "mtu": 1450, "dns_domain": "example.org.", "mac_address": MAC, "dns_name": "vm1", "extra_dhcp_opts": [],
    "subnets": [
        {"cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1", "server": SERVER, "server_mac": "fa:16:3e:ff:00:01",
         "dns_nameservers": ["9.9.9.9", "8.8.8.8"], "host_routes": ROUTES, "fixed_ip": ADDRESS},
        {"cidr": "10.7.0.0/24", "gateway_ip": "10.7.0.1", "server": "10.7.0.2", "server_mac": "fa:16:3e:ff:00:02",
         "dns_nameservers": [], "host_routes": []}],
}
EXTRA_WORLD = WORLD | {"extra_dhcp_opts": [{"opt_name": name, "opt_value": value} for name, value in EXTRA]}

# Where Weft answers otherwise: what (an option's code, a field, or whether at all), when (about the question), and why.
DIFFERENCES = [
    ("at all", lambda q: q.fact == "request, selecting another server",
     "a dnsmasq that is told to be the only server refuses; Weft is silent, as RFC 2131, 4.3.2 has it"),
    (1, lambda q: 1 not in q.wanted, "dnsmasq sends the mask also to who did not ask"),
    (28, lambda q: 28 not in q.wanted, "dnsmasq sends the broadcast address also to who did not ask"),
    (26, lambda q: 26 not in q.wanted, "Neutron has dnsmasq send the MTU to everybody"),
    (58, lambda q: True, "dnsmasq sends it unasked, and a little earlier each time, against crowds of renewals"),
    (59, lambda q: True, "as 58"),
    (56, lambda q: True, "a refusal's reason, in words of its own"),
    (61, lambda q: True, "dnsmasq does not give the client identifier back (RFC 6842)"),
    ("siaddr", lambda q: not q.extra, "dnsmasq names itself as boot server; Weft has no boot files"),
    (119, lambda q: not q.extra, "Weft gives the domain as search list, too"),
]


@dataclasses.dataclass(frozen=True)
class Question:
    fact: str
    type: int
    wanted: bytes = bytes([1, 3, 6, 12, 15, 26, 28, 121])
    ciaddr: str = "0.0.0.0"
    options: tuple = ()
    flags: int = 0
    extra: bool = False  # to a port with extra DHCP options
    silence: bool = False  # is the right answer

    def frame(self):
        options = [(53, bytes([self.type])), *self.options, (55, self.wanted)]
        message = (bytes([1, 1, 6, 0]) + XID.to_bytes(4, "big") + bytes(2) + self.flags.to_bytes(2, "big")
                   + socket.inet_aton(self.ciaddr) + bytes(12) + bytes.fromhex(MAC.replace(":", "")) + bytes(202)
                   + bytes.fromhex("63825363") + b"".join(bytes([code, len(value)]) + value for code, value in options)
                   + b"\xff").ljust(300, b"\0")
        return bytes(Ether(src=MAC, dst=BROADCAST_MAC) / IP(src=self.ciaddr, dst=EVERYONE) / UDP(sport=68, dport=67) / message)


def address(text):
    return socket.inet_aton(text)


MINE, SERVER_ID = (50, address(ADDRESS)), (54, address(SERVER))
QUESTIONS = [
    Question("discover", DISCOVER),
    Question("discover that wants nothing", DISCOVER, wanted=bytes([1])),
    Question("discover of dhclient", DISCOVER, wanted=bytes([1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42])),
    Question("discover of Windows", DISCOVER, wanted=bytes([1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252])),
    Question("discover by broadcast", DISCOVER, flags=0x8000),
    Question("discover with a client identifier", DISCOVER, options=((61, b"\xff\x01\x02\x03\x04\x00\x02ab"),)),
    Question("discover of another address", DISCOVER, options=((50, address("10.0.0.77")),)),
    Question("request, selecting", REQUEST, options=(SERVER_ID, MINE)),
    Question("request, selecting, wrong address", REQUEST, options=(SERVER_ID, (50, address("10.0.0.77")))),
    Question("request, selecting another server", REQUEST, options=((54, address("10.0.0.3")), MINE)),
    Question("request, init-reboot", REQUEST, options=(MINE,)),
    Question("request, init-reboot on the wrong network", REQUEST, options=((50, address("192.168.1.7")),)),
    Question("request, renewing", REQUEST, ciaddr=ADDRESS),
    Question("request, renewing with times", REQUEST, ciaddr=ADDRESS, wanted=bytes([1, 58, 59])),
    Question("inform", INFORM, ciaddr=ADDRESS),
    Question("inform without address", INFORM, silence=True),
    Question("release", RELEASE, ciaddr=ADDRESS, options=(SERVER_ID,), silence=True),
    Question("discover, extra options asked for", DISCOVER, wanted=EXTRA_CODES, extra=True),
    Question("discover, extra options not asked for", DISCOVER, extra=True),
    Question("discover of iPXE", DISCOVER, options=((175, b"\x01\x01\x01"),), extra=True),
    Question("discover of iPXE that asks for the file", DISCOVER, wanted=bytes([1, 66, 67]), options=((175, b"\1\1\1"),),
             extra=True),
    Question("discover, options in the fields of file and server", DISCOVER, wanted=bytes([131, 132, 133, 66, 67]), extra=True),
    Question("discover, a client that takes more", DISCOVER, wanted=bytes([131, 132, 133, 66, 67]),
             options=((57, (1400).to_bytes(2, "big")),), extra=True),
    Question("decline", DECLINE, options=(SERVER_ID, MINE), silence=True),
]


def read_options(data, options):
    at = 0
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        code, size = data[at], data[at + 1]
        options[code] = options.get(code, b"") + data[at + 2:at + 2 + size]
        at += 2 + size


def read_answer(frame):
    """What is said, by field name and option code; where the options stand does not count."""
    packet = Ether(frame)
    message = bytes(packet[UDP].payload)
    options = {}
    read_options(message[240:], options)
    overload = options.pop(52, b"\0")[0]
    file, server_name = message[108:236], message[44:108]
    if overload & 1:
        read_options(file, options)
    if overload & 2:
        read_options(server_name, options)
    header = {"op": message[0], "xid": int.from_bytes(message[4:8], "big"), "flags": message[10:12].hex(),
              "ciaddr": socket.inet_ntoa(message[12:16]), "yiaddr": socket.inet_ntoa(message[16:20]),
              "siaddr": socket.inet_ntoa(message[20:24]), "file": b"" if overload & 1 else file.rstrip(b"\0"),
              "sname": b"" if overload & 2 else server_name.rstrip(b"\0"), "to": packet[IP].dst, "to mac": packet.dst,
              "from": packet[IP].src, "ports": (packet.sport, packet.dport)}
    return header | options


class Weft:
    """The program that answers as an agent does."""

    def __init__(self, world):
        self._process = subprocess.Popen([sys.argv[1]], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._say(json.dumps(world))

    def ask(self, frame):
        self._say(frame.hex())
        _, _, answer = self._process.stdout.readline().rstrip("\n").partition(" ")
        return read_answer(bytes.fromhex(answer)) if answer else None

    def stop(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _say(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


class Dnsmasq:
    """dnsmasq on one end of a wire, with the files that Neutron writes for a port; we are on the other end."""

    def __init__(self, directory):
        self._directory = directory
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "server", "type", "veth", "peer", "name", "client")
        run("ip", "address", "add", f"{SERVER}/24", "dev", "server")
        for device in ("server", "client"):
            run("ip", "link", "set", device, "up")
        self._wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._wire.bind(("client", 0))
        self._process = None

    def start(self, extra):
        self.stop()
        (self._directory / "hosts").write_text(f"{MAC},set:port,vm1,{ADDRESS}\n")
        (self._directory / "options").write_text("\n".join(self._options(extra)) + "\n")
        self._process = subprocess.Popen(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--port=0", "--no-ping",
             "--log-facility=-", f"--pid-file={self._directory}/pid", f"--dhcp-leasefile={self._directory}/leases",
             "--user=root", "--interface=server", "--except-interface=lo", "--bind-dynamic", "--dhcp-authoritative",
             "--dhcp-match=set:ipxe,175", "--domain=example.org", "--dhcp-option-force=option:mtu,1450",
             "--dhcp-range=set:subnet,10.0.0.0,static,255.255.255.0,86400s",
             f"--dhcp-hostsfile={self._directory}/hosts", f"--dhcp-optsfile={self._directory}/options"],
            stderr=subprocess.PIPE, text=True)
        for line in self._process.stderr:
            if "sockets bound" in line or "read" in line and "options" in line:
                break
        self._drain()
        deadline = time.monotonic() + PATIENCE
        while self.ask(QUESTIONS[0].frame()) is None:
            if time.monotonic() > deadline:
                raise AssertionError("dnsmasq does not answer")

    @staticmethod
    def _options(extra):
        routes = "10.7.0.0/24,0.0.0.0,10.1.0.0/16,10.0.0.9,0.0.0.0/0,10.0.0.1"
        yield "tag:subnet,option:dns-server,9.9.9.9,8.8.8.8"
        yield f"tag:subnet,option:classless-static-route,{routes}"
        yield f"tag:subnet,249,{routes}"
        yield "tag:subnet,option:router,10.0.0.1"
        for name, value in extra:
            *tags, option = name.split(",")
            yield ",".join(["tag:port", *tags, option if option.isdigit() else f"option:{option}", value])

    def ask(self, frame):
        self._drain()
        self._wire.send(frame)
        deadline = time.monotonic() + SILENCE
        while (left := deadline - time.monotonic()) > 0 and select.select([self._wire], [], [], left)[0]:
            heard = Ether(self._wire.recv(2048))
            if UDP in heard and heard[UDP].dport == 68 and heard[IP].src == SERVER:
                return read_answer(bytes(heard))
        return None

    def _drain(self):
        while select.select([self._wire], [], [], 0)[0]:
            self._wire.recv(2048)

    def stop(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process.stderr.close()
        self._process = None


def run(*command):
    subprocess.run(command, check=True)


def is_expected(what, question):
    return any(what == known and when(question) for known, when, _ in DIFFERENCES)


class BesideDnsmasq(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.dnsmasq = Dnsmasq(pathlib.Path(cls.directory.name))
        cls.addClassCleanup(cls.dnsmasq.stop)

    def compare(self, question, weft):
        theirs, ours = self.dnsmasq.ask(question.frame()), weft.ask(question.frame())
        if is_expected("at all", question):
            self.assertNotEqual(ours is None, theirs is None)
            return
        self.assertEqual((ours is None, theirs is None), (question.silence, question.silence))
        if question.silence:
            return
        common = {what for what in ours.keys() | theirs.keys() if not is_expected(what, question)}
        self.assertEqual({what: ours.get(what) for what in common}, {what: theirs.get(what) for what in common})

    def test_same_answers(self):
        for extra, world in (((), WORLD), (EXTRA, EXTRA_WORLD)):
            weft = Weft(world)
            self.addCleanup(weft.stop)
            self.dnsmasq.start(extra)
            for question in QUESTIONS:
                if question.extra == bool(extra):
                    with self.subTest(question.fact):
                        self.compare(question, weft)


if __name__ == "__main__":
    if len(sys.argv) == 2:  # a network of its own, that goes with this process
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv, "--inside"])
    unittest.main(argv=sys.argv[:1])
