"""CNI requests that can't be served: an error that says why, and nothing left behind."""
import json
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLUGIN = os.path.join(os.environ.get("WEFT_BUILD", os.path.join(ROOT, "build")), "weft-cni")


@pytest.fixture
def state(tenant, teller):
    """What a failed request must not change: the network's ports, worker2's ports in the switch, its interfaces."""
    def read():
        return (len(tenant.ports()), teller.run("lab exec worker2 -- ovs-vsctl list-ports br-int"),
                teller.run("lab exec worker2 -- ip -o link | cut -d: -f2"))
    return read


def call(teller, command, config, netns="/proc/self/ns/net", **extra):
    environment = {**teller.environment, "CNI_COMMAND": command, "CNI_CONTAINERID": "test-container",
                   "CNI_NETNS": netns, "CNI_IFNAME": "eth0", "CNI_PATH": "/opt/cni/bin", **extra}
    done = subprocess.run([PLUGIN], input=config if isinstance(config, str) else json.dumps(config), text=True,
                          env=environment, capture_output=True, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None


def config(tenant, **changes):
    socket = f"/run/weft-lab/{os.environ['LAB_NAME']}/worker2/cni.sock"
    return {"cniVersion": "1.0.0", "name": "weft", "type": "weft-cni", "agent_socket": socket,
            "network": tenant.network, "security_groups": [tenant.group], **changes}


@pytest.mark.parametrize("changes, netns", [
    ({}, "/var/run/netns/no-such-namespace"),
    ({"network": "no-such-network"}, None),
    ({"security_groups": ["no-such-group"]}, None),
    ({"port": "00000000-0000-0000-0000-000000000000"}, None),
    ({"agent_socket": "/run/no-such-agent.sock"}, None),
], ids=["no namespace", "no network", "no group", "no port", "no agent"])
def test_add_fails_with_a_cni_error_and_leaves_nothing(tenant, teller, state, pod_namespace, changes, netns):
    before = state()
    code, answer = call(teller, "ADD", config(tenant, **changes), netns or pod_namespace)
    assert code != 0
    assert answer["code"] and answer["msg"]
    assert state() == before


@pytest.fixture
def pod_namespace():
    """A network namespace such as a runtime hands to a plugin."""
    name = f"{os.environ['LAB_NAME']}-cni-test"
    subprocess.run(["ip", "netns", "add", name], check=True)
    yield f"/var/run/netns/{name}"
    subprocess.run(["ip", "netns", "delete", name], check=True)


def test_add_works_and_delete_twice_leaves_nothing(tenant, teller, state, pod_namespace):
    before = state()
    code, answer = call(teller, "ADD", config(tenant), pod_namespace)
    assert code == 0, answer
    assert answer["ips"][0]["address"].startswith("10.77.0.")
    assert state() != before
    for _ in range(2):
        code, answer = call(teller, "DEL", config(tenant), pod_namespace)
        assert code == 0, answer
    assert state() == before


def test_malformed_configuration_is_an_error(teller):
    code, answer = call(teller, "ADD", "{not json")
    assert code != 0 and answer["code"]


def test_version_works_without_an_agent(teller):
    code, answer = call(teller, "VERSION", {"cniVersion": "1.0.0"})
    assert code == 0
    assert {"0.4.0", "1.0.0"} <= set(answer["supportedVersions"])


def test_pod_start_with_a_dead_agent_fails_and_leaves_nothing(tenant, teller, state):
    before = state()
    teller.run("lab kill agent worker2")
    try:
        teller.run(f"lab pod start {tenant.name}-x --node worker2 --network {tenant.network}", expect=1)
        assert f"{tenant.name}-x" not in teller.run("ctr container list")
    finally:
        teller.run("lab start agent worker2")
    assert state() == before


def test_stopping_a_pod_removes_its_port(tenant, teller, state):
    before = state()
    name, _ = tenant.start_pod("pod", "worker2")
    assert state() != before
    teller.run(f"lab pod stop {name}")
    teller.wait(lambda: state() == before, "the pod's port and interface are gone")
