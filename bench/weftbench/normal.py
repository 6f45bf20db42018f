"""What Weft is compared with: two nodes whose br-int has one flow, NORMAL, and a VXLAN port to each other.

They hang on the lab's underlay and are made as its nodes are, with as many interfaces, since an idle one costs latency.
"""
import json
import os
import shutil
import subprocess
import tempfile
import time

from .switch import Endpoint, sh

NAMES, PREFIX, MTU = ("normal1", "normal2"), "192.0.2", 1500
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"


class Node:
    def __init__(self, lab, name, number):
        self.name, self.namespace = name, f"{lab.name}-{name}"
        self.address = f"{PREFIX}.{230 + number}"
        self.directory = tempfile.mkdtemp(prefix=f"{self.namespace}-")
        # The mark lets `lab down` find these processes too.
        self.env = dict(os.environ, WEFT_LAB_MARK=lab.name, OVS_RUNDIR=self.directory, OVS_LOGDIR=self.directory,
                        OVS_DBDIR=self.directory)
        self.processes = []
        self.underlay = f"{lab.name}-underlay"

    def start(self):
        sh("ip", "netns", "add", self.namespace)
        sh("ip", "-n", self.namespace, "link", "set", "lo", "up")
        self._add_nic("eth0", self.name, "br-underlay")
        self._add_nic("eth1", f"{self.name}p", "br-provider")
        self._start_switch()
        mac = json.loads(self.inside("ip", "-json", "link", "show", "eth0"))[0]["address"]
        self.inside("ovs-vsctl", "add-br", "br-phy", "--", "set", "Bridge", "br-phy", "datapath_type=netdev",
                    f"other-config:hwaddr={mac}", "--", "add-port", "br-phy", "eth0")
        self.inside("ip", "address", "replace", f"{self.address}/24", "dev", "br-phy")
        self.inside("ip", "link", "set", "br-phy", "mtu", str(MTU), "up")
        self.inside("ovs-vsctl", "add-br", "br-ex", "--", "set", "Bridge", "br-ex", "datapath_type=netdev",
                    "--", "add-port", "br-ex", "eth1")
        self.inside("ovs-vsctl", "add-br", "br-int", "--", "set", "Bridge", "br-int", "datapath_type=netdev",
                    "fail_mode=secure")
        self.inside("ovs-ofctl", "add-flow", "br-int", "actions=NORMAL")

    def _add_nic(self, nic, wire, bridge):
        """A NIC of the node, its wire plugged into a bridge of the underlay."""
        sh("ip", "link", "add", nic, "netns", self.namespace, "mtu", str(MTU), "type", "veth", "peer", "name", wire,
           "netns", self.underlay, "mtu", str(MTU))
        sh("ip", "-n", self.underlay, "link", "set", wire, "master", bridge, "up")
        sh("ip", "-n", self.namespace, "link", "set", nic, "up")
        self.inside("ethtool", "-K", nic, "tx", "off")

    def _start_switch(self):
        database, socket = f"{self.directory}/conf.db", f"{self.directory}/db.sock"
        subprocess.run(["ovsdb-tool", "create", database, SCHEMA], check=True)
        self._spawn("ovsdb-server", database, f"--remote=punix:{socket}", f"--unixctl={self.directory}/db.ctl")
        deadline = time.monotonic() + 20
        while not os.path.exists(socket) and time.monotonic() < deadline:
            time.sleep(0.01)
        self.inside("ovs-vsctl", "--no-wait", "init")
        self._spawn("ovs-vswitchd", f"unix:{socket}", "--pidfile", f"--unixctl={self.directory}/ovs-vswitchd.ctl")

    def _spawn(self, *command):
        with open(f"{self.directory}/{command[0]}.log", "w") as log:
            self.processes.append(subprocess.Popen(["nsenter", f"--net=/var/run/netns/{self.namespace}", *command],
                                                   env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def inside(self, *command):
        return subprocess.run(["nsenter", f"--net=/var/run/netns/{self.namespace}", *command], env=self.env, check=True,
                              stdout=subprocess.PIPE, text=True).stdout

    def connect(self, other):
        self.inside("ovs-vsctl", "add-port", "br-int", "vxlan0", "--", "set", "Interface", "vxlan0", "type=vxlan",
                    f"options:remote_ip={other.address}", "options:key=1")
        # The first packet through a tunnel would wait for the neighbour.
        self.inside("ping", "-q", "-c", "1", "-W", "5", other.address)

    def remove(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        subprocess.run(["ip", "netns", "del", self.namespace], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)


class Switches:
    """Both nodes; for Endpoint it is what a lab is."""

    def __init__(self, lab):
        self.name = lab.name
        self.nodes = {name: Node(lab, name, number) for number, name in enumerate(NAMES)}
        self.endpoints = []
        try:
            for node in self.nodes.values():
                node.start()
            one, other = self.nodes.values()
            one.connect(other)
            other.connect(one)
        except BaseException:
            self.remove()
            raise

    def netns(self, node):
        return f"/var/run/netns/{self.nodes[node].namespace}"

    def inside(self, node, *command):
        return self.nodes[node].inside(*command)

    def pods(self, copies):
        """A client, a server on its node, one on the other; and as many idle ones as `copies` of them make."""
        for number in range(3 * copies):
            node = NAMES[number % 3 == 2]
            self.endpoints.append(Endpoint(self, node, f"n{number}", f"fa:16:3e:bf:00:{number:02x}", f"10.211.0.{number + 10}"))
        return self.endpoints[:3]

    def remove(self):
        for endpoint in self.endpoints:
            endpoint.remove()
        for node in self.nodes.values():
            node.remove()
