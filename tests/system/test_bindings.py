"""Which node wires a port: the one it is bound to, and no other."""


def test_a_port_plugged_on_the_wrong_host_is_not_wired_and_says_why(tenant, teller):
    port = tenant.port("worker1")
    tenant.wire("worker2", port, "o-wrong")
    sentinel = tenant.port("worker2")
    tenant.wire("worker2", sentinel, "o-right")
    tenant.wait_for_status(sentinel["id"], "ACTIVE")  # control: worker2 has seen both by now
    complaint = f"port {port['id']} is bound to worker1, not to worker2"
    teller.wait(lambda: complaint in teller.quiet("weft port list"), "the operator is told why")
    assert tenant.show(port["id"])["status"] != "ACTIVE"


def is_wired(teller, node, port):
    """True if the node lets in what the port sends."""
    return f"dl_src={port['mac_address']}" in teller.run(f"lab exec {node} -- ovs-ofctl -O OpenFlow15 dump-flows br-int")


def test_a_port_moves_to_another_host(tenant, teller):
    _, pod_address = tenant.start_pod("peer", "worker1")
    port = tenant.port("worker2")
    tenant.wire("worker2", port, "o-move")
    tenant.wait_for_status(port["id"], "ACTIVE")
    tenant.give_address("worker2", port, "o-move")
    assert "1 received" in teller.run(f"lab exec worker2 -- ping -c 1 -W 5 {pod_address}")
    assert is_wired(teller, "worker2", port)

    tenant.wire("worker3", port, "o-move")
    tenant.request("PUT", f"ports/{port['id']}", {"port": {"binding:host_id": "worker3"}})
    tenant.give_address("worker3", port, "o-move")
    ping = f"ping -c 1 -W 1 {pod_address}"
    teller.wait(lambda: "1 received" in teller.quiet(f"lab exec worker3 -- {ping}"), "it works on its new host")
    teller.wait(lambda: not is_wired(teller, "worker2", port), "it is released where it was")
    assert is_wired(teller, "worker3", port)
    tenant.wait_for_status(port["id"], "ACTIVE")


def test_an_unplugged_port_goes_down_and_a_plugged_one_comes_up(tenant):
    port = tenant.port("worker1")
    for _ in range(3):
        tenant.wire("worker1", port, "o-again")
        tenant.wait_for_status(port["id"], "ACTIVE")
        tenant.unwire("worker1", "o-again")
        tenant.wait_for_status(port["id"], "DOWN")


def test_a_deleted_port_leaves_no_flow(tenant, teller):
    def flows():
        dump = teller.run("lab exec worker1 -- ovs-ofctl -O OpenFlow15 --no-stats dump-flows br-int")
        return sorted(line for line in dump.splitlines() if "table=" in line)

    # A first port of the network: what stays for the network's sake is there before and after.
    first = tenant.port("worker1")
    tenant.wire("worker1", first, "o-first")
    tenant.wait_for_status(first["id"], "ACTIVE")
    before = flows()
    port = tenant.port("worker1")
    tenant.wire("worker1", port, "o-gone")
    tenant.wait_for_status(port["id"], "ACTIVE")
    assert flows() != before
    tenant.unwire("worker1", "o-gone")
    tenant.request("DELETE", f"ports/{port['id']}")
    teller.wait(lambda: flows() == before, "the switch is as it was before")
