"""The end of the story: addresses of both families, from the node that each port runs on, and an instance with a wrong MTU (document 003).

The instance `dual` runs on worker1, the pod `six` on worker2, on one network with an IPv4 and an IPv6 subnet.
"""
import re

from story.endpoints import Endpoint, tcp_both_ways
from story.nested import CHAPTERS as EARLIER
from story.nested import Nested
from story.steps import step

INSTANCE, POD = "dual", "six"
V4, V6 = "10.6.0.0/24", "2001:db8:6::/64"
PAYLOAD = 1472  # of an echo request that fills 1500 octets


class WholeStory(Nested):
    """From first light to addresses of both families."""

    # 10. Addresses

    @step("security_group")
    def network_has_both_families(self):
        self.t.run("openstack network create dual")
        self.t.run(f"openstack subnet create --network dual --subnet-range {V4} --dns-nameserver 10.6.0.53 dual-v4")
        self.t.run(f"openstack subnet create --network dual --ip-version 6 --subnet-range {V6} --ipv6-ra-mode slaac "
                   "--ipv6-address-mode slaac dual-v6")
        self.t.run("openstack security group rule create --ethertype IPv6 --protocol ipv6-icmp con-pod")
        services = self.ports(device_owner="network:distributed", network_id=self.network_id("dual"))
        self.services = [address for port in services for address in _addresses(port)]
        self.t.check(len(self.services) == 2, "each subnet has a port that every node answers for")

    @step("network_has_both_families")
    def instance_has_both_addresses(self):
        self.t.run(f"openstack port create --network dual --host worker1 --security-group con-pod {INSTANCE}")
        port = self.ports(name=INSTANCE)[0]
        four, six = sorted(_addresses(port), key=lambda address: ":" in address)
        self.t.run(f"lab vm start {INSTANCE} --node worker1 --port {port['id']}")
        shown = self.t.wait(lambda: self.shown_with(six), "the instance makes the IPv6 address that the API said it would")
        self.t.check(f"inet {four}/24" in shown and "mtu 1450" in shown, f"and has {four} and MTU 1450 by DHCP")
        for address in self.services:
            self.t.check("2 packets received" in self.t.run(f"lab vm exec {INSTANCE} -- ping -c 2 {address}"),
                         f"{address} answers, from the instance's own node")
        self.dual = Endpoint(self.t, INSTANCE, f"lab vm exec {INSTANCE} --")
        self.dual.address = four

    @step("instance_has_both_addresses")
    def pod_has_both_addresses(self):
        self.t.run(f"lab pod start {POD} --node worker2 --network dual --security-group con-pod")
        shown = self.t.run(f"lab pod exec {POD} -- ip address show eth0")
        self.six = Endpoint(self.t, POD, f"lab pod exec {POD} --")
        self.six.address = re.search(r"inet (\S+)/24", shown)[1]
        address = re.search(rf"inet6 ({V6.split('::')[0]}:\S+)/64", shown)[1]
        answer = self.t.run(f"lab vm exec {INSTANCE} -- ping -c 3 {address}")
        self.t.check("3 packets received" in answer, "instance and pod talk in IPv6, across nodes")

    @step("pod_has_both_addresses")
    def wrong_mtu_is_answered(self):
        """Document 003: an instance at 1500 among ports at 1450."""
        self.t.run(f"lab vm exec {INSTANCE} -- ip link set eth0 mtu 1500")
        answer = self.t.run(f"lab vm exec {INSTANCE} -- ping -c 4 -s {PAYLOAD} {self.six.address}")
        self.t.check("3 packets received" in answer,
                     "the first packet that is too big is answered, and the sender makes the next ones smaller")
        tcp_both_ways(self.t, [self.dual, self.six])
        self.t.wait(lambda: re.search(r"too big\W+\d*[1-9]", self.t.quiet(f"weft port show {INSTANCE}")),
                    "and the packets that were too big are counted")

    def network_id(self, name):
        return self.t.api("GET", f"/v2.0/networks?name={name}")["networks"][0]["id"]

    def shown_with(self, address):
        shown = self.t.quiet(f"lab vm exec {INSTANCE} -- ip address show eth0")
        return shown if f"inet6 {address}/64" in shown and "tentative" not in shown and "inet " in shown else None


def _addresses(port):
    return [each["ip_address"] for each in port["fixed_ips"]]


CHAPTERS = [
    *EARLIER,
    ("Addresses of both families, and an instance with a wrong MTU",
     [WholeStory.network_has_both_families, WholeStory.instance_has_both_addresses, WholeStory.pod_has_both_addresses,
      WholeStory.wrong_mtu_is_answered]),
]
