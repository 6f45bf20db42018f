#!/usr/bin/python3
"""weft-cni and weft against a real agent, switch and store, with real pod namespaces.

Usage: cni_itest.py AGENT WEFT-CNI WEFT
"""

import json
import os
import statistics
import subprocess
import sys
import time
import unittest

from agent_itest import NODE, Host, eventually

PLUGIN = os.path.abspath(sys.argv.pop(1))
WEFT = os.path.abspath(sys.argv.pop(1))


class PluginError(Exception):
    def __init__(self, error):
        super().__init__(error)
        self.code = error["code"]
        self.message = error["msg"]
        self.details = error["details"]


class Pod:
    """A network namespace, and the plugin called for it as a runtime does."""

    count = 0

    def __init__(self, host, **config):
        Pod.count += 1
        self.host = host
        self.id = f"c{Pod.count}"
        self.namespace = f"{host.namespace}-{self.id}"
        self.config = {"cniVersion": "1.0.0", "name": "weft", "type": "weft-cni", "network": "selfservice",
                       "agent_socket": str(host.dir / "cni.sock"), **config}
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)

    def cni(self, command, args="", config=None):
        env = dict(os.environ, CNI_COMMAND=command, CNI_CONTAINERID=self.id, CNI_IFNAME="eth0", CNI_ARGS=args,
                   CNI_NETNS=f"/var/run/netns/{self.namespace}", CNI_PATH=os.path.dirname(PLUGIN))
        started = time.perf_counter()
        done = subprocess.run([PLUGIN], env=env, input=json.dumps(config or self.config), capture_output=True,
                              text=True)
        self.took = time.perf_counter() - started
        if done.returncode:
            raise PluginError(json.loads(done.stdout))
        return json.loads(done.stdout) if done.stdout else None

    def run(self, *command):
        return subprocess.run(["nsenter", f"--net=/var/run/netns/{self.namespace}", *command], capture_output=True,
                              text=True)

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.namespace], check=False, stderr=subprocess.DEVNULL)


class CniOnRealSwitch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = Host()
        cls.host.start()
        cls.host.network = cls.host.insert("Network", name="selfservice", encapsulation="vxlan", vni=78, mtu=1450,
                                           admin_state_up=True, port_security_enabled=True, project_id="p")
        cls.host.subnet = cls.host.insert(
            "Subnet", network=["uuid", cls.host.network], cidr="20.20.1.0/24", enable_dhcp=True, project_id="p",
            gateway_ip="20.20.1.1", allocation_pools="20.20.1.100-20.20.1.200",
            host_routes=["set", ["10.9.0.0/16 20.20.1.9"]], dns_nameservers="9.9.9.9")
        cls.host.group = cls.host.insert("SecurityGroup", name="con-pod", project_id="p", stateful=True, key="g")
        for protocol in (1, 6, 17):
            cls.host.insert("SecurityGroupRule", group=["uuid", cls.host.group], direction="ingress", ethertype=4,
                            protocol=protocol, project_id="p", key=f"in{protocol}")
        cls.host.insert("SecurityGroupRule", group=["uuid", cls.host.group], direction="egress", ethertype=4,
                        project_id="p", key="out")
        eventually(lambda: "switch.connected" in cls.host.log(), "the switch connects")
        eventually(lambda: (cls.host.dir / "cni.sock").exists(), "the agent listens")

    @classmethod
    def tearDownClass(cls):
        cls.host.stop()

    def pod(self, **config):
        pod = Pod(self.host, **config)
        self.addCleanup(pod.remove)
        return pod

    def ports_of(self, pod):
        return self.host.rows("Port", device_id=pod.id)

    def assert_nothing_left(self, pod):
        self.assertEqual(self.ports_of(pod), [])
        self.assertNotIn(f"weft-container={pod.id}", self.host.run("ovs-vsctl", "--columns=external_ids", "list",
                                                                   "Interface").replace('"', ""))
        self.assertEqual(pod.run("ip", "link", "show", "eth0").returncode, 1, "eth0 is gone")

    def test_add_wires_a_pod_and_del_takes_it_back(self):
        pod = self.pod(security_groups=["con-pod"])
        result = pod.cni("ADD", "K8S_POD_NAME=web-0;K8S_POD_NAMESPACE=shop")
        self.assertEqual(result["cniVersion"], "1.0.0")
        port = self.ports_of(pod)[0]
        self.assertEqual(port["name"], "web-0")
        self.assertEqual((port["host"], port["device_owner"]), (NODE, "container:weft"))
        self.assertTrue(self.host.is_active(port["_uuid"][1]), "ACTIVE when ADD returns")
        host_end, eth0 = result["interfaces"]
        self.assertEqual(host_end["name"], "tap" + port["_uuid"][1][:11])
        self.assertEqual(eth0["mac"], port["mac"])
        self.assertTrue(eth0["mac"].startswith("fa:16:3e:"))
        address = result["ips"][0]["address"]
        shown = pod.run("ip", "address", "show", "eth0").stdout
        for text in (f"inet {address}", eth0["mac"], "mtu 1450", "state UP"):
            self.assertIn(text, shown)
        routes = pod.run("ip", "route").stdout
        self.assertIn("10.9.0.0/16 via 20.20.1.9", routes)
        self.assertNotIn("default", routes)
        self.assertEqual(result["dns"]["nameservers"], ["9.9.9.9"])
        pod.cni("CHECK")
        pod.cni("DEL")
        self.assert_nothing_left(pod)
        pod.cni("DEL")

    def test_two_pods_reach_each_other(self):
        one, two = self.pod(security_groups=["con-pod"]), self.pod(security_groups=["con-pod"])
        one.cni("ADD")
        address = two.cni("ADD")["ips"][0]["address"].split("/")[0]
        ping = one.run("ping", "-c", "3", "-i", "0.2", "-W", "2", address)
        self.assertIn(" 0% packet loss", ping.stdout)
        self.assertIn("ttl=64", ping.stdout)
        for pod in (one, two):
            pod.cni("DEL")

    def test_add_twice_gives_the_same(self):
        pod = self.pod()
        self.assertEqual(pod.cni("ADD"), pod.cni("ADD"))
        self.assertEqual(len(self.ports_of(pod)), 1)
        pod.cni("DEL")

    def test_old_runtimes_get_their_shape(self):
        pod = self.pod(cniVersion="0.4.0")
        self.assertEqual(pod.cni("ADD")["ips"][0]["version"], "4")
        pod.cni("DEL")

    def test_default_route_on_request(self):
        pod = self.pod(default_route=True)
        pod.cni("ADD")
        self.assertIn("default via 20.20.1.1", pod.run("ip", "route").stdout)
        pod.cni("DEL")

    def test_ready_port_is_used_and_kept(self):
        port = self.host.make_port(host="")
        pod = self.pod()
        result = pod.cni("ADD", f"WEFT_PORT={port}")
        row = self.host.rows("Port", _uuid=["uuid", port])[0]
        self.assertEqual(result["interfaces"][1]["mac"], row["mac"])
        self.assertEqual(row["host"], NODE)
        other = self.pod()
        with self.assertRaises(PluginError) as refused:
            other.cni("ADD", f"WEFT_PORT={port}")
        self.assertEqual(refused.exception.code, 101)
        pod.cni("DEL")
        row = self.host.rows("Port", _uuid=["uuid", port])[0]
        self.assertEqual(row["host"], "", "unbound again")

    def test_of_many_adds_of_one_ready_port_one_wins_and_keeps_it(self):
        port = self.host.make_port(host="")
        pods = [self.pod(port=port) for _ in range(6)]
        outputs = self.all_at_once("ADD", pods)
        winners = [pod for pod, (code, _) in zip(pods, outputs) if code == 0]
        self.assertEqual(len(winners), 1, outputs)
        winners[0].cni("CHECK")
        self.assertTrue(self.host.is_active(port))
        self.assertEqual(self.host.rows("Port", _uuid=["uuid", port])[0]["host"], NODE)
        for pod in pods:
            pod.cni("DEL")
        self.assertEqual(self.host.rows("Port", _uuid=["uuid", port])[0]["host"], "")

    def test_ready_port_that_an_instance_has_is_refused_and_left_alone(self):
        port = self.host.make_port()
        tap = "tap" + port[:11]
        self.host.plug(tap, port)
        eventually(lambda: self.host.is_active(port), "the instance's port is ACTIVE")
        pod = self.pod()
        with self.assertRaises(PluginError) as refused:
            pod.cni("ADD", f"WEFT_PORT={port}")
        self.assertEqual(refused.exception.code, 101)
        pod.cni("DEL")
        self.assertTrue(self.host.is_active(port))
        self.assertIn(tap, self.host.run("ovs-vsctl", "list-ports", "br-int"))

    def test_port_of_another_node_is_refused(self):
        port = self.host.make_port(host="worker9")
        pod = self.pod()
        with self.assertRaises(PluginError) as refused:
            pod.cni("ADD", f"WEFT_PORT={port}")
        self.assertIn("bound to worker9", refused.exception.message)
        self.assertEqual(self.host.rows("Port", _uuid=["uuid", port])[0]["host"], "worker9")

    def test_errors_leave_nothing_behind(self):
        pod = self.pod()
        for config, code in (({"network": "no-such"}, 100), ({"security_groups": ["no-such"]}, 100)):
            with self.assertRaises(PluginError) as refused:
                pod.cni("ADD", config={**pod.config, **config})
            self.assertEqual(refused.exception.code, code)
            self.assertIn("no-such", refused.exception.message)
        pod.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other")
        with self.assertRaises(PluginError) as refused:
            pod.cni("ADD")
        self.assertIn("eth0", refused.exception.message)
        pod.run("ip", "link", "del", "eth0")
        self.assert_nothing_left(pod)

    def test_missing_namespace(self):
        pod = self.pod()
        pod.remove()
        with self.assertRaises(PluginError) as refused:
            pod.cni("ADD")
        self.assertEqual(refused.exception.code, 4)
        self.assertIn("CNI_NETNS", refused.exception.message)
        self.assertEqual(self.ports_of(pod), [])

    def test_del_after_the_namespace_is_gone(self):
        pod = self.pod()
        pod.cni("ADD")
        pod.remove()
        pod.cni("DEL")
        self.assertEqual(self.ports_of(pod), [])

    def test_ambiguous_name_lists_the_ids(self):
        ids = [self.host.insert("Network", name="twin", encapsulation="vxlan", vni=vni, mtu=1450, project_id="p")
               for vni in (901, 902)]
        with self.assertRaises(PluginError) as refused:
            self.pod(network="twin").cni("ADD")
        for each in ids:
            self.assertIn(each, refused.exception.message)

    def test_check_sees_a_changed_pod(self):
        pod = self.pod()
        pod.cni("ADD")
        pod.run("ip", "address", "flush", "dev", "eth0")
        with self.assertRaises(PluginError) as refused:
            pod.cni("CHECK")
        self.assertIn("lacks the port's address", refused.exception.message)
        pod.cni("DEL")
        with self.assertRaises(PluginError) as refused:
            pod.cni("CHECK")
        self.assertEqual(refused.exception.code, 3)

    def test_del_after_an_agent_restart(self):
        pod = self.pod()
        pod.cni("ADD")
        self.host.kill("agent")
        with self.assertRaises(PluginError) as refused:
            pod.cni("DEL")
        self.assertEqual(refused.exception.code, 11)
        self.assertIn("systemctl start weft-agent", refused.exception.message)
        self.assertIn("must call DEL again", refused.exception.details)
        self.host.start_agent()
        eventually(lambda: self.try_del(pod), "DEL works again")
        self.assert_nothing_left(pod)

    def test_add_replaces_what_lost_its_device_while_the_agent_was_down(self):
        ready = self.host.make_port(host="")
        for config in ({}, {"port": ready}):
            pod = self.pod(**config)
            tap = pod.cni("ADD")["interfaces"][0]["name"]
            self.host.kill("agent")
            self.host.run("ip", "link", "del", tap)
            synced = self.host.log().count("flows.reconciled")
            self.host.start_agent()
            eventually(lambda: self.host.log().count("flows.reconciled") > synced, "the agent reconciles")
            pod.cni("ADD")
            pod.cni("CHECK")
            pod.cni("DEL")
            self.assert_nothing_left(pod)

    def test_ready_port_is_free_when_its_pod_went_without_a_del(self):
        ready = self.host.make_port(host="")
        first, second = self.pod(port=ready), self.pod(port=ready)
        first.cni("ADD")
        first.remove()
        eventually(lambda: not self.host.is_active(ready), "the port is DOWN")
        second.cni("ADD")
        second.cni("CHECK")
        first.cni("DEL")
        second.cni("CHECK")
        second.cni("DEL")
        self.assertEqual(self.host.rows("Port", _uuid=["uuid", ready])[0]["host"], "")

    def unfinished_port(self, pod):
        """What an agent that was killed between the port and its wiring leaves in the store."""
        return self.host.insert("Port", network=["uuid", self.host.network], mac="fa:16:3e:ff:00:01", host=NODE,
                                admin_state_up=True, vnic_type="normal", project_id="p", device_id=pod.id,
                                device_owner="container:weft", binding_profile='{"interface":"eth0"}')

    def test_del_finds_a_port_that_was_never_wired(self):
        pod = self.pod()
        self.unfinished_port(pod)
        eventually(lambda: self.try_del(pod) and self.ports_of(pod) == [], "the port goes")

    def test_del_of_another_container_leaves_it(self):
        pod, other = self.pod(), self.pod()
        port = self.unfinished_port(pod)
        other.cni("DEL")
        self.assertEqual(len(self.ports_of(pod)), 1)
        self.host.transact({"op": "delete", "table": "Port", "where": [["_uuid", "==", ["uuid", port]]]})

    def try_del(self, pod):
        try:
            pod.cni("DEL")
            return True
        except PluginError as error:
            self.assertEqual(error.code, 11)
            return False

    def all_at_once(self, command, pods):
        """Calls the plugin for all pods at the same time: the exit codes with what was printed."""
        running = []
        for pod in pods:
            env = dict(os.environ, CNI_COMMAND=command, CNI_CONTAINERID=pod.id, CNI_IFNAME="eth0",
                       CNI_NETNS=f"/var/run/netns/{pod.namespace}", CNI_PATH="/")
            process = subprocess.Popen([PLUGIN], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            process.stdin.write(json.dumps(pod.config))
            process.stdin.close()
            running.append(process)
        ended = []
        for process in running:
            with process.stdout:
                output = process.stdout.read()
            ended.append((process.wait(), output))
        return ended

    def test_many_at_once(self):
        pods = [self.pod(security_groups=["con-pod"]) for _ in range(8)]
        for command in ("ADD", "DEL"):
            ended = self.all_at_once(command, pods)
            self.assertEqual([code for code, _ in ended], [0] * len(pods), ended)
            if command == "ADD":
                addresses = {json.loads(output)["ips"][0]["address"] for _, output in ended}
                self.assertEqual(len(addresses), len(pods))
        for pod in pods:
            self.assert_nothing_left(pod)

    def test_latency_is_reported(self):
        adds, dels = [], []
        for _ in range(20):
            pod = self.pod(security_groups=["con-pod"])
            pod.cni("ADD")
            adds.append(pod.took * 1e3)
            pod.cni("DEL")
            dels.append(pod.took * 1e3)
        print(f"\nCNI ADD p50 {statistics.median(adds):.1f} ms, DEL p50 {statistics.median(dels):.1f} ms")

    # The command line reads the same store and asks the same agent.
    def weft(self, *arguments):
        return subprocess.run([WEFT, "--store", f"unix:{self.host.dir}/weft.sock", *arguments], capture_output=True,
                              text=True)

    def test_weft_lists_and_shows(self):
        pod = self.pod(security_groups=["con-pod"])
        address = pod.cni("ADD", "K8S_POD_NAME=shown-pod")["ips"][0]["address"].split("/")[0]
        eventually(lambda: self.host.rows("Heartbeat", node=NODE), "the heartbeat")
        nodes = json.loads(self.weft("--format", "json", "node", "list").stdout)
        self.assertTrue([node for node in nodes if node["name"] == NODE and node["heartbeat"]["alive"]])
        self.assertIn("selfservice", self.weft("network", "list").stdout)
        ports = json.loads(self.weft("port", "list", "--format", "json").stdout)
        shown = [port for port in ports if port["name"] == "shown-pod"][0]
        self.assertEqual((shown["fixed_ips"], shown["node"], shown["status"]), ([address], NODE, "ACTIVE"))
        self.assertIn("con-pod", self.weft("port", "show", "shown-pod").stdout)
        flows = self.weft("flows", NODE, "--explain")
        self.assertEqual(flows.returncode, 0, flows.stderr)
        self.assertIn("shown-pod", flows.stdout)
        self.assertIn("con-pod", flows.stdout)
        pod.cni("DEL")

    def test_weft_helps_with_names_and_usage(self):
        unknown = self.weft("flows", "worker")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("did you mean worker1?", unknown.stderr)
        self.assertEqual(self.weft("port", "frobnicate").returncode, 2)
        self.assertEqual(self.weft("--format", "xml", "node", "list").returncode, 2)
        dead = subprocess.run([WEFT, "--store", "unix:/nonexistent.sock", "--timeout", "1", "node", "list"],
                              capture_output=True, text=True)
        self.assertEqual(dead.returncode, 1)
        self.assertIn("/nonexistent.sock", dead.stderr)


if __name__ == "__main__":
    unittest.main()
