"""DHCPv4 with clients as people run them. What they got is read from them."""
import pytest
from scapy.layers.dhcp import BOOTP
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether

from clients import Dhclient, Dhcpcd, Lease, Networkd, Udhcpc
from dhcp_trace import DhcpTrace, client_address, option
from stage import UNCHECKED
from tenant import CIDR, Tenant

CLIENTS = (Udhcpc, Dhclient, Dhcpcd, Networkd)
BROADCAST = "ff:ff:ff:ff:ff:ff"
GATEWAY, DNS = "10.77.0.1", ("192.0.2.53", "192.0.2.54")
ROUTE = ("10.88.0.0/16", "10.77.0.9")
TIMES = (43200, 75600, 86400)


@pytest.fixture(scope="module")
def tenant(teller):
    """Its subnet has name servers and a route of its own; its network has a domain."""
    with Tenant(teller, dns_domain="weft.example.") as tenant:
        tenant.change_subnet(tenant.subnet, dns_nameservers=list(DNS),
                             host_routes=[{"destination": ROUTE[0], "nexthop": ROUTE[1]}])
        yield tenant


@pytest.fixture
def machine(tenant):
    with tenant.start_machine("worker1", dns_name="vm7") as machine:
        machine.up()
        yield machine


def server_of(tenant):
    return tenant.distributed_port(tenant.subnet)["fixed_ips"][0]["ip_address"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_gets_what_the_port_and_its_subnet_say(tenant, machine, client):
    with client(machine) as running:
        lease = running.lease()
        assert lease == Lease(address=machine.ip, prefix=24, server=server_of(tenant), times=TIMES, mtu=1450,
                              routers=(GATEWAY,), dns=DNS, domain="weft.example", hostname="vm7",
                              routes=frozenset({ROUTE, ("0.0.0.0/0", GATEWAY)}))
        tenant.t.wait(lambda: machine.addresses() == {f"{machine.ip}/24"}, "the client has applied its address")


@pytest.mark.parametrize("wanted", [["subnet-mask"], ["subnet-mask", "routers"],
                                    ["subnet-mask", "broadcast-address", "interface-mtu"]], ids=" ".join)
def test_a_client_is_told_what_it_asks_for_and_nothing_else(machine, wanted):
    with Dhclient(machine, wanted=wanted) as client:
        assert client.lease().address == machine.ip
        always = {"address", "dhcp-message-type", "dhcp-server-identifier", "dhcp-lease-time"}
        assert set(client.told()) == {*wanted, *always}


def test_a5_a_client_that_asks_for_no_routers_gets_no_default_route(tenant, machine):
    with Dhclient(machine, wanted=("subnet-mask", "broadcast-address", "interface-mtu")) as client:
        assert client.lease().address == machine.ip
        tenant.t.wait(lambda: machine.addresses() == {f"{machine.ip}/24"}, "the client has applied its address")
        assert machine.mtu() == 1450 and machine.routes() == {CIDR}


@pytest.mark.parametrize("client", (Udhcpc, Dhcpcd))
def test_renewal_is_asked_of_the_server_itself(tenant, machine, client):
    with client(machine) as running, DhcpTrace(machine) as trace:
        lease = running.lease()
        tenant.t.wait(lambda: machine.addresses(), "the client has applied its address")
        assert running.next_lease(running.renew) == lease
        renewals = [packet for packet in trace.of("request") if client_address(packet) == machine.ip]
        assert renewals[0][IP].dst == lease.server


def test_renewal_tells_what_is_new(tenant, machine):
    with Dhcpcd(machine) as client:
        assert client.lease().dns == DNS
        tenant.change_subnet(tenant.subnet, dns_nameservers=[DNS[1]])
        try:
            tenant.t.wait(lambda: client.next_lease(client.renew).dns == DNS[1:], "the client has the new name server")
        finally:
            tenant.change_subnet(tenant.subnet, dns_nameservers=list(DNS))


def test_a_client_whose_port_has_another_address_now_gets_that_one(tenant, machine):
    new = "10.77.0.212"
    with Dhcpcd(machine) as client, DhcpTrace(machine) as trace:
        assert client.lease().address == machine.ip
        tenant.t.wait(lambda: machine.addresses(), "the client has applied its address")
        tenant.change(machine.id, fixed_ips=[{"subnet_id": tenant.subnet, "ip_address": new}])
        tenant.t.wait(lambda: client.next_lease(client.rebind).address == new, "the client has the new address")
        assert trace.of("nak"), "it was told that the old one is no longer its own"


def test_rebinding_is_asked_of_everyone(tenant, machine):
    with Dhcpcd(machine) as client, DhcpTrace(machine) as trace:
        lease = client.lease()
        assert client.next_lease(client.rebind) == lease
        request = trace.last("request")
        assert request[Ether].dst == BROADCAST and client_address(request) == machine.ip
        assert option(request, "server_id") is None


@pytest.mark.parametrize("client", (Udhcpc, Dhclient, Dhcpcd))
def test_released_lease_is_there_for_the_next_client(tenant, machine, client):
    with client(machine) as running, DhcpTrace(machine) as trace:
        lease = running.lease()
        tenant.t.wait(lambda: machine.addresses(), "the client has applied its address")
        machine.run("ping", "-c", "1", "-W", "5", lease.server)  # some clients give up their address before they know its MAC
        running.release()
        release = tenant.t.wait(lambda: trace.last("release"), "the client sends its release")
        assert release[IP].dst == lease.server and client_address(release) == machine.ip
    with Udhcpc(machine) as next_client:
        assert next_client.lease().address == lease.address


@pytest.mark.parametrize("remembered, said", [
    (None, ["request", "ack"]),
    ("10.77.0.199", ["request", "nak", "discover", "offer", "request", "ack"]),
], ids=["its own address", "another one"])
def test_a_client_that_remembers_an_address_asks_for_it_first(machine, remembered, said):
    with DhcpTrace(machine) as trace, Dhclient(machine, remembers=remembered or machine.ip) as client:
        assert client.lease().address == machine.ip
        assert trace.types() == said


def test_a_client_whose_address_somebody_else_uses_declines_it(tenant, machine):
    with tenant.start_machine("worker2", **UNCHECKED) as squatter:
        squatter.up()
        squatter.run("ip", "address", "add", f"{machine.ip}/24", "dev", squatter.device)
        with Udhcpc(machine, "-a500", "-A", "1") as client, DhcpTrace(machine) as trace:
            declined = tenant.t.wait(lambda: trace.last("decline"), "the client declines the address")
            assert option(declined, "requested_addr") == machine.ip
            squatter.run("ip", "address", "flush", "dev", squatter.device)
            assert client.lease().address == machine.ip


def test_a_client_with_an_address_of_its_own_is_told_the_rest(tenant, machine):
    machine.run("ip", "address", "add", f"{machine.ip}/24", "dev", machine.device)
    with DhcpTrace(machine) as trace, Dhcpcd(machine, "--inform") as client:
        told = tenant.t.wait(client.told, "dhcpcd is told")
        assert told["new_domain_name_servers"].split() == list(DNS)
        assert trace.types() == ["inform", "ack"]
        assert trace.last("ack")[BOOTP].yiaddr == "0.0.0.0" and option(trace.last("ack"), "lease_time") is None


def test_a_client_that_hears_no_unicast_is_answered_by_broadcast(machine):
    with DhcpTrace(machine) as trace, Udhcpc(machine, "-B") as client:
        assert client.lease().address == machine.ip
        assert [trace.last(kind)[Ether].dst for kind in ("offer", "ack")] == [BROADCAST, BROADCAST]


BOOT = [{"opt_name": "bootfile-name", "opt_value": "pxelinux.0"},
        {"opt_name": "tag:ipxe,bootfile-name", "opt_value": "http://192.0.2.77/boot.ipxe"},
        {"opt_name": "server-ip-address", "opt_value": "192.0.2.77"},
        {"opt_name": "tftp-server", "opt_value": "192.0.2.78"},
        {"opt_name": "mtu", "opt_value": "1400"}]


@pytest.mark.parametrize("options, file", [([], "pxelinux.0"), (["-x", "0xaf:0101"], "http://192.0.2.77/boot.ipxe")],
                         ids=["firmware", "iPXE"])
def test_extra_options_of_the_port_reach_the_client(tenant, options, file):
    with tenant.start_machine("worker1", extra_dhcp_opts=BOOT) as machine:
        machine.up()
        with Udhcpc(machine, "-O", "bootfile", "-O", "tftp", *options) as client:
            assert client.lease().mtu == 1400
            told = client.told()
            assert (told["bootfile"], told["siaddr"], told["tftp"]) == (file, "192.0.2.77", "192.0.2.78")


def test_an_extra_option_may_have_255_octets(tenant):
    path = "x" * 255
    with tenant.start_machine("worker1", extra_dhcp_opts=[{"opt_name": "root-path", "opt_value": path}]) as machine:
        machine.up()
        with Udhcpc(machine, "-o", wanted=["mtu", "rootpath"]) as client:  # it takes 576 octets at most
            told = tenant.t.wait(client.told, "the client has a lease")
            assert (told["mtu"], told["rootpath"]) == ("1450", path)


UDHCPD = """interface eth0
start {address}
end {address}
lease_file /run/udhcpd.leases
pidfile /run/udhcpd.pid
option subnet 255.255.255.0
option lease 600
"""


@pytest.mark.parametrize("silent", ["subnet", "port"])
def test_where_weft_has_no_dhcp_the_network_may_have_its_own(teller, silent):
    with Tenant(teller) as tenant, tenant.start_machine("worker2", **UNCHECKED) as server:
        off = {}
        if silent == "subnet":
            tenant.change_subnet(tenant.subnet, enable_dhcp=False)
        else:
            off = {"extra_dhcp_opts": [{"opt_name": "dhcp_disabled", "opt_value": "true"}]}
        server.up()
        server.run("ip", "address", "add", f"{server.ip}/24", "dev", server.device)
        with tenant.start_machine("worker1", **off) as machine:
            server.write("/run/udhcpd.conf", UDHCPD.format(address=machine.ip))
            daemon = server.start("busybox", "udhcpd", "-f", "/run/udhcpd.conf")
            machine.up()
            with DhcpTrace(machine) as trace, Udhcpc(machine) as client:
                lease = client.lease()
                assert (lease.server, lease.address, lease.times) == (server.ip, machine.ip, (600,))
                assert {packet[IP].src for packet in trace.messages() if packet[BOOTP].op == 2} == {server.ip}
            daemon.stop()


@pytest.mark.parametrize("wanted", [None, "10.77.0.211", "10.77.0.210"])
def test_a_port_with_several_addresses_gets_the_one_that_it_asks_for(tenant, wanted):
    fixed_ips = [{"subnet_id": tenant.subnet, "ip_address": address} for address in ("10.77.0.211", "10.77.0.210")]
    with tenant.start_machine("worker1", fixed_ips=fixed_ips) as machine:
        machine.up()
        with Udhcpc(machine, *(["-r", wanted] if wanted else [])) as client:
            assert client.lease().address in ([wanted] if wanted else ["10.77.0.211", "10.77.0.210"])
        tenant.request("DELETE", f"ports/{machine.id}")


def test_a_port_of_two_subnets_gets_the_address_in_the_one_with_dhcp(tenant):
    quiet = tenant.post("subnet", network_id=tenant.network, cidr="10.76.0.0/24", ip_version=4, enable_dhcp=False)["id"]
    with tenant.start_machine("worker1", fixed_ips=[{"subnet_id": quiet}, {"subnet_id": tenant.subnet}]) as machine:
        machine.up()
        with Udhcpc(machine) as client:
            assert client.lease().address.startswith("10.77.0.")
        tenant.request("DELETE", f"ports/{machine.id}")
    tenant.request("DELETE", f"subnets/{quiet}")
