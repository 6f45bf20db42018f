"""DHCP: what a client asked for, and nothing else."""
import re

import pytest

REQUESTS = {
    "subnet-mask": "option subnet-mask 255.255.255.0;",
    "interface-mtu": "option interface-mtu 1450;",
    "broadcast-address": "option broadcast-address 10.77.0.255;",
    "routers": "option routers 10.77.0.1;",
}


@pytest.fixture
def wired(tenant):
    port = tenant.port("worker3")
    tenant.wire("worker3", port, "o-dhcp")
    tenant.wait_for_status(port["id"], "ACTIVE")
    tenant.t.run("lab exec worker3 -- ip link set o-dhcp up")
    return port


@pytest.mark.parametrize("requested", [["subnet-mask"], ["subnet-mask", "routers"],
                                       ["subnet-mask", "broadcast-address", "interface-mtu"]], ids=" ".join)
def test_dhclient_gets_the_options_it_requested_only(tenant, teller, wired, tmp_path, requested):
    (tmp_path / "dhclient.conf").write_text(f"request {','.join(requested)};\ndo-forward-updates false;\n")
    leases = tmp_path / "leases"
    # -sf /bin/true: the lease is looked at, not applied.
    teller.run(f"lab exec worker3 -- dhclient -1 -cf {tmp_path}/dhclient.conf -lf {leases} -pf {tmp_path}/pid "
               "-sf /bin/true o-dhcp")
    teller.run(f"lab exec worker3 -- dhclient -x -cf {tmp_path}/dhclient.conf -lf {leases} -pf {tmp_path}/pid "
               "-sf /bin/true o-dhcp")
    lease = leases.read_text()
    assert f"fixed-address {wired['fixed_ips'][0]['ip_address']};" in lease
    given = set(re.findall(r"option ([a-z-]+) ", lease)) & set(REQUESTS)
    assert given == set(requested)
    assert all(REQUESTS[option] in lease for option in requested)
