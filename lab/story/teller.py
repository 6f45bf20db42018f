"""Runs the commands of a story, shows them with their output, checks what they gave."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

LAB = pathlib.Path(__file__).resolve().parents[1] / "lab"
WAIT = 20.0


class StoryError(Exception):
    """A command or a check that did not give what the story says."""


class Teller:
    """Runs shell commands in the lab's environment. A quiet one prints nothing: the tests have their own reports."""

    def __init__(self, quiet=False, lab=None):
        self._quiet = quiet
        self._colour = sys.stdout.isatty()
        self._started = time.monotonic()
        self.environment = _lab_environment(lab)

    def chapter(self, number, title):
        elapsed = time.monotonic() - self._started
        self._print(f"\n{number}. {title}", "1;36", f"   [{elapsed:.0f} s]")

    def say(self, text):
        self._print(text, "2")

    def run(self, command, expect=0):
        """Runs a command as a user would type it; gives its output. Any other exit code than the one expected fails."""
        self._print(f"  $ {command}", "1")
        done = subprocess.run(["bash", "-c", command], env=self.environment, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._show(done.stdout)
        if expect is not None and done.returncode != expect:
            raise StoryError(f"{command}\n    exit code {done.returncode}, not {expect}:\n{done.stdout.strip()}")
        return done.stdout

    def quiet(self, command):
        """Runs a command that is not part of the story; gives its output."""
        return subprocess.run(["bash", "-c", command], env=self.environment, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def api(self, method, path):
        """Asks the Neutron API directly: the openstack client takes seconds to start."""
        request = urllib.request.Request(self.environment["OS_ENDPOINT"] + path, method=method)
        with urllib.request.urlopen(request, timeout=WAIT) as response:
            return json.loads(response.read() or "null")

    def value(self, command):
        """The output of a command whose output is one word, such as an id."""
        return self.run(command).strip()

    def check(self, holds, text):
        if not holds:
            raise StoryError(f"not so: {text}")
        self._print(f"  ✓ {text}", "32")

    def wait(self, condition, text, timeout=WAIT):
        """Waits for a condition, then counts it as a check; gives the condition's value."""
        value = self.wait_quietly(condition, text, timeout)
        self._print(f"  ✓ {text}", "32")
        return value

    @staticmethod
    def wait_quietly(condition, text, timeout=WAIT):
        deadline = time.monotonic() + timeout
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise StoryError(f"not so after {timeout:.0f} s: {text}")
            time.sleep(0.02)
        return value

    @contextlib.contextmanager
    def beside(self, command, ready):
        """Runs a command beside the ones in the block, from when its output matches `ready`. Gives a Background."""
        self._print(f"  $ {command} &", "1")
        background = Background(command, self.environment)
        try:
            background.wait_for(ready)
            yield background
        finally:
            background.stop()
            self._show(background.output())

    def _show(self, output):
        for line in output.splitlines():
            self._print(f"    {line}")

    def _print(self, text, colour=None, dim=""):
        if self._quiet:
            return
        if self._colour and colour:
            text = f"\033[{colour}m{text}\033[0m\033[2m{dim}\033[0m"
        else:
            text += dim
        print(text, flush=True)


class Background:
    """A command that runs while others do."""

    def __init__(self, command, environment):
        self._command = command
        self._file = tempfile.TemporaryFile()
        self._process = subprocess.Popen(["bash", "-c", f"exec {command}"], env=environment, stdin=subprocess.DEVNULL,
                                         stdout=self._file, stderr=subprocess.STDOUT)

    def output(self):
        return os.pread(self._file.fileno(), 1 << 24, 0).decode(errors="replace")

    def wait_for(self, pattern, timeout=WAIT):
        """Waits until the output matches; gives the match."""
        deadline = time.monotonic() + timeout
        while True:
            ended = self._process.poll() is not None
            match = re.search(pattern, self.output())
            if match:
                return match
            if ended or time.monotonic() > deadline:
                raise StoryError(f"{self._command}\n    no output like {pattern!r}, only:\n{self.output()}")
            time.sleep(0.02)

    def wait(self, timeout=WAIT):
        """Waits for the command's own end; gives its output."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise StoryError(f"{self._command}\n    has not ended after {timeout:.0f} s") from error
        return self.output()

    def stop(self):
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def _lab_environment(lab):
    """The user's environment as `eval "$(lab/lab env)"` changes it, for this lab where one is named."""
    script = f'settings=$("{LAB}" env) && eval "$settings" && env -0'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                          env={**os.environ, **({"LAB_NAME": lab} if lab else {})})
    if done.returncode != 0:
        raise StoryError(done.stderr.strip())
    return dict(entry.split("=", 1) for entry in done.stdout.split("\0") if entry)
