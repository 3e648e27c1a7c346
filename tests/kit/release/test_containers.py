"""Containers are built from what the rest of the kit is built from."""

import json
import re

import pytest

from grader.layout import KIT, TEMPLATES
from grader.release import handout

DEV = ".devcontainer/devcontainer.json"
HERE, HANDED_OUT = KIT.root / DEV, TEMPLATES / "handout" / DEV
DOCKERFILE = (KIT.root / "Dockerfile").read_text()


def test_the_image_has_the_sandboxs_packages_and_the_kits_versions():
    readme = (KIT.root / "README.md").read_text()
    needed = re.search(r"`apt-get install (.*)`", readme)[1].split()

    assert set(needed) <= set(DOCKERFILE.split())
    assert "--constraint constraints.txt" in DOCKERFILE


def test_nothing_else_of_the_course_gets_into_the_image():
    allowed = {
        line.removeprefix("!")
        for line in (KIT.root / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE)

    assert {name for names in copied for name in names.split()} == allowed
    assert all((KIT.root / name).exists() for name in allowed)


@pytest.mark.parametrize("path", [HERE, HANDED_OUT])
def test_a_dev_container_is_set_up_by_a_target_of_its_makefile(path):
    made = json.loads(path.read_text())
    makefile = (path.parents[1] / "Makefile").read_text()

    command, target = made["postCreateCommand"].split()

    assert command == "make"
    assert re.search(
        rf"^{target}: .*ready|^{target}: .*student", makefile, re.MULTILINE
    )


def test_the_authors_container_may_start_bubblewrap():
    made = json.loads(HERE.read_text())
    page = (KIT.root / "docs" / "container.md").read_text()

    assert made["build"]["target"] == "base"
    assert " AS base" in DOCKERFILE
    assert f"`{' '.join(made['runArgs'])}`" in page


def test_the_handout_holds_its_container():
    assert handout.collect(KIT)[DEV] == HANDED_OUT.read_bytes()
