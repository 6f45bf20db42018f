"""A tenant of a test's own: a network, a subnet, a security group, and what the test puts on it."""
import itertools
import json
import re
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, suppress

from machine import Machine
from place import Guest, Place
from story.teller import LAB

_numbers = itertools.count(1)
CIDR = "10.77.0.0/24"
POOL = {"start": "10.77.0.2", "end": "10.77.0.190"}  # the others are for tests that need addresses that no port has


class Refused(Exception):
    """The API answered with an error."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status = status


class Tenant:
    """Makes things with names of their own and removes them in the end."""

    def __init__(self, teller, **network):
        self.t = teller
        self.name = f"t{next(_numbers)}"
        self.pods, self.vms, self.wires, self.machines = [], [], [], []
        self.network = self.post("network", name=self.name, **network)["id"]
        self.subnet = self.post("subnet", network_id=self.network, cidr=CIDR, ip_version=4, allocation_pools=[POOL])["id"]
        self.subnets = {4: self.subnet}  # the latest of each version
        self.groups = []
        self.group = self.another_group()
        for protocol in ("icmp", "tcp", "udp"):
            self.allow(protocol=protocol)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def request(self, method, path, body=None):
        request = urllib.request.Request(f"{self.t.environment['OS_ENDPOINT']}/v2.0/{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.loads(response.read() or "null")
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode()) from error

    def post(self, kind, **attributes):
        return self.request("POST", f"{kind.replace('_', '-')}s", {kind: attributes})[kind]

    def port(self, host, **attributes):
        return self.post("port", **{"network_id": self.network, "security_groups": [self.group], "binding:host_id": host,
                                    **attributes})

    def another_group(self, name="", **attributes):
        self.groups.append(self.post("security_group", name=f"{self.name}{name}", **attributes)["id"])
        return self.groups[-1]

    def allow_ipv6(self):
        """The same rules for IPv6."""
        for protocol in ("ipv6-icmp", "tcp", "udp"):
            self.allow(ethertype="IPv6", protocol=protocol)

    def change(self, port_id, **attributes):
        return self.request("PUT", f"ports/{port_id}", {"port": attributes})["port"]

    def add_subnet6(self, cidr, ra_mode, address_mode="as ra_mode", **attributes):
        """An IPv6 subnet in these modes, of which None means that it has none."""
        modes = {"ipv6_ra_mode": ra_mode, "ipv6_address_mode": ra_mode if address_mode == "as ra_mode" else address_mode}
        self.subnets[6] = self.post("subnet", network_id=self.network, cidr=cidr, ip_version=6,
                                    **{name: mode for name, mode in modes.items() if mode}, **attributes)["id"]
        return self.subnets[6]

    def distributed_port(self, subnet):
        """The port that every node answers for, with the subnet's DHCP server and router advertisements behind it."""
        ports = self.request("GET", f"ports?device_owner=network:distributed&device_id=weft-dhcp-{subnet}")["ports"]
        assert len(ports) == 1, f"{len(ports)} distributed ports"
        return ports[0]

    def change_subnet(self, subnet, **attributes):
        return self.request("PUT", f"subnets/{subnet}", {"subnet": attributes})["subnet"]

    def allow(self, group=None, direction="ingress", **attributes):
        """One more rule; gives its id."""
        return self.post("security_group_rule", security_group_id=group or self.group, direction=direction, **attributes)["id"]

    def forbid(self, rule):
        self.request("DELETE", f"security-group-rules/{rule}")

    def forbid_all(self, group):
        """Removes every rule of a group, also those that a new group has."""
        for rule in self.request("GET", f"security-group-rules?security_group_id={group}")["security_group_rules"]:
            self.forbid(rule["id"])

    def drops(self, port_id):
        """How many packets were dropped because of or on the way to a port, by reason."""
        counted = Counter()
        for drop in json.loads(self.t.run(f"weft port show {port_id} --format json"))["drops"]:
            counted[drop["reason"]] += drop["packets"]
        return counted

    def show(self, port_id):
        return self.request("GET", f"ports/{port_id}")["port"]

    def ports(self):
        return self.request("GET", f"ports?network_id={self.network}")["ports"]

    def wait_for_status(self, port_id, status):
        self.t.wait(lambda: self.show(port_id)["status"] == status, f"port {port_id} is {status}")

    def start_pod(self, name, node, *options):
        """A pod on this network; gives its address."""
        name = f"{self.name}-{name}"
        self.pods.append(name)
        wired = " ".join(options) or f"--network {self.network} --security-group {self.group}"
        self.t.run(f"lab pod start {name} --node {node} {wired}")
        shown = self.t.run(f"lab pod exec {name} -- ip -4 address show eth0")
        address = re.search(r"inet ([\d.]+)/", shown)
        assert address, f"{name} shows no address: {shown!r}"
        return name, address[1]

    def start_place(self, name, node, **attributes):
        """A pod on a port with these attributes, as a Place."""
        port = self.port(node, **attributes)
        pod, _ = self.start_pod(name, node, f"--port {port['id']}")
        process = re.search(rf"^{pod}\s+(\d+)", self.t.run("ctr task list"), re.M)[1]
        return Place(f"/proc/{process}/ns/net", "eth0", port)

    def start_machine(self, node, **attributes):
        """A machine without an address on a port with these attributes."""
        return self.start_machine_on(node, self.port(node, **attributes))

    def start_machine_on(self, node, port):
        machine = Machine(node, port)
        self.machines.append(machine)
        self.wait_for_status(port["id"], "ACTIVE")
        return machine

    def start_vm(self, name, node):
        """A guest on this network; gives its address."""
        name, port = self._boot(name, node)
        return name, port["fixed_ips"][0]["ip_address"]

    def start_guest(self, name, node, **attributes):
        """A guest on a port with these attributes, as a Place."""
        name, port = self._boot(name, node, **attributes)
        return Guest([LAB, "vm", "exec", name, "--"], port)

    def _boot(self, name, node, **attributes):
        name = f"{self.name}-{name}"
        port = self.port(node, **attributes)
        self.vms.append(name)
        self.t.run(f"lab vm start {name} --node {node} --port {port['id']}")
        return name, port

    def wire(self, node, port, interface):
        """Plugs a port of the host itself with the one ovs-vsctl command."""
        self.wires.append((node, interface))
        self.t.run(f"lab exec {node} -- ovs-vsctl -- --may-exist add-port br-int {interface} -- set Interface {interface} "
                   f"type=internal external-ids:iface-status=active external-ids:attached-mac={port['mac_address']} "
                   f"external-ids:iface-id={port['id']}")
        self.t.run(f"lab exec {node} -- ip link set {interface} address {port['mac_address']}")

    def unwire(self, node, interface):
        self.wires.remove((node, interface))
        self.t.run(f"lab exec {node} -- ovs-vsctl --if-exists del-port br-int {interface}")

    def give_address(self, node, port, interface):
        address = port["fixed_ips"][0]["ip_address"]
        self.t.run(f"lab exec {node} -- ip address replace {address}/24 dev {interface}")
        self.t.run(f"lab exec {node} -- ip link set {interface} up")
        return address

    def remove(self):
        """Removes everything, whatever fails on the way; the first failure is raised in the end."""
        with ExitStack() as steps:  # the last in is the first out
            for group in self.groups:
                steps.callback(self.request, "DELETE", f"security-groups/{group}")
            steps.callback(self.request, "DELETE", f"networks/{self.network}")
            steps.callback(self._delete_ports)
            for machine in self.machines:
                steps.callback(machine.stop)
            for node, interface in self.wires:
                steps.callback(self.unwire, node, interface)
            for kind, names in (("vm", self.vms), ("pod", self.pods)):
                for name in names:
                    steps.callback(self.t.quiet, f"lab {kind} stop {name}")

    def _delete_ports(self):
        for port in self.ports():
            with suppress(Refused):
                self.request("DELETE", f"ports/{port['id']}")
