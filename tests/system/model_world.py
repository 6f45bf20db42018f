"""A random world of the reference model on the lab: made through the API, its ports on the nodes, and packets between them."""
import json
import os
import pathlib
import subprocess
from collections import Counter, defaultdict
from contextlib import ExitStack

from scapy.layers.inet import ICMP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6ND_NA
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from attacks import BROADCAST, ether
from place import Place, mark
from tenant import Refused
from weftlab import netns
from weftlab.layout import Lab

NODES = ("worker1", "worker2", "worker3")
PACKETS = 50
ECHO_REPLY = 0
UNUSED_IP = "10.0.0.250"  # who asks for it is heard by everyone


def ask_model(seed, services=()):
    """What reference_lab says of a world with these distributed ports: its objects, packets, and what shall become of them."""
    program = Lab.from_environment().build_dir / "tests/reference_lab"
    return json.loads(subprocess.run([program, str(seed), str(PACKETS)], input=json.dumps(services), check=True,
                                     capture_output=True, text=True).stdout)


class ModelWorld:
    """Everything of a world, until close()."""

    def __init__(self, tenant, seed):
        self.tenant, self.seed, self.model = tenant, seed, ask_model(seed)
        self._made = ExitStack()
        self.places, self.heard = {}, defaultdict(Counter)
        try:
            self._ids = self._make_objects()
            self.model = ask_model(seed, self._make_subnets())
            self._wires = {name: self._made.enter_context(place.wire()) for name, place in self._make_ports().items()}
            for name in self.places:
                self.tenant.t.wait(lambda name=name: self._reaches_all(name), f"{name} reaches every node of its network")
        except BaseException:
            self.close()
            raise

    def close(self):
        self._made.close()

    def _post(self, kind, **attributes):
        made = self.tenant.post(kind, **attributes)
        self._made.callback(self.tenant.request, "DELETE", f"{kind.replace('_', '-')}s/{made['id']}")
        return made

    def _make_objects(self):
        """Networks, address groups, groups and rules; gives their ids by name."""
        ids = {}
        for network in self.model["networks"]:
            ids[network["name"]] = self._post("network", **network)["id"]
        for group in self.model["address_groups"]:
            ids[group["name"]] = self._post("address_group", **group)["id"]
        for group in self.model["groups"]:
            ids[group["name"]] = self._post("security_group", **group)["id"]
            self.tenant.forbid_all(ids[group["name"]])
        for rule in self.model["rules"]:
            try:
                self.tenant.post("security_group_rule", **{key: ids.get(value, value) for key, value in rule.items()})
            except Refused as refused:
                assert refused.status == 409, refused  # there is one like it
        return ids

    def _make_subnets(self):
        """Subnets, each with its distributed port if it has DHCP; gives what the API chose for those."""
        services = []
        for subnet in self.model["subnets"]:
            made = self.tenant.post("subnet", **{**subnet, "network_id": self._ids[subnet["network_id"]]})
            if subnet["enable_dhcp"]:
                port = self.tenant.distributed_port(made["id"])
                services.append({"network": subnet["network_id"], "cidr": subnet["cidr"], "mac": port["mac_address"],
                                 "ip": port["fixed_ips"][0]["ip_address"]})
        return services

    def _make_ports(self):
        """Ports on their nodes, all of which know all of the world in the end; gives the places."""
        by_node, ports = defaultdict(list), []
        for port in self.model["ports"]:
            addresses = port.pop("addresses")
            made = self._post("port", **{**port, "network_id": self._ids[port["network_id"]],
                                         "security_groups": [self._ids[group] for group in port["security_groups"]]})
            assert {fixed["ip_address"] for fixed in made["fixed_ips"]} == set(addresses), "the addresses of an API"
            made["fixed_ips"].sort(key=lambda fixed: ":" in fixed["ip_address"])  # ARP asks for the first one
            if port["binding:host_id"]:
                ports.append(made)
        last = [self.tenant.port(node) for node in NODES]  # who knows them knows what was before
        for number, port in enumerate(ports + last):
            by_node[port["binding:host_id"]].append((f"model{number}", port))
        for node, interfaces in by_node.items():
            self._wire(node, interfaces)
        for port in ports + last:
            self.tenant.wait_for_status(port["id"], "ACTIVE")
        lab = Lab.from_environment()
        for node, interfaces in by_node.items():
            self.places |= {port["name"]: Place(netns.path(lab.namespace(node)), interface, port)
                            for interface, port in interfaces if port in ports}
        return self.places

    def _wire(self, node, interfaces):
        """Interfaces of a node's own, which take what is too big, with kernels that say nothing on them."""
        make, add, remove = [], [], []
        for name, port in interfaces:
            end = f"{name}s"  # the switch's
            make.append(f"ip link add {name} address {port['mac_address']} type veth peer name {end}")
            make += [f"sysctl -qw net.ipv6.conf.{device}.disable_ipv6=1 net.ipv4.conf.{device}.forwarding=0 "
                     f"net.ipv4.conf.{device}.arp_ignore=8 && ip link set {device} up" for device in (name, end)]
            add.append(f"-- add-port br-int {end} -- set Interface {end} external-ids:iface-status=active "
                       f"external-ids:attached-mac={port['mac_address']} external-ids:iface-id={port['id']}")
            remove.append(f"ovs-vsctl --if-exists del-port br-int {end}; ip link del {name}")
        self._made.callback(self.tenant.t.quiet, f"lab exec {node} -- sh -c \"{'; '.join(remove)}\"")
        self.tenant.t.run(f"lab exec {node} -- sh -ec \"{'; '.join(make)}; ovs-vsctl {' '.join(add)}\"")

    def _neighbours(self, name):
        me = self.places[name]
        return [other for other, place in self.places.items()
                if other != name and place.port["network_id"] == me.port["network_id"]]

    def _ask(self, name, address, last):
        """A port asks ARP for an address."""
        me = self.places[name]
        self._wires[name].send(ether(me.mac, BROADCAST) / ARP(op=1, hwsrc=me.mac, psrc=me.ip, pdst=address) / Raw(last))

    def _reaches_all(self, name):
        """True when all others hear what a port asks: packets to a node are lost until the switch knows its MAC."""
        last = mark()
        self._ask(name, UNUSED_IP, last)
        try:
            for other in self._neighbours(name):
                self._wires[other].heard_until(last, timeout=0.2)
        except AssertionError:
            return False
        return True

    def play(self, packet):
        """Sends a packet; returns when the sender's node has seen it and everybody who shall hear it has."""
        frames = [bytes.fromhex(frame) for frame in packet["frames"]]
        self._wires[packet["from"]].send(*frames)
        self.settle(packet["from"])
        for name in packet["heard_by"]:
            while any(self.heard[name][frame] == 0 for frame in frames):
                self.heard[name][self._wires[name].next_frame()] += 1

    def settle(self, name):
        """Notes what a port has heard by now: its node answers ARP for another port after all that was sent before."""
        last = mark()
        self._ask(name, self.places[self._neighbours(name)[0]].ip, last)
        self.heard[name].update(self._wires[name].heard_until(last))


def is_answer(frame):
    """Is it what switches answer: ARP, neighbour discovery and ping?"""
    packet = Ether(frame)
    return (ARP in packet and packet[ARP].op == 2 or ICMPv6ND_NA in packet or ICMPv6EchoReply in packet
            or ICMP in packet and packet[ICMP].type == ECHO_REPLY)
