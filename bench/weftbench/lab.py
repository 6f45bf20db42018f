"""The lab as the benchmarks need it: by its command line only, as any user would."""
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Lab:
    def __init__(self, name):
        self.name = name
        self.env = dict(os.environ, LAB_NAME=name)

    def run(self, *args, check=True):
        done = subprocess.run([str(ROOT / "lab/lab"), *args], env=self.env, stdout=subprocess.PIPE, text=True)
        if check and done.returncode:
            sys.exit(f"lab {' '.join(args)} failed with {done.returncode}")
        return done.stdout

    def up(self):
        self._forget_namespaces()
        subprocess.run([str(ROOT / "lab/lab"), "up"], env=self.env, stdout=sys.stderr, check=True)
        for line in self.run("env").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            if name in ("LAB_DIR", "OS_ENDPOINT", "OS_AUTH_TYPE"):
                self.env[name] = value.strip("'\"")

    def down(self):
        self.run("down", check=False)
        self._forget_namespaces()

    def _forget_namespaces(self):
        """Pods and nodes of benchmarks that were killed before they could clean up."""
        namespaces = pathlib.Path("/var/run/netns")
        for path in namespaces.iterdir() if namespaces.is_dir() else ():
            if re.fullmatch(re.escape(self.name) + r"-([bc]-.+|normal\d)", path.name):
                subprocess.run(["ip", "netns", "del", path.name], check=False)

    @property
    def endpoint(self):
        return self.env["OS_ENDPOINT"]

    @property
    def programs(self):
        """Where the lab takes its programs from."""
        return pathlib.Path(self.env.get("WEFT_BUILD", ROOT / "build"))

    def directory(self, node):
        """A node's files: its switch's and its agent's sockets."""
        return pathlib.Path(self.env["LAB_DIR"]) / node

    def netns(self, node):
        return f"/var/run/netns/{self.name}-{node}"

    def inside(self, node, *command, **options):
        """Runs a command in a node's network namespace, with its OVS_* variables; returns what it printed."""
        return subprocess.run([str(ROOT / "lab/lab"), "exec", node, "--", *command], env=self.env, check=True,
                              stdout=subprocess.PIPE, text=True, **options).stdout

    def agent_metrics(self, node):
        """name{labels} -> value of a node's agent."""
        address = self.inside(node, "ip", "-4", "-br", "address", "show", "br-phy").split()[2].split("/")[0]
        script = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1]).read().decode())"
        text = self.inside(node, "/usr/bin/python3", "-c", script, f"http://{address}:9697/metrics")
        return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}

    def processes(self):
        """[{"process", "node", "pid"}, ...]"""
        return json.loads(self.run("status", "--format", "json"))

    def pid(self, process, node=None):
        for row in self.processes():
            if row["process"] == process and (node is None or row["node"] == node):
                return row["pid"]
        raise LookupError(f"no {process} on {node}")
