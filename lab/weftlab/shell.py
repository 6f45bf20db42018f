"""Running short commands and waiting for conditions."""
import subprocess
import time

from weftlab.errors import LabError


def run(*argv, env=None, input=None, check=True):
    """Runs a command to its end and returns its stdout; a failure becomes a LabError with what it printed."""
    done = subprocess.run([str(a) for a in argv], env=env, input=input, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL if input is None else None)
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(str(a) for a in argv)}: exit code {done.returncode}\n{(done.stderr or done.stdout).strip()}")
    return done.stdout


def succeeds(*argv, env=None):
    """True if the command exits with 0; its output is dropped."""
    return subprocess.run([str(a) for a in argv], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def wait_until(condition, what, timeout=30.0, interval=0.02):
    """Waits for a condition to hold; gives back its value. `what` completes "timed out waiting for ..."."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise LabError(f"timed out after {timeout:.0f} s waiting for {what() if callable(what) else what}")
        time.sleep(interval)
