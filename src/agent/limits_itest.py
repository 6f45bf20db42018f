#!/usr/bin/python3
"""What the agent sets in the switch's datapath, and when a conntrack zone is emptied. Usage: limits_itest.py AGENT"""

import re
import unittest

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from agent_itest import Host, eventually

DATAPATH = "netdev@ovs-netdev"
USUAL_LIMIT = 65536
SENDER = """
import pathlib, socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind((sys.argv[1], 0))
for frame in pathlib.Path(sys.argv[2]).read_text().split():
    wire.send(bytes.fromhex(frame))
"""


class LimitsOnRealSwitch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.host.start()
        cls.host.make_network()
        cls.host.insert("SecurityGroupRule", direction="egress", protocol=17, ethertype=4, key="udp",
                        group=["uuid", cls.host.group])
        eventually(lambda: "switch.connected" in cls.host.log(), "the switch connects")

    @classmethod
    def tearDownClass(cls):
        cls.host.stop()

    def start_agent(self, *options):
        """Another agent, with these settings."""
        self.host.kill("agent")
        runs = self.host.log().count("flows.reconciled")
        self.host.start_agent(*options)
        eventually(lambda: self.host.log().count("flows.reconciled") > runs, "the agent reconciles")

    def plugged(self, interface):
        port = self.host.make_port()
        self.host.plug(interface, port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        self.host.run("ip", "link", "set", interface, "up")
        return port

    def zone(self, interface):
        def written():
            ids = self.host.run("ovs-vsctl", "get", "Interface", interface, "external_ids")
            return re.search(r'weft-ct-zone="?(\d+)', ids)
        return int(eventually(written, "the zone is written")[1])

    def limits(self):
        """Zone -> most connections, connections now; empty while the switch is starting."""
        try:
            text = self.host.run("ovs-appctl", "dpctl/ct-get-limits", DATAPATH)
        except AssertionError:
            return {}
        return {int(zone): (int(most), int(now))
                for zone, most, now in re.findall(r"zone=(\d+),limit=(\d+),count=(\d+)", text)}

    def limit(self, zone):
        return self.limits().get(zone, (None, 0))[0]

    def fragment_settings(self):
        try:
            text = self.host.run("ovs-appctl", "dpctl/ipf-get-status", DATAPATH)
        except AssertionError:
            return ()
        return tuple(int(re.search(name + r": (\d+)", text)[1])
                     for name in ("min v4 frag size", "min v6 frag size", "max num frags .*"))

    def open_connections(self, interface, port, count):
        """Sends the first packet of so many connections, to nobody."""
        mac = self.host.rows("Port", _uuid=["uuid", port])[0]["mac"]
        address = self.host.rows("Address", port=["uuid", port])[0]["ip"]
        frames = [Ether(src=mac, dst="fa:16:3e:ff:ff:ff") / IP(src=address, dst="20.20.1.200") / UDP(sport=source, dport=53)
                  for source in range(1024, 1024 + count)]
        path = self.host.dir / f"{interface}.frames"
        path.write_text("\n".join(bytes(frame).hex() for frame in frames))
        self.host.run("/usr/bin/python3", "-c", SENDER, interface, str(path))

    def test_every_port_has_a_limit_and_small_fragments_pass_also_after_the_switch_was_killed(self):
        self.plugged("o-kept")
        zone = self.zone("o-kept")
        for restart in (False, True):
            if restart:
                self.host.kill("vswitchd")
                self.host.start_switch()
            eventually(lambda: self.limit(zone) == USUAL_LIMIT, "the limit is set")
            eventually(lambda: self.fragment_settings() == (400, 400, 5000), "fragments from 400 octets pass")
        self.assertIn("weft_agent_refused_datapath_settings 0", self.host.metrics())

    def test_port_at_its_limit_hinders_no_other(self):
        greedy, modest = self.plugged("o-greedy"), self.plugged("o-modest")
        zones = self.zone("o-greedy"), self.zone("o-modest")
        self.start_agent("--max-connections-per-port", "50")
        try:
            eventually(lambda: all(self.limit(zone) == 50 for zone in zones), "both are limited")
            self.open_connections("o-greedy", greedy, 200)
            eventually(lambda: self.limits()[zones[0]] == (50, 50), "the port is at its limit")
            self.open_connections("o-modest", modest, 20)
            eventually(lambda: self.limits()[zones[1]] == (50, 20), "the other has all of its connections")
        finally:
            self.start_agent()

    def test_nought_takes_the_limits_away(self):
        self.plugged("o-free")
        zone = self.zone("o-free")
        eventually(lambda: self.limit(zone) == USUAL_LIMIT, "the limit is set")
        self.start_agent("--max-connections-per-port", "0")
        try:
            eventually(lambda: self.limit(zone) is None, "the limit is gone")
        finally:
            self.start_agent()
        eventually(lambda: self.limit(zone) == USUAL_LIMIT, "the limit is back")

    def test_zone_is_emptied_when_its_old_owner_is_gone_and_the_new_one_not_yet_there(self):
        self.plugged("o-heir")
        heir = self.host.make_port()
        ofport = self.host.run("ovs-vsctl", "get", "Interface", "o-heir", "ofport").strip()
        for command in (("vlog/disable-rate-limit", "vconn"), ("vlog/set", "vconn:console:dbg")):
            self.host.run("ovs-appctl", *command)
        self.addCleanup(self.host.run, "ovs-appctl", "vlog/set", "vconn:console:info")
        start = len(self.host.log("vswitchd"))
        self.host.plug("o-heir", heir)
        eventually(lambda: self.host.is_active(heir), "the heir is ACTIVE")
        said = self.host.log("vswitchd")[start:]
        order = [re.search(pattern, said) for pattern in (
            rf"DEL_STRICT table:\d+ [^\n]*in_port=\"?(o-heir|{ofport})\b", r"NXT_CT_FLUSH",
            rf": ADD table:\d+ [^\n]*in_port=\"?(o-heir|{ofport})\b")]
        self.assertTrue(all(order), said[-3000:])
        self.assertEqual(order, sorted(order, key=lambda found: found.start()))


if __name__ == "__main__":
    unittest.main()
