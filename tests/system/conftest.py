"""A lab of the tests' own (LAB_NAME, weft-test by default), up for the whole run; clients for it."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "lab"))
os.environ.setdefault("LAB_NAME", "weft-test")

pytest.register_assert_rewrite("stage")

from story.addresses import WholeStory  # noqa: E402
from story.teller import LAB, Teller  # noqa: E402
from tenant import Tenant  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def lab():
    """The lab is up; it goes with the last test."""
    subprocess.run([LAB, "down"], check=True)
    try:
        subprocess.run([LAB, "up"], check=True)
        yield
    finally:
        if not os.environ.get("KEEP_LAB"):
            subprocess.run([LAB, "down"], check=True)


@pytest.fixture(scope="session")
def teller(lab):
    """Runs commands in the lab's environment."""
    return Teller(quiet=True)


@pytest.fixture(scope="session")
def story(teller):
    """First light: every test that uses it runs the steps that it needs, each once."""
    return WholeStory(teller)


@pytest.fixture
def tenant(teller):
    """A network with a subnet and an open security group; it goes with all that was put on it."""
    with Tenant(teller) as tenant:
        yield tenant
