#!/usr/bin/python3
"""Drops on a real switch: counted by their flows, and streamed to those who follow. Usage: drops_itest.py AGENT WEFT"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

from agent_itest import NODE, Host, eventually

WEFT = os.path.abspath(sys.argv.pop(1))
SENDER = """
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[1], 0))
for _ in range(int(sys.argv[3])):
    wire.send(bytes.fromhex(sys.argv[2]))
"""
LISTENER = """
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((sys.argv[1], 0))
while True:
    print(wire.recv(2048).hex(), flush=True)
"""


def ipv4(source, destination, source_mac, destination_mac, protocol=17, payload="1f900035000c0000deadbeef"):
    """An Ethernet frame of an IPv4 packet with a right header checksum."""
    words = [0x4500, 20 + len(payload) // 2, 1, 0, 64 << 8 | protocol, 0]
    for address in (source, destination):
        octets = [int(part) for part in address.split(".")]
        words += [octets[0] << 8 | octets[1], octets[2] << 8 | octets[3]]
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    words[5] = ~total & 0xffff
    header = "".join(f"{word:04x}" for word in words)
    return (destination_mac + source_mac).replace(":", "") + "0800" + header + payload


class Follower:
    """A running `weft drops --follow`."""

    count = 0

    def __init__(self, host, *options):
        Follower.count += 1
        self.out, self.err = (host.dir / f"follow{Follower.count}.{stream}" for stream in ("out", "err"))
        with open(self.out, "w") as out, open(self.err, "w") as err:
            self.process = subprocess.Popen(
                ["nsenter", f"--net=/var/run/netns/{host.namespace}", *weft_command(host), "--format", "json", "drops",
                 "--follow", *options], stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def samples(self):
        *whole, _ = self.out.read_text().split("\n")
        return [json.loads(line) for line in whole]

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def weft_command(host):
    return [WEFT, "--store", f"unix:{host.dir}/weft.sock"]


class DropsOnRealSwitch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.host.start()
        cls.host.make_network()
        eventually(lambda: "switch.connected" in cls.host.log(), "the switch connects")
        eventually(lambda: cls.host.rows("Node", name=NODE), "the node's row")

    @classmethod
    def tearDownClass(cls):
        cls.host.stop()

    def setUp(self):
        self.port = self.host.make_port()
        self.interface = "o-" + self.port[:8]
        self.host.plug(self.interface, self.port)
        eventually(lambda: self.host.is_active(self.port), "the port is ACTIVE")
        self.host.run("ip", "link", "set", self.interface, "up")
        self.mac = self.host.rows("Port", _uuid=["uuid", self.port])[0]["mac"]
        self.ip = self.host.rows("Address", port=["uuid", self.port])[0]["ip"]

    def send(self, source_ip, count=1):
        self.send_frame(self.interface, ipv4(source_ip, "20.20.1.200", self.mac, "fa:16:3e:ff:ff:ff"), count)

    def send_frame(self, interface, frame, count=1):
        self.host.run("/usr/bin/python3", "-c", SENDER, interface, frame, str(count))

    def hears(self, interface):
        """Listens on an interface; a function that gives the frames so far, as hexadecimal text."""
        heard = self.host.dir / f"{interface}.heard"
        with open(heard, "w") as out:
            listener = subprocess.Popen(
                ["nsenter", f"--net=/var/run/netns/{self.host.namespace}", "/usr/bin/python3", "-c", LISTENER, interface],
                stdin=subprocess.DEVNULL, stdout=out)
        self.addCleanup(lambda: (listener.kill(), listener.wait()))
        return lambda: heard.read_text().split()

    def forbid(self, rule):
        self.host.transact({"op": "delete", "table": "SecurityGroupRule", "where": [["_uuid", "==", ["uuid", rule]]]})

    def weft(self, *words):
        return json.loads(self.host.run(*weft_command(self.host), "--format", "json", *words))

    def counted(self, reason):
        return sum(drop["packets"] for drop in self.weft("port", "show", self.port)["drops"] if drop["reason"] == reason)

    def follower(self, *options):
        follower = Follower(self.host, *options)
        self.addCleanup(follower.stop)
        return follower

    def sampled(self, follower, source_ip):
        """Sends until a sample of it arrives; the sample."""
        def arrived():
            self.send(source_ip)
            return next((s for s in follower.samples() if f"IPv4 {source_ip}." in s["packet"]), None)
        return eventually(arrived, f"a sample from {source_ip}: {follower.err.read_text()}")

    def metric(self, name):
        found = re.search(rf"^{name} (\d+)", self.host.metrics(), re.MULTILINE)
        return int(found.group(1)) if found else 0

    def sampling_flows(self):
        return [line for line in self.host.flows().splitlines() if "controller(" in line and "meter_id=1)" in line]

    def test_counters_have_reasons_and_an_owner(self):
        self.send("172.16.3.4", 3)
        self.send(self.ip, 2)
        eventually(lambda: self.counted("spoofed IP") == 3, "three spoofs are counted")
        eventually(lambda: self.counted("no rule") == 2, "two without a rule are counted")
        rows = [row for row in self.weft("drops", "--port", self.port, "--node", NODE) if row["reason"] == "spoofed IP"]
        self.assertEqual([(row["packets"], row["direction"], row["node"]) for row in rows], [(3, "egress", NODE)])
        self.assertIn(f'weft_drops_total{{reason="spoofed IP",direction="egress",port="{self.port}"}} 3\n',
                      self.host.metrics())

    def test_counters_stay_when_the_port_or_the_agent_changes(self):
        self.send("172.16.3.4", 5)
        eventually(lambda: self.counted("spoofed IP") == 5, "five spoofs are counted")
        self.host.transact({"op": "update", "table": "Port", "where": [["_uuid", "==", ["uuid", self.port]]],
                            "row": {"allowed_address_pairs": "- 10.0.0.0/8"}})
        eventually(lambda: "nw_src=10.0.0.0/8" in self.host.flows(), "the pair's flows are in")
        self.assertEqual(self.counted("spoofed IP"), 5)
        runs = self.host.log().count("flows.reconciled")
        self.host.kill("agent")
        self.host.start_agent()
        eventually(lambda: self.host.log().count("flows.reconciled") > runs, "the agent reconciles")
        self.assertEqual(self.counted("spoofed IP"), 5)

    def test_followed_packet_is_decoded_blamed_and_told_how_to_pass(self):
        follower = self.follower()
        spoof = self.sampled(follower, "172.16.3.4")
        self.assertEqual((spoof["reason"], spoof["direction"], spoof["node"]), ("spoofed IP", "egress", NODE))
        self.assertEqual(spoof["sender"]["id"], self.port)
        self.assertIn("IPv4 172.16.3.4.8080 > 20.20.1.200.53: UDP", spoof["packet"])
        commands = [command for remedy in spoof["remedies"] for command in remedy["commands"]]
        self.assertIn(f"openstack port set --allowed-address ip-address=172.16.3.4 {self.port}", commands)
        self.assertTrue(any("--protocol 4 --remote-group" in command for command in commands), commands)
        ruled = self.sampled(follower, self.ip)
        self.assertEqual(ruled["reason"], "no rule")
        self.assertEqual(ruled["remedies"][0]["commands"],
                         ["openstack security group rule create --egress --protocol udp --dst-port 53 "
                          f"--remote-ip 20.20.1.200/32 {self.host.group}"])
        self.assertEqual(follower.interrupt(), 0)

    def test_dropped_reply_is_told_the_rule_of_its_connection(self):
        rules = {"group": ["uuid", self.host.group], "ethertype": 4, "project_id": "p"}
        into = self.host.insert("SecurityGroupRule", direction="ingress", protocol=17, port_range_min=53,
                                port_range_max=53, key="in", **rules)
        self.addCleanup(self.forbid, into)
        client = self.interface, self.mac, self.ip
        self.setUp()
        question = ipv4(client[2], self.ip, client[1], self.mac)
        answer = ipv4(self.ip, client[2], self.mac, client[1], payload="00351f90000c0000deadbeef")
        out = self.host.insert("SecurityGroupRule", direction="egress", protocol=17, port_range_min=53,
                               port_range_max=53, key="out", **rules)
        self.addCleanup(self.forbid, out)
        heard = self.hears(client[0])
        eventually(lambda: (self.send_frame(client[0], question), self.send_frame(self.interface, answer),
                            answer in heard())[-1], "the answer is heard while the rule is there")
        follower = self.follower("--port", self.port)
        self.forbid(into)
        def told():
            self.send_frame(self.interface, answer)
            return next((s for s in follower.samples() if s["reason"] == "no rule"), None)
        sample = eventually(told, "the answer is dropped")
        self.assertEqual(sample["sender"]["id"], self.port)
        self.assertEqual(sample["remedies"][0]["commands"],
                         ["openstack security group rule create --protocol udp --dst-port 53 "
                          f"--remote-group {self.host.group} {self.host.group}"])

    def test_switch_samples_only_while_somebody_follows(self):
        self.assertEqual(self.sampling_flows(), [])
        one = self.follower("--port", self.port)
        self.sampled(one, "172.16.3.4")
        flows, bundles = self.sampling_flows(), self.metric("weft_agent_bundles_total")
        self.assertEqual(len(flows), 4, "to and from the interface and the MAC")
        two = Follower(self.host, "--port", self.port, "--node", NODE)
        self.addCleanup(two.stop)
        self.sampled(two, "172.16.3.5")
        self.assertEqual(self.metric("weft_agent_bundles_total"), bundles, "the second changes nothing")
        self.assertEqual(one.interrupt(), 0)
        eventually(lambda: self.metric("weft_agent_drop_followers") == 1, "the first has left")
        self.assertEqual(self.sampling_flows(), flows)
        self.assertEqual(two.interrupt(), 0)
        eventually(lambda: self.sampling_flows() == [], "the last one turns it off")

    def test_only_the_followed_ports_packets_are_streamed(self):
        mine = self.port, self.interface, self.mac
        self.setUp()
        follower = self.follower("--port", mine[0])
        self.send("172.16.9.9", 20)
        self.port, self.interface, self.mac = mine
        self.sampled(follower, "172.16.3.4")
        self.assertEqual({sample["sender"]["id"] for sample in follower.samples()}, {mine[0]})

    def test_flood_of_drops_costs_no_more_than_the_meter_lets_through(self):
        follower = self.follower()
        self.sampled(follower, "172.16.3.4")
        before, started = self.metric("weft_agent_drop_samples_total"), time.monotonic()
        self.send("172.16.7.7", 50000)
        eventually(lambda: self.counted("spoofed IP") >= 5000, "the flood is counted")
        taken = self.metric("weft_agent_drop_samples_total") - before
        self.assertGreater(taken, 0)
        self.assertLessEqual(taken, 100 + 110 * (time.monotonic() - started))

    def test_follower_outlives_the_agent(self):
        follower = self.follower()
        self.sampled(follower, "172.16.3.4")
        self.host.kill("agent")
        eventually(lambda: f"{NODE}: " in follower.err.read_text(), "the user is told")
        self.assertIn("trying again", follower.err.read_text())
        self.host.start_agent()
        self.sampled(follower, "172.16.3.5")

    def test_missing_agent_is_named(self):
        self.host.kill("agent")
        self.addCleanup(self.host.start_agent)
        for words in (["drops"], ["drops", "--follow"]):
            done = subprocess.run([*weft_command(self.host), *words], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1, words)
            self.assertIn(NODE, done.stderr)
            self.assertIn(f"unix:{self.host.dir}/diagnostics.sock", done.stderr)
        shown = self.weft("port", "show", self.port)
        self.assertEqual(shown["drops"], [])
        self.assertIn(NODE, shown["drops_error"])


if __name__ == "__main__":
    unittest.main()
