#!/usr/bin/python3
"""The agent on a real Open vSwitch in a network namespace of its own, against a real store. Usage: agent_itest.py AGENT"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

SCHEMA = pathlib.Path(__file__).resolve().parents[1] / "store" / "weft.ovsschema"
OVS_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
AGENT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "weft-agent"
NODE = "worker1"
PATIENCE = 20


def eventually(condition, what, patience=PATIENCE):
    """Waits for a condition; its value when it is true. The condition is the wait: no fixed sleeps in tests."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {patience} s: {what}")


class Host:
    """A namespace with an Open vSwitch, a store and an agent, and the means to look at them."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="weft-agent-itest-"))
        self.namespace = "wai-" + self.dir.name[-8:]
        self.env = dict(os.environ, OVS_RUNDIR=str(self.dir), OVS_LOGDIR=str(self.dir), OVS_DBDIR=str(self.dir))
        self.processes = {}

    def run(self, *command):
        done = subprocess.run(["nsenter", f"--net=/var/run/netns/{self.namespace}", *command], env=self.env,
                              capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def spawn(self, name, *command):
        with open(self.dir / f"{name}.log", "a") as log:
            self.processes[name] = subprocess.Popen(
                ["nsenter", f"--net=/var/run/netns/{self.namespace}", *command], env=self.env,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self, name):
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def start(self):
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.run("ip", "link", "set", "lo", "up")
        for database, schema in (("conf", OVS_SCHEMA), ("weft", SCHEMA)):
            self.run("ovsdb-tool", "create", str(self.dir / f"{database}.db"), str(schema))
        self.start_store()
        self.spawn("ovsdb", "ovsdb-server", str(self.dir / "conf.db"), f"--remote=punix:{self.dir}/db.sock",
                   f"--unixctl={self.dir}/ovsdb.ctl")
        eventually(lambda: self.answers("db.sock"), "the switch's database")
        self.run("ovs-vsctl", "--no-wait", "init")
        self.start_switch()
        self.start_agent()

    def start_switch(self):
        self.spawn("vswitchd", "ovs-vswitchd", f"unix:{self.dir}/db.sock", "--pidfile")

    def answers(self, database):
        try:
            return self.run("ovsdb-client", "list-dbs", f"unix:{self.dir}/{database}")
        except AssertionError:
            return ""

    def start_store(self):
        self.spawn("store", "ovsdb-server", str(self.dir / "weft.db"), f"--remote=punix:{self.dir}/weft.sock",
                   f"--unixctl={self.dir}/store.ctl")
        eventually(lambda: self.answers("weft.sock"), "the store")

    def start_agent(self, *options):
        self.spawn("agent", AGENT, "--node", NODE, "--store", f"unix:{self.dir}/weft.sock", "--tunnel-ip", "127.0.0.1",
                   "--ovsdb", f"unix:{self.dir}/db.sock", "--cni-socket", str(self.dir / "cni.sock"),
                   "--diagnostics", f"unix:{self.dir}/diagnostics.sock", "--log-level", "debug", *options)

    def stop(self):
        for name in list(self.processes):
            self.kill(name)
        subprocess.run(["ip", "netns", "del", self.namespace], check=True)
        shutil.rmtree(self.dir)

    # The store, as weftd would write it.
    def transact(self, *operations):
        reply = json.loads(self.run("ovsdb-client", "transact", f"unix:{self.dir}/weft.sock",
                                    json.dumps(["Weft", *operations])))
        errors = [entry for entry in reply if entry and "error" in entry]
        if errors:
            raise AssertionError(f"store: {errors}")
        return reply

    def insert(self, table, **row):
        row_id = str(uuid.uuid4())
        self.transact({"op": "insert", "table": table, "uuid": row_id, "row": row})
        return row_id

    def rows(self, table, **where):
        clauses = [[name, "==", value] for name, value in where.items()]
        return self.transact({"op": "select", "table": table, "where": clauses})[0]["rows"]

    def make_port(self, host=NODE, last=[0]):
        last[0] += 1
        port = self.insert("Port", network=["uuid", self.network], mac=f"fa:16:3e:00:00:{last[0]:02x}", host=host,
                           admin_state_up=True, port_security_enabled=True, vnic_type="normal", binding_profile="{}",
                           project_id="p")
        self.insert("Address", network=["uuid", self.network], subnet=["uuid", self.subnet], port=["uuid", port],
                    ip=f"20.20.1.{last[0]}")
        self.insert("GroupMember", network=["uuid", self.network], group=["uuid", self.group], port=["uuid", port])
        return port

    def make_network(self):
        self.network = self.insert("Network", encapsulation="vxlan", vni=77, mtu=1450, admin_state_up=True,
                                   project_id="p")
        self.subnet = self.make_subnet("20.20.1.0/24", "20.20.1.253", "fa:16:3e:00:ff:fd", gateway_ip="20.20.1.254")
        self.group = self.insert("SecurityGroup", project_id="p", stateful=True, key="g")

    def make_subnet(self, cidr, distributed_ip, distributed_mac, **columns):
        """A subnet with DHCP and the port that every node answers for."""
        subnet = self.insert("Subnet", network=["uuid", self.network], cidr=cidr, enable_dhcp=True, project_id="p",
                             created_at=len(self.rows("Subnet")), **columns)
        port = self.insert("Port", network=["uuid", self.network], mac=distributed_mac, admin_state_up=True,
                           device_owner="network:distributed", device_id=f"weft-dhcp-{subnet}", project_id="p",
                           port_security_enabled=False, vnic_type="normal", binding_profile="{}")
        self.insert("Address", network=["uuid", self.network], subnet=["uuid", subnet], port=["uuid", port],
                    ip=distributed_ip)
        return subnet

    def binding(self, port):
        found = self.rows("Binding", port=["uuid", port])
        return found[0] if found else None

    def is_active(self, port):
        binding = self.binding(port)
        return binding and binding["up"]

    # The switch.
    def plug(self, interface, port):
        self.run("ovs-vsctl", "--may-exist", "add-port", "br-int", interface, "--", "set", "Interface", interface,
                 "type=internal", f"external-ids:iface-id={port}", "external-ids:iface-status=active",
                 "external-ids:skip_cleanup=true")

    def flows(self):
        """All flows, in the order of their text; empty while the switch is starting."""
        try:
            dump = self.run("ovs-ofctl", "-O", "OpenFlow15", "--no-stats", "dump-flows", "br-int")
            return "\n".join(sorted(dump.splitlines()))
        except AssertionError:
            return ""

    def metrics(self):
        with socket.socket(socket.AF_UNIX) as agent:
            agent.connect(str(self.dir / "diagnostics.sock"))
            agent.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            with agent.makefile() as answer:
                return answer.read()

    def log(self, name="agent"):
        return (self.dir / f"{name}.log").read_text()


class AgentOnRealSwitch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.host.start()
        cls.host.make_network()
        eventually(lambda: "switch.connected" in cls.host.log(), "the switch connects")

    @classmethod
    def tearDownClass(cls):
        if os.environ.get("KEEP"):
            print("kept", cls.host.dir, cls.host.namespace, {n: p.pid for n, p in cls.host.processes.items()})
            return
        cls.host.stop()

    def test_bridges_look_as_operators_know_them(self):
        show = eventually(lambda: "is_connected: true" in (out := self.host.run("ovs-vsctl", "show")) and out,
                          "the switch says that it is connected")
        for text in ("fail_mode: secure", "Port int-br-ex", "options: {peer=phy-br-ex}"):
            self.assertIn(text, show)

    def test_client_gets_what_it_asks_for_by_dhcp(self):
        port = self.host.make_port()
        self.host.plug("o-dhcp", port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        mac, address = (self.host.rows(table, **{key: ["uuid", port]})[0][column] for table, key, column in
                        (("Port", "_uuid", "mac"), ("Address", "port", "ip")))
        self.host.run("ip", "link", "set", "o-dhcp", "address", mac, "up")
        (self.host.dir / "dhclient.conf").write_text("request subnet-mask, broadcast-address, interface-mtu;")
        self.host.run("dhclient", "-1", "-cf", f"{self.host.dir}/dhclient.conf", "-lf", f"{self.host.dir}/leases",
                      "-pf", f"{self.host.dir}/dhclient.pid", "o-dhcp")
        # The client goes to the background first, and writes its id then.
        pid_file = self.host.dir / "dhclient.pid"
        os.kill(int(eventually(lambda: pid_file.exists() and pid_file.read_text(), "the client's id")), signal.SIGTERM)
        self.assertIn(f"inet {address}/24", self.host.run("ip", "address", "show", "o-dhcp"))
        self.assertEqual(self.host.run("ip", "route", "show", "default"), "")

    def test_deleted_bridge_comes_back(self):
        self.host.run("ovs-vsctl", "del-br", "br-ex")
        eventually(lambda: "phy-br-ex" in self.host.run("ovs-vsctl", "show"), "br-ex is made again")

    def test_node_and_heartbeat_are_reported(self):
        eventually(lambda: self.host.rows("Node", name=NODE), "the node's row")
        eventually(lambda: self.host.rows("Heartbeat", node=NODE), "the heartbeat")

    def test_port_becomes_active_and_leaves_with_its_interface(self):
        port = self.host.make_port()
        self.host.plug("o-life", port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        self.assertIn("mtu 1450", self.host.run("ip", "link", "show", "o-life"))
        self.host.run("ovs-vsctl", "del-port", "o-life")
        eventually(lambda: self.host.binding(port) is None, "the binding goes")

    def test_newcomer_with_the_same_iface_id_takes_nothing(self):
        port = self.host.make_port()
        self.host.plug("o-second", port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        self.host.plug("o-first", port)
        eventually(lambda: "interface o-second has the same iface-id" in self.host.log(), "the agent tells")
        for _ in range(2):
            self.assertEqual(self.host.binding(port)["interface"], "o-second")
            runs = self.host.log().count("flows.reconciled")
            self.host.kill("agent")
            self.host.start_agent()
            eventually(lambda: self.host.log().count("flows.reconciled") > runs, "the agent reconciles")
        self.host.run("ovs-vsctl", "del-port", "o-second")
        eventually(lambda: (row := self.host.binding(port)) and row["interface"] == "o-first", "the other takes over")

    def test_zone_is_known_by_its_port(self):
        first, second = self.host.make_port(), self.host.make_port()
        zone_port = lambda: self.host.run("ovs-vsctl", "get", "Interface", "o-zone",
                                          "external_ids:weft-ct-zone-port").strip().strip('"')
        self.host.plug("o-zone", first)
        eventually(lambda: self.host.is_active(first), "the first port is ACTIVE")
        eventually(lambda: "weft-ct-zone-port" in self.host.run("ovs-vsctl", "get", "Interface", "o-zone",
                                                                "external_ids"), "the zone is written")
        self.assertEqual(zone_port(), first)
        self.host.plug("o-zone", second)
        eventually(lambda: self.host.is_active(second), "the second port is ACTIVE")
        eventually(lambda: zone_port() == second, "the zone is the second port's")
        eventually(lambda: self.host.binding(first) is None, "the first port is DOWN")

    def test_interface_whose_device_is_gone_is_not_active(self):
        port = self.host.make_port()
        self.host.run("ip", "link", "add", "o-veth", "type", "veth", "peer", "name", "o-peer")
        self.host.run("ip", "link", "set", "o-veth", "up")
        self.host.run("ovs-vsctl", "add-port", "br-int", "o-veth", "--", "set", "Interface", "o-veth",
                      f"external-ids:iface-id={port}")
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        self.host.run("ip", "link", "del", "o-veth")
        eventually(lambda: not self.host.is_active(port), "the port is DOWN")
        self.assertIn("o-veth", self.host.binding(port)["failure"])

    def test_interface_that_was_first_is_claimed_when_the_port_comes(self):
        port = self.host.make_port(host="elsewhere")
        self.host.plug("o-moves", port)
        failure = eventually(lambda: self.host.binding(port), "the failure is reported")["failure"]
        self.assertIn("is bound to elsewhere, not to worker1", failure)
        self.host.transact({"op": "update", "table": "Port", "where": [["_uuid", "==", ["uuid", port]]],
                            "row": {"host": NODE}})
        eventually(lambda: self.host.is_active(port), "the port that moved here is ACTIVE")
        self.assertEqual(self.host.binding(port)["failure"], "")

    def test_restart_changes_no_flow(self):
        port = self.host.make_port()
        self.host.plug("o-restart", port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        before = self.host.flows()
        self.host.kill("agent")
        runs = self.host.log().count("flows.reconciled")
        self.host.start_agent()
        eventually(lambda: self.host.log().count("flows.reconciled") > runs, "the agent reconciles")
        self.assertRegex(self.host.log().rsplit("flows.reconciled", 1)[1], r"changed=0\b")
        self.assertEqual(self.host.flows(), before)

    def test_flows_stay_while_the_store_is_away(self):
        port = self.host.make_port()
        self.host.plug("o-alone", port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        before = self.host.flows()
        self.host.kill("store")
        self.host.kill("agent")
        connected = self.host.log().count("switch.connected")
        self.host.start_agent()
        eventually(lambda: self.host.log().count("switch.connected") > connected, "the switch connects again")
        self.assertEqual(self.host.flows(), before)
        (self.host.dir / "weft.sock").unlink()
        self.host.start_store()
        another = self.host.make_port()
        self.host.plug("o-after", another)
        eventually(lambda: self.host.is_active(another), "a new port works after the store is back")

    def test_switch_that_lost_its_flows_gets_them_again(self):
        port = self.host.make_port()
        self.host.plug("o-lost", port)
        eventually(lambda: self.host.is_active(port), "the port is ACTIVE")
        before = self.host.flows()
        self.host.kill("vswitchd")
        self.host.start_switch()
        eventually(lambda: self.host.flows() == before, "all flows are back")


if __name__ == "__main__":
    unittest.main()
