"""A node's interfaces for the benchmarks: veth ends in namespaces of their own, and fast writes to the node's OVSDB."""
import json
import pathlib
import socket
import subprocess


def sh(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Ovsdb:
    """Raw JSON-RPC to a node's Open_vSwitch database: a millisecond less noise than starting ovs-vsctl."""

    def __init__(self, lab, node):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(lab.directory(node) / "ovs/db.sock"))
        self.decoder, self.buffer, self.sequence = json.JSONDecoder(), "", 0

    def transact(self, *operations):
        self.sequence += 1
        self.socket.sendall(json.dumps({"method": "transact", "params": ["Open_vSwitch", *operations],
                                        "id": self.sequence}).encode())
        while True:
            try:
                message, end = self.decoder.raw_decode(self.buffer)
            except ValueError:
                self.buffer += self.socket.recv(65536).decode()
                continue
            self.buffer = self.buffer[end:].lstrip()
            if message.get("method") == "echo":
                self.socket.sendall(json.dumps({"result": [], "error": None, "id": "echo"}).encode())
            elif message.get("id") == self.sequence:
                return message

    def claim(self, interface, port, mac):
        """The external_ids that Nova's os-vif sets."""
        ids = [["iface-id", port], ["attached-mac", mac], ["iface-status", "active"]]
        answer = self.transact({"op": "mutate", "table": "Interface", "where": [["name", "==", interface]],
                                "mutations": [["external_ids", "insert", ["map", ids]]]})
        assert answer["result"][0]["count"] == 1, answer


class Endpoint:
    """A namespace whose eth0 is a veth with its other end on a node's br-int; nothing claims it until claim()."""

    def __init__(self, lab, node, name, mac, address):
        self.lab, self.node, self.interface, self.mac, self.address = lab, node, f"b{name}"[:15], mac, address
        self.netns = f"{lab.name}-b-{name}"
        sh("ip", "netns", "add", self.netns)
        sh("nsenter", f"--net={lab.netns(node)}", "ip", "link", "add", self.interface, "type", "veth", "peer", "name",
           "eth0", "netns", self.netns)
        sh("nsenter", f"--net={lab.netns(node)}", "ip", "link", "set", self.interface, "up")
        self.run("ip", "link", "set", "eth0", "address", mac, "mtu", "1450", "up")
        self.run("ethtool", "-K", "eth0", "tx", "off")
        self.run("ip", "addr", "add", f"{address}/16", "dev", "eth0")
        lab.inside(node, "ovs-vsctl", "add-port", "br-int", self.interface)

    def run(self, *command):
        sh("nsenter", f"--net=/var/run/netns/{self.netns}", *command)

    def knows(self, other):
        """A static neighbour entry: the figures are not to hold the kernel's ARP timers."""
        self.run("ip", "neigh", "replace", other.address, "lladdr", other.mac, "dev", "eth0", "nud", "permanent")

    def prober(self):
        script = pathlib.Path(__file__).with_name("prober.py")
        return subprocess.Popen(["nsenter", f"--net=/var/run/netns/{self.netns}", "/usr/bin/python3", str(script)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def remove(self):
        self.lab.inside(self.node, "ovs-vsctl", "--if-exists", "del-port", "br-int", self.interface)
        subprocess.run(["ip", "netns", "del", self.netns], check=False)
