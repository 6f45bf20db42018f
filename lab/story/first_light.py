"""First light: an instance, a pod and a host port on one tenant network. Codes are those of the source documents' checks.

The instance `cirros-test001` runs on worker1, the pod `web` on worker2; worker3 itself joins with the port `o-cy0`.
"""
import json
import re
import urllib.parse

from story.endpoints import Endpoint, ping_all_ways, tcp_both_ways
from story.steps import step

NETWORK = "20.20.1.0/24"
ADDRESS = r"20\.20\.1\.\d+"
MAC = r"fa:16:3e(:[0-9a-f]{2}){3}"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
INSTANCE, POD, HOST_PORT = "cirros-test001", "web", "o-cy0"
HOST_PORT_NAME = "selfservice-port-worker3"
OTHER_CNI_POD = "test-lqqwq"
OTHER_CNI = """{"cniVersion": "1.0.0", "name": "calico", "plugins": [
  {"type": "bridge", "bridge": "cali0", "isGateway": true, "ipMasq": true, "ipam": {
    "type": "host-local", "ranges": [[{"subnet": "10.234.44.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}],
    "dataDir": "'$LAB_DIR'/ipam"}},
  {"type": "loopback"}]}"""
PINGED = r"3 packets transmitted, 3 (packets )?received, 0% packet loss"
LISTENING = "listening on"


class FirstLight:
    """The story's state; its steps are methods."""

    def __init__(self, teller):
        self.t = teller
        self.done = {}
        self.instance = Endpoint(teller, INSTANCE, f"lab vm exec {INSTANCE} --")
        self.pod = Endpoint(teller, POD, f"lab pod exec {POD} --")
        self.host = Endpoint(teller, HOST_PORT, "lab exec worker3 --")

    # 1. The network

    @step()
    def network(self):
        self.t.run("openstack network create --provider-network-type vxlan selfservice")
        self.t.run(f"openstack subnet create --network selfservice --subnet-range {NETWORK} selfservice-subnet")
        self.vni = self.t.value("openstack network show selfservice -c provider:segmentation_id -f value")
        self.t.check(self.vni.isdigit(), "the network has a VXLAN network identifier")

    @step()
    def security_group(self):
        """A1"""
        self.t.run("openstack security group create con-pod")
        for protocol in ("icmp", "tcp", "udp"):
            self.t.run(f"openstack security group rule create --ingress --protocol {protocol} con-pod")
        rules = json.loads(self.t.run("openstack security group rule list con-pod --ingress -f json"))
        self.t.check(sorted(rule["IP Protocol"] for rule in rules) == ["icmp", "tcp", "udp"] and
                     all(rule["Remote Security Group"] is None for rule in rules),
                     "three ingress rules, from any source")

    # 2. The instance

    @step("network", "security_group")
    def instance_boots(self):
        self.instance_port = self.t.value("openstack port create --security-group con-pod --host=worker1 "
                                          f"--network selfservice -c id -f value {INSTANCE}")
        self.t.check(self.status(self.instance_port) == "DOWN", "its port is DOWN before it is plugged")
        self.t.run(f"lab vm start {INSTANCE} --node worker1 --port {self.instance_port}")
        self.t.wait(lambda: self.status(self.instance_port) == "ACTIVE", "its port is ACTIVE")

    @step("instance_boots")
    def instance_is_plugged_as_by_nova(self):
        found = self.t.run("lab exec worker1 -- ovs-vsctl --bare --columns=name,external_ids find Interface "
                           f"external_ids:iface-id={self.instance_port}")
        self.t.check(all(key in found for key in ("attached-mac=", "iface-status=active", "vm-uuid=")),
                     "its tap carries iface-id, attached-mac, iface-status and vm-uuid")

    @step("instance_boots")
    def instance_has_its_lease(self):
        address, mac = self.address_and_mac(self.instance_port)
        self.instance.address = address
        shown = self.t.run(f"lab vm exec {INSTANCE} -- ip address show eth0")
        self.t.check(f"inet {address}/24" in shown, f"the instance has its port's address {address}/24 by DHCP")
        self.t.check(f"link/ether {mac}" in shown, f"and its port's MAC {mac}")
        self.t.check("mtu 1450" in shown, "and MTU 1450: 50 bytes less than the underlay")

    # 3. The pod

    @step("network", "security_group")
    def pod_runs(self):
        self.t.run(f"lab pod start {POD} --node worker2 --network selfservice --security-group con-pod")
        listed = self.t.run("ctr container list")
        self.t.check(re.search(rf"^{POD}\s", listed, re.M), "containerd lists the pod")

    @step("pod_runs")
    def pod_has_its_port(self):
        shown = self.t.run(f"lab pod exec {POD} -- ip address show eth0")
        match = re.search(rf"inet ({ADDRESS})/24", shown)
        self.t.check(match, f"the pod has an address of {NETWORK}")
        self.pod.address = match[1]
        mac = re.search(rf"link/ether ({MAC})", shown)
        self.t.check(mac, "a MAC fa:16:3e:*")
        self.t.check("mtu 1450" in shown, "and MTU 1450")
        ports = self.ports(fixed_ips=f"ip_address={self.pod.address}")
        self.t.check(len(ports) == 1 and ports[0]["mac_address"] == mac[1] and ports[0]["status"] == "ACTIVE",
                     "they are those of an ACTIVE Neutron port")
        links = set(re.findall(r"^\d+: (\w+)", self.t.run(f"lab pod exec {POD} -- ip -o link"), re.M))
        self.t.check(links == {"lo", "eth0"}, "the pod has lo and eth0, nothing else")

    # 4. The host port

    @step("network", "security_group")
    def host_port_is_made(self):
        """A2"""
        printed = self.t.value("openstack port create --security-group con-pod --host=worker3 --network selfservice "
                               f"-c id -f value {HOST_PORT_NAME}")
        self.t.check(re.fullmatch(UUID, printed), "one UUID is printed")
        self.host_port = printed
        self.t.run(f"openstack port show {printed} -c fixed_ips -c mac_address -c binding_host_id -c status")
        self.host.address, self.host_mac = self.address_and_mac(printed)
        self.t.check(re.fullmatch(ADDRESS, self.host.address), f"its address {self.host.address} is inside {NETWORK}")
        self.t.check(re.fullmatch(MAC, self.host_mac), "its MAC is fa:16:3e:*")
        port = self.port(printed)
        self.t.check(port["binding:host_id"] == "worker3", "the binding host is kept although no instance exists")
        self.t.check(port["status"] == "DOWN", "it is not ACTIVE yet")

    @step("host_port_is_made")
    def one_command_wires_it(self):
        """A3"""
        self.t.run(f"lab exec worker3 -- ovs-vsctl -- --may-exist add-port br-int {HOST_PORT} -- set Interface {HOST_PORT} "
                   f"type=internal external-ids:iface-status=active external-ids:attached-mac={self.host_mac} "
                   f"external-ids:iface-id={self.host_port} external-ids:skip_cleanup=true")
        self.t.wait(lambda: self.status(self.host_port) == "ACTIVE", "within a second its status is ACTIVE", timeout=1.0)
        self.t.check(self.t.value(f"openstack port show {self.host_port} -c status -f value") == "ACTIVE",
                     "as the openstack client says")

    @step("one_command_wires_it")
    def switch_is_recognisable(self):
        """A4"""
        shown = self.t.run("lab exec worker3 -- ovs-vsctl show")
        bridges = _bridges(shown)
        self.t.check("fail_mode: secure" in bridges.get("br-int", ""), "br-int is secure")
        self.t.check("is_connected: true" in bridges["br-int"], "br-int has a controller, and it is connected")
        self.t.check("peer=phy-br-ex" in bridges["br-int"] and "peer=int-br-ex" in bridges.get("br-ex", ""),
                     "patch ports lead to the external bridge and back")

    @step("one_command_wires_it")
    def host_gets_only_what_it_asks_for(self):
        """A5"""
        self.t.run(f"lab exec worker3 -- ip link set {HOST_PORT} address {self.host_mac}")
        self.t.run("printf 'request subnet-mask,broadcast-address,interface-mtu;\\ndo-forward-updates false;\\n' "
                   "> $LAB_DIR/dhclient.conf")
        self.t.run(f"lab exec worker3 -- dhclient -v {HOST_PORT} -cf $LAB_DIR/dhclient.conf "
                   "-lf $LAB_DIR/dhclient.leases -pf $LAB_DIR/dhclient.pid")
        shown = self.t.run(f"lab exec worker3 -- ip address show {HOST_PORT}")
        self.t.check(f"inet {self.host.address}/24" in shown, "the port's address, /24")
        self.t.check("mtu 1450" in shown, "MTU 1450")
        routes = self.t.run("lab exec worker3 -- ip route").splitlines()
        self.t.check([r for r in routes if HOST_PORT in r] == [r for r in routes if r.startswith(f"{NETWORK} dev {HOST_PORT}")]
                     and len([r for r in routes if HOST_PORT in r]) == 1, "exactly one link route")
        self.t.check(not any(r.startswith("default") for r in routes), "no default route: the client did not ask for routers")

    @step("host_gets_only_what_it_asks_for", "instance_has_its_lease")
    def host_reaches_instance(self):
        """A6"""
        answer = self.t.run(f"lab exec worker3 -- ping -c 3 {self.instance.address}")
        self.t.check(re.search(PINGED, answer) and answer.count("ttl=64") == 3, "3 of 3 answered, ttl=64")

    @step("host_reaches_instance")
    def pod_of_another_cni_reaches_instance(self):
        """A7"""
        self.t.run(f"echo '{OTHER_CNI}' > $LAB_DIR/other-cni.conflist")
        self.t.run(f"lab pod start {OTHER_CNI_POD} --node worker3 --conflist $LAB_DIR/other-cni.conflist")
        shown = self.t.run(f"lab pod exec {OTHER_CNI_POD} -- ip -4 address show eth0")
        self.t.check("inet 10.234.44." in shown, "its address is not of our network")
        with self.t.beside(f"lab vm exec {INSTANCE} -- tcpdump -l -n -i eth0 'icmp[icmptype] == icmp-echo'",
                           LISTENING) as heard:
            answer = self.t.run(f"lab pod exec {OTHER_CNI_POD} -- ping -c 3 {self.instance.address}")
            heard.wait_for(rf"IP {re.escape(self.host.address)} > {re.escape(self.instance.address)}")
        self.t.check(re.search(PINGED, answer) and answer.count("ttl=63") == 3, "3 of 3 answered through the node, ttl=63")
        self.t.check("10.234." not in heard.output(), "the instance saw the node's port address, not the pod's")

    @step("host_reaches_instance")
    def node_without_port_does_not_reach_instance(self):
        """A8; A6 is the control"""
        _, mac = self.address_and_mac(self.instance_port)
        self.t.run("lab exec worker2 -- ip link set br-int up")
        with self.t.beside("lab exec worker2 -- tcpdump -l -n -i br-int icmp", LISTENING) as sent:
            self.t.run(f"lab exec worker2 -- ip route add {NETWORK} dev br-int")
            self.t.run(f"lab exec worker2 -- ip neighbour replace {self.instance.address} lladdr {mac} dev br-int")
            answer = self.t.run(f"lab exec worker2 -- ping -c 3 -W 1 {self.instance.address}", expect=1)
            sent.wait_for(rf"> {re.escape(self.instance.address)}: ICMP echo request")
        self.t.run("lab exec worker2 -- ip link set br-int down")  # the route and the neighbour go with it
        self.t.check("100% packet loss" in answer, "what the node sends into br-int is lost: it has no port there")

    @step("host_reaches_instance")
    def host_port_survives_agent_restart(self):
        """A9"""
        before = self.flow_count("worker3")
        self.t.run("lab kill agent worker3")
        self.t.run("lab start agent worker3")
        found = self.t.run("lab exec worker3 -- ovs-vsctl --bare --columns=name find Interface external_ids:skip_cleanup=true")
        self.t.check(HOST_PORT in found, f"{HOST_PORT} is still there")
        self.t.wait(lambda: self.flow_count("worker3") == before, "and so are its flows")
        answer = self.t.run(f"lab exec worker3 -- ping -c 3 {self.instance.address}")
        self.t.check(re.search(PINGED, answer), "and it works")

    # 5. Traffic

    @step("host_reaches_instance", "pod_has_its_port")
    def everyone_pings_everyone(self):
        ping_all_ways(self.t, [self.instance, self.pod, self.host])

    @step("everyone_pings_everyone")
    def full_packets_pass(self):
        for target in (self.instance, self.pod):
            answer = self.t.run(f"lab exec worker3 -- ping -c 3 -M do -s 1422 {target.address}")
            self.t.check(re.search(PINGED, answer), f"packets of 1450 bytes reach {target.name} whole")

    @step("everyone_pings_everyone")
    def tcp_flows_both_ways(self):
        tcp_both_ways(self.t, [self.instance, self.pod, self.host])

    @step("everyone_pings_everyone")
    def underlay_carries_vxlan(self):
        with self.t.beside("lab exec underlay -- tcpdump -l -n -i br-underlay udp port 4789", LISTENING) as wire:
            self.t.run(f"lab pod exec {POD} -- ping -c 1 {self.instance.address}")
            wire.wait_for(rf"VXLAN, .*vni {self.vni}\b[^\n]*\n[^\n]*"
                          rf"{re.escape(self.pod.address)} > {re.escape(self.instance.address)}: ICMP echo request")
        self.t.check(set(re.findall(r"vni (\d+)", wire.output())) == {self.vni},
                     f"the underlay carries VXLAN with the network's identifier {self.vni}")

    # What steps ask of the API, without a command to show.

    def port(self, port_id):
        return self.t.api("GET", f"/v2.0/ports/{port_id}")["port"]

    def ports(self, **filters):
        return self.t.api("GET", f"/v2.0/ports?{urllib.parse.urlencode(filters)}")["ports"]

    def status(self, port_id):
        return self.port(port_id)["status"]

    def address_and_mac(self, port_id):
        port = self.port(port_id)
        return port["fixed_ips"][0]["ip_address"], port["mac_address"]

    def flow_count(self, node):
        return len(self.t.quiet(f"lab exec {node} -- ovs-ofctl -O OpenFlow15 dump-flows --no-stats br-int").splitlines())


def _bridges(shown):
    """The parts of `ovs-vsctl show` by bridge."""
    parts = re.split(r"^    Bridge \"?([\w-]+)\"?$", shown, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))
