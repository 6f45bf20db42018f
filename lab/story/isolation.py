"""The middle of the story: a second tenant with the same addresses, security groups, spoofing, and what to look at."""
import re

from story.endpoints import Endpoint
from story.first_light import LISTENING, NETWORK, PINGED, POD, FirstLight
from story.steps import step

ECHO_REQUESTS = "'icmp[icmptype] == icmp-echo'"
FOREIGN_ADDRESS, FOREIGN_MAC = "20.20.1.250", "02:00:00:00:00:01"
REFUSED = 1  # what ping exits with when nothing answers


class Story(FirstLight):
    """First light, and then isolation."""

    # 6. A second tenant

    @step("instance_has_its_lease")
    def second_network(self):
        self.t.run("openstack network create --provider-network-type geneve tenant-b")
        self.t.run(f"openstack subnet create --network tenant-b --subnet-range {NETWORK} tenant-b-subnet")
        self.geneve_vni = self.t.value("openstack network show tenant-b -c provider:segmentation_id -f value")
        self.geneve_mtu = self.t.value("openstack network show tenant-b -c mtu -f value")

    @step("second_network", "security_group")
    def second_tenant_uses_the_same_addresses(self):
        address = self.instance.address
        port = self.t.value("openstack port create --network tenant-b --security-group con-pod --host=worker2 "
                            f"--fixed-ip ip-address={address} -c id -f value blue-b")
        self.t.run(f"lab pod start blue-b --node worker2 --port {port}")
        self.t.run("lab pod start blue-a --node worker1 --network tenant-b --security-group con-pod")
        self.blue_b_port, self.blue_b_mac = port, self.port(port)["mac_address"]
        shown = self.t.run("lab pod exec blue-b -- ip address show eth0")
        self.t.check(f"inet {address}/24" in shown, f"blue-b has {address}, as the instance of the other tenant has")
        self.t.check(f"mtu {self.geneve_mtu} " in shown and int(self.geneve_mtu) <= 1450,
                     f"and its network's MTU {self.geneve_mtu}")

    @step("second_tenant_uses_the_same_addresses", "pod_has_its_port")
    def tenants_never_hear_each_other(self):
        address = self.instance.address
        with self.t.beside(f"lab vm exec {self.instance.name} -- tcpdump -l -n -e -i eth0", LISTENING) as heard, \
             self.t.beside("lab exec worker2 -- tcpdump -l -n -e -i $(lab exec worker2 -- ovs-vsctl --bare --columns=name "
                           f"find Interface external_ids:iface-id={self.blue_b_port})", LISTENING) as blue_heard:
            answer = self.t.run(f"lab pod exec blue-a -- ping -c 3 {address}")
            self.t.check("3 packets received, 0% packet loss" in answer and answer.count("ttl=64") == 3,
                         "inside the second network: no loss, ttl=64")
            neighbours = self.t.run(f"lab pod exec blue-a -- cat /proc/net/arp")
            self.t.check(self.blue_b_mac in neighbours, "it was blue-b that answered")
            self.t.run(f"lab pod exec {POD} -- ping -c 1 {address}")
            heard.wait_for(rf"{re.escape(self.pod.address)} > {re.escape(address)}: ICMP echo request")
            self.t.run(f"lab pod exec blue-a -- ping -c 1 {address}")
            blue_heard.wait_for(rf"(?s)(> {re.escape(address)}: ICMP echo request.*){{4}}")
        blue_a = self.t.quiet("lab pod exec blue-a -- cat /sys/class/net/eth0/address").strip()
        self.t.check(blue_a not in heard.output() and self.blue_b_mac not in heard.output(),
                     "the instance heard its own tenant's pod, and nothing of the second tenant")
        pod = self.t.quiet(f"lab pod exec {POD} -- cat /sys/class/net/eth0/address").strip()
        self.t.check(blue_a in blue_heard.output() and pod not in blue_heard.output(),
                     "blue-b heard blue-a, and nothing of the first tenant's pod")

    @step("second_tenant_uses_the_same_addresses")
    def underlay_carries_geneve(self):
        with self.t.beside("lab exec underlay -- tcpdump -l -n -i br-underlay udp port 6081", LISTENING) as wire:
            self.t.run(f"lab pod exec blue-a -- ping -c 1 {self.instance.address}")
            wire.wait_for(rf"Geneve, .*vni 0x[0-9a-f]+[^\n]*\n?[^\n]*> {re.escape(self.instance.address)}: ICMP echo request")
        seen = {int(vni, 16) for vni in re.findall(r"vni (0x[0-9a-f]+)", wire.output())}
        self.t.check(seen == {int(self.geneve_vni)}, f"the underlay carries Geneve with its identifier {self.geneve_vni}")

    # 7. Security

    @step("instance_has_its_lease", "pod_has_its_port")
    def nothing_gets_in_without_a_rule(self):
        self.t.run("openstack security group create closed")
        self.t.run("lab pod start closed --node worker2 --network selfservice --security-group closed")
        closed = Endpoint(self.t, "closed", "lab pod exec closed --")
        closed.address = re.search(r"inet ([\d.]+)/", self.t.run("lab pod exec closed -- ip -4 address show eth0"))[1]
        self.t.run(f"lab vm exec {self.instance.name} -- ping -c 2 -W 1 {closed.address}", expect=REFUSED)
        self.t.check(True, "no rule lets it in: no answer")
        answer = self.t.run(f"lab vm exec {self.instance.name} -- ping -c 3 {self.pod.address}")
        self.t.check(re.search(PINGED, answer), f"control: {POD} on the same node answers the same instance")
        answer = self.t.run(f"lab pod exec closed -- ping -c 3 {self.instance.address}")
        self.t.check(re.search(PINGED, answer), "control: what it asks itself is answered")
        self.closed = closed

    @step("nothing_gets_in_without_a_rule")
    def a_rule_lets_it_in(self):
        self.t.run("openstack security group rule create --ingress --protocol icmp closed")
        ping = f"lab vm exec {self.instance.name} -- ping -c 1 -W 1 {self.closed.address}"
        self.t.wait(lambda: "1 packets received" in self.t.quiet(ping), "with the rule it answers")

    @step("host_reaches_instance")
    def foreign_sources_do_not_get_out(self):
        guest = f"lab vm exec {self.instance.name} --"
        mac = self.port(self.instance_port)["mac_address"]
        # Without an entry of its own the guest would ask by ARP first, and never send the packet itself.
        neighbour = f"{guest} ip neighbour replace {self.host.address} lladdr {self.host_mac} nud permanent dev eth0"
        with self.t.beside(f"lab exec worker3 -- tcpdump -l -n -e -i o-cy0 {ECHO_REQUESTS}", LISTENING) as heard, \
             self.t.beside(f"{guest} tcpdump -l -n -e -i eth0 {ECHO_REQUESTS}", LISTENING) as sent:
            self.t.run(f"{guest} ip address add {FOREIGN_ADDRESS}/24 dev eth0")
            self.t.run(neighbour)
            self.t.run(f"{guest} ping -c 2 -W 1 -I {FOREIGN_ADDRESS} {self.host.address}", expect=REFUSED)
            sent.wait_for(rf"{re.escape(FOREIGN_ADDRESS)} > {re.escape(self.host.address)}: ICMP echo request")
            self.t.run(f"{guest} ip address del {FOREIGN_ADDRESS}/24 dev eth0")
            self.t.run(f"{guest} ip link set eth0 address {FOREIGN_MAC}")
            self.t.run(neighbour)
            self.t.run(f"{guest} ping -c 2 -W 1 {self.host.address}", expect=REFUSED)
            sent.wait_for(rf"{FOREIGN_MAC} > .*> {re.escape(self.host.address)}: ICMP echo request")
            self.t.check(True, "control: the instance has sent packets with a foreign address and with a foreign MAC")
            self.t.run(f"{guest} ip link set eth0 address {mac}")
            self.t.run(f"{guest} ip neighbour flush dev eth0")
            answer = self.t.run(f"{guest} ping -c 3 {self.host.address}")
            self.t.check(re.search(PINGED, answer), "control: with its own MAC and address it is answered")
            heard.wait_for(rf"{re.escape(self.instance.address)} > {re.escape(self.host.address)}")
        self.t.check(FOREIGN_ADDRESS not in heard.output() and FOREIGN_MAC not in heard.output(),
                     "no packet with a foreign MAC or address arrived")

    # 8. What to look at

    @step("instance_boots")
    def switch_shows_itself(self):
        shown = self.t.run("lab exec worker1 -- ovs-vsctl show")
        self.t.check("fail_mode: secure" in shown and "is_connected: true" in shown, "br-int is secure and connected")

    @step("everyone_pings_everyone")
    def tunnels_are_recognisable(self):
        options = self.t.run("lab exec worker1 -- ovs-vsctl --bare --columns=type,options find Interface type=vxlan")
        self.t.check("remote_ip=" in options and "key=flow" in options, "tunnel ports have a remote address and key=flow")

    @step("everyone_pings_everyone")
    def weft_shows_the_network(self):
        nodes = self.t.run("weft node list")
        self.t.check(all(f"worker{number}" in nodes for number in (1, 2, 3)), "every node is listed")
        networks = self.t.run("weft network list")
        self.t.check("selfservice" in networks and self.vni in networks, "the networks, with their identifiers")
        ports = self.t.run("weft port list")
        self.t.check(all(end.address in ports for end in (self.instance, self.pod, self.host)) and "ACTIVE" in ports,
                     "the ports, with addresses and status")


CHAPTERS = [
    ("A network and a security group", [Story.network, Story.security_group]),
    ("An instance on worker1",
     [Story.instance_boots, Story.instance_is_plugged_as_by_nova, Story.instance_has_its_lease]),
    ("A pod on worker2", [Story.pod_runs, Story.pod_has_its_port]),
    ("worker3 joins with one command",
     [Story.host_port_is_made, Story.one_command_wires_it, Story.switch_is_recognisable,
      Story.host_gets_only_what_it_asks_for, Story.host_reaches_instance, Story.pod_of_another_cni_reaches_instance,
      Story.node_without_port_does_not_reach_instance, Story.host_port_survives_agent_restart]),
    ("Instance, pod and host port talk",
     [Story.everyone_pings_everyone, Story.full_packets_pass, Story.tcp_flows_both_ways, Story.underlay_carries_vxlan]),
    ("A second tenant with the same addresses, on Geneve",
     [Story.second_network, Story.second_tenant_uses_the_same_addresses, Story.tenants_never_hear_each_other,
      Story.underlay_carries_geneve]),
    ("What is not allowed does not pass",
     [Story.nothing_gets_in_without_a_rule, Story.a_rule_lets_it_in, Story.foreign_sources_do_not_get_out]),
    ("What there is to see",
     [Story.switch_shows_itself, Story.tunnels_are_recognisable, Story.weft_shows_the_network]),
]
