"""A Kubernetes cluster inside instances, whose pods have addresses of their own (document 004).

The instances chhan-k8s-1 and chhan-k8s-2 run on worker1 and worker2. Their pods are namespaces wired as Calico wires them; what
Calico calls direct mode is a route to the other instance, its IPIP mode the same route through the tunnel device.
"""
import re

from story.first_light import LISTENING
from story.isolation import CHAPTERS as EARLIER
from story.isolation import REFUSED, Story
from story.steps import step

NODES = {"chhan-k8s-1": ("worker1", "10.100.200.4", "172.16.200.0/24"),
         "chhan-k8s-2": ("worker2", "10.100.200.21", "172.16.110.0/24")}
ONE, OTHER = NODES
POD, NEIGHBOUR, FAR_POD = "172.16.200.1", "172.16.200.2", "172.16.110.23"
TUNNEL = "tunl0"
ANSWERED = "2 packets transmitted, 2 packets received"


class Nested(Story):
    """From first light to pods inside instances."""

    # 9. Pods inside instances

    @step()
    def cluster_instances_boot(self):
        self.t.run("openstack network create k8s")
        self.t.run("openstack subnet create --network k8s --subnet-range 10.100.200.0/24 k8s-subnet")
        self.t.run("openstack security group create k8s-nodes")
        self.t.run("openstack security group rule create --protocol icmp k8s-nodes")
        self.cluster_ports = {
            name: self.t.value(f"openstack port create --network k8s --security-group k8s-nodes --host={worker} "
                               f"--fixed-ip ip-address={address} -c id -f value {name}")
            for name, (worker, address, _) in NODES.items()}
        first, second = (f"lab vm start {name} --node {worker} --port {name}" for name, (worker, _, _) in NODES.items())
        self.t.run(f"{first} & {second} && wait $!")
        answer = self.t.run(f"lab vm exec {ONE} -- ping -c 2 {NODES[OTHER][1]}")
        self.t.check(ANSWERED in answer, "the instances talk")

    @step("cluster_instances_boot")
    def pods_of_one_instance_talk(self):
        """G1"""
        for instance, pod, address in ((ONE, "pod1", POD), (ONE, "pod2", NEIGHBOUR), (OTHER, "pod1", FAR_POD)):
            self.t.run(f"lab vm exec {instance} -- sh -c '{_wiring(pod, address)}'")
        self.t.check(ANSWERED in self.ping(NEIGHBOUR), "pods of one instance talk")

    @step("pods_of_one_instance_talk")
    def direct_mode_is_stopped_and_explained(self):
        """G2"""
        self.route("dev eth0")
        with self.t.beside(f"weft drops --follow --port {ONE}", "") as drops, self.leaving() as wire:
            self.ping(FAR_POD, expect=REFUSED)
            wire.wait_for(rf"IP {POD} > {FAR_POD}: ICMP echo request")
            self.t.check(True, "control: the packets left the instance, with the pod's address")
            told = drops.wait_for(r"(?s)spoofed IP.*--allowed-address[^\n]*172\.16\.0\.0/16.*--protocol 4 [^\n]*")[0]
        self.t.check("anti-spoofing check" in told and "DHCP" not in told,
                     "they are stopped by the anti-spoofing check, not by a rule about DHCP, and there are two ways out")
        self.wait_for_drops(ONE, "spoofed IP")

    @step("direct_mode_is_stopped_and_explained")
    def encapsulation_needs_a_rule(self):
        """G3"""
        for instance, (_, _, pods) in NODES.items():
            self.t.run(f"lab vm exec {instance} -- sh -c 'ip address replace {pods.replace('.0/24', '.0/32')} dev {TUNNEL}; "
                       f"ip link set {TUNNEL} up'")
        self.route(f"dev {TUNNEL} onlink")
        with self.leaving() as wire:
            self.ping(FAR_POD, expect=REFUSED)
            wire.wait_for(rf"{_outer()}: IP {POD} > {FAR_POD}: ICMP echo request")
            self.t.check(True, "control: IPIP left the instance, with the instance's address")
        self.wait_for_drops(OTHER, "no rule")
        self.ipip_rule = self.t.value("openstack security group rule create --protocol 4 --remote-group k8s-nodes k8s-nodes "
                                      "-c id -f value")
        self.t.wait(lambda: ANSWERED in self.t.quiet(self.ping_command(FAR_POD)), "with a rule for protocol 4 the pods talk")

    @step("encapsulation_needs_a_rule")
    def capture_shows_ipip(self):
        """G4"""
        with self.t.beside(f"lab vm exec {OTHER} -- tcpdump -l -n -e -v -i eth0 ip proto 4", LISTENING) as wire:
            self.t.check(ANSWERED in self.ping(FAR_POD), "pod to pod, across the instances")
            seen = wire.wait_for(rf"(?s)proto IPIP \(4\)[^\n]*\n\s*{_outer()}: [^\n]*\n\s*"
                                 rf"{POD} > {FAR_POD}: ICMP echo request.*{FAR_POD} > {POD}: ICMP echo reply")
        self.t.check(seen, "a capture shows the instances' addresses outside, the pods' inside")

    @step("capture_shows_ipip")
    def allowed_pairs_are_the_other_way_out(self):
        self.t.run(f"openstack security group rule delete {self.ipip_rule}")
        self.t.wait(lambda: "0 packets received" in self.t.quiet(self.ping_command(FAR_POD)), "without the rule IPIP is stopped")
        for name in NODES:
            self.t.run(f"openstack port set --allowed-address ip-address=172.16.0.0/16 {name}")
        self.route("dev eth0")
        with self.leaving() as wire:
            self.t.wait(lambda: ANSWERED in self.t.quiet(self.ping_command(FAR_POD)), "in direct mode the pods talk")
            wire.wait_for(rf"IP {POD} > {FAR_POD}: ICMP echo request")
        self.t.check(_outer() not in wire.output(), "nothing is encapsulated")

    def route(self, through):
        """How the instances reach each other's pods."""
        for here, there in ((ONE, OTHER), (OTHER, ONE)):
            _, address, pods = NODES[there]
            self.t.run(f"lab vm exec {here} -- ip route replace {pods} via {address} {through}")

    def ping(self, address, expect=0):
        return self.t.run(self.ping_command(address), expect=expect)

    def ping_command(self, address):
        return f"lab vm exec {ONE} -- ip netns exec pod1 ping -c 2 -W 1 {address}"

    def leaving(self):
        """What leaves the first instance."""
        return self.t.beside(f"lab vm exec {ONE} -- tcpdump -l -n -i eth0 'icmp or ip proto 4'", LISTENING)

    def wait_for_drops(self, name, reason):
        """The port's own counters name the reason."""
        self.t.wait(lambda: re.search(rf"{reason}\W+\d*[1-9]", self.t.quiet(f"weft port show {name}")),
                    f"counted at {name}: {reason}")


def _outer():
    return f"{NODES[ONE][1]} > {NODES[OTHER][1]}"


def _wiring(pod, address):
    """A pod as Calico makes it: a namespace, a veth pair, a route to its one address."""
    host = f"cali-{pod}"
    inside = f"ip -n {pod}"
    return " && ".join([
        f"ip netns add {pod}", f"ip link add {host} type veth peer name eth0 netns {pod}",
        f"{inside} address add {address}/32 dev eth0", f"{inside} link set eth0 up",
        f"{inside} route add 169.254.1.1 dev eth0", f"{inside} route add default via 169.254.1.1",
        f"ip address add 169.254.1.1/32 dev {host}", f"ip link set {host} up", f"ip route add {address} dev {host}",
        "sysctl -qw net.ipv4.ip_forward=1"])


CHAPTERS = [
    *EARLIER,
    ("Pods inside instances",
     [Nested.cluster_instances_boot, Nested.pods_of_one_instance_talk,
      Nested.direct_mode_is_stopped_and_explained, Nested.encapsulation_needs_a_rule,
      Nested.capture_shows_ipip, Nested.allowed_pairs_are_the_other_way_out]),
]
